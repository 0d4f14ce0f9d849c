//! Near misses: the origin in a set that differs least from one that is not in it.

use std::fmt;

use super::{
    OriginPattern,
    grammar::{MAX_ORIGIN, OriginView},
    set::OriginSet,
};

/// The difference between a refused origin and a similar one that is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OriginDifference {
    /// The refused one ends with a slash.
    TrailingSlash,
    /// The refused one has upper-case letters.
    Case,
    /// The refused one has its scheme's default port, which browsers leave out. WebSocket clients other than
    /// browsers send it.
    DefaultPort,
    /// One of the hosts ends with a dot.
    TrailingDot,
    /// One is http and the other https.
    Scheme,
    /// The ports differ. An origin without a port has its scheme's default port.
    Port,
    /// One of the hosts begins with `www.`.
    Www,
    /// A pattern matches all subdomains of the refused host, and so not the host itself.
    BareDomain,
    /// The hosts are two of `localhost`, `127.0.0.1` and `[::1]`.
    Loopback,
}

impl OriginDifference {
    /// The name of the variant in kebab case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TrailingSlash => "trailing-slash",
            Self::Case => "case",
            Self::DefaultPort => "default-port",
            Self::TrailingDot => "trailing-dot",
            Self::Scheme => "scheme",
            Self::Port => "port",
            Self::Www => "www",
            Self::BareDomain => "bare-domain",
            Self::Loopback => "loopback",
        }
    }
}

impl fmt::Display for OriginDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TrailingSlash => "an origin has no trailing slash",
            Self::Case => "the case differs",
            Self::DefaultPort => "an origin leaves out the default port",
            Self::TrailingDot => "a trailing dot makes it another host",
            Self::Scheme => "the scheme differs",
            Self::Port => "the port differs",
            Self::Www => "`www.` makes it another host",
            Self::BareDomain => "it does not match the domain itself",
            Self::Loopback => "`localhost` and the loopback addresses are different hosts",
        })
    }
}

impl OriginSet {
    /// An origin or a pattern of this set that differs little from `origin`, which is not in the set.
    ///
    /// It takes a bounded number of look-ups, however many origins there are. An origin on another port is only
    /// searched for in small sets.
    pub(crate) fn near_miss(&self, origin: &[u8]) -> Option<(String, OriginDifference)> {
        if origin.len() > MAX_ORIGIN {
            return None;
        }
        let text = str::from_utf8(origin).ok()?;
        let malformed = [
            (text.strip_suffix('/').map(str::to_owned), OriginDifference::TrailingSlash),
            (Some(text.to_ascii_lowercase()), OriginDifference::Case),
            (without_default_port(text), OriginDifference::DefaultPort),
        ];
        self.first_of(malformed).or_else(|| self.near_well_formed(text))
    }

    fn near_well_formed(&self, text: &str) -> Option<(String, OriginDifference)> {
        let origin = OriginView::parse(text.as_bytes()).ok()?;
        let (without_port, port) = text.split_at(origin.without_port.len());
        let (scheme, host) = without_port.split_once("://")?;
        let other_dot = host.strip_suffix('.').map_or_else(|| format!("{host}."), str::to_owned);
        let other_www =
            host.strip_prefix("www.").map_or_else(|| format!("www.{host}"), str::to_owned);
        let other_scheme = match scheme {
            "http" => Some(format!("https://{host}{port}")),
            "https" => Some(format!("http://{host}{port}")),
            _ => None,
        };
        let similar = [
            (Some(format!("{scheme}://{other_dot}{port}")), OriginDifference::TrailingDot),
            (other_scheme, OriginDifference::Scheme),
            (Some(without_port.to_owned()), OriginDifference::Port),
            (self.on_another_port(without_port), OriginDifference::Port),
        ];
        let subdomains = || {
            let pattern: OriginPattern = format!("{scheme}://*.{host}{port}").parse().ok()?;
            Some((self.pattern_of(&pattern)?, OriginDifference::BareDomain))
        };
        let www = || {
            let candidate = format!("{scheme}://{other_www}{port}");
            self.first_of([(Some(candidate), OriginDifference::Www)])
        };
        let loopback = || {
            let others = LOOPBACK.contains(&host).then_some(LOOPBACK)?;
            let other =
                |other| (Some(format!("{scheme}://{other}{port}")), OriginDifference::Loopback);
            self.first_of(others.map(other))
        };
        self.first_of(similar).or_else(subdomains).or_else(www).or_else(loopback)
    }

    fn first_of<const N: usize>(
        &self,
        candidates: [(Option<String>, OriginDifference); N],
    ) -> Option<(String, OriginDifference)> {
        candidates.into_iter().find_map(|(candidate, difference)| {
            let allowed = candidate.filter(|candidate| self.matches(candidate.as_bytes()))?;
            Some((allowed, difference))
        })
    }
}

/// The hosts under which pages of this machine are opened.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

fn without_default_port(text: &str) -> Option<String> {
    let (scheme, port) = (text.split_once("://")?.0, text.rsplit_once(':')?.1);
    match (scheme, port) {
        ("http", "80") | ("https", "443") => Some(text[..text.len() - port.len() - 1].to_owned()),
        _ => None,
    }
}

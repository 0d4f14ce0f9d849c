use std::{fmt, str::FromStr};

use super::{
    OriginFault,
    grammar::{self, MAX_HOST, MAX_ORIGIN, Scheme},
    label::LabelPattern,
    looks, public_suffix, suggestion,
};

/// A pattern for origins: an exact origin, or one with wildcards.
///
/// A wildcard replaces the whole first label (`*.`: one or more labels, never the bare domain) or the whole
/// port (`:*`: any port, including the default one), or both. Write everything else byte for byte as
/// browsers [serialise it](https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin). A pattern that
/// could never match does not parse, and the error says what to write instead.
///
/// | permitted | matches |
/// |---|---|
/// | `https://example.com` | that origin alone, on port 443 |
/// | `http://localhost:3000` | that origin alone |
/// | `https://*.example.com` | `https://a.example.com`, `https://b.a.example.com`, not `https://example.com` |
/// | `http://localhost:*` | `http://localhost` and `http://localhost:3000` |
/// | `https://*.example.com:*` | `https://a.example.com:8443` |
/// | `http://127.0.0.1:8080` | that origin alone |
/// | `https://[::1]:*` | any port of that address |
/// | `https://xn--fa-hia.de` | that origin alone, which is `faß.de` in Punycode |
/// | `https://example.com.` | that origin alone: with its trailing dot it is another one |
/// | `tauri://localhost` | that origin alone |
/// | `chrome-extension://abcdefghijklmnop` | that origin alone |
///
/// | prohibited | write instead |
/// |---|---|
/// | `example.com` | `https://example.com` |
/// | `*.example.com` | `https://*.example.com` |
/// | `https://example.com/` | `https://example.com` |
/// | `https://example.com/path?query#fragment` | `https://example.com` |
/// | `https://user@example.com` | `https://example.com` |
/// | `HTTPS://Example.com` | `https://example.com` |
/// | `https://example.com:443` | `https://example.com` |
/// | `http://localhost:080` | `http://localhost` |
/// | `https://[0:0:0:0:0:0:0:1]` | `https://[::1]` |
/// | `wss://example.com` | `https://example.com` |
/// | `https://**.example.com` | `https://*.example.com` |
/// | `https://*example.com` | `https://*.example.com` |
/// | `https://.*\.example\.com` | `https://*.example.com` |
/// | `htps://example.com` | `https://example.com` |
/// | `http://::1:3000` | `http://[::1]:3000` |
/// | `https://example.*` | |
/// | `https://a.*.example.com` | |
/// | `https://*.127.0.0.1` | |
/// | `https://example.com:0` | |
/// | `https://example.com:65536` | |
/// | `https://127.1` | |
/// | `https://ß.de` | |
/// | `https://xn--.de` | |
/// | `https://a..example.com` | |
/// | `tauri://*.localhost` | |
/// | `file:///index.html` | |
/// | `http://192.168.1.0/24` | |
/// | `*://example.com` | |
/// | `http://*:3000` | |
///
/// ```
/// use tower_cors::OriginPattern;
///
/// let pattern: OriginPattern = "https://*.example.com".parse()?;
/// assert_eq!(pattern.to_string(), "https://*.example.com");
///
/// let mistake = "https://Example.com:443/".parse::<OriginPattern>().unwrap_err();
/// assert_eq!(mistake.suggestion(), Some("https://example.com"));
/// # Ok::<(), tower_cors::InvalidOriginPattern>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OriginPattern {
    text: Box<str>,
    pub(super) scheme: Scheme,
    /// The start and end of the host in the text, without its `*.`.
    host: (usize, usize),
    pub(super) subdomains: bool,
    pub(super) port: PortPattern,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum PortPattern {
    Any,
    /// `None` is the default port.
    Exact(Option<u16>),
}

impl OriginPattern {
    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host without its `*.`.
    pub(super) fn host(&self) -> &[u8] {
        &self.text.as_bytes()[self.host.0..self.host.1]
    }

    /// The text before the port: without a `*.`, it is the beginning of every origin that matches.
    pub(super) fn without_port(&self) -> &[u8] {
        &self.text.as_bytes()[..self.host.1]
    }

    /// The public suffix that lets anyone have names behind the `*.`: the name after it, or one below that.
    pub(crate) fn public_suffix(&self) -> Option<&str> {
        let name = self.text[self.host.0..self.host.1].trim_end_matches('.');
        if !self.subdomains {
            None
        } else if public_suffix::is_public_suffix(name) {
            Some(name)
        } else {
            public_suffix::suffix_below(name)
        }
    }

    /// Returns whether it matches a single origin.
    pub(crate) fn is_exact(&self) -> bool {
        !self.subdomains && self.port != PortPattern::Any
    }

    /// Returns whether only the list of public suffixes, which is not compiled in, could tell who has the
    /// names behind the `*.`.
    pub(crate) fn is_beyond_the_list(&self) -> bool {
        self.subdomains && !cfg!(feature = "public-suffix")
    }

    pub(crate) fn has_trailing_dot(&self) -> bool {
        self.scheme != Scheme::Other && self.host().ends_with(b".")
    }

    /// Returns whether the host is the address that servers bind to for all of their addresses.
    pub(crate) fn has_bind_address(&self) -> bool {
        matches!(self.host(), b"0.0.0.0" | b"[::]")
    }

    pub(crate) fn is_insecure(&self) -> bool {
        self.scheme == Scheme::Http && !grammar::is_loopback(self.host())
    }
}

impl FromStr for OriginPattern {
    type Err = InvalidOriginPattern;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|fault| {
            let fault = looks::like(text).unwrap_or(fault);
            let suggestion = suggestion::suggest(text, fault)
                .filter(|suggestion| suggestion == "*" || parse(suggestion).is_ok());
            InvalidOriginPattern { text: text.to_owned(), fault, suggestion }
        })
    }
}

impl AsRef<str> for OriginPattern {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// For [`allow_origin`](crate::CorsLayerBuilder::allow_origin).
impl AsRef<[u8]> for OriginPattern {
    fn as_ref(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl fmt::Debug for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OriginPattern").field(&self.text).finish()
    }
}

impl fmt::Display for OriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no [`OriginPattern`], with the reason and a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidOriginPattern {
    text: String,
    fault: OriginFault,
    suggestion: Option<String>,
}

impl InvalidOriginPattern {
    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The reason why it cannot match.
    #[must_use]
    pub fn fault(&self) -> OriginFault {
        self.fault
    }

    /// The pattern that was probably meant, if there is a likely one. It parses, so it is never the `*` for any origin,
    /// which only a list can have.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref().filter(|suggestion| *suggestion != "*")
    }

    /// Returns whether several origins were meant, which one pattern or another way to allow them could cover.
    pub(crate) fn means_several(&self) -> bool {
        if let Some(suggestion) = &self.suggestion {
            return !parse(suggestion).is_ok_and(|pattern| pattern.is_exact());
        }
        match self.fault {
            OriginFault::List | OriginFault::Json => false,
            OriginFault::RegularExpression | OriginFault::AddressRange => true,
            _ => self.text.contains('*') || self.label().is_some(),
        }
    }

    /// The label pattern that was probably meant.
    fn label(&self) -> Option<LabelPattern> {
        LabelPattern::meant_by(&self.text)
    }

    /// The advice on what to write, if there is no suggestion.
    fn advice(&self) -> String {
        let advice = self.fault.advice();
        if let Some(label) = self.label() {
            let label = label.as_str();
            let other = match subdomains_beside(label) {
                _ if self.fault == OriginFault::Placeholder => advice.to_owned(),
                Some(pattern) => format!("write {:?} if all its names are yours", pattern.as_str()),
                None => String::from("write each origin by itself"),
            };
            return format!(
                "in code, let allow_origin_if ask the LabelPattern {label:?}, or {other}"
            );
        }
        if self.fault == OriginFault::WildcardScheme
            && let Some([secure, plain]) = for_each_scheme(&self.text)
        {
            return format!("write {secure:?} and {plain:?}, or the one that you use");
        }
        advice.to_owned()
    }
}

impl fmt::Display for InvalidOriginPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}; ", self.text, self.fault)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "write {suggestion:?}"),
            None => f.write_str(&self.advice()),
        }
    }
}

/// The patterns with https and with http that a text such as `*://example.com` stands for.
fn for_each_scheme(text: &str) -> Option<[String; 2]> {
    let (scheme, rest) = text.split_once("://")?;
    let (start, end) = scheme.split_once('*')?;
    let is_meant =
        |scheme: &str| scheme.strip_prefix(start).is_some_and(|scheme| scheme.ends_with(end));
    // A default port is that of one scheme alone.
    let rest = rest.trim_end_matches('/');
    let has_default_port = rest.ends_with(":80") || rest.ends_with(":443");
    if has_default_port || !["http", "https"].into_iter().all(is_meant) {
        return None;
    }
    let secure = suggestion::correct(&format!("https://{rest}"))?;
    let plain = secure.replacen("https", "http", 1);
    let patterns = [secure, plain];
    patterns.iter().all(|pattern| parse(pattern).is_ok()).then_some(patterns)
}

/// The pattern for all names beside those of the label pattern, if strangers can have none of them.
fn subdomains_beside(label: &str) -> Option<OriginPattern> {
    let ((scheme, _), (_, domain)) = (label.split_once("://")?, label.split_once('.')?);
    let pattern = parse(&format!("{scheme}://*.{domain}")).ok()?;
    let is_safe = !pattern.is_beyond_the_list() && pattern.public_suffix().is_none();
    is_safe.then_some(pattern)
}

impl std::error::Error for InvalidOriginPattern {}

fn parse(text: &str) -> Result<OriginPattern, OriginFault> {
    if text.len() > MAX_ORIGIN {
        return Err(OriginFault::TooLong);
    }
    let (scheme, authority) = grammar::split_scheme(text.as_bytes())?;
    if scheme == Scheme::Other {
        let written = &text[..text.len() - authority.len() - 3];
        if let Some(known) = suggestion::misspelled(written) {
            return Err(OriginFault::MisspelledScheme(known));
        }
        if authority.contains(&b'*') {
            return Err(OriginFault::WildcardInOpaqueHost);
        }
    }
    let (subdomains, authority) = match authority.strip_prefix(b"*.") {
        Some(parent) => (true, parent),
        None => (false, authority),
    };
    let (host, port) = split_port(scheme, authority);
    let host_end = text.len() - authority.len() + host.len();
    grammar::check_host(scheme, host).map_err(|fault| match fault {
        OriginFault::Ipv4Form if subdomains => OriginFault::WildcardBeforeIp,
        OriginFault::Ipv4Form | OriginFault::Ipv6Form if host.contains(&b'*') => {
            OriginFault::WildcardPlace
        }
        fault => fault,
    })?;
    if subdomains {
        if host.starts_with(b"[") || grammar::ends_in_number(host) {
            return Err(OriginFault::WildcardBeforeIp);
        }
        // The shortest subdomain adds one byte and a dot.
        if host.strip_suffix(b".").unwrap_or(host).len() > MAX_HOST - 2 {
            return Err(OriginFault::HostTooLong);
        }
    }
    let port = match port {
        None => PortPattern::Exact(None),
        Some(b"*") => PortPattern::Any,
        Some(port) if port.contains(&b'*') => return Err(OriginFault::WildcardPlace),
        Some(port) => match (scheme, grammar::parse_port(port)?) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => return Err(OriginFault::DefaultPort),
            (_, port) => PortPattern::Exact(Some(port)),
        },
    };
    Ok(OriginPattern {
        text: text.into(),
        scheme,
        host: (host_end - host.len(), host_end),
        subdomains,
        port,
    })
}

/// Splits off the port, or the `*` in its place, without its colon. Only http and https have ports.
fn split_port(scheme: Scheme, authority: &[u8]) -> (&[u8], Option<&[u8]>) {
    let brackets = match authority.first() {
        Some(b'[') => authority.iter().position(|&byte| byte == b']').unwrap_or(0),
        _ => 0,
    };
    match authority[brackets..].iter().position(|&byte| byte == b':') {
        Some(colon) if scheme != Scheme::Other => {
            let colon = brackets + colon;
            (&authority[..colon], Some(&authority[colon + 1..]))
        }
        _ => (authority, None),
    }
}

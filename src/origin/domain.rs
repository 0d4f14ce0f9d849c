//! The domain names that patterns put behind a `*.`.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;

use super::{
    OriginPattern,
    grammar::{OriginView, Scheme},
    pattern::PortPattern,
};

/// Domain names, and what patterns say of their subdomains' scheme and port.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Domains {
    /// The names, and, with nothing to say, the names above them: behind an end that is in neither there is nothing.
    subdomains: HashMap<Box<[u8]>, BTreeSet<(Scheme, PortPattern)>, RandomState>,
    /// How long the names are, the shortest first. Only an end of a host that is as long as one and follows a dot is
    /// looked up: few are, however many labels the host has.
    lengths: Vec<usize>,
}

impl Domains {
    pub(super) fn is_empty(&self) -> bool {
        self.subdomains.is_empty()
    }

    #[inline]
    pub(super) fn has_subdomain(&self, origin: &OriginView<'_>) -> bool {
        let ports = [PortPattern::Any, PortPattern::Exact(origin.port)];
        self.names_above(origin.host)
            .map_while(|name| self.subdomains.get(name))
            .any(|allowed| ports.iter().any(|&port| allowed.contains(&(origin.scheme, port))))
    }

    /// The ends of a host that follow a label and a dot, and may be in the map: the shortest first. The bare
    /// domain is not its own subdomain.
    fn names_above<'a>(&self, host: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let lengths = self.lengths.iter().take_while(move |&&length| length + 2 <= host.len());
        lengths.filter_map(move |length| {
            let (subdomain, name) = host.split_at(host.len() - length);
            subdomain.ends_with(b".").then_some(name)
        })
    }

    fn allows(&self, name: &[u8], scheme: Scheme, port: PortPattern) -> bool {
        self.subdomains.get(name).is_some_and(|subdomains| subdomains.contains(&(scheme, port)))
    }

    /// `false` if the pattern was there already.
    pub(super) fn insert(&mut self, pattern: &OriginPattern) -> bool {
        let length = pattern.host().len();
        if let Err(place) = self.lengths.binary_search(&length) {
            self.lengths.insert(place, length);
        }
        let mut above = pattern.host();
        while let Some(dot) = above.iter().position(|&byte| byte == b'.') {
            above = &above[dot + 1..];
            self.subdomains.entry(above.into()).or_default();
        }
        let subdomains = self.subdomains.entry(pattern.host().into()).or_default();
        subdomains.insert((pattern.scheme, pattern.port))
    }

    /// Another pattern that matches all that `pattern` does.
    pub(super) fn covering(&self, pattern: &OriginPattern) -> Option<String> {
        let host = pattern.host();
        let above = self
            .names_above(host)
            .flat_map(|name| [(name, PortPattern::Any), (name, pattern.port)]);
        let itself = (pattern.subdomains && pattern.port != PortPattern::Any)
            .then_some((host, PortPattern::Any));
        above
            .chain(itself)
            .find(|&(name, port)| self.allows(name, pattern.scheme, port))
            .map(|(name, port)| written(pattern.scheme, name, port))
    }

    pub(super) fn patterns(&self) -> impl Iterator<Item = String> {
        self.subdomains.iter().flat_map(|(name, subdomains)| {
            subdomains.iter().map(|&(scheme, port)| written(scheme, name, port))
        })
    }
}

fn written(scheme: Scheme, name: &[u8], port: PortPattern) -> String {
    let scheme = if scheme == Scheme::Http { "http" } else { "https" };
    let name = String::from_utf8_lossy(name);
    let port = match port {
        PortPattern::Any => String::from(":*"),
        PortPattern::Exact(None) => String::new(),
        PortPattern::Exact(Some(port)) => format!(":{port}"),
    };
    format!("{scheme}://*.{name}{port}")
}

//! The domains of patterns that begin with `*.`.

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
};

use foldhash::fast::RandomState;

use super::{
    OriginPattern,
    grammar::{OriginView, Scheme},
    pattern::PortPattern,
};

/// Domain names, each with the schemes and ports that patterns allow its subdomains.
#[derive(Clone, Default)]
pub(super) struct Domains {
    /// Schemes and ports are sorted.
    subdomains: HashMap<Box<[u8]>, Vec<(Scheme, PortPattern)>, RandomState>,
    /// The lengths of the names, the shortest first. An end of a host is only looked up if it has one of
    /// these lengths and follows a dot. Few ends do, unless the patterns have many lengths.
    lengths: Vec<usize>,
    /// Hashes of the parent domains of long names. If an end of a host is neither a name nor such a parent,
    /// the longer ends are no names either. Only hashes are kept: the parents of a name would take the
    /// square of its length.
    above: HashSet<u32, RandomState>,
}

impl Domains {
    #[inline]
    pub(super) fn has_subdomain(&self, origin: &OriginView<'_>) -> bool {
        let ports = [PortPattern::Any, PortPattern::Exact(origin.port)];
        for (look, name) in self.names_above(origin.host).enumerate() {
            let Some(allowed) = self.subdomains.get(name) else {
                if look >= FREE_LOOKS && !self.above.contains(&self.hash(name)) {
                    return false;
                }
                continue;
            };
            if ports.iter().any(|&port| allowed.binary_search(&(origin.scheme, port)).is_ok()) {
                return true;
            }
        }
        false
    }

    /// The ends of a host that may be in the map, the shortest first. Each follows a label and a dot: a
    /// domain is not its own subdomain.
    fn names_above<'a>(&self, host: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        let lengths = self.lengths.iter().take_while(move |&&length| length + 2 <= host.len());
        lengths.filter_map(move |length| {
            let (subdomain, name) = host.split_at(host.len() - length);
            subdomain.ends_with(b".").then_some(name)
        })
    }

    fn allows(&self, name: &[u8], scheme: Scheme, port: PortPattern) -> bool {
        let subdomains = self.subdomains.get(name);
        subdomains.is_some_and(|subdomains| subdomains.binary_search(&(scheme, port)).is_ok())
    }

    pub(super) fn has_pattern(&self, pattern: &OriginPattern) -> bool {
        self.allows(pattern.host(), pattern.scheme, pattern.port)
    }

    /// Returns `false` if the pattern is already there.
    pub(super) fn insert(&mut self, pattern: &OriginPattern) -> bool {
        let length = pattern.host().len();
        if let Err(place) = self.lengths.binary_search(&length) {
            self.lengths.insert(place, length);
        }
        // An end that is looked up after `FREE_LOOKS` others has more labels than that, so shorter ends
        // need no hash.
        let dots = pattern.host().iter().enumerate().filter(|&(_, &byte)| byte == b'.');
        for (dot, _) in dots.rev().skip(FREE_LOOKS) {
            self.above.insert(self.hash(&pattern.host()[dot + 1..]));
        }
        let subdomains = self.subdomains.entry(pattern.host().into()).or_default();
        let subdomain = (pattern.scheme, pattern.port);
        let place = subdomains.binary_search(&subdomain);
        if let Err(place) = place {
            subdomains.insert(place, subdomain);
        }
        place.is_err()
    }

    #[expect(clippy::cast_possible_truncation, reason = "a part of a hash is one, too")]
    fn hash(&self, name: &[u8]) -> u32 {
        self.subdomains.hasher().hash_one(name) as u32
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

/// The number of ends of a host that are looked up before `above` is consulted. Sets with few lengths of
/// names never need `above`.
const FREE_LOOKS: usize = 4;

/// Ignores the hashes, which are seeded at random.
impl PartialEq for Domains {
    fn eq(&self, other: &Self) -> bool {
        self.subdomains == other.subdomains
    }
}

impl Eq for Domains {}

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

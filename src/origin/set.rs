use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
};

use foldhash::fast::RandomState;
use http::HeaderValue;

use super::{
    OriginPattern,
    grammar::{OriginView, Scheme},
    pattern::PortPattern,
};

/// A set of [`OriginPattern`]s that is asked whether one of them matches an origin.
///
/// An answer costs the same however many patterns there are: exact origins are hashed, and the
/// others are found by walking the labels of the origin's host, last label first.
///
/// ```
/// use http::HeaderValue;
/// use tower_cors::{OriginPattern, OriginSet};
///
/// let patterns = ["https://example.com", "https://*.example.com"].map(str::parse::<OriginPattern>);
/// let set = patterns.into_iter().collect::<Result<OriginSet, _>>()?;
/// assert!(set.contains(&HeaderValue::from_static("https://a.example.com")));
/// assert!(!set.contains(&HeaderValue::from_static("https://notexample.com")));
/// # Ok::<(), tower_cors::InvalidOriginPattern>(())
/// ```
#[derive(Clone, Default)]
pub struct OriginSet {
    exact: HashSet<Box<[u8]>, RandomState>,
    /// Schemes and hosts whose every port is in the set.
    any_port: HashSet<Box<[u8]>, RandomState>,
    subdomains: Domain,
}

/// A domain name in the tree of those that stand behind a `*.`, the root's children being their last
/// labels. A walk ends at the first label that no pattern has, so a long host costs no more.
#[derive(Clone, Default)]
struct Domain {
    children: HashMap<Box<[u8]>, Domain, RandomState>,
    /// What the pattern says of the subdomains' scheme and port.
    subdomains: BTreeSet<(Scheme, PortPattern)>,
}

impl OriginSet {
    /// Whether a pattern matches `origin`, the value of an `Origin` header. A value that is no
    /// well-formed origin, `null` too, is in no set.
    #[must_use]
    pub fn contains(&self, origin: &HeaderValue) -> bool {
        self.matches(origin.as_bytes())
    }

    /// Whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && !self.has_wildcards()
    }

    pub(crate) fn matches(&self, origin: &[u8]) -> bool {
        // What equals an exact origin is well-formed, so it is looked up before its grammar is read.
        self.exact.contains(origin)
            || (self.has_wildcards()
                && OriginView::parse(origin).is_ok_and(|origin| self.matches_wildcard(&origin)))
    }

    fn has_wildcards(&self) -> bool {
        !self.any_port.is_empty() || !self.subdomains.children.is_empty()
    }

    fn matches_wildcard(&self, origin: &OriginView<'_>) -> bool {
        self.any_port.contains(origin.without_port) || self.subdomains.has_subdomain(origin)
    }

    fn insert(&mut self, pattern: &OriginPattern) {
        if pattern.subdomains {
            let mut domain = &mut self.subdomains;
            for label in pattern.host().rsplit(|&byte| byte == b'.') {
                domain = domain.children.entry(label.into()).or_default();
            }
            domain.subdomains.insert((pattern.scheme, pattern.port));
        } else if pattern.port == PortPattern::Any {
            self.any_port.insert(pattern.without_port().into());
        } else {
            self.exact.insert(pattern.as_str().as_bytes().into());
        }
    }
}

impl Domain {
    fn has_subdomain(&self, origin: &OriginView<'_>) -> bool {
        let mut domain = self;
        for label in origin.host.rsplit(|&byte| byte == b'.') {
            // Asked with a label still to go: the bare domain is not its own subdomain.
            if domain.allows(origin) {
                return true;
            }
            match domain.children.get(label) {
                Some(child) => domain = child,
                None => return false,
            }
        }
        false
    }

    fn allows(&self, origin: &OriginView<'_>) -> bool {
        self.subdomains.contains(&(origin.scheme, PortPattern::Any))
            || (self.subdomains.contains(&(origin.scheme, PortPattern::Exact(origin.port))))
    }
}

impl FromIterator<OriginPattern> for OriginSet {
    fn from_iter<I: IntoIterator<Item = OriginPattern>>(patterns: I) -> Self {
        let mut set = Self::default();
        set.extend(patterns);
        set
    }
}

impl Extend<OriginPattern> for OriginSet {
    fn extend<I: IntoIterator<Item = OriginPattern>>(&mut self, patterns: I) {
        for pattern in patterns {
            self.insert(&pattern);
        }
    }
}

impl fmt::Debug for OriginSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OriginSet")
            .field("exact", &self.exact.len())
            .field("any_port", &self.any_port.len())
            .finish_non_exhaustive()
    }
}

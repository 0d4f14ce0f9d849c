use std::{collections::HashSet, fmt};

use foldhash::fast::RandomState;
use http::HeaderValue;

use super::{
    OriginPattern,
    domain::Domains,
    grammar::{MAX_ORIGIN, OriginView},
    pattern::PortPattern,
};

/// A set of [`OriginPattern`]s, to check whether one of them matches an origin.
///
/// The number of patterns does not affect the cost of a check. Exact origins are hashed, and so are the
/// ends of the origin's host that are as long as a pattern's domain.
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
#[derive(Clone, Default, PartialEq, Eq)]
pub struct OriginSet {
    exact: TextSet,
    /// Boxed, because most sets have no wildcards.
    wildcards: Option<Box<Wildcards>>,
}

#[derive(Clone, Default, PartialEq, Eq)]
struct Wildcards {
    /// Schemes and hosts that match on any port.
    any_port: TextSet,
    /// The domains of patterns that begin with `*.`.
    domains: Domains,
}

impl OriginSet {
    /// Returns whether a pattern matches `origin`, the value of an `Origin` header. `null` and values that
    /// are not well-formed never match.
    #[must_use]
    pub fn contains(&self, origin: &HeaderValue) -> bool {
        self.matches(origin.as_bytes())
    }

    /// Returns whether there is no pattern.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.wildcards.is_none()
    }

    pub(crate) fn with_capacity(patterns: usize) -> Self {
        Self { exact: TextSet::with_capacity(patterns), ..Self::default() }
    }

    #[inline]
    pub(crate) fn matches(&self, origin: &[u8]) -> bool {
        if origin.len() > MAX_ORIGIN {
            return false;
        }
        // A text that equals an exact origin is well-formed, so the look-up comes before parsing.
        self.exact.contains(origin)
            || self.wildcards.as_ref().is_some_and(|wildcards| wildcards.matches(origin))
    }

    /// The patterns, each once, in no particular order.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let exact = self.exact.iter().map(text);
        let wildcards = self.wildcards.iter().flat_map(move |wildcards| {
            let any_port = wildcards.any_port.iter().map(move |origin| text(origin) + ":*");
            any_port.chain(wildcards.domains.patterns())
        });
        exact.chain(wildcards)
    }

    /// Another pattern that matches all that `pattern` does.
    pub(crate) fn covering(&self, pattern: &OriginPattern) -> Option<String> {
        let Wildcards { any_port, domains } = &**self.wildcards.as_ref()?;
        // This finds no pattern with `*.`, as no text in `any_port` has one.
        if pattern.port != PortPattern::Any && any_port.contains(pattern.without_port()) {
            return Some(String::from_utf8_lossy(pattern.without_port()).into_owned() + ":*");
        }
        domains.covering(pattern)
    }

    /// The patterns that match no origin beyond those of one pattern of `other`, each with that pattern.
    pub(crate) fn covered_by(&self, other: &Self) -> impl Iterator<Item = (String, String)> {
        self.patterns().filter_map(|text| {
            let pattern: OriginPattern = text.parse().ok()?;
            let by = other.pattern_of(&pattern)?;
            Some((text, by))
        })
    }

    /// The pattern itself if it is there, or another one that matches all that it does.
    pub(super) fn pattern_of(&self, pattern: &OriginPattern) -> Option<String> {
        let itself = self.has_pattern(pattern).then(|| pattern.to_string());
        itself.or_else(|| self.covering(pattern))
    }

    /// An exact origin with this scheme and host, and any port. Only small sets are searched.
    pub(super) fn on_another_port(&self, without_port: &str) -> Option<String> {
        let mut origins = self.exact.iter().take(MOST_SEARCHED);
        let is_small = self.exact.iter().nth(MOST_SEARCHED).is_none();
        let found = origins.find(|origin| {
            let port = origin.strip_prefix(without_port.as_bytes());
            port.is_some_and(|port| port.starts_with(b":"))
        });
        found.filter(|_| is_small).map(|origin| String::from_utf8_lossy(origin).into_owned())
    }

    fn has_pattern(&self, pattern: &OriginPattern) -> bool {
        if pattern.is_exact() {
            return self.exact.contains(pattern.as_str().as_bytes());
        }
        self.wildcards.as_ref().is_some_and(|wildcards| {
            if pattern.subdomains {
                wildcards.domains.has_pattern(pattern)
            } else {
                wildcards.any_port.contains(pattern.without_port())
            }
        })
    }

    /// Returns `false` if the pattern is already there.
    pub(crate) fn insert(&mut self, pattern: &OriginPattern) -> bool {
        if pattern.is_exact() {
            return self.exact.insert(pattern.as_str().as_bytes());
        }
        let Wildcards { any_port, domains } = &mut **self.wildcards.get_or_insert_default();
        if pattern.subdomains {
            domains.insert(pattern)
        } else {
            any_port.insert(pattern.without_port())
        }
    }
}

/// Origins on other ports are searched for in sets of at most this many.
const MOST_SEARCHED: usize = 64;

impl Wildcards {
    fn matches(&self, origin: &[u8]) -> bool {
        OriginView::split(origin).is_ok_and(|origin| {
            let matches = (!self.any_port.is_empty()
                && self.any_port.contains(origin.without_port))
                || self.domains.has_subdomain(&origin);
            // Match first: a mismatch is found after a few labels, while validation reads the whole host.
            matches && origin.has_host_in_form()
        })
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
        f.debug_set().entries(self.patterns()).finish()
    }
}

/// A set of texts, looked up as bytes.
#[derive(Clone)]
pub(crate) enum TextSet {
    Few(Vec<Box<[u8]>>),
    Many(HashSet<Box<[u8]>, RandomState>),
}

impl TextSet {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        if capacity <= FEW {
            Self::Few(Vec::new())
        } else {
            Self::Many(HashSet::with_capacity_and_hasher(capacity, RandomState::default()))
        }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        match self {
            Self::Few(texts) => texts.iter().any(|other| **other == *text),
            Self::Many(texts) => texts.contains(text),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Few(texts) => texts.is_empty(),
            Self::Many(texts) => texts.is_empty(),
        }
    }

    /// The texts, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let (few, many) = match self {
            Self::Few(texts) => (Some(texts), None),
            Self::Many(texts) => (None, Some(texts)),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten()).map(|text| &**text)
    }

    /// Returns `false` if the text is already there.
    pub(crate) fn insert(&mut self, text: &[u8]) -> bool {
        if self.contains(text) {
            return false;
        }
        match self {
            Self::Few(texts) if texts.len() < FEW => texts.push(text.into()),
            Self::Few(texts) => {
                let many = texts.drain(..).chain([text.into()]);
                *self = Self::Many(many.collect());
            }
            Self::Many(texts) => drop(texts.insert(text.into())),
        }
        true
    }
}

impl Default for TextSet {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// Ignores the order of insertion.
impl PartialEq for TextSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count() && self.iter().all(|text| other.contains(text))
    }
}

impl Eq for TextSet {}

/// With at most this many texts, comparing them beats hashing one.
const FEW: usize = 2;

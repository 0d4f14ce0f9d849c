use std::fmt;

use http::HeaderValue;

use super::{
    OriginPattern,
    domain::Domains,
    grammar::{MAX_ORIGIN, OriginView},
    pattern::PortPattern,
    text_set::TextSet,
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
        self.exact.is_empty() && !self.has_wildcards()
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
            || (self.has_wildcards()
                && OriginView::split(origin).is_ok_and(|origin| {
                    // Match first: a mismatch is found after a few labels, while validation reads the whole
                    // host.
                    self.matches_wildcard(&origin) && origin.has_host_in_form()
                }))
    }

    fn has_wildcards(&self) -> bool {
        !self.any_port.is_empty() || !self.domains.is_empty()
    }

    fn matches_wildcard(&self, origin: &OriginView<'_>) -> bool {
        (!self.any_port.is_empty() && self.any_port.contains(origin.without_port))
            || self.domains.has_subdomain(origin)
    }

    /// The patterns, each once, in no particular order.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let exact = self.exact.iter().map(text);
        let any_port = self.any_port.iter().map(move |origin| text(origin) + ":*");
        exact.chain(any_port).chain(self.domains.patterns())
    }

    /// Another pattern that matches all that `pattern` does.
    pub(crate) fn covering(&self, pattern: &OriginPattern) -> Option<String> {
        // This finds no pattern with `*.`, as no text in `any_port` has one.
        if pattern.port != PortPattern::Any && self.any_port.contains(pattern.without_port()) {
            return Some(String::from_utf8_lossy(pattern.without_port()).into_owned() + ":*");
        }
        self.domains.covering(pattern)
    }

    /// The patterns that match no origin beyond those of one pattern of `other`, each with that pattern.
    pub(crate) fn covered_by(&self, other: &Self) -> impl Iterator<Item = (String, String)> {
        self.patterns().filter_map(|text| {
            let pattern: OriginPattern = text.parse().ok()?;
            let itself = other.has_pattern(&pattern).then(|| text.clone());
            let by = itself.or_else(|| other.covering(&pattern))?;
            Some((text, by))
        })
    }

    fn has_pattern(&self, pattern: &OriginPattern) -> bool {
        if pattern.subdomains {
            self.domains.has_pattern(pattern)
        } else if pattern.port == PortPattern::Any {
            self.any_port.contains(pattern.without_port())
        } else {
            self.exact.contains(pattern.as_str().as_bytes())
        }
    }

    /// Returns `false` if the pattern is already there.
    pub(crate) fn insert(&mut self, pattern: &OriginPattern) -> bool {
        if pattern.subdomains {
            self.domains.insert(pattern)
        } else if pattern.port == PortPattern::Any {
            self.any_port.insert(pattern.without_port())
        } else {
            self.exact.insert(pattern.as_str().as_bytes())
        }
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

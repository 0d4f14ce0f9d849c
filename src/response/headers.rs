use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::rules::{self, ResponseRules};
use crate::trace;

/// The header with the reason of a refusal, for development.
pub(crate) const CORS_REFUSAL: HeaderName = HeaderName::from_static("x-cors-refusal");

/// The CORS headers of the response to a forwarded request.
#[derive(Clone, Debug)]
#[must_use = "a response without these headers is hidden by browsers, or mixed up by caches"]
pub struct ResponseHeaders(Kind);

#[derive(Clone, Debug)]
enum Kind {
    /// The response is not shared, and only varies by `Origin`. A fast path for the most common case.
    VaryByOrigin { reported_inner: trace::Once },
    /// `allow_origin` is the value of `Access-Control-Allow-Origin`, if the response is shared.
    Written { rules: Arc<ResponseRules>, allow_origin: Option<HeaderValue> },
    /// The response is not changed.
    Untouched,
    /// Rare responses, boxed to keep the common ones small.
    Rare(Box<Rare>),
}

#[derive(Clone, Debug)]
enum Rare {
    /// The response is not shared, and carries the reason.
    Diagnosed { rules: Arc<ResponseRules>, reason: HeaderValue },
    /// The inner service's response to an allowed preflight.
    Preflight { rules: Arc<ResponseRules>, allowed: HeaderMap },
}

impl ResponseHeaders {
    /// `allow_origin` is the value of `Access-Control-Allow-Origin`.
    #[inline]
    pub(crate) fn shared(rules: &Arc<ResponseRules>, allow_origin: &HeaderValue) -> Self {
        let (rules, allow_origin) = (Arc::clone(rules), Some(allow_origin.clone()));
        Self(Kind::Written { rules, allow_origin })
    }

    #[inline]
    pub(crate) fn not_shared(rules: &Arc<ResponseRules>) -> Self {
        Self(if rules.only_vary_by_origin() {
            Kind::VaryByOrigin { reported_inner: rules.reported_inner.clone() }
        } else {
            Kind::Written { rules: Arc::clone(rules), allow_origin: None }
        })
    }

    pub(crate) fn untouched() -> Self {
        Self(Kind::Untouched)
    }

    pub(crate) fn diagnosed(rules: &Arc<ResponseRules>, reason: HeaderValue) -> Self {
        Self(Kind::Rare(Box::new(Rare::Diagnosed { rules: Arc::clone(rules), reason })))
    }

    pub(crate) fn of_preflight(rules: &Arc<ResponseRules>, allowed: HeaderMap) -> Self {
        Self(Kind::Rare(Box::new(Rare::Preflight { rules: Arc::clone(rules), allowed })))
    }

    /// Returns `true` if they are for the inner service's response to a preflight.
    pub(crate) fn are_of_preflight(&self) -> bool {
        matches!(&self.0, Kind::Rare(rare) if matches!(**rare, Rare::Preflight { .. }))
    }

    /// Writes the headers into those of a response.
    ///
    /// Existing `Access-Control-*` headers are removed: together with the new ones, they could allow more than
    /// either party meant to. `Vary` is kept, and `origin` is added where the [standard requires
    /// it](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches). If a full [`HeaderMap`] has no room
    /// for `Vary`, nothing else is added.
    #[expect(clippy::inline_always, reason = "the headers are large; inlining saves copying them")]
    #[inline(always)]
    pub fn apply(self, headers: &mut HeaderMap) {
        match self.0 {
            Kind::VaryByOrigin { reported_inner } => {
                rules::vary_by_origin(headers, &reported_inner);
            }
            Kind::Written { rules, allow_origin } => rules.write(headers, allow_origin),
            Kind::Untouched => {}
            Kind::Rare(rare) => rare.apply(headers),
        }
    }
}

impl Rare {
    #[cold]
    fn apply(self, headers: &mut HeaderMap) {
        match self {
            Self::Diagnosed { rules, reason } => {
                rules.write(headers, None);
                let _ = headers.try_insert(CORS_REFUSAL, reason);
            }
            Self::Preflight { rules, allowed } => rules.write_preflight(headers, allowed),
        }
    }
}

//! The headers of the response to a forwarded request, and how they are written.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderValue, Method,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName, ORIGIN, VARY,
    },
};

use super::vary::{self, Vary};
use crate::{
    escaped::Escaped,
    fetch::{self, TIMING_ALLOW_ORIGIN},
    trace,
};

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
    /// The response also carries the reason why it is not shared.
    Diagnosed { headers: ResponseHeaders, reason: HeaderValue },
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

    /// Adds the reason why the response is not shared.
    pub(crate) fn with_reason(self, reason: HeaderValue) -> Self {
        Self(Kind::Rare(Box::new(Rare::Diagnosed { headers: self, reason })))
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
                vary_by_origin(headers, &reported_inner);
            }
            Kind::Written { rules, allow_origin } => rules.write(headers, allow_origin),
            Kind::Untouched => {}
            Kind::Rare(rare) => rare.apply(headers),
        }
    }
}

impl Rare {
    #[cold]
    fn apply(self, response: &mut HeaderMap) {
        match self {
            Self::Diagnosed { headers, reason } => {
                headers.apply(response);
                let _ = response.try_insert(CORS_REFUSAL, reason);
            }
            Self::Preflight { rules, allowed } => rules.write_preflight(response, allowed),
        }
    }
}

/// The header with the reason of a refusal, for development.
pub(crate) const CORS_REFUSAL: HeaderName = HeaderName::from_static("x-cors-refusal");

/// The rules for responses, by the method of the request.
#[derive(Clone)]
pub(crate) struct Responses {
    pub(crate) to_most: Arc<ResponseRules>,
    /// Responses to `OPTIONS` have the `Vary` of a preflight's response, even if the request is not a preflight.
    /// `OPTIONS` is [not cacheable](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7), but some caches store it anyway.
    pub(crate) to_options: Arc<ResponseRules>,
}

impl Responses {
    #[inline]
    pub(crate) fn to(&self, method: &Method) -> &Arc<ResponseRules> {
        if *method == Method::OPTIONS { &self.to_options } else { &self.to_most }
    }
}

/// The part of a policy that is needed to write a response, when the request is gone.
#[derive(Clone, Debug, Default)]
pub(crate) struct ResponseRules {
    pub(crate) credentials: bool,
    pub(crate) exposed: Exposed,
    pub(crate) timing: Timing,
    pub(crate) vary: Vary,
    /// Remembers that a warning about the inner service's CORS headers was sent.
    pub(crate) reported_inner: trace::Once,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Exposed {
    #[default]
    Safelisted,
    Listed(HeaderValue),
    /// All headers, with credentials. Browsers then read `*` literally, so the names of the response's
    /// headers are listed.
    Carried,
}

/// The `Timing-Allow-Origin` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Timing {
    /// The inner service's header is kept.
    #[default]
    Kept,
    /// The inner service's header is removed, because another part of a `first_match` writes it.
    Removed,
    /// The inner service's header is removed, and allowed origins get a new one.
    Written,
}

impl ResponseRules {
    /// Returns `true` if a response that is not shared gets `Vary: origin` and nothing else.
    #[inline]
    fn only_vary_by_origin(&self) -> bool {
        self.timing == Timing::Kept && self.vary.is_origin_alone()
    }

    /// Writes the headers of a response to a request other than a preflight. `allow_origin` is the value of
    /// `Access-Control-Allow-Origin`, if the response is shared.
    #[inline]
    fn write(&self, headers: &mut HeaderMap, allow_origin: Option<HeaderValue>) {
        let has_vary = remove_foreign(headers, &self.reported_inner);
        if self.timing != Timing::Kept {
            // Removed here, not replaced below: in a full map, `try_insert` fails even for a header that is there.
            headers.remove(TIMING_ALLOW_ORIGIN);
        }
        if !self.vary.write(headers, !has_vary) {
            return;
        }
        let Some(allow_origin) = allow_origin else { return };
        if self.timing == Timing::Written {
            let _ = headers.try_append(TIMING_ALLOW_ORIGIN, allow_origin.clone());
        }
        let exposed = match &self.exposed {
            Exposed::Safelisted => None,
            Exposed::Listed(names) => Some(names.clone()),
            Exposed::Carried => carried(headers),
        };
        // None of these is left in the map, so they can be appended, which costs less than inserting. If the map is
        // full, a missing header only allows less.
        if let Some(exposed) = exposed {
            let _ = headers.try_append(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        let _ = headers.try_append(ACCESS_CONTROL_ALLOW_ORIGIN, allow_origin);
        if self.credentials {
            let _ = headers
                .try_append(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }

    /// Writes the headers of an allowed preflight's response into the inner service's.
    fn write_preflight(&self, headers: &mut HeaderMap, mut allowed: HeaderMap) {
        remove_foreign(headers, &self.reported_inner);
        if let Some(vary) = allowed.remove(VARY)
            && !vary::add_missing(headers, self.vary.names(), vary)
        {
            return;
        }
        let mut last = None;
        for (name, value) in allowed {
            // The iterator returns a name only with its first value.
            last = name.or(last);
            if let Some(name) = &last {
                let _ = headers.try_append(name, value);
            }
        }
    }
}

/// Like [`ResponseRules::write`], for rules that [only vary by origin](ResponseRules::only_vary_by_origin).
fn vary_by_origin(headers: &mut HeaderMap, reported: &trace::Once) {
    const VALUE: HeaderValue = HeaderValue::from_static("origin");

    if remove_foreign(headers, reported) {
        vary::add_missing(headers, &[ORIGIN], VALUE);
    } else {
        let _ = headers.try_append(&VARY, VALUE);
    }
}

/// Removes the inner service's CORS headers. Returns `true` if there is a `Vary`.
#[inline]
fn remove_foreign(headers: &mut HeaderMap, reported: &trace::Once) -> bool {
    // Scanning the names once costs less than a look-up for each known CORS header.
    let (mut has_vary, mut has_foreign) = (false, false);
    for name in headers.keys() {
        has_vary |= *name == VARY;
        has_foreign |= is_cors_header(name);
    }
    if has_foreign {
        remove_all(headers, reported);
    }
    has_vary
}

#[cold]
fn remove_all(headers: &mut HeaderMap, reported: &trace::Once) {
    if trace::is_first(reported) {
        let names = headers.keys().filter(|name| is_cors_header(name));
        let names: Vec<&str> = names.map(HeaderName::as_str).collect();
        trace::inner_cors_headers(&Escaped::new(names.join(", ").as_bytes()));
    }
    // One at a time, because collecting the names allocates.
    for _ in 0..MOST_FOREIGN {
        let Some(name) = headers.keys().find(|name| is_cors_header(name)).cloned() else { return };
        headers.remove(name);
    }
    let others = headers.keys().filter(|name| is_cors_header(name));
    let others: Vec<HeaderName> = others.cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// One more than the CORS protocol has, so that the loop also finds that none is left. An inner service that sets more
/// makes up its own names.
const MOST_FOREIGN: usize = 8;

/// Tests the prefix only, so that headers of future versions of the protocol count, too.
fn is_cors_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

/// The names of the response's headers that scripts can read only if they are exposed.
fn carried(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut names: Vec<&str> = headers
        .keys()
        .filter(|name| !is_cors_header(name))
        .map(HeaderName::as_str)
        .filter(|name| !fetch::is_safelisted_response_header(name))
        .filter(|name| !fetch::is_forbidden_response_header(name))
        .collect();
    names.sort_unstable();
    HeaderValue::try_from(names.join(",")).ok().filter(|_| !names.is_empty())
}

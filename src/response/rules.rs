//! The part of a policy that is needed to write a response, when the request is gone.

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName, ORIGIN, VARY,
    },
};

use super::{
    foreign::{is_cors_header, remove_foreign},
    vary::{self, Vary},
};
use crate::{
    fetch::{self, TIMING_ALLOW_ORIGIN},
    trace,
};

#[derive(Clone, Debug, Default)]
pub(crate) struct ResponseRules {
    pub(crate) credentials: bool,
    pub(crate) exposed: Exposed,
    pub(crate) timing: Timing,
    pub(crate) vary: Vary,
    /// For the responses to preflights.
    pub(crate) preflight_vary: Vary,
    /// Remembers that a warning about the inner service's CORS headers was sent.
    pub(crate) reported_inner: trace::Once,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Exposed {
    #[default]
    Safelisted,
    Listed(HeaderValue),
    /// All headers, with credentials. Browsers take `*` as a header's name then, so the names of the response's
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
    pub(super) fn only_vary_by_origin(&self) -> bool {
        self.timing == Timing::Kept && self.vary.is_origin_alone()
    }

    /// Writes the headers of a response to a request other than a preflight. `allow_origin` is the value of
    /// `Access-Control-Allow-Origin`, if the response is shared.
    pub(super) fn write(&self, headers: &mut HeaderMap, allow_origin: Option<HeaderValue>) {
        let has_vary = remove_foreign(headers, &self.reported_inner);
        if self.timing != Timing::Kept {
            // `try_insert` does not replace it in a full map: it fails even for an existing header.
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
    pub(super) fn write_preflight(&self, headers: &mut HeaderMap, mut allowed: HeaderMap) {
        remove_foreign(headers, &self.reported_inner);
        if let Some(vary) = allowed.remove(VARY)
            && !vary::add_missing(headers, self.preflight_vary.names(), vary)
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
pub(super) fn vary_by_origin(headers: &mut HeaderMap, reported: &trace::Once) {
    const VALUE: HeaderValue = HeaderValue::from_static("origin");

    if remove_foreign(headers, reported) {
        vary::add_missing(headers, &[ORIGIN], VALUE);
    } else {
        let _ = headers.try_append(&VARY, VALUE);
    }
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

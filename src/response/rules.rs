//! What a policy writes into responses. It is needed when the request is gone.

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
    /// Whether a warning was sent that the inner service sets CORS headers of its own.
    pub(crate) reported_inner: trace::Once,
}

#[derive(Clone, Debug, Default)]
pub(crate) enum Exposed {
    #[default]
    Safelisted,
    Listed(HeaderValue),
    /// All headers, with credentials. Browsers take `*` for a name there, so the response's own names are listed.
    Carried,
}

/// The `Timing-Allow-Origin` header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Timing {
    /// The inner service's stays.
    #[default]
    Kept,
    /// The inner service's is removed, since another part of the allowlist writes it.
    Removed,
    /// Allowed origins get one, and the inner service's is removed.
    Written,
}

impl ResponseRules {
    /// Whether a response that is not shared gets `Vary: origin` and nothing else.
    #[inline]
    pub(super) fn only_vary_by_origin(&self) -> bool {
        self.timing == Timing::Kept && self.vary.is_origin_alone()
    }

    /// Writes the headers of a response to a request that is no preflight. `allow_origin` is the value of
    /// `Access-Control-Allow-Origin`, if the response is shared.
    pub(super) fn write(&self, headers: &mut HeaderMap, allow_origin: Option<HeaderValue>) {
        let has_vary = remove_foreign(headers, &self.reported_inner);
        if self.timing != Timing::Kept {
            // Insertion does not replace it: a map that is full refuses an insertion over a header that it has.
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
        // The map has none of these any more, and appending costs less than inserting. In a map that is full, each
        // header that is missing allows less.
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
            // The iterator gives the name with the first of its values only.
            last = name.or(last);
            if let Some(name) = &last {
                let _ = headers.try_append(name, value);
            }
        }
    }
}

/// Does what [`ResponseRules::write`] does where the rules [only vary by origin](ResponseRules::only_vary_by_origin).
pub(super) fn vary_by_origin(headers: &mut HeaderMap, reported: &trace::Once) {
    const VALUE: HeaderValue = HeaderValue::from_static("origin");

    if remove_foreign(headers, reported) {
        vary::add_missing(headers, &[ORIGIN], VALUE);
    } else {
        let _ = headers.try_append(&VARY, VALUE);
    }
}

/// The names of the response's headers that scripts can only read if they are exposed.
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

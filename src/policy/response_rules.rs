//! What a policy does to the response to a forwarded request.

use http::{
    HeaderMap, HeaderValue,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, HeaderName, ORIGIN, VARY,
    },
};

use super::{ALLOW_PRIVATE_NETWORK, vary};
use crate::{fetch, trace};

/// The [Resource Timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin) header.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// The part of a policy that is needed to write a response, when the request is gone.
#[derive(Clone, Debug)]
pub(super) struct ResponseRules {
    pub(super) credentials: bool,
    pub(super) exposed: Exposed,
    pub(super) timing: bool,
    /// What all responses vary by, and the value that says so.
    pub(super) varies_by: Vec<HeaderName>,
    pub(super) vary: Option<HeaderValue>,
    /// Whether it was reported that the inner service sets CORS headers of its own.
    pub(super) reported_inner: trace::Once,
}

#[derive(Clone, Debug)]
pub(super) enum Exposed {
    Safelisted,
    Listed(HeaderValue),
    /// All with credentials, where browsers take `*` for a name: those that the response has.
    Carried,
}

impl ResponseRules {
    /// Whether a response that is shared with no one is told more than that it varies by the origin.
    pub(super) fn says_more(&self) -> bool {
        self.timing || self.varies_by.len() > 1
    }

    pub(super) fn write(&self, headers: &mut HeaderMap, origin: Option<HeaderValue>) {
        let has_vary = remove_foreign(headers, Some(&self.reported_inner));
        if self.timing {
            // Not in the place of the new one: an overfull map lets nothing be inserted, not even over what it has.
            headers.remove(TIMING_ALLOW_ORIGIN);
        }
        if let Some(value) = self.vary.clone() {
            let is_added = if has_vary {
                vary::add_missing(headers, &self.varies_by, value)
            } else {
                headers.try_insert(&VARY, value).is_ok()
            };
            if !is_added {
                return;
            }
        }
        let Some(origin) = origin else { return };
        if self.timing {
            let _ = headers.try_append(TIMING_ALLOW_ORIGIN, origin.clone());
        }
        let exposed = match &self.exposed {
            Exposed::Safelisted => None,
            Exposed::Listed(names) => Some(names.clone()),
            Exposed::Carried => carried(headers),
        };
        // None of these is there any more, and then to append costs less than to insert. In an overfull
        // map the first that fails is the last that could have been written, and what is missing then
        // allows less. The names stand in the order of their places in a `HeaderMap`, which moves nothing then.
        if let Some(exposed) = exposed {
            let _ = headers.try_append(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
        let _ = headers.try_append(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let _ = headers
                .try_append(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

pub(super) fn vary_by_origin(headers: &mut HeaderMap) {
    const VALUE: HeaderValue = HeaderValue::from_static("origin");

    if remove_foreign(headers, None) {
        vary::add_missing(headers, &[ORIGIN], VALUE);
    } else {
        let _ = headers.try_append(&VARY, VALUE);
    }
}

/// The names of the headers that a script could not read without their being exposed.
fn carried(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut names: Vec<&str> = headers
        .keys()
        .filter(|name| !is_access_control(name))
        .map(HeaderName::as_str)
        .filter(|name| !fetch::is_safelisted_response_header(name))
        .filter(|name| !fetch::is_forbidden_response_header(name))
        .collect();
    names.sort_unstable();
    HeaderValue::try_from(names.join(",")).ok().filter(|_| !names.is_empty())
}

/// Removes the CORS headers that are not this policy's, and says whether there is a `Vary`.
#[inline]
pub(super) fn remove_foreign(headers: &mut HeaderMap, reported: Option<&trace::Once>) -> bool {
    // One look at each name costs less than a look-up for each name that could be there.
    let (mut has_vary, mut has_foreign) = (false, false);
    for name in headers.keys() {
        has_vary |= *name == VARY;
        has_foreign |= is_access_control(name);
    }
    if has_foreign {
        remove_all(headers, reported);
    }
    has_vary
}

#[cold]
fn remove_all(headers: &mut HeaderMap, reported: Option<&trace::Once>) {
    trace::inner_headers(reported, headers.keys().filter(|name| is_access_control(name)));
    // The protocol's own are removed unseen, as to collect them first would allocate.
    for name in KNOWN {
        headers.remove(name);
    }
    let others: Vec<HeaderName> =
        headers.keys().filter(|name| is_access_control(name)).cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// The response headers of the [CORS protocol](https://fetch.spec.whatwg.org/#http-responses).
const KNOWN: [HeaderName; 7] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
    ALLOW_PRIVATE_NETWORK,
];

fn is_access_control(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

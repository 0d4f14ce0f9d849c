//! CORS headers that the inner service sets.

use http::{
    HeaderMap,
    header::{HeaderName, VARY},
};

use crate::{escaped::Escaped, fetch::CORS_RESPONSE_HEADERS, trace};

/// Removes the inner service's CORS headers. Returns `true` if there is a `Vary`.
#[inline]
pub(super) fn remove_foreign(headers: &mut HeaderMap, reported: &trace::Once) -> bool {
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
    // Remove the known ones by name, because collecting names allocates.
    for name in CORS_RESPONSE_HEADERS {
        headers.remove(name);
    }
    let others = headers.keys().filter(|name| is_cors_header(name));
    let others: Vec<HeaderName> = others.cloned().collect();
    for name in others {
        headers.remove(name);
    }
}

/// Tests the prefix only, so that headers of future versions of the protocol count, too.
pub(super) fn is_cors_header(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

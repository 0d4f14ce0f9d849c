//! The CORS check and the filtered responses.

use http::{
    HeaderMap, HeaderName,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
    },
};

use super::{
    error::NetworkErrorCause,
    lists::{combined, is_forbidden_response_header, is_safelisted_response_header, tokens},
};

/// The [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
pub(super) fn cors_check(
    origin: &str,
    credentials: bool,
    response: &HeaderMap,
) -> Result<(), NetworkErrorCause> {
    let own = || origin.to_owned();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Some(found) = combined(response, &ACCESS_CONTROL_ALLOW_ORIGIN) else {
        return Err(NetworkErrorCause::MissingAllowOrigin { origin: own() });
    };
    if found == b"*" && !credentials {
        return Ok(());
    }
    if found != origin.as_bytes() {
        return Err(if found == b"*" {
            NetworkErrorCause::WildcardWithCredentials { origin: own() }
        } else {
            NetworkErrorCause::OtherAllowOrigin { origin: own(), found: text(&found) }
        });
    }
    let found = combined(response, &ACCESS_CONTROL_ALLOW_CREDENTIALS);
    if credentials && found.as_deref() != Some(b"true") {
        let found = found.map(|found| text(&found));
        return Err(NetworkErrorCause::MissingAllowCredentials { found });
    }
    Ok(())
}

/// The headers of a [CORS filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-cors).
pub(super) fn exposed(credentials: bool, response: &HeaderMap) -> HeaderMap {
    let names = tokens(response, &ACCESS_CONTROL_EXPOSE_HEADERS).ok().flatten().unwrap_or_default();
    let has_wildcard = !credentials && names.iter().any(|name| name == "*");
    retain(response, |name| {
        has_wildcard
            || is_safelisted_response_header(name)
            || names.iter().any(|other| other.eq_ignore_ascii_case(name.as_str()))
    })
}

/// The headers of a [basic filtered response](https://fetch.spec.whatwg.org/#concept-filtered-response-basic).
pub(super) fn basic(response: &HeaderMap) -> HeaderMap {
    retain(response, |_| true)
}

fn retain(headers: &HeaderMap, is_visible: impl Fn(&HeaderName) -> bool) -> HeaderMap {
    let mut visible = HeaderMap::new();
    for (name, value) in headers {
        if is_visible(name) && !is_forbidden_response_header(name) {
            visible.append(name, value.clone());
        }
    }
    visible
}

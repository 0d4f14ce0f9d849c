//! The checks of a response that is not for a preflight, and the filtered responses.

use http::{
    HeaderMap, HeaderName,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
    },
};

use url::Url;

use super::{
    error::NetworkErrorCause,
    lists::{combined, is_forbidden_response_header, is_safelisted_response_header, tokens},
    site::PageOrigin,
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
        return Err(NetworkErrorCause::MissingAllowOrigin { origin: own(), preflight: None });
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

/// The [cross-origin resource policy check](https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check) of a
/// page without an embedder policy.
pub(super) fn resource_policy_check(
    page: &PageOrigin,
    url: &Url,
    response: &HeaderMap,
) -> Result<(), NetworkErrorCause> {
    let found = combined(response, &CROSS_ORIGIN_RESOURCE_POLICY);
    let (policy, is_allowed) = match found.as_deref() {
        Some(b"same-origin") => ("same-origin", page.is_same_origin(url)),
        Some(b"same-site") => {
            let is_secure = page.is_https() || url.scheme() != "https";
            ("same-site", page.is_schemelessly_same_site(url) && is_secure)
        }
        _ => return Ok(()),
    };
    if is_allowed {
        return Ok(());
    }
    Err(NetworkErrorCause::ResourcePolicy { policy, origin: page.as_str().to_owned() })
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

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName =
    HeaderName::from_static("cross-origin-resource-policy");

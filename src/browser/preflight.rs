//! The [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch).

use std::time::Duration;

use http::{
    HeaderMap, HeaderValue, Method, StatusCode,
    header::{
        ACCEPT, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HeaderName,
    },
};

use super::{
    cache::Allowed,
    check::cors_check,
    error::NetworkErrorCause,
    lists::{is_safelisted_method, tokens, trim, unsafe_names},
};

/// The preflight of a request, with the parts of the request that it depends on.
pub(super) struct Preflight<'a> {
    /// The serialized request origin.
    pub(super) origin: &'a str,
    pub(super) method: &'a Method,
    pub(super) headers: &'a HeaderMap,
    /// `true` if the credentials mode is `include`.
    pub(super) credentials: bool,
    /// The [use-CORS-preflight flag](https://fetch.spec.whatwg.org/#use-cors-preflight-flag).
    pub(super) is_forced: bool,
}

/// The methods and headers that a preflight's response allows.
#[derive(Debug)]
pub(super) struct Permission {
    pub(super) allowed: Vec<Allowed>,
    pub(super) max_age: Duration,
}

impl Preflight<'_> {
    /// The preflight's own headers. `Host`, `Origin` and `Sec-Fetch-*` are added as to every request.
    pub(super) fn request_headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let method = HeaderValue::from_str(self.method.as_str());
        headers.extend(method.ok().map(|method| (ACCESS_CONTROL_REQUEST_METHOD, method)));
        let names = unsafe_names(self.headers).join(",");
        let names = HeaderValue::try_from(names).ok().filter(|names| !names.is_empty());
        headers.extend(names.map(|names| (ACCESS_CONTROL_REQUEST_HEADERS, names)));
        headers
    }

    /// Checks the response, in the standard's order.
    pub(super) fn check(
        &self,
        status: StatusCode,
        response: &HeaderMap,
    ) -> Result<Permission, NetworkErrorCause> {
        cors_check(self.origin, self.credentials, response).map_err(|cause| match cause {
            NetworkErrorCause::MissingAllowOrigin { origin, .. } => {
                NetworkErrorCause::MissingAllowOrigin { origin, preflight: Some(status) }
            }
            cause => cause,
        })?;
        if !status.is_success() {
            return Err(NetworkErrorCause::PreflightStatus(status));
        }
        let methods =
            list(response, &ACCESS_CONTROL_ALLOW_METHODS, "Access-Control-Allow-Methods")?;
        let names = list(response, &ACCESS_CONTROL_ALLOW_HEADERS, "Access-Control-Allow-Headers")?;
        let names = names.unwrap_or_default();
        let methods = match methods {
            None if self.is_forced => vec![self.method.to_string()],
            methods => methods.unwrap_or_default(),
        };
        let has_wildcard = |list: &[String]| !self.credentials && list.iter().any(|it| it == "*");
        let is_method_allowed = methods.iter().any(|method| method == self.method.as_str())
            || is_safelisted_method(self.method)
            || has_wildcard(&methods);
        if !is_method_allowed {
            let method = self.method.clone();
            return Err(NetworkErrorCause::MethodNotAllowed { method, allowed: methods });
        }
        let is_named = |name: &str| names.iter().any(|other| other.eq_ignore_ascii_case(name));
        // https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
        let authorization = AUTHORIZATION.as_str();
        let refused = if self.headers.contains_key(AUTHORIZATION) && !is_named(authorization) {
            Some(authorization.to_owned())
        } else {
            let mut wanted = unsafe_names(self.headers).into_iter();
            wanted.find(|name| !is_named(name) && !has_wildcard(&names))
        };
        if let Some(name) = refused {
            return Err(NetworkErrorCause::HeaderNotAllowed { name, allowed: names });
        }
        let names = names.into_iter().map(|name| Allowed::Header(name.to_ascii_lowercase()));
        let allowed = methods.into_iter().map(Allowed::Method).chain(names).collect();
        Ok(Permission { allowed, max_age: max_age(response) })
    }
}

fn list(
    response: &HeaderMap,
    name: &HeaderName,
    header: &'static str,
) -> Result<Option<Vec<String>>, NetworkErrorCause> {
    tokens(response, name).map_err(|element| NetworkErrorCause::MalformedList { header, element })
}

/// The duration in `Access-Control-Max-Age`. A value that is not one line of digits counts as a missing one.
///
/// In the standard, so does a negative number. No known browser caches such a response, and neither does the model.
fn max_age(response: &HeaderMap) -> Duration {
    let mut lines = response.get_all(ACCESS_CONTROL_MAX_AGE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return DEFAULT_MAX_AGE };
    let value = trim(line.as_bytes());
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return DEFAULT_MAX_AGE;
    }
    if digits != value {
        return Duration::ZERO;
    }
    let seconds = std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok());
    seconds.map_or(LONGEST_MAX_AGE, Duration::from_secs).min(LONGEST_MAX_AGE)
}

/// The duration without a valid `Access-Control-Max-Age`, from the
/// [standard](https://fetch.spec.whatwg.org/#cors-preflight-fetch).
const DEFAULT_MAX_AGE: Duration = Duration::from_secs(5);

/// Chromium's limit. The standard leaves the limit to the browser.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(7200);

//! The response to a [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch).

use http::{
    HeaderMap, HeaderName, HeaderValue, Response,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_REQUEST_HEADERS,
    },
};

use super::{
    decision::Decision,
    engine,
    methods::AllowedMethods,
    refusal::Refusal,
    request::{FieldLines, RequestHead},
    request_headers::{self, AllowedHeaders},
    rules::Rules,
};
use crate::{
    fetch::{self, ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK},
    response::ResponseHeaders,
};

impl Rules {
    /// Allows a preflight. `allow_origin` is the value of `Access-Control-Allow-Origin`.
    #[inline]
    pub(super) fn allow_preflight(
        &self,
        allow_origin: &HeaderValue,
        method: FieldLines<'_>,
        request: RequestHead<'_>,
    ) -> Decision {
        let mut response = self.granted(allow_origin, request);
        self.echo_method(response.headers_mut(), method);
        self.echo_names(response.headers_mut(), request);
        if self.forward_preflights {
            let headers = response.into_parts().0.headers;
            Decision::Forward(ResponseHeaders::of_preflight(&self.responses.to_options, headers))
        } else {
            Decision::Respond(response)
        }
    }

    /// The response to an allowed preflight, without the headers that send back requested names.
    #[inline]
    pub(super) fn granted(&self, origin: &HeaderValue, request: RequestHead<'_>) -> Response<()> {
        let mut response = self.allowed_preflight.clone();
        let granted = response.headers_mut();
        // A search finds it faster than a look-up: it was inserted first.
        let mut entries = granted.iter_mut();
        if let Some((_, value)) = entries.find(|(name, _)| *name == ACCESS_CONTROL_ALLOW_ORIGIN) {
            *value = origin.clone();
        }
        if self.private_network && request.requests_private_network() {
            let _ = granted
                .try_insert(ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
        response
    }

    /// If any method is allowed, sends back the requested one: with credentials instead of `*`, which browsers then read
    /// literally, and without them beside it, if configured. The method must be checked already.
    #[inline]
    pub(super) fn echo_method(&self, granted: &mut HeaderMap, method: FieldLines<'_>) {
        let (AllowedMethods::Any, FieldLines::One(method)) = (&self.methods, method) else {
            return;
        };
        if self.credentials {
            let _ = granted.try_insert(ACCESS_CONTROL_ALLOW_METHODS, method.clone());
        } else if self.echo_beside_wildcard && !fetch::is_safelisted_method(method.as_bytes()) {
            echo_beside("*", granted, ACCESS_CONTROL_ALLOW_METHODS, method.as_bytes());
        }
    }

    /// If any header is allowed, sends back the requested names: with credentials instead of `*`, which browsers then
    /// read literally, and without them beside it, if configured. With credentials, the names must be checked already.
    #[inline]
    pub(super) fn echo_names(&self, granted: &mut HeaderMap, request: RequestHead<'_>) {
        match self.headers {
            AllowedHeaders::Echoed => {
                for line in request.headers.get_all(ACCESS_CONTROL_REQUEST_HEADERS) {
                    let _ = granted.try_append(ACCESS_CONTROL_ALLOW_HEADERS, line.clone());
                }
            }
            AllowedHeaders::Any { authorization } if self.echo_beside_wildcard => {
                let Some(names) = request_headers::as_browsers_send(request) else { return };
                let wildcard = match (authorization, request_headers::has_authorization(names)) {
                    // `*` does not cover it, so to name it would allow more than the policy does.
                    (false, true) => return,
                    (true, false) => "*,authorization",
                    _ => "*",
                };
                echo_beside(wildcard, granted, ACCESS_CONTROL_ALLOW_HEADERS, names);
            }
            AllowedHeaders::Any { .. } | AllowedHeaders::Listed { .. } => {}
        }
    }

    /// Narrows the response to an allowed preflight to the methods of the route. Also returns the refusal if
    /// the requested method is not one of them.
    pub(crate) fn narrow(
        &self,
        mut response: Response<()>,
        method: &HeaderValue,
        of_route: &[&str],
    ) -> (Response<()>, Option<Refusal>) {
        let mut names: Vec<&str> = match &self.methods {
            AllowedMethods::Listed(methods) => {
                methods.iter().map(String::as_str).filter(|name| of_route.contains(name)).collect()
            }
            // A browser would take `*` as a wildcard, not as a method of the route.
            AllowedMethods::Any => of_route.iter().copied().filter(|&name| name != "*").collect(),
        };
        names.retain(|name| !fetch::is_safelisted_method(name.as_bytes()));
        names.sort_unstable();
        names.dedup();
        let headers = response.headers_mut();
        headers.remove(ACCESS_CONTROL_ALLOW_METHODS);
        if let Some(Ok(value)) = (!names.is_empty()).then(|| names.join(",").try_into()) {
            let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_METHODS, value);
        }
        let is_of_route = names.iter().any(|name| method.as_bytes() == name.as_bytes());
        if is_of_route || fetch::is_safelisted_method(method.as_bytes()) {
            return (response, None);
        }
        let refusal = Refusal::MethodNotOfRoute(method.clone());
        if self.diagnose {
            refusal.add_to(response.headers_mut(), None);
        } else {
            response = engine::refused(self.preflight_vary.as_ref());
        }
        (response, Some(refusal))
    }
}

/// Replaces a list that begins with `*` by one that also has the requested names.
fn echo_beside(wildcard: &str, granted: &mut HeaderMap, list: HeaderName, requested: &[u8]) {
    if let Ok(value) = [wildcard.as_bytes(), requested].join(&b',').try_into() {
        let _ = granted.try_insert(list, value);
    }
}

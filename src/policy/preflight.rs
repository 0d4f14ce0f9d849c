//! What a [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch) gets.

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        VARY,
    },
};

use super::{
    ALLOW_PRIVATE_NETWORK, Action, Policy, Refusal, RequestHead, ResponseHeaders, Rules,
    refusal::Notes, request::Line,
};
use crate::fetch;

/// In bytes: no method in use is nearly as long. What is longer is refused unread, and so never sent back.
pub(super) const MAX_METHOD: usize = 64;

#[derive(Clone)]
pub(super) enum AllowedMethods {
    Any,
    Listed(Vec<Method>),
}

impl Policy {
    /// `origin` is the value of `Access-Control-Allow-Origin`, if the origin is allowed.
    #[inline]
    pub(super) fn decide_preflight<F>(
        &self,
        origin: Option<&HeaderValue>,
        method: &Line<'_>,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Action<F> {
        let rules = &*self.0;
        match origin {
            Some(origin)
                if rules.methods.allow(method, notes) && rules.headers.allow(request, notes) =>
            {
                let mut granted = rules.granted(origin, request);
                rules.echo_method(&mut granted, method);
                rules.echo_names(&mut granted, request);
                if rules.forward_preflights {
                    return Action::Forward(ResponseHeaders::preflight(self, granted));
                }
                Action::Respond(answer(rules.preflight_status, granted))
            }
            _ => Action::Refuse(rules.preflight_vary.clone()),
        }
    }

    /// The answer to an allowed preflight, or what it becomes, if the route takes these methods only.
    pub(crate) fn narrow(
        &self,
        mut answer: Response<()>,
        method: &HeaderValue,
        of_route: &[&str],
    ) -> (Response<()>, Option<Refusal>) {
        let rules = &*self.0;
        let mut names: Vec<&str> = match &rules.methods {
            AllowedMethods::Listed(methods) => {
                methods.iter().map(Method::as_str).filter(|name| of_route.contains(name)).collect()
            }
            // `*` would be a wildcard, and not a method of the route.
            AllowedMethods::Any => of_route.iter().copied().filter(|&name| name != "*").collect(),
        };
        names.retain(|name| !fetch::is_safelisted_method(name.as_bytes()));
        names.sort_unstable();
        names.dedup();
        let headers = answer.headers_mut();
        headers.remove(ACCESS_CONTROL_ALLOW_METHODS);
        if let Some(Ok(value)) = (!names.is_empty()).then(|| names.join(",").try_into()) {
            let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_METHODS, value);
        }
        let is_of_route = names.iter().any(|name| method.as_bytes() == name.as_bytes());
        if is_of_route || fetch::is_safelisted_method(method.as_bytes()) {
            return (answer, None);
        }
        let refusal = Refusal::MethodNotOfRoute(method.clone());
        let mut refused = if rules.diagnose { answer } else { rules.refuse_preflight() };
        if rules.diagnose {
            refusal.add_to(refused.headers_mut());
        }
        (refused, Some(refusal))
    }
}

impl Rules {
    pub(super) fn refuse_preflight(&self) -> Response<()> {
        refused(HeaderMap::new(), self.preflight_vary.clone())
    }

    /// What the configuration grants, but for what is named only because it was asked for.
    pub(super) fn granted(&self, origin: &HeaderValue, request: RequestHead<'_>) -> HeaderMap {
        let mut granted = self.allowed_preflight.clone();
        // It was inserted first and is found first, which a look-up would take longer for.
        let mut entries = granted.iter_mut();
        if let Some((_, value)) = entries.find(|(name, _)| *name == ACCESS_CONTROL_ALLOW_ORIGIN) {
            *value = origin.clone();
        }
        if self.private_network && request.asks_private_network() {
            let _ = granted.try_insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
        granted
    }

    /// Names the requested method, which was found to be allowed: with credentials, browsers take `*` for a name.
    #[inline]
    pub(super) fn echo_method(&self, granted: &mut HeaderMap, method: &Line<'_>) {
        if let (true, AllowedMethods::Any, Line::One(method)) =
            (self.credentials, &self.methods, method)
        {
            let _ = granted.try_insert(ACCESS_CONTROL_ALLOW_METHODS, (*method).clone());
        }
    }

    /// Names the requested headers, which were found to be allowed, where browsers take `*` for a name.
    #[inline]
    pub(super) fn echo_names(&self, granted: &mut HeaderMap, request: RequestHead<'_>) {
        for line in self.headers.echo(request.headers) {
            let _ = granted.try_append(ACCESS_CONTROL_ALLOW_HEADERS, line.clone());
        }
    }
}

/// The answer to what is refused, the same for every reason. What is in `headers` goes, and its place is used.
pub(crate) fn refused(mut headers: HeaderMap, vary: Option<HeaderValue>) -> Response<()> {
    headers.clear();
    if let Some(vary) = vary {
        let _ = headers.try_append(VARY, vary);
    }
    answer(StatusCode::FORBIDDEN, headers)
}

pub(super) fn answer(status: StatusCode, headers: HeaderMap) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

impl AllowedMethods {
    /// The [method check](https://fetch.spec.whatwg.org/#cors-preflight-fetch) of a preflight: methods
    /// are compared byte for byte.
    pub(super) fn allow(&self, method: &Line<'_>, notes: &mut impl Notes) -> bool {
        let Line::One(value) = method else {
            notes.refused(|| Refusal::SeveralMethods);
            return false;
        };
        let method = value.as_bytes();
        if method.len() > MAX_METHOD {
            notes.refused(|| Refusal::MethodTooLong((*value).clone()));
            return false;
        }
        if fetch::is_safelisted_method(method) {
            return true;
        }
        let in_form = || fetch::is_token(method) && !fetch::is_forbidden_method(method);
        let allowed = match self {
            Self::Any => in_form(),
            // What is listed was found to be in form.
            Self::Listed(methods) => {
                methods.iter().any(|listed| listed.as_str().as_bytes() == method)
            }
        };
        if !allowed {
            notes.refused(|| {
                if in_form() {
                    Refusal::MethodNotAllowed((*value).clone())
                } else {
                    Refusal::ImpossibleMethod((*value).clone())
                }
            });
        }
        allowed
    }
}

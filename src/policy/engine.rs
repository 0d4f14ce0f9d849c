use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Response, StatusCode, header::VARY};

use super::{
    decision::Decision,
    failure::Failure,
    origins::{AllowedOrigins, OriginCheck},
    request::{CorsRequest, RequestHead},
    rules::Rules,
};
use crate::{origin::Origin, response::ResponseHeaders};

/// A validated, compiled and immutable configuration, which decides about requests.
///
/// [`CorsLayerBuilder::build_policy`](crate::CorsLayerBuilder::build_policy) makes it, and a
/// [`CorsLayer`](crate::CorsLayer) applies it. It can also be used without a layer: its methods are pure,
/// never wait, and panic only if a predicate does. Cloning it copies one pointer.
///
/// ```
/// use http::Request;
/// use tower_cors::{Decision, Policy};
///
/// let policy = Policy::builder().allow_origin("https://example.com").build_policy()?;
///
/// let request = Request::get("/").header("origin", "https://example.com").body(())?;
/// let Decision::Forward(headers) = policy.decide(&request) else { panic!("this is no preflight") };
/// let mut response = http::Response::new(());
/// headers.apply(response.headers_mut());
/// assert_eq!(response.headers()["access-control-allow-origin"], "https://example.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Policy(Arc<Rules>);

impl Policy {
    pub(crate) fn new(rules: Rules) -> Self {
        Self(Arc::new(rules))
    }

    /// Decides what happens to a request. A preflight gets its response at once. Every other request is
    /// forwarded, and its response gets the headers. With
    /// [`refuse_disallowed_origins`](crate::CorsLayerBuilder::refuse_disallowed_origins), a request can be
    /// refused. With [`forward_preflights`](crate::CorsLayerBuilder::forward_preflights), an allowed preflight
    /// is forwarded.
    ///
    /// A [`CorsLayer`](crate::CorsLayer) does more. Without a layer, your code has to do it:
    ///
    /// | a layer | without a layer |
    /// |---|---|
    /// | calls `on_decision`, and sends events to `tracing` | report what [`explain`](Self::explain) returns |
    /// | puts the `Outcome` into the response's extensions (`attach_outcome`) | insert what [`explain`](Self::explain) returns |
    /// | gets a route's methods from the inner service (`allow_methods_of_route`) | the configured methods are allowed |
    /// | reports the status of a forwarded preflight | check it: outside 200 to 299, the browser refuses |
    /// | changes nothing with `report_only` | the same: the decision is [`Decision::Forward`], with headers that write nothing |
    /// | calls an asynchronous predicate | not available: such a policy exists only within its layer |
    /// | chooses a policy (`select`, `first_match`, `reloadable`) | choose it before you call this |
    pub fn decide<'a>(&self, request: impl Into<RequestHead<'a>>) -> Decision {
        let request = request.into();
        if self.0.shows_reasons() {
            return self.decide_and_explain(request).0;
        }
        self.decide_with(&OriginCheck::NotRun, request).0
    }

    /// Returns `true` if the configuration lists the value of an `Origin` header, or a pattern that matches
    /// it. It returns `false` if the policy allows any origin, and it calls no predicate.
    #[must_use]
    pub fn allows_origin(&self, origin: &HeaderValue) -> bool {
        match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.has(origin.as_bytes()),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => false,
        }
    }

    /// Classifies the request in the standard's terms, and checks it in the standard's order: the origin first,
    /// then the method and the header names of a preflight. Also returns the check that failed.
    ///
    /// It ignores `diagnose` and `report_only`, and checks the requests of own pages like all others.
    /// `explain_with` does the rest.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(crate) fn decide_with<'a>(
        &self,
        earlier: &'a OriginCheck,
        request: RequestHead<'a>,
    ) -> (Decision, Option<Failure<'a>>) {
        let rules = &*self.0;
        // Not for preflights, whose responses are prepared.
        let response_rules = || rules.responses.to(request.method);
        match request.classify() {
            // Not a CORS request. `*` does not depend on the origin, so all responses have it, and one cached response
            // serves everyone. Otherwise the response only gets `Vary`:
            // https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
            CorsRequest::None => {
                let headers = match rules.origins.static_value() {
                    Some(any) => ResponseHeaders::shared(response_rules(), any),
                    None => ResponseHeaders::not_shared(response_rules()),
                };
                (Decision::Forward(headers), None)
            }
            // The response may be shared with the origin: https://fetch.spec.whatwg.org/#cors-request
            // Requests of own pages come here, too.
            CorsRequest::Actual { origin } => {
                match (earlier.or_run(&rules.origins, origin, request), &rules.refusing) {
                    (Ok(allowed), _) => (
                        Decision::Forward(ResponseHeaders::shared(response_rules(), allowed)),
                        None,
                    ),
                    (Err(failure), None) => (
                        Decision::Forward(ResponseHeaders::not_shared(response_rules())),
                        Some(failure),
                    ),
                    (Err(failure), Some(refusing)) => {
                        (rules.refuse_or_forward(refusing, origin, request), Some(failure))
                    }
                }
            }
            // The browser checks whether a request is allowed: https://fetch.spec.whatwg.org/#cors-preflight-request
            // All refused preflights get the same response, so `refusing` does not matter.
            CorsRequest::Preflight { origin, method } => {
                let checked = earlier.or_run(&rules.origins, origin, request).and_then(|allowed| {
                    rules.methods.check(method)?;
                    rules.headers.check(request)?;
                    Ok(allowed)
                });
                match checked {
                    Ok(allowed) => (rules.allow_preflight(allowed, method, request), None),
                    Err(failure) => {
                        (Decision::Respond(refused(rules.preflight_vary.as_ref())), Some(failure))
                    }
                }
            }
        }
    }

    /// The value of `Access-Control-Allow-Origin`, if the request has an origin and it is allowed.
    pub(crate) fn allowed_origin(&self, request: RequestHead<'_>) -> Option<HeaderValue> {
        let origin = request.classify().origin()?;
        self.0.origins.check(origin, request).ok().cloned()
    }

    /// The origin that an asynchronous predicate has to decide about.
    pub(crate) fn undecided_origin(&self, request: RequestHead<'_>) -> Option<Origin> {
        self.0.origins.undecided(request.classify().origin()?)
    }

    /// Returns `true` if the policy may respond itself. So the request has to wait for the predicate.
    pub(crate) fn may_respond(&self, request: RequestHead<'_>) -> bool {
        let refuses = || self.0.refusing.as_ref().is_some_and(|refusing| refusing.covers(request));
        let is_preflight = || matches!(request.classify(), CorsRequest::Preflight { .. });
        !self.0.report_only && (is_preflight() || refuses())
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0
    }

    /// Copies the rules first if clones of this policy share them.
    pub(crate) fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.0)
    }

    /// Identifies the policy: its clones have the same address, and other policies have another.
    #[cfg(feature = "reload")]
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Returns `true` if there are clones of this policy.
    #[cfg(feature = "reload")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// The response to a refused request, the same for every reason. It is not prepared, because a copy of a header map
/// has no room for the headers that servers add.
#[inline]
pub(super) fn refused(vary: Option<&HeaderValue>) -> Response<()> {
    let mut headers = HeaderMap::new();
    if let Some(vary) = vary {
        let _ = headers.try_append(VARY, vary.clone());
    }
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::FORBIDDEN;
    *response.headers_mut() = headers;
    response
}

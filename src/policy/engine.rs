use std::{convert::Infallible, sync::Arc};

use http::HeaderValue;

use super::{
    decision::{Action, Decision},
    origins::AllowedOrigins,
    reasons::Reasons,
    refusal::{Outcome, Refusal},
    request::{CorsRequest, FieldLines, RequestHead, RequestKind},
    rules::Rules,
};
use crate::{
    origin::Origin,
    response::{ResponseHeaders, refused},
};

/// A validated, compiled and immutable configuration, which says what each request gets.
///
/// It is made by [`CorsLayerBuilder::build_policy`](crate::CorsLayerBuilder::build_policy), used by a [`CorsLayer`](crate::CorsLayer), and can
/// be asked without one: its methods are pure, wait for nothing, and panic for no request (but where a
/// predicate does). Cloning it copies one pointer.
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

    /// Decides what happens to a request. A preflight is answered, and every other request forwarded: its
    /// response then gets the headers. With [`refuse_disallowed_origins`](crate::CorsLayerBuilder::refuse_disallowed_origins)
    /// a request can be refused, and with [`forward_preflights`](crate::CorsLayerBuilder::forward_preflights) a
    /// preflight that is allowed is forwarded.
    ///
    /// A [`CorsLayer`](crate::CorsLayer) does more than this. Without one, it is yours to do:
    ///
    /// | a layer | without a layer |
    /// |---|---|
    /// | calls `on_decision`, and sends events to `tracing` | report what [`explain`](Self::explain) returns |
    /// | puts the `Outcome` into the response's extensions (`attach_outcome`) | insert what [`explain`](Self::explain) returns |
    /// | asks the inner service for a route's methods (`allow_methods_of_route`) | nobody asks: the configured methods are allowed |
    /// | reports the status of a forwarded preflight | look at it: outside 200 to 299, the browser refuses |
    /// | changes nothing with `report_only` | the same: it is [`Decision::Forward`], with headers that write nothing |
    /// | asks an asynchronous predicate | a policy with one is only had within its layer |
    /// | chooses a policy (`select`, `first_match`, `reloadable`) | choose it before |
    pub fn decide<'a>(&self, request: impl Into<RequestHead<'a>>) -> Decision {
        let request = request.into();
        if self.0.shows_reasons() {
            return self.decide_and_say_why(&OriginCheck::NotRun, request).0;
        }
        Action::<Infallible>::into(self.decide_with(&OriginCheck::NotRun, request, &mut ()))
    }

    /// The same decision in words: what the request is, and why it is not allowed.
    ///
    /// It speaks for the server. Only the browser knows whether it sends credentials, and that a `*` for any
    /// header does not cover `authorization`.
    #[must_use]
    pub fn explain<'a>(&self, request: impl Into<RequestHead<'a>>) -> Outcome {
        self.decide_and_say_why(&OriginCheck::NotRun, request.into()).1
    }

    /// Whether a pattern allows the value of an `Origin` header. Only what the configuration lists
    /// counts: a policy that allows any origin lists none, and no predicate is called.
    #[must_use]
    pub fn allows_origin(&self, origin: &HeaderValue) -> bool {
        match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.has(origin.as_bytes()),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => false,
        }
    }

    /// Says what the request is, in the standard's terms, and follows the order of the standard's own checks: the
    /// origin first, and for a preflight then the method and the header names.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(crate) fn decide_with<F>(
        &self,
        check: &OriginCheck,
        request: RequestHead<'_>,
        reasons: &mut impl Reasons,
    ) -> Action<F> {
        let rules = &*self.0;
        match request.classify() {
            // No CORS request, so the response is as any other, but for what caches need:
            // https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
            CorsRequest::None => Action::Forward(ResponseHeaders::new(
                &rules.responses,
                rules.origins.static_value(),
            )),
            // The response may be shared with the origin: https://fetch.spec.whatwg.org/#cors-request
            CorsRequest::Actual { origin } => {
                let allowed = check.run(rules, origin, request, reasons);
                let headers = ResponseHeaders::new(&rules.responses, allowed);
                match &rules.refusing {
                    Some(refusing) if allowed.is_none() => {
                        refusing.decide(headers, origin, request, reasons)
                    }
                    _ => Action::Forward(headers),
                }
            }
            // The origin asks whether it may make a request: https://fetch.spec.whatwg.org/#cors-preflight-request
            CorsRequest::Preflight { origin, method } => {
                match check.run(rules, origin, request, reasons) {
                    Some(allowed)
                        if rules.methods.allow(&method, reasons)
                            && rules.headers.allow(request, reasons) =>
                    {
                        rules.allow_preflight(allowed, &method, request)
                    }
                    _ => Action::Respond(refused(&rules.responses.preflight_vary)),
                }
            }
        }
    }

    pub(crate) fn decide_and_say_why(
        &self,
        check: &OriginCheck,
        request: RequestHead<'_>,
    ) -> (Decision, Outcome) {
        let rules = &*self.0;
        let mut refusal = None;
        let action: Action = self.decide_with(check, request, &mut refusal);
        let mut decision = Decision::from(action);
        if let (true, Some(refusal)) = (rules.diagnose, &refusal) {
            decision = rules.diagnose(decision, refusal, request);
        }
        if rules.report_only {
            decision = Decision::Forward(ResponseHeaders::untouched());
        }
        let answered = matches!(decision, Decision::Respond(_));
        (decision, Outcome { kind: RequestKind::of(request), refusal, answered })
    }

    /// The value of `Access-Control-Allow-Origin` for the request's origin, if it has one that is allowed.
    pub(crate) fn allowed_origin(&self, request: RequestHead<'_>) -> Option<HeaderValue> {
        let origin = request.classify().origin()?;
        self.0.origins.check(origin, request, &mut ()).cloned()
    }

    /// The origin that an asynchronous predicate has to decide about.
    pub(crate) fn undecided_origin(&self, request: RequestHead<'_>) -> Option<Origin> {
        self.0.origins.undecided(request.classify().origin()?)
    }

    /// Whether the request reaches the inner service only if its origin is allowed.
    pub(crate) fn may_respond(&self, request: RequestHead<'_>) -> bool {
        let refuses = || self.0.refusing.as_ref().is_some_and(|refusing| refusing.covers(request));
        let is_preflight = || matches!(request.classify(), CorsRequest::Preflight { .. });
        !self.0.report_only && (is_preflight() || refuses())
    }

    pub(crate) fn rules(&self) -> &Rules {
        &self.0
    }

    /// Gives up sharing with clones of this policy, if there are any.
    pub(crate) fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.0)
    }

    /// The same for clones of one policy, and for no other policy.
    #[cfg(feature = "reload")]
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Whether there are clones of this policy.
    #[cfg(feature = "reload")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

/// The [CORS check](https://fetch.spec.whatwg.org/#cors-check) of a request's origin, if something else than the
/// policy's own list and predicate has run it.
pub(crate) enum OriginCheck {
    NotRun,
    /// The origin is allowed, and this is the value of `Access-Control-Allow-Origin`.
    Passed(HeaderValue),
    /// The asynchronous predicate failed with this error.
    Failed(String),
}

impl OriginCheck {
    #[inline]
    fn run<'a>(
        &'a self,
        rules: &Rules,
        origin: FieldLines<'a>,
        request: RequestHead<'_>,
        reasons: &mut impl Reasons,
    ) -> Option<&'a HeaderValue> {
        match self {
            Self::NotRun => rules.origins.check(origin, request, reasons),
            Self::Passed(allowed) => Some(allowed),
            Self::Failed(error) => {
                reasons.record(|| Refusal::PredicateFailed(error.clone()));
                None
            }
        }
    }
}

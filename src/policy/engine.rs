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
            return self.decide_and_say_why(&OriginCheck::NotRun, request).0;
        }
        Action::<Infallible>::into(self.decide_with(&OriginCheck::NotRun, request, &mut ()))
    }

    /// Explains the decision: the kind of the request, and the reason if it is not allowed.
    ///
    /// It explains the server's decision only. Two checks remain with the browser: the credentials mode, and that
    /// `*` as the allowed headers does not cover `authorization`.
    #[must_use]
    pub fn explain<'a>(&self, request: impl Into<RequestHead<'a>>) -> Outcome {
        self.decide_and_say_why(&OriginCheck::NotRun, request.into()).1
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
    /// then the method and the header names of a preflight.
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
            // Not a CORS request. The response only gets the headers that caches need:
            // https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches
            CorsRequest::None => Action::Forward(match rules.origins.static_value() {
                Some(any) => ResponseHeaders::shared(&rules.responses, any),
                None => ResponseHeaders::not_shared(&rules.responses),
            }),
            // The response may be shared with the origin: https://fetch.spec.whatwg.org/#cors-request
            CorsRequest::Actual { origin } => {
                match (check.run(rules, origin, request, reasons), &rules.refusing) {
                    (Some(allowed), _) => {
                        Action::Forward(ResponseHeaders::shared(&rules.responses, allowed))
                    }
                    (None, None) => Action::Forward(ResponseHeaders::not_shared(&rules.responses)),
                    (None, Some(refusing)) => {
                        let not_shared = ResponseHeaders::not_shared(&rules.responses);
                        refusing.decide(not_shared, origin, request, reasons)
                    }
                }
            }
            // The browser checks whether a request is allowed: https://fetch.spec.whatwg.org/#cors-preflight-request
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

    /// The value of `Access-Control-Allow-Origin`, if the request has an origin and it is allowed.
    pub(crate) fn allowed_origin(&self, request: RequestHead<'_>) -> Option<HeaderValue> {
        let origin = request.classify().origin()?;
        self.0.origins.check(origin, request, &mut ()).cloned()
    }

    /// The origin that an asynchronous predicate has to decide about.
    pub(crate) fn undecided_origin(&self, request: RequestHead<'_>) -> Option<Origin> {
        self.0.origins.undecided(request.classify().origin()?)
    }

    /// Returns `true` if a disallowed origin keeps the request from the inner service.
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

/// The result of a [CORS check](https://fetch.spec.whatwg.org/#cors-check) that ran before the decision: by an
/// asynchronous predicate, or by `first_match`.
pub(crate) enum OriginCheck {
    NotRun,
    /// The origin is allowed. The value is that of `Access-Control-Allow-Origin`.
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

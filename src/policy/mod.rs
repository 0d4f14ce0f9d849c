//! The engine: what a policy says of a request. It knows nothing of services and futures.

mod allowed_origins;
mod closures;
mod compile;
mod decision;
mod diagnosis;
mod lasting;
mod preflight;
mod read_back;
mod refusal;
mod refusing;
mod request;
mod request_headers;
mod response_rules;
mod validate;
mod vary;

use std::{convert::Infallible, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use allowed_origins::AllowedOrigins;
pub(crate) use closures::{Closures, Hook, Predicate};
pub(crate) use decision::Action;
pub use decision::{Decision, ResponseHeaders};
use preflight::AllowedMethods;
pub(crate) use preflight::refused;
#[cfg(feature = "tracing")]
pub(crate) use refusal::Escaped;
use refusal::Notes;
pub use refusal::{Outcome, Refusal};
use refusing::Refusing;
pub use refusing::{Refuse, UnknownRefuse};
use request::Asks;
pub(crate) use request::{OwnedHead, REQUEST_PRIVATE_NETWORK};
pub use request::{RequestHead, RequestKind};
use request_headers::AllowedHeaders;
use response_rules::ResponseRules;

use crate::{
    builder::CorsLayerBuilder,
    config::CorsConfig,
    danger::Danger,
    error::{ConfigError, ConfigErrors, ConfigOption},
    origin::Origin,
    trace,
    warning::ConfigWarning,
};

/// Of a [draft](https://wicg.github.io/private-network-access/) that browsers have left.
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// A validated, compiled and immutable configuration, which says what each request gets.
///
/// It is made by [`CorsLayerBuilder::build_policy`], used by a [`CorsLayer`](crate::CorsLayer), and can
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

#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
struct Rules {
    origins: AllowedOrigins,
    credentials: bool,
    methods: AllowedMethods,
    headers: AllowedHeaders,
    private_network: bool,
    /// What is done to the responses to forwarded requests.
    responses: Arc<ResponseRules>,
    max_age: Option<Duration>,
    preflight_status: StatusCode,
    /// What an allowed preflight gets, but for the values that depend on the request.
    allowed_preflight: HeaderMap,
    /// What all preflights vary by, and the value that says so. A refused one gets nothing else, whatever the
    /// reason.
    preflights_vary_by: Vec<HeaderName>,
    preflight_vary: Option<HeaderValue>,
    forward_preflights: bool,
    methods_of_route: bool,
    refusing: Option<Refusing>,
    report_only: bool,
    diagnose: bool,
    attach_outcome: bool,
    hook: Option<Hook>,
    /// Whether a request takes more than the decision: see [`Rules::is_watched`] and
    /// [`Rules::tells_reasons`].
    is_observed: bool,
    dangers: Vec<Danger>,
    warnings: Vec<ConfigWarning>,
}

impl Policy {
    /// Begins a configuration.
    pub fn builder() -> CorsLayerBuilder {
        CorsLayerBuilder::new()
    }

    pub(crate) fn build(
        config: &CorsConfig,
        closures: Closures,
        mistakes: Vec<ConfigError>,
    ) -> Result<Self, ConfigErrors> {
        let policy = validate::validate(config, closures, mistakes).map(compile::compile)?;
        trace::warnings(policy.warnings());
        Ok(policy)
    }

    pub(crate) fn public() -> Self {
        compile::public()
    }

    /// Decides what happens to a request. A preflight is answered, and every other request forwarded: its
    /// response then gets the headers. With [`refuse_disallowed_origins`](CorsLayerBuilder::refuse_disallowed_origins)
    /// a request can be refused, and with [`forward_preflights`](CorsLayerBuilder::forward_preflights) a
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
        if self.0.tells_reasons() {
            self.decide_in_words(Verdict::Unasked, request).0
        } else {
            Action::<Infallible>::into(self.decide_noting(request, &mut ()))
        }
    }

    /// The same decision in words: what the request is, and why it is not allowed.
    ///
    /// It speaks for the server. Two things only the browser knows: whether it sends credentials, and that
    /// a `*` for any header does not cover `authorization`.
    #[must_use]
    pub fn explain<'a>(&self, request: impl Into<RequestHead<'a>>) -> Outcome {
        self.decide_in_words(Verdict::Unasked, request.into()).1
    }

    /// Whether a pattern allows the value of an `Origin` header. Only what the configuration lists
    /// counts: a policy that allows any origin lists none, and no predicate is asked.
    #[must_use]
    pub fn allows_origin(&self, origin: &HeaderValue) -> bool {
        match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.has(origin.as_bytes()),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => false,
        }
    }

    /// What could be better in the configuration that it was built from.
    /// [`ConfigWarning`] lists what there is.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.0.warnings
    }

    pub(crate) fn decide_in_words(
        &self,
        verdict: Verdict,
        request: RequestHead<'_>,
    ) -> (Decision, Outcome) {
        let mut refusal = None;
        let action: Action = match verdict {
            Verdict::Granted(origin) => self.decide_granting(&origin, request, &mut refusal),
            Verdict::Unasked => self.decide_noting(request, &mut refusal),
            Verdict::Failed(error) => {
                let action = self.decide_noting(request, &mut refusal);
                refusal = refusal.map(|_| Refusal::PredicateFailed(error));
                action
            }
        };
        let mut decision = Decision::from(action);
        if let (true, Some(refusal)) = (self.0.diagnose, &refusal) {
            decision = self.diagnose(decision, refusal, request);
        }
        if self.0.report_only {
            decision = Decision::Forward(ResponseHeaders::untouched());
        }
        let answered = matches!(decision, Decision::Respond(_));
        (decision, Outcome { kind: RequestKind::of(request), refusal, answered })
    }

    /// Follows the order of the standard's own checks: the
    /// [CORS check](https://fetch.spec.whatwg.org/#cors-check) of the origin first, then, in a
    /// [preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch), the method and the header names.
    #[expect(
        clippy::inline_always,
        reason = "to hand on what is decided costs more than to decide"
    )]
    #[inline(always)]
    fn decide_noting<F>(&self, request: RequestHead<'_>, notes: &mut impl Notes) -> Action<F> {
        let rules = &*self.0;
        let asks = request.asks();
        let granted = match asks.origin() {
            Some(origin) => rules.origins.allow(&origin, request, notes),
            // A static policy shares the response with anyone, whether they ask or not.
            None => rules.origins.static_value(),
        };
        match (asks, &rules.refusing) {
            (Asks::Leave { method, .. }, _) => {
                return self.decide_preflight(granted, &method, request, notes);
            }
            (Asks::ToShare { origin }, Some(refusing)) if granted.is_none() => {
                return refusing.decide(self, &origin, request, notes);
            }
            _ => {}
        }
        Action::Forward(ResponseHeaders::new(rules, granted))
    }

    /// The same for an origin that somebody else has allowed.
    fn decide_granting<F>(
        &self,
        origin: &HeaderValue,
        request: RequestHead<'_>,
        notes: &mut impl Notes,
    ) -> Action<F> {
        match request.asks() {
            Asks::Leave { method, .. } => {
                self.decide_preflight(Some(origin), &method, request, notes)
            }
            _ => Action::Forward(ResponseHeaders::new(&self.0, Some(origin))),
        }
    }

    /// The value of `Access-Control-Allow-Origin` for the request's origin, if it has one that is allowed.
    pub(crate) fn allowed_origin(&self, request: RequestHead<'_>) -> Option<HeaderValue> {
        let origin = request.asks().origin()?;
        self.0.origins.allow(&origin, request, &mut ()).cloned()
    }

    /// The origin that an asynchronous predicate has to be asked about.
    pub(crate) fn question(&self, request: RequestHead<'_>) -> Option<Origin> {
        let origin = request.asks().origin()?;
        match &self.0.origins {
            AllowedOrigins::Listed(listed) => listed.question(&origin),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => None,
        }
    }

    /// Whether it may depend on the origin that the inner service sees the request.
    pub(crate) fn may_respond(&self, request: RequestHead<'_>) -> bool {
        let refuses = || self.0.refusing.as_ref().is_some_and(|refusing| refusing.covers(request));
        let is_preflight = || matches!(request.asks(), Asks::Leave { .. });
        !self.0.report_only && (is_preflight() || refuses())
    }

    /// Whether a request takes more than a decision: its reason, a report, or a word of the inner service.
    #[inline]
    pub(crate) fn is_observed(&self) -> bool {
        self.0.is_observed || trace::is_enabled()
    }

    pub(crate) fn hook(&self) -> Option<&Hook> {
        self.0.hook.as_ref()
    }

    /// Whether responses carry their outcome as an extension.
    pub(crate) fn attaches_outcome(&self) -> bool {
        self.0.attach_outcome
    }

    /// Whether the inner service is asked for the methods of a route.
    pub(crate) fn asks_route(&self) -> bool {
        self.0.methods_of_route
    }

    /// Decides for a layer, where nobody [observes](Self::is_observed) the decision.
    #[expect(
        clippy::inline_always,
        reason = "to hand on what is decided costs more than to decide"
    )]
    #[inline(always)]
    pub(crate) fn decide_by<F>(&self, verdict: Verdict, request: RequestHead<'_>) -> Action<F> {
        match verdict {
            Verdict::Unasked | Verdict::Failed(_) => self.decide_noting(request, &mut ()),
            Verdict::Granted(origin) => self.decide_granting(&origin, request, &mut ()),
        }
    }

    /// The options that have to be the same in all parts of a `first_match`, and are not.
    pub(crate) fn differences_as_parts(&self, other: &Self) -> Vec<ConfigOption> {
        let (one, other) = (&*self.0, &*other.0);
        let refuse = |rules: &Rules| rules.refusing.as_ref().map(|refusing| refusing.refuse);
        let own_origins = match (&one.refusing, &other.refusing) {
            (Some(one), Some(other)) => one.own_origins == other.own_origins,
            _ => true,
        };
        let same = [
            (ConfigOption::RefuseDisallowedOrigins, refuse(one) == refuse(other)),
            (ConfigOption::OwnOrigins, own_origins),
            (ConfigOption::ForwardPreflights, one.forward_preflights == other.forward_preflights),
            (ConfigOption::AllowMethodsOfRoute, one.methods_of_route == other.methods_of_route),
            (ConfigOption::OnDecision, Hook::are_same(one.hook.as_ref(), other.hook.as_ref())),
            (ConfigOption::AttachOutcome, one.attach_outcome == other.attach_outcome),
            (ConfigOption::Diagnose, one.diagnose == other.diagnose),
            (ConfigOption::ReportOnly, one.report_only == other.report_only),
        ];
        same.into_iter().filter(|(_, is_same)| !is_same).map(|(option, _)| option).collect()
    }

    /// The entries of the list of origins that match nothing that an entry of `other` does not, with that one.
    pub(crate) fn origins_covered_by(
        &self,
        other: &Self,
    ) -> impl Iterator<Item = (String, String)> {
        let (AllowedOrigins::Listed(one), AllowedOrigins::Listed(other)) =
            (&self.0.origins, &other.0.origins)
        else {
            return None.into_iter().flatten();
        };
        let null = (one.null && other.null).then(|| (String::from("null"), String::from("null")));
        Some(one.set.covered_by(&other.set).chain(null)).into_iter().flatten()
    }

    /// Whether requests are refused, and not only their responses kept from the page.
    pub(crate) fn refuses(&self) -> bool {
        self.0.refusing.is_some()
    }

    /// What it shares with its clones, and with no other policy.
    #[cfg(feature = "reload")]
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Whether somebody else has it too.
    #[cfg(feature = "reload")]
    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether any origin is allowed.
    pub(crate) fn allows_any_origin(&self) -> bool {
        !matches!(self.0.origins, AllowedOrigins::Listed(_))
    }
}

impl Rules {
    /// Whether somebody looks at outcomes, or the inner service has a say in preflights.
    fn is_watched(&self) -> bool {
        self.attach_outcome
            || self.methods_of_route
            || self.hook.is_some()
            || (self.forward_preflights && trace::IS_COMPILED)
    }

    /// Whether a decision shows its reason, or is not carried out.
    fn tells_reasons(&self) -> bool {
        self.diagnose || self.report_only
    }
}

/// What is known of a request's origin besides what the policy's own patterns say.
pub(crate) enum Verdict {
    Unasked,
    /// It is allowed, and this is the value of `Access-Control-Allow-Origin`.
    Granted(HeaderValue),
    /// The question ended in an error.
    Failed(String),
}

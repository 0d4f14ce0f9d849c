//! Actions: from a policy source to what the layer does with a request.

use http::{HeaderMap, Response, header::ACCESS_CONTROL_REQUEST_METHOD};

use super::{
    body::EmptyBody,
    follow_up::{FollowUp, Task},
    report::{self, Report},
};
use crate::{
    policy::{Decision, OriginCheck, Policy, RequestHead, RequestKind},
    response::ResponseHeaders,
    trace,
};

/// A source of policies. [`Policy`] is its own source, [`Select`](crate::Select) and
/// [`FirstMatch`](crate::FirstMatch) choose one for each request, and `Reloadable` uses the one that was
/// last set.
///
/// This trait is sealed: other crates can neither implement it nor call its methods.
///
/// ```compile_fail,E0277
/// # use tower_cors::{PolicySource, RequestHead};
/// fn ask(source: impl PolicySource, request: RequestHead<'_>) {
///     let _ = source.act_on(request, Default::default());
/// }
/// ```
pub trait PolicySource: Decide {}

/// Decides about requests for a layer.
#[expect(unnameable_types, reason = "it seals `PolicySource`")]
pub trait Decide {
    /// Decides about a request, and reports the decision. Calling it needs a [`Seal`].
    #[doc(hidden)]
    fn act_on(&self, request: RequestHead<'_>, seal: Seal) -> Action;
}

/// A token that only this crate can make. It keeps other crates from calling a source through a bound. They could
/// drop the action, and lose a report or headers.
#[expect(unnameable_types, reason = "it seals `PolicySource`")]
#[derive(Debug)]
pub struct Seal(());

impl Seal {
    pub(super) fn new() -> Self {
        Self(())
    }
}

impl PolicySource for Policy {}

impl Decide for Policy {
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    fn act_on(&self, request: RequestHead<'_>, _: Seal) -> Action {
        self.act(&OriginCheck::NotRun, request)
    }
}

/// What the layer does with a request.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Action {
    /// Calls the inner service, and does this to its response.
    Forward(Then),
    /// Responds in place of the inner service.
    Respond(Response<()>),
}

/// The work on the inner service's response. A dropped follow-up still makes its report: the inner service may fail, or
/// the client go away.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Then {
    Write(ResponseHeaders),
    Follow(Box<FollowUp>),
}

impl Policy {
    /// Decides about a request. Reports the decision, or leaves the report to the follow-up.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(super) fn act(&self, earlier: &OriginCheck, request: RequestHead<'_>) -> Action {
        if self.is_observed() {
            return act_observed(self, earlier, request);
        }
        self.decide_with(earlier, request).0.into()
    }

    /// Returns `true` if a request needs more than a decision: its reason, a report, or the inner service's
    /// response.
    #[inline]
    pub(super) fn is_observed(&self) -> bool {
        self.rules().is_observed || (cfg!(feature = "tracing") && trace::is_enabled())
    }
}

/// Decides, and reports the decision. If the outcome depends on the response, defers the report until then.
#[cold]
fn act_observed(policy: &Policy, earlier: &OriginCheck, request: RequestHead<'_>) -> Action {
    let decide = || policy.explain_with(earlier, request);
    let (decision, outcome) = report::with_panics(policy, request, decide);
    let is_allowed_preflight = outcome.kind == RequestKind::Preflight && outcome.refusal.is_none();
    match (decision, request.headers.get(ACCESS_CONTROL_REQUEST_METHOD)) {
        (Decision::Forward(headers), _) if headers.are_of_preflight() => {
            let report = Report::due(policy, outcome, request);
            follow(Task::ForwardedPreflight(headers), report)
        }
        (Decision::Respond(response), Some(method))
            if is_allowed_preflight && policy.rules().methods_of_route =>
        {
            let report = Report::due(policy, outcome, request);
            follow(Task::MethodsOfRoute { response, method: method.clone() }, report)
        }
        (Decision::Forward(headers), _) => {
            report::tell(policy, request, &outcome);
            if policy.rules().attach_outcome {
                follow(Task::Write(headers), Report::made(policy, outcome))
            } else {
                Action::Forward(Then::Write(headers))
            }
        }
        (Decision::Respond(mut response), _) => {
            report::tell(policy, request, &outcome);
            if policy.rules().attach_outcome {
                response.extensions_mut().insert(outcome);
            }
            Action::Respond(response)
        }
    }
}

fn follow(task: Task, report: Report) -> Action {
    Action::Forward(Then::Follow(FollowUp::new(task, report)))
}

impl From<Decision> for Action {
    #[inline]
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Forward(headers) => Self::Forward(Then::Write(headers)),
            Decision::Respond(response) => Self::Respond(response),
        }
    }
}

impl Then {
    /// Prepares the request for the inner service.
    #[inline]
    pub(super) fn on_request(&self, request: &mut HeaderMap) {
        if let Self::Follow(follow_up) = self {
            follow_up.on_request(request);
        }
    }

    #[inline]
    pub(super) fn on_response<B: EmptyBody>(self, response: &mut Response<B>) {
        match self {
            Self::Write(headers) => headers.apply(response.headers_mut()),
            Self::Follow(follow_up) => follow_up.on_response(response),
        }
    }
}

//! The step from a decision to the layer's action and report.

use http::header::ACCESS_CONTROL_REQUEST_METHOD;

use super::{
    action::Action,
    follow_up::{FollowUp, Task},
    report::{self, Report},
};
use crate::{
    policy::{Decision, OriginCheck, Policy, RequestHead, RequestKind},
    trace,
};

impl Policy {
    /// Decides about a request. Reports the decision, or leaves the report to the follow-up.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(super) fn act(&self, check: &OriginCheck, request: RequestHead<'_>) -> Action {
        if self.is_observed() {
            return act_observed(self, check, request);
        }
        self.decide_with(check, request, &mut ())
    }

    /// Returns `true` if a request needs more than a decision: its reason, a report, or the inner service's
    /// response.
    #[inline]
    pub(super) fn is_observed(&self) -> bool {
        self.rules().is_observed || trace::is_enabled()
    }
}

/// Decides, and reports the decision. If the outcome depends on the response, defers the report until then.
#[cold]
fn act_observed(policy: &Policy, check: &OriginCheck, request: RequestHead<'_>) -> Action {
    let decide = || policy.decide_and_say_why(check, request);
    let (decision, outcome) = report::with_panics(policy, request, decide);
    let is_allowed_preflight = outcome.kind == RequestKind::Preflight && outcome.refusal.is_none();
    match (decision, request.headers.get(ACCESS_CONTROL_REQUEST_METHOD)) {
        (Decision::Forward(headers), _) if headers.are_of_preflight() => {
            let report = Report::due(policy, outcome, request);
            follow(Task::ForwardedPreflight(headers), report)
        }
        (Decision::Respond(answer), Some(method))
            if is_allowed_preflight && policy.rules().methods_of_route =>
        {
            let report = Report::due(policy, outcome, request);
            follow(Task::MethodsOfRoute { answer, method: method.clone() }, report)
        }
        (Decision::Forward(headers), _) => {
            report::tell(policy, request, &outcome);
            if policy.rules().attach_outcome {
                follow(Task::Write(headers), Report::made(policy, outcome))
            } else {
                Action::Forward(headers)
            }
        }
        (Decision::Respond(mut answer), _) => {
            report::tell(policy, request, &outcome);
            if policy.rules().attach_outcome {
                answer.extensions_mut().insert(outcome);
            }
            Action::Respond(answer)
        }
    }
}

fn follow(task: Task, report: Report) -> Action {
    Action::Follow(FollowUp::new(task, report))
}

//! Who is told of a decision, and when: the hook, `tracing`, and the extensions of the response.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use http::{
    HeaderMap, HeaderValue, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD},
};

use super::{action::Action, route};
use crate::{
    policy::{
        Decision, Outcome, OwnedHead, Policy, REQUEST_PRIVATE_NETWORK, Refusal, RequestHead,
        RequestKind, ResponseHeaders, Verdict,
    },
    trace,
};

/// Decides, and reports the decision: at once, or when the inner service has had its say.
#[cold]
pub(super) fn act(policy: &Policy, verdict: Verdict, request: RequestHead<'_>) -> Action {
    let decide = || policy.decide_in_words(verdict, request);
    let (decision, outcome) = with_panics(policy, request, decide);
    let is_allowed_preflight = outcome.kind == RequestKind::Preflight && outcome.refusal.is_none();
    match (decision, request.headers.get(ACCESS_CONTROL_REQUEST_METHOD)) {
        (Decision::Forward(headers), _) if headers.answer_preflight() => {
            let report = Report::due(policy, outcome, request);
            Action::follow(Task::ForwardedPreflight(headers), report)
        }
        (Decision::Respond(answer), Some(method))
            if is_allowed_preflight && policy.asks_route() =>
        {
            let report = Report::due(policy, outcome, request);
            Action::follow(Task::MethodsOfRoute { answer, method: method.clone() }, report)
        }
        (Decision::Forward(headers), _) => {
            tell(policy, request, &outcome);
            if policy.attaches_outcome() {
                Action::follow(Task::Write(headers), Report::made(policy, outcome))
            } else {
                Action::Forward(headers)
            }
        }
        (Decision::Respond(mut answer), _) => {
            tell(policy, request, &outcome);
            if policy.attaches_outcome() {
                answer.extensions_mut().insert(outcome);
            }
            Action::Respond(answer)
        }
    }
}

/// Reports the request if one of its predicates panics, which ends it.
pub(super) fn with_panics<T>(
    policy: &Policy,
    request: RequestHead<'_>,
    ask: impl FnOnce() -> T,
) -> T {
    catch_unwind(AssertUnwindSafe(ask)).unwrap_or_else(|panic| {
        drop(Report::of_undecided(policy, request));
        resume_unwind(panic)
    })
}

fn tell(policy: &Policy, request: RequestHead<'_>, outcome: &Outcome) {
    trace::decision(request, outcome);
    if let Some(hook) = policy.hook() {
        hook.call(request, outcome);
    }
}

/// A report of one request. One that is due is made when this is dropped, so that it is made whatever becomes of
/// the request: a response, an error, a panic, or a client that goes away.
#[derive(Debug)]
pub(super) struct Report {
    policy: Policy,
    outcome: Outcome,
    request: OwnedHead,
    is_due: bool,
}

impl Report {
    fn made(policy: &Policy, outcome: Outcome) -> Self {
        Self { policy: policy.clone(), outcome, request: OwnedHead::default(), is_due: false }
    }

    fn due(policy: &Policy, outcome: Outcome, request: RequestHead<'_>) -> Self {
        Self { policy: policy.clone(), outcome, request: request.into(), is_due: true }
    }

    /// The report of a request whose predicate has yet to answer.
    pub(super) fn of_undecided(policy: &Policy, request: RequestHead<'_>) -> Self {
        let (kind, refusal) = (RequestKind::of(request), Some(Refusal::Undecided));
        Self::due(policy, Outcome { kind, refusal, answered: false }, request)
    }

    /// Is not made, as another report takes its place. The request is given back.
    pub(super) fn withdraw(mut self) -> OwnedHead {
        self.is_due = false;
        mem::take(&mut self.request)
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.is_due {
            return;
        }
        let tell = || tell(&self.policy, self.request.borrow(), &self.outcome);
        if thread::panicking() {
            // If the hook panicked too, that would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(tell));
        } else {
            tell();
        }
    }
}

/// What remains to be done when the inner service has responded. Where it fails, only the report is made.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub struct FollowUp {
    task: Task,
    report: Report,
}

#[derive(Debug)]
enum Task {
    /// Writes the headers.
    Write(ResponseHeaders),
    /// Writes the headers into the inner service's answer to a preflight, whose status decides.
    ForwardedPreflight(ResponseHeaders),
    /// Answers a preflight that asks for `method`, with the methods that the inner service says the route has.
    MethodsOfRoute { answer: Response<()>, method: HeaderValue },
}

impl Action {
    fn follow(task: Task, report: Report) -> Self {
        Self::Follow(Box::new(FollowUp { task, report }))
    }
}

impl FollowUp {
    /// Makes the request what the inner service is to see.
    #[cold]
    pub(super) fn on_request(&self, headers: &mut HeaderMap) {
        if let Task::MethodsOfRoute { .. } = self.task {
            headers.remove(ACCESS_CONTROL_REQUEST_METHOD);
            headers.remove(ACCESS_CONTROL_REQUEST_HEADERS);
            headers.remove(REQUEST_PRIVATE_NETWORK);
        }
    }

    #[cold]
    pub(super) fn on_response<B: Default>(self, response: &mut Response<B>) {
        let Self { task, mut report } = self;
        if let Some(refusal) = task.carry_out(&report.policy, response) {
            report.outcome.refusal = Some(refusal);
        }
        if report.policy.attaches_outcome() {
            response.extensions_mut().insert(report.outcome.clone());
        }
    }
}

impl Task {
    /// The refusal is the inner service's.
    fn carry_out<B: Default>(self, policy: &Policy, response: &mut Response<B>) -> Option<Refusal> {
        match self {
            Self::Write(headers) => {
                headers.apply(response.headers_mut());
                None
            }
            Self::ForwardedPreflight(headers) => {
                headers.apply(response.headers_mut());
                let status = response.status();
                (!status.is_success()).then_some(Refusal::InnerStatus(status))
            }
            Self::MethodsOfRoute { answer, method } => {
                let (answer, refusal) = match route::methods(response) {
                    Some(of_route) => policy.narrow(answer, &method, &of_route),
                    None => (answer, None),
                };
                *response = answer.map(|()| B::default());
                refusal
            }
        }
    }
}

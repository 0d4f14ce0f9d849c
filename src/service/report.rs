//! Who is told of a decision, and when: the hook, `tracing`, and the extensions of the response.

use std::{
    fmt, mem,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use http::header::ORIGIN;

use crate::{
    escaped::Escaped,
    policy::{Outcome, OwnedHead, Policy, Refusal, RequestHead, RequestKind},
    trace,
};

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

pub(super) fn tell(policy: &Policy, request: RequestHead<'_>, outcome: &Outcome) {
    let origin = request.headers.get(ORIGIN).map(|origin| Escaped::new(origin.as_bytes()));
    let origin = origin.as_ref().map(|origin| origin as &dyn fmt::Display);
    let path = Escaped::new(request.uri.path().as_bytes());
    let refusal = outcome.refusal.as_ref().map(|refusal| refusal as &dyn fmt::Display);
    trace::decision(&outcome.kind, origin, &path, outcome.answered, refusal);
    if let Some(hook) = &policy.rules().hook {
        hook.call(request, outcome);
    }
}

/// A report of one request. One that is due is made when this is dropped, so that it is made whatever becomes of
/// the request: a response, an error, a panic, or a client that goes away.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) policy: Policy,
    pub(super) outcome: Outcome,
    request: OwnedHead,
    is_due: bool,
}

impl Report {
    pub(super) fn made(policy: &Policy, outcome: Outcome) -> Self {
        Self { policy: policy.clone(), outcome, request: OwnedHead::default(), is_due: false }
    }

    pub(super) fn due(policy: &Policy, outcome: Outcome, request: RequestHead<'_>) -> Self {
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

//! Reports of decisions to the hook and to `tracing`.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    thread,
};

use http::header::ORIGIN;

use crate::{
    escaped::Escaped,
    policy::{Outcome, OwnedHead, Policy, Refusal, RequestHead, RequestKind},
    trace,
};

/// Runs a decision, which may call a predicate. If it panics, reports the request as undecided.
pub(super) fn with_panics<T>(
    policy: &Policy,
    request: RequestHead<'_>,
    run: impl FnOnce() -> T,
) -> T {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let outcome = undecided(policy, request);
        // If the hook panics, too, only the predicate's panic is resumed.
        let _ = catch_unwind(AssertUnwindSafe(|| tell(policy, request, &outcome)));
        resume_unwind(panic)
    })
}

/// Returns `true` if there is a hook, or if `tracing` is enabled.
fn is_heard(policy: &Policy) -> bool {
    policy.rules().hook.is_some() || trace::is_enabled()
}

pub(super) fn tell(policy: &Policy, request: RequestHead<'_>, outcome: &Outcome) {
    // The hook is called first, so that it gets the report even if a `tracing` subscriber panics.
    if let Some(hook) = &policy.rules().hook {
        hook.call(request, outcome);
    }
    let method = Escaped::new(request.method.as_str().as_bytes());
    let origin = request.headers.get(ORIGIN).map(|origin| Escaped::new(origin.as_bytes()));
    let origin = origin.as_ref().map(|origin| origin as &dyn fmt::Display);
    let path = Escaped::new(request.uri.path().as_bytes());
    let refusal = outcome.refusal.as_ref().map(|refusal| refusal as &dyn fmt::Display);
    let hint = outcome.hint.as_ref().map(|hint| hint as &dyn fmt::Display);
    trace::decision(&outcome.kind, &method, origin, &path, outcome.answered, refusal, hint);
}

/// The outcome of a request that ends before its predicate decides.
fn undecided(policy: &Policy, request: RequestHead<'_>) -> Outcome {
    let kind = policy.kind_of(request);
    let refusal = (kind != RequestKind::NonCors).then_some(Refusal::Undecided);
    Outcome { kind, refusal, hint: None, answered: false }
}

/// The report of one request. A due report is made when this is dropped. So it is made for every end of the
/// request: a response, an error, a panic, or a client that goes away.
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

    /// A report that is made later. The request is copied only if there is a hook or `tracing` is enabled.
    pub(super) fn due(policy: &Policy, outcome: Outcome, request: RequestHead<'_>) -> Self {
        if !is_heard(policy) {
            return Self::made(policy, outcome);
        }
        Self { policy: policy.clone(), outcome, request: request.into(), is_due: true }
    }

    /// The report of a request whose predicate has not decided yet.
    pub(super) fn of_undecided(policy: &Policy, request: RequestHead<'_>) -> Self {
        Self::due(policy, undecided(policy, request), request)
    }

    /// Drops the report without making it, because another one replaces it.
    pub(super) fn withdraw(mut self) {
        self.is_due = false;
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if !self.is_due {
            return;
        }
        let tell = || tell(&self.policy, self.request.borrow(), &self.outcome);
        if thread::panicking() {
            // A second panic would abort the process.
            let _ = catch_unwind(AssertUnwindSafe(tell));
        } else {
            tell();
        }
    }
}

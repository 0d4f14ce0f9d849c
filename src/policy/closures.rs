//! Predicates and hooks: the parts of a configuration that cannot be serialized.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use super::{outcome::Outcome, request::RequestHead};
use crate::{config::ClosureOption, origin::Origin};

#[derive(Clone, Debug, Default)]
pub(crate) struct Closures {
    pub(crate) predicate: Option<Predicate>,
    pub(crate) hook: Option<Hook>,
}

impl Closures {
    /// The options that have a closure.
    pub(crate) fn options(&self) -> Vec<ClosureOption> {
        let predicate = self.predicate.as_ref().map(Predicate::option);
        let hook = self.hook.as_ref().map(|_| ClosureOption::OnDecision);
        predicate.into_iter().chain(hook).collect()
    }

    pub(crate) fn are(&self, others: &Self) -> bool {
        let same_predicate = match (&self.predicate, &others.predicate) {
            (Some(one), Some(other)) => one.is(other),
            (one, other) => one.is_some() == other.is_some(),
        };
        same_predicate && Hook::are_same(self.hook.as_ref(), others.hook.as_ref())
    }
}

/// The predicate decides about origins that no pattern matches.
#[derive(Clone)]
pub(crate) enum Predicate {
    /// The closure of [`allow_origin_if`](crate::CorsLayerBuilder::allow_origin_if).
    Synchronous(Arc<Ask>),
    /// The closure of [`allow_origin_if_async`](crate::CorsLayerBuilder::allow_origin_if_async). The
    /// layer calls it, and passes the result to the policy.
    Asynchronous,
}

type Ask = dyn Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync;

impl Predicate {
    pub(crate) fn new(
        ask: impl Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::Synchronous(Arc::new(ask))
    }

    pub(crate) fn option(&self) -> ClosureOption {
        match self {
            Self::Synchronous(_) => ClosureOption::AllowOriginIf,
            Self::Asynchronous => ClosureOption::AllowOriginIfAsync,
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Synchronous(ask), Self::Synchronous(other)) => Arc::ptr_eq(ask, other),
            _ => false,
        }
    }
}

/// A policy with a closure is as unwind safe as one without: it keeps no state between calls of the
/// closure. State that a panic leaves broken is the closure's own.
impl UnwindSafe for Predicate {}
impl RefUnwindSafe for Predicate {}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", self.option())
    }
}

/// The closure of [`on_decision`](crate::CorsLayerBuilder::on_decision).
#[derive(Clone)]
pub(crate) struct Hook(Arc<Call>);

type Call = dyn Fn(&RequestHead<'_>, &Outcome) + Send + Sync;

impl Hook {
    pub(crate) fn new(hook: impl Fn(&RequestHead<'_>, &Outcome) + Send + Sync + 'static) -> Self {
        Self(Arc::new(hook))
    }

    pub(crate) fn call(&self, request: RequestHead<'_>, outcome: &Outcome) {
        (self.0)(&request, outcome);
    }

    /// Returns `true` if both are clones of one hook, or both are `None`.
    pub(crate) fn are_same(one: Option<&Self>, other: Option<&Self>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => Arc::ptr_eq(&one.0, &other.0),
            (one, other) => one.is_some() == other.is_some(),
        }
    }
}

/// As for [`Predicate`].
impl UnwindSafe for Hook {}
impl RefUnwindSafe for Hook {}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(..)", ClosureOption::OnDecision)
    }
}

//! Policy sources: they provide the policy for a request.

use super::action::Action;
use crate::policy::{OriginCheck, Policy, RequestHead};

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

/// A token that only this crate can make. It keeps other crates from calling a source through a bound: an action
/// that is not carried out loses a report or headers.
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

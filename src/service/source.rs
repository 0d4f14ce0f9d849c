//! Where the policy for a request comes from.

use super::action::Action;
use crate::policy::{OriginCheck, Policy, RequestHead};

/// What has a policy for each request: a [`Policy`] has itself, [`Select`](crate::Select) and [`FirstMatch`](crate::FirstMatch) choose one,
/// and a `Reloadable` has the one that was last set.
///
/// It is sealed: nobody else can implement it, and only a layer can ask it.
///
/// ```compile_fail,E0277
/// # use tower_cors::{PolicySource, RequestHead};
/// fn ask(source: impl PolicySource, request: RequestHead<'_>) {
///     let _ = source.act_on(request, Default::default());
/// }
/// ```
pub trait PolicySource: Decide {}

/// Decides for a layer.
#[expect(unnameable_types, reason = "it seals `PolicySource`")]
pub trait Decide {
    /// Decides, and reports the decision to whoever listens. Only a [`Seal`] calls it.
    #[doc(hidden)]
    fn act_on(&self, request: RequestHead<'_>, seal: Seal) -> Action;
}

/// What only this crate can make, so that nobody else asks a source through a bound: an action that is not carried
/// out loses a report, or headers.
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

//! Reasons of refusals, recorded only when a caller needs them.

use super::refusal::Refusal;

/// A sink for the reason of a refusal. Deciding and explaining are one function, generic over the sink. With
/// `()`, the compiler removes the code that makes reasons.
pub(crate) trait Reasons {
    fn record(&mut self, reason: impl FnOnce() -> Refusal);

    /// Forgets a reason, because the request passes for another one.
    fn clear(&mut self);
}

impl Reasons for () {
    fn record(&mut self, _: impl FnOnce() -> Refusal) {}

    fn clear(&mut self) {}
}

impl Reasons for Option<Refusal> {
    fn record(&mut self, reason: impl FnOnce() -> Refusal) {
        *self = Some(reason());
    }

    fn clear(&mut self) {
        *self = None;
    }
}

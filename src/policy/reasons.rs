//! Where a decision leaves its reason, if somebody wants it.

use super::refusal::Refusal;

/// A sink for the reason of a refusal. Deciding and explaining are one function, generic over the sink: with `()`
/// nothing is put into words, and the compiler leaves out what only words need.
pub(crate) trait Reasons {
    fn record(&mut self, reason: impl FnOnce() -> Refusal);

    /// Forgets a reason: the request passes on other grounds.
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

//! Failures: the check that a request did not pass.

use super::request::FieldLines;

/// The check that failed, and what it failed for. It borrows from the request, so it costs nothing to make;
/// a [`Refusal`](crate::Refusal) is made from it only for somebody who reads it.
#[derive(Clone, Copy)]
pub(crate) enum Failure<'a> {
    Origin(FieldLines<'a>),
    /// The asynchronous predicate failed with this error.
    Predicate(&'a str),
    Method(FieldLines<'a>),
    HeaderName(&'a [u8]),
    HeaderListMalformed,
    HeaderListTooLong,
}

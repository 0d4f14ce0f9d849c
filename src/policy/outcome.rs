//! Outcomes: what people are told of a request.

use std::fmt;

use super::{hint::Hint, refusal::Refusal, request::RequestKind};

/// The kind of a request, and the reason if a policy did not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The kind of the request in the CORS protocol.
    pub kind: RequestKind,
    /// The reason why it is not allowed. `None` if it is allowed, or is not a CORS request.
    ///
    /// A request that is not a preflight is refused for its origin only: the preflight checked method and
    /// headers. Requests of the server's own pages are not CORS requests, so they have no refusal, whether the
    /// policy [refuses requests](crate::CorsLayerBuilder::refuse_disallowed_origins) or not.
    pub refusal: Option<Refusal>,
    /// What may be wrong with the request. `None` if nothing is known.
    pub hint: Option<Hint>,
    /// `true` if the response is the policy's: to a preflight, or to a request that it refuses. `false` if the
    /// request is forwarded to the inner service.
    pub answered: bool,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.refusal, self.kind) {
            (None, RequestKind::NonCors) => self.kind.fmt(f),
            (None, kind) => write!(f, "{kind}, allowed"),
            (Some(refusal), kind) => write!(f, "{kind}, refused: {refusal}"),
        }?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

//! What a policy decides.

use std::convert::Infallible;

use http::Response;

use crate::response::ResponseHeaders;

/// What a [`Policy`](crate::Policy) decides for a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller could not answer a third case rightly")]
#[must_use]
pub enum Decision {
    /// The request goes on, and these headers go on its response.
    Forward(ResponseHeaders),
    /// This is the response, without a body, and the request goes no further: it is a preflight, or its origin
    /// is [refused](crate::CorsLayerBuilder::refuse_disallowed_origins).
    Respond(Response<()>),
}

/// What becomes of a request: a decision, or what a layer does besides.
///
/// The engine never follows up on a response. It is generic over what a layer makes of `F`, since its result is large,
/// and would be copied from one type into another.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Action<F = Infallible> {
    /// Calls the inner service, and writes these headers into its response.
    Forward(ResponseHeaders),
    /// Calls the inner service, and does more to its response than to write headers.
    Follow(F),
    /// Responds in place of the inner service.
    Respond(Response<()>),
}

impl From<Action> for Decision {
    fn from(action: Action) -> Self {
        match action {
            Action::Forward(headers) => Self::Forward(headers),
            Action::Follow(never) => match never {},
            Action::Respond(response) => Self::Respond(response),
        }
    }
}

//! The decision of a policy about a request.

use std::convert::Infallible;

use http::Response;

use crate::response::ResponseHeaders;

/// The decision of a [`Policy`](crate::Policy) about a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller could not answer a third case rightly")]
#[must_use]
pub enum Decision {
    /// Forward the request, and apply these headers to its response.
    Forward(ResponseHeaders),
    /// Send this response, which has no body, and do not forward the request. It is a preflight, or its
    /// origin is [refused](crate::CorsLayerBuilder::refuse_disallowed_origins).
    Respond(Response<()>),
}

/// The next step for a request: a decision, or the layer's follow-up `F`.
///
/// The engine never makes a follow-up. It is generic over `F` because its result is large: converting it to
/// the layer's type would copy it.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Action<F = Infallible> {
    /// Calls the inner service, and writes these headers into its response.
    Forward(ResponseHeaders),
    /// Calls the inner service, and follows up on its response.
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

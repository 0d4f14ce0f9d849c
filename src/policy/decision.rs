//! The decision of a policy about a request.

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

//! The layer's action for a request.

use http::{HeaderMap, Response};

use super::{follow_up::FollowUp, future::Then};
use crate::policy;

pub(super) type Action = policy::Action<Box<FollowUp>>;

impl Action {
    /// Prepares the request for the inner service. If the layer responds itself, returns that response as an
    /// error.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(super) fn begin(self, request: &mut HeaderMap) -> Result<Then, Response<()>> {
        match self {
            Self::Forward(headers) => Ok(Then::Write(headers)),
            Self::Follow(follow_up) => {
                follow_up.on_request(request);
                Ok(Then::Follow(follow_up))
            }
            Self::Respond(response) => Err(response),
        }
    }

    /// Finishes the response to a request that was forwarded while its predicate was running.
    pub(super) fn finish<B: Default>(self, mut response: Response<B>) -> Response<B> {
        match self {
            Self::Forward(headers) => headers.apply(response.headers_mut()),
            Self::Follow(follow_up) => follow_up.on_response(&mut response),
            // Not reached: requests that may be refused wait for the predicate before they are forwarded.
            Self::Respond(own) => response = own.map(|()| B::default()),
        }
        response
    }
}

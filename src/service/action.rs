//! What the layer does with a request.

use http::{HeaderMap, Response};

use super::{follow_up::FollowUp, future::Then};
use crate::policy;

pub(super) type Action = policy::Action<Box<FollowUp>>;

impl Action {
    /// Makes the request what the inner service is to see. If it is not to see it, returns the response as an error.
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

    /// For a request whose inner service was called while a predicate was asked.
    pub(super) fn finish<B: Default>(self, mut response: Response<B>) -> Response<B> {
        match self {
            Self::Forward(headers) => headers.apply(response.headers_mut()),
            Self::Follow(follow_up) => follow_up.on_response(&mut response),
            // Requests that may get this wait for the predicate, so that the inner service does not see them.
            Self::Respond(own) => response = own.map(|()| B::default()),
        }
        response
    }
}

//! What the layer does with a request.

use std::mem;

use http::{HeaderMap, Response};

use super::{
    future::Then,
    report::{self, FollowUp},
};
use crate::policy::{self, Policy, RequestHead, Verdict, refused};

/// What the layer does with a request, once the policy has decided.
pub(super) type Action = policy::Action<Box<FollowUp>>;

impl Policy {
    /// Decides what the layer does with a request, and reports it to whoever listens.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(super) fn act(&self, verdict: Verdict, request: RequestHead<'_>) -> Action {
        if self.is_observed() {
            return report::act(self, verdict, request);
        }
        self.decide_by(verdict, request)
    }
}

impl Action {
    /// Makes the request what the inner service is to see, if it is to see it. If not, this is the response.
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
            Self::Refuse(vary) => Err(refused(spare(request), vary)),
        }
    }

    /// For a request whose inner service was called already.
    pub(super) fn finish<B: Default>(self, mut response: Response<B>) -> Response<B> {
        match self {
            Self::Forward(headers) => headers.apply(response.headers_mut()),
            Self::Follow(follow_up) => follow_up.on_response(&mut response),
            Self::Respond(answer) => response = answer.map(|()| B::default()),
            Self::Refuse(vary) => {
                response = refused(HeaderMap::new(), vary).map(|()| B::default());
            }
        }
        response
    }
}

/// The map of a refused request, whose memory the response can have.
///
/// Servers keep the memory of a response for as long as the connection lives, and a client chooses how much its
/// request takes. So a large map is not reused, nor one with repeated names, for which it has a list that does not
/// count to its capacity.
fn spare(headers: &mut HeaderMap) -> HeaderMap {
    let is_small = headers.capacity() <= MAX_REUSED && headers.len() == headers.keys_len();
    if is_small { mem::take(headers) } else { HeaderMap::new() }
}

/// In names: what a browser sends has room, and it takes some 3 KB.
const MAX_REUSED: usize = 24;

//! What the layer does with a request.

use std::mem;

use http::{HeaderMap, HeaderValue, Request, Response};
use tower_service::Service;

use super::{
    future::ResponseFuture,
    report::{self, FollowUp},
};
use crate::policy::{Policy, RequestHead, ResponseHeaders, Ruling, Verdict, refused};

/// What the layer does with a request, once the policy has decided.
#[expect(unnameable_types, reason = "only a sealed trait gives one")]
#[derive(Debug)]
pub enum Action {
    /// Calls the inner service, and writes these headers into its response.
    Forward(ResponseHeaders),
    /// Calls the inner service, and does more to its response than to write headers.
    Follow(Box<FollowUp>),
    /// Responds in place of the inner service.
    Respond(Response<()>),
    /// Responds with 403 and this `Vary` alone.
    Refuse(Option<HeaderValue>),
}

impl Policy {
    /// Decides what the layer does with a request, and reports it to whoever listens.
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    pub(crate) fn act(&self, verdict: Verdict, request: RequestHead<'_>) -> Action {
        if self.is_observed() {
            return report::act(self, verdict, request);
        }
        self.decide_by(verdict, request).into()
    }
}

impl From<Ruling> for Action {
    #[expect(clippy::inline_always, reason = "the result is large; inlining saves copying it")]
    #[inline(always)]
    fn from(ruling: Ruling) -> Self {
        match ruling {
            Ruling::Forward(headers) => Self::Forward(headers),
            Ruling::Answer(answer) => Self::Respond(answer),
            Ruling::Refuse(vary) => Self::Refuse(vary),
        }
    }
}

impl Action {
    #[expect(clippy::inline_always, reason = "an action is large; inlining saves copying it")]
    #[inline(always)]
    pub(super) fn carry_out<S, RequestBody>(
        self,
        inner: &mut S,
        mut request: Request<RequestBody>,
    ) -> ResponseFuture<S::Future>
    where
        S: Service<Request<RequestBody>>,
    {
        match self {
            Self::Forward(headers) => ResponseFuture::forward(inner.call(request), headers),
            Self::Follow(follow_up) => {
                follow_up.on_request(request.headers_mut());
                ResponseFuture::follow(inner.call(request), follow_up)
            }
            Self::Respond(answer) => ResponseFuture::respond(answer),
            Self::Refuse(vary) => {
                ResponseFuture::respond(refused(spare(request.headers_mut()), vary))
            }
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

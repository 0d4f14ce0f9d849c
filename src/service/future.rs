use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::follow_up::FollowUp;
use crate::response::ResponseHeaders;

pin_project! {
    /// The future of a [`Cors`](crate::Cors) service. It returns the inner service's response with CORS
    /// headers, or the layer's own response. An error of the inner service passes through unchanged.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Forward { #[pin] inner: F, then: Option<Then> },
        Respond { answer: Option<Response<()>> },
    }
}

/// The work on the inner service's response. A follow-up that is dropped unused reports the request: when the inner
/// service returns an error, or when the future is dropped.
pub(super) enum Then {
    Write(ResponseHeaders),
    Follow(Box<FollowUp>),
}

impl<F> ResponseFuture<F> {
    pub(super) fn forward(inner: F, then: Then) -> Self {
        Self { state: State::Forward { inner, then: Some(then) } }
    }

    pub(super) fn respond(answer: Response<()>) -> Self {
        Self { state: State::Respond { answer: Some(answer) } }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Default,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Forward { inner, then } => {
                let mut result = ready!(inner.poll(context));
                match (then.take(), &mut result) {
                    (Some(Then::Write(headers)), Ok(response)) => {
                        headers.apply(response.headers_mut());
                    }
                    (Some(Then::Follow(follow_up)), Ok(response)) => {
                        follow_up.on_response(response);
                    }
                    (_, Err(_)) | (None, _) => {}
                }
                Poll::Ready(result)
            }
            StateProjection::Respond { answer } => {
                let answer = answer.take().expect("a future is not polled after it is ready");
                Poll::Ready(Ok(answer.map(|()| B::default())))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

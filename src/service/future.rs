use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::report::FollowUp;
use crate::policy::ResponseHeaders;

pin_project! {
    /// The future of a [`Cors`](crate::Cors) service: the inner service's response with its CORS
    /// headers, or the answer to a preflight. The inner service's error passes through untouched.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Forward { #[pin] inner: F, headers: Option<ResponseHeaders> },
        Follow { #[pin] inner: F, follow_up: Option<Box<FollowUp>> },
        Respond { answer: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn forward(inner: F, headers: ResponseHeaders) -> Self {
        Self { state: State::Forward { inner, headers: Some(headers) } }
    }

    pub(super) fn follow(inner: F, follow_up: Box<FollowUp>) -> Self {
        Self { state: State::Follow { inner, follow_up: Some(follow_up) } }
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
            StateProjection::Forward { inner, headers } => {
                let mut result = ready!(inner.poll(context));
                if let (Some(headers), Ok(response)) = (headers.take(), &mut result) {
                    headers.apply(response.headers_mut());
                }
                Poll::Ready(result)
            }
            StateProjection::Follow { inner, follow_up } => {
                let mut result = ready!(inner.poll(context));
                if let (Some(follow_up), Ok(response)) = (follow_up.take(), &mut result) {
                    follow_up.on_response(response);
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

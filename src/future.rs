use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

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
        Respond { answer: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    pub(crate) fn forward(inner: F, headers: ResponseHeaders) -> Self {
        let headers = Some(headers);
        Self { state: State::Forward { inner, headers } }
    }

    pub(crate) fn respond(answer: Response<()>) -> Self {
        let answer = Some(answer);
        Self { state: State::Respond { answer } }
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
                match (headers.take(), &mut result) {
                    (Some(headers), Ok(response)) => headers.finish(response),
                    (Some(headers), Err(_)) => headers.give_up(),
                    (None, _) => {}
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

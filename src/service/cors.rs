use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    action::{Action, PolicySource, Seal, Then},
    body::EmptyBody,
};
use crate::policy::Policy;

/// The [`Service`] that a [`CorsLayer`](crate::CorsLayer) puts around an inner service.
///
/// It is ready when the inner service is, so preflights wait for that, too.
///
/// The inner service has to return an [`http::Response`] whose body implements [`Default`]: the default is
/// the empty body of a preflight's response. Convert a body that has no default, such as hyper's
/// `Incoming`, inside the layer:
///
/// ```
/// use http::{Request, Response};
/// use http_body_util::{BodyExt, combinators::BoxBody};
/// use hyper::body::{Bytes, Incoming};
/// use tower::{Service, ServiceBuilder, ServiceExt, service_fn};
/// use tower_cors::CorsLayer;
///
/// # async fn send(_: Request<()>) -> Result<Response<Incoming>, hyper::Error> { unreachable!() }
/// let proxy = ServiceBuilder::new()
///     .layer(CorsLayer::public())
///     .map_response(|response: Response<Incoming>| response.map(BodyExt::boxed))
///     .service(service_fn(send));
/// # fn assert_service<S: Service<Request<()>, Response = Response<BoxBody<Bytes, hyper::Error>>>>(_: S) {}
/// # assert_service(proxy);
/// ```
#[derive(Clone, Debug)]
#[must_use = "services do nothing unless they are called"]
pub struct Cors<S, P = Policy> {
    pub(super) inner: S,
    pub(super) source: P,
}

impl<S, P> Cors<S, P> {
    pub(super) fn new(inner: S, source: P) -> Self {
        Self { inner, source }
    }

    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, P, RequestBody, ResponseBody> Service<Request<RequestBody>> for Cors<S, P>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    P: PolicySource,
    ResponseBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        match self.source.act_on((&request).into(), Seal::new()) {
            Action::Forward(then) => {
                then.on_request(request.headers_mut());
                ResponseFuture::forward(self.inner.call(request), then)
            }
            Action::Respond(response) => ResponseFuture::respond(response),
        }
    }
}

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
        Respond { response: Option<Response<()>> },
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn forward(inner: F, then: Then) -> Self {
        Self { state: State::Forward { inner, then: Some(then) } }
    }

    pub(super) fn respond(response: Response<()>) -> Self {
        Self { state: State::Respond { response: Some(response) } }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: EmptyBody,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProjection::Forward { inner, then } => {
                let mut result = ready!(inner.poll(context));
                if let (Some(then), Ok(response)) = (then.take(), &mut result) {
                    then.on_response(response);
                }
                Poll::Ready(result)
            }
            StateProjection::Respond { response } => {
                let response = response.take().expect("a future is not polled after it is ready");
                Poll::Ready(Ok(response.map(|()| B::empty())))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

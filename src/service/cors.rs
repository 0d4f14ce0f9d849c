use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::{
    future::ResponseFuture,
    source::{PolicySource, Seal},
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
    ResponseBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let action = self.source.act_on((&request).into(), Seal::new());
        match action.begin(request.headers_mut()) {
            Ok(then) => ResponseFuture::forward(self.inner.call(request), then),
            Err(response) => ResponseFuture::respond(response),
        }
    }
}

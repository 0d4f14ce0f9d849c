//! What the headers cost at least: a layer that only compares exact origins. It checks no configuration and no requested
//! method or header, does not look for several `Origin` lines, and removes no foreign headers. It writes the headers
//! that `tower-cors` writes.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};
use pin_project_lite::pin_project;
use tower::{Layer, Service};

use super::{
    Subject,
    axum::{app, bare, router, values},
};

pub(super) const SUBJECT: Subject = Subject {
    name: "the floor",
    package: None,
    framework: "axum",
    bare,
    with_cors: |origins| {
        let rules = Rules { origins: values(origins)?, preflight_headers: preflight_headers() };
        Ok(app(router().layer(FloorLayer(Arc::new(rules)))))
    },
};

struct Rules {
    origins: Vec<HeaderValue>,
    /// Those of the response to an allowed preflight, with an empty origin.
    preflight_headers: HeaderMap,
}

fn preflight_headers() -> HeaderMap {
    // Roomy, because axum adds a header to the response.
    let mut headers = HeaderMap::with_capacity(8);
    for (name, text) in [
        (VARY, VARY_OF_PREFLIGHT),
        // Replaced in each response, so that the map does not grow.
        (ACCESS_CONTROL_ALLOW_ORIGIN, ""),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
        (ACCESS_CONTROL_ALLOW_METHODS, "DELETE,PUT"),
        (ACCESS_CONTROL_ALLOW_HEADERS, "authorization,content-type"),
        (ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(text));
    }
    headers
}

#[derive(Clone)]
struct FloorLayer(Arc<Rules>);

impl<S> Layer<S> for FloorLayer {
    type Service = Floor<S>;

    fn layer(&self, inner: S) -> Floor<S> {
        Floor { inner, rules: Arc::clone(&self.0) }
    }
}

#[derive(Clone)]
struct Floor<S> {
    inner: S,
    rules: Arc<Rules>,
}

impl<S, B, R> Service<Request<B>> for Floor<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = FloorFuture<S::Future, R>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let headers = request.headers();
        let origin = headers.get(ORIGIN);
        let is_preflight = request.method() == Method::OPTIONS
            && origin.is_some()
            && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let allowed = origin.filter(|origin| self.rules.origins.contains(origin)).cloned();
        if is_preflight {
            FloorFuture::Respond { response: Some(self.rules.respond(allowed)) }
        } else {
            FloorFuture::Forward { future: self.inner.call(request), allowed }
        }
    }
}

impl Rules {
    fn respond<R: Default>(&self, allowed: Option<HeaderValue>) -> Response<R> {
        let mut response = Response::new(R::default());
        if let Some(origin) = allowed {
            *response.status_mut() = StatusCode::NO_CONTENT;
            *response.headers_mut() = self.preflight_headers.clone();
            response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        } else {
            *response.status_mut() = StatusCode::FORBIDDEN;
            response.headers_mut().insert(VARY, HeaderValue::from_static(VARY_OF_PREFLIGHT));
        }
        response
    }
}

pin_project! {
    #[project = Projection]
    enum FloorFuture<F, R> {
        Respond { response: Option<Response<R>> },
        Forward { #[pin] future: F, allowed: Option<HeaderValue> },
    }
}

impl<F, R, E> Future for FloorFuture<F, R>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::Respond { response } => {
                Poll::Ready(Ok(response.take().expect("a future is polled until it is ready")))
            }
            Projection::Forward { future, allowed } => {
                let mut response = ready!(future.poll(context))?;
                write(response.headers_mut(), allowed.take());
                Poll::Ready(Ok(response))
            }
        }
    }
}

fn write(headers: &mut HeaderMap, allowed: Option<HeaderValue>) {
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        let exposed = HeaderValue::from_static("etag,x-request-id");
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

const VARY_OF_PREFLIGHT: &str =
    "origin, access-control-request-method, access-control-request-headers";

//! Two layers in the same configuration, the service inside them, and requests.

#![allow(dead_code, reason = "not every benchmark takes all of it")]

pub(crate) mod attacks;
pub(crate) mod measure;
pub(crate) mod requests;
pub(crate) mod subjects;

use std::{
    collections::HashSet,
    convert::Infallible,
    future::{Ready, ready},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use http::{
    HeaderName, HeaderValue, Method, Request, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, ETAG},
};
use requests::value;
use tower::{Service, ServiceExt, service_fn};
use tower_http::cors::AllowOrigin;

const ALLOWED_METHODS: [Method; 3] = [Method::PUT, Method::DELETE, Method::PATCH];
const ALLOWED_HEADERS: [HeaderName; 2] = [AUTHORIZATION, CONTENT_TYPE];
const EXPOSED_HEADERS: [HeaderName; 2] = [HeaderName::from_static("x-request-id"), ETAG];
const MAX_AGE: Duration = Duration::from_secs(600);

pub(crate) fn origin(index: usize) -> String {
    format!("https://site{index}.example")
}

/// An origin that the pattern of this number matches.
pub(crate) fn origin_of_pattern(index: usize) -> String {
    format!("https://a.pattern{index}.example")
}

pub(crate) fn tower_cors(origins: usize) -> tower_cors::CorsLayer {
    with_patterns(origins, 0)
}

pub(crate) fn with_patterns(origins: usize, patterns: usize) -> tower_cors::CorsLayer {
    configured(origins, patterns).build().expect("the configuration has no mistake")
}

pub(crate) fn configured(origins: usize, patterns: usize) -> tower_cors::CorsLayerBuilder {
    tower_cors::CorsLayer::builder()
        .allow_origins((1..=origins).map(origin))
        .allow_origins((1..=patterns).map(|index| format!("https://*.pattern{index}.example")))
        .allow_credentials(true)
        .allow_methods(ALLOWED_METHODS)
        .allow_headers(ALLOWED_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE)
}

pub(crate) fn tower_http(origins: usize) -> tower_http::cors::CorsLayer {
    let listed = (1..=origins).map(|index| value(&origin(index)));
    tower_http_with(AllowOrigin::list(listed))
}

/// `tower-http`'s layer with a predicate that looks the origin up in a set, for long lists.
pub(crate) fn tower_http_with_set(origins: usize) -> tower_http::cors::CorsLayer {
    let set: HashSet<Vec<u8>> = (1..=origins).map(|index| origin(index).into_bytes()).collect();
    tower_http_with(AllowOrigin::predicate(move |origin, _| set.contains(origin.as_bytes())))
}

fn tower_http_with(origins: AllowOrigin) -> tower_http::cors::CorsLayer {
    tower_http::cors::CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods(ALLOWED_METHODS)
        .allow_headers(ALLOWED_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE)
}

/// The service inside both layers. It sets one header.
pub(crate) fn inner() -> impl Service<
    Request<()>,
    Response = Response<()>,
    Error = Infallible,
    Future = Ready<Result<Response<()>, Infallible>>,
> + Clone {
    service_fn(|_: Request<()>| {
        let mut response = Response::new(());
        let value = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, value);
        ready(Ok(response))
    })
}

/// The same service as an axum application, for a layer to be added.
pub(crate) fn router() -> Router {
    Router::new().route("/", get(async || [(CONTENT_TYPE, "application/json")]))
}

pub(crate) fn respond<S>(service: &mut S, request: Request<()>) -> Response<()>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut context).is_ready(), "the service is always ready");
    at_once(call(service, request))
}

/// This and [`poll`] are not inlined, as in a server that stores futures. Otherwise the result would depend on how
/// much of a layer the compiler merges into the benchmark.
#[inline(never)]
fn call<S: Service<Request<()>>>(service: &mut S, request: Request<()>) -> S::Future {
    service.call(request)
}

#[inline(never)]
fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Sends the request to a clone of an application, as `axum::serve` does.
pub(crate) fn respond_as_axum<S>(application: &S, request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone,
{
    at_once(application.clone().oneshot(request))
}

/// Runs a future without a runtime, because nothing here waits.
fn at_once<T>(future: impl Future<Output = Result<T, Infallible>>) -> T {
    match poll(pin!(future)) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => unreachable!("the service answers at once"),
    }
}

//! What the guides in `docs/` say in words, beyond what their examples show.

mod in_axum;
mod around_axum;
mod caches;
mod comparison;
mod environment;
mod limits;
mod local_network_access;
mod local_tools;
mod map;
mod options;
mod origins;
mod readme;
mod readme_example;
mod redirects;
mod reports;
mod security;
mod settings;
mod tables;
mod tenants;
mod threats;
mod in_stacks;
mod whole_stack;

use std::fmt::Debug;

use http::{Method, Request, Response};
use tower::{Service, ServiceExt};
use tower_cors::{CorsLayer, CorsLayerBuilder};

const PAGE: &str = "https://app.example.com";

fn builder() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(PAGE).allow_method("PUT")
}

fn cors() -> CorsLayer {
    builder().build().unwrap()
}

fn request(method: Method, url: &str) -> Request<String> {
    let request = Request::builder().method(method).uri(url).header("origin", PAGE);
    request.body(String::new()).unwrap()
}

fn preflight(url: &str) -> Request<String> {
    let mut request = request(Method::OPTIONS, url);
    request.headers_mut().insert("access-control-request-method", "PUT".parse().unwrap());
    request
}

async fn send<S, B>(service: S, request: Request<String>) -> Response<B>
where
    S: Service<Request<String>, Response = Response<B>, Error: Debug>,
{
    service.oneshot(request).await.unwrap()
}

/// Whether the page can read the response.
fn is_readable<B>(response: &Response<B>) -> bool {
    response.headers().get("access-control-allow-origin").is_some_and(|origin| origin == PAGE)
}

//! The model of a browser: its requests, its preflight cache, its responses and its errors.

mod cache;
mod cookies;
mod errors;
mod explanations;
mod policies;
mod redirects;
mod sending;
mod services;

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{
    CorsLayer,
    browser::{
        Browser, CookieRefusalReason, Credentials, Fetch, Mode, NetworkError, NetworkErrorCause,
        Page, Redirect, ReferrerPolicy, ResponseKind, SameSite,
    },
};

const PAGE: &str = "https://app.example.com";
const TARGET: &str = "https://api.example.net/items";

type Headers<'a> = &'a [(&'static str, &'a str)];
type Wire = tower::util::BoxCloneSyncService<Request<String>, Response<String>, Infallible>;
type Outcome = Result<tower_cors::browser::FetchResponse<String>, NetworkError>;

fn request(method: &str, target: &str, headers: Headers<'_>) -> Request<String> {
    let mut request = Request::new(String::from("a body"));
    *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    *request.uri_mut() = target.parse().unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    request
}

fn response(status: u16, headers: Headers<'_>) -> Response<String> {
    let mut response = Response::new(String::from("the body"));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    for &(name, value) in headers {
        response.headers_mut().append(name, HeaderValue::from_str(value).unwrap());
    }
    response
}

/// A browser whose service gives these responses in order.
fn scripted(responses: impl IntoIterator<Item = Response<String>>) -> Browser<Wire> {
    let responses: Arc<Mutex<VecDeque<_>>> = Arc::new(Mutex::new(responses.into_iter().collect()));
    answering(move |request| {
        let next = responses.lock().unwrap().pop_front();
        next.unwrap_or_else(|| panic!("nothing is left for {request:?}"))
    })
}

fn answering(
    answer: impl Fn(&Request<String>) -> Response<String> + Clone + Send + Sync + 'static,
) -> Browser<Wire> {
    let service = service_fn(move |request| ready(Ok::<_, Infallible>(answer(&request))));
    Browser::new(Wire::new(service))
}

/// Allows the origin, method and headers of the request, for an hour.
fn granting(request: &Request<String>) -> Response<String> {
    let mut response =
        response(200, &[("access-control-max-age", "3600"), ("content-type", "text/plain")]);
    for (granted, asked) in [
        ("access-control-allow-origin", "origin"),
        ("access-control-allow-methods", "access-control-request-method"),
        ("access-control-allow-headers", "access-control-request-headers"),
    ] {
        if let Some(value) = request.headers().get(asked) {
            response.headers_mut().insert(granted, value.clone());
        }
    }
    let credentials = HeaderValue::from_static("true");
    response.headers_mut().insert("access-control-allow-credentials", credentials);
    response
}

/// The methods of all exchanges. A preflight has an asterisk.
fn log<S>(page: &Page<S>) -> String {
    let line = |exchange: &tower_cors::browser::Exchange| {
        format!("{}{}", exchange.method(), if exchange.is_preflight() { "*" } else { "" })
    };
    page.exchanges().iter().map(line).collect::<Vec<_>>().join(" ")
}

fn sent<S>(page: &Page<S>, number: usize) -> Vec<(&str, &str)> {
    let headers = page.exchanges()[number].request_headers().iter();
    let mut lines: Vec<_> =
        headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    lines.sort_unstable();
    lines
}

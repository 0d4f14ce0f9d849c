//! The requests of pages, and the handler that they want to reach.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Method, Request, Response};
use tower::Service;

use super::naive::{Fetch, RESPONSE, TARGET};

pub(crate) const APP: &str = "https://app.example.com";
pub(crate) const SIBLING: &str = "https://shop.example.com";
/// A comparison that forgets the dot takes it for a subdomain.
pub(crate) const FOREIGN: &str = "https://evil-example.com";
/// The page of [`APP`], as somebody on the network can write it.
pub(crate) const PLAIN: &str = "http://app.example.com";
pub(crate) const OPAQUE: &str = "null";
/// An origin that only the first part of a `first_match` allows, and that own origins list.
pub(crate) const PARTNER: &str = "https://partner.example";
pub(crate) const PAGES: [&str; 7] = [APP, SIBLING, FOREIGN, PLAIN, OPAQUE, PARTNER, TARGET];

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "OPTIONS"];
const HEADERS: [Option<(&str, &str, bool)>; 4] = [
    None,
    Some(("content-type", "application/json", false)),
    Some(("x-a", "1", false)),
    Some(("authorization", "Bearer a", false)),
];

/// What a script of each page can fetch.
pub(crate) fn fetches() -> Vec<Fetch> {
    let mut fetches = Vec::new();
    for page in PAGES {
        for method in METHODS {
            for header in HEADERS {
                for includes_credentials in [false, true] {
                    let headers = header.into_iter().collect();
                    let upload_listener = false;
                    fetches.push(Fetch {
                        page,
                        method,
                        headers,
                        includes_credentials,
                        upload_listener,
                    });
                }
            }
        }
    }
    fetches
}

/// The handshake of a WebSocket, which needs no preflight. Some browsers send no `Sec-Fetch-Site` with it.
pub(crate) fn handshake(page: &str, has_site: bool) -> Request<String> {
    let mut request =
        raw(page, Method::GET, &[("connection", "upgrade"), ("upgrade", "websocket")]);
    *request.body_mut() = String::from("a body");
    if !has_site {
        request.headers_mut().remove("sec-fetch-site");
    }
    request
}

/// A preflight as Chromium sent it from public to private networks.
pub(crate) fn private_network_preflight(page: &str) -> Request<String> {
    let method = ("access-control-request-method", "PUT");
    raw(page, Method::OPTIONS, &[method, ("access-control-request-private-network", "true")])
}

fn raw(page: &str, method: Method, headers: &[(&'static str, &'static str)]) -> Request<String> {
    let site = if page == TARGET { "same-origin" } else { "cross-site" };
    let headers = headers.iter().copied().chain([("sec-fetch-site", site)]);
    let mut request = Request::new(String::new());
    *request.method_mut() = method;
    *request.uri_mut() = format!("{TARGET}/items").parse().unwrap();
    request.headers_mut().insert("origin", HeaderValue::from_str(page).unwrap());
    for (name, value) in headers {
        request.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    request
}

/// The inner service. It keeps the requests that reach it, and its responses allow everything to a foreign page.
#[derive(Clone, Default)]
pub(crate) struct Handler(Arc<Mutex<Vec<Request<String>>>>);

impl Handler {
    /// The methods that its response to `OPTIONS` lists.
    pub(crate) const ROUTE: [&'static str; 3] = ["GET", "POST", "PUT"];

    /// Returns the requests that reached it since the last call. Only those of scripts have a body.
    pub(crate) fn take_requests(&self) -> Vec<Request<String>> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// The headers of its response.
    pub(crate) fn headers(method: &Method) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in RESPONSE.into_iter().chain(HOSTILE) {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if *method == Method::OPTIONS {
            headers.insert("allow", HeaderValue::try_from(Self::ROUTE.join(",")).unwrap());
        }
        headers
    }
}

const HOSTILE: [(&str, &str); 7] = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-headers", "authorization,content-type,x-a"),
    ("access-control-allow-methods", "DELETE,OPTIONS,PUT"),
    ("access-control-allow-origin", FOREIGN),
    ("access-control-expose-headers", "*"),
    ("access-control-max-age", "86400"),
    ("vary", "accept-encoding"),
];

impl Service<Request<String>> for Handler {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<String>) -> Self::Future {
        let mut response = Response::new(String::from("the items"));
        *response.headers_mut() = Self::headers(request.method());
        self.0.lock().unwrap().push(request);
        ready(Ok(response))
    }
}

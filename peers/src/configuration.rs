//! The configuration of all middleware, and the requests.

use std::time::Duration;

use http::{
    HeaderName, Method, Request, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE, ETAG},
};

use crate::support::{origin, requests};

pub(crate) const METHODS: [Method; 3] = [Method::GET, Method::PUT, Method::DELETE];
pub(crate) const HEADERS: [HeaderName; 2] = [AUTHORIZATION, CONTENT_TYPE];
pub(crate) const EXPOSED: [HeaderName; 2] = [HeaderName::from_static("x-request-id"), ETAG];
pub(crate) const MAX_AGE: Duration = Duration::from_secs(600);

/// The kinds of requests, in the order of all tables.
pub(crate) const KINDS: [&str; 5] =
    ["without origin", "refused", "allowed", "preflight, allowed", "preflight, refused"];

pub(crate) fn origins() -> Vec<String> {
    (1..=ORIGINS).map(origin).collect()
}

/// The allowed origin that requests carry.
pub(crate) fn allowed_origin() -> String {
    origin(ORIGINS)
}

/// A browser's request of that kind.
pub(crate) fn request(kind: &str, path: &'static str) -> Request<()> {
    let mut request = requests::of_browser(kind, &allowed_origin());
    *request.uri_mut() = Uri::from_static(path);
    request
}

const ORIGINS: usize = 4;

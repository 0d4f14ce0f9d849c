//! The inner service of the tables.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use http::{HeaderName, HeaderValue, Request, Response};
use tower::Service;

use super::headers::Header;

/// The body of its responses. The layer's own responses have none.
pub(crate) const BODY: &str = "the inner body";

/// What the inner service says of CORS, unless a test says otherwise.
pub(crate) const FOREIGN: Header<'_> = ("access-control-allow-origin", "https://inner.example");

/// A service that responds with a status and headers, and keeps the requests that reach it.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) status: u16,
    headers: Vec<(HeaderName, HeaderValue)>,
    requests: Arc<Mutex<Vec<Request<()>>>>,
}

impl Inner {
    pub(crate) fn new(status: u16, headers: &[Header<'_>]) -> Self {
        let parse = |(name, value): &Header<'_>| (name.parse().unwrap(), value.parse().unwrap());
        Self { status, headers: headers.iter().map(parse).collect(), requests: Arc::default() }
    }

    /// Says nothing of CORS.
    pub(crate) fn silent() -> Self {
        Self::new(418, &[])
    }

    /// Allows another origin.
    pub(crate) fn foreign() -> Self {
        Self::new(418, &[FOREIGN])
    }

    pub(crate) fn calls(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Returns the requests that reached the service since the last call.
    pub(crate) fn take_requests(&self) -> Vec<Request<()>> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

impl Service<Request<()>> for Inner {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        self.requests.lock().unwrap().push(request);
        let mut response = Response::builder().status(self.status).body(BODY.to_owned()).unwrap();
        for (name, value) in &self.headers {
            response.headers_mut().append(name, value.clone());
        }
        ready(Ok(response))
    }
}

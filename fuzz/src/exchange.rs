//! Sends requests through layers.

use std::{
    convert::Infallible,
    future::{Future, ready},
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use tower::{Service, ServiceExt, service_fn};

/// The response, and the request as it came to the inner service, if it did.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) reached: Option<Request<()>>,
    pub(crate) response: Response<String>,
}

/// A response without its extensions, which do not compare.
pub(crate) type Parts<'a> = (StatusCode, &'a HeaderMap, &'a str);

impl Answer {
    pub(crate) fn parts(&self) -> Parts<'_> {
        parts(&self.response)
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub(crate) fn lines(&self, name: &HeaderName) -> Vec<&HeaderValue> {
        self.headers().get_all(name).iter().collect()
    }
}

pub(crate) fn parts(response: &Response<String>) -> Parts<'_> {
    (response.status(), response.headers(), response.body())
}

/// The inner service. It always gives the same response, and keeps the last request.
#[derive(Clone)]
pub(crate) struct Inner {
    response: Arc<Response<String>>,
    reached: Arc<Mutex<Option<Request<()>>>>,
}

impl Inner {
    pub(crate) fn new(response: Response<String>) -> Self {
        Self { response: Arc::new(response), reached: Arc::default() }
    }

    pub(crate) fn response(&self) -> &Response<String> {
        &self.response
    }

    pub(crate) fn service(
        &self,
    ) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> + Clone + use<>
    {
        let Self { response, reached } = self.clone();
        service_fn(move |request| {
            *reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
            ready(Ok(Response::clone(&response)))
        })
    }

    /// Sends a request to a service around this one.
    pub(crate) fn answer<S>(&self, service: S, request: &Request<()>) -> Answer
    where
        S: Service<Request<()>, Response = Response<String>, Error = Infallible>,
    {
        let Ok(response) = now(service.oneshot(request.clone()));
        let reached = self.reached.lock().unwrap_or_else(PoisonError::into_inner).take();
        Answer { reached, response }
    }
}

/// Polls a future that soon is ready, even if nothing wakes it.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("the future is never ready")
}

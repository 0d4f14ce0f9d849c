//! The future of a fetch.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    Credentials, Exchange, FetchResponse, Mode, NetworkError, NetworkErrorCause, Page, Redirect,
    ReferrerPolicy, ResponseKind, Shared,
    algorithm::{Algorithm, Options, Outgoing, Step},
};

pin_project! {
    /// A fetch that is to be awaited, and before that told how the script makes it. It comes from
    /// [`Page::fetch`].
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Fetch<'a, S, B>
    where
        S: Service<Request<B>>,
    {
        page: &'a mut Page<S>,
        options: Options,
        request: Option<Request<B>>,
        running: Option<Running<B>>,
        #[pin]
        response: Option<S::Future>,
    }
}

struct Running<B> {
    algorithm: Algorithm,
    body: B,
    /// What is to be sent when the service is ready.
    next: Option<Outgoing>,
}

impl<'a, S, B> Fetch<'a, S, B>
where
    S: Service<Request<B>>,
{
    pub(super) fn new(page: &'a mut Page<S>, request: Request<B>) -> Self {
        let options = Options::default();
        Self { page, options, request: Some(request), running: None, response: None }
    }

    /// Which requests have cookies. Default: [`Credentials::SameOrigin`].
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.options.credentials = credentials;
        self
    }

    /// What becomes of redirects. Default: [`Redirect::Follow`].
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.options.redirect = redirect;
        self
    }

    /// Whether the script listens to the upload, as only `XMLHttpRequest` can: then even a simple request
    /// is [preflighted](https://fetch.spec.whatwg.org/#use-cors-preflight-flag). Default: `false`.
    pub fn upload_listener(mut self, listens: bool) -> Self {
        self.options.upload_listener = listens;
        self
    }

    /// Whether the body is a stream, which is [preflighted](https://fetch.spec.whatwg.org/#use-cors-preflight-flag)
    /// too, and cannot be sent a second time after a redirect. Default: `false`.
    pub fn upload_stream(mut self, streams: bool) -> Self {
        self.options.upload_stream = streams;
        self
    }

    /// Whether the page says where it is. Default: [`ReferrerPolicy::StrictOriginWhenCrossOrigin`].
    pub fn referrer_policy(mut self, policy: ReferrerPolicy) -> Self {
        self.options.referrer_policy = policy;
        self
    }

    /// Whether other origins are asked. Default: [`Mode::Cors`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.options.mode = mode;
        self
    }
}

impl<S, B, C> Future for Fetch<'_, S, B>
where
    S: Service<Request<B>, Response = Response<C>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Clone + Default,
{
    type Output = Result<FetchResponse<C>, NetworkError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(request) = this.request.take() {
            match begin(this.page, *this.options, request) {
                Ok(running) => *this.running = Some(running),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        let running = this.running.as_mut().expect("a future is not polled after it is ready");
        let result = loop {
            if let Some(outgoing) = running.next.take() {
                let mut shared = lock(&this.page.shared);
                match shared.service.poll_ready(context) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => {
                        drop(shared);
                        break Err(failed(this.page, running, error.into()));
                    }
                    Poll::Pending => {
                        running.next = Some(outgoing);
                        return Poll::Pending;
                    }
                }
                let (request, exchange) = request(outgoing, &running.body);
                this.response.set(Some(shared.service.call(request)));
                drop(shared);
                this.page.exchanges.0.push(exchange);
            }
            let sent = this.response.as_mut().as_pin_mut().expect("what was next is sent");
            let response = ready!(sent.poll(context));
            this.response.set(None);
            let (head, body) = match response {
                Ok(response) => response.into_parts(),
                Err(error) => break Err(failed(this.page, running, error.into())),
            };
            if let Some(exchange) = this.page.exchanges.0.last_mut() {
                exchange.response = Some((head.status, head.headers.clone()));
            }
            let step = {
                let memory = &mut lock(&this.page.shared).memory;
                running.algorithm.receive(head.status, &head.headers, memory)
            };
            match step {
                Ok(Step::Send(outgoing)) => running.next = Some(outgoing),
                Ok(Step::Finish { kind, status, headers }) => {
                    let is_visible = matches!(kind, ResponseKind::Basic | ResponseKind::Cors);
                    let body = is_visible.then_some(body);
                    break Ok(FetchResponse { kind, status, headers, body });
                }
                Err(cause) => break Err(error(this.page, running, cause)),
            }
        };
        *this.running = None;
        Poll::Ready(result)
    }
}

/// The checks of the API, and the first request.
fn begin<S, B>(
    page: &Page<S>,
    options: Options,
    request: Request<B>,
) -> Result<Running<B>, NetworkError> {
    let described = format!("{} {}", request.method(), request.uri());
    let refused = |cause| NetworkError { cause, exchange: None, request: described, source: None };
    let Some(origin) = page.origin.clone() else {
        return Err(refused(NetworkErrorCause::InvalidPage(page.address.clone())));
    };
    let (head, body) = request.into_parts();
    let started = Algorithm::new(origin, head, options).and_then(|mut algorithm| {
        let first = algorithm.start(&lock(&page.shared).memory)?;
        Ok((algorithm, first))
    });
    match started {
        Ok((algorithm, first)) => Ok(Running { algorithm, body, next: Some(first) }),
        Err(cause) => Err(refused(cause)),
    }
}

fn request<B: Clone + Default>(outgoing: Outgoing, body: &B) -> (Request<B>, Exchange) {
    let Outgoing { is_preflight, has_body, method, uri, headers } = outgoing;
    let mut request = Request::new(if has_body { body.clone() } else { B::default() });
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    let exchange = Exchange { is_preflight, method, uri, request_headers: headers, response: None };
    (request, exchange)
}

fn failed<S, B>(
    page: &Page<S>,
    running: &Running<B>,
    source: Box<dyn Error + Send + Sync>,
) -> NetworkError {
    let cause = NetworkErrorCause::Service(source.to_string());
    NetworkError { source: Some(source), ..error(page, running, cause) }
}

fn error<S, B>(page: &Page<S>, running: &Running<B>, cause: NetworkErrorCause) -> NetworkError {
    running.algorithm.fail(&mut lock(&page.shared).memory);
    let exchange = page.exchanges.len().checked_sub(1);
    NetworkError { cause, exchange, request: running.algorithm.describe(), source: None }
}

/// What a panic of the service leaves behind is the service's own affair.
pub(super) fn lock<S>(shared: &Mutex<Shared<S>>) -> MutexGuard<'_, Shared<S>> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S, B> fmt::Debug for Fetch<'_, S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch").field("options", &self.options).finish_non_exhaustive()
    }
}

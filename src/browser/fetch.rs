//! The future of a fetch. It carries the requests of the [algorithm](super::algorithm) to the service.

use std::{
    error::Error,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    algorithm::{Algorithm, Step},
    error::{NetworkError, NetworkErrorCause},
    exchange::{Exchange, Exchanges},
    explanation::explanation,
    memory::Memory,
    options::{Credentials, Mode, Options, Redirect, ReferrerPolicy},
    outgoing::Outgoing,
    request::ScriptRequest,
    response::{FetchResponse, ResponseKind},
    shared::Shared,
    site::PageOrigin,
};

pin_project! {
    /// A fetch whose options can be set before it is awaited, from [`Page::fetch`](super::Page::fetch).
    #[must_use = "futures do nothing unless they are polled"]
    pub struct Fetch<'a, S, B>
    where
        S: Service<Request<B>>,
    {
        shared: &'a Shared<S>,
        origin: &'a Result<PageOrigin, NetworkErrorCause>,
        exchanges: &'a mut Exchanges,
        options: Options,
        request: Option<Request<B>>,
        running: Option<Running<B>>,
        #[pin]
        response: Option<S::Future>,
    }
}

impl<'a, S, B> Fetch<'a, S, B>
where
    S: Service<Request<B>>,
{
    pub(super) fn new(
        shared: &'a Shared<S>,
        origin: &'a Result<PageOrigin, NetworkErrorCause>,
        exchanges: &'a mut Exchanges,
        request: Request<B>,
    ) -> Self {
        Self {
            shared,
            origin,
            exchanges,
            options: Options::default(),
            request: Some(request),
            running: None,
            response: None,
        }
    }

    /// Sets which requests have cookies. Default: [`Credentials::SameOrigin`].
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.options.credentials = credentials;
        self
    }

    /// Sets how redirects are handled. Default: [`Redirect::Follow`].
    pub fn redirect(mut self, redirect: Redirect) -> Self {
        self.options.redirect = redirect;
        self
    }

    /// Registers an upload listener, as only `XMLHttpRequest` can. In [`Mode::Cors`], every cross-origin request
    /// of the fetch then needs a [preflight](https://fetch.spec.whatwg.org/#use-cors-preflight-flag). Default: `false`.
    pub fn upload_listener(mut self, listens: bool) -> Self {
        self.options.upload_listener = listens;
        self
    }

    /// Makes the body a stream, which cannot be sent again after a redirect. In [`Mode::Cors`], every
    /// cross-origin request of the fetch then needs a
    /// [preflight](https://fetch.spec.whatwg.org/#use-cors-preflight-flag). Default: `false`.
    pub fn upload_stream(mut self, streams: bool) -> Self {
        self.options.upload_stream = streams;
        self
    }

    /// Sets the page's referrer policy. Default: [`ReferrerPolicy::StrictOriginWhenCrossOrigin`].
    pub fn referrer_policy(mut self, policy: ReferrerPolicy) -> Self {
        self.options.referrer_policy = policy;
        self
    }

    /// Sets whether cross-origin requests use the CORS protocol. Default: [`Mode::Cors`].
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
            let memory = &mut this.shared.memory();
            *this.running = Some(Running::start(this.origin, request, *this.options, memory)?);
        }
        let running = this.running.as_mut().expect("a future is not polled after it is ready");
        let result = loop {
            if let Some(outgoing) = running.next.take() {
                let mut service = this.shared.service();
                match service.poll_ready(context) {
                    Poll::Ready(Ok(())) => {}
                    Poll::Ready(Err(error)) => {
                        drop(service);
                        break Err(running.service_error(error.into(), this.shared, None));
                    }
                    Poll::Pending => {
                        running.next = Some(outgoing);
                        return Poll::Pending;
                    }
                }
                let (request, exchange) = request_and_exchange(outgoing, &running.body);
                this.response.set(Some(service.call(request)));
                this.exchanges.0.push(exchange);
            }
            let response = this.response.as_mut().as_pin_mut().expect("the request was sent");
            let response = ready!(response.poll(context));
            this.response.set(None);
            let number = this.exchanges.len().checked_sub(1);
            let (head, body) = match response {
                Ok(response) => response.into_parts(),
                Err(error) => {
                    break Err(running.service_error(error.into(), this.shared, number));
                }
            };
            let step = {
                let memory = &mut this.shared.memory();
                let refused = running.algorithm.store_cookies(&head.headers, memory);
                if let Some(exchange) = this.exchanges.0.last_mut() {
                    exchange.response = Some((head.status, head.headers.clone()));
                    exchange.refused_cookies.extend(refused);
                }
                running.algorithm.receive(head.status, &head.headers, memory)
            };
            match step {
                Ok(Step::Send(outgoing)) => running.next = Some(outgoing),
                Ok(Step::Finish { kind, status, headers }) => {
                    let is_visible = matches!(kind, ResponseKind::Basic | ResponseKind::Cors);
                    let body = is_visible.then_some(body);
                    break Ok(FetchResponse { kind, status, headers, body });
                }
                Err(cause) => {
                    let explanation =
                        explanation(&cause, head.status, &head.headers).map(String::into_boxed_str);
                    let error = running.network_error(cause, this.shared, number);
                    break Err(NetworkError { explanation, ..error });
                }
            }
        };
        *this.running = None;
        Poll::Ready(result)
    }
}

impl<S, B> fmt::Debug for Fetch<'_, S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetch").field("options", &self.options).finish_non_exhaustive()
    }
}

/// A fetch that passed the checks of the API.
struct Running<B> {
    algorithm: Algorithm,
    body: B,
    /// The request to send as soon as the service is ready.
    next: Option<Outgoing>,
}

impl<B> Running<B> {
    fn start(
        origin: &Result<PageOrigin, NetworkErrorCause>,
        request: Request<B>,
        options: Options,
        memory: &mut Memory,
    ) -> Result<Self, NetworkError> {
        let described = format!("{} {}", request.method(), request.uri());
        let (head, body) = request.into_parts();
        let started = origin.clone().and_then(|origin| {
            let mut algorithm = Algorithm::new(ScriptRequest::new(origin, head, options)?);
            let first = algorithm.start(memory)?;
            Ok((algorithm, first))
        });
        match started {
            Ok((algorithm, first)) => Ok(Self { algorithm, body, next: Some(first) }),
            Err(cause) => {
                let (exchange, request) = (None, described.into());
                Err(NetworkError { cause, explanation: None, exchange, request, source: None })
            }
        }
    }

    fn service_error<S>(
        &self,
        source: Box<dyn Error + Send + Sync>,
        shared: &Shared<S>,
        exchange: Option<usize>,
    ) -> NetworkError {
        let cause = NetworkErrorCause::Service(source.to_string());
        NetworkError { source: Some(source), ..self.network_error(cause, shared, exchange) }
    }

    fn network_error<S>(
        &self,
        cause: NetworkErrorCause,
        shared: &Shared<S>,
        exchange: Option<usize>,
    ) -> NetworkError {
        self.algorithm.fail(&mut shared.memory());
        let request = self.algorithm.describe().into();
        NetworkError { cause, explanation: None, exchange, request, source: None }
    }
}

fn request_and_exchange<B: Clone + Default>(
    outgoing: Outgoing,
    body: &B,
) -> (Request<B>, Exchange) {
    let Outgoing { is_preflight, has_body, method, uri, headers, .. } = outgoing;
    let mut request = Request::new(if has_body { body.clone() } else { B::default() });
    *request.method_mut() = method.clone();
    *request.uri_mut() = uri.clone();
    *request.headers_mut() = headers.clone();
    let exchange = Exchange {
        is_preflight,
        method,
        uri,
        request_headers: headers,
        dropped_headers: outgoing.dropped_headers,
        refused_cookies: outgoing.refused_cookies,
        response: None,
    };
    (request, exchange)
}

//! Policies with an asynchronous predicate. They have a service and a future of their own, so that other
//! policies do not pay for them.

use std::{
    error::Error,
    fmt,
    future::Future,
    mem,
    panic::{RefUnwindSafe, UnwindSafe},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    action::Action,
    body::EmptyBody,
    cors::{Cors, ResponseFuture},
    layer::CorsLayer,
    report::{self, Report},
};
use crate::{
    config::{ConfigWarning, CorsConfig},
    origin::Origin,
    policy::{OriginCheck, OwnedHead, Policy, RequestHead},
};

/// A [`Policy`] with an [`AsyncPredicate`]. It cannot decide without waiting, so it only exists within a layer.
#[derive(Clone, Debug)]
pub struct AsyncPolicy {
    policy: Policy,
    predicate: AsyncPredicate,
}

/// The closure of [`allow_origin_if_async`](crate::CorsLayerBuilder::allow_origin_if_async).
#[derive(Clone)]
pub struct AsyncPredicate(Arc<Ask>);

type Ask = dyn Fn(&Origin, &RequestHead<'_>) -> PredicateFuture + Send + Sync;
type PredicateFuture =
    Pin<Box<dyn Future<Output = Result<bool, Box<dyn Error + Send + Sync>>> + Send>>;

impl AsyncPolicy {
    pub(crate) fn new(policy: Policy, predicate: AsyncPredicate) -> Self {
        Self { policy, predicate }
    }

    /// The warnings about the configuration, as in [`Policy::warnings`].
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        self.policy.warnings()
    }

    /// The configuration read back, as in [`Policy::config`].
    #[must_use]
    pub fn config(&self) -> CorsConfig {
        self.policy.config()
    }
}

impl CorsLayer<AsyncPolicy> {
    /// The policy that the layer applies.
    #[must_use]
    pub fn policy(&self) -> &AsyncPolicy {
        self.source()
    }
}

impl AsyncPredicate {
    pub(crate) fn new<F, Fut, E>(predicate: F) -> Self
    where
        F: Fn(&Origin, &RequestHead<'_>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<bool, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self(Arc::new(move |origin, request| {
            let future = predicate(origin, request);
            Box::pin(async move { future.await.map_err(Into::into) })
        }))
    }
}

/// Like the closures of a policy, it keeps no state between calls.
impl UnwindSafe for AsyncPredicate {}
impl RefUnwindSafe for AsyncPredicate {}

impl fmt::Debug for AsyncPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("allow_origin_if_async(..)")
    }
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Cors<S, AsyncPolicy>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone,
    ResponseBody: EmptyBody,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, RequestBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let AsyncPolicy { policy, predicate } = &self.source;
        let head = RequestHead::from(&request);
        let Some(origin) = policy.undecided_origin(head) else {
            let response = match policy.act(&OriginCheck::NotRun, head) {
                Action::Forward(then) => {
                    then.on_request(request.headers_mut());
                    ResponseFuture::forward(self.inner.call(request), then)
                }
                Action::Respond(response) => ResponseFuture::respond(response),
            };
            return AsyncResponseFuture { state: State::Decided { response } };
        };
        let predicate = if policy.is_observed() {
            report::with_panics(policy, head, || predicate.0(&origin, &head))
        } else {
            predicate.0(&origin, &head)
        };
        let policy = policy.clone();
        let state = if policy.may_respond(head) {
            let report = policy.is_observed().then(|| Report::of_undecided(&policy, head));
            // Call the service that is ready. Its clone may not be.
            let clone = self.inner.clone();
            let inner = mem::replace(&mut self.inner, clone);
            State::Before {
                predicate,
                waiting: Some(Waiting { origin, policy, report, request, inner }),
            }
        } else {
            let pending = Some(Pending::new(origin, policy, head));
            let inner = self.inner.call(request);
            State::Meanwhile { predicate, pending, action: None, inner, result: None }
        };
        AsyncResponseFuture { state }
    }
}

pin_project! {
    /// The future of a [`Cors`] service with an [`AsyncPolicy`]. Dropping it drops the predicate's future.
    #[must_use = "futures do nothing unless they are polled"]
    pub struct AsyncResponseFuture<S, RequestBody>
    where
        S: Service<Request<RequestBody>>,
    {
        #[pin]
        state: State<S, RequestBody>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, RequestBody>
    where
        S: Service<Request<RequestBody>>,
    {
        /// The predicate has decided, or was not needed.
        Decided { #[pin] response: ResponseFuture<S::Future> },
        /// The inner service is called after the predicate has decided, or not at all.
        Before { predicate: PredicateFuture, waiting: Option<Waiting<S, RequestBody>> },
        /// The inner service is already called. Only the headers depend on the predicate.
        Meanwhile {
            predicate: PredicateFuture,
            pending: Option<Pending>,
            action: Option<Action>,
            #[pin]
            inner: S::Future,
            result: Option<Result<S::Response, S::Error>>,
        },
    }
}

impl<S, RequestBody, ResponseBody> Future for AsyncResponseFuture<S, RequestBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: EmptyBody,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Decided { response } => return response.poll(context),
                StateProjection::Before { predicate, waiting } => {
                    let allows = ready!(poll_predicate(predicate, context));
                    let waiting =
                        waiting.take().expect("the state changes when the predicate decides");
                    state.set(State::Decided { response: waiting.decide(allows) });
                }
                StateProjection::Meanwhile { predicate, pending, action, inner, result } => {
                    if result.is_none()
                        && let Poll::Ready(ready) = inner.poll(context)
                    {
                        *result = Some(ready);
                    }
                    if action.is_none()
                        && let Poll::Ready(allows) = poll_predicate(predicate, context)
                    {
                        *action = pending.take().map(|pending| pending.decide(allows));
                    }
                    return match (result.take(), action.take()) {
                        (Some(Ok(response)), Some(action)) => {
                            Poll::Ready(Ok(finish(action, response)))
                        }
                        (Some(Err(error)), _) => {
                            // There is no response to decide about. Dropping `pending` reports the request.
                            *pending = None;
                            Poll::Ready(Err(error))
                        }
                        (unfinished, decided) => {
                            (*result, *action) = (unfinished, decided);
                            Poll::Pending
                        }
                    };
                }
            }
        }
    }
}

/// Finishes the response to a request that was forwarded while its predicate was running.
fn finish<B: EmptyBody>(action: Action, mut response: Response<B>) -> Response<B> {
    match action {
        Action::Forward(then) => then.on_response(&mut response),
        // Not reached: requests that may be refused wait for the predicate before they are forwarded.
        Action::Respond(own) => response = own.map(|()| B::empty()),
    }
    response
}

fn poll_predicate(
    predicate: &mut PredicateFuture,
    context: &mut Context<'_>,
) -> Poll<Result<bool, String>> {
    predicate.as_mut().poll(context).map_err(|error| error.to_string())
}

fn check(allows: Result<bool, String>, origin: Origin) -> OriginCheck {
    match allows {
        Ok(true) => OriginCheck::Passed(origin.into_value()),
        // The origin is not listed either, so the check fails with the usual reason.
        Ok(false) => OriginCheck::NotRun,
        Err(error) => OriginCheck::Failed(error),
    }
}

/// A request that waits for the predicate, and the service that is ready for it.
struct Waiting<S, RequestBody> {
    origin: Origin,
    policy: Policy,
    report: Option<Report>,
    request: Request<RequestBody>,
    inner: S,
}

impl<S, RequestBody> Waiting<S, RequestBody>
where
    S: Service<Request<RequestBody>>,
{
    fn decide(self, allows: Result<bool, String>) -> ResponseFuture<S::Future> {
        let Self { origin, policy, report, mut request, mut inner } = self;
        if let Some(report) = report {
            report.withdraw();
        }
        match policy.act(&check(allows, origin), (&request).into()) {
            Action::Forward(then) => {
                then.on_request(request.headers_mut());
                ResponseFuture::forward(inner.call(request), then)
            }
            Action::Respond(response) => ResponseFuture::respond(response),
        }
    }
}

/// The decision of a forwarded request, until the predicate has decided.
enum Pending {
    Decided {
        allowed: Action,
        refused: Action,
    },
    /// The decision is also reported, which needs a copy of the request.
    Observed {
        origin: Origin,
        policy: Policy,
        request: Box<OwnedHead>,
        report: Report,
    },
}

impl Pending {
    fn new(origin: Origin, policy: Policy, request: RequestHead<'_>) -> Self {
        if policy.is_observed() {
            let report = Report::of_undecided(&policy, request);
            return Self::Observed { origin, policy, request: Box::new(request.into()), report };
        }
        let passed = OriginCheck::Passed(origin.into_value());
        let allowed = policy.decide_with(&passed, request).0.into();
        let refused = policy.decide_with(&OriginCheck::NotRun, request).0.into();
        Self::Decided { allowed, refused }
    }

    fn decide(self, allows: Result<bool, String>) -> Action {
        match self {
            Self::Decided { allowed, .. } if allows == Ok(true) => allowed,
            Self::Decided { refused, .. } => refused,
            Self::Observed { origin, policy, request, report } => {
                report.withdraw();
                policy.act(&check(allows, origin), request.borrow())
            }
        }
    }
}

impl<S, RequestBody> fmt::Debug for AsyncResponseFuture<S, RequestBody>
where
    S: Service<Request<RequestBody>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResponseFuture").finish_non_exhaustive()
    }
}

//! Policies with an asynchronous predicate. They have a service and a future of their own, so that the
//! others pay nothing for them.

use std::{
    error::Error,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    config::CorsConfig,
    future::ResponseFuture,
    origin::Origin,
    policy::{Decision, OwnedHead, Policy, RequestHead, Verdict},
    service::{Cors, carry_out},
    warning::ConfigWarning,
};

/// A [`Policy`] that has to ask an [`AsyncPredicate`] about some origins, and so cannot decide by itself.
#[derive(Clone, Debug)]
pub struct AsyncPolicy {
    policy: Policy,
    predicate: AsyncPredicate,
}

/// The closure of [`allow_origin_if_async`](crate::CorsLayerBuilder::allow_origin_if_async).
#[derive(Clone)]
pub struct AsyncPredicate(Arc<Ask>);

type Ask = dyn Fn(&Origin, &RequestHead<'_>) -> Answer + Send + Sync;
type Answer = Pin<Box<dyn Future<Output = Result<bool, Box<dyn Error + Send + Sync>>> + Send>>;

impl AsyncPolicy {
    pub(crate) fn new(policy: Policy, predicate: AsyncPredicate) -> Self {
        Self { policy, predicate }
    }

    /// What could be better in the configuration, as [`Policy::warnings`].
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        self.policy.warnings()
    }

    /// The configuration read back, as [`Policy::config`].
    #[must_use]
    pub fn config(&self) -> CorsConfig {
        self.policy.config()
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
            let answer = predicate(origin, request);
            Box::pin(async move { answer.await.map_err(Into::into) })
        }))
    }
}

impl fmt::Debug for AsyncPredicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("allow_origin_if_async(..)")
    }
}

impl<S, RequestBody, ResponseBody> Service<Request<RequestBody>> for Cors<S, AsyncPolicy>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>> + Clone,
    ResponseBody: Default,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = AsyncResponseFuture<S, RequestBody>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<RequestBody>) -> Self::Future {
        let AsyncPolicy { policy, predicate } = &self.source;
        let head = RequestHead::from(&request);
        let Some(origin) = policy.question(head) else {
            let decision = policy.decide_by(Verdict::Unasked, head);
            let response = carry_out(decision, &mut self.inner, request);
            return AsyncResponseFuture { state: State::Decided { response } };
        };
        let answer = predicate.0(&origin, &head);
        let policy = policy.clone();
        let state = if policy.may_respond(head) {
            // The service that was found to be ready is the one to call; the clone is to be asked anew.
            let clone = self.inner.clone();
            let inner = mem::replace(&mut self.inner, clone);
            State::Before { answer, asked: Some(Asked { origin, policy, request, inner }) }
        } else {
            let pending = Pending::new(origin, policy, head);
            let inner = self.inner.call(request);
            State::Meanwhile {
                answer,
                pending: Some(pending),
                verdict: None,
                inner,
                response: None,
            }
        };
        AsyncResponseFuture { state }
    }
}

pin_project! {
    /// The future of a [`Cors`] service with an [`AsyncPolicy`]. Dropping it drops the predicate's.
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
        /// Nothing has to be asked any more.
        Decided { #[pin] response: ResponseFuture<S::Future> },
        /// Whether the inner service is called depends on the answer.
        Before { answer: Answer, asked: Option<Asked<S, RequestBody>> },
        /// The inner service is called, and only the headers depend on the answer.
        Meanwhile {
            answer: Answer,
            pending: Option<Pending>,
            verdict: Option<Result<bool, String>>,
            #[pin]
            inner: S::Future,
            response: Option<S::Response>,
        },
    }
}

impl<S, RequestBody, ResponseBody> Future for AsyncResponseFuture<S, RequestBody>
where
    S: Service<Request<RequestBody>, Response = Response<ResponseBody>>,
    ResponseBody: Default,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Decided { response } => return response.poll(context),
                StateProjection::Before { answer, asked } => {
                    let verdict = ready!(poll_answer(answer, context));
                    let asked = asked.take().expect("the state changes with the answer");
                    state.set(State::Decided { response: asked.decide(verdict) });
                }
                StateProjection::Meanwhile { answer, pending, verdict, inner, response } => {
                    if response.is_none() {
                        if let Poll::Ready(result) = inner.poll(context) {
                            *response = Some(result?);
                        }
                    }
                    if verdict.is_none() {
                        *verdict = Some(ready!(poll_answer(answer, context)));
                    }
                    let Some(response) = response.take() else { return Poll::Pending };
                    let (pending, verdict) =
                        pending.take().zip(verdict.take()).expect(POLLED_AGAIN);
                    return Poll::Ready(Ok(pending.finish(verdict, response)));
                }
            }
        }
    }
}

const POLLED_AGAIN: &str = "a future is not polled after it is ready";

fn poll_answer(answer: &mut Answer, context: &mut Context<'_>) -> Poll<Result<bool, String>> {
    answer.as_mut().poll(context).map_err(|error| error.to_string())
}

fn verdict(answer: Result<bool, String>, origin: Origin) -> Verdict {
    match answer {
        Ok(true) => Verdict::Granted(origin.into_value()),
        Ok(false) => Verdict::Unasked,
        Err(error) => Verdict::Failed(error),
    }
}

/// A request that waits for the answer, with the service that was found to be ready for it.
struct Asked<S, RequestBody> {
    origin: Origin,
    policy: Policy,
    request: Request<RequestBody>,
    inner: S,
}

impl<S, RequestBody> Asked<S, RequestBody>
where
    S: Service<Request<RequestBody>>,
{
    fn decide(self, answer: Result<bool, String>) -> ResponseFuture<S::Future> {
        let Self { origin, policy, request, mut inner } = self;
        let decision = policy.decide_by(verdict(answer, origin), (&request).into());
        carry_out(decision, &mut inner, request)
    }
}

/// What either answer does to a response.
enum Pending {
    Decided {
        allowed: Decision,
        refused: Decision,
    },
    /// Somebody looks at the request, which is gone by then.
    Watched {
        origin: Origin,
        policy: Policy,
        request: Box<OwnedHead>,
    },
}

impl Pending {
    fn new(origin: Origin, policy: Policy, request: RequestHead<'_>) -> Self {
        // An error decides as a no does, but it is told apart by whoever looks.
        if policy.is_special() {
            let request = Box::new(request.into());
            return Self::Watched { origin, policy, request };
        }
        let allowed = policy.decide_by(Verdict::Granted(origin.into_value()), request).into();
        let refused = policy.decide_by(Verdict::Unasked, request).into();
        Self::Decided { allowed, refused }
    }

    fn finish<B: Default>(
        self,
        answer: Result<bool, String>,
        mut response: Response<B>,
    ) -> Response<B> {
        let decision = match self {
            Self::Decided { allowed, .. } if answer == Ok(true) => allowed,
            Self::Decided { refused, .. } => refused,
            Self::Watched { origin, policy, request } => {
                policy.decide_by(verdict(answer, origin), request.borrow()).into()
            }
        };
        match decision {
            Decision::Forward(headers) => {
                headers.finish(&mut response);
                response
            }
            Decision::Respond(answer) => answer.map(|()| B::default()),
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

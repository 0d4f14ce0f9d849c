//! The API, whose policy and stack can be changed while it runs.

use std::{
    convert::Infallible,
    sync::{Arc, PoisonError, RwLock},
    task::{Context, Poll},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use tower::{Service, ServiceExt, util::Oneshot};
use tower_cors::{CorsLayer, Policy};

use crate::{log::Log, stack::Stack};

/// The API as a service. Clones share what it currently is.
#[derive(Clone, Debug)]
pub(crate) struct Api(Arc<RwLock<Current>>);

#[derive(Clone, Debug)]
struct Current {
    policy: Policy,
    router: Router,
}

impl Api {
    pub(crate) fn policy(&self) -> Policy {
        self.current().policy
    }

    /// Without a policy, the last one stays, or with `reset`, no origin is allowed.
    pub(crate) fn change(&self, stack: Stack, policy: Option<Policy>, reset: bool) {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let last =
            || if reset { CorsLayer::deny_all().policy().clone() } else { current.policy.clone() };
        let policy = policy.unwrap_or_else(last);
        let router = stack.router(CorsLayer::new(policy.clone()));
        *current = Current { policy, router };
    }

    fn current(&self) -> Current {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Default for Api {
    fn default() -> Self {
        let cors = CorsLayer::deny_all();
        let policy = cors.policy().clone();
        Self(Arc::new(RwLock::new(Current { policy, router: Stack::default().router(cors) })))
    }
}

impl<B> Service<Request<B>> for Api
where
    Router: Service<Request<B>, Response = Response, Error = Infallible>,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Oneshot<Router, Request<B>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.current().router.oneshot(request)
    }
}

/// The API as it is served: each request is written to the log.
pub(crate) fn router(api: Api, log: Arc<Log>) -> Router {
    let record = from_fn_with_state((api.clone(), log), record);
    Router::new().fallback_service(api).layer(record)
}

async fn record(
    State((api, log)): State<(Api, Arc<Log>)>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let outcome = api.policy().explain(&request);
    let (parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    log.add(&parts, &response, &outcome);
    response
}

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use super::{
    action::{Action, Decide, PolicySource, Seal, Then},
    layer::CorsLayer,
};
use crate::{
    policy::{OriginCheck, Policy, RequestHead},
    response::ResponseHeaders,
};

impl CorsLayer {
    /// Creates a layer that calls `choose` for the policy of each request. If it returns `None`, the request
    /// and its response pass unchanged, even for preflights.
    ///
    /// Choose by properties that all requests to a resource share, such as the path or `Host`. A preflight has
    /// to get the same policy as the request that it announces, but it has another method, no cookies and no
    /// `Authorization`. To choose by origin, use [`first_match`](Self::first_match).
    ///
    /// If the closure reads a request header other than `Host`, add it with
    /// [`vary_on`](crate::CorsLayerBuilder::vary_on) to each policy. Otherwise a shared cache gives one tenant's
    /// response to another tenant's page, with the wrong allowed origin.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let everyone = CorsLayer::public().policy().clone();
    /// let ours = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_credentials(true)
    ///     .build_policy()?;
    /// let cors = CorsLayer::select(move |request| match request.uri.path() {
    ///     "/public" => Some(everyone.clone()),
    ///     "/metrics" => None,
    ///     _ => Some(ours.clone()),
    /// });
    /// let app: Router = Router::new().route("/public", get(async || "for all")).layer(cors);
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn select<F>(choose: F) -> CorsLayer<Select>
    where
        F: Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync + 'static,
    {
        CorsLayer::from_source(Select(Arc::new(choose)))
    }
}

/// The source of [`CorsLayer::select`].
#[derive(Clone)]
pub struct Select(Arc<Choose>);

type Choose = dyn Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync;

impl PolicySource for Select {}

impl Decide for Select {
    fn act_on(&self, request: RequestHead<'_>, _: Seal) -> Action {
        match (self.0)(&request) {
            Some(policy) => policy.act(&OriginCheck::NotRun, request),
            None => Action::Forward(Then::Write(ResponseHeaders::untouched())),
        }
    }
}

/// Like the closures of a policy, it keeps no state between calls.
impl UnwindSafe for Select {}
impl RefUnwindSafe for Select {}

impl fmt::Debug for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("select(..)")
    }
}

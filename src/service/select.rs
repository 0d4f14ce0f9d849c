use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use super::{
    action::Action,
    layer::CorsLayer,
    source::{Decide, PolicySource, Seal},
};
use crate::{
    policy::{OriginCheck, Policy, RequestHead},
    response::ResponseHeaders,
};

impl CorsLayer {
    /// A layer that asks `choose` for the policy of each request. Where there is none, the request and its
    /// response pass untouched, preflights too.
    ///
    /// It is for choosing by what all requests to a resource share, such as the path or the tenant that
    /// `Host` names: a preflight has to find the policy of the request that it announces, and carries no
    /// cookies, no `Authorization`, and another method. To differ by origin is for
    /// [`first_match`](Self::first_match).
    ///
    /// A closure that reads a request header other than `Host` needs
    /// [`vary_on`](crate::CorsLayerBuilder::vary_on) in each policy that it chooses from. Otherwise a shared
    /// cache keeps the response to one tenant, with the origins that are allowed there, and gives it to
    /// another's page, which may not read it then, or may and should not.
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
            None => Action::Forward(ResponseHeaders::untouched()),
        }
    }
}

/// As for the closures of a policy: each request asks anew.
impl UnwindSafe for Select {}
impl RefUnwindSafe for Select {}

impl fmt::Debug for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("select(..)")
    }
}

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use super::{
    action::{Action, Decide, PolicySource, Seal, Then},
    layer::CorsLayer,
};
use crate::{policy::RequestHead, response::ResponseHeaders};

impl CorsLayer {
    /// Creates a layer that calls `choose` for the source of each request's policy. If it returns `None`, the
    /// request and its response pass unchanged, even for preflights.
    ///
    /// A source is a [`Policy`](crate::Policy), or a whole layer, for example one made by [`first_match`](Self::first_match). If the
    /// sources have different types, make them one type with [`boxed`](Self::boxed).
    ///
    /// Choose by properties that all requests to a resource share, such as the path or `Host`. A preflight has
    /// to get the same policy as the request that it announces, but it has no cookies and no `Authorization`. Its own
    /// method is `OPTIONS`: [`RequestHead::announced_method`] gives that of the other request. To choose by origin, use
    /// [`first_match`](Self::first_match).
    ///
    /// In axum, a layer of `Router::layer` finds the route that matched in the request's extensions, as
    /// `axum::extract::MatchedPath`. In a nested router, the path in `uri` is without the prefix, and
    /// `axum::extract::OriginalUri` has the whole.
    ///
    /// If the closure reads a request header other than `Host`, add it with
    /// [`vary_on`](crate::CorsLayerBuilder::vary_on) to each policy. Otherwise a shared cache gives one tenant's
    /// response to another tenant's page, with the wrong allowed origin.
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let everyone = CorsLayer::public();
    /// let ours = CorsLayer::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_credentials(true)
    ///     .build()?;
    /// let cors = CorsLayer::select(move |request| match request.uri.path() {
    ///     "/public" => Some(everyone.clone()),
    ///     "/metrics" => None,
    ///     _ => Some(ours.clone()),
    /// });
    /// let app: Router = Router::new().route("/public", get(async || "for all")).layer(cors);
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    #[doc(alias = "dynamic")]
    pub fn select<F, P>(choose: F) -> CorsLayer<Select>
    where
        F: Fn(&RequestHead<'_>) -> Option<P> + Send + Sync + 'static,
        P: PolicySource,
    {
        CorsLayer::from_source(Select(Arc::new(move |request, seal| match choose(&request) {
            Some(source) => source.act_on(request, seal),
            None => Action::Forward(Then::Write(ResponseHeaders::untouched())),
        })))
    }
}

impl<P: PolicySource + Send + Sync + 'static> CorsLayer<P> {
    /// Hides the type of the source, so that layers of different kinds have the same type.
    ///
    /// ```
    /// use tower_cors::{AnySource, CorsLayer, Policy};
    ///
    /// # let is_development = false;
    /// # let ours = Policy::builder().allow_origin("https://example.com").build_policy()?;
    /// # let everyone = Policy::builder().allow_any_origin().build_policy()?;
    /// let cors: CorsLayer<AnySource> = if is_development {
    ///     CorsLayer::public().boxed()
    /// } else {
    ///     CorsLayer::first_match([ours, everyone])?.boxed()
    /// };
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn boxed(self) -> CorsLayer<AnySource> {
        CorsLayer::from_source(AnySource(Arc::new(move |request, seal| self.act_on(request, seal))))
    }
}

/// The source of [`CorsLayer::select`].
#[derive(Clone)]
pub struct Select(Arc<Act>);

/// The source of [`CorsLayer::boxed`].
#[derive(Clone)]
pub struct AnySource(Arc<Act>);

type Act = dyn Fn(RequestHead<'_>, Seal) -> Action + Send + Sync;

impl PolicySource for Select {}

impl Decide for Select {
    fn act_on(&self, request: RequestHead<'_>, seal: Seal) -> Action {
        (self.0)(request, seal)
    }
}

impl PolicySource for AnySource {}

impl Decide for AnySource {
    fn act_on(&self, request: RequestHead<'_>, seal: Seal) -> Action {
        (self.0)(request, seal)
    }
}

/// Like the closures of a policy, these keep no state between calls.
impl UnwindSafe for Select {}
impl RefUnwindSafe for Select {}
impl UnwindSafe for AnySource {}
impl RefUnwindSafe for AnySource {}

impl fmt::Debug for Select {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("select(..)")
    }
}

impl fmt::Debug for AnySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("boxed(..)")
    }
}

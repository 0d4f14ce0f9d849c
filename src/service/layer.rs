use tower_layer::Layer;

use super::{
    action::{Action, Decide, PolicySource, Seal},
    cors::Cors,
};
use crate::policy::{Policy, RequestHead};

/// A [`Layer`] that adds the [CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol) to a
/// service.
///
/// It responds to preflights itself, and adds the CORS headers to every other response, whatever its
/// status. So put it around everything that can send a response to a browser: outside authentication
/// (preflights carry no credentials), rate limits, redirects and timeouts. Put it around the outermost
/// router, not around a handler: the router responds to preflights with 405.
///
/// An `Err` of the inner service is not a response, and passes unchanged. Convert errors to responses
/// inside the layer. The page [`guide::errors`](crate::guide::errors) has recipes.
///
/// ```
/// use axum::{Router, routing::put};
/// use tower_cors::CorsLayer;
///
/// let cors = CorsLayer::builder()
///     .allow_origin("https://example.com")
///     .allow_method("PUT")
///     .build()?;
/// let app: Router = Router::new().route("/items", put(async || "changed")).layer(cors);
/// # Ok::<(), tower_cors::ConfigErrors>(())
/// ```
///
/// It refuses only preflights, unless
/// [`refuse_disallowed_origins`](crate::CorsLayerBuilder::refuse_disallowed_origins) is set. Other requests
/// of a disallowed origin are served, and the browser keeps the response from the page.
///
/// Cloning it copies one pointer.
///
/// `P` is the source of the policy: one [`Policy`] for all requests, another
/// [`PolicySource`](crate::PolicySource), or an [`AsyncPolicy`](crate::AsyncPolicy).
#[derive(Clone, Debug)]
#[must_use]
pub struct CorsLayer<P = Policy> {
    source: P,
}

impl CorsLayer {
    /// Creates a layer for a policy that is already built.
    pub fn new(policy: Policy) -> Self {
        Self::from_source(policy)
    }

    /// The policy that the layer applies.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.source
    }
}

impl<P> CorsLayer<P> {
    pub(crate) fn from_source(source: P) -> Self {
        Self { source }
    }

    pub(super) fn source(&self) -> &P {
        &self.source
    }
}

/// A layer is a source for [`CorsLayer::select`].
impl<P: PolicySource> PolicySource for CorsLayer<P> {}

impl<P: PolicySource> Decide for CorsLayer<P> {
    fn act_on(&self, request: RequestHead<'_>, seal: Seal) -> Action {
        self.source.act_on(request, seal)
    }
}

impl From<Policy> for CorsLayer {
    fn from(policy: Policy) -> Self {
        Self::new(policy)
    }
}

impl<S, P: Clone> Layer<S> for CorsLayer<P> {
    type Service = Cors<S, P>;

    fn layer(&self, inner: S) -> Self::Service {
        Cors::new(inner, self.source.clone())
    }
}

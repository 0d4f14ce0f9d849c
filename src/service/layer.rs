use tower_layer::Layer;

use super::cors::Cors;
use crate::policy::Policy;

/// A [`Layer`] that adds the [CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol) to a
/// service.
///
/// It answers preflights itself, and puts the CORS headers on every other response, of whatever status.
/// So it belongs around everything that may answer a browser: outside authentication, which a preflight
/// carries nothing for, outside rate limits, redirects and timeouts, and around the outermost router
/// rather than a handler, whose router would answer a preflight with 405. An `Err` is no response, and
/// passes untouched: what makes a response of it belongs inside too. The page
/// [`guide::errors`](crate::guide::errors) has recipes.
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
/// It refuses no request but preflights, unless it is
/// [told to](crate::CorsLayerBuilder::refuse_disallowed_origins): where an origin is not allowed, the request is
/// served, and the browser keeps the response from the page. Cloning it copies one pointer.
///
/// `P` is where the policy comes from: one [`Policy`], or another [`PolicySource`](crate::PolicySource) that
/// has one for each request, or an [`AsyncPolicy`](crate::AsyncPolicy).
#[derive(Clone, Debug)]
#[must_use]
pub struct CorsLayer<P = Policy> {
    source: P,
}

impl CorsLayer {
    /// A layer for a policy that is already built.
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

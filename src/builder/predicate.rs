//! Closures that decide about origins. There is one at most, so a second asynchronous one does not
//! compile.

use std::{error::Error, future::Future};

use super::options::CorsLayerBuilder;
use crate::{
    config::{ConfigError, ConfigErrors},
    origin::Origin,
    policy::{Predicate, RequestHead},
    service::{AsyncPolicy, AsyncPredicate, CorsLayer},
};

impl CorsLayerBuilder {
    /// Allows the origins that `predicate` says yes to, of those that no pattern matches.
    ///
    /// It sees well-formed origins alone, never `null`, and with credentials none over plain http (see
    /// [`Danger::InsecureOrigins`](crate::Danger::InsecureOrigins)). It is asked once a request, so it should not wait for anything; a
    /// panic fails that request. What a preflight shows it is less than what the request will: no
    /// cookies, and no `Authorization`. With credentials, it takes
    /// [`Danger::PredicateWithCredentials`](crate::Danger::PredicateWithCredentials).
    ///
    /// ```
    /// use tower_cors::CorsLayer;
    ///
    /// let tenants = ["acme", "initech"];
    /// let cors = CorsLayer::builder()
    ///     .allow_origin_if(move |origin, _request| {
    ///         origin.scheme() == "https"
    ///             && origin.is_subdomain_of("example.com")
    ///             && tenants.iter().any(|tenant| origin.host().split('.').next() == Some(tenant))
    ///     })
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn allow_origin_if<F>(mut self, predicate: F) -> Self
    where
        F: Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        self.note_second_predicate();
        self.closures.predicate = Some(Predicate::new(predicate));
        self
    }

    /// Allows the origins that `predicate` says yes to in its own time, of those that no pattern matches.
    ///
    /// It is asked about the same origins as [`allow_origin_if`](Self::allow_origin_if), and takes the same
    /// [`Danger::PredicateWithCredentials`](crate::Danger::PredicateWithCredentials) with credentials. An
    /// error refuses, and is reported with its text as
    /// [`Refusal::PredicateFailed`](crate::Refusal::PredicateFailed).
    ///
    /// The inner service is called meanwhile, but for preflights, and for what may be
    /// [refused](Self::refuse_disallowed_origins). If the response's future is dropped, so is the
    /// predicate's. The service has to be [`Clone`], and each question is one allocation.
    ///
    /// ```
    /// use tower_cors::CorsLayer;
    ///
    /// # #[derive(Clone)] struct Tenants;
    /// # impl Tenants { async fn has(&self, _: &str) -> Result<bool, std::io::Error> { Ok(true) } }
    /// # let tenants = Tenants;
    /// let cors = CorsLayer::builder()
    ///     .allow_origin_if_async(move |origin, _request| {
    ///         let (origin, tenants) = (origin.clone(), tenants.clone());
    ///         async move { tenants.has(origin.host()).await }
    ///     })
    ///     .build()?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    ///
    /// There is one predicate of either kind, and a second one of this kind does not compile:
    ///
    /// ```compile_fail,E0599
    /// # use std::{convert::Infallible, future::ready};
    /// # use tower_cors::CorsLayer;
    /// let _ = CorsLayer::builder()
    ///     .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
    ///     .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    /// ```
    pub fn allow_origin_if_async<F, Fut, E>(
        mut self,
        predicate: F,
    ) -> CorsLayerBuilder<AsyncPredicate>
    where
        F: Fn(&Origin, &RequestHead<'_>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<bool, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.note_second_predicate();
        self.closures.predicate = Some(Predicate::Asynchronous);
        let Self { config, closures, scalars, mistakes, question: () } = self;
        let question = AsyncPredicate::new(predicate);
        CorsLayerBuilder { config, closures, scalars, mistakes, question }
    }

    fn note_second_predicate(&mut self) {
        if let Some(first) = &self.closures.predicate {
            let closure = first.option();
            self.mistakes.push(ConfigError::SecondClosure { closure });
        }
    }
}

impl CorsLayerBuilder<AsyncPredicate> {
    /// Builds the layer. (There is no policy to be had without one: it could not ask.)
    ///
    /// # Errors
    ///
    /// All mistakes, if there are any. [`ConfigError`] lists what can be wrong.
    pub fn build(self) -> Result<CorsLayer<AsyncPolicy>, ConfigErrors> {
        let (policy, predicate) = self.build_parts()?;
        Ok(CorsLayer::from_source(AsyncPolicy::new(policy, predicate)))
    }
}

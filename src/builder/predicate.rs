//! Predicates: closures that decide about origins. A configuration has at most one; a second asynchronous
//! one does not compile.

use std::{error::Error, future::Future};

use super::options::CorsLayerBuilder;
use crate::{
    config::{ConfigError, ConfigErrors},
    origin::Origin,
    policy::{Predicate, RequestHead},
    service::{AsyncPolicy, AsyncPredicate, CorsLayer},
};

impl CorsLayerBuilder {
    /// Allows the origins for which `predicate` returns `true`. It is called for origins that no pattern
    /// matches. For preview deployments, it can ask a [`LabelPattern`](crate::LabelPattern). An `async` closure goes to
    /// [`allow_origin_if_async`](Self::allow_origin_if_async).
    ///
    /// It only sees well-formed origins, never `null`. With credentials or private networks, it sees no
    /// origins over plain http, loopback ones aside (see
    /// [`Danger::InsecureOrigins`](crate::Danger::InsecureOrigins)), and needs
    /// [`Danger::PredicateWithCredentials`](crate::Danger::PredicateWithCredentials).
    ///
    /// The predicate is called at most once a request, and should not block. If it panics, that request
    /// fails. Of a preflight it sees less than of the request that follows: no cookies, and no
    /// `Authorization`.
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
    #[doc(alias = "predicate")]
    pub fn allow_origin_if<F>(mut self, predicate: F) -> Self
    where
        F: Fn(&Origin, &RequestHead<'_>) -> bool + Send + Sync + 'static,
    {
        self.note_second_predicate();
        self.closures.predicate = Some(Predicate::new(predicate));
        self
    }

    /// Allows the origins for which the future of `predicate` returns `Ok(true)`. It is called for origins
    /// that no pattern matches.
    ///
    /// It sees the same origins as [`allow_origin_if`](Self::allow_origin_if), and needs the same
    /// [`Danger::PredicateWithCredentials`](crate::Danger::PredicateWithCredentials). An error refuses the
    /// origin, and is reported with its text as
    /// [`Refusal::PredicateFailed`](crate::Refusal::PredicateFailed).
    ///
    /// The inner service runs at the same time, except for preflights and for requests that may be
    /// [refused](Self::refuse_disallowed_origins). Dropping the response future drops the predicate's. The
    /// service has to be [`Clone`], and each call of the predicate allocates once.
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
    /// A configuration has at most one predicate, of either kind. A second asynchronous one does not
    /// compile:
    ///
    /// ```compile_fail,E0599
    /// # use std::{convert::Infallible, future::ready};
    /// # use tower_cors::CorsLayer;
    /// let _ = CorsLayer::builder()
    ///     .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
    ///     .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    /// ```
    #[doc(alias = "async_predicate")]
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
        let Self { config, additions, closures, scalars, mistakes, question: () } = self;
        let question = AsyncPredicate::new(predicate);
        CorsLayerBuilder { config, additions, closures, scalars, mistakes, question }
    }

    fn note_second_predicate(&mut self) {
        if let Some(first) = &self.closures.predicate {
            let closure = first.option();
            self.mistakes.push(ConfigError::SecondClosure { closure });
        }
    }
}

impl CorsLayerBuilder<AsyncPredicate> {
    /// Builds the layer. `build_policy` does not compile here: a [`Policy`](crate::Policy) cannot wait for the
    /// predicate.
    ///
    /// # Errors
    ///
    /// Returns all mistakes, if there are any. [`ConfigError`] lists the possible ones.
    pub fn build(self) -> Result<CorsLayer<AsyncPolicy>, ConfigErrors> {
        let (policy, predicate) = self.build_parts()?;
        Ok(CorsLayer::from_source(AsyncPolicy::new(policy, predicate)))
    }
}

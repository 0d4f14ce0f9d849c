//! Where the policy for a request comes from.

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::Arc,
};

use http::header::ORIGIN;

use crate::{
    error::{ConfigError, ConfigErrors},
    layer::CorsLayer,
    policy::{Policy, RequestHead, ResponseHeaders, Ruling, Verdict},
};

/// What has a policy for each request: a [`Policy`] has itself, [`Select`] and [`FirstMatch`] choose one,
/// and a `Reloadable` has the one that was last set. It is sealed.
pub trait PolicySource: Decide {}

/// Decides for a layer.
#[expect(unnameable_types, reason = "it seals `PolicySource`")]
pub trait Decide {
    /// Decides, and reports to whoever looks.
    #[doc(hidden)]
    fn decide_for_layer(&self, request: RequestHead<'_>) -> Ruling;
}

impl PolicySource for Policy {}

impl Decide for Policy {
    #[expect(
        clippy::inline_always,
        reason = "to hand on what is decided costs more than to decide"
    )]
    #[inline(always)]
    fn decide_for_layer(&self, request: RequestHead<'_>) -> Ruling {
        self.decide_by(Verdict::Unasked, request)
    }
}

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

    /// A layer that differs by origin, such as one that allows cookies for pages of ours, and lets all
    /// others read without: the first policy that allows the origin decides. What none allows, and what
    /// carries no origin, the last one decides.
    ///
    /// Only the last may allow any origin. All responses carry `Vary: origin`, those with `*` too, and those
    /// to requests without `Origin`: a cache that kept `*` for everybody would give it to a page that sends
    /// cookies, whose browser refuses it then. What one policy [varies on](crate::CorsLayerBuilder::vary_on),
    /// all do.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoPolicy`] for no policies, and [`ConfigError::AnyOriginBeforeLast`] for each that
    /// allows any origin and is not the last.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let ours = Policy::builder()
    ///     .allow_origin("https://app.example.com")
    ///     .allow_credentials(true)
    ///     .build_policy()?;
    /// let everyone = Policy::builder().allow_any_origin().build_policy()?;
    /// let cors = CorsLayer::first_match([ours, everyone])?;
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    pub fn first_match(
        policies: impl IntoIterator<Item = Policy>,
    ) -> Result<CorsLayer<FirstMatch>, ConfigErrors> {
        let mut policies: Vec<Policy> = policies.into_iter().collect();
        let Some(last) = policies.pop() else {
            return Err(ConfigErrors::new(vec![ConfigError::NoPolicy]));
        };
        let mistakes: Vec<ConfigError> = (1..)
            .zip(&policies)
            .filter(|(_, policy)| policy.allows_any_origin())
            .map(|(place, _)| ConfigError::AnyOriginBeforeLast { place })
            .collect();
        if !mistakes.is_empty() {
            return Err(ConfigErrors::new(mistakes));
        }
        let mut names = vec![ORIGIN];
        for name in policies.iter().chain([&last]).flat_map(Policy::varies_by) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        let vary = |policy: Policy| policy.vary_by(&names);
        let first = policies.into_iter().map(vary).collect();
        Ok(CorsLayer::from_source(FirstMatch { first, last: last.vary_by(&names) }))
    }
}

/// The source of [`CorsLayer::select`].
#[derive(Clone)]
pub struct Select(Arc<Choose>);

type Choose = dyn Fn(&RequestHead<'_>) -> Option<Policy> + Send + Sync;

impl PolicySource for Select {}

impl Decide for Select {
    fn decide_for_layer(&self, request: RequestHead<'_>) -> Ruling {
        match (self.0)(&request) {
            Some(policy) => policy.decide_by(Verdict::Unasked, request),
            None => Ruling::Forward(ResponseHeaders::untouched()),
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

/// The source of [`CorsLayer::first_match`].
#[derive(Clone, Debug)]
pub struct FirstMatch {
    first: Arc<[Policy]>,
    last: Policy,
}

impl PolicySource for FirstMatch {}

impl Decide for FirstMatch {
    fn decide_for_layer(&self, request: RequestHead<'_>) -> Ruling {
        for policy in &*self.first {
            if let Some(origin) = policy.allowed_origin(request) {
                return policy.decide_by(Verdict::Granted(origin), request);
            }
        }
        self.last.decide_by(Verdict::Unasked, request)
    }
}

//! Policies that change while a server runs.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::{
    layer::CorsLayer,
    policy::{Policy, RequestHead, Ruling, Verdict},
    source::{Decide, PolicySource},
};

impl CorsLayer {
    /// A layer whose policy can be replaced while it runs, and the handle to do it with.
    ///
    /// All clones of the layer, and all services made by it, follow. A request sees one policy from its
    /// start to its end. Browsers keep the answers to preflights that they have for the `max_age` that was
    /// set when they asked: keep it small where policies change.
    ///
    /// ```
    /// use tower_cors::{CorsLayer, Policy};
    ///
    /// let policy = |origin: &str| Policy::builder().allow_origin(origin).build_policy();
    /// let (cors, handle) = CorsLayer::reloadable(policy("https://example.com")?);
    ///
    /// // A configuration that does not build never comes to the handle, so the last good one stays.
    /// match policy("https://example.org/") {
    ///     Ok(policy) => handle.set(policy),
    ///     Err(mistakes) => eprintln!("{mistakes}"),
    /// }
    /// assert_eq!(handle.policy(), policy("https://example.com")?);
    /// # Ok::<(), tower_cors::ConfigErrors>(())
    /// ```
    #[cfg_attr(docsrs, doc(cfg(feature = "reload")))]
    pub fn reloadable(policy: Policy) -> (CorsLayer<Reloadable>, PolicyHandle) {
        let current = Arc::new(ArcSwap::from_pointee(policy));
        let handle = PolicyHandle { current: Arc::clone(&current), retired: Arc::default() };
        (CorsLayer::from_source(Reloadable(current)), handle)
    }
}

/// The source of [`CorsLayer::reloadable`].
#[derive(Clone, Debug)]
pub struct Reloadable(Arc<ArcSwap<Policy>>);

impl PolicySource for Reloadable {}

impl Decide for Reloadable {
    fn decide_for_layer(&self, request: RequestHead<'_>) -> Ruling {
        self.0.load().decide_by(Verdict::Unasked, request)
    }
}

/// Replaces the policy of a [`CorsLayer::reloadable`].
#[derive(Clone, Debug)]
pub struct PolicyHandle {
    current: Arc<ArcSwap<Policy>>,
    /// Those that some request still had when they were replaced. To free a long list takes a while, and no
    /// request is to do it.
    retired: Arc<Mutex<Vec<Policy>>>,
}

impl PolicyHandle {
    /// Replaces the policy, for all requests that come from now on. It is built already, so this cannot
    /// fail.
    ///
    /// The one that is replaced is freed here, or, if a request still has it, by a later call.
    pub fn set(&self, policy: Policy) {
        let replaced = Policy::clone(&self.current.swap(Arc::new(policy)));
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        // Who keeps policies and goes back and forth between them has each here once.
        if !retired.iter().any(|policy| policy.is_same(&replaced)) {
            retired.push(replaced);
        }
        retired.retain(Policy::is_shared);
    }

    /// The policy that is applied now.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::clone(&self.current.load())
    }
}

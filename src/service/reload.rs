//! Policies that are replaced while a server runs.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;

use super::{
    action::{Action, Decide, PolicySource, Seal},
    layer::CorsLayer,
};
use crate::policy::{OriginCheck, Policy, RequestHead};

impl CorsLayer {
    /// Creates a layer whose policy can be replaced while it runs, and the handle that replaces it.
    ///
    /// The new policy applies to all clones of the layer, and to all services made by it. One policy
    /// applies to a request from its start to its end. Browsers keep the responses to earlier preflights
    /// for their `max_age`, so keep it small if policies change.
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
    fn act_on(&self, request: RequestHead<'_>, _: Seal) -> Action {
        self.0.load().act(&OriginCheck::NotRun, request)
    }
}

/// Replaces the policy of a [`CorsLayer::reloadable`].
#[derive(Clone, Debug)]
pub struct PolicyHandle {
    current: Arc<ArcSwap<Policy>>,
    retired: Arc<Mutex<Retired>>,
}

impl PolicyHandle {
    /// Replaces the policy for all requests from now on. This cannot fail, because the policy is already
    /// built.
    ///
    /// This call frees the replaced policy. If a request still uses it, a later call does.
    pub fn set(&self, policy: Policy) {
        let replaced = Policy::clone(&self.current.swap(Arc::new(policy)));
        let mut retired = self.retired.lock().unwrap_or_else(PoisonError::into_inner);
        let unused = retired.add(replaced);
        // Free policies after unlocking: it takes long for a long list, and the `Drop` of a closure may call this
        // again.
        drop(retired);
        drop(unused);
    }

    /// The current policy.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::clone(&self.current.load())
    }
}

/// Replaced policies that a request or other code may still use. They are kept so that no request has to free a
/// long list, which takes a while.
#[derive(Debug, Default)]
struct Retired {
    /// By address, so that a policy that is replaced several times is kept once.
    policies: HashMap<usize, Policy>,
    /// The number of policies at which the next search for unused ones begins.
    next_look: usize,
}

impl Retired {
    /// Adds a policy, and removes the unused ones.
    fn add(&mut self, policy: Policy) -> Vec<Policy> {
        self.policies.insert(policy.address(), policy);
        if self.policies.len() < self.next_look {
            return Vec::new();
        }
        let unused = self.policies.extract_if(|_, policy| !policy.is_shared());
        let unused: Vec<Policy> = unused.map(|(_, policy)| policy).collect();
        // Waiting for twice as many keeps the average cost of a call constant, however many are kept.
        self.next_look = if self.policies.len() > FEW { 2 * self.policies.len() } else { 0 };
        unused
    }
}

/// With at most this many policies, each call searches them.
const FEW: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_get_rarer_with_the_policies_that_are_kept() {
        let policy = || Policy::builder().allow_origin("https://a.com").build_policy().unwrap();
        let kept: Vec<Policy> = (0..1_000).map(|_| policy()).collect();
        let mut retired = Retired::default();
        let mut looks = Vec::new();
        for policy in &kept {
            let next_look = retired.next_look;
            assert!(retired.add(policy.clone()).is_empty());
            looks.extend((retired.next_look != next_look).then_some(retired.policies.len()));
        }
        assert_eq!(looks, [9, 18, 36, 72, 144, 288, 576]);
    }
}

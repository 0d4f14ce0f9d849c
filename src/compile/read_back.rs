//! Reads a policy back into its configuration.

use crate::{
    config::{ConfigWarning, CorsConfig},
    policy::{AllowedHeaders, AllowedMethods, AllowedOrigins, Closures, Listed, Policy},
    response::{Exposed, Timing},
};

impl Policy {
    /// The warnings about the configuration that it was built from. [`ConfigWarning`] lists the possible
    /// ones.
    #[must_use]
    pub fn warnings(&self) -> &[ConfigWarning] {
        &self.rules().warnings
    }

    /// The configuration in its normal form: lists are sorted and without duplicates, header names are in
    /// lower case, and safelisted methods and exposed headers are left out. A policy built from it equals
    /// this one. Only that of [`deny_all`](crate::CorsLayer::deny_all) does not build.
    ///
    /// Closures cannot be stored. The configuration only names them, and does not build until they are set
    /// again.
    #[must_use]
    pub fn config(&self) -> CorsConfig {
        let rules = self.rules();
        let responses = &rules.responses.to_most;
        let mut allow_origins = match &rules.origins {
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => vec![String::from("*")],
            AllowedOrigins::Listed(Listed { set, null, .. }) => {
                set.patterns().chain(null.then(|| String::from("null"))).collect()
            }
        };
        allow_origins.sort_unstable();
        let own_origins = rules.own_origins.iter().flat_map(|set| set.patterns());
        let mut own_origins: Vec<String> = own_origins.collect();
        own_origins.sort_unstable();
        CorsConfig {
            allow_origins,
            allow_credentials: rules.credentials,
            allow_methods: match &rules.methods {
                AllowedMethods::Any => vec![String::from("*")],
                AllowedMethods::Listed(methods) => methods.to_vec(),
            },
            allow_headers: match &rules.headers {
                AllowedHeaders::Any { authorization } => {
                    let names = ["*", "authorization"].into_iter();
                    names.take(1 + usize::from(*authorization)).map(str::to_owned).collect()
                }
                AllowedHeaders::Echoed => vec![String::from("*")],
                AllowedHeaders::Listed { names, .. } => names.clone(),
            },
            expose_headers: match &responses.exposed {
                Exposed::Safelisted => Vec::new(),
                Exposed::Listed(names) => {
                    names.to_str().unwrap_or_default().split(',').map(str::to_owned).collect()
                }
                Exposed::Carried => vec![String::from("*")],
            },
            max_age: rules.max_age,
            echo_beside_wildcard: rules.echo_beside_wildcard,
            allow_private_network: rules.private_network,
            allow_timing: responses.timing == Timing::Written,
            vary_on: responses
                .vary
                .names()
                .iter()
                // Every policy that does not send `*` varies by `origin` first, without being configured
                // to.
                .skip(usize::from(!matches!(rules.origins, AllowedOrigins::Any)))
                .map(ToString::to_string)
                .collect(),
            preflight_status: Some(rules.allowed_preflight.status())
                .filter(|&status| status != http::StatusCode::NO_CONTENT),
            dangerously_allow: rules.dangers.clone(),
            refuse_disallowed_origins: rules.refusing.as_ref().map(|refusing| refusing.refuse),
            no_own_origins: rules.no_own_origins,
            own_origins,
            forward_preflights: rules.forward_preflights,
            allow_methods_of_route: rules.methods_of_route,
            diagnose: rules.diagnose,
            report_only: rules.report_only,
            attach_outcome: rules.attach_outcome,
            closures: self.closures().options(),
        }
    }

    fn closures(&self) -> Closures {
        let predicate = match &self.rules().origins {
            AllowedOrigins::Listed(listed) => listed.predicate.clone(),
            AllowedOrigins::Any | AllowedOrigins::Reflected { .. } => None,
        };
        Closures { predicate, hook: self.rules().hook.clone() }
    }
}

/// Two policies are equal if their configurations are equal in normal form, and their closures are the same
/// ones.
impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.closures().are(&other.closures()) && self.config() == other.config()
    }
}

impl Eq for Policy {}

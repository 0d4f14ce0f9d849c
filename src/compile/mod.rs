//! Compiles a configuration into a policy, and reads it back.

mod validate;
mod assemble;
mod read_back;
mod display;

pub(crate) use assemble::unite_parts;
use validate::{List, Valid};

use crate::{
    config::{ConfigError, ConfigErrors, CorsConfig},
    policy::{AllowedOrigins, Closures, Listed, Policy},
    trace,
};

/// Builds a policy. `mistakes` are those that the builder's setters found.
pub(crate) fn build(
    config: &CorsConfig,
    closures: Closures,
    mistakes: Vec<ConfigError>,
) -> Result<Policy, ConfigErrors> {
    let policy = validate::validate(config, closures, mistakes).map(assemble::assemble)?;
    for warning in policy.warnings() {
        trace::config_warning(warning);
    }
    Ok(policy)
}

/// The policy of [`CorsLayer::public`](crate::CorsLayer::public), which cannot fail to build.
pub(crate) fn public() -> Policy {
    assemble::assemble(Valid {
        origins: AllowedOrigins::Any,
        headers: List::Some(vec![String::from("content-type")]),
        ..Valid::default()
    })
}

/// The policy of [`CorsLayer::deny_all`](crate::CorsLayer::deny_all), which cannot fail to build.
pub(crate) fn deny_all() -> Policy {
    assemble::assemble(Valid {
        origins: AllowedOrigins::Listed(Listed::default()),
        ..Valid::default()
    })
}

/// Fails with all mistakes, as [`CorsLayerBuilder::build_policy`](crate::CorsLayerBuilder::build_policy)
/// does. A configuration of a policy that had closures fails, too.
impl TryFrom<CorsConfig> for Policy {
    type Error = ConfigErrors;

    fn try_from(config: CorsConfig) -> Result<Self, Self::Error> {
        build(&config, Closures::default(), Vec::new())
    }
}

use std::time::Duration;

use http::StatusCode;

use super::{closure::ClosureOption, danger::Danger, refuse::Refuse};

/// A configuration as data: what a [`CorsLayerBuilder`](crate::CorsLayerBuilder) is told, word for word,
/// and what a file or the environment can hold.
///
/// Nothing in it is known to be right before it is built, by `Policy::try_from`, or by the builder that
/// it turns into. [`Policy::config`](crate::Policy::config) gives it back in its normal form: sorted, without repetitions, and
/// without safelisted names.
///
/// With the feature `serde` it is read and written with the names of its fields; an unknown field is an
/// error, and errors name the field.
///
/// - A list may be a list of strings, or one string, whose entries are separated by commas, with white
///   space around them or not. An empty entry is an entry, and a mistake.
/// - `max_age` is a number of whole seconds, `preflight_status` a number; either may be text.
/// - `dangerously_allow` names each [`Danger`] in kebab case.
/// - `refuse_disallowed_origins` is `all` or `upgrades`.
/// - Within a larger configuration it is the type of a field, such as `cors: CorsConfig`. It can be flattened
///   into one, too (`#[serde(flatten)]`), as the last field: all fields that are left are then its own, so
///   that an unknown one is still an error.
///
#[cfg_attr(feature = "serde", doc = "```")]
#[cfg_attr(not(feature = "serde"), doc = "```ignore")]
/// use tower_cors::{CorsConfig, CorsLayer, Policy};
///
/// let config: CorsConfig = serde_json::from_str(
///     r#"{
///         "allow_origins": ["https://example.com", "http://localhost:*"],
///         "allow_headers": "content-type, authorization",
///         "max_age": 7200
///     }"#,
/// )?;
/// let layer = CorsLayer::new(Policy::try_from(config)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub struct CorsConfig {
    /// Origin patterns, or `"*"` alone for any origin.
    pub allow_origins: Vec<String>,
    /// Whether requests may have credentials. Default: `false`.
    pub allow_credentials: bool,
    /// Methods, or `"*"` alone for any method.
    pub allow_methods: Vec<String>,
    /// Request headers, or `"*"` for any header, alone or beside `authorization`.
    pub allow_headers: Vec<String>,
    /// Response headers, or `"*"` alone for all of them.
    pub expose_headers: Vec<String>,
    /// How long browsers may keep the answer to a preflight, in whole seconds.
    pub max_age: Option<Duration>,
    /// Whether preflights for private networks are answered. Default: `false`.
    pub allow_private_network: bool,
    /// Whether scripts may read the timing of responses. Default: `false`.
    pub allow_timing: bool,
    /// Which requests are refused, if their origin is not allowed. Default: none.
    pub refuse_disallowed_origins: Option<Refuse>,
    /// The server's own origins, which are not refused. Each is exact.
    pub own_origins: Vec<String>,
    /// Whether it is known that the server has no pages of its own. Default: `false`.
    pub no_own_origins: bool,
    /// Further request headers that closures read.
    pub vary_on: Vec<String>,
    /// The status of the answer to an allowed preflight. Default: 204.
    pub preflight_status: Option<StatusCode>,
    /// Whether allowed preflights are answered by the inner service. Default: `false`.
    pub forward_preflights: bool,
    /// Whether the inner service is asked which methods a route has. Default: `false`.
    pub allow_methods_of_route: bool,
    /// Whether refusals say why to whoever asks. Default: `false`.
    pub diagnose: bool,
    /// Whether nothing is changed, and only reported. Default: `false`.
    pub report_only: bool,
    /// Whether responses carry their [`Outcome`](crate::Outcome) as an extension. Default: `false`.
    pub attach_outcome: bool,
    /// Dangers that are accepted.
    pub dangerously_allow: Vec<Danger>,
    pub(crate) closures: Vec<ClosureOption>,
}

impl CorsConfig {
    /// The options whose closures the policy had that this was read back from. Closures cannot be stored: until
    /// they are given again, to the builder that this is converted to, it does not build.
    #[must_use]
    pub fn closures(&self) -> &[ClosureOption] {
        &self.closures
    }
}

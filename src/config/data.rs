use std::time::Duration;

use http::StatusCode;

use super::{closure::ClosureOption, danger::Danger, refuse::Refuse};

/// A configuration as data: the options of a [`CorsLayerBuilder`](crate::CorsLayerBuilder) as a struct, for
/// files and environment variables.
///
/// It is only checked when it is built, by `Policy::try_from` or by the builder that it converts to.
/// [`Policy::config`](crate::Policy::config) returns it in normal form: sorted, and without duplicates and
/// safelisted names.
///
/// With the feature `serde`, it is read and written with the names of its fields. An unknown field is an
/// error that suggests the nearest name. Errors name the field, and the format adds the place in the file.
///
/// - A field that is `null`, or blank in YAML, is as if it were absent.
/// - A list is a list of strings, or one string with commas, with or without white space around them. An
///   empty entry counts, and is a mistake.
/// - `max_age` is a whole number of seconds, and `preflight_status` is a number. They and the options that
///   are `true` or `false` may be text.
/// - `dangerously_allow` lists each [`Danger`] in kebab case.
/// - `refuse_disallowed_origins` is `all` or `upgrades`.
/// - In a larger configuration, make it the type of a field, such as `cors: CorsConfig`. Or flatten it as
///   the last field (`#[serde(flatten)]`): it then takes all remaining fields, so an unknown one is still
///   an error. Do not flatten an `Option<CorsConfig>`: serde turns every mistake in it into `None`.
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
    /// Allows requests with credentials. Default: `false`.
    pub allow_credentials: bool,
    /// Methods, or `"*"` alone for any method.
    pub allow_methods: Vec<String>,
    /// Request headers, or `"*"` for any header, alone or beside `authorization`.
    pub allow_headers: Vec<String>,
    /// Response headers, or `"*"` alone for all of them.
    pub expose_headers: Vec<String>,
    /// The time for which browsers may keep the response to a preflight, in whole seconds.
    pub max_age: Option<Duration>,
    /// Sends the requested method and headers beside a `*`. Default: `false`.
    pub echo_beside_wildcard: bool,
    /// Allows preflights for private networks. Default: `false`.
    pub allow_private_network: bool,
    /// Lets scripts read the timing of responses. Default: `false`.
    pub allow_timing: bool,
    /// The requests to refuse if their origin is not allowed. Default: none.
    pub refuse_disallowed_origins: Option<Refuse>,
    /// The exact origins of the server's own pages, whose requests are no CORS requests and not refused.
    pub own_origins: Vec<String>,
    /// States that the server has no pages of its own. Default: `false`.
    pub no_own_origins: bool,
    /// Further request headers that closures read, for `Vary`.
    pub vary_on: Vec<String>,
    /// The status of the response to an allowed preflight. Default: 204.
    pub preflight_status: Option<StatusCode>,
    /// Forwards allowed preflights to the inner service. Default: `false`.
    pub forward_preflights: bool,
    /// Allows a preflight only the methods that the inner service names for the route. Default: `false`.
    pub allow_methods_of_route: bool,
    /// Explains refusals in the response, to any client. Default: `false`.
    pub diagnose: bool,
    /// Changes nothing, and only reports. Default: `false`.
    pub report_only: bool,
    /// Adds the [`Outcome`](crate::Outcome) to the extensions of every response. Default: `false`.
    pub attach_outcome: bool,
    /// The accepted dangers.
    pub dangerously_allow: Vec<Danger>,
    pub(crate) closures: Vec<ClosureOption>,
}

impl CorsConfig {
    /// The closures of the policy that this was read back from. Closures cannot be stored: convert this to
    /// a builder and set them again. Until then, it does not build.
    #[must_use]
    pub fn closures(&self) -> &[ClosureOption] {
        &self.closures
    }
}

/// No browser keeps the response to a preflight for longer.
pub(crate) const LONGEST_MAX_AGE: Duration = Duration::from_secs(86_400);

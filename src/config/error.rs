use std::{fmt, slice, time::Duration, vec};

use http::StatusCode;

use super::{closure::ClosureOption, option::ConfigOption};
use crate::origin::InvalidOriginPattern;

/// All mistakes in a configuration, in the order of the options.
///
/// Its text has one line for each mistake: what was found, why it cannot work, and what to write instead.
/// `Debug` prints the same lines, so `.expect()` and a `main` that returns the error read well.
///
/// ```
/// use tower_cors::{ConfigError, Policy};
///
/// let mistakes = Policy::builder()
///     .allow_origin("https://example.com/")
///     .allow_method("patch")
///     .build_policy()
///     .unwrap_err();
/// assert_eq!(mistakes.iter().len(), 2);
/// assert_eq!(
///     mistakes.to_string(),
///     "allow_origins: \"https://example.com/\" has a path or a trailing slash, and browsers send \
///      origins without; write \"https://example.com\"\n\
///      allow_methods: \"patch\" is not how the method is spelled, and methods are compared byte for \
///      byte; write \"PATCH\"",
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigErrors(Vec<ConfigError>);

impl ConfigErrors {
    /// Sorts by option, and stably: mistakes that setters found come before those that validation found.
    pub(crate) fn new(mut mistakes: Vec<ConfigError>) -> Self {
        mistakes.sort_by_key(ConfigError::option);
        Self(mistakes)
    }

    /// The mistakes, one by one.
    pub fn iter(&self) -> slice::Iter<'_, ConfigError> {
        self.0.iter()
    }
}

impl IntoIterator for ConfigErrors {
    type Item = ConfigError;
    type IntoIter = vec::IntoIter<ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a ConfigErrors {
    type Item = &'a ConfigError;
    type IntoIter = slice::Iter<'a, ConfigError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}{mistake}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the CORS configuration does not build:")?;
        for mistake in &self.0 {
            write!(f, "\n  {mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// A mistake in a configuration. Its text is one line.
///
/// | mistake | what makes it, beside `allow_origin("https://example.com")` |
/// |---|---|
/// | [`SetTwice`](Self::SetTwice) | `allow_credentials(true) .allow_credentials(false)` |
/// | [`NoOrigin`](Self::NoOrigin) | nothing, and no origin either |
/// | [`InvalidOrigin`](Self::InvalidOrigin) | `allow_origin("https://example.com/")` |
/// | [`AnyOriginBesideOthers`](Self::AnyOriginBesideOthers) | `allow_any_origin()` |
/// | [`NullOrigin`](Self::NullOrigin) | `allow_origin("null")` |
/// | [`NullOriginWithCredentials`](Self::NullOriginWithCredentials) | `allow_origin("null") .allow_credentials(true)` |
/// | [`AnyOriginWithCredentials`](Self::AnyOriginWithCredentials) | `allow_any_origin() .allow_credentials(true)`, and no other origin |
/// | [`SecondClosure`](Self::SecondClosure) | `allow_origin_if(yes) .allow_origin_if(yes)` |
/// | [`MissingClosure`](Self::MissingClosure) | the configuration of a policy with `allow_origin_if`, without it |
/// | [`PredicateWithCredentials`](Self::PredicateWithCredentials) | `allow_origin_if(yes) .allow_credentials(true)` |
/// | [`InsecureOriginWithCredentials`](Self::InsecureOriginWithCredentials) | `allow_origin("http://example.com") .allow_credentials(true)` |
/// | [`PublicSuffixWithCredentials`](Self::PublicSuffixWithCredentials) | `allow_origin("https://*.com") .allow_credentials(true)` |
/// | [`PrivateNetworkWithAnyOrigin`](Self::PrivateNetworkWithAnyOrigin) | `allow_any_origin() .allow_private_network(true)`, and no other origin |
/// | [`PrivateNetworkWithInsecureOrigin`](Self::PrivateNetworkWithInsecureOrigin) | `allow_origin("http://example.com") .allow_private_network(true)` |
/// | [`PrivateNetworkWithNullOrigin`](Self::PrivateNetworkWithNullOrigin) | `allow_origin("null") .allow_private_network(true)` |
/// | [`PrivateNetworkWithPublicSuffix`](Self::PrivateNetworkWithPublicSuffix) | `allow_origin("https://*.com") .allow_private_network(true)` |
/// | [`PrivateNetworkWithPredicate`](Self::PrivateNetworkWithPredicate) | `allow_origin_if(yes) .allow_private_network(true)` |
/// | [`InvalidMethod`](Self::InvalidMethod) | `allow_method("PUT, DELETE")` |
/// | [`MethodTooLong`](Self::MethodTooLong) | `allow_method("A".repeat(65))` |
/// | [`ForbiddenMethod`](Self::ForbiddenMethod) | `allow_method("TRACE")` |
/// | [`MisspelledMethod`](Self::MisspelledMethod) | `allow_method("patch")` |
/// | [`WildcardBesideOthers`](Self::WildcardBesideOthers) | `allow_methods(["*", "PUT"])` |
/// | [`InvalidHeaderName`](Self::InvalidHeaderName) | `allow_header("content type")` |
/// | [`MisspelledHeader`](Self::MisspelledHeader) | `allow_header("authorisation")` |
/// | [`ForbiddenRequestHeader`](Self::ForbiddenRequestHeader) | `allow_header("cookie")` |
/// | [`ResponseHeaderAllowed`](Self::ResponseHeaderAllowed) | `allow_header("access-control-allow-origin")` |
/// | [`UnreadableHeaderExposed`](Self::UnreadableHeaderExposed) | `expose_header("set-cookie")` |
/// | [`MaxAgeTooLong`](Self::MaxAgeTooLong) | `max_age(Duration::from_secs(86_401))` |
/// | [`MaxAgeFraction`](Self::MaxAgeFraction) | `max_age(Duration::from_millis(1_500))` |
/// | [`EchoWithoutWildcard`](Self::EchoWithoutWildcard) | `echo_beside_wildcard(true)` |
/// | [`EchoWithCredentials`](Self::EchoWithCredentials) | `allow_any_header() .echo_beside_wildcard(true) .allow_credentials(true)` |
/// | [`RefusingWithAnyOrigin`](Self::RefusingWithAnyOrigin) | `allow_any_origin() .refuse_disallowed_origins(Refuse::All)`, and no other origin |
/// | [`OwnOriginsBesideNone`](Self::OwnOriginsBesideNone) | `refuse_disallowed_origins(Refuse::All) .no_own_origins() .own_origin("https://api.example.com")` |
/// | [`InvalidOwnOrigin`](Self::InvalidOwnOrigin) | `own_origin("api.example.com")` |
/// | [`InexactOwnOrigin`](Self::InexactOwnOrigin) | `own_origin("https://*.example.com")` |
/// | [`NoOwnOriginsWithoutRefusing`](Self::NoOwnOriginsWithoutRefusing) | `no_own_origins()` |
/// | [`PreflightStatus`](Self::PreflightStatus) | `preflight_status(StatusCode::NOT_FOUND)` |
/// | [`ForwardedPreflightStatus`](Self::ForwardedPreflightStatus) | `forward_preflights(true) .preflight_status(StatusCode::OK)` |
/// | [`ForwardedPreflightMethods`](Self::ForwardedPreflightMethods) | `forward_preflights(true) .allow_methods_of_route()` |
/// | [`NoPolicy`](Self::NoPolicy) | `CorsLayer::first_match([])` |
/// | [`AnyOriginBeforeLast`](Self::AnyOriginBeforeLast) | `CorsLayer::first_match([any, ours])` |
/// | [`RefusingBeforeAnyOrigin`](Self::RefusingBeforeAnyOrigin) | `CorsLayer::first_match([refusing, any])` |
/// | [`PartsDiffer`](Self::PartsDiffer) | `CorsLayer::first_match([refusing, other])` |
/// | [`CoveredByPart`](Self::CoveredByPart) | `CorsLayer::first_match([ours, ours])` |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// A scalar option was set twice, to different values.
    SetTwice {
        /// The option.
        option: ConfigOption,
        /// The first value.
        first: String,
        /// The second value.
        second: String,
    },
    /// No origin is allowed.
    NoOrigin,
    /// A text that is no origin pattern.
    InvalidOrigin(InvalidOriginPattern),
    /// Any origin is allowed, and others are listed.
    AnyOriginBesideOthers {
        /// The other entries.
        others: Vec<String>,
    },
    /// `null` is listed, and [`Danger::NullOrigin`](crate::Danger::NullOrigin) is not accepted.
    NullOrigin,
    /// `null` is listed, and credentials are allowed.
    NullOriginWithCredentials,
    /// Any origin is allowed, and so are credentials.
    AnyOriginWithCredentials,
    /// A second closure for an option that takes one.
    SecondClosure {
        /// The option.
        closure: ClosureOption,
    },
    /// The configuration of a policy that had a closure is built without that closure.
    MissingClosure {
        /// The option.
        closure: ClosureOption,
    },
    /// A predicate decides, and credentials are allowed.
    PredicateWithCredentials,
    /// An http origin is allowed with credentials.
    InsecureOriginWithCredentials {
        /// The origin or pattern.
        origin: String,
    },
    /// A wildcard covers names that anyone can have, and credentials are allowed.
    PublicSuffixWithCredentials {
        /// The pattern.
        pattern: String,
        /// The public suffix behind the wildcard, or one below that. It may begin with `*.` itself.
        suffix: String,
    },
    /// Any origin is allowed, and so are private networks.
    PrivateNetworkWithAnyOrigin,
    /// An http origin is allowed, and so are private networks.
    PrivateNetworkWithInsecureOrigin {
        /// The origin or pattern.
        origin: String,
    },
    /// `null` is listed, and private networks are allowed.
    PrivateNetworkWithNullOrigin,
    /// A wildcard covers names that anyone can have, and private networks are allowed.
    PrivateNetworkWithPublicSuffix {
        /// The pattern.
        pattern: String,
        /// The public suffix behind the wildcard, or one below that. It may begin with `*.` itself.
        suffix: String,
    },
    /// A predicate decides, and private networks are allowed.
    PrivateNetworkWithPredicate,
    /// A text that is no method, such as a list, or a word for any method.
    InvalidMethod {
        /// The method.
        method: String,
        /// The method that was probably meant, or `*`, if that is clear. Alone in a list, it builds.
        suggestion: Option<String>,
    },
    /// A method of more than 64 bytes.
    MethodTooLong {
        /// The method.
        method: String,
    },
    /// A method that no script can send.
    ForbiddenMethod {
        /// The method.
        method: String,
    },
    /// A known method in another spelling: in other letter case, with two neighbouring letters swapped, or with one
    /// letter missing, wrong or too many. `DEL` is one, too.
    ///
    /// These count as methods of their own:
    /// - the plural or past tense of a known one, such as `REPORTS` and `MOVED`,
    /// - a text whose first letter is wrong or too many, such as `BCOPY`,
    /// - a text that differs from a known one of three or four letters in a letter that this does not have, such as `POET`.
    ///
    /// The known methods are `COPY`, `DELETE`, `GET`, `HEAD`, `LOCK`, `MKCALENDAR`, `MKCOL`, `MOVE`, `OPTIONS`, `PATCH`,
    /// `POST`, `PROPFIND`, `PROPPATCH`, `PURGE`, `PUT`, `QUERY`, `REPORT`, `SEARCH`, `SUBSCRIBE`, `UNLOCK` and
    /// `UNSUBSCRIBE`.
    MisspelledMethod {
        /// The method.
        method: String,
        /// Its spelling.
        suggestion: String,
    },
    /// A list has other entries beside `*`, or beside the option that stands for it.
    WildcardBesideOthers {
        /// The list.
        option: ConfigOption,
        /// The other entries.
        others: Vec<String>,
    },
    /// A text that is no header name, such as a list, or a name with a `*`.
    InvalidHeaderName {
        /// The list.
        option: ConfigOption,
        /// The name.
        name: String,
        /// The name that was probably meant, or `*`, if that is clear. Alone in a list, it builds.
        suggestion: Option<String>,
    },
    /// A common header name in another spelling. These are recognised, in any letter case:
    ///
    /// | spelling | such as |
    /// |---|---|
    /// | other hyphens or underscores, or none | `content_type`, `contentType`, `e-tag` |
    /// | a plural | `accepts` |
    /// | two neighbouring letters swapped | `content-tpye` |
    /// | one letter missing, or one after the first wrong or too many, in names of 8 bytes or more | `authorisation` |
    ///
    /// The common names are `accept`, `accept-language`, `accept-ranges`, `authorization`, `cache-control`,
    /// `content-disposition`, `content-encoding`, `content-language`, `content-length`, `content-range`, `content-type`,
    /// `etag`, `idempotency-key`, `if-match`, `if-modified-since`, `if-none-match`, `if-unmodified-since`,
    /// `last-event-id`, `last-modified`, `location`, `mcp-protocol-version`, `mcp-session-id`, `retry-after`,
    /// `server-timing`, `traceparent`, `tracestate`, `user-agent`, `www-authenticate` and `x-requested-with`.
    ///
    /// `x-api-key`, `x-correlation-id`, `x-csrf-token`, `x-http-method-override`, `x-request-id`, `x-total-count` and
    /// `x-xsrf-token` are common as well. They are also in use without their other hyphens, such as `x-csrftoken`, and next
    /// to similar names, such as `x-app-key`. So only underscores or a missing first hyphen count, such as `x_api_key` and
    /// `xcsrftoken`, and single letters in names of 13 bytes or more.
    ///
    /// `idempotence-key`, `locations` and `xapikey` are names of their own.
    MisspelledHeader {
        /// The list.
        option: ConfigOption,
        /// The name.
        name: String,
        /// Its spelling.
        suggestion: String,
    },
    /// A request header that no script can set.
    ForbiddenRequestHeader {
        /// The name.
        name: String,
    },
    /// A response header of the CORS protocol among request headers.
    ResponseHeaderAllowed {
        /// The name.
        name: String,
    },
    /// A header that no script can read on the response to its request.
    UnreadableHeaderExposed {
        /// The name.
        name: String,
    },
    /// A max-age above 86400 seconds.
    MaxAgeTooLong {
        /// The max-age.
        max_age: Duration,
    },
    /// A max-age with a fraction of a second.
    MaxAgeFraction {
        /// The max-age.
        max_age: Duration,
    },
    /// `echo_beside_wildcard` is set, but neither `allow_methods` nor `allow_headers` has `*`.
    EchoWithoutWildcard,
    /// `echo_beside_wildcard` is set, but credentials are allowed, so no `*` is sent.
    EchoWithCredentials,
    /// Any origin is allowed, and disallowed origins are refused.
    RefusingWithAnyOrigin,
    /// The server's own origins are listed, and `no_own_origins` is set.
    OwnOriginsBesideNone,
    /// A text among the server's own origins that is no origin.
    InvalidOwnOrigin(InvalidOriginPattern),
    /// A pattern with a wildcard, or `null`, among the server's own origins.
    InexactOwnOrigin {
        /// The pattern.
        origin: String,
    },
    /// `no_own_origins` is set, but no request is refused.
    NoOwnOriginsWithoutRefusing,
    /// A preflight status that is not 2xx.
    PreflightStatus {
        /// The status.
        status: StatusCode,
    },
    /// `preflight_status` is set, but the inner service responds to preflights.
    ForwardedPreflightStatus,
    /// `allow_methods_of_route` is set, but the inner service responds to preflights.
    ForwardedPreflightMethods,
    /// [`CorsLayer::first_match`](crate::CorsLayer::first_match) was given no policy.
    NoPolicy,
    /// A policy for any origin is not the last one of
    /// [`CorsLayer::first_match`](crate::CorsLayer::first_match).
    AnyOriginBeforeLast {
        /// Its place, counted from 1.
        place: usize,
    },
    /// The last policy of [`CorsLayer::first_match`](crate::CorsLayer::first_match) allows any origin, and an
    /// earlier one refuses disallowed origins.
    RefusingBeforeAnyOrigin,
    /// A policy of [`CorsLayer::first_match`](crate::CorsLayer::first_match) differs from the first one in
    /// an option that has to be the same in all of them.
    PartsDiffer {
        /// Its place, counted from 1.
        place: usize,
        /// The option.
        option: ConfigOption,
    },
    /// An entry of a policy of [`CorsLayer::first_match`](crate::CorsLayer::first_match) only matches
    /// origins that an earlier policy allows, so it never decides.
    CoveredByPart {
        /// The policy's place, counted from 1.
        place: usize,
        /// The entry.
        origin: String,
        /// The place of the earlier policy.
        by_place: usize,
        /// The earlier policy's entry.
        by: String,
    },
}

impl ConfigError {
    /// The option in which the mistake was made.
    #[must_use]
    pub fn option(&self) -> ConfigOption {
        match self {
            Self::SetTwice { option, .. }
            | Self::WildcardBesideOthers { option, .. }
            | Self::InvalidHeaderName { option, .. }
            | Self::MisspelledHeader { option, .. } => *option,
            Self::SecondClosure { closure } | Self::MissingClosure { closure } => closure.option(),
            Self::NoOrigin
            | Self::InvalidOrigin(_)
            | Self::AnyOriginBesideOthers { .. }
            | Self::NullOrigin
            | Self::NullOriginWithCredentials
            | Self::AnyOriginWithCredentials
            | Self::PredicateWithCredentials
            | Self::InsecureOriginWithCredentials { .. }
            | Self::PublicSuffixWithCredentials { .. }
            | Self::PrivateNetworkWithAnyOrigin
            | Self::PrivateNetworkWithInsecureOrigin { .. }
            | Self::PrivateNetworkWithNullOrigin
            | Self::PrivateNetworkWithPublicSuffix { .. }
            | Self::PrivateNetworkWithPredicate => ConfigOption::AllowOrigins,
            Self::InvalidMethod { .. }
            | Self::MethodTooLong { .. }
            | Self::ForbiddenMethod { .. }
            | Self::MisspelledMethod { .. } => ConfigOption::AllowMethods,
            Self::ForbiddenRequestHeader { .. } | Self::ResponseHeaderAllowed { .. } => {
                ConfigOption::AllowHeaders
            }
            Self::UnreadableHeaderExposed { .. } => ConfigOption::ExposeHeaders,
            Self::MaxAgeTooLong { .. } | Self::MaxAgeFraction { .. } => ConfigOption::MaxAge,
            Self::EchoWithoutWildcard | Self::EchoWithCredentials => {
                ConfigOption::EchoBesideWildcard
            }
            Self::RefusingWithAnyOrigin => ConfigOption::RefuseDisallowedOrigins,
            Self::OwnOriginsBesideNone
            | Self::InvalidOwnOrigin(_)
            | Self::InexactOwnOrigin { .. } => ConfigOption::OwnOrigins,
            Self::NoOwnOriginsWithoutRefusing => ConfigOption::NoOwnOrigins,
            Self::PreflightStatus { .. } => ConfigOption::PreflightStatus,
            Self::ForwardedPreflightStatus | Self::ForwardedPreflightMethods => {
                ConfigOption::ForwardPreflights
            }
            Self::NoPolicy
            | Self::AnyOriginBeforeLast { .. }
            | Self::RefusingBeforeAnyOrigin
            | Self::PartsDiffer { .. }
            | Self::CoveredByPart { .. } => ConfigOption::FirstMatch,
        }
    }
}

impl std::error::Error for ConfigError {}

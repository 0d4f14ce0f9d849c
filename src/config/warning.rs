use std::{fmt, time::Duration};

use super::{closure::ClosureOption, danger::Danger, option::ConfigOption};

/// A setting that builds, but could be better. Its text is one line, and following it silences the warning.
///
/// | warning | what makes it, beside `allow_origin("https://example.com")` |
/// |---|---|
/// | [`Duplicate`](Self::Duplicate) | `allow_origin("https://example.com")` |
/// | [`CoveredPattern`](Self::CoveredPattern) | `allow_origin("https://example.com:*")` |
/// | [`TrailingDot`](Self::TrailingDot) | `allow_origin("https://example.com.")` |
/// | [`BindAddress`](Self::BindAddress) | `allow_origin("http://0.0.0.0:3000")` |
/// | [`PredicateWithoutHttp`](Self::PredicateWithoutHttp) | `allow_origin_if(yes) .allow_credentials(true) .dangerously_allow(Danger::PredicateWithCredentials)` |
/// | [`SafelistedHeaderExposed`](Self::SafelistedHeaderExposed) | `expose_header("content-type")` |
/// | [`MaxAgeAboveChromium`](Self::MaxAgeAboveChromium) | `max_age(Duration::from_secs(86_400))` |
/// | [`NoOwnOrigins`](Self::NoOwnOrigins) | `refuse_disallowed_origins(Refuse::All)` |
/// | [`ReportOnly`](Self::ReportOnly) | `report_only(true)` |
/// | [`Diagnose`](Self::Diagnose) | `diagnose(true)` |
/// | [`UnneededDanger`](Self::UnneededDanger) | `dangerously_allow(Danger::NullOrigin)` |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// An entry is listed more than once.
    Duplicate {
        /// The list.
        option: ConfigOption,
        /// The entry.
        entry: String,
    },
    /// A pattern matches nothing that another one does not.
    CoveredPattern {
        /// The pattern.
        pattern: String,
        /// The other pattern.
        by: String,
    },
    /// A host ends in a dot, which makes it another origin.
    TrailingDot {
        /// The pattern.
        pattern: String,
    },
    /// An address that servers bind to, `0.0.0.0` or `[::]`.
    BindAddress {
        /// The list.
        option: ConfigOption,
        /// The pattern.
        pattern: String,
    },
    /// A predicate is never called for origins over plain http, because credentials are allowed or
    /// disallowed origins are refused.
    PredicateWithoutHttp {
        /// The predicate.
        closure: ClosureOption,
    },
    /// A response header is exposed that scripts can read anyway.
    SafelistedHeaderExposed {
        /// The name.
        name: String,
    },
    /// A max-age above 7200 seconds.
    MaxAgeAboveChromium {
        /// The max-age.
        max_age: Duration,
    },
    /// Disallowed origins are refused, but the server's own origins are not listed.
    NoOwnOrigins,
    /// The layer only reports, and changes nothing.
    ReportOnly,
    /// Responses explain refusals to any client.
    Diagnose,
    /// A danger is accepted, but nothing needs it.
    UnneededDanger {
        /// The danger.
        danger: Danger,
    },
}

impl ConfigWarning {
    /// The option that the warning concerns.
    #[must_use]
    pub fn option(&self) -> ConfigOption {
        match self {
            Self::Duplicate { option, .. } | Self::BindAddress { option, .. } => *option,
            Self::CoveredPattern { .. }
            | Self::TrailingDot { .. }
            | Self::PredicateWithoutHttp { .. } => ConfigOption::AllowOrigins,
            Self::SafelistedHeaderExposed { .. } => ConfigOption::ExposeHeaders,
            Self::MaxAgeAboveChromium { .. } => ConfigOption::MaxAge,
            Self::NoOwnOrigins => ConfigOption::OwnOrigins,
            Self::ReportOnly => ConfigOption::ReportOnly,
            Self::Diagnose => ConfigOption::Diagnose,
            Self::UnneededDanger { .. } => ConfigOption::DangerouslyAllow,
        }
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.option())?;
        match self {
            Self::Duplicate { entry, .. } => {
                write!(f, "{entry:?} is listed more than once; list it once")
            }
            Self::CoveredPattern { pattern, by } => {
                write!(f, "{pattern:?} matches nothing that {by:?} does not; remove it")
            }
            Self::TrailingDot { pattern } => write!(
                f,
                "{pattern:?} has a host that ends in a dot, which only matches pages whose address was \
                 written so; remove the dot"
            ),
            Self::BindAddress { pattern, .. } => write!(
                f,
                "{pattern:?} has the address that a server binds to for all of its addresses, and pages are \
                 opened under one of them; write that, such as \"http://localhost:3000\""
            ),
            Self::PredicateWithoutHttp { closure } => write!(
                f,
                "{closure} is not called for origins over plain http (loopback aside), since requests carry \
                 cookies; if it should decide about those too, accept Danger::InsecureOrigins (in a file, \
                 \"insecure-origins\")"
            ),
            Self::SafelistedHeaderExposed { name } => {
                write!(f, "{name:?} can be read by scripts without being exposed; remove it")
            }
            Self::MaxAgeAboveChromium { max_age } => write!(
                f,
                "{max_age:?} is more than the 7200 seconds that Chromium keeps the response to a preflight; \
                 write at most 7200 seconds"
            ),
            Self::NoOwnOrigins => f.write_str(
                "disallowed origins are refused, and where browsers send no Sec-Fetch-Site (over plain http, \
                 in older Safari, with WebSocket handshakes of Chromium) so is the server's own page; list \
                 its origins, or say no_own_origins",
            ),
            Self::ReportOnly => f.write_str(
                "nothing is allowed and nothing refused, only reported; remove it once the reports are as \
                 they should be",
            ),
            Self::Diagnose => f.write_str(
                "refusals say why to whoever asks, which is for development; remove it in production",
            ),
            Self::UnneededDanger { danger } => {
                write!(
                    f,
                    "\"{danger}\" is accepted, and nothing in the configuration needs it; remove it"
                )
            }
        }
    }
}

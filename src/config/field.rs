//! Fields of a configuration by option, for code that treats all of them alike.

use std::time::Duration;

use http::StatusCode;

use super::{danger::Danger, data::CorsConfig, option::ConfigOption, refuse::Refuse};

#[cfg_attr(not(feature = "serde"), expect(dead_code, reason = "only files read and write lists"))]
pub(crate) enum Field<'a> {
    List(&'a mut Vec<String>),
    Flag(&'a mut bool),
    Seconds(&'a mut Option<Duration>),
    Status(&'a mut Option<StatusCode>),
    Refuse(&'a mut Option<Refuse>),
    Dangers(&'a mut Vec<Danger>),
}

impl CorsConfig {
    /// Returns `None` for options that are no field: the closure of `on_decision`, and `first_match`.
    pub(crate) fn field(&mut self, option: ConfigOption) -> Option<Field<'_>> {
        Some(match option {
            ConfigOption::AllowOrigins => Field::List(&mut self.allow_origins),
            ConfigOption::AllowCredentials => Field::Flag(&mut self.allow_credentials),
            ConfigOption::AllowMethods => Field::List(&mut self.allow_methods),
            ConfigOption::AllowHeaders => Field::List(&mut self.allow_headers),
            ConfigOption::ExposeHeaders => Field::List(&mut self.expose_headers),
            ConfigOption::MaxAge => Field::Seconds(&mut self.max_age),
            ConfigOption::EchoBesideWildcard => Field::Flag(&mut self.echo_beside_wildcard),
            ConfigOption::AllowPrivateNetwork => Field::Flag(&mut self.allow_private_network),
            ConfigOption::AllowTiming => Field::Flag(&mut self.allow_timing),
            ConfigOption::RefuseDisallowedOrigins => {
                Field::Refuse(&mut self.refuse_disallowed_origins)
            }
            ConfigOption::OwnOrigins => Field::List(&mut self.own_origins),
            ConfigOption::NoOwnOrigins => Field::Flag(&mut self.no_own_origins),
            ConfigOption::VaryOn => Field::List(&mut self.vary_on),
            ConfigOption::PreflightStatus => Field::Status(&mut self.preflight_status),
            ConfigOption::ForwardPreflights => Field::Flag(&mut self.forward_preflights),
            ConfigOption::AllowMethodsOfRoute => Field::Flag(&mut self.allow_methods_of_route),
            ConfigOption::DangerouslyAllow => Field::Dangers(&mut self.dangerously_allow),
            ConfigOption::AttachOutcome => Field::Flag(&mut self.attach_outcome),
            ConfigOption::Diagnose => Field::Flag(&mut self.diagnose),
            ConfigOption::ReportOnly => Field::Flag(&mut self.report_only),
            ConfigOption::OnDecision | ConfigOption::FirstMatch => return None,
        })
    }
}

impl Field<'_> {
    /// The value of a single-valued option, as text. `None` for lists, and for options that are not set.
    pub(crate) fn scalar(&self) -> Option<String> {
        match self {
            Self::List(_) | Self::Dangers(_) => None,
            Self::Flag(flag) => flag.then(|| format!("{flag:?}")),
            Self::Seconds(duration) => duration.map(|duration| format!("{duration:?}")),
            Self::Status(status) => status.map(|status| format!("{status:?}")),
            Self::Refuse(refuse) => refuse.map(|refuse| format!("{refuse:?}")),
        }
    }
}

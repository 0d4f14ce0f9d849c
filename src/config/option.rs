use std::fmt;

/// The only list of the options. It sets their order in errors, and their names in files and messages.
macro_rules! options {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An option of the configuration. Its text is its name in files and messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ConfigOption {
            $($(#[$doc])* $variant,)*
        }

        impl ConfigOption {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

options! {
    /// `allow_origins`, `allow_origin` and `allow_any_origin`.
    AllowOrigins = "allow_origins",
    /// `allow_credentials`.
    AllowCredentials = "allow_credentials",
    /// `allow_methods`, `allow_method` and `allow_any_method`.
    AllowMethods = "allow_methods",
    /// `allow_headers`, `allow_header` and `allow_any_header`.
    AllowHeaders = "allow_headers",
    /// `expose_headers`, `expose_header` and `expose_all_headers`.
    ExposeHeaders = "expose_headers",
    /// `max_age`.
    MaxAge = "max_age",
    /// `allow_private_network`.
    AllowPrivateNetwork = "allow_private_network",
    /// `allow_timing`.
    AllowTiming = "allow_timing",
    /// `refuse_disallowed_origins`.
    RefuseDisallowedOrigins = "refuse_disallowed_origins",
    /// `own_origins` and `own_origin`.
    OwnOrigins = "own_origins",
    /// `no_own_origins`.
    NoOwnOrigins = "no_own_origins",
    /// `vary_on`.
    VaryOn = "vary_on",
    /// `preflight_status`.
    PreflightStatus = "preflight_status",
    /// `forward_preflights`.
    ForwardPreflights = "forward_preflights",
    /// `allow_methods_of_route`.
    AllowMethodsOfRoute = "allow_methods_of_route",
    /// `dangerously_allow`.
    DangerouslyAllow = "dangerously_allow",
    /// `on_decision`.
    OnDecision = "on_decision",
    /// `attach_outcome`.
    AttachOutcome = "attach_outcome",
    /// `diagnose`.
    Diagnose = "diagnose",
    /// `report_only`.
    ReportOnly = "report_only",
    /// [`CorsLayer::first_match`](crate::CorsLayer::first_match), which is not an option of a single
    /// policy.
    FirstMatch = "first_match",
}

impl fmt::Display for ConfigOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

use std::fmt;

/// The only list of the options. It sets their order in errors, and their names in files and messages. After
/// the name, it has the further methods of the builder that set the option.
macro_rules! options {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(| $method:literal)*,)*) => {
        /// An option of the configuration. Its text is its name in files and messages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ConfigOption {
            $(
                #[doc = concat!("`", $name, "`" $(, ", `", $method, "`")*, ".")]
                $(#[$doc])*
                $variant,
            )*
        }

        impl ConfigOption {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            pub(crate) fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The builder's methods for the option, except for the one that has its name.
            #[cfg(feature = "serde")]
            pub(crate) fn methods(self) -> &'static [&'static str] {
                match self {
                    $(Self::$variant => &[$($method),*],)*
                }
            }
        }
    };
}

options! {
    AllowOrigins = "allow_origins" | "allow_origin" | "allow_any_origin",
    AllowCredentials = "allow_credentials",
    AllowMethods = "allow_methods" | "allow_method" | "allow_any_method",
    AllowHeaders = "allow_headers" | "allow_header" | "allow_any_header",
    ExposeHeaders = "expose_headers" | "expose_header" | "expose_all_headers",
    MaxAge = "max_age",
    EchoBesideWildcard = "echo_beside_wildcard",
    AllowPrivateNetwork = "allow_private_network",
    AllowTiming = "allow_timing",
    RefuseDisallowedOrigins = "refuse_disallowed_origins",
    OwnOrigins = "own_origins" | "own_origin",
    NoOwnOrigins = "no_own_origins",
    VaryOn = "vary_on" | "vary_on_headers",
    PreflightStatus = "preflight_status",
    ForwardPreflights = "forward_preflights",
    AllowMethodsOfRoute = "allow_methods_of_route",
    DangerouslyAllow = "dangerously_allow" | "dangerously_allow_these",
    OnDecision = "on_decision",
    AttachOutcome = "attach_outcome",
    Diagnose = "diagnose",
    ReportOnly = "report_only",
    ///
    /// This is [`CorsLayer::first_match`](crate::CorsLayer::first_match), and no option of a single policy.
    FirstMatch = "first_match",
}

impl fmt::Display for ConfigOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

//! Who sends the requests of the tables.

use std::fmt;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor {
    /// The origin that every allowlist of the tables lists.
    AllowedOrigin,
    /// An origin that only a pattern with wildcards matches.
    AllowedSubdomain,
    /// An origin that a second policy or a predicate allows.
    Partner,
    /// An origin that no list has.
    Stranger,
    Null,
    /// A page of the server, for policies that list its origin as their own.
    OwnPage,
}

impl Actor {
    pub(crate) const fn origin(self) -> &'static str {
        match self {
            Self::AllowedOrigin => "https://app.example.com",
            Self::AllowedSubdomain => "https://a.example.net:8443",
            Self::Partner => "https://partner.example",
            Self::Stranger => "https://evil.example",
            Self::Null => "null",
            Self::OwnPage => "https://tool.example.com",
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AllowedOrigin => "allowed origin",
            Self::AllowedSubdomain => "allowed subdomain",
            Self::Partner => "partner",
            Self::Stranger => "stranger",
            Self::Null => "null",
            Self::OwnPage => "own page",
        })
    }
}

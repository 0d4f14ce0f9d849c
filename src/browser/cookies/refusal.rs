//! Why a cookie is not stored or not sent.

use std::{error::Error, fmt};

use super::same_site::SameSite;

/// A cookie that the browser did not store, or did not send, and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieRefusal {
    name: String,
    is_stored: bool,
    reason: CookieRefusalReason,
}

impl CookieRefusal {
    /// The reason why a cookie that is stored is not sent.
    pub(super) fn not_sent(name: &[u8], reason: CookieRefusalReason) -> Self {
        Self { name: String::from_utf8_lossy(name).into_owned(), is_stored: true, reason }
    }

    /// The reason why the cookie of a `Set-Cookie` line is not stored.
    pub(crate) fn not_stored(line: &[u8], reason: CookieRefusalReason) -> Self {
        let name = line.split(|byte| b"=;".contains(byte)).next().unwrap_or_default();
        let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
        Self { name, is_stored: false, reason }
    }

    /// The name of the cookie.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `true` if the cookie is stored, but was not sent. `false` if it was not stored.
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.is_stored
    }

    /// The rule that refuses the cookie.
    #[must_use]
    pub fn reason(&self) -> &CookieRefusalReason {
        &self.reason
    }
}

impl fmt::Display for CookieRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = if self.is_stored { "sent" } else { "stored" };
        write!(f, "the cookie {:?} is not {step}: {}", self.name, self.reason)
    }
}

impl Error for CookieRefusal {}

/// The rule that refuses a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CookieRefusalReason {
    /// The URL of [`Browser::set_cookie`](crate::browser::Browser::set_cookie) is not an http or https URL.
    InvalidUrl(String),
    /// The line has a control character, neither a name nor a value, or no name and an `=` in the value.
    Malformed,
    /// Name and value have more than 4096 bytes.
    TooLong,
    /// The host is not in the domain that `Domain` names.
    OtherDomain(String),
    /// `Domain` is a public suffix, such as `com` or `github.io`.
    PublicSuffix(String),
    /// The cookie is `Secure`, and the URL is neither https nor a loopback address.
    InsecureUrl,
    /// The cookie has `SameSite=None` without `Secure`.
    NoneWithoutSecure,
    /// The cookie lacks an attribute that the prefix of its name requires.
    Prefix(&'static str),
    /// The URL is insecure, and the cookie would hide a `Secure` one of the same name.
    HidesSecureCookie,
    /// The cookie was set without a `Path` that begins with a slash, so it is only for URLs below this path: the folder of the URL that set it.
    DefaultPath(String),
    /// The page is on another site, and the cookie does not have `SameSite=None`.
    CrossSite(SameSite),
    /// The page is on another site, and the browser
    /// [blocks](crate::browser::Browser::block_third_party_cookies) third-party cookies.
    ThirdParty,
    /// The credentials mode is [`Omit`](crate::browser::Credentials::Omit).
    CredentialsOmit,
    /// The credentials mode is [`SameOrigin`](crate::browser::Credentials::SameOrigin), and the page is on another
    /// origin.
    CrossOrigin,
    /// The credentials mode is [`SameOrigin`](crate::browser::Credentials::SameOrigin), and the URL has the page's
    /// origin, but a redirect came from another one.
    CrossOriginRedirect,
}

impl fmt::Display for CookieRefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidUrl(url) => write!(f, "{url:?} is not an http or https URL"),
            Self::Malformed => f.write_str(
                "it has a control character, or no name and a value that is empty or contains =",
            ),
            Self::TooLong => f.write_str("its name and value have more than 4096 bytes"),
            Self::OtherDomain(domain) => {
                write!(f, "its Domain is {domain:?}, and the host is not in that domain")
            }
            Self::PublicSuffix(domain) => write!(
                f,
                "its Domain is {domain:?}, a public suffix, whose cookies would reach other sites"
            ),
            Self::InsecureUrl => {
                f.write_str("it is Secure, and the URL is neither https nor a loopback address")
            }
            Self::NoneWithoutSecure => f.write_str("SameSite=None needs the attribute Secure"),
            Self::Prefix(prefix) => {
                let needed = match *prefix {
                    "__Host-" => "Secure and Path=/, and allows no Domain",
                    "__Host-Http-" => "Secure, HttpOnly and Path=/, and allows no Domain",
                    "__Http-" => "Secure and HttpOnly",
                    _ => "Secure",
                };
                write!(f, "the prefix {prefix} needs {needed}")
            }
            Self::HidesSecureCookie => f.write_str(
                "a Secure cookie of this name exists, and an http response cannot hide it",
            ),
            Self::DefaultPath(path) => write!(
                f,
                "it has no Path that begins with a slash, so it is only for URLs below {path:?}; set it with Path=/"
            ),
            Self::CrossSite(same_site) => {
                f.write_str(match same_site {
                    SameSite::Lax => "it has SameSite=Lax",
                    SameSite::Strict => "it has SameSite=Strict",
                    _ => "it has no SameSite, which means Lax",
                })?;
                f.write_str(", and the page is on another site")
            }
            Self::ThirdParty => f.write_str(
                "the page is on another site, and the browser blocks third-party cookies",
            ),
            Self::CredentialsOmit => f.write_str("the credentials mode is omit"),
            Self::CrossOrigin => f.write_str(
                "the credentials mode is same-origin, and the page is on another origin",
            ),
            Self::CrossOriginRedirect => f.write_str(
                "the credentials mode is same-origin, and a redirect came from another origin",
            ),
        }
    }
}

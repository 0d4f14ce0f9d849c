//! The errors of a fetch.

use std::{error::Error, fmt};

use http::{Method, StatusCode};

/// A [network error](https://fetch.spec.whatwg.org/#concept-network-error), with the details that a browser
/// writes only to its console.
///
/// `Display` names the request, the finding, what the standard requires instead, and the section that
/// requires it. If the server [says why](crate::CorsLayerBuilder::diagnose) it allows no origin, the text has its reason.
/// If not, and the status shows what probably responded in place of the layer, the text says so.
#[derive(Debug)]
pub struct NetworkError {
    pub(super) cause: NetworkErrorCause,
    // As a `String`, it would make the error too large for Clippy's `result_large_err`, in users' tests as well.
    pub(super) explanation: Option<Box<str>>,
    pub(super) exchange: Option<usize>,
    pub(super) request: Box<str>,
    pub(super) source: Option<Box<dyn Error + Send + Sync>>,
}

impl NetworkError {
    /// The check that failed.
    #[must_use]
    pub fn cause(&self) -> &NetworkErrorCause {
        &self.cause
    }

    /// The index of the exchange that failed in the page's [exchanges](super::Page::exchanges). `None` if the request
    /// that failed was not sent.
    #[must_use]
    pub fn exchange(&self) -> Option<usize> {
        self.exchange
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.request, self.cause)?;
        if let Some(explanation) = &self.explanation {
            write!(f, "; {explanation}")?;
        }
        write!(f, " (https://fetch.spec.whatwg.org/#{})", self.cause.section())
    }
}

impl Error for NetworkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|error| error as &(dyn Error + 'static))
    }
}

/// The check that failed, and what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkErrorCause {
    /// The page's address is neither a URL nor `null`.
    InvalidPage(String),
    /// The request's URL is not an absolute http or https URL, or it has a user name or a password.
    InvalidUrl(String),
    /// The method is one that no script can send.
    ForbiddenMethod(Method),
    /// The method is not safelisted, and the mode is [`NoCors`](super::Mode::NoCors).
    MethodNeedsCors(Method),
    /// The request is cross-origin, and the mode is [`SameOrigin`](super::Mode::SameOrigin).
    NotSameOrigin(String),
    /// The mode is [`NoCors`](super::Mode::NoCors), and the redirect mode is not
    /// [`Follow`](super::Redirect::Follow).
    RedirectsNeedCors,
    /// The response has no `Access-Control-Allow-Origin`.
    MissingAllowOrigin {
        /// The origin of the request.
        origin: String,
        /// The status of the response, if it is the response to a preflight.
        preflight: Option<StatusCode>,
    },
    /// `Access-Control-Allow-Origin` is `*`, and the credentials mode is [`Include`](super::Credentials::Include).
    WildcardWithCredentials {
        /// The origin of the request.
        origin: String,
    },
    /// `Access-Control-Allow-Origin` is neither the request's origin nor `*`.
    OtherAllowOrigin {
        /// The origin of the request.
        origin: String,
        /// The value of the header.
        found: String,
    },
    /// The credentials mode is [`Include`](super::Credentials::Include), and `Access-Control-Allow-Credentials`
    /// is not `true`.
    MissingAllowCredentials {
        /// The value of the header. `None` if the header is missing.
        found: Option<String>,
    },
    /// The status of the preflight's response is not 2xx.
    PreflightStatus(StatusCode),
    /// A list in the preflight's response has an element that is not a token.
    MalformedList {
        /// The name of the header.
        header: &'static str,
        /// The element.
        element: String,
    },
    /// The preflight's response does not allow the method.
    MethodNotAllowed {
        /// The method.
        method: Method,
        /// The elements of `Access-Control-Allow-Methods`.
        allowed: Vec<String>,
    },
    /// The preflight's response does not allow a request header.
    HeaderNotAllowed {
        /// The name of the request header.
        name: String,
        /// The elements of `Access-Control-Allow-Headers`.
        allowed: Vec<String>,
    },
    /// The response is a redirect, and the redirect mode is [`Error`](super::Redirect::Error).
    Redirected(String),
    /// A redirect's `Location` is not a single http or https URL.
    InvalidLocation(String),
    /// The fetch had more than 20 redirects.
    TooManyRedirects,
    /// A redirect other than 303 would send a stream again.
    StreamRedirected(String),
    /// A redirect across origins has a `Location` with a user name or a password.
    CredentialsInLocation(String),
    /// The mode is [`NoCors`](super::Mode::NoCors), and `Cross-Origin-Resource-Policy` excludes the page.
    ResourcePolicy {
        /// The value of the header.
        policy: &'static str,
        /// The origin of the page.
        origin: String,
    },
    /// The service failed.
    Service(String),
}

impl NetworkErrorCause {
    /// The anchor of the section in the Fetch standard.
    fn section(&self) -> &'static str {
        match self {
            Self::InvalidPage(_) => "concept-request-origin",
            Self::InvalidUrl(_) | Self::MethodNeedsCors(_) => "dom-request",
            Self::ForbiddenMethod(_) => "forbidden-method",
            Self::NotSameOrigin(_) | Self::RedirectsNeedCors => "concept-main-fetch",
            Self::MissingAllowOrigin { .. }
            | Self::WildcardWithCredentials { .. }
            | Self::OtherAllowOrigin { .. }
            | Self::MissingAllowCredentials { .. } => "concept-cors-check",
            Self::PreflightStatus(_)
            | Self::MalformedList { .. }
            | Self::MethodNotAllowed { .. }
            | Self::HeaderNotAllowed { .. } => "cors-preflight-fetch",
            Self::Redirected(_) => "concept-http-fetch",
            Self::InvalidLocation(_)
            | Self::TooManyRedirects
            | Self::StreamRedirected(_)
            | Self::CredentialsInLocation(_) => "http-redirect-fetch",
            Self::ResourcePolicy { .. } => "cross-origin-resource-policy-check",
            Self::Service(_) => "concept-network-error",
        }
    }
}

impl fmt::Display for NetworkErrorCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidPage(text) => write!(
                f,
                "the page's address {text:?} is not a URL; give a URL such as https://app.example.com, or null"
            ),
            Self::InvalidUrl(url) => write!(
                f,
                "{url:?} cannot be fetched; give an absolute http or https URL without a user name"
            ),
            Self::ForbiddenMethod(method) => write!(f, "a script cannot send the method {method}"),
            Self::MethodNeedsCors(method) => write!(
                f,
                "the method is {method}, but the mode no-cors allows only GET, HEAD and POST"
            ),
            Self::NotSameOrigin(url) => write!(
                f,
                "{url} has another origin than the page, which the mode same-origin does not allow"
            ),
            Self::RedirectsNeedCors => f.write_str(
                "a cross-origin request in the mode no-cors must have the redirect mode follow",
            ),
            Self::MissingAllowOrigin { origin, preflight: None } => write!(
                f,
                "the response has no Access-Control-Allow-Origin, so the origin {origin} cannot read it"
            ),
            Self::MissingAllowOrigin { origin, preflight: Some(status) } => write!(
                f,
                "the response has the status {} and no Access-Control-Allow-Origin, so the origin {origin} cannot \
                 send the request",
                status.as_u16()
            ),
            Self::WildcardWithCredentials { origin } => write!(
                f,
                "Access-Control-Allow-Origin is *, but with credentials it must be {origin}"
            ),
            Self::OtherAllowOrigin { origin, found } => {
                write!(f, "Access-Control-Allow-Origin is {found:?}, but it must be {origin}")
            }
            Self::MissingAllowCredentials { found: None } => f.write_str(
                "the response has no Access-Control-Allow-Credentials, but with credentials it must be true",
            ),
            Self::MissingAllowCredentials { found: Some(found) } => write!(
                f,
                "Access-Control-Allow-Credentials is {found:?}, but with credentials it must be true"
            ),
            Self::PreflightStatus(status) => write!(
                f,
                "the response has the status {}, but only 200 to 299 allows the request",
                status.as_u16()
            ),
            Self::MalformedList { header, element } => {
                write!(f, "{header} contains {element:?}, which is not a token")
            }
            Self::MethodNotAllowed { method, allowed } => write!(
                f,
                "the method {method} is not allowed; Access-Control-Allow-Methods lists {}",
                Listed(allowed)
            ),
            Self::HeaderNotAllowed { name, allowed } => {
                write!(
                    f,
                    "the request header {name} is not allowed; Access-Control-Allow-Headers lists {}",
                    Listed(allowed)
                )?;
                if name == "authorization" && allowed.iter().any(|allowed| allowed == "*") {
                    f.write_str(", and * does not cover authorization")?;
                }
                Ok(())
            }
            Self::Redirected(location) => {
                write!(f, "the response redirects to {location:?}, but the redirect mode is error")
            }
            Self::InvalidLocation(location) => write!(
                f,
                "the response redirects to {location:?}, which is not an http or https URL"
            ),
            Self::TooManyRedirects => {
                f.write_str("the response is the 21st redirect, but a browser follows only 20")
            }
            Self::StreamRedirected(location) => write!(
                f,
                "the response redirects to {location:?}, but the body is a stream, which cannot be sent again"
            ),
            Self::CredentialsInLocation(location) => write!(
                f,
                "the response redirects to {location:?}, but a redirect across origins must not have a user name \
                 or a password"
            ),
            Self::ResourcePolicy { policy, origin } => {
                let scope = if *policy == "same-site" { "site" } else { "origin" };
                write!(
                    f,
                    "Cross-Origin-Resource-Policy is {policy}, but the page {origin} has another {scope}"
                )
            }
            Self::Service(error) => write!(f, "the service failed: {error}"),
        }
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&if self.0.is_empty() { String::from("nothing") } else { self.0.join(", ") })
    }
}

//! Refusals: the reasons why requests are not allowed.

use std::fmt;

use http::{HeaderValue, StatusCode};

use crate::escaped::Escaped;

/// The reason why a policy does not allow a request.
///
/// Its text is for the server's owner: escaped, and short enough for a log. Responses carry it only with
/// [`diagnose`](crate::CorsLayerBuilder::diagnose).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// More than one `Origin` line.
    SeveralOrigins,
    /// `Origin: null`, as sent by a sandboxed frame, a file, or after a redirect across origins.
    NullOrigin,
    /// An `Origin` value that is not a well-formed origin.
    MalformedOrigin(HeaderValue),
    /// An origin that the policy does not allow.
    OriginNotAllowed(HeaderValue),
    /// More than one `Access-Control-Request-Method` line.
    SeveralMethods,
    /// A requested method that no browser sends: it is forbidden, or not a token.
    ImpossibleMethod(HeaderValue),
    /// A requested method of more than 64 bytes. No method in use is that long.
    MethodTooLong(HeaderValue),
    /// A requested method that the policy does not list.
    MethodNotAllowed(HeaderValue),
    /// `Access-Control-Request-Headers` with more bytes or lines than the allowed names can need.
    RequestHeadersTooLong,
    /// `Access-Control-Request-Headers` with more white space or empty elements than proxies add to a
    /// browser's list.
    MalformedRequestHeaders,
    /// A requested header name that is not a token.
    ImpossibleHeader(String),
    /// A requested header name that the policy does not list.
    HeaderNotAllowed(String),
    /// The asynchronous predicate failed with this error.
    PredicateFailed(String),
    /// The request ended before the predicate decided: the client went away, the inner service failed, or
    /// the predicate panicked.
    Undecided,
    /// A requested method that the route does not take, with
    /// [`allow_methods_of_route`](crate::CorsLayerBuilder::allow_methods_of_route).
    MethodNotOfRoute(HeaderValue),
    /// The inner service's status for a
    /// [forwarded preflight](crate::CorsLayerBuilder::forward_preflights), for which browsers refuse it.
    InnerStatus(StatusCode),
}

impl Refusal {
    /// The name of the variant in kebab case, for example as the label of a metric.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SeveralOrigins => "several-origins",
            Self::NullOrigin => "null-origin",
            Self::MalformedOrigin(_) => "malformed-origin",
            Self::OriginNotAllowed(_) => "origin-not-allowed",
            Self::SeveralMethods => "several-methods",
            Self::ImpossibleMethod(_) => "impossible-method",
            Self::MethodTooLong(_) => "method-too-long",
            Self::MethodNotAllowed(_) => "method-not-allowed",
            Self::RequestHeadersTooLong => "request-headers-too-long",
            Self::MalformedRequestHeaders => "malformed-request-headers",
            Self::ImpossibleHeader(_) => "impossible-header",
            Self::HeaderNotAllowed(_) => "header-not-allowed",
            Self::PredicateFailed(_) => "predicate-failed",
            Self::Undecided => "undecided",
            Self::MethodNotOfRoute(_) => "method-not-of-route",
            Self::InnerStatus(_) => "inner-status",
        }
    }

    /// The refused value of the request.
    pub(super) fn carried(&self) -> Option<&[u8]> {
        match self {
            Self::MalformedOrigin(value)
            | Self::OriginNotAllowed(value)
            | Self::ImpossibleMethod(value)
            | Self::MethodTooLong(value)
            | Self::MethodNotAllowed(value)
            | Self::MethodNotOfRoute(value) => Some(value.as_bytes()),
            Self::ImpossibleHeader(name) | Self::HeaderNotAllowed(name) => Some(name.as_bytes()),
            Self::SeveralOrigins
            | Self::NullOrigin
            | Self::SeveralMethods
            | Self::RequestHeadersTooLong
            | Self::MalformedRequestHeaders
            | Self::PredicateFailed(_)
            | Self::Undecided
            | Self::InnerStatus(_) => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralOrigins => f.write_str("more than one Origin line"),
            Self::NullOrigin => f.write_str("origin `null` is not allowed"),
            Self::MalformedOrigin(value) => {
                write!(f, "malformed origin `{}`", Escaped::new(value.as_bytes()))
            }
            Self::OriginNotAllowed(value) => {
                write!(f, "origin `{}` is not allowed", Escaped::new(value.as_bytes()))
            }
            Self::SeveralMethods => f.write_str("more than one Access-Control-Request-Method line"),
            Self::ImpossibleMethod(value) => {
                write!(f, "no browser sends the method `{}`", Escaped::new(value.as_bytes()))
            }
            Self::MethodTooLong(value) => {
                let method = Escaped::new(value.as_bytes());
                write!(f, "method `{method}` is longer than the 64 bytes that a method may have")
            }
            Self::MethodNotAllowed(value) => {
                write!(f, "method `{}` is not allowed", Escaped::new(value.as_bytes()))
            }
            Self::RequestHeadersTooLong => {
                f.write_str("Access-Control-Request-Headers is longer than the allowed names")
            }
            Self::MalformedRequestHeaders => f.write_str(
                "Access-Control-Request-Headers has too much white space or too many empty elements",
            ),
            Self::ImpossibleHeader(name) => {
                write!(f, "no header has the name `{}`", Escaped::new(name.as_bytes()))
            }
            Self::HeaderNotAllowed(name) => {
                write!(f, "header `{}` is not allowed", Escaped::new(name.as_bytes()))
            }
            Self::PredicateFailed(error) => {
                write!(f, "the predicate failed: {}", Escaped::new(error.as_bytes()))
            }
            Self::Undecided => f.write_str("the request ended before the predicate decided"),
            Self::MethodNotOfRoute(value) => {
                write!(f, "the route does not take the method `{}`", Escaped::new(value.as_bytes()))
            }
            Self::InnerStatus(status) => {
                write!(f, "the inner service responds to the preflight with {}", status.as_u16())
            }
        }
    }
}

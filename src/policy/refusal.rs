//! Why a request is not allowed, in words.

use std::fmt;

use http::{HeaderValue, StatusCode};

use super::request::RequestKind;
use crate::escaped::Escaped;

/// What a request was, and why a policy did not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// What the request is to the CORS protocol.
    pub kind: RequestKind,
    /// Why it is not allowed. `None` if it is, or if it is no CORS request.
    ///
    /// Of a request that is no preflight, only the origin is checked: what its method and headers
    /// are was for the preflight to ask. Nor is the server's own page refused, where
    /// [`refuse_disallowed_origins`](crate::CorsLayerBuilder::refuse_disallowed_origins) looks for it.
    pub refusal: Option<Refusal>,
    /// Whether the layer answers: a preflight, or a request that it refuses. What is not answered is
    /// forwarded to the inner service.
    pub answered: bool,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.refusal, self.kind) {
            (None, RequestKind::NonCors) => self.kind.fmt(f),
            (None, kind) => write!(f, "{kind}, allowed"),
            (Some(refusal), kind) => write!(f, "{kind}, refused: {refusal}"),
        }
    }
}

/// Why a policy does not allow a request. Its text is for the server's owner, and is escaped and cut
/// to a length fit for a log; no response carries it, but for
/// [`diagnose`](crate::CorsLayerBuilder::diagnose).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// More than one `Origin` line.
    SeveralOrigins,
    /// `Origin: null`: from a sandboxed frame, a file, or a redirect across origins.
    NullOrigin,
    /// An `Origin` that is no origin.
    MalformedOrigin(HeaderValue),
    /// An origin that the policy does not list.
    OriginNotAllowed(HeaderValue),
    /// More than one `Access-Control-Request-Method` line.
    SeveralMethods,
    /// A requested method that no browser sends: forbidden, or no token.
    ImpossibleMethod(HeaderValue),
    /// A requested method of more than 64 bytes, which no method in use has.
    MethodTooLong(HeaderValue),
    /// A requested method that the policy does not list.
    MethodNotAllowed(HeaderValue),
    /// `Access-Control-Request-Headers` of more bytes than what the policy allows can take.
    RequestHeadersTooLong,
    /// `Access-Control-Request-Headers` with more white space or empty elements than a list that was
    /// once a browser's has.
    MalformedRequestHeaders,
    /// A requested header name that is no token.
    ImpossibleHeader(String),
    /// A requested header name that the policy does not list.
    HeaderNotAllowed(String),
    /// The asynchronous predicate failed, with this error.
    PredicateFailed(String),
    /// The request ended before the predicate answered: the client went away, the inner service failed, or
    /// the predicate panicked.
    Undecided,
    /// A requested method that the route does not take, as
    /// [`allow_methods_of_route`](crate::CorsLayerBuilder::allow_methods_of_route) found.
    MethodNotOfRoute(HeaderValue),
    /// A status with which the inner service makes browsers refuse a
    /// [forwarded preflight](crate::CorsLayerBuilder::forward_preflights).
    InnerStatus(StatusCode),
}

impl Refusal {
    /// The reason without what was found, in kebab case: one of a few words, fit for the label of a
    /// metric.
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

    /// What the request itself carried.
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
            Self::Undecided => f.write_str("the request ended before the predicate answered"),
            Self::MethodNotOfRoute(value) => {
                write!(f, "the route does not take the method `{}`", Escaped::new(value.as_bytes()))
            }
            Self::InnerStatus(status) => {
                write!(f, "the inner service answers the preflight with {}", status.as_u16())
            }
        }
    }
}

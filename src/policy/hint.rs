//! Hints: what may be wrong with a request, for the people who read its outcome.

use std::fmt;

use http::header::HeaderName;

use super::refusal::Refusal;
use crate::{escaped::Escaped, origin::OriginDifference};

/// A hint at what may be wrong with a request: a similar value that is allowed, an origin over plain http, a preflight that
/// would be refused, or a header that a preflight needs.
///
/// Like a [`Refusal`], it is for the server's owner. It can name values of the configuration, which responses never
/// carry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// A similar origin is allowed: by itself, or by a pattern.
    SimilarOrigin {
        /// The origin, or the pattern.
        allowed: String,
        /// The difference to the refused origin.
        difference: OriginDifference,
    },
    /// The request's origin is over plain http, and requests carry cookies or reach private networks. So a predicate, or
    /// a policy for any origin, does not allow it without
    /// [`Danger::InsecureOrigins`](crate::Danger::InsecureOrigins).
    InsecureOrigin,
    /// A similar method is allowed, such as `PATCH` for `patch`. Methods are case-sensitive.
    SimilarMethod(String),
    /// A similar header name is allowed, such as `x-request-id` for `x-requestid`.
    SimilarHeader(String),
    /// The request is allowed, but its preflight would be refused. So it comes from no browser, or from one that keeps
    /// an earlier response to the preflight.
    PreflightRefused(Refusal),
    /// The request's method is `OPTIONS`, and it lacks this header of a preflight.
    NoPreflight(HeaderName),
}

impl Hint {
    /// The name of the variant in kebab case, or that of the difference.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SimilarOrigin { difference, .. } => difference.name(),
            Self::InsecureOrigin => "insecure-origin",
            Self::SimilarMethod(_) => "similar-method",
            Self::SimilarHeader(_) => "similar-header",
            Self::PreflightRefused(_) => "preflight-refused",
            Self::NoPreflight(_) => "no-preflight",
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SimilarOrigin { allowed, difference } => {
                write!(f, "`{}` is allowed, but {difference}", Escaped::new(allowed.as_bytes()))
            }
            Self::InsecureOrigin => {
                f.write_str("over plain http, it needs Danger::InsecureOrigins")
            }
            Self::SimilarMethod(method) => write!(f, "`{method}` is allowed"),
            Self::SimilarHeader(name) => {
                write!(f, "`{}` is allowed", Escaped::new(name.as_bytes()))
            }
            Self::PreflightRefused(refusal) => write!(f, "its preflight is refused: {refusal}"),
            Self::NoPreflight(missing) => write!(f, "it is no preflight without `{missing}`"),
        }
    }
}

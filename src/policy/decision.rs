use std::fmt;

use http::{
    HeaderMap, HeaderValue, Response,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, HeaderName, ORIGIN, VARY,
    },
};

use super::{ALLOW_PRIVATE_NETWORK, Exposed, Policy, RequestKind, Rules, vary};
use crate::fetch;

/// The [Resource Timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin) header.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What a [`Policy`] decides for a request.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller could not answer a third case rightly")]
#[must_use]
pub enum Decision {
    /// The request goes on, and these headers go on its response.
    Forward(ResponseHeaders),
    /// The request is a preflight, and this is the answer. It has no body.
    Respond(Response<()>),
}

/// The CORS headers of the response to a forwarded request.
#[derive(Clone, Debug)]
#[must_use = "a response without these headers is hidden by browsers, or mixed up by caches"]
pub struct ResponseHeaders(Granted);

#[derive(Clone, Debug)]
enum Granted {
    /// The response only varies by the origin.
    VaryByOrigin,
    /// `origin` is the value of `Access-Control-Allow-Origin`, if there is to be one.
    By { policy: Policy, origin: Option<HeaderValue> },
}

impl ResponseHeaders {
    pub(super) fn new(policy: &Policy, origin: Option<HeaderValue>) -> Self {
        Self(if origin.is_some() || policy.0.says_more() {
            Granted::By { policy: policy.clone(), origin }
        } else {
            // Most policies have nothing else to say, and then there is no pointer to count.
            Granted::VaryByOrigin
        })
    }

    /// Writes the headers into a response's.
    ///
    /// `Access-Control-*` headers that are there already are removed: two parties that allow things
    /// allow what neither meant to. `Vary` is kept, and `origin` is added to it where the
    /// [standard asks for it](https://fetch.spec.whatwg.org/#cors-protocol-and-http-caches). If a map
    /// as full as a [`HeaderMap`] can be has no place for `Vary`, nothing else is added to it.
    #[inline]
    pub fn apply(self, headers: &mut HeaderMap) {
        let has_vary = remove_foreign(headers);
        match self.0 {
            Granted::VaryByOrigin => {
                vary::add(headers, has_vary, &[ORIGIN], &HeaderValue::from_static("origin"));
            }
            Granted::By { policy, origin } => policy.0.write(headers, has_vary, origin),
        }
    }
}

impl Rules {
    /// Whether a response that is shared with no one is told more than that it varies by the origin.
    fn says_more(&self) -> bool {
        self.timing || self.varies_by.len() > 1
    }

    fn write(&self, headers: &mut HeaderMap, has_vary: bool, origin: Option<HeaderValue>) {
        if let Some(value) = &self.vary {
            if !vary::add(headers, has_vary, &self.varies_by, value) {
                return;
            }
        }
        if self.timing {
            headers.remove(TIMING_ALLOW_ORIGIN);
        }
        let Some(origin) = origin else { return };
        // In an overfull map the first of these that fails is the last that could have been
        // written, and what is missing then allows less.
        if self.timing {
            let _ = headers.try_insert(TIMING_ALLOW_ORIGIN, origin.clone());
        }
        let _ = headers.try_insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            let _ = headers
                .try_insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        let exposed = match &self.exposed {
            Exposed::Safelisted => None,
            Exposed::Listed(names) => Some(names.clone()),
            Exposed::Carried => carried(headers),
        };
        if let Some(exposed) = exposed {
            let _ = headers.try_insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
}

/// The names of the headers that a script could not read without their being exposed.
fn carried(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut names: Vec<&str> = headers
        .keys()
        .filter(|name| !is_access_control(name))
        .map(HeaderName::as_str)
        .filter(|name| !fetch::is_safelisted_response_header(name))
        .filter(|name| !fetch::is_forbidden_response_header(name))
        .collect();
    names.sort_unstable();
    HeaderValue::try_from(names.join(",")).ok().filter(|_| !names.is_empty())
}

/// Removes the CORS headers that are not this policy's, and says whether there is a `Vary`.
#[inline]
fn remove_foreign(headers: &mut HeaderMap) -> bool {
    // One look at each name costs less than a look-up for each name that could be there.
    let (mut has_vary, mut has_foreign) = (false, false);
    for name in headers.keys() {
        has_vary |= *name == VARY;
        has_foreign |= is_access_control(name);
    }
    if has_foreign {
        // The protocol's own are removed unseen, as to collect them first would allocate.
        for name in KNOWN {
            headers.remove(name);
        }
        let others: Vec<HeaderName> =
            headers.keys().filter(|name| is_access_control(name)).cloned().collect();
        for name in others {
            headers.remove(name);
        }
    }
    has_vary
}

/// The response headers of the [CORS protocol](https://fetch.spec.whatwg.org/#http-responses).
const KNOWN: [HeaderName; 7] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
    ALLOW_PRIVATE_NETWORK,
];

fn is_access_control(name: &HeaderName) -> bool {
    name.as_str().starts_with("access-control-")
}

/// What a request was, and why a policy did not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// What the request is to the CORS protocol.
    pub kind: RequestKind,
    /// Why it is not allowed. `None` if it is, or if it is no CORS request.
    ///
    /// Of a request that is no preflight, only the origin is checked: what its method and headers
    /// are was for the preflight to ask.
    pub refusal: Option<Refusal>,
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
/// to a length fit for a log; no response carries it.
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
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralOrigins => f.write_str("more than one Origin line"),
            Self::NullOrigin => f.write_str("origin `null` is not allowed"),
            Self::MalformedOrigin(value) => {
                write!(f, "malformed origin `{}`", Escaped(value.as_bytes()))
            }
            Self::OriginNotAllowed(value) => {
                write!(f, "origin `{}` is not allowed", Escaped(value.as_bytes()))
            }
            Self::SeveralMethods => f.write_str("more than one Access-Control-Request-Method line"),
            Self::ImpossibleMethod(value) => {
                write!(f, "no browser sends the method `{}`", Escaped(value.as_bytes()))
            }
            Self::MethodNotAllowed(value) => {
                write!(f, "method `{}` is not allowed", Escaped(value.as_bytes()))
            }
            Self::RequestHeadersTooLong => {
                f.write_str("Access-Control-Request-Headers is longer than the allowed names")
            }
            Self::MalformedRequestHeaders => f.write_str(
                "Access-Control-Request-Headers has too much white space or too many empty elements",
            ),
            Self::ImpossibleHeader(name) => {
                write!(f, "no header has the name `{}`", Escaped(name.as_bytes()))
            }
            Self::HeaderNotAllowed(name) => {
                write!(f, "header `{}` is not allowed", Escaped(name.as_bytes()))
            }
        }
    }
}

/// Bytes of a request as text of at most 256 bytes, without control characters.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX: usize = 256;
        let mut written = 0;
        for &byte in self.0 {
            let escaped = byte.escape_ascii();
            written += escaped.len();
            if written > MAX - "…".len() {
                return f.write_str("…");
            }
            escaped.fmt(f)?;
        }
        Ok(())
    }
}

/// Where a decision leaves its reasons. Deciding and explaining are one function, and only the second
/// pays for words.
pub(super) trait Notes {
    fn refused(&mut self, reason: impl FnOnce() -> Refusal);
}

impl Notes for () {
    fn refused(&mut self, _: impl FnOnce() -> Refusal) {}
}

impl Notes for Option<Refusal> {
    fn refused(&mut self, reason: impl FnOnce() -> Refusal) {
        *self = Some(reason());
    }
}

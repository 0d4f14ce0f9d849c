//! What a request is, in the standard's words.

use std::fmt;

use http::{
    Extensions, HeaderMap, HeaderValue, Method, Request, Uri,
    header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
    request,
};

use crate::fetch;

/// Of a [draft](https://wicg.github.io/private-network-access/) that browsers have left.
pub(crate) const REQUEST_PRIVATE_NETWORK: &str = "access-control-request-private-network";

/// Of how many headers each is looked at.
const FEW: usize = 4;

/// The head of a request, borrowed: what a policy is asked about.
///
/// It comes from a `&Request<B>` or a `&request::Parts`, so most code never names it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a head is made of these four, and tests write them")]
pub struct RequestHead<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The request's target.
    pub uri: &'a Uri,
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The request's extensions.
    pub extensions: &'a Extensions,
}

/// The head of a request that is gone by the time somebody looks at it.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnedHead {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    extensions: Extensions,
}

impl OwnedHead {
    pub(crate) fn borrow(&self) -> RequestHead<'_> {
        let Self { method, uri, headers, extensions } = self;
        RequestHead { method, uri, headers, extensions }
    }
}

impl From<RequestHead<'_>> for OwnedHead {
    fn from(request: RequestHead<'_>) -> Self {
        Self {
            method: request.method.clone(),
            uri: request.uri.clone(),
            headers: request.headers.clone(),
            extensions: request.extensions.clone(),
        }
    }
}

impl<'a, B> From<&'a Request<B>> for RequestHead<'a> {
    fn from(request: &'a Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}

impl<'a> From<&'a request::Parts> for RequestHead<'a> {
    fn from(parts: &'a request::Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
            extensions: &parts.extensions,
        }
    }
}

/// What a request is to the [CORS protocol](https://fetch.spec.whatwg.org/#http-requests).
///
/// ```
/// use http::Request;
/// use tower_cors::RequestKind;
///
/// let request = Request::options("/items")
///     .header("origin", "https://example.com")
///     .header("access-control-request-method", "PUT")
///     .body(())?;
/// assert_eq!(RequestKind::of(&request), RequestKind::Preflight);
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestKind {
    /// No `Origin` header: not a CORS request.
    NonCors,
    /// A CORS request that a browser sends without asking first: its method and its headers are
    /// safelisted. (A browser asks first all the same if an upload is listened to or streamed, which
    /// no server can see.)
    Simple,
    /// A CORS request that a browser sends only after a preflight allowed it: not the preflight itself.
    Preflighted,
    /// `OPTIONS` with `Origin` and `Access-Control-Request-Method`, even if they are malformed:
    /// the question whether a request may follow.
    Preflight,
}

impl fmt::Display for RequestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NonCors => "no CORS request",
            Self::Simple => "simple request",
            Self::Preflighted => "preflighted request",
            Self::Preflight => "preflight",
        })
    }
}

impl RequestKind {
    /// Classifies a request.
    ///
    /// Between [`Simple`](Self::Simple) and [`Preflighted`](Self::Preflighted) a server can only
    /// judge by what reached it. Of the headers that are not safelisted, those do not count that
    /// scripts cannot set ([forbidden request-headers](https://fetch.spec.whatwg.org/#forbidden-request-header)),
    /// and those that browsers or proxies add by themselves, though a script could have set them and
    /// caused a preflight:
    ///
    /// - browsers: `cache-control`, `if-match`, `if-modified-since`, `if-none-match`, `if-range`,
    ///   `if-unmodified-since`, `last-event-id`, `pragma`, `priority`, `save-data`,
    ///   `upgrade-insecure-requests`, `user-agent`, and the client hints `device-memory`, `downlink`,
    ///   `dpr`, `ect`, `rtt`, `viewport-width`, `width`;
    /// - proxies: `cdn-loop`, `forwarded`, `traceparent`, `tracestate`, `true-client-ip`, `x-real-ip`,
    ///   `x-request-id`, and all that begin with `cf-`, `x-amzn-`, `x-envoy-` or `x-forwarded-`.
    ///
    /// A request of more than 256 header lines is [`Preflighted`](Self::Preflighted), without a look at them.
    #[must_use]
    pub fn of<'a>(request: impl Into<RequestHead<'a>>) -> Self {
        let request = request.into();
        match request.asks() {
            Asks::NothingOfCors => Self::NonCors,
            Asks::Leave { .. } => Self::Preflight,
            Asks::ToShare { .. }
                if fetch::is_safelisted_method(request.method.as_str().as_bytes())
                    && has_safelisted_headers(request.headers) =>
            {
                Self::Simple
            }
            Asks::ToShare { .. } => Self::Preflighted,
        }
    }
}

impl<'a> RequestHead<'a> {
    #[inline]
    pub(super) fn asks(self) -> Asks<'a> {
        let origin = match self.single(&ORIGIN) {
            Line::Absent => return Asks::NothingOfCors,
            origin => origin,
        };
        // `OPTIONS` alone makes no preflight: scripts can send it.
        if *self.method == Method::OPTIONS {
            match self.single(&ACCESS_CONTROL_REQUEST_METHOD) {
                Line::Absent => {}
                method => return Asks::Leave { origin, method },
            }
        }
        Asks::ToShare { origin }
    }

    /// Whether the one line of the header is `true`.
    pub(super) fn asks_private_network(self) -> bool {
        let line = self.single(&HeaderName::from_static(REQUEST_PRIVATE_NETWORK));
        matches!(line, Line::One(value) if value == "true")
    }

    /// The only line of a header that may have one: browsers never send two, and to choose one of
    /// them is to guess which of two parties is lied to.
    #[inline]
    pub(super) fn single(self, name: &HeaderName) -> Line<'a> {
        // Most requests have no name twice, and then nothing has to be counted.
        let has_repetitions = self.headers.len() != self.headers.keys_len();
        // To look at few names costs less than to hash one.
        if !has_repetitions && self.headers.keys_len() <= FEW {
            let place = self.headers.keys().position(|other| other == name);
            let line = place.and_then(|place| self.headers.values().nth(place));
            return line.map_or(Line::Absent, Line::One);
        }
        match self.headers.get(name) {
            None => Line::Absent,
            Some(_) if has_repetitions && self.headers.get_all(name).iter().nth(1).is_some() => {
                Line::Several
            }
            Some(value) => Line::One(value),
        }
    }
}

/// More field lines than a browser and the proxies on the way send. Whoever sends more does not choose how long the
/// look at them takes.
const MOST_LINES: usize = 256;

/// What a request asks of the policy.
#[derive(Clone, Copy)]
pub(super) enum Asks<'a> {
    /// It is no [CORS request](https://fetch.spec.whatwg.org/#cors-request).
    NothingOfCors,
    /// It is a [CORS request](https://fetch.spec.whatwg.org/#cors-request), and its response may be
    /// shared with `origin`.
    ToShare { origin: Line<'a> },
    /// It is a [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request): may a
    /// request with `method` follow?
    Leave { origin: Line<'a>, method: Line<'a> },
}

impl<'a> Asks<'a> {
    #[inline]
    pub(super) fn origin(self) -> Option<Line<'a>> {
        match self {
            Self::NothingOfCors => None,
            Self::ToShare { origin } | Self::Leave { origin, .. } => Some(origin),
        }
    }
}

#[derive(Clone, Copy)]
pub(super) enum Line<'a> {
    Absent,
    One(&'a HeaderValue),
    Several,
}

/// Whether there is no [CORS-unsafe request-header name](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names)
/// that a script must have set.
fn has_safelisted_headers(headers: &HeaderMap) -> bool {
    if headers.len() > MOST_LINES {
        return false;
    }
    let mut safelisted_bytes = 0;
    for (name, value) in headers {
        let name = name.as_str();
        if fetch::is_safelisted_request_header(name, value.as_bytes()) {
            safelisted_bytes += value.len();
        } else if !fetch::is_forbidden_request_header(name) && !is_added_on_the_way(name) {
            return false;
        }
    }
    safelisted_bytes <= 1024
}

fn is_added_on_the_way(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "cdn-loop"
            | "device-memory"
            | "downlink"
            | "dpr"
            | "ect"
            | "forwarded"
            | "if-match"
            | "if-modified-since"
            | "if-none-match"
            | "if-range"
            | "if-unmodified-since"
            | "last-event-id"
            | "pragma"
            | "priority"
            | "rtt"
            | "save-data"
            | "traceparent"
            | "tracestate"
            | "true-client-ip"
            | "upgrade-insecure-requests"
            | "user-agent"
            | "viewport-width"
            | "width"
            | "x-real-ip"
            | "x-request-id"
    ) || ["cf-", "x-amzn-", "x-envoy-", "x-forwarded-"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
}

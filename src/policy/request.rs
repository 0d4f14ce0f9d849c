//! The head of a request, and its kind in the standard's terms.

use std::fmt;

use http::{
    Extensions, HeaderMap, HeaderValue, Method, Request, Uri,
    header::{ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
    request,
};

use crate::{
    fetch::{self, ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK, SEC_FETCH_SITE},
    origin::OriginView,
};

/// The borrowed head of a request, about which a policy decides.
///
/// `&Request<B>` and `&request::Parts` convert into it, so most code never names it.
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

/// The copied head of a request, for use when the request is gone.
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

/// The kind of a request in the [CORS protocol](https://fetch.spec.whatwg.org/#http-requests).
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
    /// Not a CORS request: it has no `Origin` header, or it is from a page of the server's own origin. Browsers
    /// send `Origin` with every request of such a page whose method is not `GET` or `HEAD`, and mark it with
    /// `Sec-Fetch-Site: same-origin`. The mark is ignored if there are several such lines, or if `Origin`
    /// is not http, https or `null`. [`of`](Self::of) knows own pages by the mark alone, a policy also by its [own
    /// origins](crate::CorsLayerBuilder::own_origins). A preflight is never an own page's.
    NonCors,
    /// A CORS request that a browser sends without a preflight: its method and its headers are
    /// safelisted. If its upload is streamed or has listeners, a browser sends a preflight all the same,
    /// but no server can see that.
    Simple,
    /// A CORS request that a browser sends only after a preflight allowed it.
    Preflighted,
    /// `OPTIONS` with `Origin` and `Access-Control-Request-Method`, even if these are malformed.
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
    /// A server can only estimate whether a request is [`Simple`](Self::Simple) or
    /// [`Preflighted`](Self::Preflighted). [Forbidden
    /// request-headers](https://fetch.spec.whatwg.org/#forbidden-request-header) do not make it
    /// preflighted, because scripts cannot set them. Nor do headers that browsers or proxies add by
    /// themselves, although a script could have set them:
    ///
    /// - browsers: `cache-control`, `if-match`, `if-modified-since`, `if-none-match`, `if-range`,
    ///   `if-unmodified-since`, `last-event-id`, `pragma`, `priority`, `save-data`,
    ///   `upgrade-insecure-requests`, `user-agent`, and the client hints `device-memory`, `downlink`,
    ///   `dpr`, `ect`, `rtt`, `viewport-width`, `width`;
    /// - proxies: `cdn-loop`, `forwarded`, `traceparent`, `tracestate`, `true-client-ip`, `x-real-ip`,
    ///   `x-request-id`, and all that begin with `cf-`, `x-amzn-`, `x-envoy-` or `x-forwarded-`.
    ///
    /// A CORS request with more than 256 header lines is [`Preflighted`](Self::Preflighted), whatever they are.
    #[must_use]
    pub fn of<'a>(request: impl Into<RequestHead<'a>>) -> Self {
        let request = request.into();
        match request.classify() {
            CorsRequest::None => Self::NonCors,
            CorsRequest::Preflight { .. } => Self::Preflight,
            CorsRequest::Actual { .. } if request.is_from_own_page() => Self::NonCors,
            CorsRequest::Actual { .. }
                if fetch::is_safelisted_method(request.method.as_str().as_bytes())
                    && has_safelisted_headers(request.headers) =>
            {
                Self::Simple
            }
            CorsRequest::Actual { .. } => Self::Preflighted,
        }
    }
}

impl<'a> RequestHead<'a> {
    /// The method of the request that the response is about: the one that a preflight announces, and any other
    /// request's own. If a preflight announces no valid method, it is `OPTIONS`, and the preflight is refused.
    ///
    /// ```
    /// use http::{Method, Request};
    /// use tower_cors::RequestHead;
    ///
    /// let preflight = Request::options("/items")
    ///     .header("origin", "https://example.com")
    ///     .header("access-control-request-method", "PUT")
    ///     .body(())?;
    /// assert_eq!(RequestHead::from(&preflight).announced_method(), Method::PUT);
    /// # Ok::<(), http::Error>(())
    /// ```
    #[must_use]
    pub fn announced_method(self) -> Method {
        let announced = match self.classify() {
            CorsRequest::Preflight { method: FieldLines::One(method), .. }
                if method.len() <= MAX_METHOD =>
            {
                Method::from_bytes(method.as_bytes()).ok()
            }
            _ => None,
        };
        announced.unwrap_or_else(|| self.method.clone())
    }

    /// The names of the headers that only a script can have set, and that need a preflight.
    /// None if there are too many lines to look at.
    pub(super) fn unsafe_header_names(self) -> impl Iterator<Item = &'a str> {
        let is_bounded = self.headers.len() <= MOST_LINES;
        let lines = self.headers.iter().take_while(move |_| is_bounded);
        lines.filter(|(name, value)| is_unsafe(name, value)).map(|(name, _)| name.as_str())
    }

    #[inline]
    pub(super) fn classify(self) -> CorsRequest<'a> {
        let origin = match self.field_lines(&ORIGIN) {
            FieldLines::None => return CorsRequest::None,
            origin => origin,
        };
        // `OPTIONS` alone is not a preflight, because scripts can send it.
        if *self.method == Method::OPTIONS {
            match self.field_lines(&ACCESS_CONTROL_REQUEST_METHOD) {
                FieldLines::None => {}
                method => return CorsRequest::Preflight { origin, method },
            }
        }
        CorsRequest::Actual { origin }
    }

    /// Returns `true` if its only `Access-Control-Request-Private-Network` line is `true`.
    pub(super) fn requests_private_network(self) -> bool {
        let lines = self.field_lines(&ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK);
        matches!(lines, FieldLines::One(value) if value == "true")
    }

    /// Returns `true` if the browser states that the page is the server's own. `Host` does not count: a DNS
    /// rebinding attacker chooses it. `none` does not count: browsers send it for extensions too.
    pub(super) fn is_from_own_page(self) -> bool {
        let says_so = matches!(
            self.field_lines(&SEC_FETCH_SITE),
            FieldLines::One(site) if site.as_bytes() == b"same-origin"
        );
        let may_be_own = || match self.field_lines(&ORIGIN) {
            FieldLines::One(origin) if origin.as_bytes() == b"null" => true,
            FieldLines::One(origin) => {
                OriginView::parse(origin.as_bytes()).is_ok_and(|origin| origin.is_http())
            }
            FieldLines::None | FieldLines::Several => false,
        };
        says_so && may_be_own()
    }

    /// The [field lines](https://www.rfc-editor.org/rfc/rfc9110#section-5.2) of a header that browsers send once.
    /// One of several is never chosen: a proxy may have chosen another.
    #[inline]
    pub(super) fn field_lines(self, name: &HeaderName) -> FieldLines<'a> {
        let mut lines = self.headers.get_all(name).iter();
        match (lines.next(), lines.next()) {
            (None, _) => FieldLines::None,
            (Some(line), None) => FieldLines::One(line),
            (Some(_), Some(_)) => FieldLines::Several,
        }
    }
}

/// The kind of a request, as far as a decision depends on it.
#[derive(Clone, Copy)]
pub(super) enum CorsRequest<'a> {
    /// Not a [CORS request](https://fetch.spec.whatwg.org/#cors-request).
    None,
    /// Any other request with `Origin`, also of own pages.
    Actual { origin: FieldLines<'a> },
    /// A [CORS-preflight request](https://fetch.spec.whatwg.org/#cors-preflight-request), which announces a request
    /// with `method`.
    Preflight { origin: FieldLines<'a>, method: FieldLines<'a> },
}

impl<'a> CorsRequest<'a> {
    #[inline]
    pub(super) fn origin(self) -> Option<FieldLines<'a>> {
        match self {
            Self::None => None,
            Self::Actual { origin } | Self::Preflight { origin, .. } => Some(origin),
        }
    }
}

/// The lines of one header in a request.
#[derive(Clone, Copy)]
pub(crate) enum FieldLines<'a> {
    None,
    One(&'a HeaderValue),
    Several,
}

/// Returns `true` if there is no [CORS-unsafe request-header
/// name](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names) that only a script can have set.
fn has_safelisted_headers(headers: &HeaderMap) -> bool {
    if headers.len() > MOST_LINES {
        return false;
    }
    let mut safelisted_bytes = 0;
    for (name, value) in headers {
        if fetch::is_safelisted_request_header(name.as_str(), value.as_bytes()) {
            safelisted_bytes += value.len();
        } else if is_unsafe(name, value) {
            return false;
        }
    }
    safelisted_bytes <= 1024
}

fn is_unsafe(name: &HeaderName, value: &HeaderValue) -> bool {
    let name = name.as_str();
    !fetch::is_safelisted_request_header(name, value.as_bytes())
        && !fetch::is_forbidden_request_header(name)
        && !is_added_on_the_way(name)
}

/// In bytes. No method in use is nearly as long. A longer one is refused without reading it, and is never
/// sent back.
pub(crate) const MAX_METHOD: usize = 64;

/// More field lines than a browser and its proxies send. The bound limits the time that a request can take.
const MOST_LINES: usize = 256;

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

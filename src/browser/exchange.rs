//! What went over the wire, and what of it the script gets.

use std::fmt;

use http::{HeaderMap, Method, StatusCode, Uri};

/// A request that was sent, and its response.
///
/// Its text has a line for each header, such as a proxy would show.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) is_preflight: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) request_headers: HeaderMap,
    pub(super) response: Option<(StatusCode, HeaderMap)>,
}

impl Exchange {
    /// Whether it is a [preflight](https://fetch.spec.whatwg.org/#cors-preflight-request) that the browser sent
    /// of its own accord.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The request's target, an absolute URL.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The request's headers, those of the browser among them.
    #[must_use]
    pub fn request_headers(&self) -> &HeaderMap {
        &self.request_headers
    }

    /// The response's status. `None` if the service failed, or was given up.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(|(status, _)| *status)
    }

    /// The response's headers, those that no script sees among them. `None` as for the status.
    #[must_use]
    pub fn response_headers(&self) -> Option<&HeaderMap> {
        self.response.as_ref().map(|(_, headers)| headers)
    }
}

impl fmt::Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let preflight = if self.is_preflight { " (preflight)" } else { "" };
        writeln!(f, "> {} {}{preflight}", self.method, self.uri)?;
        write_headers(f, '>', &self.request_headers)?;
        match &self.response {
            Some((status, headers)) => {
                writeln!(f, "< {status}")?;
                write_headers(f, '<', headers)
            }
            None => writeln!(f, "< no response"),
        }
    }
}

fn write_headers(f: &mut fmt::Formatter<'_>, mark: char, headers: &HeaderMap) -> fmt::Result {
    for (name, value) in headers {
        writeln!(f, "{mark}   {name}: {}", value.as_bytes().escape_ascii())?;
    }
    Ok(())
}

/// The exchanges of a page, in their order. Its text is theirs.
#[derive(Clone, Debug, Default)]
pub struct Exchanges(pub(super) Vec<Exchange>);

impl std::ops::Deref for Exchanges {
    type Target = [Exchange];

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Exchanges {
    type Item = &'a Exchange;
    type IntoIter = std::slice::Iter<'a, Exchange>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Exchanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|exchange| exchange.fmt(f))
    }
}

/// A response as a script has it.
#[derive(Clone, Debug)]
pub struct FetchResponse<C> {
    pub(super) kind: ResponseKind,
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<C>,
}

impl<C> FetchResponse<C> {
    /// Its [type](https://fetch.spec.whatwg.org/#concept-response-type).
    #[must_use]
    pub fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// Its status. `None` where the standard says 0: of opaque responses.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The headers that the script sees.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body. `None` if the script does not get it: of opaque responses.
    #[must_use]
    pub fn into_body(self) -> Option<C> {
        self.body
    }
}

/// The [type](https://fetch.spec.whatwg.org/#concept-response-type) of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseKind {
    /// Of the page's own origin: all headers but `Set-Cookie`.
    Basic,
    /// Of another origin that shares it: the safelisted and the exposed headers.
    Cors,
    /// Of another origin, without CORS: nothing.
    Opaque,
    /// A redirect that is not followed: nothing.
    OpaqueRedirect,
}

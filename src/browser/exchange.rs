//! The log of requests and responses.

use std::fmt;

use http::{HeaderMap, HeaderName, Method, StatusCode, Uri};

use super::cookies::CookieRefusal;

/// A request that was sent, and its response.
///
/// Its `Display` has a line for each header, like the log of a proxy. Lines with an exclamation mark name the
/// headers and the cookies that the browser refused.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub(super) is_preflight: bool,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) request_headers: HeaderMap,
    pub(super) dropped_headers: Vec<HeaderName>,
    pub(super) refused_cookies: Vec<CookieRefusal>,
    pub(super) response: Option<(StatusCode, HeaderMap)>,
}

impl Exchange {
    /// `true` for a [preflight](https://fetch.spec.whatwg.org/#cors-preflight-request), `false` for a request of
    /// the script, even if its method is `OPTIONS`.
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        self.is_preflight
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The request's target as an absolute URL.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The request's headers, including those that the browser added.
    #[must_use]
    pub fn request_headers(&self) -> &HeaderMap {
        &self.request_headers
    }

    /// The headers of the script's request that the browser did not send, because a script cannot set them: the
    /// [forbidden request-headers](https://fetch.spec.whatwg.org/#forbidden-request-header), such as `cookie` and
    /// `origin`, and in [`Mode::NoCors`](super::Mode::NoCors) nearly all others. Empty for a preflight.
    #[must_use]
    pub fn dropped_headers(&self) -> &[HeaderName] {
        &self.dropped_headers
    }

    /// The stored cookies of the host that the browser did not send, and those of the response that it did not
    /// store, each with the reason. Empty for a preflight. A cookie whose `Path` is another one is not listed.
    ///
    /// If the [credentials mode](super::Credentials) allows no cookies, these are the stored cookies that it would
    /// send with [`Include`](super::Credentials::Include), and all cookies of the response.
    #[must_use]
    pub fn refused_cookies(&self) -> &[CookieRefusal] {
        &self.refused_cookies
    }

    /// The response's status. `None` if the service failed, or if the fetch was dropped before it had a response.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.response.as_ref().map(|(status, _)| *status)
    }

    /// The response's headers, including those that a script may not read. `None` if there is no
    /// [status](Self::status).
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
        for name in &self.dropped_headers {
            writeln!(f, "!   the header {name} is not sent: a script cannot set it")?;
        }
        match &self.response {
            Some((status, headers)) => {
                writeln!(f, "< {status}")?;
                write_headers(f, '<', headers)?;
            }
            None => writeln!(f, "< no response")?,
        }
        self.refused_cookies.iter().try_for_each(|refusal| writeln!(f, "!   {refusal}"))
    }
}

/// The exchanges of a page, in the order in which they were sent. `Display` writes all of them.
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

fn write_headers(f: &mut fmt::Formatter<'_>, mark: char, headers: &HeaderMap) -> fmt::Result {
    for (name, value) in headers {
        writeln!(f, "{mark}   {name}: {}", value.as_bytes().escape_ascii())?;
    }
    Ok(())
}

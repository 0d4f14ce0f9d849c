//! The response that a script gets.

use http::{HeaderMap, StatusCode};

/// A response with the parts that the script may read.
#[derive(Clone, Debug)]
pub struct FetchResponse<C> {
    pub(super) kind: ResponseKind,
    pub(super) status: Option<StatusCode>,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<C>,
}

impl<C> FetchResponse<C> {
    /// The response's [type](https://fetch.spec.whatwg.org/#concept-response-type).
    #[must_use]
    pub fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// The status. `None` for an opaque response, whose status is 0 in the standard.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The headers that the script may read.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body. `None` for an opaque response.
    #[must_use]
    pub fn into_body(self) -> Option<C> {
        self.body
    }
}

/// A response whose status and body the script can read, from
/// [`Page::assert_readable`](super::Page::assert_readable).
#[derive(Clone, Debug)]
pub struct ReadableResponse<C> {
    kind: ResponseKind,
    status: StatusCode,
    headers: HeaderMap,
    body: C,
    /// The page's exchanges as text.
    log: String,
}

impl<C> ReadableResponse<C> {
    /// Returns `None` if the response has no status or no body that the script can read.
    pub(super) fn new(response: FetchResponse<C>, log: String) -> Option<Self> {
        let FetchResponse { kind, status, headers, body } = response;
        Some(Self { kind, status: status?, headers, body: body?, log })
    }

    /// Asserts the status, and returns the response.
    ///
    /// # Panics
    ///
    /// Panics if the response has another status. The message has all the page's exchanges.
    #[expect(clippy::return_self_not_must_use, reason = "many tests only assert the status")]
    #[track_caller]
    pub fn assert_status(self, expected: StatusCode) -> Self {
        let status = self.status;
        assert!(status == expected, "the status is {status}, not {expected}\n{}", self.log);
        self
    }

    /// The response's [type](https://fetch.spec.whatwg.org/#concept-response-type): [`Basic`](ResponseKind::Basic)
    /// or [`Cors`](ResponseKind::Cors).
    #[must_use]
    pub fn kind(&self) -> ResponseKind {
        self.kind
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers that the script can read.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &C {
        &self.body
    }

    /// Returns the body.
    #[must_use]
    pub fn into_body(self) -> C {
        self.body
    }
}

/// The [type](https://fetch.spec.whatwg.org/#concept-response-type) of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResponseKind {
    /// A same-origin response. The script reads all headers but `Set-Cookie`.
    Basic,
    /// A cross-origin response that passed the CORS check. The script reads safelisted and exposed headers.
    Cors,
    /// A cross-origin response without the CORS protocol. The script reads nothing of it.
    Opaque,
    /// A redirect that was not followed. The script reads nothing of it.
    OpaqueRedirect,
}

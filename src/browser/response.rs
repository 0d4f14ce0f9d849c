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

//! The options that a script chooses for a fetch.

/// The [credentials mode](https://fetch.spec.whatwg.org/#concept-request-credentials-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credentials {
    /// No request has cookies.
    Omit,
    /// Requests to the page's own origin have cookies.
    #[default]
    SameOrigin,
    /// Requests to all origins have the cookies whose attributes allow it. Preflights have none.
    Include,
}

/// The [redirect mode](https://fetch.spec.whatwg.org/#concept-request-redirect-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Redirect {
    /// The browser follows up to 20 redirects.
    #[default]
    Follow,
    /// A redirect is a network error.
    Error,
    /// A redirect gives an [opaque-redirect](super::ResponseKind::OpaqueRedirect) response.
    Manual,
}

/// The [mode](https://fetch.spec.whatwg.org/#concept-request-mode) of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Cross-origin requests use the CORS protocol.
    #[default]
    Cors,
    /// Cross-origin requests do not use the CORS protocol, and their responses are opaque.
    NoCors,
    /// A cross-origin request is a network error.
    SameOrigin,
}

/// The [referrer policy](https://www.w3.org/TR/referrer-policy/#referrer-policies) of a request.
///
/// The model sends no `Referer`. The policy only decides the `Origin` of a request whose mode is not
/// [`Cors`](Mode::Cors) and whose method is neither `GET` nor `HEAD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferrerPolicy {
    /// Sends `Origin: null`.
    NoReferrer,
    /// Sends `Origin: null` from an https page to an http URL, otherwise the page's origin.
    NoReferrerWhenDowngrade,
    /// Sends `Origin: null` to other origins.
    SameOrigin,
    /// Sends the page's origin.
    Origin,
    /// The same as [`NoReferrerWhenDowngrade`](Self::NoReferrerWhenDowngrade).
    StrictOrigin,
    /// Sends the page's origin.
    OriginWhenCrossOrigin,
    /// The same as [`NoReferrerWhenDowngrade`](Self::NoReferrerWhenDowngrade).
    #[default]
    StrictOriginWhenCrossOrigin,
    /// Sends the page's origin.
    UnsafeUrl,
}

/// All options of a fetch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) mode: Mode,
    pub(super) credentials: Credentials,
    pub(super) redirect: Redirect,
    pub(super) upload_listener: bool,
    pub(super) upload_stream: bool,
    pub(super) referrer_policy: ReferrerPolicy,
}

impl Options {
    /// The [use-CORS-preflight flag](https://fetch.spec.whatwg.org/#use-cors-preflight-flag).
    pub(super) fn use_cors_preflight(self) -> bool {
        self.upload_listener || self.upload_stream
    }
}

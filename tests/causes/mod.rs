//! The causes for which a browser keeps a response from a page. For each, the suite `engines/` records what the console of
//! an engine says, and the model of a browser says why. `docs/console_messages.md` shows both.

mod checks;
mod inventory;
mod model;
mod page;
mod places;
mod preflights;
mod record;
mod redirects;
mod requests;
mod words;

pub(crate) use inventory::all;
pub(crate) use page::page;
pub(crate) use places::Places;
pub(crate) use record::{Messages, Record, Seen};

/// A request, the responses to it, and what to change. Its texts may have the placeholders of [`Places`].
pub(crate) struct Cause {
    /// The name in the file of messages.
    pub(crate) id: &'static str,
    /// The heading on the page.
    pub(crate) title: &'static str,
    pub(crate) page: Page,
    pub(crate) api: Api,
    pub(crate) method: &'static str,
    pub(crate) headers: Headers,
    pub(crate) credentials: bool,
    pub(crate) mode: &'static str,
    pub(crate) redirect: &'static str,
    /// The URL of the request, and those to which it is redirected.
    pub(crate) hops: &'static [Hop],
    pub(crate) fix: &'static str,
}

pub(crate) type Headers = &'static [(&'static str, &'static str)];

/// The page in which the script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Page {
    Usual,
    /// A page with the opaque origin `null`.
    Sandboxed,
    /// A page over TLS.
    Secure,
}

/// The interface of the browser that makes the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    Fetch,
    /// `fetch` with a stream as its body.
    Stream,
    Xhr,
    Image,
    ModuleScript,
    Font,
    WebSocket,
    /// `fetch`, of whose response the script reads `x-request-id`.
    Header,
    /// `fetch`, of which the script reads when the request started.
    Timing,
}

/// A URL, and its responses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hop {
    pub(crate) at: Target,
    /// `None` if there is no preflight.
    pub(crate) preflight: Option<Answer>,
    /// `None` if the request is not sent.
    pub(crate) answer: Option<Answer>,
}

/// The server of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Api,
    /// The API over TLS, for pages that are not.
    SecureApi,
    /// The API without TLS, for pages that have it.
    InsecureApi,
    /// The API of which the URL has a user name.
    ApiWithUser,
    Files,
    /// The server of the page.
    Own,
    /// Refuses all connections.
    Closed,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
}

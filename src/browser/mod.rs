//! A model of a browser's side of the [Fetch standard](https://fetch.spec.whatwg.org/), for tests of a
//! CORS configuration.
//!
//! A test gives its service to a [`Browser`], opens a [`Page`], and calls [`Page::fetch`]. The result is the
//! response that a script would get, or a [`NetworkError`] that names the failed check.

// The model imports nothing from the policy. The tests compare the two, and shared code would hide shared
// mistakes.

// The calls of a test.
mod page;

// A fetch as a future over the service.
mod fetch;
mod options;
mod shared;

// A fetch as the steps of the standard, without I/O.
mod algorithm;
mod outgoing;
mod request;

// The checks of a response.
mod check;
mod preflight;

// The state that outlives a fetch.
mod cache;
mod cookies;
mod memory;

// The definitions of the standard.
mod lists;
mod site;

// The results for a test.
mod error;
mod exchange;
mod explanation;
mod response;

pub use cookies::{CookieRefusal, CookieRefusalReason, SameSite};
pub use error::{NetworkError, NetworkErrorCause};
pub use exchange::{Exchange, Exchanges};
pub use fetch::Fetch;
pub use options::{Credentials, Mode, Redirect, ReferrerPolicy};
pub use page::{Browser, Page};
pub use response::{FetchResponse, ReadableResponse, ResponseKind};

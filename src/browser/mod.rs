//! A model of a browser's side of the [Fetch standard](https://fetch.spec.whatwg.org/), for tests of a
//! CORS configuration.
//!
//! ```
//! use axum::{Router, routing::get};
//! use http::{Request, StatusCode};
//! use tower_cors::{CorsLayer, browser::Browser};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let cors = CorsLayer::builder().allow_origin("https://app.example.com").build()?;
//! let app: Router = Router::new().route("/items", get(async || "all items")).layer(cors);
//!
//! let mut page = Browser::new(app).page("https://app.example.com");
//! let request = Request::get("https://api.example.com/items").body(String::new())?;
//! let result = page.fetch(request).await;
//! page.assert_readable(result).assert_status(StatusCode::OK);
//! # Ok(())
//! # }
//! ```
//!
//! A test gives its service to a [`Browser`], opens a [`Page`], and calls [`Page::fetch`]. The result is the
//! response that a script would get, or a [`NetworkError`] that names the failed check.
//! [`Page::assert_readable`] and [`Page::assert_refused`] assert one of the two. [`guide::testing`](crate::guide::testing)
//! shows more.

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

//! Guides, in the order in which they are needed.
//!
//! | question | guide |
//! |---|---|
//! | What do I write? | [`configurations`] |
//! | Which options are there? | [`options`] |
//! | Where do I put the layer? | [`placement`] |
//! | The console says that my request is blocked. Why? | [`console_messages`] |
//! | Why can the page not read an error? | [`errors`] |
//! | CORS works, and the login does not. Why? | [`cookies`] |
//! | How do I allow the origins of many customers? | [`tenants`] |
//! | What do browsers, proxies and CDNs keep? | [`caches`] |
//! | Why is the origin `null` after a redirect? | [`redirects`] |
//! | Which origin does my application have? | [`origins`] |
//! | Why does a request to `localhost` need a permission? | [`local_network_access`] |
//! | How do I protect a local tool, an MCP server or a WebSocket? | [`local_tools`] |
//! | What does CORS not protect me from? | [`limits`] |
//! | How do I read the origins from the environment? | [`environment`] |
//! | How do I test it? | [`testing`](https://docs.rs/tower-cors/latest/tower_cors/guide/testing/) |
//! | What do I write instead of `tower_http::cors`? | [`migration`] |
//! | How does it differ from other middleware? | [`comparison`] |
//! | Which of the usual problems are answered where? | [`reports`] |
//! | Which attacks are tested? | [`threats`] |
//! | How is the crate built inside? | [`design`] |

#[doc = include_str!("../docs/configurations.md")]
pub mod configurations {}

#[doc = include_str!("../docs/options.md")]
pub mod options {}

#[doc = include_str!("../docs/placement.md")]
pub mod placement {}

#[doc = include_str!("../docs/console_messages.md")]
pub mod console_messages {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/cookies.md")]
pub mod cookies {}

#[doc = include_str!("../docs/tenants.md")]
pub mod tenants {}

#[doc = include_str!("../docs/caches.md")]
pub mod caches {}

#[doc = include_str!("../docs/redirects.md")]
pub mod redirects {}

#[doc = include_str!("../docs/origins.md")]
pub mod origins {}

#[doc = include_str!("../docs/local_network_access.md")]
pub mod local_network_access {}

#[doc = include_str!("../docs/local_tools.md")]
pub mod local_tools {}

#[doc = include_str!("../docs/limits.md")]
pub mod limits {}

#[doc = include_str!("../docs/environment.md")]
pub mod environment {}

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

#[doc = include_str!("../docs/comparison.md")]
pub mod comparison {}

#[doc = include_str!("../docs/reports.md")]
pub mod reports {}

#[doc = include_str!("../docs/threats.md")]
pub mod threats {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

/// The README's code is tested with that of the guides.
#[cfg(all(doctest, feature = "test-util"))]
#[doc = include_str!("../README.md")]
pub mod readme {}

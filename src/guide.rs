//! Guides. This module has nothing to call.

#[doc = include_str!("../docs/configurations.md")]
pub mod configurations {}

#[doc = include_str!("../docs/options.md")]
pub mod options {}

#[doc = include_str!("../docs/placement.md")]
pub mod placement {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/console_messages.md")]
pub mod console_messages {}

#[doc = include_str!("../docs/origins.md")]
pub mod origins {}

#[doc = include_str!("../docs/cookies.md")]
pub mod cookies {}

#[doc = include_str!("../docs/caches.md")]
pub mod caches {}

#[doc = include_str!("../docs/local_tools.md")]
pub mod local_tools {}

#[doc = include_str!("../docs/environment.md")]
pub mod environment {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

#[doc = include_str!("../docs/reports.md")]
pub mod reports {}

#[doc = include_str!("../docs/threats.md")]
pub mod threats {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

/// The README's code is tested with that of the guides.
#[cfg(all(doctest, feature = "test-util"))]
#[doc = include_str!("../README.md")]
pub mod readme {}

//! Guides. This module has nothing to call.

#[doc = include_str!("../docs/configurations.md")]
pub mod configurations {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

#[doc = include_str!("../docs/design.md")]
pub mod design {}

#[cfg(feature = "test-util")]
#[cfg_attr(docsrs, doc(cfg(feature = "test-util")))]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

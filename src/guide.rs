//! Pages to read, with nothing to call.

#[doc = include_str!("../docs/configurations.md")]
pub mod configurations {}

#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/migration.md")]
pub mod migration {}

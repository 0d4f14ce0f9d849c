//! The configuration as data, its dangers, and the mistakes and warnings about it.

mod data;
mod field;
#[cfg(feature = "serde")]
mod field_name;
#[cfg(feature = "serde")]
mod serde;
#[cfg(feature = "serde")]
mod value_text;
mod option;
mod danger;
mod refuse;
mod closure;
mod error;
mod error_text;
mod name_text;
mod warning;

pub use closure::ClosureOption;
pub use danger::{Danger, UnknownDanger};
pub use data::CorsConfig;
pub(crate) use data::LONGEST_MAX_AGE;
pub use error::{ConfigError, ConfigErrors};
pub(crate) use name_text::{NameFault, name_within};
pub use option::ConfigOption;
pub use refuse::{Refuse, UnknownRefuse};
pub use warning::ConfigWarning;

//! Origins: those of requests, and the patterns of a configuration.

mod domain;
mod fault;
mod grammar;
mod label;
mod looks;
mod near_miss;
mod pattern;
mod public_suffix;
mod punycode;
mod request_origin;
mod set;
mod suggestion;
mod suffixes_below;
mod varying;

pub use fault::OriginFault;
pub(crate) use grammar::OriginView;
pub use label::{InvalidLabelPattern, LabelPattern};
pub use near_miss::OriginDifference;
pub use pattern::{InvalidOriginPattern, OriginPattern};
pub use request_origin::Origin;
pub use set::OriginSet;
pub(crate) use set::TextSet;

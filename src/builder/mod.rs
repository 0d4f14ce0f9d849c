//! The builder: how a configuration is written.

mod options;
mod further;
mod predicate;
mod presets;
mod additions;
mod text;
mod tower_http;

pub use options::{CorsLayerBuilder, Synchronous};
pub use text::{NameText, NameTexts, OriginText, OriginTexts};

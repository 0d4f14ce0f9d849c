//! The builder: how a configuration is written.

mod options;
mod presets;
mod predicate;
mod further;
mod additions;
mod text;
mod tower_http;
mod unbuilt;

pub use options::{CorsLayerBuilder, Synchronous};
pub use text::{NameText, NameTexts, OriginText, OriginTexts};

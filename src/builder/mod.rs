//! The builder: how a configuration is written.

mod options;
mod further;
mod predicate;
mod presets;

pub use options::CorsLayerBuilder;

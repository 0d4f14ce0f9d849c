//! How is it written? The builder.

mod options;
mod further;
mod predicate;
mod presets;

pub use options::CorsLayerBuilder;

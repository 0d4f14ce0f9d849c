//! A configuration of the naive reading, written with the builder.

use tower_cors::CorsLayerBuilder;

use super::{Configuration, Names};

impl Configuration {
    /// Writes the lists.
    pub(crate) fn write_lists(&self, mut builder: CorsLayerBuilder) -> CorsLayerBuilder {
        builder = match &self.origins {
            Names::All => builder.allow_any_origin(),
            Names::Listed(patterns) => builder.allow_origins(patterns),
        };
        builder = match &self.methods {
            Names::All => builder.allow_any_method(),
            Names::Listed(methods) => builder.allow_methods(methods),
        };
        builder = match &self.headers {
            Names::All => builder.allow_any_header(),
            Names::Listed(names) => builder.allow_headers(names),
        };
        match &self.expose {
            Names::All => builder.expose_all_headers(),
            Names::Listed(names) => builder.expose_headers(names),
        }
    }
}

//! Fuzz targets of `tower-cors`. Each is a function that takes an input, and panics if the crate does something else
//! than its oracle says.
//!
//! Inputs are texts that a person can read and write. So `seeds/` has a file for each input that is worth keeping, and
//! the tests run them all with the stable compiler. `scripts/fuzz` runs the targets with libFuzzer, which makes up new
//! ones.

mod browser;
mod config;
mod layer;
mod origin;
mod patterns;
mod request_headers;
mod sources;

// The oracles.
mod expected;
mod fetch_standard;
mod naive;

// From inputs to responses.
mod exchange;
mod input;

pub use browser::browser;
pub use config::config;
pub use layer::layer;
pub use origin::origin;
pub use patterns::patterns;
pub use request_headers::request_headers;
pub use sources::sources;

/// A target: a function that takes an input.
pub type Target = fn(&[u8]);

/// All targets, by the names of their programs and of their folders in `seeds/`.
pub const TARGETS: [(&str, Target); 7] = [
    ("browser", browser),
    ("config", config),
    ("layer", layer),
    ("origin", origin),
    ("patterns", patterns),
    ("request_headers", request_headers),
    ("sources", sources),
];

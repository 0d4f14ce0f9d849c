//! Reads the configuration of a layer from a file and the environment, and prints what it means.
//!
//! Run it with `cargo run --example config --features serde`. To read another file, give its path as an
//! argument. To change a field, set the environment variable `CORS_` followed by the field's name:
//!
//! ```sh
//! CORS_ALLOW_ORIGINS='https://example.com, http://localhost:*' CORS_MAX_AGE=60 \
//!     cargo run --example config --features serde -- examples/cors.toml
//! ```
//!
//! If there is a mistake, the program stops with a message that names the field.

use std::{env, error::Error, process::ExitCode};

use config::{Config, Environment, File};
use tower_cors::{CorsConfig, Policy};

fn main() -> ExitCode {
    let file = env::args().nth(1);
    match read(file.as_deref().unwrap_or("examples/cors.toml")) {
        Ok(policy) => {
            println!("{policy}");
            for warning in policy.warnings() {
                println!("warning: {warning}");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn read(file: &str) -> Result<Policy, Box<dyn Error>> {
    let config: CorsConfig = Config::builder()
        .add_source(File::with_name(file))
        .add_source(Environment::with_prefix("CORS").ignore_empty(true))
        .build()?
        .try_deserialize()?;
    Ok(Policy::try_from(config)?)
}

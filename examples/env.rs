//! A server, to copy from, whose allowed origins come from one environment variable.
//!
//! ```sh
//! CORS_ORIGINS=https://a.example,https://b.example cargo run -p ecosystem-http --bin env
//! ```
//!
//! If the variable is missing, empty or wrong, the program stops with a message that says what to write.

use std::{env, io, process::ExitCode};

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_cors::{ConfigErrors, CorsLayer};

#[tokio::main]
async fn main() -> io::Result<ExitCode> {
    let origins = env::var_os("CORS_ORIGINS").unwrap_or_default();
    let cors = match cors(&origins.to_string_lossy()) {
        Ok(cors) => cors,
        Err(mistakes) => {
            eprintln!("CORS_ORIGINS is missing or wrong:\n{mistakes}");
            return Ok(ExitCode::FAILURE);
        }
    };
    let app = Router::new().route("/", get(async || "hello")).layer(cors);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(ExitCode::SUCCESS)
}

/// An empty text is a list of one empty entry, which does not build. `CorsLayer::deny_all` allows nobody.
fn cors(origins: &str) -> Result<CorsLayer, ConfigErrors> {
    CorsLayer::builder().allow_origins(origins.split(',').map(str::trim)).build()
}

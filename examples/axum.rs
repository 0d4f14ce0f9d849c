//! A small axum server with CORS, to copy from.
//!
//! Run it with `cargo run --example axum`, then send a preflight as a browser would:
//!
//! ```sh
//! curl --include --request OPTIONS http://127.0.0.1:3000/items/1 \
//!     --header 'Origin: https://app.example.com' \
//!     --header 'Access-Control-Request-Method: PUT'
//! ```

use std::{error::Error, time::Duration};

use axum::{
    Router,
    routing::{get, put},
};
use http::{Method, header::CONTENT_TYPE};
use tokio::net::TcpListener;
use tower_cors::CorsLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::builder()
        .allow_origins(["https://app.example.com", "http://localhost:*"])
        .allow_methods([Method::PUT, Method::DELETE])
        .allow_header(CONTENT_TYPE)
        .max_age(Duration::from_secs(7200))
        .build()?;

    let app = Router::new()
        .route("/items", get(async || "all items"))
        .route("/items/{id}", put(async || "changed").delete(async || "removed"))
        // Last, so that it wraps every route and every other layer. No route handles the `OPTIONS`
        // of a preflight, and pages should be able to read errors, too.
        .layer(cors);

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

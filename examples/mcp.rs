//! A Model Context Protocol server that allows pages of one origin, and refuses all other origins.
//!
//! Run it with `cargo run --example mcp`, then send requests from two origins:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000/mcp --request POST --header 'Origin: https://app.example.com'
//! curl --include http://127.0.0.1:3000/mcp --request POST --header 'Origin: https://evil.example'
//! ```
//!
//! The protocol requires a server to check `Origin`, and to answer 403 if it is not allowed. A local server
//! should also listen only on a loopback address. This layer does not stop DNS rebinding, where an attacker's
//! host name points to this machine and a request may have no `Origin`. Against that, check `Host` as well.

use std::error::Error;

use axum::{Json, Router, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_cors::CorsLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::builder()
        .mcp()
        .allow_origin("https://app.example.com")
        .own_origin("http://127.0.0.1:3000")
        .build()?;
    println!("{}", cors.policy());

    let app = Router::new().route("/mcp", post(answer)).layer(cors);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://{}/mcp", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

/// A real server handles the protocol here, for example with the crate `rmcp`.
async fn answer(request: Option<Json<Value>>) -> (StatusCode, Json<Value>) {
    let id = request.map_or(Value::Null, |Json(request)| request["id"].clone());
    let error = json!({ "code": -32601, "message": "this example has no methods" });
    (StatusCode::OK, Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })))
}

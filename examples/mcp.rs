//! A server of the Model Context Protocol that pages of one origin may use, and that refuses all others.
//!
//! Run it with `cargo run --example mcp`, and see what the pages of two origins get:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000/mcp --request POST --header 'Origin: https://app.example.com'
//! curl --include http://127.0.0.1:3000/mcp --request POST --header 'Origin: https://evil.example'
//! ```
//!
//! The protocol demands that a server checks `Origin`, and answers 403 if it is wrong. It demands an address
//! of this machine alone, too, for a server that runs on it; and against a host name that was made to point
//! here, whose requests may carry no `Origin`, the server has to check `Host`, which no CORS layer does.

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

/// The place of the protocol itself, such as by the crate `rmcp`.
async fn answer(request: Option<Json<Value>>) -> (StatusCode, Json<Value>) {
    let id = request.map_or(Value::Null, |Json(request)| request["id"].clone());
    let error = json!({ "code": -32601, "message": "this example has no methods" });
    (StatusCode::OK, Json(json!({ "jsonrpc": "2.0", "id": id, "error": error })))
}

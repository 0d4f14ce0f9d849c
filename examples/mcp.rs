//! A Model Context Protocol server with the crate `rmcp`. It allows pages of one origin, and refuses all other origins.
//!
//! Run it with `cargo run -p ecosystem-rpc --example mcp`, then connect from two origins:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000/mcp --header 'Origin: https://app.example.com' \
//!     --header 'Content-Type: application/json' --header 'Accept: application/json, text/event-stream' \
//!     --data '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-11-25",
//!         "capabilities": {}, "clientInfo": {"name": "curl", "version": "1"}}}'
//! curl --include http://127.0.0.1:3000/mcp --header 'Origin: https://evil.example' --request POST
//! ```
//!
//! The protocol requires a server to check `Origin`, and to answer 403 if it is not allowed: the layer does that. A
//! request of DNS rebinding, where an attacker's host name points to this machine, may have no `Origin`. So `rmcp`
//! checks `Host`, and accepts only names of this machine by default. It does so on its own route alone: before you add
//! other routes, see `docs/local_tools.md`.

use std::{error::Error, sync::Arc};

use axum::Router;
use rmcp::{
    handler::server::wrapper::Parameters,
    schemars::{self, JsonSchema},
    tool, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde::Deserialize;
use tokio::net::TcpListener;
use tower_cors::CorsLayer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = CorsLayer::builder()
        .mcp()
        .allow_origin("https://app.example.com")
        // The server has no pages. If it had some, `own_origin` would let them in.
        .no_own_origins()
        .build()?;
    println!("{}", cors.policy());

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://{}/mcp", listener.local_addr()?);
    Ok(axum::serve(listener, routes().layer(cors)).await?)
}

pub(crate) fn routes() -> Router {
    let service = StreamableHttpService::new(
        || Ok(Calculator),
        Arc::new(LocalSessionManager::default()),
        // On the internet, `with_allowed_hosts(["mcp.example.com"])` has to name the host.
        StreamableHttpServerConfig::default(),
    );
    Router::new().route_service("/mcp", service)
}

struct Calculator;

#[tool_router(server_handler)]
impl Calculator {
    #[tool(description = "Adds two numbers")]
    fn add(Parameters(Summands { a, b }): Parameters<Summands>) -> String {
        (a + b).to_string()
    }
}

#[derive(Deserialize, JsonSchema)]
struct Summands {
    a: f64,
    b: f64,
}

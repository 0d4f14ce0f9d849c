//! An axum server with a WebSocket, to copy from. It refuses handshakes of pages from other origins.
//!
//! Run it with `cargo run -p ecosystem-http --example websocket`, then send a handshake as a browser would:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000/echo --header 'Origin: https://evil.example' \
//!     --header 'Connection: upgrade' --header 'Upgrade: websocket' \
//!     --header 'Sec-WebSocket-Version: 13' --header 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=='
//! ```

use std::error::Error;

use axum::{
    Router,
    extract::{WebSocketUpgrade, ws::WebSocket},
    response::Response,
    routing::any,
};
use tokio::net::TcpListener;
use tower_cors::{ConfigErrors, CorsLayer, Refuse};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("Listening on http://{}", listener.local_addr()?);
    axum::serve(listener, routes().layer(cors(Refuse::Upgrades)?)).await?;
    Ok(())
}

/// Browsers send a WebSocket handshake from any page, without a preflight, so the server has to refuse it.
pub(crate) fn cors(refuse: Refuse) -> Result<CorsLayer, ConfigErrors> {
    CorsLayer::builder()
        .allow_origin("https://app.example.net")
        .refuse_disallowed_origins(refuse)
        // Handshakes from the server's own pages have an `Origin`, too.
        .own_origin("https://api.example.com")
        .build()
}

/// Over HTTP/1.1 a handshake is a `GET`, over HTTP/2 a `CONNECT`.
pub(crate) fn routes() -> Router {
    Router::new().route(
        "/echo",
        any(async |upgrade: WebSocketUpgrade| -> Response { upgrade.on_upgrade(echo) }),
    )
}

/// Sends each message back, until the page is gone.
async fn echo(mut socket: WebSocket) {
    while let Some(Ok(message)) = socket.recv().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}

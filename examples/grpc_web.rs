//! A gRPC-Web server with tonic, for pages of one origin. Its service is the health check of gRPC.
//!
//! Run it with `cargo run -p ecosystem-rpc --example grpc_web`, then call it as a page would:
//!
//! ```sh
//! printf '\0\0\0\0\0' | curl --include http://127.0.0.1:3000/grpc.health.v1.Health/Check --data-binary @- \
//!     --header 'Origin: https://app.example.com' --header 'Content-Type: application/grpc-web+proto'
//! ```

use std::error::Error;

use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tonic_web::GrpcWebLayer;
use tower_cors::{ConfigErrors, CorsLayer, Refuse};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cors = cors("https://app.example.com")?;
    let (_reporter, health) = tonic_health::server::health_reporter();
    let incoming = TcpIncoming::bind("127.0.0.1:3000".parse()?)?;
    println!("Listening on http://{}", incoming.local_addr()?);
    Ok(serve(cors, Routes::new(health), incoming).await?)
}

pub(crate) fn cors(origin: &str) -> Result<CorsLayer, ConfigErrors> {
    CorsLayer::builder()
        .grpc_web()
        .allow_origin(origin)
        // Over HTTP/2, `GrpcWebLayer` and tonic accept any content type, also those that need no preflight.
        .refuse_disallowed_origins(Refuse::All)
        .no_own_origins()
        .build()
}

pub(crate) async fn serve(
    cors: CorsLayer,
    routes: Routes,
    incoming: TcpIncoming,
) -> Result<(), tonic::transport::Error> {
    Server::builder()
        // Browsers use HTTP/2 only over TLS.
        .accept_http1(true)
        // First, so that it is outermost: `GrpcWebLayer` answers 400 to a preflight over HTTP/1.1.
        .layer(cors)
        .layer(GrpcWebLayer::new())
        .add_routes(routes)
        .serve_with_incoming(incoming)
        .await
}

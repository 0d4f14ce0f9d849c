//! Two ways to use CORS with hyper: the layer around a Tower service, and a policy without Tower.
//!
//! Run it with `cargo run --example hyper`, then send requests as a browser would:
//!
//! ```sh
//! curl --include http://127.0.0.1:3000 --header 'Origin: https://app.example.com'
//! curl --include http://127.0.0.1:3001 --header 'Origin: https://app.example.com'
//! ```

use std::{error::Error, io};

use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::net::TcpListener;
use tower::Layer;
use tower_cors::{CorsLayer, Decision, Policy};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builder()
        .allow_origin("https://app.example.com")
        .allow_method("PUT")
        .build_policy()?;
    tokio::try_join!(serve_with_tower(policy.clone()), serve_without_tower(policy))?;
    Ok(())
}

async fn serve_with_tower(policy: Policy) -> io::Result<()> {
    let service = CorsLayer::new(policy).layer(tower::service_fn(echo));
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("With Tower: http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn serve_without_tower(policy: Policy) -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:3001").await?;
    println!("Without Tower: http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        let policy = policy.clone();
        let service = service_fn(move |request| {
            let decision = policy.decide(&request);
            follow(decision, request)
        });
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

async fn follow(
    decision: Decision,
    request: Request<Incoming>,
) -> hyper::Result<Response<Full<Bytes>>> {
    match decision {
        Decision::Forward(headers) => {
            let mut response = echo(request).await?;
            headers.apply(response.headers_mut());
            Ok(response)
        }
        Decision::Respond(answer) => Ok(answer.map(|()| Full::default())),
    }
}

async fn echo(request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
    let body = request.into_body().collect().await?.to_bytes();
    Ok(Response::new(Full::new(body)))
}

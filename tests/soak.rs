//! Many different requests to a real server take no more memory than a few.
//!
//! `SOAK_REQUESTS=1000000 cargo test --release --test soak` sends as many as the variable says. The test reads the memory
//! from `/proc`. Where there is none, it only sends the requests.

use std::{convert::Infallible, env, fs, future::ready};

use http::{Request, Response};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, service_fn};
use tower_cors::{CorsLayer, Danger};

const REQUESTS: usize = 20_000;

/// Requests that are sent before any answer is read.
const BATCH: usize = 50;

/// In bytes: the allocator keeps a little more or less from time to time.
const MOST_GROWTH: usize = 256 << 10;

#[tokio::test]
async fn memory_stays_flat() {
    let requests = env::var("SOAK_REQUESTS").map_or(REQUESTS, |text| text.parse().unwrap());
    let mut stream = connect().await;
    // The first tenth fills the allocator's caches.
    send(&mut stream, 0, requests / 10).await;
    let before = resident();
    send(&mut stream, requests / 10, requests).await;
    let after = resident();
    if let (Some(before), Some(after)) = (before, after) {
        let growth = after.saturating_sub(before);
        println!("{requests} requests; {before} bytes before, {after} after");
        assert!(growth <= MOST_GROWTH, "{growth} bytes more after {requests} requests");
    }
}

/// A connection to a server that asks a predicate, echoes names, diagnoses and calls a hook.
async fn connect() -> TcpStream {
    let handler = service_fn(|_: Request<Incoming>| {
        ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("the items"))))
    });
    let cors = CorsLayer::builder()
        .allow_origins(["https://example.com", "https://*.example.org"])
        .allow_origin_if(|origin, _| origin.host().starts_with("even"))
        .allow_credentials(true)
        .dangerously_allow(Danger::PredicateWithCredentials)
        .allow_any_method()
        .allow_any_header()
        .diagnose(true)
        .on_decision(|_, outcome| drop(outcome.to_string()))
        .build()
        .unwrap();
    let service = TowerToHyperService::new(cors.layer(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.unwrap();
    });
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

async fn send(stream: &mut TcpStream, first: usize, last: usize) {
    let mut received = vec![0; 64 * 1024];
    for start in (first..last).step_by(BATCH) {
        let requests: String = (start..start + BATCH).map(request).collect();
        stream.write_all(requests.as_bytes()).await.unwrap();
        // Each answer's head ends with an empty line, and no body has one.
        let (mut text, mut answers) = (String::new(), 0);
        while answers < BATCH {
            let length = stream.read(&mut received).await.unwrap();
            assert_ne!(length, 0, "the server ended the connection");
            text.push_str(str::from_utf8(&received[..length]).unwrap());
            answers = text.matches("\r\n\r\n").count();
        }
    }
}

/// Each request differs from all others.
fn request(number: usize) -> String {
    let (method, lines) = match number % 6 {
        0 => ("GET", format!("Origin: https://a{number}.example.org\r\n")),
        1 => ("POST", format!("Origin: https://evil{number}.example\r\nContent-Length: 0\r\n")),
        2 => ("GET", format!("Origin: https://even{number}.example\r\n")),
        3 => ("OPTIONS", preflight("https://example.com", number)),
        4 => ("OPTIONS", preflight(&format!("https://evil{number}.example"), number)),
        _ => ("GET", format!("X-{number}: y\r\n")),
    };
    format!("{method} /{number} HTTP/1.1\r\nHost: a\r\n{lines}\r\n")
}

fn preflight(origin: &str, number: usize) -> String {
    format!(
        "Origin: {origin}\r\nAccess-Control-Request-Method: M{number}\r\n\
         Access-Control-Request-Headers: x-{number}\r\n"
    )
}

/// The resident memory of this process, in bytes.
fn resident() -> Option<usize> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<usize>().ok()? * 1024)
}

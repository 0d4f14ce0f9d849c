//! WebSocket handshakes over real sockets, HTTP/1.1 and HTTP/2, with a layer that refuses those of other origins.

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{Method, Request, Response, StatusCode};
use hyper::{
    body::Incoming, client::conn::http2, ext::Protocol, server::conn as server, upgrade::Upgraded,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, service_fn};
use tower_cors::{CorsLayer, Refuse};

const OURS: &str = "https://app.example.com";
const EVIL: &str = "https://evil.example";
const OWN: &str = "https://tool.example.com";

fn cors() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin(OURS)
        .refuse_disallowed_origins(Refuse::Upgrades)
        .own_origin(OWN)
        .build()
        .unwrap()
}

/// Sends back the bytes that come over the upgraded connection.
async fn echo(upgraded: impl Future<Output = hyper::Result<Upgraded>>) {
    let mut stream = TokioIo::new(upgraded.await.unwrap());
    let mut message = [0; 5];
    stream.read_exact(&mut message).await.unwrap();
    stream.write_all(&message).await.unwrap();
    stream.shutdown().await.unwrap();
}

/// A server that accepts and counts all handshakes that reach it.
async fn start() -> (SocketAddr, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let inner = service_fn(move |mut request: Request<Incoming>| {
        counter.fetch_add(1, Ordering::SeqCst);
        let over_http1 = request.headers().get("upgrade").is_some();
        let mut response = Response::new(String::new());
        if over_http1 || request.method() == Method::CONNECT {
            tokio::spawn(echo(hyper::upgrade::on(&mut request)));
        }
        if over_http1 {
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            response.headers_mut().insert("connection", "upgrade".parse().unwrap());
            response.headers_mut().insert("upgrade", "websocket".parse().unwrap());
        }
        async { Ok::<_, Infallible>(response) }
    });
    let service = TowerToHyperService::new(cors().layer(inner));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let mut preface = [0; 3];
                stream.peek(&mut preface).await.unwrap();
                let stream = TokioIo::new(stream);
                if preface == *b"PRI" {
                    let mut http2 = server::http2::Builder::new(TokioExecutor::new());
                    http2.enable_connect_protocol().serve_connection(stream, service).await
                } else {
                    let connection =
                        server::http1::Builder::new().serve_connection(stream, service);
                    connection.with_upgrades().await
                }
            });
        }
    });
    (address, calls)
}

/// Origin, further header lines, and `true` if the handshake succeeds.
const HANDSHAKES: [(Option<&str>, &str, bool); 9] = [
    (None, "", true),
    (Some(OURS), "", true),
    (Some(OWN), "", true),
    (Some(EVIL), "", false),
    (Some("null"), "", false),
    (Some(""), "", false),
    (Some("http://app.example.com"), "", false),
    (Some(EVIL), "sec-fetch-site: same-origin\r\n", true),
    (Some(EVIL), "sec-fetch-site: same-site\r\n", false),
];

#[tokio::test]
async fn over_http1() {
    let (address, calls) = start().await;
    for (origin, further, succeeds) in HANDSHAKES {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
        let handshake = format!(
            "GET /chat HTTP/1.1\r\nHost: tool.example.com\r\n{origin}{further}Connection: upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(handshake.as_bytes()).await.unwrap();
        let head = read_head(&mut stream).await;
        let described = format!("{origin}{further}");
        assert_eq!(calls.swap(0, Ordering::SeqCst), usize::from(succeeds), "{described}");
        if succeeds {
            assert!(head.starts_with("HTTP/1.1 101 "), "{described}: {head}");
            stream.write_all(b"hello").await.unwrap();
            let mut echoed = [0; 5];
            stream.read_exact(&mut echoed).await.unwrap();
            assert_eq!(echoed, *b"hello");
        } else {
            assert!(head.starts_with("HTTP/1.1 403 "), "{described}: {head}");
            assert!(head.contains("\r\nvary: origin, sec-fetch-site\r\n"), "{head}");
            assert!(!head.contains("access-control-"), "{head}");
        }
    }
}

async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

#[tokio::test]
async fn over_http2() {
    let (address, calls) = start().await;
    for (origin, further, succeeds) in HANDSHAKES {
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        // The server's settings allow such requests, so the client has to read them first.
        let settled = Request::get("https://tool.example.com/").body(String::new()).unwrap();
        sender.send_request(settled).await.unwrap();
        calls.store(0, Ordering::SeqCst);

        let mut request = Request::connect("https://tool.example.com/chat");
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if let Some((name, value)) = further.trim_end().split_once(": ") {
            request = request.header(name, value);
        }
        let protocol = Protocol::from_static("websocket");
        let request = request.extension(protocol).body(String::new()).unwrap();
        let response = sender.send_request(request).await.unwrap();
        let described = format!("{origin:?} {further}");
        assert_eq!(calls.swap(0, Ordering::SeqCst), usize::from(succeeds), "{described}");
        if succeeds {
            assert_eq!(response.status(), 200, "{described}");
            let mut stream = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
            stream.write_all(b"hello").await.unwrap();
            let mut echoed = [0; 5];
            stream.read_exact(&mut echoed).await.unwrap();
            assert_eq!(echoed, *b"hello");
        } else {
            assert_eq!(response.status(), 403, "{described}");
            let headers = response.headers();
            assert_eq!(headers["vary"], "origin, sec-fetch-site", "{described}");
            let is_of_cors = |name: &http::HeaderName| name.as_str().starts_with("access-control-");
            assert!(!headers.keys().any(is_of_cors), "{described}");
        }
    }
}

/// A request that is not an upgrade is served, and the browser keeps the response from the page.
#[tokio::test]
async fn other_requests() {
    let (address, calls) = start().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET / HTTP/1.1\r\nHost: a\r\nOrigin: {EVIL}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let head = read_head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\nvary: origin\r\n"), "{head}");
    assert!(!head.contains("access-control-"), "{head}");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

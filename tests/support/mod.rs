//! Servers on sockets of their own, and what asks them.

use std::{
    convert::Infallible,
    future::ready,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, routing::any};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{Layer, service_fn};
use tower_cors::CorsLayer;

/// More than the largest request head of the tests.
const MAX_HEADER_LIST: u32 = 1 << 20;

/// What each path's response has of its own.
const PATHS: [(&str, &[(&str, &str)]); 5] = [
    ("/items", &[]),
    (
        "/foreign",
        &[
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-headers", "*"),
            ("access-control-allow-methods", "*"),
            ("access-control-allow-origin", "https://evil.example"),
            ("access-control-allow-origin", "*"),
            ("access-control-allow-private-network", "true"),
            ("access-control-expose-headers", "*"),
            ("access-control-max-age", "86400"),
            ("access-control-of-the-future", "?1"),
        ],
    ),
    ("/vary", &[("vary", "accept"), ("vary", "cookie, x-origin")]),
    ("/vary-any", &[("vary", "*")]),
    ("/vary-origin", &[("vary", "accept"), ("vary", "Cookie, Origin")]),
];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Stack {
    Axum,
    Hyper,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wire {
    /// HTTP/1.1 without a client, which would mend or refuse some requests.
    Bytes,
    Http1,
    Http2,
}

pub(crate) struct Request {
    method: &'static str,
    path: &'static str,
    lines: Vec<(&'static str, Vec<u8>)>,
}

impl Request {
    pub(crate) fn new(method: &'static str, path: &'static str) -> Self {
        Self { method, path, lines: Vec::new() }
    }

    pub(crate) fn line(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        self.lines.push((name, value.as_ref().to_vec()));
        self
    }
}

/// What came back, and how often the handler was called for it. Of the headers there are all that
/// this crate may set or remove, so that one too many is seen.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    calls: usize,
}

impl Answer {
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: &str, calls: usize) -> Self {
        let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let mut headers: Vec<_> = headers.iter().map(owned).collect();
        headers.sort();
        Self { status, headers, body: body.to_owned(), calls }
    }

    fn of(response: &Response<Vec<u8>>, calls: usize) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut headers: Vec<_> = response
            .headers()
            .iter()
            .filter(|(name, _)| *name == "vary" || name.as_str().starts_with("access-control-"))
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        headers.sort();
        Self { status: response.status().as_u16(), headers, body: text(response.body()), calls }
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    calls: Arc<AtomicUsize>,
}

impl Server {
    /// The server ends with the test's runtime.
    pub(crate) async fn start(stack: Stack, cors: CorsLayer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Arc::default();
        match stack {
            Stack::Axum => tokio::spawn(serve_axum(listener, cors, Arc::clone(&calls))),
            Stack::Hyper => tokio::spawn(serve_hyper(listener, cors, Arc::clone(&calls))),
        };
        Self { address, calls }
    }

    pub(crate) async fn send(&self, wire: Wire, request: &Request) -> Answer {
        let response = match wire {
            Wire::Bytes => self.send_bytes(request).await,
            Wire::Http1 => self.send_by_client(request, false).await,
            Wire::Http2 => self.send_by_client(request, true).await,
        };
        Answer::of(&response, self.calls.swap(0, Ordering::SeqCst))
    }

    async fn send_by_client(&self, request: &Request, http2: bool) -> Response<Vec<u8>> {
        let client = Client::builder(TokioExecutor::new())
            .http2_only(http2)
            .http2_max_header_list_size(MAX_HEADER_LIST)
            .build_http::<String>();
        let mut sent = http::Request::new(String::new());
        *sent.method_mut() = request.method.parse().unwrap();
        *sent.uri_mut() = format!("http://{}{}", self.address, request.path).parse().unwrap();
        for (name, value) in &request.lines {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            sent.headers_mut().append(name, HeaderValue::from_bytes(value).unwrap());
        }
        let (head, body) = client.request(sent).await.unwrap().into_parts();
        Response::from_parts(head, body.collect().await.unwrap().to_bytes().to_vec())
    }

    async fn send_bytes(&self, request: &Request) -> Response<Vec<u8>> {
        let Request { method, path, lines } = request;
        // The host is that of the refused origin, because it must not make a difference.
        let mut sent =
            format!("{method} {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n")
                .into_bytes();
        for (name, value) in lines {
            sent.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        sent.extend(b"\r\n");

        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(&sent).await.unwrap();
        let mut received = Vec::new();
        stream.read_to_end(&mut received).await.unwrap();
        parse(&received)
    }
}

/// Reads a response whose body ends with the connection.
fn parse(received: &[u8]) -> Response<Vec<u8>> {
    let end = received.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    let (head, body) = (std::str::from_utf8(&received[..end]).unwrap(), &received[end + 4..]);
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap();
    let mut response = Response::builder().status(status);
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        response = response.header(name, value);
    }
    response.body(body.to_vec()).unwrap()
}

async fn serve_axum(listener: TcpListener, cors: CorsLayer, calls: Arc<AtomicUsize>) {
    let mut router = Router::new();
    for (path, headers) in PATHS {
        let calls = Arc::clone(&calls);
        router = router.route(path, any(move || ready(handle(headers, &calls))));
    }
    axum::serve(listener, router.layer(cors)).await.unwrap();
}

async fn serve_hyper(listener: TcpListener, cors: CorsLayer, calls: Arc<AtomicUsize>) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let found = PATHS.iter().find(|(path, _)| *path == request.uri().path());
        let mut response = match found {
            Some((_, headers)) => handle(headers, &calls),
            None => not_found(),
        };
        // Over HTTP/2, hyper would send it.
        if request.method() == Method::HEAD {
            response.body_mut().clear();
        }
        ready(Ok::<_, Infallible>(response))
    });
    let service = TowerToHyperService::new(cors.layer(service));
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = service.clone();
        tokio::spawn(async move {
            let mut server = auto::Builder::new(TokioExecutor::new());
            server.http2().max_header_list_size(MAX_HEADER_LIST);
            server.serve_connection(TokioIo::new(stream), service).await
        });
    }
}

fn handle(headers: &[(&'static str, &'static str)], calls: &AtomicUsize) -> Response<String> {
    calls.fetch_add(1, Ordering::SeqCst);
    let mut response = Response::new(String::from("the items"));
    for &(name, value) in headers {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        response.headers_mut().append(name, value);
    }
    response
}

fn not_found() -> Response<String> {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

//! Bytes that no browser sends, to real servers: none gets a CORS header that the policy does not grant, and none keeps
//! the server from answering the next request.

use std::{
    convert::Infallible, future::pending, net::SocketAddr, process, sync::Arc, time::Duration,
};

use http::{Method, Request, Response, StatusCode, header::HOST};
use http_body_util::{BodyExt, Empty, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http2,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tower::{Layer, service_fn};
use tower_cors::CorsLayer;

const SHARED: &str = "200; access-control-allow-origin: https://example.com; vary: origin";
const NOT_SHARED: &str = "200; vary: origin";
const OPTIONS_NOT_SHARED: &str =
    "200; vary: origin, access-control-request-method, access-control-request-headers";
const ALLOWED: &str = "204; access-control-allow-methods: PUT; access-control-allow-origin: \
     https://example.com; access-control-max-age: 600; vary: origin, access-control-request-method, \
     access-control-request-headers";
const REFUSED: &str =
    "403; vary: origin, access-control-request-method, access-control-request-headers";
/// hyper refuses the request, and nobody else sees it.
const INVALID: &str = "400";

const ORIGIN: &str = "Origin: https://example.com\r\n";
const ASKS_PUT: &str = "Access-Control-Request-Method: PUT\r\n";

/// A server whose handler sets every CORS header itself.
async fn start() -> SocketAddr {
    start_with(Arc::new(Semaphore::new(0))).await
}

/// The handler never responds to `/wait`, and adds a permit to `waiting` instead.
async fn start_with(waiting: Arc<Semaphore>) -> SocketAddr {
    let handler = service_fn(move |request: Request<Incoming>| {
        let waiting = Arc::clone(&waiting);
        async move {
            if request.uri().path() == "/wait" {
                waiting.add_permits(1);
                pending::<()>().await;
            }
            let response = Response::builder()
                .header("access-control-allow-credentials", "true")
                .header("access-control-allow-methods", "*")
                .header("access-control-allow-origin", "*")
                .body(Full::<Bytes>::from("the items"));
            Ok::<_, Infallible>(response.unwrap())
        }
    });
    let cors = CorsLayer::builder()
        .allow_origins(["https://example.com", "https://*.example.org"])
        .allow_method("PUT")
        .max_age(Duration::from_secs(600))
        .build()
        .unwrap();
    let service = TowerToHyperService::new(cors.layer(handler));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            let connection = tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
            tokio::spawn(async move {
                // A client would take a panic for an end of the connection.
                if connection.await.is_err() {
                    process::abort();
                }
            });
        }
    });
    address
}

/// Sends the bytes in these pieces, ends the connection's sending half, and returns all answers.
async fn answers(server: SocketAddr, pieces: &[&[u8]]) -> Vec<String> {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in pieces {
        // The server may have refused the request already.
        if stream.write_all(piece).await.is_err() {
            break;
        }
        tokio::task::yield_now().await;
    }
    let _ = stream.shutdown().await;
    let mut received = Vec::new();
    let _ = stream.read_to_end(&mut received).await;
    let received = String::from_utf8(received).unwrap();
    received.split("HTTP/1.").skip(1).map(described).collect()
}

/// The status of an answer, and its CORS headers and `Vary`, sorted.
fn described(answer: &str) -> String {
    let head = answer.split("\r\n\r\n").next().unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let mut headers: Vec<&str> = lines
        .filter(|line| line.starts_with("access-control-") || line.starts_with("vary:"))
        .collect();
    headers.sort_unstable();
    [&[status], &headers[..]].concat().join("; ")
}

fn get(lines: &str) -> String {
    format!("GET /items HTTP/1.1\r\nHost: evil.example\r\n{lines}\r\n")
}

fn options(lines: &str) -> String {
    format!("OPTIONS /items HTTP/1.1\r\nHost: evil.example\r\n{lines}\r\n")
}

fn preflight() -> String {
    options(&[ORIGIN, ASKS_PUT].concat())
}

#[tokio::test]
async fn requests_that_no_browser_sends_are_granted_nothing() {
    let server = start().await;
    let many = |line: &str| line.repeat(90);
    let long = |bytes: usize| format!("Origin: https://{}.example.org\r\n", "a".repeat(bytes));
    for (name, request, expected) in [
        ("two origins", get(&ORIGIN.repeat(2)), NOT_SHARED),
        (
            "an allowed and another origin",
            get(&[ORIGIN, "Origin: https://evil.example\r\n"].concat()),
            NOT_SHARED,
        ),
        ("90 origins", get(&many(ORIGIN)), NOT_SHARED),
        (
            "a folded origin",
            get("Origin: https://example.com\r\n https://evil.example\r\n"),
            INVALID,
        ),
        ("a folded name", get("Ori\r\n gin: https://example.com\r\n"), INVALID),
        ("a space before the colon", get("Origin : https://example.com\r\n"), INVALID),
        ("no name", get(": https://example.com\r\n"), INVALID),
        ("a bare carriage return", get("Origin: https://example.com\rX: y\r\n"), INVALID),
        ("a zero byte", get("Origin: https://example.com\0\r\n"), INVALID),
        ("a list", get("Origin: https://example.com, https://evil.example\r\n"), NOT_SHARED),
        ("a long origin", get(&long(60_000)), NOT_SHARED),
        ("no origin", get("Origin:\r\n"), NOT_SHARED),
        ("an origin beside X-Forwarded-Host", get("X-Forwarded-Host: example.com\r\n"), NOT_SHARED),
        ("a preflight in two minds", options(&[ORIGIN, ASKS_PUT, ASKS_PUT].concat()), REFUSED),
        ("a preflight of two origins", options(&[ORIGIN, ORIGIN, ASKS_PUT].concat()), REFUSED),
        (
            "a preflight without a method",
            options(&[ORIGIN, "Access-Control-Request-Method:\r\n"].concat()),
            REFUSED,
        ),
        (
            "a preflight of a list",
            options(&[ORIGIN, "Access-Control-Request-Method: PUT, GET\r\n"].concat()),
            REFUSED,
        ),
        ("a preflight without an origin", options(ASKS_PUT), OPTIONS_NOT_SHARED),
        ("another method in lower case", preflight().replace("OPTIONS", "options"), SHARED),
        ("a GET that asks", get(&[ORIGIN, ASKS_PUT].concat()), SHARED),
        ("100 headers too many", get(&many("X: y\r\n").repeat(3)), "431"),
        ("a head of 1 MB", get(&"X: y\r\n".repeat(170_000)), "431"),
    ] {
        let found = answers(server, &[request.as_bytes()]).await;
        assert_eq!(found, [expected], "{name}");
    }
}

#[tokio::test]
async fn bytes_that_are_not_ascii_are_granted_nothing() {
    let server = start().await;
    for byte in 0x80..=0xff {
        let before = b"GET /items HTTP/1.1\r\nHost: a\r\nOrigin: https://exampl";
        let request = [before.as_slice(), &[byte], b".example.org\r\n\r\n"].concat();
        assert_eq!(answers(server, &[&request]).await, [NOT_SHARED], "{byte:#x}");
        let before = b"OPTIONS /items HTTP/1.1\r\nHost: a\r\nOrigin: https://example.com\r\n";
        let asks = [b"Access-Control-Request-Method: PU".as_slice(), &[byte], b"\r\n\r\n"].concat();
        assert_eq!(answers(server, &[before, &asks]).await, [REFUSED], "{byte:#x}");
    }
}

#[tokio::test]
async fn every_form_of_a_target_gets_the_same() {
    let server = start().await;
    for target in
        ["*", "/items", "//evil.example/items", "http://evil.example/items", "https://example.com"]
    {
        let request = preflight().replace("/items", target);
        assert_eq!(answers(server, &[request.as_bytes()]).await, [ALLOWED], "{target}");
        let refused = request.replace("https://example.com\r\n", "https://evil.example\r\n");
        assert_eq!(answers(server, &[refused.as_bytes()]).await, [REFUSED], "{target}");
    }
    let request = get(ORIGIN).replace("GET /items", "CONNECT example.com:443");
    let found = answers(server, &[request.as_bytes()]).await;
    assert_eq!(found, [SHARED], "a tunnel is a request like others");
}

#[tokio::test]
async fn old_versions_and_other_line_ends_get_the_same() {
    let server = start().await;
    for (name, request, expected) in [
        ("HTTP/1.0", get(ORIGIN).replace("HTTP/1.1", "HTTP/1.0"), SHARED),
        ("a preflight of HTTP/1.0", preflight().replace("HTTP/1.1", "HTTP/1.0"), ALLOWED),
        ("line feeds alone", get(ORIGIN).replace('\r', ""), SHARED),
        ("empty lines before", "\r\n\r\n".to_owned() + &preflight(), ALLOWED),
    ] {
        assert_eq!(answers(server, &[request.as_bytes()]).await, [expected], "{name}");
    }
}

#[tokio::test]
async fn a_body_holds_no_further_request_or_header() {
    let server = start().await;
    let inside = get(ORIGIN);
    let with_length = |head: String| {
        let length = format!("Content-Length: {}\r\n\r\n", inside.len());
        head.strip_suffix("\r\n").unwrap().to_owned() + &length + &inside
    };
    let chunked = |trailers: &str| {
        let head = "POST /items HTTP/1.1\r\nHost: a\r\nTrailer: Origin\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}2\r\nab\r\n0\r\n{trailers}\r\n")
    };
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    let two_lengths = "Content-Length: 5\r\nContent-Length: 6\r\n";
    for (name, request, expected) in [
        ("a preflight with a body", with_length(preflight()), [ALLOWED].as_slice()),
        (
            "a refused preflight with a body",
            with_length(options(&[ORIGIN, "Access-Control-Request-Method: X\r\n"].concat())),
            &[REFUSED],
        ),
        ("an origin among trailers", chunked(ORIGIN), &[NOT_SHARED]),
        ("two lengths", get(&[ORIGIN, two_lengths].concat()), &[INVALID]),
        ("a length of a chunked body", get(&[ORIGIN, both].concat()) + "0\r\n\r\n", &[SHARED]),
    ] {
        assert_eq!(answers(server, &[request.as_bytes()]).await, expected, "{name}");
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_one_by_one() {
    let server = start().await;
    let refused = preflight().replace("https://example.com", "https://evil.example");
    let requests = [preflight(), get(ORIGIN), refused, get(""), preflight()].concat();
    let expected = [ALLOWED, SHARED, REFUSED, NOT_SHARED, ALLOWED];
    assert_eq!(answers(server, &[requests.as_bytes()]).await, expected);
    let bytes: Vec<&[u8]> = requests.as_bytes().chunks(1).collect();
    assert_eq!(answers(server, &bytes).await, expected, "byte by byte");
}

/// Wherever a request ends, nothing is granted, and the next connection is served.
#[tokio::test]
async fn a_truncated_request_gets_no_answer() {
    let server = start().await;
    let whole = preflight();
    for length in 0..whole.len() {
        let found = answers(server, &[&whole.as_bytes()[..length]]).await;
        assert!(found.is_empty() || found == [INVALID], "{length}: {found:?}");
    }
    assert_eq!(answers(server, &[whole.as_bytes()]).await, [ALLOWED]);
}

#[tokio::test]
async fn a_connection_that_is_reset_stops_no_other() {
    let server = start().await;
    let whole = preflight();
    for length in [1, whole.len() / 2, whole.len()] {
        let mut stream = TcpStream::connect(server).await.unwrap();
        stream.write_all(&whole.as_bytes()[..length]).await.unwrap();
        stream.set_zero_linger().unwrap();
        drop(stream);
        assert_eq!(answers(server, &[whole.as_bytes()]).await, [ALLOWED], "{length}");
    }
}

#[tokio::test]
async fn streams_of_http_2_that_are_reset_stop_no_other() {
    let waiting = Arc::new(Semaphore::new(0));
    let server = start_with(Arc::clone(&waiting)).await;
    let stream = TcpStream::connect(server).await.unwrap();
    let (mut sender, connection) =
        http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    for _ in 0..300 {
        let request =
            Request::get(format!("http://{server}/wait")).header("origin", "https://example.com");
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        // The future that is not ready is dropped, which resets the stream.
        tokio::select! {
            response = sender.send_request(request) => panic!("{response:?}"),
            permit = waiting.acquire() => permit.unwrap().forget(),
        }
    }
    let request = |origins: &[&str]| {
        let mut request = Request::options(format!("http://{server}/items"))
            .header(HOST, "evil.example")
            .header("access-control-request-method", "PUT");
        for origin in origins {
            request = request.header("origin", *origin);
        }
        request.body(Empty::<Bytes>::new()).unwrap()
    };
    for (origins, status) in [
        (["https://example.com"].as_slice(), StatusCode::NO_CONTENT),
        (&["https://example.com", "https://example.com"], StatusCode::FORBIDDEN),
        (&["https://evil.example"], StatusCode::FORBIDDEN),
    ] {
        let response = sender.send_request(request(origins)).await.unwrap();
        assert_eq!(response.status(), status, "{origins:?}");
        let is_shared = response.headers().contains_key("access-control-allow-origin");
        assert_eq!(is_shared, status == StatusCode::NO_CONTENT);
        assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
    }
    let mut simple = request(&["https://example.com"]);
    *simple.method_mut() = Method::GET;
    let response = sender.send_request(simple).await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "https://example.com");
}

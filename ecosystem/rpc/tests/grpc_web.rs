//! The preset `grpc_web` around a server of tonic. The model of a browser says what a page can read.

#[expect(dead_code, reason = "the tests listen on other ports")]
#[path = "../../../examples/grpc_web.rs"]
mod example;
mod support;

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::Request as AxumRequest, middleware::map_request, routing::post};
use http::{HeaderMap, Request, StatusCode, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use support::{HttpClient, browser, client, read, sorted};
use tonic::{
    Code, Status,
    service::{RecoverErrorLayer, Routes},
    transport::{Server, server::TcpIncoming},
};
use tonic_health::{ServingStatus, server::HealthReporter};
use tonic_web::GrpcWebLayer;
use tower::{
    BoxError, ServiceExt,
    limit::GlobalConcurrencyLimitLayer,
    load_shed::LoadShedLayer,
    timeout::{TimeoutLayer, error::Elapsed},
    util::MapErrLayer,
};
use tower_cors::{
    CorsLayer,
    browser::{Browser, Page},
};

const PAGE: &str = "https://app.example.com";

#[tokio::test]
async fn a_page_reads_a_unary_call() {
    let (url, _) = serve(cors());
    let mut page = page(PAGE);
    let response = read(&mut page, call(&url, "grpc.health.v1.Health/Check", "")).await;
    assert_eq!(sorted(response.headers()), [("content-type", "application/grpc-web+proto")]);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, [SERVING, END].concat());
}

#[tokio::test]
async fn a_page_reads_a_unary_call_as_text() {
    let (url, _) = serve(cors());
    let mut page = page(PAGE);
    let mut request = call(&url, "grpc.health.v1.Health/Check", "");
    // The message in base64.
    *request.body_mut() = "AAAAAAIKAA==".into();
    for name in ["accept", "content-type"] {
        request.headers_mut().insert(name, "application/grpc-web-text".parse().unwrap());
    }
    let response = read(&mut page, request).await;
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, "AAAAAAIIAQ==gAAAAA9ncnBjLXN0YXR1czowDQo=");
}

#[tokio::test]
async fn a_page_reads_a_stream_message_by_message() {
    let (url, reporter) = serve(cors());
    let mut page = page(PAGE);
    let response = read(&mut page, call(&url, "grpc.health.v1.Health/Watch", "")).await;
    assert_eq!(sorted(response.headers()), [("content-type", "application/grpc-web+proto")]);
    let mut stream = response.into_body();
    assert_eq!(next(&mut stream).await, SERVING);
    reporter.set_service_status("", ServingStatus::NotServing).await;
    assert_eq!(next(&mut stream).await, NOT_SERVING);
    reporter.clone().clear_service_status("").await;
    assert_eq!(next(&mut stream).await, END);
    assert!(stream.frame().await.is_none());
}

#[tokio::test]
async fn a_page_reads_errors_from_headers() {
    let (url, _) = serve(cors());
    let mut page = page(PAGE);
    for method in ["grpc.health.v1.Health/Check", "grpc.health.v1.Health/Watch"] {
        let response = read(&mut page, call(&url, method, "billing")).await;
        assert_eq!(
            sorted(response.headers()),
            [
                ("content-length", "0"),
                ("content-type", "application/grpc-web+proto"),
                ("grpc-message", "service%20not%20registered"),
                ("grpc-status", "5"),
            ],
            "{method}"
        );
    }
    let response = read(&mut page, call(&url, "test.Service/Details", "")).await;
    assert_eq!(
        sorted(response.headers()),
        [
            ("content-length", "0"),
            ("content-type", "application/grpc-web+proto"),
            ("grpc-message", "no%20stock"),
            ("grpc-status", "9"),
            ("grpc-status-details-bin", "CAk"),
        ]
    );
    let response = read(&mut page, call(&url, "test.Service/Unknown", "")).await;
    assert_eq!(
        sorted(response.headers()),
        [
            ("content-length", "0"),
            ("content-type", "application/grpc-web+proto"),
            ("grpc-status", "12"),
        ]
    );
}

#[tokio::test]
async fn a_page_sends_a_deadline() {
    let (url, _) = serve(cors());
    let mut page = page(PAGE);
    let mut request = call(&url, "grpc.health.v1.Health/Check", "");
    request.headers_mut().insert("grpc-timeout", "10S".parse().unwrap());
    let response = read(&mut page, request).await;
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, [SERVING, END].concat());
}

/// tonic's `Server` carries it out, outside of all layers.
#[tokio::test]
async fn a_page_cannot_read_that_its_deadline_is_over() {
    let (url, _) = serve(cors());
    let mut page = page(PAGE);
    let mut request = call(&url, "test.Service/Wait", "");
    request.headers_mut().insert("grpc-timeout", "1m".parse().unwrap());
    let result = page.fetch(request).await;
    let error = page.assert_refused(result).to_string();
    assert_eq!(
        error.replace(&url, "http://api"),
        "POST http://api/test.Service/Wait: the response has no Access-Control-Allow-Origin, so the origin \
         https://app.example.com cannot read it (https://fetch.spec.whatwg.org/#concept-cors-check)"
    );
    let headers = page.exchanges()[1].response_headers().unwrap();
    assert_eq!(headers["grpc-status"], "1");
    assert_eq!(headers["grpc-message"], "Timeout%20expired");
}

#[tokio::test]
async fn a_page_reads_that_a_limit_inside_of_the_layer_is_exceeded() {
    for (timeout, places, message, code) in [
        (Duration::from_millis(1), 1, "took%20too%20long", "4"),
        (Duration::from_secs(60), 0, "too%20many%20calls", "14"),
    ] {
        let incoming = incoming();
        let url = format!("http://{}", incoming.local_addr().unwrap());
        let server = Server::builder()
            .accept_http1(true)
            .layer(cors())
            .layer(GrpcWebLayer::new())
            .layer(RecoverErrorLayer::new())
            .layer(MapErrLayer::new(status))
            .layer(TimeoutLayer::new(timeout))
            .layer(LoadShedLayer::new())
            .layer(GlobalConcurrencyLimitLayer::new(places))
            .add_routes(routes().1);
        tokio::spawn(server.serve_with_incoming(incoming));
        let response = read(&mut page(PAGE), call(&url, "test.Service/Wait", "")).await;
        assert_eq!(
            sorted(response.headers()),
            [
                ("content-length", "0"),
                ("content-type", "application/grpc-web+proto"),
                ("grpc-message", message),
                ("grpc-status", code),
            ]
        );
    }
}

/// As in `docs/placement.md`.
fn status(error: BoxError) -> Status {
    match error.downcast::<Elapsed>() {
        Ok(_) => Status::deadline_exceeded("took too long"),
        Err(_) => Status::unavailable("too many calls"),
    }
}

#[tokio::test]
async fn a_foreign_page_sends_no_call_and_reads_nothing() {
    let (url, _) = serve(cors());
    for origin in ["https://evil.example", "http://app.example.com", "null"] {
        let mut page = page(origin);
        for method in ["grpc.health.v1.Health/Check", "test.Service/Details"] {
            let result = page.fetch(call(&url, method, "")).await;
            page.assert_refused(result);
        }
        let sent: Vec<_> =
            page.exchanges().iter().map(|it| (it.is_preflight(), it.status())).collect();
        assert_eq!(sent, [(true, Some(StatusCode::FORBIDDEN)); 2], "{origin}");
    }
}

/// `GrpcWebLayer` passes on each request over HTTP/2, and tonic checks no content type.
#[tokio::test]
async fn over_http2_only_refusing_keeps_calls_without_a_preflight_from_the_service() {
    let not_refusing = || CorsLayer::builder().grpc_web().allow_origin(PAGE).build().unwrap();
    for (version, cors, status, calls) in [
        (Version::HTTP_11, not_refusing(), StatusCode::BAD_REQUEST, 0),
        (Version::HTTP_2, not_refusing(), StatusCode::OK, SIMPLE.len()),
        (Version::HTTP_11, cors(), StatusCode::FORBIDDEN, 0),
        (Version::HTTP_2, cors(), StatusCode::FORBIDDEN, 0),
    ] {
        let reached = Arc::new(AtomicUsize::new(0));
        let count = map_request({
            let reached = Arc::clone(&reached);
            move |request: AxumRequest| {
                reached.fetch_add(1, Ordering::Relaxed);
                async { request }
            }
        });
        let incoming = incoming();
        let url = format!("http://{}", incoming.local_addr().unwrap());
        let routes = routes().1.into_axum_router().layer(count);
        tokio::spawn(example::serve(cors, routes.into(), incoming));
        let mut page = Browser::new(client(version)).page("https://evil.example");
        for content_type in SIMPLE {
            let request = Request::post(format!("{url}/grpc.health.v1.Health/Check"))
                .header("content-type", content_type)
                .body(Full::from(&[0; 5][..]))
                .unwrap();
            let result = page.fetch(request).await;
            page.assert_refused(result);
        }
        let sent: Vec<_> =
            page.exchanges().iter().map(|it| (it.is_preflight(), it.status())).collect();
        assert_eq!(sent, [(false, Some(status)); SIMPLE.len()], "{version:?}");
        // An error would be in a header.
        let has_failed = |headers: &HeaderMap| headers.contains_key("grpc-status");
        assert!(!page.exchanges().iter().any(|it| it.response_headers().is_some_and(has_failed)));
        assert_eq!(reached.load(Ordering::Relaxed), calls, "{version:?} {status}");
    }
}

/// The content types of forms, which need no preflight.
const SIMPLE: [&str; 3] =
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

#[tokio::test]
async fn a_native_client_calls_the_service() {
    let (url, _) = serve(cors());
    let request = Request::post(format!("{url}/grpc.health.v1.Health/Check"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Full::from(&[0; 5][..]))
        .unwrap();
    let response = client(Version::HTTP_2).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(sorted(body.trailers().unwrap()), [("grpc-status", "0")]);
    assert_eq!(body.to_bytes(), SERVING);
}

#[tokio::test]
async fn inside_of_tonic_web_the_layer_sees_no_preflight() {
    let incoming = incoming();
    let url = format!("http://{}", incoming.local_addr().unwrap());
    let (_, routes) = routes();
    let server = Server::builder()
        .accept_http1(true)
        .layer(GrpcWebLayer::new())
        .layer(cors())
        .add_routes(routes);
    tokio::spawn(server.serve_with_incoming(incoming));
    let mut page = page(PAGE);
    let result = page.fetch(call(&url, "grpc.health.v1.Health/Check", "")).await;
    let error = page.assert_refused(result).to_string();
    assert_eq!(
        error.replace(&url, "http://api"),
        "the preflight of POST http://api/grpc.health.v1.Health/Check: the response has the status 400 and no \
         Access-Control-Allow-Origin, so the origin https://app.example.com cannot send the request \
         (https://fetch.spec.whatwg.org/#concept-cors-check)"
    );
}

fn cors() -> CorsLayer {
    example::cors(PAGE).unwrap()
}

/// Serves in the background, and returns the URL, and what sets the health of services.
fn serve(cors: CorsLayer) -> (String, HealthReporter) {
    let incoming = incoming();
    let url = format!("http://{}", incoming.local_addr().unwrap());
    let (reporter, routes) = routes();
    tokio::spawn(example::serve(cors, routes, incoming));
    (url, reporter)
}

fn incoming() -> TcpIncoming {
    TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap()
}

/// The health check, and calls that it does not have.
fn routes() -> (HealthReporter, Routes) {
    let (reporter, health) = tonic_health::server::health_reporter();
    let details = async || {
        // An encoded `google.rpc.Status` with this code alone.
        let status =
            Status::with_details(Code::FailedPrecondition, "no stock", Bytes::from_static(&[8, 9]));
        status.into_http::<axum::body::Body>()
    };
    let further = Router::new()
        .route("/test.Service/Details", post(details))
        .route("/test.Service/Wait", post(pending::<()>));
    let routes = Routes::new(health).into_axum_router().merge(further);
    (reporter, routes.into())
}

fn page(origin: &str) -> Page<HttpClient> {
    browser().page(origin)
}

/// A call as gRPC-Web clients send it, whose message has the name of a service as its first field.
fn call(url: &str, method: &str, service: &str) -> Request<Full<Bytes>> {
    let length = u8::try_from(service.len()).unwrap();
    let head = [0, 0, 0, 0, length + 2, 10, length];
    Request::post(format!("{url}/{method}"))
        .header("content-type", "application/grpc-web+proto")
        .header("x-grpc-web", "1")
        .header("x-user-agent", "grpc-web-javascript/0.1")
        .body([&head, service.as_bytes()].concat().into())
        .unwrap()
}

async fn next(stream: &mut Incoming) -> Bytes {
    stream.frame().await.unwrap().unwrap().into_data().unwrap()
}

const SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 1];
const NOT_SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 2];
/// The trailers, which gRPC-Web sends at the end of the body.
const END: &[u8] = b"\x80\0\0\0\x0fgrpc-status:0\r\n";

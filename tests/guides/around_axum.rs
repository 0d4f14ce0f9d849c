//! The layer around axum's router, instead of in it.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    ServiceExt,
    body::{Body, to_bytes},
    extract::{ConnectInfo, MatchedPath, OriginalUri, Request},
    http::StatusCode,
    response::Response,
    routing::get,
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::net::TcpListener;
use tower::Layer;

use super::*;

fn routes() -> axum::Router {
    let items = get(async || "all items").put(async || "changed");
    let nested = axum::Router::new().route("/nested", get(async || "nested"));
    axum::Router::new()
        .route("/items", items)
        .nest("/api", nested)
        .fallback(async || (StatusCode::NOT_FOUND, "nothing here"))
}

/// The status, all headers and the body.
async fn seen(response: Response<Body>) -> (StatusCode, BTreeSet<String>, String) {
    let (head, body) = response.into_parts();
    let lines = head.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (head.status, lines, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn every_request_sees_the_same_in_the_router_and_around_it() {
    let inside = routes().layer(cors());
    let around = cors().layer(routes().with_state(()));
    for path in ["/items", "/api/nested", "/api/none", "/none"] {
        for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE, Method::OPTIONS] {
            for origin in [None, Some(PAGE), Some("https://evil.example")] {
                let mut request = request(method.clone(), path);
                request.headers_mut().remove("origin");
                if let Some(origin) = origin {
                    request.headers_mut().insert("origin", origin.parse().unwrap());
                }
                let expected = seen(send(inside.clone(), request.clone()).await).await;
                let found = seen(send(around.clone(), request).await).await;
                assert_eq!(found, expected, "{method} {path} {origin:?}");
            }
        }
    }
}

#[tokio::test]
async fn axum_adds_headers_to_the_answer_to_a_preflight_only_in_the_router() {
    let around = cors().layer(routes().with_state(()));
    for (path, added) in [
        ("/items", ["allow: \"GET,HEAD,PUT\"", "content-length: \"0\""].as_slice()),
        ("/none", &["content-length: \"0\""]),
    ] {
        let (status, headers, _) = seen(send(routes().layer(cors()), preflight(path)).await).await;
        let found = seen(send(around.clone(), preflight(path)).await).await;
        assert_eq!(found.0, status);
        let difference: Vec<&str> = headers.difference(&found.1).map(String::as_str).collect();
        assert_eq!(difference, added);
        assert!(found.1.is_subset(&headers));
    }
}

/// What `select` and other closures find.
#[tokio::test]
async fn a_matched_path_is_in_the_extensions_only_in_the_router() {
    let found = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&found);
    let cors = CorsLayer::select(move |request| {
        let has_path = request.extensions.get::<MatchedPath>().is_some();
        let has_uri = request.extensions.get::<OriginalUri>().is_some();
        kept.lock().unwrap().push((has_path, has_uri, request.uri.path().to_owned()));
        Some(cors())
    });
    let around = cors.layer(routes().with_state(()));
    send(routes().layer(cors), request(Method::GET, "/api/nested")).await;
    let _: Response<Body> = send(around, request(Method::GET, "/api/nested")).await;
    let path = || String::from("/api/nested");
    assert_eq!(*found.lock().unwrap(), [(true, true, path()), (false, false, path())]);
}

#[tokio::test]
async fn the_methods_of_a_route_are_seen_around_the_router() {
    let cors = builder().allow_method("DELETE").allow_methods_of_route().build().unwrap();
    let app = cors.layer(routes().with_state(()));
    let answer: Response<Body> = send(app, preflight("/items")).await;
    assert_eq!(answer.headers()["access-control-allow-methods"], "PUT");
}

#[tokio::test]
async fn the_client_s_address_is_known_around_the_router() {
    let address = async |ConnectInfo(address): ConnectInfo<SocketAddr>| address.to_string();
    let app = axum::Router::new().route("/", get(address));
    let app = cors().layer(app.with_state(()));
    let app = ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(app);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request(Method::GET, &url)).await.unwrap();
    assert!(is_readable(&response));
    let (_, _, body) = seen(response.map(Body::new)).await;
    assert!(body.starts_with("127.0.0.1:"), "{body}");
}

/// The page repeats the rows with one origin.
#[test]
fn the_instructions_are_those_of_the_benchmarks() {
    let benchmarks = include_str!("../../BENCHMARKS.md");
    let (_, rows) = benchmarks.split_once("### Around axum, with a browser's requests\n").unwrap();
    let (rows, _) = rows.split_once("\n### ").unwrap();
    let mut count = 0;
    for row in rows.lines().filter(|row| row.contains(" | 1 | ")) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let ["", request, "1", inside, around, ""] = cells[..] else { panic!("{row}") };
        if request == "refused, as long as listed ones" {
            continue;
        }
        let row = format!("| {request} | {} | {} |", grouped(inside), grouped(around));
        assert!(include_str!("../../docs/placement.md").lines().any(|line| line == row), "{row}");
        count += 1;
    }
    assert_eq!(count, 5);
}

/// The number with a comma before the thousands, and with a minus instead of a hyphen.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("−", digits));
    match digits.len().checked_sub(3) {
        Some(place @ 1..) => format!("{sign}{},{}", &digits[..place], &digits[place..]),
        _ => format!("{sign}{digits}"),
    }
}

//! The command that queries and audits servers, run against faulty servers and against this crate's layer.

#[path = "../../main.rs"]
#[expect(dead_code, reason = "the command's entry is not called")]
mod probe;

mod faults;
mod misplaced;

use std::time::Duration;

use axum::{Router, extract::Request, response::Response, routing::get};
use clap::Parser;
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, CorsLayerBuilder};

const OURS: &str = "https://app.example.com";

/// Serves `app` until the test ends, and returns its URL.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/items")
}

async fn run(url: &str, arguments: &[&str]) -> (String, bool) {
    let all = ["probe", url, "--origin", OURS].into_iter().chain(arguments.iter().copied());
    let arguments = probe::Arguments::try_parse_from(all).unwrap();
    probe::run(&arguments).await.unwrap()
}

/// A server whose response headers are written by `answer`, from the request's headers.
fn faulty(answer: fn(&HeaderMap, &mut HeaderMap)) -> Router {
    Router::new().fallback(async move |request: Request| {
        let mut response = Response::new(String::from("the items"));
        answer(request.headers(), response.headers_mut());
        response
    })
}

fn set(response: &mut HeaderMap, name: &'static str, value: &'static str) {
    response.append(name, HeaderValue::from_static(value));
}

fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key("access-control-request-method")
}

fn behind(builder: CorsLayerBuilder) -> Router {
    let routes = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    routes.layer(builder.build().unwrap())
}

#[tokio::test]
async fn header_values_are_printed_as_they_are() {
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", "\"it's a \\\"");
        response.append("etag", HeaderValue::from_bytes(b"\"a\xe9\"").unwrap());
    });
    let url = serve(app).await;
    let (text, _) = run(&url, &[]).await;
    assert!(text.contains("\n<   access-control-allow-origin: \"it's a \\\"\n"), "{text}");
    assert!(text.contains("\n<   etag: \"a\\xe9\"\n"), "{text}");
    let (text, _) = run(&url, &["--audit"]).await;
    let seen =
        format!("  seen:    Access-Control-Allow-Origin: \"it's a \\\" for the origin {OURS}\n");
    assert!(text.contains(&seen), "{text}");
    let (text, _) = run(&url, &["--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    let headers = printed["exchanges"][0]["response_headers"].as_array().unwrap();
    assert!(headers.contains(&serde_json::json!(["etag", "\"a\\xe9\""])), "{text}");
}

#[tokio::test]
async fn headers_that_a_script_cannot_set_are_reported() {
    let url = serve(behind(CorsLayer::builder().allow_origin(OURS).allow_header("x-a"))).await;
    let headers =
        ["--header", "cookie: a=b", "--header", "x-a: 1", "--header", "origin: https://b.example"];
    let (text, is_good) = run(&url, &headers).await;
    assert!(is_good, "{text}");
    let dropped = "\ndropped: cookie, because a script cannot set it\n\
                   dropped: origin, because a script cannot set it\nverdict: the page can read";
    assert!(text.contains(dropped), "{text}");
    assert!(!text.contains("a=b"), "{text}");
    let (text, _) = run(&url, &[&headers[..], &["--json"]].concat()).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["dropped_headers"], serde_json::json!(["cookie", "origin"]));
    let (text, _) = run(&url, &["--header", "x-a: 1"]).await;
    assert!(!text.contains("dropped"), "{text}");
}

#[tokio::test]
async fn verdict_prints_all_requests() {
    let builder = CorsLayer::builder().allow_origin(OURS).allow_method("PUT").allow_header("x-a");
    let url = serve(behind(builder)).await;
    let host = url.trim_start_matches("http://").trim_end_matches("/items");
    let arguments = ["--method", "PUT", "--header", "x-a: 1", "--body", "{}"];
    let (text, is_good) = run(&url, &arguments).await;
    assert!(is_good);
    assert!(
        text.starts_with(&format!(
            "> OPTIONS {url} (preflight)\n\
             >   accept: */*\n\
             >   access-control-request-method: PUT\n\
             >   access-control-request-headers: x-a\n\
             >   host: {host}\n\
             >   origin: {OURS}\n\
             >   sec-fetch-dest: empty\n\
             >   sec-fetch-mode: cors\n\
             >   sec-fetch-site: cross-site\n\
             < 204 No Content\n"
        )),
        "{text}"
    );
    let verdict = "\nverdict: the page can read the response: status 200, headers content-type, content-length";
    assert!(text.ends_with(verdict), "{text}");

    let (text, is_good) = run(&url, &["--credentials"]).await;
    assert!(!is_good);
    let verdict = format!(
        "\nverdict: the page cannot read the response: GET {url}: the response has no \
         Access-Control-Allow-Credentials, but with credentials it must be true \
         (https://fetch.spec.whatwg.org/#concept-cors-check)"
    );
    assert!(text.ends_with(&verdict), "{text}");

    let (text, _) = run(&url, &["--method", "DELETE", "--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["exchanges"][0]["method"], "OPTIONS");
    assert_eq!(printed["exchanges"][0]["preflight"], true);
    assert_eq!(printed["exchanges"][0]["status"], 403);
    assert_eq!(
        (&printed["readable"], &printed["failed_exchange"]),
        (&Value::from(false), &Value::from(0))
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error() {
    let asked = async |arguments: &[&str]| {
        let all = ["probe"].into_iter().chain(arguments.iter().copied());
        match probe::Arguments::try_parse_from(all) {
            Ok(arguments) => probe::run(&arguments).await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    for (url, expected) in [
        ("/items", "it has no host; write https://api.example.com/items"),
        ("https://", "it has no host; write https://api.example.com/items"),
        ("api.example.com/items", "it has no scheme; write https://api.example.com/items"),
        ("localhost:3000/items", "it has no scheme; write http://localhost:3000/items"),
        ("127.0.0.1:3000", "it has no scheme; write http://127.0.0.1:3000"),
        (
            "ws://api.example.com/items",
            "the scheme ws is neither http nor https; write https://api.example.com/items",
        ),
    ] {
        let text = asked(&[url, "--origin", OURS]).await;
        let line = format!("error: invalid value '{url}' for '<URL>': {expected}");
        assert_eq!(text.lines().next().unwrap(), line);
    }
    let text = asked(&["http://127.0.0.1/", "--origin", OURS, "--audit", "--credentials"]).await;
    assert_eq!(
        text.lines().next().unwrap(),
        "error: the argument '--audit' cannot be used with '--credentials'"
    );
    let text = asked(&["http://127.0.0.1/", "--origin", "app.example.com", "--audit"]).await;
    assert_eq!(
        text,
        "the origin \"app.example.com\" has no scheme or no host; write https://app.example.com"
    );
    let text = asked(&["http://127.0.0.1/", "--origin", "app.example.com"]).await;
    assert!(
        text.starts_with(
            "GET http://127.0.0.1/: the page's address \"app.example.com\" is not a URL"
        ),
        "{text}"
    );
    // The listener is closed, so nothing listens on its port.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    for arguments in [&[&url, "--origin", OURS][..], &[&url, "--origin", OURS, "--audit"]] {
        let text = asked(arguments).await;
        assert!(text.contains("tcp connect error"), "{text}");
    }
    let text = asked(&[&url, "--origin", OURS, "--header", "x-a"]).await;
    assert!(text.contains("there is no colon in it; write name:value"), "{text}");
}

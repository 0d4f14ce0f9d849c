//! Sends a server the requests that a browser sends for a page, and prints each answer with its reason.
//!
//! Run it with `cargo run --example preflight`. It exits with an error if an answer is not as expected.

use std::{
    error::Error,
    net::SocketAddr,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::{Router, routing::get};
use http::{
    Method, Request,
    header::{CONTENT_TYPE, ETAG, VARY},
};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, Policy};

/// A request, and the expected transcript of its answer, with all CORS headers and no others.
struct Case {
    title: &'static str,
    method: Method,
    headers: &'static [(&'static str, &'static str)],
    expected: &'static [&'static str],
}

static CASES: [Case; 9] = [
    Case {
        title: "No Origin header: not a CORS request, so only Vary is added",
        method: Method::GET,
        headers: &[],
        expected: &["< 200 OK", "< vary: origin", "handler: ran", "verdict: no CORS request"],
    },
    Case {
        title: "A simple request: the page may read the response",
        method: Method::GET,
        headers: &[("origin", "https://app.example.com")],
        expected: &[
            "< 200 OK",
            "< access-control-allow-credentials: true",
            "< access-control-allow-origin: https://app.example.com",
            "< access-control-expose-headers: etag",
            "< vary: origin",
            "handler: ran",
            "verdict: simple request, allowed",
        ],
    },
    Case {
        title: "A preflight: may a PUT of JSON follow?",
        method: Method::OPTIONS,
        headers: &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "content-type"),
        ],
        expected: &[
            "< 204 No Content",
            "< access-control-allow-credentials: true",
            "< access-control-allow-headers: content-type",
            "< access-control-allow-methods: PUT",
            "< access-control-allow-origin: https://app.example.com",
            "< access-control-max-age: 7200",
            "< vary: origin, access-control-request-method, access-control-request-headers",
            "handler: did not run",
            "verdict: preflight, allowed",
        ],
    },
    Case {
        title: "The PUT that the preflight allowed",
        method: Method::PUT,
        headers: &[("origin", "https://app.example.com"), ("content-type", "application/json")],
        expected: &[
            "< 200 OK",
            "< access-control-allow-credentials: true",
            "< access-control-allow-origin: https://app.example.com",
            "< access-control-expose-headers: etag",
            "< vary: origin",
            "handler: ran",
            "verdict: preflighted request, allowed",
        ],
    },
    Case {
        title: "A simple request of another origin: served, but hidden from the page",
        method: Method::GET,
        headers: &[("origin", "https://other.example")],
        expected: &[
            "< 200 OK",
            "< vary: origin",
            "handler: ran",
            "verdict: simple request, refused: origin `https://other.example` is not allowed",
        ],
    },
    Case {
        title: "A preflight of another origin: the PUT never leaves the browser",
        method: Method::OPTIONS,
        headers: &[
            ("origin", "https://other.example"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "content-type"),
        ],
        expected: &[
            "< 403 Forbidden",
            "< vary: origin, access-control-request-method, access-control-request-headers",
            "handler: did not run",
            "verdict: preflight, refused: origin `https://other.example` is not allowed",
        ],
    },
    Case {
        title: "A preflight for a method that is not allowed",
        method: Method::OPTIONS,
        headers: &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "DELETE"),
        ],
        expected: &[
            "< 403 Forbidden",
            "< vary: origin, access-control-request-method, access-control-request-headers",
            "handler: did not run",
            "verdict: preflight, refused: method `DELETE` is not allowed",
        ],
    },
    Case {
        title: "A preflight for a header that is not allowed",
        method: Method::OPTIONS,
        headers: &[
            ("origin", "https://app.example.com"),
            ("access-control-request-method", "PUT"),
            ("access-control-request-headers", "content-type,x-debug"),
        ],
        expected: &[
            "< 403 Forbidden",
            "< vary: origin, access-control-request-method, access-control-request-headers",
            "handler: did not run",
            "verdict: preflight, refused: header `x-debug` is not allowed",
        ],
    },
    Case {
        title: "OPTIONS without Access-Control-Request-Method: not a preflight, so the handler runs",
        method: Method::OPTIONS,
        headers: &[("origin", "https://app.example.com")],
        expected: &[
            "< 200 OK",
            "< access-control-allow-credentials: true",
            "< access-control-allow-origin: https://app.example.com",
            "< access-control-expose-headers: etag",
            "< vary: origin, access-control-request-method, access-control-request-headers",
            "handler: ran",
            "verdict: preflighted request, allowed; it is no preflight without \
             `access-control-request-method`",
        ],
    },
];

const PATH: &str = "/items/1";

static HANDLER_RAN: AtomicBool = AtomicBool::new(false);

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let policy = Policy::builder()
        .allow_origin("https://app.example.com")
        .allow_credentials(true)
        .allow_method(Method::PUT)
        .allow_header(CONTENT_TYPE)
        .expose_header(ETAG)
        .max_age(Duration::from_secs(7200))
        .build_policy()?;

    let handler = async || {
        HANDLER_RAN.store(true, Ordering::SeqCst);
        ([(ETAG, "\"1\"")], "item 1")
    };
    let app = Router::new()
        .route(PATH, get(handler).put(handler).options(handler))
        .layer(CorsLayer::new(policy.clone()));
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let server = listener.local_addr()?;
    tokio::spawn(axum::serve(listener, app).into_future());

    println!("The server http://{server} lets pages of https://app.example.com use it,");
    println!("with cookies, with the method PUT and with the header content-type.");
    println!("> is what a browser sends, < is the answer.\n");

    let client = Client::builder(TokioExecutor::new()).build_http();
    let mut mismatches = 0;
    for (index, case) in CASES.iter().enumerate() {
        let found = send(case, &client, server, &policy).await?;
        print(index + 1, case, &found);
        if found != case.expected {
            mismatches += 1;
        }
    }

    let total = CASES.len();
    if mismatches > 0 {
        println!("{total} exchanges, {mismatches} NOT as expected");
        return Ok(ExitCode::FAILURE);
    }
    println!("{total} exchanges, all as expected");
    Ok(ExitCode::SUCCESS)
}

async fn send(
    case: &Case,
    client: &Client<HttpConnector, Empty<Bytes>>,
    server: SocketAddr,
    policy: &Policy,
) -> Result<Vec<String>, Box<dyn Error>> {
    let mut request = Request::builder().method(&case.method).uri(format!("http://{server}{PATH}"));
    for &(name, value) in case.headers {
        request = request.header(name, value);
    }
    let request = request.body(Empty::new())?;

    let outcome = policy.explain(&request);
    let response = client.request(request).await?;
    let handler_ran = HANDLER_RAN.swap(false, Ordering::SeqCst);

    let mut transcript = Vec::new();
    for (name, value) in response.headers() {
        if name == VARY || name.as_str().starts_with("access-control-") {
            transcript.push(format!("< {name}: {}", value.to_str()?));
        }
    }
    // The order of header lines has no meaning.
    transcript.sort_unstable();
    transcript.insert(0, format!("< {}", response.status()));
    transcript.push(format!("handler: {}", if handler_ran { "ran" } else { "did not run" }));
    transcript.push(format!("verdict: {outcome}"));
    Ok(transcript)
}

fn print(number: usize, case: &Case, found: &[String]) {
    println!("{number}. {}", case.title);
    println!("   > {} {PATH}", case.method);
    for (name, value) in case.headers {
        println!("   > {name}: {value}");
    }
    for line in found {
        println!("   {line}");
    }
    if found != case.expected {
        println!("   NOT as expected, which is:");
        for line in case.expected {
            println!("   {line}");
        }
    }
    println!();
}

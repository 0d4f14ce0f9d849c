//! What a page sees where a layer is on the wrong side of CORS, and which layers may be on either side.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::{StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use ecosystem_http::{PAGE, browser, seen};
use tower_cors::CorsLayer;
use tower_governor::{GovernorLayer, governor::GovernorConfigBuilder};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    services::ServeDir,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};
use tower_sessions::{MemoryStore, SessionManagerLayer};

use crate::{Server, example::cors};

/// Of a row: what is wrong, the layers, the method and the path of a request, and what the page sees of the response.
type Row = (&'static str, fn(Router, CorsLayer) -> Router, &'static str, &'static str, String);

#[tokio::test]
async fn page_sees_each_misplaced_layer() {
    check([
        (
            "a timeout outside",
            |routes, cors| {
                let limit = Duration::from_millis(1);
                let status = StatusCode::GATEWAY_TIMEOUT;
                routes.layer(cors).layer(TimeoutLayer::with_status_code(status, limit))
            },
            "GET",
            "/slow",
            made_outside(504),
        ),
        (
            "a body limit outside",
            |routes, cors| routes.layer(cors).layer(RequestBodyLimitLayer::new(1)),
            "PUT",
            "/account",
            made_outside(413),
        ),
        (
            "a rate limit outside, whose quota the preflight uses up",
            |routes, cors| {
                let quota = GovernorConfigBuilder::default()
                    .period(Duration::from_secs(3600))
                    .burst_size(1)
                    .finish()
                    .unwrap();
                routes.layer(cors).layer(GovernorLayer::new(quota))
            },
            "PUT",
            "/account",
            made_outside(429),
        ),
        (
            "panics caught outside",
            |routes, cors| routes.layer(cors).layer(CatchPanicLayer::new()),
            "GET",
            "/panic",
            made_outside(500),
        ),
        (
            "panics not caught",
            |routes, cors| routes.layer(cors),
            "GET",
            "/panic",
            String::from("the service failed: client error (SendRequest)"),
        ),
        (
            "authentication outside",
            |routes, cors| routes.layer(cors).layer(from_fn(authenticate)),
            "PUT",
            "/account",
            String::from(
                "the response has the status 401 and no Access-Control-Allow-Origin, so the origin \
             https://app.example.net cannot send the request; it looks as if authentication is \
             outside the CORS layer; put the layer outside of it, because preflights carry no \
             cookies and no tokens",
            ),
        ),
        (
            "files added after CORS",
            |routes, cors| routes.layer(cors).nest_service("/docs", ServeDir::new("tests/stack")),
            "GET",
            "/docs/main.rs",
            String::from(
                "the response has no Access-Control-Allow-Origin, so the origin \
             https://app.example.net cannot read it",
            ),
        ),
        (
            "a fallback added after CORS",
            |routes, cors| {
                routes.reset_fallback().layer(cors).fallback(async || StatusCode::NOT_FOUND)
            },
            "GET",
            "/nothing",
            made_outside(404),
        ),
    ])
    .await;
}

#[tokio::test]
async fn page_sees_no_difference_where_these_are() {
    check([
        (
            "compression outside",
            |routes, cors| routes.layer(cors).layer(CompressionLayer::new()),
            "GET",
            "/files/digits.txt",
            String::from("200 0123456789"),
        ),
        (
            "sessions outside",
            |routes, cors| {
                routes.layer(cors).layer(SessionManagerLayer::new(MemoryStore::default()))
            },
            "GET",
            "/account",
            String::from("401 log in first"),
        ),
        (
            "tracing inside",
            |routes, cors| routes.layer(TraceLayer::new_for_http()).layer(cors),
            "GET",
            "/nothing",
            String::from("404 there is no such page"),
        ),
        (
            "request ids inside",
            |routes, cors| {
                let propagate = PropagateRequestIdLayer::x_request_id();
                let set = SetRequestIdLayer::x_request_id(MakeRequestUuid);
                routes.layer(propagate).layer(set).layer(cors)
            },
            "GET",
            "/nothing",
            String::from("404 there is no such page"),
        ),
    ])
    .await;
}

async fn check<const N: usize>(rows: [Row; N]) {
    for (what, layers, method, path, sees) in rows {
        let server = Server::with(|routes| layers(routes, cors().unwrap())).await;
        let body = if method == "PUT" { "changed" } else { "" };
        let request = server.request(method, path).body(String::from(body)).unwrap();
        let result = browser(&[]).page(PAGE).fetch(request).await;
        assert_eq!(seen(result).await, sees, "{what}");
    }
}

/// What a page sees of a response that was made outside of CORS.
fn made_outside(status: u16) -> String {
    format!(
        "the response has no Access-Control-Allow-Origin, so the origin https://app.example.net \
         cannot read it; its status is {status}, and it has no Vary: Origin, so it looks as if \
         something outside the CORS layer made it"
    )
}

async fn authenticate(request: Request, next: Next) -> Response {
    if request.headers().contains_key(AUTHORIZATION) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

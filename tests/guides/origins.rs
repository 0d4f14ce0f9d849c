//! Which origins pages have.

use std::{convert::Infallible, future::ready};

use http::StatusCode;
use tower::{Layer, service_fn};
use tower_cors::browser::{Browser, NetworkErrorCause};

use super::*;

/// The page has a row for each redirect, with the `Origin` that arrives.
#[tokio::test]
async fn a_redirect_between_foreign_origins_makes_the_origin_null() {
    const HTTP_PAGE: &str = "http://app.example.com";
    for (page, from, to) in [
        (PAGE, "https://api.example.com", "https://api.example.com"),
        (PAGE, "https://app.example.com", "https://api.example.com"),
        (PAGE, "https://api.example.com", "https://bucket.example.net"),
        (PAGE, "https://api.example.com", "https://app.example.com"),
        (HTTP_PAGE, "http://api.example.com", "https://api.example.com"),
    ] {
        let location = format!("{to}/second");
        let service = service_fn(move |request: Request<String>| {
            let response = Response::builder().header("access-control-allow-origin", "*");
            ready(if request.uri() == location.as_str() {
                response.body(String::new())
            } else {
                response.status(307).header("location", &location).body(String::new())
            })
        });
        let mut script = Browser::new(service).page(page);
        let first = Request::get(format!("{from}/first")).body(String::new()).unwrap();
        let result = script.fetch(first).await;
        script.assert_readable(result);
        let origin = script.exchanges()[1].request_headers()["origin"].to_str().unwrap();
        let target = if from == to { "itself" } else { &format!("`{to}`") };
        let whose = if page == PAGE { "" } else { ", from a page of `http://app.example.com`" };
        let row = format!("| `{from}` to {target}{whose} | `{origin}` |");
        assert!(include_str!("../../docs/origins.md").lines().any(|line| line == row), "{row}");
    }
}

#[tokio::test]
async fn no_browser_follows_a_redirect_of_a_preflight() {
    let service = service_fn(|_: Request<String>| {
        let response =
            Response::builder().status(308).header("location", "https://api.example.com/");
        ready(response.header("access-control-allow-origin", "*").body(String::new()))
    });
    let mut page = Browser::new(service).page("http://app.example.com");
    let request = Request::put("http://api.example.com/").body(String::new()).unwrap();
    let error = page.fetch(request).await.unwrap_err();
    assert!(
        matches!(error.cause(), NetworkErrorCause::PreflightStatus(StatusCode::PERMANENT_REDIRECT)),
        "{error}"
    );
}

#[tokio::test]
async fn null_is_refused_and_a_public_layer_answers_it() {
    for (layer, answer) in [(cors(), None), (CorsLayer::public(), Some("*"))] {
        let app = layer.layer(service_fn(|_: Request<String>| async {
            Ok::<_, Infallible>(Response::new(String::new()))
        }));
        let request = Request::get("https://bucket.example.net/").header("origin", "null");
        let response = send(app, request.body(String::new()).unwrap()).await;
        let allowed = response.headers().get("access-control-allow-origin");
        assert_eq!(allowed.map(|origin| origin.to_str().unwrap()), answer);
    }
}

#[test]
fn origins_of_applications_build_with_and_without_credentials() {
    for origin in [
        "capacitor://localhost",
        "https://localhost",
        "http://localhost",
        "ionic://localhost",
        "tauri://localhost",
        "http://tauri.localhost",
        "https://tauri.localhost",
        "chrome-extension://cjpalhdlnbpafiamejdnhcphjbkeiagm",
    ] {
        for credentials in [false, true] {
            let builder = CorsLayer::builder().allow_origin(origin).allow_credentials(credentials);
            let policy = builder.build_policy().unwrap();
            let request = Request::get("/").header("origin", origin).body(()).unwrap();
            assert!(policy.explain(&request).refusal.is_none(), "{origin}");
        }
    }
}

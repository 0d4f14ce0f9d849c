//! What a redirect does to a request and its origin.

use std::{convert::Infallible, future::ready};

use http::{StatusCode, header::AUTHORIZATION};
use tower::{Layer, service_fn};
use tower_cors::browser::{Browser, NetworkErrorCause, Redirect, ResponseKind};

use super::*;

const PAGE_OF_GUIDE: &str = include_str!("../../docs/redirects.md");

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
        assert!(PAGE_OF_GUIDE.lines().any(|line| line == row), "{row}");
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

/// The page has a row for these statuses.
#[tokio::test]
async fn a_status_decides_the_method_of_the_next_request() {
    for (statuses, methods, words) in [
        (
            &[301, 302][..],
            [Method::GET, Method::GET, Method::PUT],
            "`GET` after a `POST`, otherwise the same | goes along if the method stays",
        ),
        (&[303], [Method::GET; 3], "`GET`, except after `HEAD` | is dropped"),
        (&[307, 308], [Method::GET, Method::POST, Method::PUT], "the same | goes along"),
    ] {
        for status in statuses {
            for (method, next) in [Method::GET, Method::POST, Method::PUT].iter().zip(&methods) {
                let (found, body) = redirected(*status, method).await;
                assert_eq!(&found, next, "{status} {method}");
                let expected = if method == next { "body" } else { "" };
                assert_eq!(body, expected, "{status} {method}");
            }
            assert_eq!(redirected(*status, &Method::HEAD).await.0, Method::HEAD);
        }
        let statuses: Vec<_> = statuses.iter().map(u16::to_string).collect();
        let row = format!("| {} | {words} |", statuses.join(", "));
        assert!(PAGE_OF_GUIDE.lines().any(|line| line == row), "{row}");
    }
}

/// The method and the body that arrive after a redirect within one origin.
async fn redirected(status: u16, method: &Method) -> (Method, String) {
    let service = service_fn(move |request: Request<String>| {
        let response = Response::builder()
            .header("access-control-allow-origin", "*")
            .header("access-control-allow-methods", "*");
        let arrives = request.uri().path() == "/second";
        let is_preflight = request.method() == Method::OPTIONS;
        ready(if arrives || is_preflight {
            response.body(request.into_body())
        } else {
            response.status(status).header("location", "/second").body(String::new())
        })
    });
    let mut page = Browser::new(service).page(PAGE);
    let request = Request::builder().method(method).uri("https://api.example.com/first");
    let result = page.fetch(request.body(String::from("body")).unwrap()).await;
    let body = page.assert_readable(result).into_body();
    let exchanges = page.exchanges();
    (exchanges[exchanges.len() - 1].method().clone(), body)
}

#[tokio::test]
async fn a_redirect_to_another_origin_removes_authorization_and_keeps_other_headers() {
    for (target, is_kept) in
        [("https://api.example.com/second", true), ("https://bucket.example.net/", false)]
    {
        let service = service_fn(move |request: Request<String>| {
            let response = Response::builder()
                .header("access-control-allow-origin", "*")
                .header("access-control-allow-headers", "authorization, x-custom");
            let redirects = request.uri().path() == "/first" && request.method() == Method::GET;
            ready(if redirects {
                response.status(302).header("location", target).body(String::new())
            } else {
                response.body(String::new())
            })
        });
        let mut page = Browser::new(service).page(PAGE);
        let request = Request::get("https://api.example.com/first")
            .header(AUTHORIZATION, "Bearer 1")
            .header("x-custom", "1");
        let result = page.fetch(request.body(String::new()).unwrap()).await;
        page.assert_readable(result);
        let exchanges = page.exchanges();
        let headers = exchanges[exchanges.len() - 1].request_headers();
        assert_eq!(headers.contains_key(AUTHORIZATION), is_kept, "{target}");
        assert_eq!(headers["x-custom"], "1", "{target}");
    }
}

#[tokio::test]
async fn a_script_cannot_see_where_a_redirect_leads() {
    let service = service_fn(|_: Request<String>| {
        let response = Response::builder().status(302).header("location", "/second");
        ready(response.header("access-control-allow-origin", "*").body(String::new()))
    });
    let browser = Browser::new(service);
    let get = || Request::get("https://api.example.com/first").body(String::new()).unwrap();
    let manual = browser.page(PAGE).fetch(get()).redirect(Redirect::Manual).await.unwrap();
    assert_eq!((manual.kind(), manual.status()), (ResponseKind::OpaqueRedirect, None));
    assert!(manual.headers().is_empty());
    let error = browser.page(PAGE).fetch(get()).redirect(Redirect::Error).await.unwrap_err();
    assert!(matches!(error.cause(), NetworkErrorCause::Redirected(_)), "{error}");
}

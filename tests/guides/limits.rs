//! What CORS does not do.

use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{HeaderMap, header::COOKIE},
    routing::{get, post},
};
use http::StatusCode;
use tower::{Layer, service_fn};
use tower_cors::{
    Decision, Policy, Refuse,
    browser::{Browser, Credentials, Mode, ReferrerPolicy, ResponseKind},
};

use super::*;

const STRANGER: &str = "https://evil.example";

fn policy() -> Policy {
    builder().build_policy().unwrap()
}

/// As a form does, which has no preflight.
#[tokio::test]
async fn only_same_site_or_refusing_stops_the_form_of_a_stranger() {
    for (attributes, refuses, expected) in [
        ("SameSite=None; Secure", false, Some(Some("session=1"))),
        ("SameSite=Lax; Secure", false, Some(None)),
        ("SameSite=None; Secure", true, None),
    ] {
        let seen = Arc::new(Mutex::new(None));
        let keeper = Arc::clone(&seen);
        let transfer = async move |headers: HeaderMap| {
            let cookie = headers.get(COOKIE).map(|cookie| cookie.to_str().unwrap().to_owned());
            *keeper.lock().unwrap() = Some(cookie);
        };
        let builder = builder();
        let cors = if refuses {
            builder.refuse_disallowed_origins(Refuse::All).no_own_origins()
        } else {
            builder
        };
        let app: Router = Router::new().route("/transfer", post(transfer));
        let browser = Browser::new(app.layer(cors.build().unwrap()));
        browser
            .set_cookie("https://api.example.com/", &format!("session=1; {attributes}"))
            .unwrap();
        let form = Request::post("https://api.example.com/transfer").body(String::new()).unwrap();
        let mut page = browser.page(STRANGER);
        let fetch = page.fetch(form).mode(Mode::NoCors).credentials(Credentials::Include);
        assert_eq!(fetch.await.unwrap().kind(), ResponseKind::Opaque);
        let seen = seen.lock().unwrap().clone();
        let seen = seen.as_ref().map(Option::as_deref);
        assert_eq!(seen, expected, "{attributes} {refuses}");
    }
}

#[tokio::test]
async fn a_link_or_an_image_sends_no_origin_so_no_policy_refuses_it() {
    let cors = builder().refuse_disallowed_origins(Refuse::All).no_own_origins().build().unwrap();
    let app: Router = Router::new().route("/logo", get(async || "a picture")).layer(cors);
    let mut page = Browser::new(app).page(STRANGER);
    let image = Request::get("https://api.example.com/logo").body(String::new()).unwrap();
    page.fetch(image).mode(Mode::NoCors).await.unwrap();
    let exchange = &page.exchanges()[0];
    assert!(!exchange.request_headers().contains_key("origin"));
    assert_eq!(exchange.status(), Some(StatusCode::OK));
}

#[test]
fn a_program_reads_everything_and_may_use_any_method() {
    let policy = policy();
    for method in ["GET", "PUT", "DELETE"] {
        for origin in [None, Some(PAGE), Some(STRANGER)] {
            let mut request = Request::builder().method(method).uri("/items");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let decision = policy.decide(&request.body(()).unwrap());
            assert!(matches!(decision, Decision::Forward(_)), "{method} {origin:?}");
        }
    }
}

#[test]
fn a_handshake_of_a_stranger_passes_unless_upgrades_are_refused() {
    let handshake = Request::get("/chat").header("origin", STRANGER).header("upgrade", "websocket");
    let handshake = handshake.body(()).unwrap();
    assert!(matches!(policy().decide(&handshake), Decision::Forward(_)));
    let refusing = builder().refuse_disallowed_origins(Refuse::Upgrades).no_own_origins();
    let Decision::Respond(response) = refusing.build_policy().unwrap().decide(&handshake) else {
        panic!("it passes")
    };
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

/// So it can measure the time.
#[tokio::test]
async fn a_page_learns_when_a_response_comes_that_it_cannot_read() {
    let app = cors().layer(service_fn(|_: Request<String>| {
        ready(Ok::<_, Infallible>(Response::new(String::from("a secret"))))
    }));
    let mut page = Browser::new(app).page(STRANGER);
    let search = Request::get("https://api.example.com/search").body(String::new()).unwrap();
    let fetch = page.fetch(search).mode(Mode::NoCors).referrer_policy(ReferrerPolicy::NoReferrer);
    let response = fetch.await.unwrap();
    assert_eq!((response.kind(), response.status()), (ResponseKind::Opaque, None));
    assert!(response.headers().is_empty());
    assert_eq!(response.into_body(), None);
}

#[test]
fn a_timing_header_is_sent_only_if_it_is_allowed() {
    for (allows, header) in [(false, None), (true, Some(PAGE))] {
        let policy = builder().allow_timing(allows).build_policy().unwrap();
        let request = Request::get("/").header("origin", PAGE).body(()).unwrap();
        let Decision::Forward(headers) = policy.decide(&request) else { panic!("it responds") };
        let mut found = http::HeaderMap::new();
        headers.apply(&mut found);
        let found = found.get("timing-allow-origin").map(|value| value.to_str().unwrap());
        assert_eq!(found, header);
    }
}

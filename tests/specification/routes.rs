//! Decisions that depend on the inner service: forwarded preflights, and the methods of a route.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    routing::{any, get},
};
use http::{HeaderValue, StatusCode};
use tower::{Layer, ServiceExt};
use tower_cors::{CorsLayer, CorsLayerBuilder, Policy, Refusal};

use crate::{
    actor::Actor::{AllowedOrigin, Stranger},
    case::{check, check_over, expected, lines, preflight, preflighted, simple},
    headers::{
        ALLOW_ORIGIN, ALLOW_PUT, CREDENTIALS, Header, PREFLIGHT_VARY, PRIVATE_NETWORK,
        REQUEST_HEADERS, VARY,
    },
    inner::{BODY, Inner},
    reports::ours,
};

const DELETE_AND_PUT: Header<'_> = (ALLOW_PUT.0, "DELETE,PUT");

#[tokio::test]
async fn the_inner_service_answers_a_forwarded_preflight() {
    let layer = ours().forward_preflights(true).max_age(Duration::from_secs(60)).build().unwrap();
    let granted = [DELETE_AND_PUT, ALLOW_ORIGIN, ("access-control-max-age", "60"), PREFLIGHT_VARY];
    let own = ("x-inner", "1");
    for (status, header, kept) in [
        (200, own, &[own][..]),
        (404, own, &[own]),
        (204, ("access-control-allow-origin", "*"), &[]),
        (204, ("access-control-max-age", "5"), &[]),
    ] {
        let inner = Inner::new(status, &[header]);
        let asks = preflight("PUT /items").from(AllowedOrigin);
        let request = asks.request();
        check_over(&inner, &layer, &[asks.clone().forwarded(&[&granted, kept].concat())]).await;
        let [seen] = &inner.take_requests()[..] else { panic!("it is called once") };
        assert_eq!(lines(seen.headers()), lines(request.headers()), "it sees all of it");

        let response = layer.layer(inner).oneshot(request).await.unwrap();
        assert_eq!(response.body(), BODY);
    }
    let cases = [
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY]),
        preflight("PATCH").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
    ];
    check_over(&Inner::new(200, &[own]), &layer, &cases).await;
}

#[tokio::test]
async fn a_forwarded_preflight_gets_all_lines_that_are_sent_back() {
    let layer = CorsLayer::builder()
        .allow_origin(AllowedOrigin.origin())
        .allow_credentials(true)
        .allow_any_header()
        .forward_preflights(true)
        .build()
        .unwrap();
    let names = |names| ("access-control-allow-headers", names);
    let asks = preflight("GET").from(AllowedOrigin);
    let asks = asks.with((REQUEST_HEADERS, "x-b")).with((REQUEST_HEADERS, "x-a"));
    let headers = [ALLOW_ORIGIN, CREDENTIALS, names("x-b"), names("x-a"), PREFLIGHT_VARY];
    check(&layer, &[asks.forwarded(&headers)]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_preflight_is_allowed_the_methods_that_the_route_lists() {
    let any_method = || CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_any_method();
    let (all, put) = (Some("DELETE,PUT"), Some("PUT"));
    let rows: [(CorsLayerBuilder, u16, Header<'_>, &str, Option<&str>); 20] = [
        (ours(), 405, ("allow", "GET,HEAD,PUT"), "PUT", put),
        (ours(), 405, ("allow", "GET, HEAD, PUT ,DELETE"), "PUT", all),
        (ours(), 200, ("allow", "PUT"), "PUT", put),
        (ours(), 401, ("allow", "PUT"), "PUT", put),
        (ours(), 405, ("allow", "GET,HEAD"), "PUT", None),
        (ours(), 405, ("allow", ""), "PUT", None),
        (ours(), 405, ("allow", "put"), "PUT", None),
        (ours(), 404, ("x-inner", "1"), "PUT", None),
        (ours(), 404, ("allow", "PUT"), "PUT", None),
        // The response lists no methods, so the configuration decides.
        (ours(), 405, ("x-inner", "1"), "PUT", all),
        (ours(), 401, ("x-inner", "1"), "PUT", all),
        (ours(), 200, ("x-inner", "1"), "PUT", all),
        (ours(), 500, ("x-inner", "1"), "PUT", all),
        // Safelisted methods are always allowed, and are not listed.
        (ours(), 404, ("x-inner", "1"), "POST", Some("")),
        (ours(), 405, ("allow", "GET,HEAD"), "POST", Some("")),
        (any_method(), 405, ("allow", "GET,LOCK,PUT,*"), "LOCK", Some("LOCK,PUT")),
        (any_method(), 405, ("allow", "GET,*"), "LOCK", None),
        // What is no token is no method.
        (any_method(), 405, ("allow", "?ET, LO CK, PUT"), "PUT", put),
        (any_method(), 405, ("allow", "?ET, LO CK"), "LOCK", None),
        (ours(), 405, ("allow", "PUT;q=1"), "PUT", None),
    ];
    for (builder, status, header, method, methods) in rows {
        let layer = builder.allow_methods_of_route().build().unwrap();
        let inner = Inner::new(status, &[header]);
        let further = ("x-further", "1");
        let asks = preflight(&format!("{method} /items?a=b")).from(AllowedOrigin).with(PRIVATE_NETWORK).with(further);
        let case = match methods {
            None => asks.clone().answered_for_route(403, &[PREFLIGHT_VARY]),
            Some("") => asks.clone().answered_for_route(204, &[ALLOW_ORIGIN, PREFLIGHT_VARY]),
            Some(methods) => asks.clone().answered_for_route(204, &[(ALLOW_PUT.0, methods), ALLOW_ORIGIN, PREFLIGHT_VARY]),
        };
        check_over(&inner, &layer, &[case]).await;
        // The inner service sees a plain OPTIONS.
        let [seen] = &inner.take_requests()[..] else { panic!("{asks}: it is called once") };
        assert_eq!((seen.method().as_str(), seen.uri().to_string()), ("OPTIONS", "/items?a=b".into()), "{asks}");
        assert_eq!(lines(seen.headers()), expected(&[("origin", AllowedOrigin.origin()), further]), "{asks}");

        let response = layer.layer(inner).oneshot(asks.request()).await.unwrap();
        assert_eq!(response.body(), "", "{asks}");
    }
}

/// The route's methods are not looked up for a preflight that the policy refuses, nor for other requests.
#[tokio::test]
async fn a_route_is_not_asked_about_what_its_methods_do_not_decide() {
    let layer = ours().allow_methods_of_route().build().unwrap();
    let allow = ("allow", "GET");
    let cases = [
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY]),
        preflight("PATCH").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[
            ALLOW_ORIGIN,
            allow,
            PREFLIGHT_VARY,
        ]),
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, allow, VARY]),
    ];
    check_over(&Inner::new(405, &[allow]), &layer, &cases).await;
}

#[tokio::test]
async fn axum_lists_the_methods_of_its_routes() {
    let items = Router::new()
        .route("/items", get(async || "all items").put(async || "changed"))
        .route("/items/{id}", get(async || "one").delete(async || "gone"))
        .route("/any", any(async || "anything"));
    let cors = ours().allow_methods_of_route().build().unwrap();
    let app: Router = Router::new().fallback_service(cors.layer(items));
    for (line, methods) in [
        ("PUT /items", Some("PUT")),
        ("DELETE /items", None),
        ("DELETE /items/1", Some("DELETE")),
        ("PUT /items/1", None),
        ("PUT /nothing", None),
        // This route takes every method, even `OPTIONS`, and lists none.
        ("PUT /any", Some("DELETE,PUT")),
    ] {
        let asks = preflight(line).from(AllowedOrigin);
        let response = app.clone().oneshot(asks.request().map(|()| Body::empty())).await.unwrap();
        let (status, headers) = match methods {
            Some(methods) => (204, vec![(ALLOW_PUT.0, methods), ALLOW_ORIGIN, PREFLIGHT_VARY]),
            None => (403, vec![PREFLIGHT_VARY]),
        };
        assert_eq!(response.status(), status, "{asks}");
        let mut found = lines(response.headers());
        // These are axum's own.
        found.retain(|(name, _)| name != "allow" && name != "content-length");
        assert_eq!(found, expected(&headers), "{asks}");
    }
    let asks = simple("GET /items").from(AllowedOrigin);
    let response = app.oneshot(asks.request().map(|()| Body::empty())).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["vary"], VARY.1);
}

/// With `diagnose`, the browser's own check names the method.
#[tokio::test]
async fn a_diagnosis_lists_the_methods_of_the_route() {
    let layer = ours().allow_methods_of_route().diagnose(true).build().unwrap();
    let case = preflight("PUT").from(AllowedOrigin).answered_for_route(
        204,
        &[
            (ALLOW_PUT.0, "DELETE"),
            ALLOW_ORIGIN,
            PREFLIGHT_VARY,
            ("x-cors-refusal", "method-not-of-route PUT"),
        ],
    );
    check_over(&Inner::new(405, &[("allow", "GET,DELETE")]), &layer, &[case]).await;
}

/// The engine alone cannot know the inner service's response.
#[test]
fn a_policy_alone_allows_the_configured_methods() {
    let policy: Policy = ours().allow_methods_of_route().build_policy().unwrap();
    let request = preflight("PUT").from(AllowedOrigin).request();
    assert_eq!(policy.explain(&request).refusal, None);
}

#[test]
fn refusals_of_the_inner_service_have_names() {
    let refusals = [
        Refusal::InnerStatus(StatusCode::NOT_FOUND),
        Refusal::MethodNotOfRoute(HeaderValue::from_static("PUT")),
    ];
    assert_eq!(refusals.map(|refusal| refusal.name()), ["inner-status", "method-not-of-route"]);
}

//! Policies that a closure chooses for each request.

use http::{HeaderValue, Method, Request};
use tower_cors::{AnySource, CorsLayer, Policy, Refuse, RequestHead, Select};

use crate::{
    actor::Actor::{AllowedOrigin, OwnPage, Partner, Stranger},
    case::{check, check_over, non_cors, preflight, preflighted, simple},
    first_match::{everyone, ours},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, ALLOW_PUT, CREDENTIALS, PREFLIGHT_VARY, REFUSAL_VARY,
        STATIC_PREFLIGHT_VARY, VARY,
    },
    inner::{FOREIGN, Inner},
};

#[tokio::test]
async fn a_path_can_choose_the_policy() {
    let (ours, everyone) = (ours(), everyone());
    let layer = CorsLayer::select(move |request| match request.uri.path() {
        "/public" => Some(everyone.clone()),
        "/metrics" => None,
        _ => Some(ours.clone()),
    });
    let allowed = [CREDENTIALS, ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY];
    let cases = [
        non_cors("GET /public").forwarded(&[ALLOW_ANY]),
        simple("GET /public").from(Partner).forwarded(&[ALLOW_ANY]),
        preflight("PUT /public").from(AllowedOrigin).refused(&[STATIC_PREFLIGHT_VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Partner).forwarded(&[VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&allowed),
    ];
    check(&layer, &cases).await;
    // Without a policy, nothing is changed.
    let cases = [
        non_cors("GET /metrics").forwarded(&[FOREIGN]),
        simple("GET /metrics").from(AllowedOrigin).forwarded(&[FOREIGN]),
        preflight("PUT /metrics").from(AllowedOrigin).forwarded(&[FOREIGN]),
    ];
    check_over(&Inner::foreign(), &layer, &cases).await;
}

/// The chosen policies tell shared caches which header the closure reads.
#[tokio::test]
async fn a_header_can_choose_the_policy() {
    let of_tenant = |origin: &str| {
        Policy::builder().allow_origin(origin).vary_on("x-tenant").build_policy().unwrap()
    };
    let (acme, initech) = (of_tenant(AllowedOrigin.origin()), of_tenant(Partner.origin()));
    let layer = CorsLayer::select(move |request| {
        let tenant = request.headers.get("x-tenant")?;
        Some(if tenant == "acme" { acme.clone() } else { initech.clone() })
    });
    let vary = ("vary", "origin, x-tenant");
    let (acme, initech) = (("x-tenant", "acme"), ("x-tenant", "initech"));
    // A script cannot send the header without a preflight.
    let get = || preflighted("GET").from(AllowedOrigin);
    let cases = [
        get().with(acme).forwarded(&[ALLOW_ORIGIN, vary]),
        get().with(initech).forwarded(&[vary]),
        non_cors("GET").with(initech).forwarded(&[vary]),
        simple("GET").from(AllowedOrigin).forwarded(&[FOREIGN]),
    ];
    check_over(&Inner::foreign(), &layer, &cases).await;
}

#[tokio::test]
async fn policies_for_different_paths_may_differ_in_all_options() {
    let tool = Policy::builder()
        .allow_origin(AllowedOrigin.origin())
        .refuse_disallowed_origins(Refuse::All)
        .own_origin(OwnPage.origin())
        .build_policy()
        .unwrap();
    let everyone = everyone();
    let layer = CorsLayer::select(move |request| {
        Some(if request.uri.path() == "/tool" { tool.clone() } else { everyone.clone() })
    });
    let cases = [
        simple("POST /tool").from(Stranger).refused(&[REFUSAL_VARY]),
        simple("POST /tool").from(OwnPage).forwarded(&[VARY]),
        simple("POST").from(Stranger).forwarded(&[ALLOW_ANY]),
    ];
    check(&layer, &cases).await;
}

#[test]
fn the_debug_output_names_the_source() {
    let select: CorsLayer<Select> = CorsLayer::select(|_| None::<Policy>);
    assert_eq!(format!("{select:?}"), "CorsLayer { source: select(..) }");
}

#[tokio::test]
async fn a_layer_of_another_kind_can_be_chosen() {
    let parts = CorsLayer::first_match([ours(), everyone()]).unwrap().boxed();
    let public = CorsLayer::public().boxed();
    let layer = CorsLayer::select(move |request| match request.uri.path() {
        "/public" => Some(public.clone()),
        "/metrics" => None,
        _ => Some(parts.clone()),
    });
    let cases = [
        simple("GET /public").from(AllowedOrigin).forwarded(&[ALLOW_ANY]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Partner).forwarded(&[ALLOW_ANY, VARY]),
        non_cors("GET /public").forwarded(&[ALLOW_ANY]),
    ];
    check(&layer, &cases).await;
}

#[tokio::test]
async fn layers_of_different_kinds_can_have_one_type() {
    let layers: [CorsLayer<AnySource>; 2] = [
        CorsLayer::public().boxed(),
        CorsLayer::first_match([ours(), everyone()]).unwrap().boxed(),
    ];
    let get = || simple("GET").from(AllowedOrigin);
    check(&layers[0], &[get().forwarded(&[ALLOW_ANY])]).await;
    check(&layers[1], &[get().forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY])]).await;
    assert_eq!(format!("{:?}", layers[0]), "CorsLayer { source: boxed(..) }");
}

#[tokio::test]
async fn the_method_can_choose_the_policy() {
    let (ours, everyone) = (ours(), everyone());
    let layer = CorsLayer::select(move |request| {
        let is_read = request.announced_method() == Method::GET;
        Some(if is_read { everyone.clone() } else { ours.clone() })
    });
    let cases = [
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ANY]),
        preflight("GET").from(AllowedOrigin).allowed(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        preflighted("PUT").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&[
            CREDENTIALS,
            ALLOW_PUT,
            ALLOW_ORIGIN,
            PREFLIGHT_VARY,
        ]),
    ];
    check(&layer, &cases).await;
}

#[test]
fn the_announced_method_is_that_of_a_preflight_or_the_request_s_own() {
    let announced = |method: &str, requested: &[&str], has_origin: bool| {
        let mut request = Request::builder().method(method).body(()).unwrap();
        let headers = request.headers_mut();
        if has_origin {
            headers.insert("origin", HeaderValue::from_static("https://example.com"));
        }
        for value in requested {
            headers.append("access-control-request-method", value.parse().unwrap());
        }
        RequestHead::from(&request).announced_method().to_string()
    };
    let long = "A".repeat(65);
    for (method, requested, has_origin, expected) in [
        ("OPTIONS", &["PUT"][..], true, "PUT"),
        ("OPTIONS", &["chicken"], true, "chicken"),
        ("OPTIONS", &["PUT"], false, "OPTIONS"),
        ("OPTIONS", &[], true, "OPTIONS"),
        ("GET", &["PUT"], true, "GET"),
        ("OPTIONS", &["PUT", "PUT"], true, "OPTIONS"),
        ("OPTIONS", &["P T"], true, "OPTIONS"),
        ("OPTIONS", &[""], true, "OPTIONS"),
        ("OPTIONS", &[&long], true, "OPTIONS"),
    ] {
        let found = announced(method, requested, has_origin);
        assert_eq!(found, expected, "{method} {requested:?} {has_origin}");
    }
}

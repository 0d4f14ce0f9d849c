//! Policies of which the first that allows the origin decides.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use tower::{Layer, ServiceExt};
use tower_cors::{CorsLayer, CorsLayerBuilder, Policy, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, Null, OwnPage, Partner, Stranger},
    case::{check, check_over, non_cors, preflight, preflighted, simple},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, ALLOW_PARTNER, ALLOW_PUT, CREDENTIALS, PREFLIGHT_VARY,
        PRIVATE_NETWORK, SAME_ORIGIN, VARY,
    },
    inner::Inner,
};

pub(crate) fn ours() -> Policy {
    Policy::builder()
        .allow_origin(AllowedOrigin.origin())
        .allow_credentials(true)
        .allow_method("PUT")
        .build_policy()
        .unwrap()
}

pub(crate) fn everyone() -> Policy {
    Policy::builder().allow_any_origin().build_policy().unwrap()
}

/// Options for the whole layer are set on one builder, and each part is built from a clone of it.
pub(crate) fn parts(all: &CorsLayerBuilder) -> [Policy; 2] {
    let ours = all.clone().allow_origin(AllowedOrigin.origin()).allow_credentials(true);
    let partner = all.clone().allow_origin(Partner.origin()).allow_private_network(true);
    [ours, partner].map(|part| part.allow_method("PUT").build_policy().unwrap())
}

#[tokio::test]
#[rustfmt::skip]
async fn the_first_policy_that_allows_the_origin_decides() {
    let layer = CorsLayer::first_match([ours(), everyone()]).unwrap();
    check(&layer, &[
        non_cors("GET").forwarded(&[ALLOW_ANY, VARY]),
        non_cors("OPTIONS").forwarded(&[ALLOW_ANY, PREFLIGHT_VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Partner).forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").from(Null).forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").from(AllowedOrigin).from(AllowedOrigin).forwarded(&[ALLOW_ANY, VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&[CREDENTIALS, ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY]),
        // It decides about the method and the headers, too.
        preflight("DELETE").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
        preflight("PUT").from(Partner).refused(&[PREFLIGHT_VARY]),
        preflight("GET").from(Partner).allowed(&[ALLOW_ANY, PREFLIGHT_VARY]),
    ]).await;

    let partner = Policy::builder().allow_origin(Partner.origin()).expose_header("x-a");
    let layer = CorsLayer::first_match([ours(), partner.build_policy().unwrap()]).unwrap();
    check(&layer, &[
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Partner).forwarded(&[ALLOW_PARTNER, ("access-control-expose-headers", "x-a"), VARY]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn all_policies_vary_by_what_one_varies_by() {
    let tenants = Policy::builder()
        .allow_origin_if(|_, request| request.headers.contains_key("x-tenant"))
        .vary_on("x-tenant")
        .build_policy()
        .unwrap();
    let layer = CorsLayer::first_match([ours(), tenants, everyone()]).unwrap();
    let vary = ("vary", "origin, x-tenant");
    let preflight_vary = ("vary", "origin, x-tenant, access-control-request-method, access-control-request-headers");
    check(&layer, &[
        non_cors("GET").forwarded(&[ALLOW_ANY, vary]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, vary]),
        simple("GET").from(Partner).forwarded(&[ALLOW_ANY, vary]),
        preflighted("GET").from(Partner).with(("x-tenant", "acme")).forwarded(&[ALLOW_PARTNER, vary]),
        preflight("GET").from(Partner).allowed(&[ALLOW_ANY, preflight_vary]),
    ]).await;
}

/// The `Vary` of a response does not reveal which policy decided.
#[tokio::test]
async fn all_policies_vary_by_the_same_in_the_same_order() {
    let part = |origin: &str, name: &str| {
        Policy::builder().allow_origin(origin).vary_on(name).build_policy().unwrap()
    };
    let everyone = Policy::builder().allow_any_origin().vary_on("x-c").build_policy().unwrap();
    let parts = [part(AllowedOrigin.origin(), "x-b"), part(Partner.origin(), "x-a"), everyone];
    let layer = CorsLayer::first_match(parts).unwrap();
    let vary = ("vary", "origin, x-b, x-a, x-c");
    let preflight_vary = (
        "vary",
        "origin, x-b, x-a, x-c, access-control-request-method, access-control-request-headers",
    );
    let cases = [
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, vary]),
        simple("GET").from(Partner).forwarded(&[ALLOW_PARTNER, vary]),
        simple("GET").from(Stranger).forwarded(&[ALLOW_ANY, vary]),
        preflight("PUT").from(AllowedOrigin).refused(&[preflight_vary]),
        preflight("PUT").from(Partner).refused(&[preflight_vary]),
        preflight("PUT").from(Stranger).refused(&[preflight_vary]),
    ];
    check(&layer, &cases).await;
}

/// No policy allows a refused origin, so the order of the policies makes no difference to it.
#[tokio::test]
#[rustfmt::skip]
async fn policies_refuse_together() {
    let all = CorsLayer::builder()
        .refuse_disallowed_origins(Refuse::All)
        .own_origin(OwnPage.origin())
        .vary_on("x-a");
    let layer = CorsLayer::first_match(parts(&all)).unwrap();
    let (vary, refusal_vary) = (("vary", "origin, x-a"), ("vary", "origin, x-a, sec-fetch-site"));
    let preflight_vary = ("vary", "origin, x-a, access-control-request-method, access-control-request-headers, access-control-request-private-network");
    let private_network = ("access-control-allow-private-network", "true");
    check(&layer, &[
        non_cors("POST").forwarded(&[vary]),
        simple("POST").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, vary]),
        simple("POST").from(Partner).forwarded(&[ALLOW_PARTNER, vary]),
        simple("POST").from(OwnPage).forwarded(&[vary]),
        non_cors("POST").from(Stranger).with(SAME_ORIGIN).forwarded(&[refusal_vary]),
        simple("POST").from(Stranger).refused(&[refusal_vary]),
        simple("POST").from(Null).refused(&[refusal_vary]),
        simple("POST").from(AllowedOrigin).from(AllowedOrigin).refused(&[refusal_vary]),
        preflight("PUT").from(AllowedOrigin).with(PRIVATE_NETWORK).allowed(&[CREDENTIALS, ALLOW_PUT, ALLOW_ORIGIN, preflight_vary]),
        preflight("PUT").from(Partner).with(PRIVATE_NETWORK).allowed(&[ALLOW_PUT, ALLOW_PARTNER, private_network, preflight_vary]),
        preflight("PUT").from(Stranger).refused(&[preflight_vary]),
        preflight("DELETE").from(AllowedOrigin).refused(&[preflight_vary]),
        preflight("DELETE").from(Partner).refused(&[preflight_vary]),
    ]).await;
}

/// If one policy writes the header, all remove the inner service's.
#[tokio::test]
async fn no_policy_keeps_a_timing_header_that_another_writes() {
    const TIMING: &str = "timing-allow-origin";
    let builder = |origin| Policy::builder().allow_origin(origin);
    let timing = builder(AllowedOrigin.origin()).allow_timing(true).build_policy().unwrap();
    let partner = builder(Partner.origin()).build_policy().unwrap();
    let layer = CorsLayer::first_match([timing, partner]).unwrap();
    let written = (TIMING, AllowedOrigin.origin());
    let cases = [
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, written, VARY]),
        simple("GET").from(Partner).forwarded(&[ALLOW_PARTNER, VARY]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
    ];
    let inner = Inner::new(200, &[(TIMING, "*")]);
    check_over(&inner, &layer, &cases).await;

    let ours = builder(AllowedOrigin.origin()).build_policy().unwrap();
    let partner = builder(Partner.origin()).build_policy().unwrap();
    let layer = CorsLayer::first_match([ours, partner]).unwrap();
    let cases = [
        simple("GET").from(AllowedOrigin).forwarded(&[(TIMING, "*"), ALLOW_ORIGIN, VARY]),
        simple("GET").from(Stranger).forwarded(&[(TIMING, "*"), VARY]),
    ];
    check_over(&inner, &layer, &cases).await;
}

#[tokio::test]
async fn a_predicate_is_asked_once_a_request() {
    let count = Arc::new(AtomicUsize::new(0));
    let asking = |answer: bool| {
        let counter = Arc::clone(&count);
        let builder = Policy::builder().allow_origin_if(move |_, _| {
            counter.fetch_add(1, Ordering::Relaxed);
            answer
        });
        builder.allow_method("PUT").build_policy().unwrap()
    };
    let second = CorsLayer::first_match([asking(false), asking(true), asking(true)]).unwrap();
    let none = CorsLayer::first_match([asking(false), asking(false)]).unwrap();
    for (layer, ask, times) in [
        (&second, non_cors("GET"), 0),
        (&second, simple("GET").from(AllowedOrigin), 2),
        (&second, preflight("PUT").from(AllowedOrigin), 2),
        (&second, simple("GET").from(Null), 0),
        (&none, simple("GET").from(AllowedOrigin), 2),
    ] {
        layer.layer(Inner::silent()).oneshot(ask.request()).await.unwrap();
        assert_eq!(count.swap(0, Ordering::Relaxed), times, "{ask}");
    }
}

/// All policies have the same hook. It is called once a request, whichever decides, and even if a predicate panics.
#[tokio::test]
async fn each_request_is_reported_once() {
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reports);
    let all = Policy::builder().allow_method("PUT").on_decision(move |request, outcome| {
        seen.lock().unwrap().push(format!("{} {outcome}", request.method));
    });
    let asking = |origin: &'static str| {
        let asking = all.clone().allow_origin_if(move |found, _| {
            assert!(found.as_str() != origin, "a slip");
            false
        });
        asking.build_policy().unwrap()
    };
    let listing = |origin: &str| all.clone().allow_origin(origin).build_policy().unwrap();
    let (first, last) = (asking("https://first.example"), asking("https://last.example"));
    let parts = [first, listing(AllowedOrigin.origin()), listing(Partner.origin()), last];
    let layer = CorsLayer::first_match(parts).unwrap();
    for (ask, expected) in [
        (simple("GET").from(AllowedOrigin), "GET simple request, allowed"),
        (simple("GET").from(Partner), "GET simple request, allowed"),
        (non_cors("GET"), "GET no CORS request"),
        (preflight("PUT").from(AllowedOrigin), "OPTIONS preflight, allowed"),
        (simple("GET").from(Null), "GET simple request, refused: origin `null` is not allowed"),
        (
            simple("GET").from(Stranger),
            "GET simple request, refused: origin `https://evil.example` is not allowed",
        ),
        (
            simple("GET").with(("origin", "https://first.example")),
            "GET simple request, refused: the request ended before the predicate decided",
        ),
        (
            preflight("PUT").with(("origin", "https://last.example")),
            "OPTIONS preflight, refused: the request ended before the predicate decided",
        ),
    ] {
        let (layer, request) = (layer.clone(), ask.request());
        let sent = async move { layer.layer(Inner::silent()).oneshot(request).await };
        let panics = tokio::spawn(sent).await.is_err();
        assert_eq!(panics, expected.ends_with("predicate decided"), "{ask}");
        assert_eq!(std::mem::take(&mut *reports.lock().unwrap()), [expected], "{ask}");
    }
}

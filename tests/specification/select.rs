//! Policies that a closure chooses for each request.

use tower_cors::{CorsLayer, Policy, Refuse, Select};

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
    let select: CorsLayer<Select> = CorsLayer::select(|_| None);
    assert_eq!(format!("{select:?}"), "CorsLayer { source: select(..) }");
}

//! `OPTIONS` requests that are no preflights. What a cache keeps of one must not answer a preflight, so their responses
//! vary like those to preflights.

use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Policy, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, Null, OwnPage, Partner, Stranger},
    case::{check, check_over, non_cors, preflight, preflighted},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, ALLOW_PARTNER, CREDENTIALS, OPTIONS_REFUSAL_VARY, PREFLIGHT_VARY,
        PRIVATE_NETWORK, REQUEST_METHOD as METHOD, SAME_ORIGIN, STATIC_PREFLIGHT_VARY, VARY,
    },
    inner::{FOREIGN, Inner},
    refusing::{ours, refusing},
};

#[tokio::test]
#[rustfmt::skip]
async fn they_vary_like_preflights_with_an_allowlist() {
    check(&ours().build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[PREFLIGHT_VARY]),
        non_cors("OPTIONS").with((METHOD, "PUT")).forwarded(&[PREFLIGHT_VARY]),
        non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN).forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Null).forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).from(AllowedOrigin).forwarded(&[PREFLIGHT_VARY]),
        // Methods are case-sensitive.
        preflighted("options").from(AllowedOrigin).with((METHOD, "PUT")).forwarded(&[ALLOW_ORIGIN, VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn they_vary_like_preflights_with_any_origin() {
    let any = CorsLayer::builder().allow_any_origin();
    check(&any.clone().build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).forwarded(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Null).forwarded(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN).forwarded(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        non_cors("GET").forwarded(&[ALLOW_ANY]),
    ]).await;
    check(&CorsLayer::public(), &[
        preflighted("OPTIONS").from(Stranger).forwarded(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
    ]).await;
    let reflecting = any.allow_credentials(true).dangerously_allow(Danger::AnyOriginWithCredentials);
    check(&reflecting.build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Null).forwarded(&[PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn they_vary_by_sec_fetch_site_too_where_it_decides_about_a_refusal() {
    let websocket = ("upgrade", "websocket");
    check(&refusing(Refuse::All).build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).refused(&[OPTIONS_REFUSAL_VARY]),
        preflighted("OPTIONS").from(Null).refused(&[OPTIONS_REFUSAL_VARY]),
        preflighted("OPTIONS").from(OwnPage).forwarded(&[PREFLIGHT_VARY]),
        non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN).forwarded(&[OPTIONS_REFUSAL_VARY]),
        preflight("PUT").from(Stranger).with(SAME_ORIGIN).refused(&[PREFLIGHT_VARY]),
    ]).await;
    check(&refusing(Refuse::Upgrades).build().unwrap(), &[
        preflighted("OPTIONS").from(Stranger).forwarded(&[PREFLIGHT_VARY]),
        non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN).forwarded(&[PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).with(websocket).refused(&[OPTIONS_REFUSAL_VARY]),
        non_cors("OPTIONS").from(Stranger).with(websocket).with(SAME_ORIGIN).forwarded(&[OPTIONS_REFUSAL_VARY]),
    ]).await;
    let reason = ("x-cors-refusal", "origin-not-allowed https://evil.example");
    check(&refusing(Refuse::All).diagnose(true).build().unwrap(), &[
        preflighted("OPTIONS").from(Stranger).refused(&[OPTIONS_REFUSAL_VARY, reason]),
    ]).await;
    check(&ours().diagnose(true).build().unwrap(), &[
        preflighted("OPTIONS").from(Stranger).forwarded(&[PREFLIGHT_VARY, reason]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn they_vary_by_all_that_preflights_vary_by() {
    let vary = ("vary", "origin, x-tenant, access-control-request-method, access-control-request-headers, access-control-request-private-network");
    let all = |builder: CorsLayerBuilder| builder.vary_on("x-tenant").allow_private_network(true);
    check(&all(ours()).build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[vary]),
        preflighted("OPTIONS").from(AllowedOrigin).with(PRIVATE_NETWORK).forwarded(&[ALLOW_ORIGIN, vary]),
        preflighted("OPTIONS").from(Stranger).forwarded(&[vary]),
        preflight("PUT").from(Stranger).refused(&[vary]),
    ]).await;
    let refusal_vary = format!("{}, sec-fetch-site", vary.1);
    let refusal_vary = ("vary", refusal_vary.as_str());
    check(&all(refusing(Refuse::All)).build().unwrap(), &[
        preflighted("OPTIONS").from(Stranger).refused(&[refusal_vary]),
        non_cors("OPTIONS").from(Stranger).with(SAME_ORIGIN).forwarded(&[refusal_vary]),
    ]).await;
    check(&all(ours()).forward_preflights(true).build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[vary]),
        preflighted("OPTIONS").from(Stranger).forwarded(&[vary]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn they_vary_like_preflights_in_every_part_of_a_first_match() {
    let builder = |origin: &str| Policy::builder().allow_origin(origin);
    let build = |builder: CorsLayerBuilder| builder.build_policy().unwrap();
    let everyone = build(Policy::builder().allow_any_origin());
    let timing = build(builder(AllowedOrigin.origin()).allow_timing(true));
    let layer = CorsLayer::first_match([timing, build(builder(Partner.origin())), everyone]).unwrap();
    let (tao, any_tao) = (("timing-allow-origin", AllowedOrigin.origin()), ("timing-allow-origin", "*"));
    check_over(&Inner::new(200, &[any_tao]), &layer, &[
        non_cors("OPTIONS").forwarded(&[ALLOW_ANY, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, tao, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Partner).forwarded(&[ALLOW_PARTNER, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).forwarded(&[ALLOW_ANY, PREFLIGHT_VARY]),
    ]).await;
    let refusing = |origin: &str| build(builder(origin).refuse_disallowed_origins(Refuse::All).no_own_origins());
    let layer = CorsLayer::first_match([refusing(AllowedOrigin.origin()), refusing(Partner.origin())]).unwrap();
    check(&layer, &[
        preflighted("OPTIONS").from(Partner).forwarded(&[ALLOW_PARTNER, PREFLIGHT_VARY]),
        preflighted("OPTIONS").from(Stranger).refused(&[OPTIONS_REFUSAL_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn their_vary_lines_are_kept() {
    let (method, names) = ("access-control-request-method", "access-control-request-headers");
    let layer = ours().build().unwrap();
    check_over(&Inner::new(200, &[("vary", "accept")]), &layer, &[
        non_cors("OPTIONS").forwarded(&[("vary", "accept"), PREFLIGHT_VARY]),
    ]).await;
    check_over(&Inner::new(200, &[VARY]), &layer, &[
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY, ("vary", method), ("vary", names)]),
    ]).await;
    check_over(&Inner::new(200, &[("vary", "*")]), &layer, &[
        non_cors("OPTIONS").forwarded(&[("vary", "*")]),
    ]).await;
    check_over(&Inner::foreign(), &ours().report_only(true).build().unwrap(), &[
        non_cors("OPTIONS").forwarded(&[FOREIGN]),
    ]).await;
}

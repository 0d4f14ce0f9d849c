//! `echo_beside_wildcard`: what a preflight requests is sent back beside `*`.

use tower_cors::{CorsLayer, CorsLayerBuilder, Policy, Refusal};

use crate::{
    actor::Actor::{AllowedOrigin, Partner, Stranger},
    case::{Ask, check, check_over, preflight, simple},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, ALLOW_PARTNER, ALLOW_PUT, Header, PREFLIGHT_VARY,
        REQUEST_HEADERS as NAMES, STATIC_PREFLIGHT_VARY,
    },
    inner::Inner,
};

fn any() -> CorsLayerBuilder {
    CorsLayer::builder().allow_any_origin().allow_any_method().allow_any_header()
}

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin())
}

fn methods(value: &str) -> Header<'_> {
    (ALLOW_PUT.0, value)
}

fn names(value: &str) -> Header<'_> {
    ("access-control-allow-headers", value)
}

/// A preflight for `POST`, which is not named.
fn asking(lines: &[&[u8]]) -> Ask {
    lines.iter().fold(preflight("POST").from(Stranger), |ask, line| ask.with((NAMES, line)))
}

#[tokio::test]
#[rustfmt::skip]
async fn the_requested_method_and_names_are_sent_beside_the_wildcards() {
    let answer = |listed| [methods(listed), names("*"), ALLOW_ANY, STATIC_PREFLIGHT_VARY];
    check(&any().echo_beside_wildcard(true).build().unwrap(), &[
        preflight("PUT").from(Stranger).allowed(&answer("*,PUT")),
        preflight("patch").from(Stranger).allowed(&answer("*,patch")),
        preflight("PUT").from(Stranger).with((NAMES, "x-a,x-b"))
            .allowed(&[methods("*,PUT"), names("*,x-a,x-b"), ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        // Safelisted methods need no name.
        preflight("GET").from(Stranger).allowed(&answer("*")),
        preflight("HEAD").from(Stranger).allowed(&answer("*")),
        preflight("POST").from(Stranger).with((NAMES, "content-type"))
            .allowed(&[methods("*"), names("*,content-type"), ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        // This is a token, and names nothing new.
        preflight("*").from(Stranger).with((NAMES, "*"))
            .allowed(&[methods("*,*"), names("*,*"), ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        preflight("Trace").from(Stranger).with((NAMES, "x-a")).refused(&[STATIC_PREFLIGHT_VARY]),
        preflight("P T").from(Stranger).refused(&[STATIC_PREFLIGHT_VARY]),
        simple("GET").from(Stranger).forwarded(&[ALLOW_ANY]),
    ]).await;
    check(&any().echo_beside_wildcard(false).build().unwrap(), &[
        preflight("PUT").from(Stranger).with((NAMES, "x-a,x-b")).allowed(&answer("*")),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_list_without_a_wildcard_stays_as_it_is() {
    check(&ours().allow_any_method().allow_header("x-a").echo_beside_wildcard(true).build().unwrap(), &[
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-a"))
            .allowed(&[methods("*,PUT"), names("x-a"), ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-b")).refused(&[PREFLIGHT_VARY]),
        preflight("PUT").from(Stranger).with((NAMES, "x-a")).refused(&[PREFLIGHT_VARY]),
    ]).await;
    check(&ours().allow_methods(["PUT", "LOCK"]).allow_any_header().echo_beside_wildcard(true).build().unwrap(), &[
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-b"))
            .allowed(&[methods("LOCK,PUT"), names("*,x-b"), ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PATCH").from(AllowedOrigin).with((NAMES, "x-b")).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

/// `*` does not cover it, so a response that named it would allow more than the policy does.
#[tokio::test]
#[rustfmt::skip]
async fn authorization_is_sent_once_and_only_if_allowed_by_name() {
    let any = any().echo_beside_wildcard(true);
    let answer = |listed| [methods("*"), names(listed), ALLOW_ANY, STATIC_PREFLIGHT_VARY];
    check(&any.clone().build().unwrap(), &[
        asking(&[b"authorization"]).allowed(&answer("*")),
        asking(&[b"authorization,x-a"]).allowed(&answer("*")),
        asking(&[b"accept,authorization,x-a"]).allowed(&answer("*")),
        asking(&[b"x-a,Authorization"]).allowed(&answer("*")),
        asking(&[b"authorization-x,x-authorization"]).allowed(&answer("*,authorization-x,x-authorization")),
    ]).await;
    check(&any.allow_header("authorization").build().unwrap(), &[
        asking(&[]).allowed(&answer("*,authorization")),
        asking(&[b"authorization"]).allowed(&answer("*,authorization")),
        asking(&[b"authorization,x-a"]).allowed(&answer("*,authorization,x-a")),
        asking(&[b"accept,authorization,x-a"]).allowed(&answer("*,accept,authorization,x-a")),
        asking(&[b"x-a,x-b"]).allowed(&answer("*,authorization,x-a,x-b")),
        asking(&[b"x-a,Authorization"]).allowed(&answer("*,authorization")),
    ]).await;
}

/// Nothing is refused for its spelling, because the browser compares the names with `*`.
#[tokio::test]
async fn a_list_that_no_browser_sends_is_not_sent_back() {
    let layer = any().echo_beside_wildcard(true).build().unwrap();
    let answer = |listed| [methods("*"), names(listed), ALLOW_ANY, STATIC_PREFLIGHT_VARY];
    let longest = "x".repeat(256);
    let listed = format!("*,{longest}");
    check(&layer, &[asking(&[longest.as_bytes()]).allowed(&answer(&listed))]).await;
    let longer = "x".repeat(257);
    let large = "x-a,".repeat(1 << 18);
    let lists: [&[&[u8]]; 18] = [
        &[b""],
        &[b","],
        &[b"X-A"],
        &[b"x-A,x-b"],
        &[b"x-a, x-b"],
        &[b"x-a ,x-b"],
        &[b"x-a\t,x-b"],
        &[b" x-a"],
        &[b",x-a"],
        &[b"x-a,"],
        &[b"x-a,,x-b"],
        &[b"x a"],
        &[b"x-a;x-b"],
        &[b"x-a,\xff"],
        &[b"x-a", b"x-b"],
        &[b"x-a", b""],
        &[longer.as_bytes()],
        &[large.as_bytes()],
    ];
    for lines in lists {
        let ask = asking(lines);
        assert_eq!(layer.policy().explain(&ask.request()).refusal, None, "{ask}");
        check(&layer, &[ask.allowed(&answer("*"))]).await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn the_methods_of_a_route_replace_the_wildcard_and_the_requested_method() {
    let builder = ours().allow_any_method().allow_any_header().echo_beside_wildcard(true);
    let layer = builder.allow_methods_of_route().build().unwrap();
    let answer = |listed| [methods(listed), names("*,x-a"), ALLOW_ORIGIN, PREFLIGHT_VARY];
    let asks = |method| preflight(method).from(AllowedOrigin).with((NAMES, "x-a"));
    check_over(&Inner::new(405, &[("allow", "GET,LOCK,PUT")]), &layer, &[
        asks("PUT").answered_for_route(204, &answer("LOCK,PUT")),
        asks("PATCH").answered_for_route(403, &[PREFLIGHT_VARY]),
    ]).await;
    check_over(&Inner::new(405, &[]), &layer, &[
        asks("PUT").answered_for_route(204, &answer("*,PUT")),
        asks("GET").answered_for_route(204, &answer("*")),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_forwarded_preflight_and_a_part_of_a_first_match_send_them_too() {
    let asks = || preflight("PUT").with((NAMES, "x-a"));
    let echoed = [methods("*,PUT"), names("*,x-a"), PREFLIGHT_VARY];
    let everything = |builder: CorsLayerBuilder| builder.allow_any_method().allow_any_header();
    let ours = everything(ours()).echo_beside_wildcard(true);
    check(&ours.clone().forward_preflights(true).build().unwrap(), &[
        asks().from(AllowedOrigin).forwarded(&[&echoed[..], &[ALLOW_ORIGIN]].concat()),
    ]).await;
    let partner = everything(Policy::builder().allow_origin(Partner.origin()));
    let parts = [ours.build_policy().unwrap(), partner.build_policy().unwrap()];
    check(&CorsLayer::first_match(parts).unwrap(), &[
        asks().from(AllowedOrigin).allowed(&[&echoed[..], &[ALLOW_ORIGIN]].concat()),
        asks().from(Partner).allowed(&[methods("*"), names("*"), ALLOW_PARTNER, PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_diagnosis_sends_back_what_is_allowed() {
    let ours = || ours().echo_beside_wildcard(true).diagnose(true);
    let large = "x-a,".repeat(1 << 18);
    let refused = ("x-cors-refusal", "method-not-allowed PATCH");
    let asks = || preflight("PATCH").from(AllowedOrigin);
    let answer = |listed| [methods("PUT"), names(listed), ALLOW_ORIGIN, PREFLIGHT_VARY, refused];
    check(&ours().allow_method("PUT").allow_any_header().build().unwrap(), &[
        asks().with((NAMES, "x-a")).allowed(&answer("*,x-a")),
        asks().with((NAMES, &large)).allowed(&answer("*")),
    ]).await;
    let refused = ("x-cors-refusal", "header-not-allowed x-b");
    let layer = ours().allow_any_method().allow_header("x-a").build().unwrap();
    let ask = asks().with((NAMES, "x-b"));
    assert_eq!(layer.policy().explain(&ask.request()).refusal, Some(Refusal::HeaderNotAllowed("x-b".into())));
    check(&layer, &[
        ask.allowed(&[methods("*,PATCH"), names("x-a"), ALLOW_ORIGIN, PREFLIGHT_VARY, refused]),
    ]).await;
}

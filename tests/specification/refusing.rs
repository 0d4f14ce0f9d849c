//! Refusing requests on the server, and `report_only`.

use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Refusal, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, Null, OwnPage, Stranger},
    case::{check, check_over, non_cors, preflight, preflighted, simple},
    headers::{
        ALLOW_ORIGIN, ALLOW_PUT, COOKIE, OPTIONS_REFUSAL_VARY, PREFLIGHT_VARY, REFUSAL_VARY,
        REQUEST_HEADERS, SAME_ORIGIN, VARY,
    },
    inner::{FOREIGN, Inner},
};

pub(crate) fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_method("PUT")
}

pub(crate) fn refusing(refuse: Refuse) -> CorsLayerBuilder {
    ours().refuse_disallowed_origins(refuse).own_origin(OwnPage.origin())
}

#[tokio::test]
#[rustfmt::skip]
async fn disallowed_origins_do_not_reach_the_inner_service() {
    check(&refusing(Refuse::All).build().unwrap(), &[
        non_cors("GET").forwarded(&[VARY]),
        non_cors("GET").with(("host", "evil.example")).forwarded(&[VARY]),
        simple("POST").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
        simple("GET").from(Stranger).refused(&[REFUSAL_VARY]),
        simple("GET").from(Stranger).with(COOKIE).refused(&[REFUSAL_VARY]),
        simple("POST").from(Stranger).refused(&[REFUSAL_VARY]),
        simple("POST").from(Stranger).with(("host", "evil.example")).refused(&[REFUSAL_VARY]),
        preflighted("OPTIONS").from(Stranger).refused(&[OPTIONS_REFUSAL_VARY]),
        preflighted("CONNECT").from(Stranger).refused(&[REFUSAL_VARY]),
        simple("GET").with(("origin", "")).refused(&[REFUSAL_VARY]),
        simple("GET").with(("origin", "https://app.example.com/")).refused(&[REFUSAL_VARY]),
        simple("GET").from(AllowedOrigin).from(AllowedOrigin).refused(&[REFUSAL_VARY]),
        simple("GET").from(Null).refused(&[REFUSAL_VARY]),
        // Preflights do not change.
        preflight("PUT").from(AllowedOrigin).allowed(&[ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY]),
        preflight("PUT").from(OwnPage).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn upgrades_alone_can_be_refused() {
    let websocket = ("upgrade", "websocket");
    check(&refusing(Refuse::Upgrades).build().unwrap(), &[
        non_cors("GET").with(websocket).forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).with(websocket).forwarded(&[ALLOW_ORIGIN, VARY]),
        simple("GET").from(Stranger).with(websocket).refused(&[REFUSAL_VARY]),
        simple("GET").from(Stranger).with(("upgrade", "h2c")).refused(&[REFUSAL_VARY]),
        preflighted("CONNECT").from(Stranger).refused(&[REFUSAL_VARY]),
        non_cors("GET").from(Stranger).with(websocket).with(SAME_ORIGIN).forwarded(&[REFUSAL_VARY]),
        simple("GET").from(OwnPage).with(websocket).forwarded(&[VARY]),
        simple("POST").from(Stranger).forwarded(&[VARY]),
        non_cors("POST").from(Stranger).with(SAME_ORIGIN).forwarded(&[VARY]),
        simple("POST").from(Null).forwarded(&[VARY]),
    ]).await;
}

#[tokio::test]
async fn refusals_vary_by_further_headers_and_sec_fetch_site() {
    let builder = refusing(Refuse::All).vary_on("x-tenant").allow_timing(true);
    let all = ("vary", "origin, x-tenant, sec-fetch-site");
    let cases = [
        simple("GET").from(Stranger).refused(&[all]),
        non_cors("GET").from(Stranger).with(SAME_ORIGIN).forwarded(&[all]),
        non_cors("GET").forwarded(&[("vary", "origin, x-tenant")]),
    ];
    check(&builder.build().unwrap(), &cases).await;
}

#[test]
fn a_predicate_is_not_asked_about_insecure_origins() {
    let policy = ours()
        .refuse_disallowed_origins(Refuse::All)
        .allow_origin_if(|_, _| true)
        .dangerously_allow(Danger::PredicateWithCredentials)
        .build_policy()
        .unwrap();
    let refusal = |origin| {
        let ask = simple("POST").with(("origin", origin));
        policy.explain(&ask.request()).refusal
    };
    assert_eq!(refusal("https://any.example"), None);
    assert!(matches!(refusal("http://any.example"), Some(Refusal::OriginNotAllowed(_))));
}

#[tokio::test]
async fn the_preset_mcp_refuses_all_other_origins() {
    let layer = CorsLayer::builder().mcp().allow_origin(AllowedOrigin.origin()).no_own_origins();
    let layer = layer.build().unwrap();
    assert!(layer.policy().warnings().is_empty());
    let names = "authorization,content-type,last-event-id,mcp-method,mcp-name,mcp-protocol-version,mcp-session-id";
    let exposed = ("access-control-expose-headers", "mcp-session-id,www-authenticate");
    let cases = [
        preflight("DELETE").from(AllowedOrigin).with((REQUEST_HEADERS, names)).allowed(&[
            ("access-control-allow-headers", names),
            ("access-control-allow-methods", "DELETE"),
            ALLOW_ORIGIN,
            PREFLIGHT_VARY,
        ]),
        simple("POST").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, exposed, VARY]),
        simple("POST").from(Stranger).refused(&[REFUSAL_VARY]),
        non_cors("POST").forwarded(&[VARY]),
    ];
    check(&layer, &cases).await;
}

#[tokio::test]
async fn with_report_only_every_response_is_the_inner_service_s() {
    let layer = refusing(Refuse::All).report_only(true).build().unwrap();
    let cases = [
        non_cors("GET").forwarded(&[FOREIGN]),
        simple("POST").from(AllowedOrigin).forwarded(&[FOREIGN]),
        simple("POST").from(Stranger).forwarded(&[FOREIGN]),
        preflight("PUT").from(AllowedOrigin).forwarded(&[FOREIGN]),
        preflight("PUT").from(Stranger).forwarded(&[FOREIGN]),
    ];
    check_over(&Inner::foreign(), &layer, &cases).await;
    let outcome = layer.policy().explain(&preflight("PUT").from(Stranger).request());
    assert_eq!(
        outcome.to_string(),
        "preflight, refused: origin `https://evil.example` is not allowed"
    );
    assert!(!outcome.answered);
}

//! The tables themselves: the names of their cases, and what they notice.

use tower_cors::{CorsLayer, CorsLayerBuilder};

use crate::{
    actor::Actor::{AllowedOrigin, AllowedSubdomain, Null, OwnPage, Partner, Stranger},
    case::{Case, check, check_over, non_cors, preflight, preflighted, simple},
    headers::{ALLOW_ORIGIN, COOKIE, PREFLIGHT_VARY, REQUEST_HEADERS, VARY},
    inner::Inner,
};

#[test]
fn a_case_is_named_by_its_data() {
    let long = "x".repeat(200);
    for (ask, name) in [
        (non_cors("GET"), "non-CORS GET"),
        (simple("GET").from(Stranger), "simple GET from stranger"),
        (simple("GET /items").from(Null), "simple GET /items from null"),
        (
            simple("GET").from(AllowedOrigin).with(COOKIE),
            "simple GET from allowed origin with cookie",
        ),
        (
            preflighted("PUT").from(AllowedSubdomain).with(("x-a", "1")),
            "preflighted PUT from allowed subdomain with x-a \"1\"",
        ),
        (preflight("PUT /items").from(OwnPage), "preflight PUT /items from own page"),
        (preflight("").from(Partner).from(Stranger), "preflight \"\" from partner and stranger"),
        (
            preflight("PUT").with(("origin", b"\xff")).with((REQUEST_HEADERS, "x-a")),
            "preflight PUT with origin \"\\xff\" and access-control-request-headers \"x-a\"",
        ),
        (
            simple("GET").with(("accept", &long)),
            &format!("simple GET with accept \"{}... of 200 bytes\"", &long[..100]),
        ),
    ] {
        assert_eq!(ask.to_string(), name);
    }
}

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin())
}

async fn check_one(case: Case) {
    check(&ours().build().unwrap(), &[case]).await;
}

#[tokio::test]
#[should_panic = "simple GET from allowed origin"]
async fn a_table_notices_a_missing_header() {
    check_one(simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY, COOKIE])).await;
}

#[tokio::test]
#[should_panic = "preflight PUT from stranger"]
async fn a_table_notices_a_further_header() {
    check_one(preflight("PUT").from(Stranger).refused(&[])).await;
}

#[tokio::test]
#[should_panic = "preflight POST from allowed origin"]
async fn a_table_notices_another_status() {
    let answer = [ALLOW_ORIGIN, PREFLIGHT_VARY];
    check_one(preflight("POST").from(AllowedOrigin).answered(200, &answer)).await;
}

#[tokio::test]
#[should_panic = "simple GET from null"]
async fn a_table_notices_a_request_that_reaches_the_inner_service() {
    let layer = ours().build().unwrap();
    let case = simple("GET").from(Null).refused(&[VARY]);
    check_over(&Inner::new(403, &[]), &layer, &[case]).await;
}

#[tokio::test]
#[should_panic = "simple PUT from stranger"]
async fn a_table_notices_a_wrong_kind() {
    check_one(simple("PUT").from(Stranger).forwarded(&[VARY])).await;
}

#[tokio::test]
#[should_panic = "two cases are simple GET from stranger"]
async fn a_table_notices_two_cases_of_one_name() {
    let case = simple("GET").from(Stranger).forwarded(&[VARY]);
    check(&ours().build().unwrap(), &[case.clone(), case]).await;
}

//! Responses that carry the reason of a refusal: `diagnose`.

use http::HeaderValue;
use tower::{Layer, ServiceExt};
use tower_cors::{CorsLayer, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, Null, Stranger},
    case::{check, check_over, non_cors, preflight, simple},
    headers::{
        ALLOW_ORIGIN, ALLOW_PUT, Header, PREFLIGHT_VARY, REFUSAL_VARY, REQUEST_HEADERS as NAMES,
        REQUEST_METHOD as METHOD, SAME_ORIGIN, VARY,
    },
    inner::Inner,
    refusing::{ours, refusing},
};

const STRANGER_REFUSED: Header<'_> = because("origin-not-allowed https://evil.example");

const fn because(reason: &str) -> Header<'_> {
    ("x-cors-refusal", reason)
}

#[tokio::test]
#[rustfmt::skip]
async fn a_refused_response_says_why() {
    const ANSWER: [Header<'_>; 4] =
        [("access-control-allow-headers", "x-a"), ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY];
    let answer = |reason| [&ANSWER[..], &[because(reason)]].concat();
    check(&ours().allow_header("x-a").diagnose(true).build().unwrap(), &[
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&ANSWER),
        simple("GET").from(Stranger).forwarded(&[VARY, STRANGER_REFUSED]),
        simple("GET").from(AllowedOrigin).from(AllowedOrigin).forwarded(&[VARY, because("several-origins")]),
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY, STRANGER_REFUSED]),
        preflight("PUT").from(Null).refused(&[PREFLIGHT_VARY, because("null-origin")]),
        preflight("PATCH").from(AllowedOrigin).allowed(&answer("method-not-allowed PATCH")),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-a,x-b")).allowed(&answer("header-not-allowed x-b")),
        // No browser sends these, so the effect of other headers is unknown.
        preflight("TRACE").from(AllowedOrigin).refused(&[PREFLIGHT_VARY, because("impossible-method TRACE")]),
        preflight("PUT").from(AllowedOrigin).with((METHOD, "PUT")).refused(&[PREFLIGHT_VARY, because("several-methods")]),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x a")).refused(&[PREFLIGHT_VARY, because("impossible-header x a")]),
        preflight("PUT").from(AllowedOrigin).with((NAMES, ",,,,,,,,,,,,,,,,,")).refused(&[PREFLIGHT_VARY, because("malformed-request-headers")]),
    ]).await;
    check(&refusing(Refuse::All).diagnose(true).build().unwrap(), &[
        simple("GET").from(Stranger).refused(&[REFUSAL_VARY, STRANGER_REFUSED]),
        non_cors("GET").from(Stranger).with(SAME_ORIGIN).forwarded(&[REFUSAL_VARY]),
    ]).await;
}

/// Without a method list, a browser takes the method to be allowed if the upload has listeners.
#[tokio::test]
async fn a_diagnosis_always_lists_methods() {
    let methods = ("access-control-allow-methods", "GET,HEAD,POST");
    let put = || preflight("PUT").from(AllowedOrigin);
    let none = CorsLayer::builder().allow_origin(AllowedOrigin.origin()).diagnose(true);
    let headers = |reason| [methods, ALLOW_ORIGIN, PREFLIGHT_VARY, because(reason)];
    let cases = [put().allowed(&headers("method-not-allowed PUT"))];
    check(&none.clone().build().unwrap(), &cases).await;

    let layer = none.allow_any_method().allow_methods_of_route().build().unwrap();
    let cases = [put().answered_for_route(204, &headers("method-not-of-route PUT"))];
    check_over(&Inner::new(404, &[]), &layer, &cases).await;
}

#[tokio::test]
async fn a_diagnosis_is_escaped_and_short() {
    let layer = ours().diagnose(true).build().unwrap();
    for origin in [&b"https://\xff\xfe\t"[..], &[b'a'; 5000], &[0xFF; 5000]] {
        let ask = preflight("PUT").with(("origin", origin));
        let response = layer.layer(Inner::silent()).oneshot(ask.request()).await.unwrap();
        let reason: &HeaderValue = &response.headers()["x-cors-refusal"];
        let reason = reason.to_str().unwrap();
        assert_eq!(response.status(), 403);
        assert!(reason.starts_with("malformed-origin "), "{reason}");
        assert!(reason.len() <= 256, "{reason}");
        assert!(reason.bytes().all(|byte| (b' '..0x7F).contains(&byte)), "{reason}");
        assert_eq!(reason.ends_with("..."), origin.len() > 256, "{reason}");
    }
}

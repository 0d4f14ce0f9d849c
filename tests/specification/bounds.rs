//! Bounds: no request makes the layer read, send back or keep more than it should.

use http::HeaderValue;
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Refusal};

use crate::{
    actor::Actor::AllowedOrigin,
    case::{Ask, check, preflight},
    headers::{
        ALLOW_ORIGIN, ALLOW_PUT, CREDENTIALS, Header, PREFLIGHT_VARY, REQUEST_HEADERS as NAMES,
    },
};

const MEBIBYTE: usize = 1 << 20;

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin())
}

fn asking(method: &str, lines: &[&[u8]]) -> Ask {
    let ask = preflight(method).from(AllowedOrigin);
    lines.iter().fold(ask, |ask, line| ask.with((NAMES, line)))
}

/// This holds for every policy: no method in use is nearly as long.
#[tokio::test]
async fn a_method_of_more_than_64_bytes_is_refused() {
    const ALLOW_METHODS: &str = ALLOW_PUT.0;
    let longest = "A".repeat(64);
    let asks = || preflight(&longest).from(AllowedOrigin);
    let methods = |methods| [(ALLOW_METHODS, methods), ALLOW_ORIGIN, PREFLIGHT_VARY];
    let star = methods("*");
    let own = methods(&longest);
    let any = ours().allow_any_method();
    for (builder, case) in [
        (ours(), asks().refused(&[PREFLIGHT_VARY])),
        (ours().allow_method(&longest), asks().allowed(&own)),
        (any.clone(), asks().allowed(&star)),
        (any.clone().allow_credentials(true), asks().allowed(&[&own[..], &[CREDENTIALS]].concat())),
        (any.clone().allow_methods_of_route(), asks().answered_for_route(204, &star)),
        (any.forward_preflights(true), asks().forwarded(&star)),
    ] {
        let layer = builder.build().unwrap();
        let refusal = layer.policy().explain(&asks().request()).refusal;
        let value = HeaderValue::from_str(&longest).unwrap();
        assert!(refusal.is_none_or(|refusal| refusal == Refusal::MethodNotAllowed(value)));
        check(&layer, &[case]).await;
        for length in [65, 66, MEBIBYTE] {
            let method = "A".repeat(length);
            let ask = preflight(&method).from(AllowedOrigin);
            let refusal = layer.policy().explain(&ask.request()).refusal;
            let value = HeaderValue::from_str(&method).unwrap();
            assert_eq!(refusal, Some(Refusal::MethodTooLong(value)), "{ask}");
            check(&layer, &[ask.refused(&[PREFLIGHT_VARY])]).await;
        }
    }
}

#[test]
fn the_reason_for_a_long_method_has_its_beginning() {
    let refusal = Refusal::MethodTooLong(HeaderValue::from_str(&"A".repeat(1000)).unwrap());
    assert_eq!(refusal.name(), "method-too-long");
    assert_eq!(
        refusal.to_string(),
        format!(
            "method `{}...` is longer than the 64 bytes that a method may have",
            "A".repeat(253)
        )
    );
}

/// With `diagnose`, the response tells the reason, but carries no unchecked value of the request.
#[tokio::test]
async fn a_diagnosis_sends_back_nothing_unchecked() {
    const REFUSED: Header<'_> = ("x-cors-refusal", "method-not-allowed PATCH");
    const UNCHECKED: &[Header<'_>] =
        &[CREDENTIALS, ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY, REFUSED];
    let with_credentials = ours().allow_credentials(true).diagnose(true);
    let layer = with_credentials.clone().allow_method("PUT").allow_any_header().build().unwrap();
    let large = "x-a,".repeat(MEBIBYTE / 4);
    let lines = vec![&b"\xff;\"\x80 <script>"[..]; 20_000];
    // Checked names are sent back, so that the browser's own message names the method.
    let names = [("access-control-allow-headers", "x-a,x-b")];
    let cases = [
        asking("PATCH", &[large.as_bytes()]).allowed(UNCHECKED),
        asking("PATCH", &lines).allowed(UNCHECKED),
        asking("PATCH", &[b"x-a", b"x b"]).allowed(UNCHECKED),
        asking("PATCH", &[&[b','; 17]]).allowed(UNCHECKED),
        asking("PATCH", &[b"x-a,x-b"]).allowed(&[UNCHECKED, &names].concat()),
    ];
    check(&layer, &cases).await;
    // A checked method is sent back, too, if a header name is refused.
    let layer = with_credentials.allow_any_method().allow_header("x-a").build().unwrap();
    let cases = [asking("PATCH", &[b"x-b"]).allowed(&[
        CREDENTIALS,
        (ALLOW_PUT.0, "PATCH"),
        ("access-control-allow-headers", "x-a"),
        ALLOW_ORIGIN,
        PREFLIGHT_VARY,
        ("x-cors-refusal", "header-not-allowed x-b"),
    ])];
    check(&layer, &cases).await;
}

/// The reason names a header only from the beginning of a list, and never a part of a name.
#[test]
fn the_reason_is_found_at_the_beginning_of_a_list() {
    let policy = ours().allow_header("x-a").build_policy().unwrap();
    let reason = |names: &[&[u8]]| policy.explain(&asking("GET", names).request()).refusal.unwrap();
    let allowed = |count: usize| "x-a,".repeat(count).into_bytes();
    for (names, expected) in [
        (&[&[&allowed(30)[..], b"x-b"].concat()[..]][..], Refusal::HeaderNotAllowed("x-b".into())),
        (&[&[&allowed(31)[..], b"x-b"].concat()], Refusal::HeaderNotAllowed("x-b".into())),
        (&[&[&allowed(32)[..], b"x-b"].concat()], Refusal::RequestHeadersTooLong),
        (&[&[&[b' '; 2000][..], b"x-b"].concat()], Refusal::RequestHeadersTooLong),
        (&[&[&b"x-a,"[..], &[b'y'; 5000]].concat()], Refusal::RequestHeadersTooLong),
        (&[&vec![b'y'; MEBIBYTE]], Refusal::RequestHeadersTooLong),
        (&[b"x-a", &[b'y'; 200], b"x-b"], Refusal::HeaderNotAllowed("x-b".into())),
    ] {
        assert_eq!(reason(names), expected);
    }
    // The bound is within a name, and the part before it would be a valid name.
    let mut line = vec![b' '; 1022];
    line.extend(b"x-bcd,x-c");
    assert_eq!(reason(&[&line]), Refusal::RequestHeadersTooLong);
}

/// Names are compared case-insensitively, and an upper-case letter never makes a name allowed.
#[tokio::test]
async fn names_in_upper_case_are_compared_like_others() {
    let layer = ours().allow_headers(["content-type", "x-a", "x-c"]).build().unwrap();
    let allowed =
        [("access-control-allow-headers", "content-type,x-a,x-c"), ALLOW_ORIGIN, PREFLIGHT_VARY];
    let cases = [
        asking("GET", &[b"X-A"]).allowed(&allowed),
        asking("GET", &[b"x-a,X-C"]).allowed(&allowed),
        asking("GET", &[b"Content-Type,X-A,x-C"]).allowed(&allowed),
        asking("GET", &[b"X-B"]).refused(&[PREFLIGHT_VARY]),
        asking("GET", &[b"A"]).refused(&[PREFLIGHT_VARY]),
        asking("GET", &[b"x-a,Z"]).refused(&[PREFLIGHT_VARY]),
        asking("GET", &[b"Content-Typf"]).refused(&[PREFLIGHT_VARY]),
        asking("GET", &[b"X-"]).refused(&[PREFLIGHT_VARY]),
    ];
    check(&layer, &cases).await;
}

/// Each line that is sent back takes memory in the response.
#[tokio::test]
async fn an_echo_has_at_most_32_lines() {
    let layer = ours().allow_credentials(true).allow_any_header().build().unwrap();
    let lines = |count: usize| asking("GET", &vec![&b"a"[..]; count]);
    let echo = [("access-control-allow-headers", "a"); 32];
    let cases = [
        lines(32).allowed(&[&echo[..], &[CREDENTIALS, ALLOW_ORIGIN, PREFLIGHT_VARY]].concat()),
        lines(33).refused(&[PREFLIGHT_VARY]),
        lines(2_000).refused(&[PREFLIGHT_VARY]),
    ];
    check(&layer, &cases).await;
}

/// With any origin, only the header names that are sent back depend on the request, and they are bounded, too.
#[tokio::test]
async fn nothing_of_a_refused_preflight_comes_back() {
    let layer = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header()
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build()
        .unwrap();
    let large = "A".repeat(MEBIBYTE);
    let cases = [
        asking(&large, &[b""]).refused(&[PREFLIGHT_VARY]),
        asking("PUT", &[large.as_bytes()]).refused(&[PREFLIGHT_VARY]),
        asking("PUT", &[b"a b"]).refused(&[PREFLIGHT_VARY]),
        asking("TRACE", &[b"x-a"]).refused(&[PREFLIGHT_VARY]),
        asking("", &[b"x-a"]).refused(&[PREFLIGHT_VARY]),
    ];
    check(&layer, &cases).await;
}

//! The headers of the inner service's response: those that are removed, those that stay, and those that are merged.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower_cors::{CorsLayer, CorsLayerBuilder, Decision};

use crate::{
    actor::Actor::{AllowedOrigin, Stranger},
    case::{check_over, non_cors, simple},
    decisions::full,
    headers::{ALLOW_ANY, ALLOW_ORIGIN, CREDENTIALS, Header, VARY},
    inner::Inner,
};

const EXPOSED: Header<'_> = ("access-control-expose-headers", "etag,x-request-id");

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin())
}

#[tokio::test]
async fn cors_headers_of_the_inner_service_are_removed() {
    let layer = full().build().unwrap();
    let [accept, language] = [("vary", "accept"), ("vary", "accept-language, Cookie")];
    let other = ("x-inner", "1");
    for status in [200, 206, 304, 404, 500] {
        let inner = Inner::new(
            status,
            &[
                ("access-control-allow-origin", "*"),
                ("access-control-allow-credentials", "true"),
                ("access-control-expose-headers", "x-inner"),
                ("access-control-allow-methods", "TRACE"),
                ("access-control-something-new", "1"),
                ("access-control-something-else", "1"),
                ("access-control-allow-private-network", "true"),
                accept,
                language,
                other,
            ],
        );
        let granted = [ALLOW_ORIGIN, CREDENTIALS, EXPOSED, accept, language, VARY, other];
        let cases = [
            simple("GET").from(AllowedOrigin).forwarded(&granted),
            simple("GET").from(Stranger).forwarded(&[accept, language, VARY, other]),
            non_cors("GET").forwarded(&[accept, language, VARY, other]),
        ];
        check_over(&inner, &layer, &cases).await;
    }
}

#[tokio::test]
async fn vary_is_completed_and_never_repeated() {
    let plain = full().build().unwrap();
    let tenants = ours().vary_on("X-Tenant").build().unwrap();
    let accept = ("vary", "accept");
    for (layer, found, expected) in [
        (&plain, &[("vary", "Origin")][..], &[("vary", "Origin")][..]),
        (&plain, &[("vary", "accept, ORIGIN")], &[("vary", "accept, ORIGIN")]),
        (&plain, &[("vary", "*")], &[("vary", "*")]),
        (&plain, &[("vary", "accept,*")], &[("vary", "accept,*")]),
        (&plain, &[("vary", "origins")], &[("vary", "origins"), VARY]),
        (&plain, &[("vary", "x-origin")], &[("vary", "x-origin"), VARY]),
        (&plain, &[("vary", "")], &[("vary", ""), VARY]),
        (&plain, &[("vary", "origin-agent-cluster")], &[("vary", "origin-agent-cluster"), VARY]),
        (&tenants, &[("vary", "X-Tenant")], &[("vary", "X-Tenant"), VARY]),
        (
            &tenants,
            &[accept, ("vary", "Origin")],
            &[accept, ("vary", "Origin"), ("vary", "x-tenant")],
        ),
        (&tenants, &[accept], &[accept, ("vary", "origin, x-tenant")]),
        (&tenants, &[("vary", "origin,x-tenant")], &[("vary", "origin,x-tenant")]),
        (&tenants, &[("vary", "accept, *")], &[("vary", "accept, *")]),
    ] {
        let inner = Inner::new(200, found);
        check_over(&inner, layer, &[non_cors("GET").forwarded(expected)]).await;
    }
}

#[tokio::test]
async fn the_vary_of_a_request_means_nothing() {
    let asks = non_cors("GET").with(("vary", "x-request"));
    check_over(&Inner::silent(), &full().build().unwrap(), &[asks.forwarded(&[VARY])]).await;
}

#[tokio::test]
async fn with_credentials_all_headers_of_the_response_are_listed_as_exposed() {
    let layer = ours().allow_credentials(true).expose_all_headers().build().unwrap();
    let own = [
        ("x-b", "1"),
        ("etag", "1"),
        ("x-b", "2"),
        ("set-cookie", "a=b"),
        ("content-type", "text/plain"),
        ("vary", "accept"),
    ];
    let inner = Inner::new(200, &[&own[..], &[("access-control-x", "1")]].concat());
    let exposed = ("access-control-expose-headers", "etag,vary,x-b");
    let cases = [
        simple("GET")
            .from(AllowedOrigin)
            .forwarded(&[&own[..], &[ALLOW_ORIGIN, CREDENTIALS, exposed, VARY]].concat()),
        simple("GET").from(Stranger).forwarded(&[&own[..], &[VARY]].concat()),
    ];
    check_over(&inner, &layer, &cases).await;
}

#[tokio::test]
async fn the_timing_header_is_replaced_if_the_layer_writes_it() {
    const TIMING: &str = "timing-allow-origin";
    let own = [(TIMING, "https://inner.example"), (TIMING, "*")];
    let inner = Inner::new(200, &own);
    let written = (TIMING, AllowedOrigin.origin());
    let cases = [
        simple("GET").from(AllowedOrigin).forwarded(&[
            ALLOW_ORIGIN,
            CREDENTIALS,
            EXPOSED,
            written,
            VARY,
        ]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
        non_cors("GET").forwarded(&[VARY]),
    ];
    check_over(&inner, &full().allow_timing(true).build().unwrap(), &cases).await;

    let any = CorsLayer::builder().allow_any_origin().allow_timing(true).build().unwrap();
    let cases = [
        simple("GET").from(Stranger).forwarded(&[ALLOW_ANY, (TIMING, "*")]),
        non_cors("GET").forwarded(&[ALLOW_ANY, (TIMING, "*")]),
    ];
    check_over(&inner, &any, &cases).await;

    let kept = [&own[..], &[ALLOW_ORIGIN, CREDENTIALS, EXPOSED, VARY]].concat();
    let cases = [simple("GET").from(AllowedOrigin).forwarded(&kept)];
    check_over(&inner, &full().build().unwrap(), &cases).await;
}

/// Nothing is allowed, because there is no room to say what the response varies by.
#[test]
fn a_response_without_room_gets_no_cors_header() {
    let mut headers = HeaderMap::new();
    fill(&mut headers);
    let before = headers.clone();
    apply(&full(), &mut headers);
    assert_eq!(headers, before);
}

#[test]
fn a_response_without_room_keeps_no_timing_of_the_inner_service() {
    for vary in [None, Some("origin")] {
        let mut headers = HeaderMap::new();
        headers.insert("timing-allow-origin", HeaderValue::from_static("https://evil.example"));
        if let Some(vary) = vary {
            headers.insert("vary", HeaderValue::from_static(vary));
        }
        fill(&mut headers);
        apply(&ours().allow_timing(true), &mut headers);
        let timing: Vec<_> = headers.get_all("timing-allow-origin").iter().collect();
        // The only room is that of the removed header. A missing `Vary` comes first.
        let expected = vary.map(|_| AllowedOrigin.origin());
        assert_eq!(timing, expected.as_slice(), "{vary:?}");
    }
}

fn fill(headers: &mut HeaderMap) {
    let mut names = (0..).map(|number| HeaderName::try_from(format!("x-{number}")).unwrap());
    while headers.try_insert(names.next().unwrap(), HeaderValue::from_static("")).is_ok() {}
}

fn apply(builder: &CorsLayerBuilder, headers: &mut HeaderMap) {
    let policy = builder.clone().build_policy().unwrap();
    let request = simple("GET").from(AllowedOrigin).request();
    let Decision::Forward(response) = policy.decide(&request) else { panic!("no preflight") };
    response.apply(headers);
}

//! Decisions for configurations and requests.

use std::time::Duration;

use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, RequestKind};

use crate::{
    actor::Actor::{AllowedOrigin, AllowedSubdomain, Null, Stranger},
    case::{Case, check, non_cors, preflight, preflighted, simple},
    headers::{
        ALLOW_ANY, ALLOW_ORIGIN, COOKIE, CREDENTIALS, Header, PREFLIGHT_VARY, PRIVATE_NETWORK,
        REQUEST_HEADERS as NAMES, REQUEST_METHOD as METHOD, STATIC_PREFLIGHT_VARY, VARY,
    },
};

/// An allowlist with most options.
pub(crate) fn full() -> CorsLayerBuilder {
    CorsLayer::builder()
        .allow_origins([AllowedOrigin.origin(), "https://*.example.net:*"])
        .allow_credentials(true)
        .allow_methods(["GET", "PUT", "DELETE"])
        .allow_headers(["X-B", "x-a", "Content-Type"])
        .expose_headers(["x-request-id", "ETag", "content-type"])
        .max_age(Duration::from_secs(600))
}

#[tokio::test]
#[rustfmt::skip]
async fn an_allowlist_applies_all_options_to_listed_origins() {
    const METHODS: Header<'_> = ("access-control-allow-methods", "DELETE,PUT");
    const HEADERS: Header<'_> = ("access-control-allow-headers", "content-type,x-a,x-b");
    const EXPOSED: Header<'_> = ("access-control-expose-headers", "etag,x-request-id");
    const MAX_AGE: Header<'_> = ("access-control-max-age", "600");
    const SHARED: &[Header<'_>] = &[ALLOW_ORIGIN, CREDENTIALS, EXPOSED, VARY];
    const SUBDOMAIN: Header<'_> = (ALLOW_ORIGIN.0, AllowedSubdomain.origin());
    const ANSWER: &[Header<'_>] = &[ALLOW_ORIGIN, CREDENTIALS, METHODS, HEADERS, MAX_AGE, PREFLIGHT_VARY];
    const REFUSED: &[Header<'_>] = &[PREFLIGHT_VARY];
    check_and_explain(&full(), &[
        non_cors("GET").forwarded(&[VARY]),
        non_cors("OPTIONS").with((METHOD, "PUT")).forwarded(&[PREFLIGHT_VARY]),
        simple("GET").from(AllowedOrigin).forwarded(SHARED),
        simple("HEAD").from(AllowedOrigin).forwarded(SHARED),
        simple("POST").from(AllowedOrigin).with(("content-type", "text/plain")).forwarded(SHARED),
        simple("GET").from(AllowedOrigin).with((METHOD, "PUT")).with(("user-agent", "a")).forwarded(SHARED),
        simple("GET").from(AllowedOrigin).with(COOKIE).forwarded(SHARED),
        simple("GET").from(AllowedSubdomain).forwarded(&[SUBDOMAIN, CREDENTIALS, EXPOSED, VARY]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
        simple("GET").from(Stranger).with(COOKIE).forwarded(&[VARY]),
        simple("GET").from(Stranger).with(("host", "evil.example")).forwarded(&[VARY]),
        simple("GET").from(Null).forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).from(AllowedOrigin).forwarded(&[VARY]),
        simple("GET").with(("origin", "")).forwarded(&[VARY]),
        simple("GET").with(("origin", "https://app.example.com, https://evil.example")).forwarded(&[VARY]),
        simple("GET").with(("origin", "https://APP.example.com")).forwarded(&[VARY]),
        preflighted("PUT").from(AllowedOrigin).forwarded(SHARED),
        preflighted("POST").from(AllowedOrigin).with(("content-type", "application/json")).forwarded(SHARED),
        preflighted("PATCH").from(AllowedOrigin).forwarded(SHARED),
        preflighted("OPTIONS").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, CREDENTIALS, EXPOSED, PREFLIGHT_VARY]),
        preflighted("GET").from(AllowedOrigin).with(COOKIE).with(("authorization", "Bearer c")).forwarded(SHARED),
        preflighted("PUT").from(Stranger).forwarded(&[VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(ANSWER),
        preflight("POST").from(AllowedOrigin).allowed(ANSWER),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "content-type,x-a")).allowed(ANSWER),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "X-B, x-a")).with((NAMES, ",x-a")).allowed(ANSWER),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "")).allowed(ANSWER),
        preflight("PUT").from(AllowedOrigin).with(PRIVATE_NETWORK).allowed(ANSWER),
        preflight("PUT").from(AllowedSubdomain).allowed(&[SUBDOMAIN, CREDENTIALS, METHODS, HEADERS, MAX_AGE, PREFLIGHT_VARY]),
        preflight("PATCH").from(AllowedOrigin).refused(REFUSED),
        preflight("put").from(AllowedOrigin).refused(REFUSED),
        preflight("get").from(AllowedOrigin).refused(REFUSED),
        preflight("").from(AllowedOrigin).refused(REFUSED),
        preflight("PUT").from(AllowedOrigin).with((METHOD, "PUT")).refused(REFUSED),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-a,x-c")).refused(REFUSED),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x a")).refused(REFUSED),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-c")).with((NAMES, "x-a")).refused(REFUSED),
        preflight("PUT").from(Stranger).refused(REFUSED),
        preflight("PUT").from(Null).refused(REFUSED),
        preflight("PUT").from(AllowedOrigin).from(Stranger).refused(REFUSED),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn an_allowlist_alone_allows_what_is_safelisted() {
    check_and_explain(&CorsLayer::builder().allow_origin(AllowedOrigin.origin()), &[
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
        // A browser sends this if an upload has listeners.
        preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("GET").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("HEAD").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PUT").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
        preflight("POST").from(AllowedOrigin).with((NAMES, "content-type")).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn any_origin_method_and_header_are_answered_with_stars() {
    const SHARED: &[Header<'_>] = &[ALLOW_ANY, ("access-control-expose-headers", "*")];
    const ANSWER: &[Header<'_>] = &[
        ALLOW_ANY,
        ("access-control-allow-methods", "*"),
        ("access-control-allow-headers", "*"),
        ("access-control-max-age", "0"),
        STATIC_PREFLIGHT_VARY,
    ];
    let builder = CorsLayer::builder()
        .allow_any_origin()
        .allow_any_method()
        .allow_any_header()
        .expose_all_headers()
        .max_age(Duration::ZERO);
    check_and_explain(&builder, &[
        non_cors("GET").forwarded(SHARED),
        non_cors("OPTIONS").with((METHOD, "PUT")).forwarded(&[ALLOW_ANY, ("access-control-expose-headers", "*"), STATIC_PREFLIGHT_VARY]),
        simple("GET").from(Stranger).forwarded(SHARED),
        simple("GET").from(Null).forwarded(SHARED),
        simple("GET").from(AllowedOrigin).from(Stranger).forwarded(SHARED),
        simple("GET").with(("origin", "a b")).forwarded(SHARED),
        preflight("PUT").from(Stranger).with((NAMES, "x-a")).allowed(ANSWER),
        preflight("PUT").from(AllowedOrigin).from(Stranger).allowed(ANSWER),
        // The browser checks the names.
        preflight("PUT").from(Stranger).with((NAMES, "authorization;;")).allowed(ANSWER),
        preflight("Trace").from(Stranger).refused(&[STATIC_PREFLIGHT_VARY]),
        preflight("P T").from(Stranger).refused(&[STATIC_PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
async fn authorization_is_listed_beside_any_header() {
    let names = ("access-control-allow-headers", "*,authorization");
    let any = CorsLayer::builder().allow_any_origin();
    for builder in [
        any.clone().allow_header("Authorization").allow_any_header(),
        any.allow_headers(["*", "authorization"]),
    ] {
        let asks = preflight("POST").from(Stranger).with((NAMES, "authorization"));
        let cases = [asks.allowed(&[ALLOW_ANY, names, STATIC_PREFLIGHT_VARY])];
        check_and_explain(&builder, &cases).await;
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn the_public_layer_lets_any_origin_send_json() {
    let names = ("access-control-allow-headers", "content-type");
    check_and_explain_layer(&CorsLayer::public(), &[
        simple("GET").from(Stranger).forwarded(&[ALLOW_ANY]),
        preflight("POST").from(Stranger).with((NAMES, "content-type")).allowed(&[ALLOW_ANY, names, STATIC_PREFLIGHT_VARY]),
        preflight("PUT").from(Stranger).refused(&[STATIC_PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn any_method_and_header_are_sent_back_with_credentials() {
    const PUT: Header<'_> = ("access-control-allow-methods", "PUT");
    const POST: Header<'_> = ("access-control-allow-methods", "POST");
    let longest = "x".repeat(4096);
    let names = |names| ("access-control-allow-headers", names);
    let builder = CorsLayer::builder()
        .allow_origin(AllowedOrigin.origin())
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header();
    check_and_explain(&builder, &[
        preflight("PUT").from(AllowedOrigin).with((NAMES, "Authorization, x-a")).with((NAMES, ",x-b"))
            .allowed(&[ALLOW_ORIGIN, CREDENTIALS, PUT, names("Authorization, x-a"), names(",x-b"), PREFLIGHT_VARY]),
        preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, CREDENTIALS, POST, PREFLIGHT_VARY]),
        preflight("POST").from(AllowedOrigin).with((NAMES, &longest))
            .allowed(&[ALLOW_ORIGIN, CREDENTIALS, POST, names(&longest), PREFLIGHT_VARY]),
        // The end of a line counts.
        preflight("POST").from(AllowedOrigin).with((NAMES, &longest)).with((NAMES, "")).refused(&[PREFLIGHT_VARY]),
        preflight("PUT").from(AllowedOrigin).with((NAMES, "x-a, x;b")).refused(&[PREFLIGHT_VARY]),
        preflight("CONNECT").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

/// With `x-a` allowed, a list may have 3 + 3 + 47 bytes: the name with its comma and white space, and sixteen empty
/// elements with two bytes of white space each and the commas between them.
#[tokio::test]
#[rustfmt::skip]
async fn a_list_of_headers_may_be_as_long_as_the_policy_s_own_with_white_space() {
    const ANSWER: &[Header<'_>] = &[ALLOW_ORIGIN, ("access-control-allow-headers", "x-a"), PREFLIGHT_VARY];
    let padded = " \t,".repeat(16) + "\tx-a ";
    let repeated = "x-a,".repeat(12) + " x-a,";
    let longer = "x-a,".repeat(12) + " x-a ,";
    assert_eq!((padded.len(), repeated.len(), longer.len()), (53, 53, 54));
    check_and_explain(&CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_header("x-a"), &[
        preflight("POST").from(AllowedOrigin).with((NAMES, &padded)).allowed(ANSWER),
        preflight("POST").from(AllowedOrigin).with((NAMES, &repeated)).allowed(ANSWER),
        preflight("POST").from(AllowedOrigin).with((NAMES, &repeated[4..])).with((NAMES, "x-a")).allowed(ANSWER),
        preflight("POST").from(AllowedOrigin).with((NAMES, &longer)).refused(&[PREFLIGHT_VARY]),
        preflight("POST").from(AllowedOrigin).with((NAMES, &repeated)).with((NAMES, "")).refused(&[PREFLIGHT_VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn reflection_allows_all_origins_but_null_and_insecure_ones() {
    const ANSWER: &[Header<'_>] = &[ALLOW_ORIGIN, CREDENTIALS, PREFLIGHT_VARY];
    let shared = |origin| [(ALLOW_ANY.0, origin), CREDENTIALS, VARY];
    let insecure = ("origin", "http://app.example.com");
    let reflecting = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials);
    check_and_explain(&reflecting, &[
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(Stranger).forwarded(&shared(Stranger.origin())),
        simple("GET").with(("origin", "http://localhost:3000")).forwarded(&shared("http://localhost:3000")),
        simple("GET").with(("origin", "tauri://localhost")).forwarded(&shared("tauri://localhost")),
        simple("GET").with(insecure).forwarded(&[VARY]),
        simple("GET").from(Null).forwarded(&[VARY]),
        simple("GET").with(("origin", "https://app.example.com/")).forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).from(Stranger).forwarded(&[VARY]),
        preflight("POST").from(AllowedOrigin).allowed(ANSWER),
        preflight("POST").from(Null).refused(&[PREFLIGHT_VARY]),
    ]).await;
    check_and_explain(&reflecting.dangerously_allow(Danger::InsecureOrigins), &[
        simple("GET").with(insecure).forwarded(&shared(insecure.1)),
        simple("GET").from(Null).forwarded(&[VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn null_is_allowed_where_it_is_listed() {
    let null = CorsLayer::builder().allow_origins(["null", AllowedOrigin.origin()]);
    check_and_explain(&null.dangerously_allow(Danger::NullOrigin), &[
        simple("GET").from(Null).forwarded(&[("access-control-allow-origin", "null"), VARY]),
        simple("GET").with(("origin", "NULL")).forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn private_network_access_is_allowed_if_a_preflight_asks() {
    let vary = ("vary", "origin, access-control-request-method, access-control-request-headers, access-control-request-private-network");
    let allowed = ("access-control-allow-private-network", "true");
    let builder = CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_private_network(true);
    check_and_explain(&builder, &[
        preflight("POST").from(AllowedOrigin).with(PRIVATE_NETWORK).allowed(&[ALLOW_ORIGIN, allowed, vary]),
        preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, vary]),
        preflight("POST").from(AllowedOrigin).with((PRIVATE_NETWORK.0, "True")).allowed(&[ALLOW_ORIGIN, vary]),
        preflight("POST").from(AllowedOrigin).with(PRIVATE_NETWORK).with(PRIVATE_NETWORK).allowed(&[ALLOW_ORIGIN, vary]),
        preflight("POST").from(Stranger).with(PRIVATE_NETWORK).refused(&[vary]),
        preflighted("GET").from(AllowedOrigin).with(PRIVATE_NETWORK).forwarded(&[ALLOW_ORIGIN, VARY]),
    ]).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn all_responses_vary_by_further_headers() {
    let vary = ("vary", "origin, x-tenant");
    let preflight_vary = ("vary", "origin, x-tenant, access-control-request-method, access-control-request-headers");
    let ours = || CorsLayer::builder().allow_origin(AllowedOrigin.origin());
    // An allowlist lists `origin` once.
    for builder in [ours().vary_on("X-Tenant"), ours().vary_on("x-tenant").vary_on("Origin")] {
        check_and_explain(&builder, &[
            non_cors("GET").forwarded(&[vary]),
            simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, vary]),
            simple("GET").from(Stranger).forwarded(&[vary]),
            preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, preflight_vary]),
            preflight("POST").from(Stranger).refused(&[preflight_vary]),
        ]).await;
    }
    check_and_explain(&ours().vary_on(METHOD), &[
        preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
    ]).await;
    let any = || CorsLayer::builder().allow_any_origin();
    check_and_explain(&any().vary_on("x-tenant"), &[
        non_cors("GET").forwarded(&[ALLOW_ANY, ("vary", "x-tenant")]),
    ]).await;
    // A policy for any origin lists `origin` if `vary_on` does.
    let told = any().vary_on("origin").build().unwrap();
    check_and_explain_layer(&told, &[non_cors("GET").forwarded(&[ALLOW_ANY, VARY])]).await;
    assert_eq!(told.policy().config().vary_on, ["origin"]);
}

#[tokio::test]
async fn the_status_of_an_allowed_preflight_can_be_chosen() {
    let builder = CorsLayer::builder().allow_origin(AllowedOrigin.origin());
    let cases = [
        preflight("POST").from(AllowedOrigin).answered(200, &[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        preflight("PATCH").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
    ];
    check_and_explain(&builder.preflight_status(http::StatusCode::OK), &cases).await;
}

async fn check_and_explain(builder: &CorsLayerBuilder, cases: &[Case]) {
    check_and_explain_layer(&builder.clone().build().unwrap(), cases).await;
}

/// Asserts also that the policy has a reason for each CORS request that it does not allow.
async fn check_and_explain_layer(layer: &CorsLayer, cases: &[Case]) {
    check(layer, cases).await;
    for case in cases {
        let outcome = layer.policy().explain(&case.ask.request());
        assert_eq!(outcome.kind, case.ask.kind, "{}", case.ask);
        let is_allowed = case.has_header("access-control-allow-origin");
        let is_refused = case.ask.kind != RequestKind::NonCors && !is_allowed;
        assert_eq!(outcome.refusal.is_some(), is_refused, "{}", case.ask);
    }
}

#[tokio::test]
async fn a_layer_can_allow_no_origin() {
    let cases = [
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[VARY]),
        simple("GET").from(Null).forwarded(&[VARY]),
        preflight("PUT").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
    ];
    check(&CorsLayer::deny_all(), &cases).await;
}

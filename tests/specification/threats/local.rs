//! Servers that only their place protects: on the user's own machine, or in a private network.

use tower_cors::{CorsLayer, CorsLayerBuilder, Refuse};

use crate::{
    actor::Actor::{Null, Stranger},
    case::{Case, check, non_cors, preflight, preflighted, simple},
    headers::{
        ALLOW_ANY, COOKIE, Header, PREFLIGHT_VARY, PRIVATE_NETWORK, REFUSAL_VARY, SAME_ORIGIN,
        STATIC_PREFLIGHT_VARY, VARY,
    },
};

const PAGE: &str = "http://localhost:3000";
const ALLOW_PAGE: Header<'_> = (ALLOW_ANY.0, PAGE);

fn local() -> CorsLayerBuilder {
    CorsLayer::builder().loopback()
}

fn refusing() -> CorsLayerBuilder {
    local().refuse_disallowed_origins(Refuse::All).no_own_origins()
}

#[tokio::test]
#[rustfmt::skip]
async fn null_is_no_origin_of_this_machine() {
    check(&local().build().unwrap(), &[
        simple("GET").with(("origin", PAGE)).forwarded(&[ALLOW_PAGE, VARY]),
        simple("GET").from(Null).forwarded(&[VARY]),
        simple("GET").from(Null).with(COOKIE).forwarded(&[VARY]),
        simple("GET").from(Null).with(("host", "localhost:3000")).forwarded(&[VARY]),
        preflight("POST").from(Null).refused(&[PREFLIGHT_VARY]),
        preflight("POST").from(Null).with(PRIVATE_NETWORK).refused(&[PREFLIGHT_VARY]),
    ]).await;
    check(&refusing().build().unwrap(), &[
        simple("POST").from(Null).refused(&[REFUSAL_VARY]),
        simple("POST").from(Null).with(COOKIE).refused(&[REFUSAL_VARY]),
    ]).await;
}

/// `Host` is what the sender writes, and so are the headers that proxies add.
#[tokio::test]
async fn no_other_header_makes_a_stranger_s_request_pass() {
    const OTHERS: [Header<'_>; 12] = [
        COOKIE,
        ("host", "localhost:3000"),
        ("host", "evil.example"),
        ("forwarded", "host=localhost:3000"),
        ("referer", "http://localhost:3000/"),
        ("sec-fetch-site", "none"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-origin, same-origin"),
        ("upgrade", "websocket"),
        ("via", "1.1 localhost"),
        ("x-forwarded-host", "localhost:3000"),
    ];
    let case = |other| simple("POST").from(Stranger).with(other);
    let cases = OTHERS.map(|other| case(other).forwarded(&[VARY]));
    check(&local().build().unwrap(), &cases).await;
    let cases = OTHERS.map(|other| case(other).refused(&[REFUSAL_VARY]));
    check(&refusing().build().unwrap(), &cases).await;
}

/// Browsers send these without asking first, and some servers read JSON in a body of any type.
#[tokio::test]
async fn a_refusing_server_gets_no_simple_request_of_strangers() {
    let layer = refusing().build().unwrap();
    let types = ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"];
    let post =
        |origin| move |kind| simple("POST").with(("origin", origin)).with(("content-type", kind));
    let refused = types.map(|kind| post(Stranger.origin())(kind).refused(&[REFUSAL_VARY]));
    let passed = types.map(|kind| post(PAGE)(kind).forwarded(&[ALLOW_PAGE, VARY]));
    check(&layer, &refused).await;
    check(&layer, &passed).await;
    let others: [Case; 5] = [
        simple("GET").from(Stranger).refused(&[REFUSAL_VARY]),
        simple("HEAD").from(Stranger).refused(&[REFUSAL_VARY]),
        preflighted("DELETE").from(Stranger).refused(&[REFUSAL_VARY]),
        non_cors("POST").forwarded(&[VARY]),
        non_cors("POST").from(Stranger).with(SAME_ORIGIN).forwarded(&[REFUSAL_VARY]),
    ];
    check(&layer, &others).await;
}

/// An origin that cannot be read is a refused one. To take its request for no CORS request would let it pass.
#[tokio::test]
async fn an_origin_that_does_not_parse_does_not_pass() {
    let layer = refusing().build().unwrap();
    let origins: [&[u8]; 9] = [
        b"http://[::1",
        b"http://[::1]3000",
        b"http://[0:0:0:0:0:0:0:1]",
        b"http://::1",
        b"http://[fe80::1%25lo]",
        b"http://localhost:65536",
        b"http://localhost\xff",
        b"http://",
        b"",
    ];
    let cases =
        origins.map(|origin| simple("POST").with(("origin", origin)).refused(&[REFUSAL_VARY]));
    check(&layer, &cases).await;
    let cases =
        origins.map(|origin| preflight("POST").with(("origin", origin)).refused(&[PREFLIGHT_VARY]));
    check(&layer, &cases).await;
    let page = ("origin", "http://[::1]:3000");
    let cases = [simple("POST").with(page).forwarded(&[(ALLOW_ANY.0, page.1), VARY])];
    check(&layer, &cases).await;
}

#[tokio::test]
async fn no_default_and_no_preset_allows_private_networks() {
    let names = |names| ("access-control-allow-headers", names);
    let builder = || CorsLayer::builder().allow_origin(PAGE);
    for (builder, further) in [
        (builder(), &[][..]),
        (builder().allow_private_network(false), &[]),
        (local(), &[]),
        (builder().grpc_web(), &[names("content-type,grpc-timeout,x-grpc-web,x-user-agent")]),
        (
            builder().connect(),
            &[names("connect-protocol-version,connect-timeout-ms,content-type,x-user-agent")],
        ),
        (
            builder().mcp().no_own_origins(),
            &[
                names(
                    "authorization,content-type,last-event-id,mcp-method,mcp-name,\
                     mcp-protocol-version,mcp-session-id",
                ),
                ("access-control-allow-methods", "DELETE"),
            ],
        ),
    ] {
        let asks = preflight("POST").with(("origin", PAGE)).with(PRIVATE_NETWORK);
        let answer = [further, &[ALLOW_PAGE, PREFLIGHT_VARY]].concat();
        check(&builder.build().unwrap(), &[asks.allowed(&answer)]).await;
    }
    let asks = preflight("POST").with(("origin", PAGE)).with(PRIVATE_NETWORK);
    let answer = [names("content-type"), ALLOW_ANY, STATIC_PREFLIGHT_VARY];
    check(&CorsLayer::public(), &[asks.allowed(&answer)]).await;
}

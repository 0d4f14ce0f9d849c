//! Decisions for configurations and requests: the kind of the request, whether it reaches the inner
//! service, the status, and all CORS and `Vary` headers.

use std::{convert::Infallible, future::ready, time::Duration};

use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    CorsLayer, CorsLayerBuilder, Danger, Decision, Origin, OriginPattern, OriginSet, Policy,
    Refusal, RequestKind,
};

use Reaches::{Inner, NoOne};
use RequestKind::{NonCors, Preflight, Preflighted, Simple};

type Header = (&'static str, &'static str);

const ORIGIN: Header = ("origin", "https://example.com");
const STRANGER: Header = ("origin", "https://example.org");
const NULL: Header = ("origin", "null");
const PUT: Header = (METHOD, "PUT");
const POST: Header = (METHOD, "POST");
const METHOD: &str = "access-control-request-method";
const NAMES: &str = "access-control-request-headers";

const VARY: Header = ("vary", "origin");
const PREFLIGHT_VARY: Header =
    ("vary", "origin, access-control-request-method, access-control-request-headers");
const STATIC_PREFLIGHT_VARY: Header =
    ("vary", "access-control-request-method, access-control-request-headers");
const ALLOW_ORIGIN: Header = ("access-control-allow-origin", "https://example.com");
const ALLOW_ANY: Header = ("access-control-allow-origin", "*");
const CREDENTIALS: Header = ("access-control-allow-credentials", "true");
const MAX_AGE: Header = ("access-control-max-age", "600");

#[derive(Clone, Copy, Debug, PartialEq)]
enum Reaches {
    Inner,
    NoOne,
}

/// A name, a request, its kind, and the expected result.
type Case<'a> = (&'a str, &'a str, &'a [Header], RequestKind, Reaches, u16, &'a [Header]);

fn full() -> CorsLayerBuilder {
    CorsLayer::builder()
        .allow_origins(["https://example.com", "https://*.example.net:*"])
        .allow_credentials(true)
        .allow_methods(["GET", "PUT", "DELETE"])
        .allow_headers(["X-B", "x-a", "Content-Type"])
        .expose_headers(["x-request-id", "ETag", "content-type"])
        .max_age(Duration::from_secs(600))
}

#[tokio::test]
#[rustfmt::skip]
async fn an_allowlist_with_everything() {
    const METHODS: Header = ("access-control-allow-methods", "DELETE,PUT");
    const HEADERS: Header = ("access-control-allow-headers", "content-type,x-a,x-b");
    const EXPOSED: Header = ("access-control-expose-headers", "etag,x-request-id");
    const SHARED: &[Header] = &[ALLOW_ORIGIN, CREDENTIALS, EXPOSED, VARY];
    const ANSWER: &[Header] = &[ALLOW_ORIGIN, CREDENTIALS, METHODS, HEADERS, MAX_AGE, PREFLIGHT_VARY];
    const REFUSED: &[Header] = &[PREFLIGHT_VARY];
    let subdomain = ("origin", "https://a.example.net:8443");
    let cases: &[Case<'_>] = &[
        ("no origin", "GET", &[], NonCors, Inner, 200, &[VARY]),
        ("no origin, OPTIONS", "OPTIONS", &[PUT], NonCors, Inner, 200, &[VARY]),
        ("simple", "GET", &[ORIGIN], Simple, Inner, 200, SHARED),
        ("simple POST", "POST", &[ORIGIN, ("content-type", "text/plain")], Simple, Inner, 200, SHARED),
        ("preflighted by method", "PUT", &[ORIGIN], Preflighted, Inner, 200, SHARED),
        ("preflighted by header", "POST", &[ORIGIN, ("content-type", "application/json")], Preflighted, Inner, 200, SHARED),
        ("method not listed", "PATCH", &[ORIGIN], Preflighted, Inner, 200, SHARED),
        ("HEAD", "HEAD", &[ORIGIN], Simple, Inner, 200, SHARED),
        ("OPTIONS that is no preflight", "OPTIONS", &[ORIGIN], Preflighted, Inner, 200, SHARED),
        ("a requested method on a GET", "GET", &[ORIGIN, PUT, ("user-agent", "a")], Simple, Inner, 200, SHARED),
        ("cookies and authorization", "GET", &[ORIGIN, ("cookie", "a=b"), ("authorization", "Bearer c")], Preflighted, Inner, 200, SHARED),
        ("cookies", "GET", &[STRANGER, ("cookie", "a=b")], Simple, Inner, 200, &[VARY]),
        ("host", "GET", &[STRANGER, ("host", "example.org")], Simple, Inner, 200, &[VARY]),
        ("pattern", "GET", &[subdomain], Simple, Inner, 200, &[("access-control-allow-origin", subdomain.1), CREDENTIALS, EXPOSED, VARY]),
        ("stranger", "GET", &[STRANGER], Simple, Inner, 200, &[VARY]),
        ("stranger's PUT", "PUT", &[STRANGER], Preflighted, Inner, 200, &[VARY]),
        ("null", "GET", &[NULL], Simple, Inner, 200, &[VARY]),
        ("empty", "GET", &[("origin", "")], Simple, Inner, 200, &[VARY]),
        ("two", "GET", &[ORIGIN, ORIGIN], Simple, Inner, 200, &[VARY]),
        ("a list", "GET", &[("origin", "https://example.com, https://example.org")], Simple, Inner, 200, &[VARY]),
        ("upper case", "GET", &[("origin", "https://EXAMPLE.com")], Simple, Inner, 200, &[VARY]),
        ("preflight", "OPTIONS", &[ORIGIN, PUT], Preflight, NoOne, 204, ANSWER),
        ("preflight, safelisted method", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, ANSWER),
        ("preflight, names", "OPTIONS", &[ORIGIN, PUT, (NAMES, "content-type,x-a")], Preflight, NoOne, 204, ANSWER),
        ("preflight, names in any form", "OPTIONS", &[ORIGIN, PUT, (NAMES, "X-B, x-a"), (NAMES, ",x-a")], Preflight, NoOne, 204, ANSWER),
        ("preflight, an empty list", "OPTIONS", &[ORIGIN, PUT, (NAMES, "")], Preflight, NoOne, 204, ANSWER),
        ("preflight, private network", "OPTIONS", &[ORIGIN, PUT, ("access-control-request-private-network", "true")], Preflight, NoOne, 204, ANSWER),
        ("preflight, method not listed", "OPTIONS", &[ORIGIN, (METHOD, "PATCH")], Preflight, NoOne, 403, REFUSED),
        ("preflight, method in other case", "OPTIONS", &[ORIGIN, (METHOD, "put")], Preflight, NoOne, 403, REFUSED),
        ("preflight, GET in other case", "OPTIONS", &[ORIGIN, (METHOD, "get")], Preflight, NoOne, 403, REFUSED),
        ("preflight, empty method", "OPTIONS", &[ORIGIN, (METHOD, "")], Preflight, NoOne, 403, REFUSED),
        ("preflight, two methods", "OPTIONS", &[ORIGIN, PUT, PUT], Preflight, NoOne, 403, REFUSED),
        ("preflight, name not listed", "OPTIONS", &[ORIGIN, PUT, (NAMES, "x-a,x-c")], Preflight, NoOne, 403, REFUSED),
        ("preflight, no name", "OPTIONS", &[ORIGIN, PUT, (NAMES, "x a")], Preflight, NoOne, 403, REFUSED),
        ("preflight, name not listed, in the first line", "OPTIONS", &[ORIGIN, PUT, (NAMES, "x-c"), (NAMES, "x-a")], Preflight, NoOne, 403, REFUSED),
        ("preflight, stranger", "OPTIONS", &[STRANGER, PUT], Preflight, NoOne, 403, REFUSED),
        ("preflight, null", "OPTIONS", &[NULL, PUT], Preflight, NoOne, 403, REFUSED),
        ("preflight, two origins", "OPTIONS", &[ORIGIN, STRANGER, PUT], Preflight, NoOne, 403, REFUSED),
    ];
    check(&full(), cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn origins_alone() {
    let cases: &[Case<'_>] = &[
        ("simple", "GET", &[ORIGIN], Simple, Inner, 200, &[ALLOW_ORIGIN, VARY]),
        ("upload listener", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, &[ALLOW_ORIGIN, PREFLIGHT_VARY]),
        ("PUT", "OPTIONS", &[ORIGIN, PUT], Preflight, NoOne, 403, &[PREFLIGHT_VARY]),
        ("a header", "OPTIONS", &[ORIGIN, POST, (NAMES, "content-type")], Preflight, NoOne, 403, &[PREFLIGHT_VARY]),
    ];
    check(&CorsLayer::builder().allow_origin("https://example.com"), cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn any_origin() {
    const SHARED: &[Header] = &[ALLOW_ANY, ("access-control-expose-headers", "*")];
    const ANSWER: &[Header] = &[
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
    let cases: &[Case<'_>] = &[
        ("no origin", "GET", &[], NonCors, Inner, 200, SHARED),
        ("simple", "GET", &[ORIGIN], Simple, Inner, 200, SHARED),
        ("null", "GET", &[NULL], Simple, Inner, 200, SHARED),
        ("malformed", "GET", &[("origin", "a b")], Simple, Inner, 200, SHARED),
        ("two", "GET", &[ORIGIN, STRANGER], Simple, Inner, 200, SHARED),
        ("preflight", "OPTIONS", &[ORIGIN, PUT, (NAMES, "x-a")], Preflight, NoOne, 204, ANSWER),
        ("preflight, two origins", "OPTIONS", &[ORIGIN, STRANGER, PUT], Preflight, NoOne, 204, ANSWER),
        ("preflight, names are not read", "OPTIONS", &[ORIGIN, PUT, (NAMES, "authorization;;")], Preflight, NoOne, 204, ANSWER),
        ("OPTIONS without origin", "OPTIONS", &[PUT], NonCors, Inner, 200, SHARED),
        ("preflight, forbidden method", "OPTIONS", &[ORIGIN, (METHOD, "Trace")], Preflight, NoOne, 403, &[STATIC_PREFLIGHT_VARY]),
        ("preflight, no method", "OPTIONS", &[ORIGIN, (METHOD, "P T")], Preflight, NoOne, 403, &[STATIC_PREFLIGHT_VARY]),
    ];
    check(&builder, cases).await;

    let authorization = [ALLOW_ANY, ("access-control-allow-headers", "*,authorization"), STATIC_PREFLIGHT_VARY];
    let cases: &[Case<'_>] = &[
        ("authorization beside any", "OPTIONS", &[ORIGIN, POST, (NAMES, "authorization")], Preflight, NoOne, 204, &authorization),
    ];
    let builder = CorsLayer::builder().allow_any_origin();
    check(&builder.clone().allow_header("Authorization").allow_any_header(), cases).await;
    check(&builder.allow_headers(["*", "authorization"]), cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn the_public_layer() {
    let json = [ALLOW_ANY, ("access-control-allow-headers", "content-type"), STATIC_PREFLIGHT_VARY];
    let cases: &[Case<'_>] = &[
        ("simple", "GET", &[ORIGIN], Simple, Inner, 200, &[ALLOW_ANY]),
        ("JSON", "OPTIONS", &[ORIGIN, POST, (NAMES, "content-type")], Preflight, NoOne, 204, &json),
        ("PUT", "OPTIONS", &[ORIGIN, PUT], Preflight, NoOne, 403, &[STATIC_PREFLIGHT_VARY]),
    ];
    check_layer(&CorsLayer::public(), cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn anything_with_credentials() {
    const REFUSED: &[Header] = &[PREFLIGHT_VARY];
    let echo = [
        ALLOW_ORIGIN,
        CREDENTIALS,
        ("access-control-allow-methods", "PUT"),
        ("access-control-allow-headers", "Authorization, x-a"),
        ("access-control-allow-headers", ",x-b"),
        PREFLIGHT_VARY,
    ];
    let no_names = [ALLOW_ORIGIN, CREDENTIALS, ("access-control-allow-methods", "POST"), PREFLIGHT_VARY];
    let longest = "x".repeat(4096).leak();
    let long_echo = [ALLOW_ORIGIN, CREDENTIALS, ("access-control-allow-methods", "POST"), ("access-control-allow-headers", longest), PREFLIGHT_VARY];
    let cases: &[Case<'_>] = &[
        ("echo", "OPTIONS", &[ORIGIN, PUT, (NAMES, "Authorization, x-a"), (NAMES, ",x-b")], Preflight, NoOne, 204, &echo),
        ("nothing to echo", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, &no_names),
        ("4096 bytes", "OPTIONS", &[ORIGIN, POST, (NAMES, longest)], Preflight, NoOne, 204, &long_echo),
        ("4097 bytes", "OPTIONS", &[ORIGIN, POST, (NAMES, longest), (NAMES, "")], Preflight, NoOne, 403, REFUSED),
        ("no token", "OPTIONS", &[ORIGIN, PUT, (NAMES, "x-a, x;b")], Preflight, NoOne, 403, REFUSED),
        ("forbidden method", "OPTIONS", &[ORIGIN, (METHOD, "CONNECT")], Preflight, NoOne, 403, REFUSED),
    ];
    let builder = CorsLayer::builder()
        .allow_origin("https://example.com")
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header();
    check(&builder, cases).await;
}

/// With `x-a` allowed, a list may have 3 + 3 + 47 bytes: the name with its comma and white space, and
/// sixteen empty elements with two bytes of white space each and the commas between them.
#[tokio::test]
#[rustfmt::skip]
async fn the_longest_list_of_headers() {
    let padded: &str = (" \t,".repeat(16) + "\tx-a ").leak();
    let repeated: &str = ("x-a,".repeat(12) + " x-a,").leak();
    let longer: &str = ("x-a,".repeat(12) + " x-a ,").leak();
    assert_eq!((padded.len(), repeated.len(), longer.len()), (53, 53, 54));
    let names = ("access-control-allow-headers", "x-a");
    let cases: &[Case<'_>] = &[
        ("padded", "OPTIONS", &[ORIGIN, POST, (NAMES, padded)], Preflight, NoOne, 204, &[ALLOW_ORIGIN, names, PREFLIGHT_VARY]),
        ("repeated", "OPTIONS", &[ORIGIN, POST, (NAMES, repeated)], Preflight, NoOne, 204, &[ALLOW_ORIGIN, names, PREFLIGHT_VARY]),
        ("on two lines", "OPTIONS", &[ORIGIN, POST, (NAMES, &repeated[4..]), (NAMES, "x-a")], Preflight, NoOne, 204, &[ALLOW_ORIGIN, names, PREFLIGHT_VARY]),
        ("a byte longer", "OPTIONS", &[ORIGIN, POST, (NAMES, longer)], Preflight, NoOne, 403, &[PREFLIGHT_VARY]),
        ("a line end longer", "OPTIONS", &[ORIGIN, POST, (NAMES, repeated), (NAMES, "")], Preflight, NoOne, 403, &[PREFLIGHT_VARY]),
    ];
    check(&CorsLayer::builder().allow_origin("https://example.com").allow_header("x-a"), cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn what_makes_a_request_preflighted() {
    let long = "a".repeat(128).leak();
    let longer = "a".repeat(129).leak();
    let kinds: &[(&[Header], RequestKind)] = &[
        (&[("accept", "a/b"), ("accept-language", "de"), ("content-language", "de")], Simple),
        (&[("accept", "(")], Preflighted),
        (&[("accept-language", "de_DE")], Preflighted),
        (&[("accept", long)], Simple),
        (&[("accept", longer)], Preflighted),
        (&[("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long)], Simple),
        (&[("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", long), ("accept", "a")], Preflighted),
        (&[("content-type", "Text/Plain ; charset=utf-8")], Simple),
        (&[("content-type", "multipart/form-data; boundary=a")], Simple),
        (&[("content-type", "application/x-www-form-urlencoded")], Simple),
        (&[("content-type", "text /plain")], Preflighted),
        (&[("content-type", "text/plain; a=\"b\"")], Preflighted),
        (&[("content-type", "")], Preflighted),
        (&[("range", "bytes=0-")], Simple),
        (&[("range", "bytes=5-10")], Simple),
        (&[("range", "bytes=05-5")], Simple),
        (&[("range", "bytes=6-5")], Preflighted),
        (&[("range", "bytes=-5")], Preflighted),
        (&[("range", "bytes=0-1,2-3")], Preflighted),
        (&[("range", "Bytes=0-")], Preflighted),
        (&[("range", "bytes=99999999999999999999999999999998-99999999999999999999999999999999")], Simple),
        (&[("x-request-id", "1"), ("user-agent", "a"), ("if-none-match", "b"), ("x-forwarded-for", "c"), ("cf-ray", "d")], Simple),
        (&[("sec-fetch-mode", "cors"), ("cookie", "a=b"), ("referer", "c"), ("dnt", "1")], Simple),
        (&[("x-a", "1")], Preflighted),
        (&[("authorization", "a")], Preflighted),
    ];
    for (headers, kind) in kinds {
        let headers: Vec<Header> = headers.iter().copied().chain([ORIGIN]).collect();
        assert_eq!(RequestKind::of(&try_request("GET", &headers).unwrap()), *kind, "{headers:?}");
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn dangers() {
    fn shared(origin: &'static str) -> [Header; 3] {
        [("access-control-allow-origin", origin), CREDENTIALS, VARY]
    }
    let insecure = ("origin", "http://example.com");
    let cases: &[Case<'_>] = &[
        ("no origin", "GET", &[], NonCors, Inner, 200, &[VARY]),
        ("any", "GET", &[STRANGER], Simple, Inner, 200, &shared("https://example.org")),
        ("loopback", "GET", &[("origin", "http://localhost:3000")], Simple, Inner, 200, &shared("http://localhost:3000")),
        ("application", "GET", &[("origin", "tauri://localhost")], Simple, Inner, 200, &shared("tauri://localhost")),
        ("insecure", "GET", &[insecure], Simple, Inner, 200, &[VARY]),
        ("null", "GET", &[NULL], Simple, Inner, 200, &[VARY]),
        ("malformed", "GET", &[("origin", "https://example.com/")], Simple, Inner, 200, &[VARY]),
        ("two", "GET", &[ORIGIN, STRANGER], Simple, Inner, 200, &[VARY]),
        ("preflight", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, &[ALLOW_ORIGIN, CREDENTIALS, PREFLIGHT_VARY]),
        ("refused preflight", "OPTIONS", &[NULL, POST], Preflight, NoOne, 403, &[PREFLIGHT_VARY]),
    ];
    let reflecting = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials);
    check(&reflecting, cases).await;

    let cases: &[Case<'_>] = &[
        ("insecure", "GET", &[insecure], Simple, Inner, 200, &shared("http://example.com")),
        ("null", "GET", &[NULL], Simple, Inner, 200, &[VARY]),
    ];
    check(&reflecting.dangerously_allow(Danger::InsecureOrigins), cases).await;

    let cases: &[Case<'_>] = &[
        ("null", "GET", &[NULL], Simple, Inner, 200, &[("access-control-allow-origin", "null"), VARY]),
        ("NULL", "GET", &[("origin", "NULL")], Simple, Inner, 200, &[VARY]),
        ("listed", "GET", &[ORIGIN], Simple, Inner, 200, &[ALLOW_ORIGIN, VARY]),
    ];
    let null = CorsLayer::builder().allow_origins(["null", "https://example.com"]);
    check(&null.dangerously_allow(Danger::NullOrigin), cases).await;
}

#[tokio::test]
async fn what_the_inner_service_sets() {
    let layer = full().build().unwrap();
    let inner = [
        ("access-control-allow-origin", "*"),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", "x-inner"),
        ("access-control-allow-methods", "TRACE"),
        ("access-control-something-new", "1"),
        ("access-control-something-else", "1"),
        ("access-control-allow-private-network", "true"),
        ("vary", "accept"),
        ("vary", "accept-language, Cookie"),
        ("x-inner", "1"),
    ];
    let exposed = ("access-control-expose-headers", "etag,x-request-id");
    let kept = [("vary", "accept"), ("vary", "accept-language, Cookie"), VARY];
    for (origin, granted) in [
        (Some(ORIGIN), vec![ALLOW_ORIGIN, CREDENTIALS, exposed]),
        (Some(STRANGER), vec![]),
        (None, vec![]),
    ] {
        for status in [200, 206, 304, 404, 500] {
            let (_, response) = send(&layer, "GET", origin.as_slice(), status, &inner).await;
            assert_eq!(response.status(), status);
            assert_eq!(response.headers()["x-inner"], "1");
            assert_eq!(cors_headers(response.headers()), sorted(&[&granted[..], &kept].concat()));
        }
    }
    for said in ["Origin", "accept, ORIGIN", "*", "accept,*"] {
        let (_, response) = send(&layer, "GET", &[], 200, &[("vary", said)]).await;
        assert_eq!(cors_headers(response.headers()), sorted(&[("vary", said)]));
    }
    for other in ["origins", "x-origin", "", "origin-agent-cluster"] {
        let (_, response) = send(&layer, "GET", &[], 200, &[("vary", other)]).await;
        assert_eq!(cors_headers(response.headers()), sorted(&[("vary", other), VARY]));
    }
}

#[tokio::test]
async fn all_headers_with_credentials() {
    let builder = CorsLayer::builder().allow_origin("https://example.com").allow_credentials(true);
    let layer = builder.expose_all_headers().build().unwrap();
    let inner = [
        ("x-b", "1"),
        ("etag", "1"),
        ("x-b", "2"),
        ("set-cookie", "a=b"),
        ("content-type", "text/plain"),
        ("access-control-x", "1"),
        ("vary", "accept"),
    ];
    let (_, response) = send(&layer, "GET", &[ORIGIN], 200, &inner).await;
    let exposed = ("access-control-expose-headers", "etag,vary,x-b");
    let expected = [ALLOW_ORIGIN, CREDENTIALS, exposed, ("vary", "accept"), VARY];
    assert_eq!(cors_headers(response.headers()), sorted(&expected));
    let (_, response) = send(&layer, "GET", &[STRANGER], 200, &inner).await;
    assert_eq!(cors_headers(response.headers()), sorted(&[("vary", "accept"), VARY]));
}

#[tokio::test]
async fn timing() {
    const TIMING: &str = "timing-allow-origin";
    let timing = |response: &Response<String>| {
        let lines = response.headers().get_all(TIMING).iter();
        lines.map(|line| line.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let inner = [(TIMING, "https://inner.example"), (TIMING, "*")];
    let layer = full().allow_timing(true).build().unwrap();
    let any = CorsLayer::builder().allow_any_origin().allow_timing(true).build().unwrap();
    for (layer, origin, expected) in [
        (&layer, Some(ORIGIN), vec!["https://example.com"]),
        (&layer, Some(STRANGER), vec![]),
        (&layer, None, vec![]),
        (&any, Some(STRANGER), vec!["*"]),
        (&any, None, vec!["*"]),
        (&full().build().unwrap(), Some(ORIGIN), vec!["https://inner.example", "*"]),
    ] {
        let (_, response) = send(layer, "GET", origin.as_slice(), 200, &inner).await;
        assert_eq!(timing(&response), expected, "{origin:?}");
    }
}

#[tokio::test]
#[rustfmt::skip]
async fn private_networks() {
    const ASKS: Header = ("access-control-request-private-network", "true");
    let vary = ("vary", "origin, access-control-request-method, access-control-request-headers, access-control-request-private-network");
    let allowed = ("access-control-allow-private-network", "true");
    let cases: &[Case<'_>] = &[
        ("asked", "OPTIONS", &[ORIGIN, POST, ASKS], Preflight, NoOne, 204, &[ALLOW_ORIGIN, allowed, vary]),
        ("not asked", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, &[ALLOW_ORIGIN, vary]),
        ("asked otherwise", "OPTIONS", &[ORIGIN, POST, (ASKS.0, "True")], Preflight, NoOne, 204, &[ALLOW_ORIGIN, vary]),
        ("asked twice", "OPTIONS", &[ORIGIN, POST, ASKS, ASKS], Preflight, NoOne, 204, &[ALLOW_ORIGIN, vary]),
        ("refused", "OPTIONS", &[STRANGER, POST, ASKS], Preflight, NoOne, 403, &[vary]),
        ("no preflight", "GET", &[ORIGIN, ASKS], Preflighted, Inner, 200, &[ALLOW_ORIGIN, VARY]),
    ];
    let builder = CorsLayer::builder().allow_origin("https://example.com").allow_private_network(true);
    check(&builder, cases).await;
}

#[tokio::test]
#[rustfmt::skip]
async fn further_headers_that_responses_vary_by() {
    let vary = ("vary", "origin, x-tenant");
    let preflight_vary = ("vary", "origin, x-tenant, access-control-request-method, access-control-request-headers");
    let cases: &[Case<'_>] = &[
        ("no origin", "GET", &[], NonCors, Inner, 200, &[vary]),
        ("allowed", "GET", &[ORIGIN], Simple, Inner, 200, &[ALLOW_ORIGIN, vary]),
        ("refused", "GET", &[STRANGER], Simple, Inner, 200, &[vary]),
        ("preflight", "OPTIONS", &[ORIGIN, POST], Preflight, NoOne, 204, &[ALLOW_ORIGIN, preflight_vary]),
        ("refused preflight", "OPTIONS", &[STRANGER, POST], Preflight, NoOne, 403, &[preflight_vary]),
    ];
    let builder = CorsLayer::builder().allow_origin("https://example.com").vary_on("X-Tenant");
    check(&builder, cases).await;
    let layer = builder.build().unwrap();
    for (said, vary) in [
        (vec![("vary", "X-Tenant")], vec![("vary", "X-Tenant"), VARY]),
        (vec![("vary", "accept"), ("vary", "Origin")], vec![("vary", "accept"), ("vary", "Origin"), ("vary", "x-tenant")]),
        (vec![("vary", "accept")], vec![("vary", "accept"), vary]),
        (vec![("vary", "origin,x-tenant")], vec![("vary", "origin,x-tenant")]),
        (vec![("vary", "accept, *")], vec![("vary", "accept, *")]),
    ] {
        let (_, response) = send(&layer, "GET", &[], 200, &said).await;
        assert_eq!(cors_headers(response.headers()), sorted(&vary));
    }
    // An allowlist lists `origin` once. A policy for any origin lists it if `vary_on` does.
    check(&CorsLayer::builder().allow_origin("https://example.com").vary_on("x-tenant").vary_on("Origin"), cases).await;
    let told = CorsLayer::builder().allow_any_origin().vary_on("origin").build().unwrap();
    let (_, response) = send(&told, "GET", &[], 200, &[]).await;
    assert_eq!(cors_headers(response.headers()), sorted(&[ALLOW_ANY, VARY]));
    assert_eq!(told.policy().config().vary_on, ["origin"]);

    let method = CorsLayer::builder().allow_origin("https://example.com").vary_on(METHOD).build().unwrap();
    let (_, response) = send(&method, "OPTIONS", &[ORIGIN, POST], 200, &[]).await;
    assert_eq!(cors_headers(response.headers()), sorted(&[ALLOW_ORIGIN, PREFLIGHT_VARY]));

    let any = CorsLayer::builder().allow_any_origin().vary_on("x-tenant").build().unwrap();
    let (_, response) = send(&any, "GET", &[], 200, &[]).await;
    assert_eq!(cors_headers(response.headers()), sorted(&[ALLOW_ANY, ("vary", "x-tenant")]));
}

#[tokio::test]
async fn the_vary_of_a_request_means_nothing() {
    let layer = full().build().unwrap();
    let (_, response) = send(&layer, "GET", &[("vary", "x-request")], 200, &[]).await;
    assert_eq!(cors_headers(response.headers()), sorted(&[VARY]));
}

#[tokio::test]
async fn a_response_that_can_hold_no_more_headers() {
    let layer = full().build().unwrap();
    let service = layer.layer(service_fn(|_: Request<()>| {
        let mut response = Response::new(String::new());
        let headers = response.headers_mut();
        let mut number = 0;
        while headers
            .try_insert(http::HeaderName::try_from(format!("x-{number}")).unwrap(), number.into())
            .is_ok()
        {
            number += 1;
        }
        ready(Ok::<_, Infallible>(response))
    }));
    let response = service.oneshot(try_request("GET", &[ORIGIN]).unwrap()).await.unwrap();
    assert_eq!(cors_headers(response.headers()), []);
}

#[tokio::test]
async fn the_status_of_an_answer() {
    let layer = full().preflight_status(StatusCode::OK).build().unwrap();
    for (requested, status) in [(PUT, 200), ((METHOD, "PATCH"), 403)] {
        let (_, response) = send(&layer, "OPTIONS", &[ORIGIN, requested], 500, &[]).await;
        assert_eq!(response.status(), status);
    }
}

#[test]
#[rustfmt::skip]
fn reasons() {
    let value = HeaderValue::from_static;
    let long = "a-name-longer-than-all-that-the-policy-allows-together-with-the-tolerance-for-white-space";
    let many = "x-a, x-b, x-c, x-d, x-e, x-f, x-g, x-h, x-i, x-j, x-k, x-l, x-m, x-n, x-o, x-p, x-q, x-r";
    let cases: [(&[Header], Refusal, &str); 14] = [
        (&[ORIGIN, ORIGIN, PUT], Refusal::SeveralOrigins, "more than one Origin line"),
        (&[NULL, PUT], Refusal::NullOrigin, "origin `null` is not allowed"),
        (&[("origin", ""), PUT], Refusal::MalformedOrigin(value("")), "malformed origin ``"),
        (&[("origin", "https://a\tb"), PUT], Refusal::MalformedOrigin(value("https://a\tb")), "malformed origin `https://a\\tb`"),
        (&[STRANGER, PUT], Refusal::OriginNotAllowed(value("https://example.org")), "origin `https://example.org` is not allowed"),
        (&[ORIGIN, PUT, PUT], Refusal::SeveralMethods, "more than one Access-Control-Request-Method line"),
        (&[ORIGIN, (METHOD, "TrAcE")], Refusal::ImpossibleMethod(value("TrAcE")), "no browser sends the method `TrAcE`"),
        (&[ORIGIN, (METHOD, "")], Refusal::ImpossibleMethod(value("")), "no browser sends the method ``"),
        (&[ORIGIN, (METHOD, "PATCH")], Refusal::MethodNotAllowed(value("PATCH")), "method `PATCH` is not allowed"),
        (&[ORIGIN, PUT, (NAMES, "x-a,x-c")], Refusal::HeaderNotAllowed("x-c".into()), "header `x-c` is not allowed"),
        (&[ORIGIN, PUT, (NAMES, "x-a;x-c")], Refusal::ImpossibleHeader("x-a;x-c".into()), "no header has the name `x-a;x-c`"),
        (&[ORIGIN, PUT, (NAMES, "x-a,   x-b")], Refusal::MalformedRequestHeaders, "Access-Control-Request-Headers has too much white space or too many empty elements"),
        (&[ORIGIN, PUT, (NAMES, many)], Refusal::HeaderNotAllowed("x-c".into()), "header `x-c` is not allowed"),
        (&[ORIGIN, PUT, (NAMES, long)], Refusal::RequestHeadersTooLong, "Access-Control-Request-Headers is longer than the allowed names"),
    ];
    let policy = full().build_policy().unwrap();
    for (headers, refusal, text) in cases {
        let outcome = policy.explain(&try_request("OPTIONS", headers).unwrap());
        assert_eq!((outcome.kind, outcome.refusal), (Preflight, Some(refusal.clone())), "{headers:?}");
        assert_eq!(refusal.to_string(), text);
    }
}

#[test]
fn outcomes_in_words() {
    let policy = full().build_policy().unwrap();
    let words = |method, headers: &[Header]| {
        policy.explain(&try_request(method, headers).unwrap()).to_string()
    };
    assert_eq!(words("GET", &[]), "no CORS request");
    assert_eq!(words("GET", &[ORIGIN]), "simple request, allowed");
    assert_eq!(words("PATCH", &[ORIGIN]), "preflighted request, allowed");
    assert_eq!(words("OPTIONS", &[ORIGIN, PUT]), "preflight, allowed");
    assert_eq!(words("OPTIONS", &[NULL, PUT]), "preflight, refused: origin `null` is not allowed");
}

#[test]
fn reasons_are_escaped_and_short() {
    let long = HeaderValue::from_bytes("https://a\u{e9}".repeat(40).as_bytes()).unwrap();
    let text = Refusal::MalformedOrigin(long).to_string();
    assert!(text.starts_with("malformed origin `https://a\\xc3\\xa9https"), "{text}");
    assert!(text.ends_with("...`"), "{text}");
    assert!(text.len() <= "malformed origin ``".len() + 256, "{text}");
}

#[test]
fn hosts_with_empty_labels_are_no_origins() {
    for text in ["https://.", "http://.", "https://.:8080", "https://example.com..", "https://.a"] {
        assert!(text.parse::<OriginPattern>().is_err(), "{text}");
        let any = "https://*.example.com".parse::<OriginPattern>().unwrap();
        let set: OriginSet = [any].into_iter().collect();
        assert!(!set.contains(&HeaderValue::from_static(text)), "{text}");
        assert!(Origin::try_from(HeaderValue::from_static(text)).is_err(), "{text}");
    }
    for text in ["https://*..", "https://.:*", "https://*.example.com.."] {
        assert!(text.parse::<OriginPattern>().is_err(), "{text}");
    }
}

#[test]
fn a_set_is_empty_until_there_is_a_pattern_of_any_kind() {
    assert!(OriginSet::default().is_empty());
    for pattern in ["https://a.com", "https://a.com:*", "https://*.a.com", "https://*.a.com:*"] {
        let set: OriginSet = [pattern.parse::<OriginPattern>().unwrap()].into_iter().collect();
        assert!(!set.is_empty(), "{pattern}");
    }
}

#[test]
fn many_patterns_of_each_kind_are_found() {
    let patterns: Vec<String> = (0..20)
        .flat_map(|index| {
            // Domains of many lengths, each a subdomain of the one before.
            let domain = "a.".repeat(index) + "example";
            [
                format!("https://{index}.com"),
                format!("https://{index}.com:*"),
                format!("http://*.{domain}:{}", index + 1),
            ]
        })
        .collect();
    let set: OriginSet =
        patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap()).collect();
    for pattern in patterns {
        let origin = pattern.replace("*.", "b.").replace(":*", ":8443");
        assert!(set.contains(&HeaderValue::from_str(&origin).unwrap()), "{origin}");
    }
    assert!(!set.contains(&HeaderValue::from_static("http://b.a.a.a:1")));
}

#[test]
fn an_overfull_response_keeps_no_timing_of_the_inner_service() {
    let policy = Policy::builder()
        .allow_origin("https://example.com")
        .allow_timing(true)
        .build_policy()
        .unwrap();
    for has_vary in [true, false] {
        let mut headers = HeaderMap::new();
        headers.insert("timing-allow-origin", HeaderValue::from_static("https://evil.example"));
        if has_vary {
            headers.insert("vary", HeaderValue::from_static("origin"));
        }
        for index in 0.. {
            let name = http::HeaderName::try_from(format!("x-{index}")).unwrap();
            if headers.try_insert(name, HeaderValue::from_static("")).is_err() {
                break;
            }
        }
        let request = try_request("GET", &[("origin", "https://example.com")]).unwrap();
        let Decision::Forward(response) = policy.decide(&request) else {
            panic!("it is no preflight");
        };
        response.apply(&mut headers);
        let timing = headers.get("timing-allow-origin");
        assert!(timing.is_none_or(|origin| origin == "https://example.com"), "{timing:?}");
    }
}

#[test]
fn what_patterns_allow() {
    let value = HeaderValue::from_static;
    let policy = full().build_policy().unwrap();
    assert!(policy.allows_origin(&value("https://example.com")));
    assert!(policy.allows_origin(&value("https://a.example.net")));
    assert!(!policy.allows_origin(&value("https://example.net")));
    assert!(!policy.allows_origin(&value("null")));
    assert!(!CorsLayer::public().policy().allows_origin(&value("https://example.com")));
    let reflecting = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .dangerously_allow(Danger::AnyOriginWithCredentials)
        .build_policy()
        .unwrap();
    assert!(!reflecting.allows_origin(&value("https://example.com")));
}

async fn check(builder: &CorsLayerBuilder, cases: &[Case<'_>]) {
    check_layer(&builder.clone().build().unwrap(), cases).await;
}

async fn check_layer(layer: &CorsLayer, cases: &[Case<'_>]) {
    for &(name, method, headers, kind, reaches, status, expected) in cases {
        let (reached, response) = send(layer, method, headers, 200, &[]).await;
        assert_eq!(reached, reaches, "{name}");
        assert_eq!(response.status(), status, "{name}");
        assert_eq!(cors_headers(response.headers()), sorted(expected), "{name}");

        let outcome = layer.policy().explain(&try_request(method, headers).unwrap());
        assert_eq!(outcome.kind, kind, "{name}");
        let shares = response.headers().contains_key("access-control-allow-origin");
        assert_eq!(outcome.refusal.is_some(), kind != NonCors && !shares, "{name}");
    }
}

async fn send(
    layer: &CorsLayer,
    method: &str,
    headers: &[Header],
    status: u16,
    inner_headers: &[Header],
) -> (Reaches, Response<String>) {
    let service = layer.layer(service_fn(|_: Request<()>| {
        let mut response = Response::new(String::from("inner"));
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        for &(name, value) in inner_headers {
            response.headers_mut().append(name, value.parse().unwrap());
        }
        ready(Ok::<_, Infallible>(response))
    }));
    let response = service.oneshot(try_request(method, headers).unwrap()).await.unwrap();
    let reaches = if response.body().is_empty() { NoOne } else { Inner };
    (reaches, response)
}

fn try_request(method: &str, headers: &[Header]) -> http::Result<Request<()>> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes())?);
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    request.body(())
}

fn cors_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut found: Vec<_> = headers
        .iter()
        .filter(|(name, _)| *name == "vary" || name.as_str().starts_with("access-control-"))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    found.sort();
    found
}

fn sorted(headers: &[Header]) -> Vec<(String, String)> {
    let mut headers: Vec<_> =
        headers.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    headers.sort();
    headers
}

/// The search for a header differs for few and many headers, and for single and repeated ones.
#[test]
fn other_headers_change_nothing() {
    const OTHERS: [&str; 8] = ["x-a", "accept", "x-b", "host", "x-c", "range", "x-d", "te"];

    let policy = full().build_policy().unwrap();
    let of = |headers: &[Header], before: usize, after: usize, repeated: usize| {
        let mut request = Request::new(());
        *request.method_mut() = Method::OPTIONS;
        let others = |count| OTHERS.iter().cycle().take(count).map(|&name| (name, "a"));
        let repeated = others(repeated).chain(others(repeated));
        for (name, value) in
            others(before).chain(headers.iter().copied()).chain(others(after)).chain(repeated)
        {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
        policy.explain(&request).refusal
    };
    let two_origins = [ORIGIN, ORIGIN, PUT];
    let two_methods = [ORIGIN, PUT, PUT];
    let cases: [(&[Header], _); 5] = [
        (&[ORIGIN, PUT, (NAMES, "x-a")], None),
        (&[PUT, (NAMES, "X-A"), ORIGIN], None),
        (
            &[ORIGIN, PUT, (NAMES, "x-a"), (NAMES, "x-z")],
            Some(Refusal::HeaderNotAllowed("x-z".into())),
        ),
        (&two_origins, Some(Refusal::SeveralOrigins)),
        (&two_methods, Some(Refusal::SeveralMethods)),
    ];
    for (headers, refusal) in cases {
        for before in 0..=OTHERS.len() {
            for after in 0..=OTHERS.len() {
                for repeated in 0..3 {
                    let found = of(headers, before, after, repeated);
                    assert_eq!(found, refusal, "{headers:?} {before} {after} {repeated}");
                }
            }
        }
    }
}

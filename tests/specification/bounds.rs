//! Bounds: no request makes the layer read, send back or keep more than it should.

use std::{convert::Infallible, future::ready};

use http::{HeaderName, HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Refusal, RequestKind};

const ORIGIN: &str = "https://app.example.com";
const MEBIBYTE: usize = 1 << 20;

const METHOD: &str = "access-control-request-method";
const NAMES: &str = "access-control-request-headers";

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(ORIGIN)
}

fn preflight(method: &[u8], names: &[&[u8]]) -> Request<()> {
    let mut request = Request::options("/").header("origin", ORIGIN).body(()).unwrap();
    let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap();
    request.headers_mut().insert(METHOD, value(method));
    for line in names {
        request.headers_mut().append(NAMES, value(line));
    }
    request
}

/// Status and all headers of the response.
async fn send(builder: CorsLayerBuilder, request: Request<()>) -> (u16, Vec<(String, String)>) {
    let inner = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
    let response = builder.build().unwrap().layer(inner).oneshot(request).await.unwrap();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers: Vec<_> =
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    headers.sort();
    (response.status().as_u16(), headers)
}

fn header(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn vary() -> (String, String) {
    header("vary", "origin, access-control-request-method, access-control-request-headers")
}

/// This holds for every policy: no method in use is nearly as long.
#[tokio::test]
async fn a_method_of_more_than_64_bytes_is_refused() {
    let longest = "A".repeat(64);
    let any = ours().allow_any_method();
    for (builder, allowed) in [
        (ours(), None),
        (ours().allow_method(&longest), Some(longest.as_str())),
        (any.clone(), Some("*")),
        (any.clone().allow_credentials(true), Some(longest.as_str())),
        (any.clone().allow_methods_of_route(), Some("*")),
        (any.forward_preflights(true), Some("*")),
    ] {
        let (status, headers) = send(builder.clone(), preflight(longest.as_bytes(), &[])).await;
        let methods = headers.iter().find(|(name, _)| name == "access-control-allow-methods");
        assert_eq!(methods.map(|(_, value)| value.as_str()), allowed, "{builder:?}");
        assert_eq!(status < 300, allowed.is_some(), "{builder:?}");
        for length in [65, 66, MEBIBYTE] {
            let method = "A".repeat(length);
            let request = preflight(method.as_bytes(), &[]);
            let outcome = builder.clone().build_policy().unwrap().explain(&request);
            let value = HeaderValue::from_str(&method).unwrap();
            assert_eq!(outcome.refusal, Some(Refusal::MethodTooLong(value)));
            let answer = send(builder.clone(), request).await;
            assert_eq!(answer, (403, vec![vary()]), "{length} {builder:?}");
        }
    }
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
    let builder =
        ours().allow_credentials(true).allow_method("PUT").allow_any_header().diagnose(true);
    let credentials = header("access-control-allow-credentials", "true");
    let methods = header("access-control-allow-methods", "PUT");
    let origin = header("access-control-allow-origin", ORIGIN);
    let refused = header("x-cors-refusal", "method-not-allowed PATCH");
    let large = "x-a,".repeat(MEBIBYTE / 4);
    let lines = vec![&b"\xff;\"\x80 <script>"[..]; 20_000];
    for names in [&[large.as_bytes()][..], &lines, &[b"x-a", b"x b"], &[&[b','; 17]]] {
        let expected = [&credentials, &methods, &origin, &vary(), &refused].map(Clone::clone);
        let (status, headers) = send(builder.clone(), preflight(b"PATCH", names)).await;
        assert_eq!((status, &headers[..]), (204, &expected[..]));
    }
    // Checked names are sent back, so that the browser's own message names the method.
    let names = header("access-control-allow-headers", "x-a,x-b");
    let expected = [&credentials, &names, &methods, &origin, &vary(), &refused].map(Clone::clone);
    let (status, headers) = send(builder.clone(), preflight(b"PATCH", &[b"x-a,x-b"])).await;
    assert_eq!((status, &headers[..]), (204, &expected[..]));
    // A checked method is sent back, too, if a header name is refused.
    let builder =
        ours().allow_credentials(true).allow_any_method().allow_header("x-a").diagnose(true);
    let (_, headers) = send(builder, preflight(b"PATCH", &[b"x-b"])).await;
    assert!(headers.contains(&header("access-control-allow-methods", "PATCH")));
}

/// The reason names a header only from the beginning of a list, and never a part of a name.
#[test]
fn the_reason_is_found_at_the_beginning_of_a_list() {
    let policy = ours().allow_header("x-a").build_policy().unwrap();
    let reason = |names: &[&[u8]]| policy.explain(&preflight(b"GET", names)).refusal.unwrap();
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

/// A browser and its proxies send far fewer. The bound limits the time that a request can take.
#[test]
fn a_request_of_more_than_256_lines_is_taken_to_be_preflighted() {
    for (lines, kind) in [(255, RequestKind::Simple), (256, RequestKind::Preflighted)] {
        let mut request = Request::get("/").header("origin", ORIGIN).body(()).unwrap();
        for line in 0..lines {
            let name = HeaderName::try_from(format!("x-forwarded-{line}")).unwrap();
            request.headers_mut().append(name, HeaderValue::from_static("1"));
        }
        assert_eq!(RequestKind::of(&request), kind, "{lines}");
    }
}

/// Names are compared case-insensitively, and an upper-case letter never makes a name allowed.
#[tokio::test]
async fn names_in_upper_case_are_compared_like_others() {
    let builder = ours().allow_headers(["content-type", "x-a", "x-c"]);
    for (names, is_allowed) in [
        ("X-A", true),
        ("x-a,X-C", true),
        ("Content-Type,X-A,x-C", true),
        ("X-B", false),
        ("A", false),
        ("x-a,Z", false),
        ("Content-Typf", false),
        ("X-", false),
    ] {
        let (status, _) = send(builder.clone(), preflight(b"GET", &[names.as_bytes()])).await;
        assert_eq!(status == 204, is_allowed, "{names}");
    }
}

/// Each line that is sent back takes memory in the response.
#[tokio::test]
async fn an_echo_has_at_most_32_lines() {
    let builder = ours().allow_credentials(true).allow_any_header();
    for (lines, status) in [(32, 204), (33, 403), (2_000, 403)] {
        let names = vec![&b"a"[..]; lines];
        let (found, headers) = send(builder.clone(), preflight(b"GET", &names)).await;
        let echoed = headers.iter().filter(|(name, _)| name == "access-control-allow-headers");
        assert_eq!((found, echoed.count()), (status, if status == 204 { lines } else { 0 }));
    }
}

/// With any origin, only the header names that are sent back depend on the request, and they are bounded, too.
#[tokio::test]
async fn nothing_of_a_refused_preflight_comes_back() {
    let anything = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .allow_any_method()
        .allow_any_header()
        .dangerously_allow(Danger::AnyOriginWithCredentials);
    let large = vec![b'A'; MEBIBYTE];
    for (method, names) in [
        (&large[..], &b""[..]),
        (b"PUT", &large),
        (b"PUT", b"a b"),
        (b"TRACE", b"x-a"),
        (b"", b"x-a"),
    ] {
        let (status, headers) = send(anything.clone(), preflight(method, &[names])).await;
        assert_eq!((status, headers), (403, vec![vary()]));
    }
}

//! Requests of any bytes, to policies that send the request's own origin back.

use http::{HeaderMap, HeaderValue, Request};
use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::{CorsLayer, Danger, Decision, Policy};

use crate::headers::{REQUEST_HEADERS, REQUEST_METHOD};

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_a_single_well_formed_origin_is_sent_back(
        policy in policy(),
        origins in vec(value(), 0..3),
        method in prop::option::of(value()),
        names in vec(value(), 0..3),
    ) {
        let mut request = Request::new(());
        if let Some(method) = method {
            *request.method_mut() = http::Method::OPTIONS;
            request.headers_mut().append(REQUEST_METHOD, method);
        }
        for origin in &origins {
            request.headers_mut().append("origin", origin.clone());
        }
        for names in names {
            request.headers_mut().append(REQUEST_HEADERS, names);
        }
        let headers = answer(&policy, &request);
        let allowed: Vec<_> = headers.get_all("access-control-allow-origin").iter().collect();
        if !allowed.is_empty() {
            prop_assert_eq!(&allowed, &origins.iter().collect::<Vec<_>>());
            prop_assert!(is_well_formed(allowed[0].as_bytes()), "{:?}", allowed);
        }
        // The same request gets the same answer each time.
        prop_assert_eq!(answer(&policy, &request), headers);
    }
}

/// Two policies that send back the origins of strangers, and one that lists origins.
fn policy() -> impl Strategy<Value = Policy> {
    let builder = CorsLayer::builder;
    let policies = [
        builder()
            .allow_any_origin()
            .dangerously_allow(Danger::AnyOriginWithCredentials)
            .dangerously_allow(Danger::InsecureOrigins)
            .allow_any_method()
            .allow_any_header(),
        builder()
            .allow_origin_if(|_, _| true)
            .dangerously_allow(Danger::PredicateWithCredentials)
            .diagnose(true),
        builder().allow_origins(["https://*.example.com:*", "https://example.com", "tauri://a"]),
    ];
    let policies = policies.map(|builder| builder.allow_credentials(true).build_policy().unwrap());
    select(Vec::from(policies))
}

/// What origins, methods and names consist of, in any order, and bytes of any kind.
fn value() -> impl Strategy<Value = HeaderValue> {
    const PARTS: [&[u8]; 24] = [
        b"https://",
        b"http://",
        b"tauri://",
        b"null",
        b"a",
        b"PUT",
        b"x-a",
        b".",
        b"example.com",
        b":",
        b"8443",
        b"[::1]",
        b"127.0.0.1",
        b"*",
        b",",
        b" ",
        b"\t",
        b"/",
        b"@",
        b"%",
        b"?",
        b"\\",
        b"\x80",
        b"xn--",
    ];
    let near = (select(&["https://", "tauri://", ""]), vec(select(&PARTS), 0..5))
        .prop_map(|(scheme, parts)| [scheme.as_bytes(), &parts.concat()].concat());
    prop_oneof![4 => near, 1 => vec(any::<u8>(), 0..40)]
        .prop_filter_map("a header value", |bytes| HeaderValue::from_bytes(&bytes).ok())
}

/// Whether it has a scheme and a host, and nothing that a header or a browser could read otherwise.
fn is_well_formed(origin: &[u8]) -> bool {
    let Some((scheme, rest)) =
        std::str::from_utf8(origin).ok().and_then(|text| text.split_once("://"))
    else {
        return false;
    };
    let is_of_scheme =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    let is_of_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte);
    !scheme.is_empty()
        && !rest.is_empty()
        && scheme.bytes().all(is_of_scheme)
        && rest.bytes().all(is_of_rest)
}

fn answer(policy: &Policy, request: &Request<()>) -> HeaderMap {
    match policy.decide(request) {
        Decision::Forward(headers) => {
            let mut response = HeaderMap::new();
            headers.apply(&mut response);
            response
        }
        Decision::Respond(answer) => answer.into_parts().0.headers,
    }
}

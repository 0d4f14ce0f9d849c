//! Hints: the near miss of a refusal, and what keeps a request from being a preflight.

use http::{HeaderMap, HeaderValue, Request};
use tower_cors::{CorsLayerBuilder, Danger, Decision, Hint, Policy};

fn request(method: &str, headers: &[(&'static str, &str)]) -> Request<()> {
    let mut request = Request::builder().method(method).body(()).unwrap();
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

fn explained(builder: CorsLayerBuilder, method: &str, headers: &[(&'static str, &str)]) -> String {
    builder.build_policy().unwrap().explain(&request(method, headers)).to_string()
}

#[test]
fn a_refused_origin_names_the_similar_one_that_is_allowed() {
    for (listed, sent, expected) in [
        (
            "https://example.com",
            "https://www.example.com",
            "`https://example.com` is allowed, but `www.` makes it another host",
        ),
        (
            "https://www.example.com",
            "https://example.com",
            "`https://www.example.com` is allowed, but `www.` makes it another host",
        ),
        (
            "https://example.com",
            "http://example.com",
            "`https://example.com` is allowed, but the scheme differs",
        ),
        (
            "http://example.com:81",
            "https://example.com:81",
            "`http://example.com:81` is allowed, but the scheme differs",
        ),
        (
            "http://localhost",
            "http://localhost:5173",
            "`http://localhost` is allowed, but the port differs",
        ),
        (
            "http://localhost:3000",
            "http://localhost:5173",
            "`http://localhost:3000` is allowed, but the port differs",
        ),
        (
            "https://example.com:8443",
            "https://example.com",
            "`https://example.com:8443` is allowed, but the port differs",
        ),
        (
            "https://example.com",
            "https://example.com.",
            "`https://example.com` is allowed, but a trailing dot makes it another host",
        ),
        (
            "https://example.com.",
            "https://example.com",
            "`https://example.com.` is allowed, but a trailing dot makes it another host",
        ),
        (
            "https://*.example.com",
            "https://example.com",
            "`https://*.example.com` is allowed, but it does not match the domain itself",
        ),
        (
            "https://*.example.com:*",
            "https://example.com:8443",
            "`https://*.example.com:*` is allowed, but it does not match the domain itself",
        ),
        (
            "https://*.example.com",
            "http://a.example.com",
            "`https://a.example.com` is allowed, but the scheme differs",
        ),
        (
            "http://localhost:5173",
            "http://127.0.0.1:5173",
            "`http://localhost:5173` is allowed, but `localhost` and the loopback addresses are different hosts",
        ),
        (
            "http://[::1]:*",
            "http://localhost:5173",
            "`http://[::1]:5173` is allowed, but `localhost` and the loopback addresses are different hosts",
        ),
    ] {
        let found = explained(Policy::builder().allow_origin(listed), "GET", &[("origin", sent)]);
        let expected =
            format!("simple request, refused: origin `{sent}` is not allowed; {expected}");
        assert_eq!(found, expected);
    }
}

#[test]
fn an_origin_over_http_that_no_predicate_is_asked_about_names_the_danger() {
    const HINT: &str = "; over plain http, it needs Danger::InsecureOrigins";
    let asks = || Policy::builder().allow_origin_if(|_, _| false);
    let credentialed = || {
        let builder = asks().dangerously_allow(Danger::PredicateWithCredentials);
        builder.allow_credentials(true)
    };
    let any = || {
        let builder = Policy::builder().allow_any_origin().allow_credentials(true);
        builder.dangerously_allow(Danger::AnyOriginWithCredentials)
    };
    for (builder, sent, hint) in [
        (credentialed(), "http://dev.internal:3000", HINT),
        (any(), "http://dev.internal:3000", HINT),
        (credentialed(), "https://dev.internal:3000", ""),
        (credentialed(), "http://localhost:3000", ""),
        (credentialed().dangerously_allow(Danger::InsecureOrigins), "http://dev.internal", ""),
        (asks(), "http://dev.internal:3000", ""),
        (Policy::builder().allow_origin("https://example.com"), "http://dev.internal", ""),
    ] {
        let expected = format!("simple request, refused: origin `{sent}` is not allowed{hint}");
        assert_eq!(explained(builder, "GET", &[("origin", sent)]), expected);
    }
}

#[test]
fn a_malformed_origin_names_the_form_that_is_allowed() {
    for (listed, sent, expected) in [
        ("https://example.com", "https://example.com/", "an origin has no trailing slash"),
        ("https://example.com", "https://Example.com", "the case differs"),
        ("https://example.com", "https://example.com:443", "an origin leaves out the default port"),
        ("http://example.com", "http://example.com:80", "an origin leaves out the default port"),
    ] {
        let policy = Policy::builder().allow_origin(listed).build_policy().unwrap();
        let outcome = policy.explain(&request("GET", &[("origin", sent)]));
        let hint = outcome.hint.unwrap().to_string();
        assert_eq!(hint, format!("`{listed}` is allowed, but {expected}"), "{sent}");
    }
}

#[test]
fn origins_that_are_not_similar_have_no_hint() {
    let builder =
        || Policy::builder().allow_origins(["https://example.com", "https://*.example.net"]);
    let policy = builder().build_policy().unwrap();
    for sent in [
        "https://evil.example",
        "https://example.org",
        "https://notexample.com",
        "https://example.com.evil.example",
        "https://wwwexample.com",
        "null",
        "",
        "https://",
        "://",
        "tauri://localhost",
        "https://example.com,https://example.com",
    ] {
        let outcome = policy.explain(&request("GET", &[("origin", sent)]));
        assert!(outcome.refusal.is_some(), "{sent}");
        assert_eq!(outcome.hint, None, "{sent}");
    }
    let two = [("origin", "https://example.com"), ("origin", "https://example.com")];
    assert_eq!(policy.explain(&request("GET", &two)).hint, None);
    let long = format!("https://{}.example.com", "a".repeat(1_000_000));
    assert_eq!(policy.explain(&request("GET", &[("origin", &long)])).hint, None);
}

/// Large sets are not searched, so the work is bounded.
#[test]
fn another_port_is_found_among_at_most_64_origins() {
    for (count, is_found) in [(64, true), (65, false)] {
        let others = (1..count).map(|number| format!("https://n{number}.example.com"));
        let builder = Policy::builder().allow_origin("http://localhost:3000").allow_origins(others);
        let policy = builder.build_policy().unwrap();
        let outcome = policy.explain(&request("GET", &[("origin", "http://localhost:5173")]));
        assert_eq!(outcome.hint.is_some(), is_found, "{count}");
    }
}

#[test]
fn a_refused_method_or_header_names_the_similar_one_that_is_allowed() {
    const ORIGIN: (&str, &str) = ("origin", "https://example.com");
    let builder = || {
        let builder = Policy::builder().allow_origin(ORIGIN.1);
        builder.allow_methods(["PATCH", "DELETE"]).allow_headers(["x-request-id", "x-b"])
    };
    for (method, names, expected) in [
        ("patch", "", "preflight, refused: method `patch` is not allowed; `PATCH` is allowed"),
        ("post", "", "preflight, refused: method `post` is not allowed; `POST` is allowed"),
        ("DELET", "", "preflight, refused: method `DELET` is not allowed; `DELETE` is allowed"),
        ("PUT", "", "preflight, refused: method `PUT` is not allowed"),
        (
            "PATCH",
            "x-requestid",
            "preflight, refused: header `x-requestid` is not allowed; `x-request-id` is allowed",
        ),
        (
            "PATCH",
            "x_request_id",
            "preflight, refused: header `x_request_id` is not allowed; `x-request-id` is allowed",
        ),
        (
            "PATCH",
            "x-request-ids",
            "preflight, refused: header `x-request-ids` is not allowed; `x-request-id` is allowed",
        ),
        ("PATCH", "x-other", "preflight, refused: header `x-other` is not allowed"),
        ("PATCH", "x-a", "preflight, refused: header `x-a` is not allowed"),
        ("GIT", "", "preflight, refused: method `GIT` is not allowed"),
        ("HEAP", "", "preflight, refused: method `HEAP` is not allowed"),
        ("PITCH", "", "preflight, refused: method `PITCH` is not allowed; `PATCH` is allowed"),
    ] {
        let mut headers = vec![ORIGIN, ("access-control-request-method", method)];
        headers.extend((!names.is_empty()).then_some(("access-control-request-headers", names)));
        assert_eq!(explained(builder(), "OPTIONS", &headers), expected);
    }
}

#[test]
fn similar_names_have_at_most_64_bytes() {
    for (length, is_found) in [(63, true), (64, true), (65, false)] {
        let name = format!("x-{}", "a".repeat(length - 2));
        let builder = Policy::builder().allow_origin("https://example.com").allow_header(&name);
        let preflight = request(
            "OPTIONS",
            &[
                ("origin", "https://example.com"),
                ("access-control-request-method", "GET"),
                ("access-control-request-headers", &name.replace('-', "_")),
            ],
        );
        let hint = builder.build_policy().unwrap().explain(&preflight).hint;
        assert_eq!(hint, is_found.then_some(Hint::SimilarHeader(name)), "{length}");
    }
}

#[test]
fn an_allowed_request_whose_preflight_is_refused_says_so() {
    const ORIGIN: (&str, &str) = ("origin", "https://example.com");
    let builder = || Policy::builder().allow_origin(ORIGIN.1).allow_header("x-a");
    for (method, header, expected) in [
        (
            "DELETE",
            None,
            "preflighted request, allowed; its preflight is refused: method `DELETE` is not allowed",
        ),
        (
            "GET",
            Some("x-b"),
            "preflighted request, allowed; its preflight is refused: header `x-b` is not allowed",
        ),
        ("GET", Some("x-a"), "preflighted request, allowed"),
        ("GET", Some("x-forwarded-for"), "simple request, allowed"),
        ("POST", None, "simple request, allowed"),
    ] {
        let header = header.map(|name| (name, "1"));
        let headers: Vec<(&str, &str)> = [ORIGIN].into_iter().chain(header).collect();
        assert_eq!(explained(builder(), method, &headers), expected, "{method} {header:?}");
    }
}

#[test]
fn an_options_request_that_is_no_preflight_says_what_it_lacks() {
    let builder = || Policy::builder().allow_origin("https://example.com");
    for (header, expected) in [
        (
            ("origin", "https://example.com"),
            "preflighted request, allowed; it is no preflight without `access-control-request-method`",
        ),
        (
            ("access-control-request-method", "PUT"),
            "no CORS request; it is no preflight without `origin`",
        ),
        (("x-a", "1"), "no CORS request"),
    ] {
        assert_eq!(explained(builder(), "OPTIONS", &[header]), expected);
    }
    let of_own_page = [("origin", "https://example.com"), ("sec-fetch-site", "same-origin")];
    assert_eq!(explained(builder(), "OPTIONS", &of_own_page), "no CORS request");
}

/// In a response, only the name of the hint is told.
#[test]
fn a_diagnosis_names_no_value_of_the_configuration() {
    let policy = Policy::builder()
        .allow_origin("https://secret.example.com")
        .allow_header("x-secret-id")
        .diagnose(true)
        .build_policy()
        .unwrap();
    let get = request("GET", &[("origin", "http://secret.example.com")]);
    let Decision::Forward(headers) = policy.decide(&get) else { panic!("it is forwarded") };
    let mut response = HeaderMap::new();
    headers.apply(&mut response);
    let expected = "origin-not-allowed http://secret.example.com; hint: scheme";
    assert_eq!(response["x-cors-refusal"], expected);
    let preflight = request(
        "OPTIONS",
        &[
            ("origin", "https://secret.example.com"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "x-secretid"),
        ],
    );
    let Decision::Respond(response) = policy.decide(&preflight) else { panic!("it is refused") };
    let expected = HeaderValue::from_static("header-not-allowed x-secretid; hint: similar-header");
    assert_eq!(response.headers()["x-cors-refusal"], expected);
}

/// The value is cut, so that there is room for the hint.
#[test]
fn a_diagnosis_with_a_hint_has_at_most_256_bytes() {
    let host = format!("{}example.com", "a.".repeat(121));
    let builder = Policy::builder().allow_origin(format!("https://{host}")).diagnose(true);
    let get = request("GET", &[("origin", &format!("http://{host}"))]);
    let decision = builder.build_policy().unwrap().decide(&get);
    let Decision::Forward(headers) = decision else { panic!("it is forwarded") };
    let mut response = HeaderMap::new();
    headers.apply(&mut response);
    let reason = response["x-cors-refusal"].to_str().unwrap();
    assert!(reason.starts_with("origin-not-allowed http://a.a."), "{reason}");
    assert!(reason.ends_with("...; hint: scheme"), "{reason}");
    assert_eq!(reason.len(), 256, "{reason}");
}

#[test]
fn hints_have_names() {
    let of = |listed: &str, sent: &str| {
        let policy = Policy::builder().allow_origin(listed).build_policy().unwrap();
        policy.explain(&request("GET", &[("origin", sent)])).hint.as_ref().map(Hint::name)
    };
    assert_eq!(of("https://example.com", "https://example.com/"), Some("trailing-slash"));
    assert_eq!(of("https://example.com", "https://EXAMPLE.com"), Some("case"));
    assert_eq!(of("https://example.com", "https://example.com:443"), Some("default-port"));
    assert_eq!(of("https://example.com", "https://example.com."), Some("trailing-dot"));
    assert_eq!(of("https://example.com", "http://example.com"), Some("scheme"));
    assert_eq!(of("https://example.com", "https://example.com:1"), Some("port"));
    assert_eq!(of("https://example.com", "https://www.example.com"), Some("www"));
    assert_eq!(of("https://*.example.com", "https://example.com"), Some("bare-domain"));
    assert_eq!(of("http://127.0.0.1", "http://[::1]"), Some("loopback"));
    let policy = Policy::builder().allow_any_origin().allow_credentials(true);
    let policy = policy.dangerously_allow(Danger::AnyOriginWithCredentials).build_policy().unwrap();
    let outcome = policy.explain(&request("GET", &[("origin", "http://example.com")]));
    assert_eq!(outcome.hint.as_ref().map(Hint::name), Some("insecure-origin"));
}

#[test]
fn a_list_that_is_too_long_names_the_similar_header_at_its_beginning() {
    let names = ["X_Request_Id"].into_iter().chain(std::iter::repeat_n("x-b", 60));
    let names: Vec<&str> = names.collect();
    let found = explained(
        Policy::builder().allow_origin("https://example.com").allow_header("x-request-id"),
        "OPTIONS",
        &[
            ("origin", "https://example.com"),
            ("access-control-request-method", "GET"),
            ("access-control-request-headers", &names.join(",")),
        ],
    );
    assert_eq!(
        found,
        "preflight, refused: header `X_Request_Id` is not allowed; `x-request-id` is allowed"
    );
}

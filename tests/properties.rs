//! Properties of all configurations and all requests, tested with random ones.

#[path = "naive/origins.rs"]
mod naive;

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use proptest::{collection::vec, prelude::*, sample::select};
use tower_cors::{
    ConfigOption, ConfigWarning, Danger, Decision, OriginPattern, OriginSet, Policy, RequestKind,
};

/// Hosts that share prefixes, suffixes and labels.
const HOSTS: [&str; 22] = [
    "foo.com",
    "bar.com",
    "barfoo.com",
    "foobar.com",
    "a.foo.com",
    "b.a.foo.com",
    "afoo.com",
    "foo.com.",
    "a.foo.com.",
    "foo.com.evil.net",
    "com",
    "foo",
    "localhost",
    "a.localhost",
    "127.0.0.1",
    "1.127.0.0.1",
    "[::1]",
    "[2001:db8::1]",
    "xn--fa-hia.de",
    "a.xn--fa-hia.de",
    "a_b.foo.com",
    "r3---sn-x.foo.com",
];
const SCHEMES: [&str; 4] = ["https", "http", "tauri", "s"];
const PORTS: [&str; 9] = ["", ":80", ":443", ":8443", ":1", ":65535", ":*", ":0", ":080"];

fn pattern() -> impl Strategy<Value = String> {
    (select(&SCHEMES), select(&["", "", "*."]), select(&HOSTS), select(&PORTS))
        .prop_map(|(scheme, wildcard, host, port)| format!("{scheme}://{wildcard}{host}{port}"))
}

/// Origins that are similar to those that patterns match, and some that are not.
fn origin() -> impl Strategy<Value = Vec<u8>> {
    let near = (
        select(&SCHEMES),
        select(&["", "", "x.", "x.y.", ".", "x"]),
        select(&HOSTS),
        select(&PORTS),
    )
        .prop_map(|(scheme, labels, host, port)| {
            format!("{scheme}://{labels}{host}{port}").into_bytes()
        });
    let mutated = (near.clone(), any::<prop::sample::Index>(), any::<u8>()).prop_map(
        |(mut origin, at, byte)| {
            let at = at.index(origin.len());
            origin[at] = byte;
            origin
        },
    );
    prop_oneof![
        6 => near,
        3 => mutated,
        1 => vec(any::<u8>(), 0..40),
        1 => Just(b"null".to_vec()),
    ]
}

/// The only other `xn--` labels in these tests are invalid mutants.
fn naively_matches(pattern: &str, origin: &[u8]) -> bool {
    naive::matches(pattern, origin, |label| label == "xn--fa-hia")
}

/// Names of few different labels, so that many are subdomains of others. They have one label, up to more labels
/// than are always looked up.
fn deep_host() -> impl Strategy<Value = String> {
    vec(select(&["a.", "b.", "aa."]), 0..12).prop_map(|labels| labels.concat() + "com")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn deep_subdomains_are_found(patterns in vec((deep_host(), select(&["", ":1"])), 0..24), hosts in vec(deep_host(), 1..24)) {
        // Patterns with another port are looked up, too, but do not match.
        let patterns: Vec<String> =
            patterns.iter().map(|(host, port)| format!("https://*.{host}{port}")).collect();
        let set: OriginSet =
            patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap()).collect();
        // Random hosts, and some that match the patterns.
        let below = patterns.iter().map(|pattern| pattern.replace("https://*", "a.b").replace(":1", ""));
        for host in hosts.into_iter().chain(below) {
            let origin = format!("https://{host}");
            let expected =
                patterns.iter().any(|pattern| naively_matches(pattern, origin.as_bytes()));
            let value = HeaderValue::try_from(&origin).unwrap();
            prop_assert_eq!(set.contains(&value), expected, "{} in {:?}", origin, patterns);
        }
    }

    #[test]
    fn a_set_is_a_list_of_patterns(patterns in vec(pattern(), 0..12), origins in vec(origin(), 1..24)) {
        let patterns: Vec<OriginPattern> =
            patterns.iter().filter_map(|pattern| pattern.parse().ok()).collect();
        let set: OriginSet = patterns.iter().cloned().collect();
        for origin in origins {
            let Ok(value) = HeaderValue::from_bytes(&origin) else { continue };
            let expected = patterns.iter().any(|pattern| naively_matches(pattern.as_str(), &origin));
            prop_assert_eq!(set.contains(&value), expected, "{:?} {:?}", patterns, value);
        }
    }

    #[test]
    fn every_pattern_has_an_origin(pattern in pattern(), credentials: bool) {
        let policy = Policy::builder()
            .allow_origin(&pattern)
            .allow_credentials(credentials)
            .dangerously_allow(Danger::InsecureOrigins)
            .build_policy();
        let Ok(policy) = policy else { return Ok(()) };
        let origin = pattern.replace("*.", "a.").replace(":*", "");
        let request = Request::get("/").header(header::ORIGIN, &origin).body(()).unwrap();
        prop_assert_eq!(policy.explain(&request).refusal, None);
        let shared = share(&policy, &request);
        prop_assert_eq!(&shared[header::ACCESS_CONTROL_ALLOW_ORIGIN], origin.as_str());
    }

    #[test]
    fn a_policy_read_back_is_the_same(policy in policy(), request in request()) {
        let Some((policy, _)) = policy else { return Ok(()) };
        let config = policy.config();
        let again = Policy::try_from(config.clone()).unwrap();
        prop_assert_eq!(&again, &policy);
        prop_assert_eq!(again.config(), config);
        prop_assert_eq!(again.to_string(), policy.to_string());
        prop_assert_eq!(result(&again, &request), result(&policy, &request));
        // The configuration read back is normalized, so only its values can cause warnings.
        let is_of_values = |warning: &ConfigWarning| {
            matches!(warning.option(), ConfigOption::AllowOrigins | ConfigOption::MaxAge)
        };
        prop_assert!(again.warnings().iter().all(is_of_values), "{:?}", again.warnings());
    }

    #[test]
    fn what_a_suggestion_says_builds(pattern in pattern(), prefix in "[\"' *.]{0,2}", suffix in "[/?#\"' ]{0,2}") {
        let text = format!("{prefix}{pattern}{suffix}");
        if let Err(mistake) = text.parse::<OriginPattern>()
            && let Some(suggestion) = mistake.suggestion() {
                prop_assert!(suggestion.parse::<OriginPattern>().is_ok(), "{}", mistake);
            }
    }

    /// The policies refuse no requests, so `Sec-Fetch-Site` only tells what kind of request it is.
    #[test]
    fn own_pages_get_the_headers_of_other_pages(policy in policy(), request in request()) {
        let Some((policy, _)) = policy else { return Ok(()) };
        let mut marked = request.clone();
        marked.headers_mut().insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        prop_assert_eq!(result(&policy, &marked), result(&policy, &request));
        let (outcome, unmarked) = (policy.explain(&marked), policy.explain(&request));
        prop_assert_eq!(outcome.answered, unmarked.answered);
        if outcome.kind == RequestKind::NonCors {
            prop_assert_eq!(outcome.refusal, None);
        } else {
            prop_assert_eq!(outcome, unmarked);
        }
    }

    #[test]
    fn no_decision_gives_what_was_not_granted(policy in policy(), request in request()) {
        let Some((policy, allows)) = policy else { return Ok(()) };
        let is_preflight = RequestKind::of(&request) == RequestKind::Preflight;
        let (status, headers) = match policy.decide(&request) {
            Decision::Forward(headers) => {
                prop_assert!(!is_preflight);
                let mut response = HeaderMap::new();
                headers.apply(&mut response);
                (StatusCode::OK, response)
            }
            Decision::Respond(answer) => {
                prop_assert!(is_preflight);
                (answer.status(), answer.headers().clone())
            }
        };
        let shared: Vec<_> = headers.get_all(header::ACCESS_CONTROL_ALLOW_ORIGIN).iter().collect();
        let credentials = headers.get(header::ACCESS_CONTROL_ALLOW_CREDENTIALS);
        let origins: Vec<_> = request.headers().get_all(header::ORIGIN).iter().collect();
        // Never two origins, never `*` with credentials, never `false`.
        prop_assert!(shared.len() <= 1);
        prop_assert!(credentials.is_none_or(|value| value == "true" && shared[0] != "*"));
        // Without an allowed origin, there are no CORS headers, and the origin is not sent back.
        if shared.is_empty() {
            prop_assert!(headers.keys().all(|name| *name == header::VARY), "{:?}", headers);
        }
        for &origin in &origins {
            let is_allowed = origins.len() == 1 && allows.iter().any(|pattern| naively_matches(pattern, origin.as_bytes()));
            let echoes = |value: &HeaderValue| {
                !origin.is_empty() && value.as_bytes().windows(origin.len()).any(|part| part == origin.as_bytes())
            };
            // A short malformed `Origin` may be part of another header value by chance.
            if !is_allowed && origin.len() > 12 {
                prop_assert!(!headers.values().any(echoes), "{:?} in {:?}", origin, headers);
            }
        }
        // The response to a refused preflight is the same for every reason.
        if is_preflight && !status.is_success() {
            prop_assert_eq!(status, StatusCode::FORBIDDEN);
            let hopeless = Request::options("/")
                .header(header::ORIGIN, "nonsense")
                .header(header::ACCESS_CONTROL_REQUEST_METHOD, "TRACE")
                .body(()).unwrap();
            let Decision::Respond(other) = policy.decide(&hopeless) else { unreachable!() };
            prop_assert_eq!((other.status(), other.headers()), (status, &headers));
        }
        // Exactly the refused requests have a reason.
        let outcome = policy.explain(&request);
        let refused = !origins.is_empty() && (shared.is_empty() || !status.is_success());
        prop_assert_eq!(outcome.refusal.is_some(), refused);
        // The decision does not depend on other headers.
        let mut other = request.clone();
        other.headers_mut().insert(header::COOKIE, HeaderValue::from_static("a=b"));
        other.headers_mut().insert(header::HOST, HeaderValue::from_static("foo.com"));
        prop_assert_eq!(result(&policy, &other), result(&policy, &request));
    }
}

/// A policy, and the patterns that it allows.
fn policy() -> impl Strategy<Value = Option<(Policy, Vec<String>)>> {
    let methods = vec(select(&["*", "PUT", "DELETE", "GET"]), 0..3);
    let names = vec(select(&["*", "x-a", "content-type", "authorization"]), 0..3);
    let exposed = vec(select(&["*", "x-a", "etag", "content-type"]), 0..2);
    let flags = (any::<bool>(), any::<bool>());
    let more = (exposed, prop::option::of(0_u64..9000), prop::option::of(200_u16..300), flags);
    (vec(pattern(), 0..4), prop::bool::weighted(0.2), any::<bool>(), methods, names, more).prop_map(
        |(patterns, any_origin, credentials, methods, names, more)| {
            let (exposed, max_age, status, (timing, echo)) = more;
            let has_wildcard = methods.iter().chain(&names).any(|entry| *entry == "*");
            let patterns: Vec<String> = patterns
                .into_iter()
                .filter(|pattern| !any_origin && pattern.parse::<OriginPattern>().is_ok())
                .collect();
            let mut builder = Policy::builder()
                .allow_origins(&patterns)
                .allow_credentials(credentials)
                .allow_methods(methods)
                .allow_headers(names)
                .expose_headers(exposed)
                .echo_beside_wildcard(echo && has_wildcard && !credentials)
                .allow_timing(timing);
            if let Some(seconds) = max_age {
                builder = builder.max_age(Duration::from_secs(seconds));
            }
            if let Some(status) = status {
                builder = builder.preflight_status(StatusCode::from_u16(status).unwrap());
            }
            if any_origin {
                builder = builder.allow_any_origin();
            }
            Some((builder.build_policy().ok()?, patterns))
        },
    )
}

fn request() -> impl Strategy<Value = Request<()>> {
    let method = select(&["GET", "POST", "PUT", "OPTIONS", "OPTIONS", "OPTIONS"]);
    let header = prop_oneof![
        4 => origin().prop_map(|origin| (header::ORIGIN, origin)),
        2 => select(&["PUT", "POST", "PATCH", "put", "", "P T", "TRACE", "*"])
            .prop_map(|method| (header::ACCESS_CONTROL_REQUEST_METHOD, method.into())),
        2 => select(&["x-a", "X-A, content-type", "authorization", "", ",,x-a", "x-a   ,", "x b", "*", "x-\u{e9}"])
            .prop_map(|names| (header::ACCESS_CONTROL_REQUEST_HEADERS, names.into())),
        1 => vec(any::<u8>(), 0..20)
            .prop_map(|value| (header::ACCESS_CONTROL_REQUEST_HEADERS, value)),
        1 => Just((HeaderName::from_static("x-a"), b"b".to_vec())),
    ];
    (method, vec(header, 0..6)).prop_map(|(method, headers)| {
        let mut request = Request::new(());
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
        for (name, value) in headers {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                request.headers_mut().append(name, value);
            }
        }
        request
    })
}

/// The full result of a decision: the status of its own response, and all headers.
fn result(policy: &Policy, request: &Request<()>) -> (Option<StatusCode>, HeaderMap) {
    match policy.decide(request) {
        Decision::Forward(_) => (None, share(policy, request)),
        Decision::Respond(answer) => (Some(answer.status()), answer.headers().clone()),
    }
}

fn share(policy: &Policy, request: &Request<()>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    match policy.decide(request) {
        Decision::Forward(response) => response.apply(&mut headers),
        Decision::Respond(answer) => panic!("{answer:?}"),
    }
    headers
}

/// The fifth suffix of a host that is looked up is not a pattern itself. It leads to a pattern or to none.
#[test]
fn a_pattern_behind_many_looks_is_found() {
    let set = |patterns: &[&str]| -> OriginSet {
        patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap()).collect()
    };
    let near =
        ["https://*.com:1", "https://*.b.com:1", "https://*.c.b.com:1", "https://*.d.c.b.com:1"];
    for length in ["https://*.x.x.x.x.com", "https://*.x.x.x.x.x.com"] {
        for (pattern, origin) in [
            ("https://*.f.e.d.c.b.com", "https://a.f.e.d.c.b.com"),
            ("https://*.g.f.e.d.c.b.com", "https://a.g.f.e.d.c.b.com"),
        ] {
            let patterns = [&near[..], &[length, pattern]].concat();
            assert!(set(&patterns).contains(&HeaderValue::from_static(origin)), "{patterns:?}");
        }
    }
    assert_ne!(set(&["https://*.a.com"]), set(&["https://*.b.com"]));
    assert_eq!(
        set(&["https://*.a.com", "https://*.b.com"]),
        set(&["https://*.b.com", "https://*.a.com"])
    );
}

/// Sets that other crates got wrong, or that are easy to get wrong.
#[test]
fn adversarial_sets() {
    let sets: [&[&str]; 7] = [
        &["https://foo.com", "https://bar.com"],
        &["https://*.foo.com", "https://*.bar.foo.com:*", "https://foo.com:8443"],
        &["https://*.com", "http://*.foo.com", "https://*.foo.com:8443"],
        &["https://localhost", "https://*.localhost:*", "http://localhost:*"],
        &["https://[::1]:*", "https://[2001:db8::1]"],
        &["https://*.foo.com.", "https://foo.com."],
        &["tauri://foo.com", "https://*.foo.com"],
    ];
    for patterns in sets {
        let set: OriginSet =
            patterns.iter().map(|pattern| pattern.parse::<OriginPattern>().unwrap()).collect();
        for scheme in SCHEMES {
            for labels in ["", "a.", "a.b.", ".", "a", "*.", "a-", "A."] {
                for host in HOSTS {
                    for port in PORTS {
                        let origin = format!("{scheme}://{labels}{host}{port}");
                        let expected = patterns
                            .iter()
                            .any(|pattern| naively_matches(pattern, origin.as_bytes()));
                        let value = HeaderValue::try_from(&origin).unwrap();
                        assert_eq!(set.contains(&value), expected, "{origin} in {patterns:?}");
                    }
                }
            }
        }
    }
}

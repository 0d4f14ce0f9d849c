//! All vendored vectors. `vectors/differences.txt` lists exactly the vectors on which this crate differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    future::ready,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::Value;
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, Danger, Decision, OriginPattern, OriginSet, Policy, RequestKind};

const PATTERNS: &str = include_str!("vectors/server/patterns.json");
const ORIGIN_SETS: &str = include_str!("vectors/server/origin-sets.json");
const REQUEST_HEADERS: &str = include_str!("vectors/server/request-headers.json");
const REQUESTS: &str = include_str!("vectors/server/requests.json");
const DIFFERENCES: &str = include_str!("vectors/differences.txt");

#[test]
fn patterns() {
    let differing = vectors(PATTERNS, "patterns").into_iter().filter(|vector| {
        let is_pattern = text(&vector["pattern"]).parse::<OriginPattern>().is_ok();
        is_pattern != vector["ok"].as_bool().unwrap()
    });
    assert_differences(
        "patterns",
        &differing.map(|vector| text(&vector["id"]).to_owned()).collect(),
    );
}

#[test]
fn origin_sets() {
    let mut differing = BTreeSet::new();
    for vector in vectors(ORIGIN_SETS, "sets") {
        let set: OriginSet = texts(&vector["patterns"])
            .into_iter()
            .map(|pattern| pattern.parse::<OriginPattern>().unwrap())
            .collect();
        for origin in vector["origins"].as_array().unwrap() {
            let value = header_value(text(&origin["origin"]));
            if set.contains(&value) != origin["match"].as_bool().unwrap() {
                differing.insert(format!("{} {}", text(&vector["id"]), text(&origin["origin"])));
            }
        }
    }
    assert_differences("origin-sets", &differing);
}

#[test]
fn request_headers() {
    let differing = vectors(REQUEST_HEADERS, "cases").into_iter().filter(|vector| {
        let policy = Policy::builder()
            .allow_origin("https://example.com")
            .allow_headers(texts(&vector["allowed"]))
            .build_policy()
            .unwrap();
        let mut request = Request::options("/")
            .header("origin", "https://example.com")
            .header("access-control-request-method", "GET")
            .body(())
            .unwrap();
        for line in texts(&vector["lines"]) {
            request.headers_mut().append("access-control-request-headers", header_value(line));
        }
        let Decision::Respond(answer) = policy.decide(&request) else { panic!("{vector}") };
        answer.status().is_success() != vector["accepted"].as_bool().unwrap()
    });
    assert_differences(
        "request-headers",
        &differing.map(|vector| text(&vector["id"]).to_owned()).collect(),
    );
}

#[tokio::test]
async fn requests() {
    let file: Value = serde_json::from_str(REQUESTS).unwrap();
    let mut differing = BTreeSet::new();
    for case in file["cases"].as_array().unwrap() {
        let config = &file["configs"][text(&case["config"])];
        let layer = layer(config);
        let mut request = Request::builder()
            .method(Method::from_bytes(text(&case["request"]["method"]).as_bytes()).unwrap())
            .body(())
            .unwrap();
        *request.headers_mut() = header_map(&case["request"]["headers"]);

        let is_preflight = RequestKind::of(&request) == RequestKind::Preflight;
        let reached = AtomicBool::new(false);
        let handler = &file["handlers"][text(&case["handler"])];
        let service = layer.layer(service_fn(|_: Request<()>| {
            reached.store(true, Ordering::Relaxed);
            let mut response = Response::new(());
            *response.status_mut() = status(&handler["status"]);
            *response.headers_mut() = header_map(&handler["headers"]);
            ready(Ok::<_, Infallible>(response))
        }));
        let mut response = service.oneshot(request).await.unwrap();
        let outer = header_map(&case["outer"]);
        for (name, value) in &outer {
            response.headers_mut().append(name, value.clone());
        }

        let expected = &case["expect"];
        let is_same = is_preflight == expected["preflight"].as_bool().unwrap()
            && reached.into_inner() == expected["reached"].as_bool().unwrap()
            && response.status() == status(&expected["status"])
            && lists(response.headers()) == expected_lists(case, config, is_preflight);
        if !is_same {
            differing.insert(text(&case["id"]).to_owned());
        }
    }
    assert_differences("requests", &differing);
}

/// The expected result, in this crate's form if `form` marks the form as a choice.
fn expected_lists(
    case: &Value,
    config: &Value,
    is_preflight: bool,
) -> BTreeMap<String, BTreeSet<String>> {
    let mut headers = lists(&header_map(&case["expect"]["headers"]));
    let form = case["form"].as_str().unwrap_or_default();
    let is_any_origin = texts(&config["origins"]) == ["*"];
    // The response to a plain OPTIONS varies like that to a preflight.
    let is_of_options = form.contains("vary-options");
    if is_of_options || form.contains("vary-preflight") {
        let vary = headers.entry("vary".into()).or_default();
        vary.insert("access-control-request-method".into());
        vary.insert("access-control-request-headers".into());
    }
    if !is_any_origin && (is_preflight || is_of_options) {
        headers.entry("vary".into()).or_default().insert("origin".into());
    }
    // Lists are sent in full, so that one preflight covers all allowed requests.
    if form.contains("acam-single") && texts(&config["methods"]) != ["*"] {
        let methods = texts(&config["methods"]).into_iter();
        let methods = methods.filter(|method| !["GET", "HEAD", "POST"].contains(method));
        headers.insert(
            "access-control-allow-methods".into(),
            methods.map(str::to_ascii_lowercase).collect(),
        );
    }
    if form.contains("acah-echo") && texts(&config["request_headers"]) != ["*"] {
        let names = texts(&config["request_headers"]).into_iter();
        headers.insert(
            "access-control-allow-headers".into(),
            names.map(str::to_ascii_lowercase).collect(),
        );
    }
    headers
}

/// The CORS and `Vary` headers, each as a set of elements. Case does not matter here.
fn lists(headers: &HeaderMap) -> BTreeMap<String, BTreeSet<String>> {
    let mut lists = BTreeMap::<String, BTreeSet<String>>::new();
    for (name, value) in headers {
        if name == "vary" || name.as_str().starts_with("access-control-") {
            let elements = value.to_str().unwrap().split(',').map(str::trim);
            lists.entry(name.to_string()).or_default().extend(
                elements.filter(|element| !element.is_empty()).map(str::to_ascii_lowercase),
            );
        }
    }
    lists
}

fn layer(config: &Value) -> CorsLayer {
    let mut builder = CorsLayer::builder()
        .allow_origins(texts(&config["origins"]))
        .allow_methods(texts(&config["methods"]))
        .allow_headers(texts(&config["request_headers"]))
        .expose_headers(texts(&config["response_headers"]));
    if config["credentialed"].as_bool() == Some(true) {
        builder = builder.allow_credentials(true);
    }
    if config["tolerate_insecure"].as_bool() == Some(true) {
        builder = builder.dangerously_allow(Danger::InsecureOrigins);
    }
    if let Some(seconds) = config["max_age"].as_u64() {
        builder = builder.max_age(Duration::from_secs(seconds));
    }
    builder.build().unwrap()
}

/// Fails on a difference that is not listed, and on a listed vector that does not differ.
fn assert_differences(file: &str, differing: &BTreeSet<String>) {
    let known: BTreeSet<String> = DIFFERENCES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" | ").expect("an id and a reason").0)
        .filter_map(|id| id.strip_prefix(file)?.strip_prefix(' '))
        .map(str::to_owned)
        .collect();
    assert_eq!(differing, &known, "left: what differs; right: what is listed");
}

fn vectors(file: &str, key: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(file).unwrap();
    serde_json::from_value(file[key].take()).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default()
}

fn status(value: &Value) -> StatusCode {
    StatusCode::from_u16(u16::try_from(value.as_u64().unwrap()).unwrap()).unwrap()
}

fn header_map(headers: &Value) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, lines) in headers.as_object().into_iter().flatten() {
        for line in texts(lines) {
            map.append(name.parse::<HeaderName>().unwrap(), header_value(line));
        }
    }
    map
}

/// Each code point of a vector stands for a byte.
fn header_value(text: &str) -> HeaderValue {
    let bytes: Vec<u8> = text.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
    HeaderValue::from_bytes(&bytes).unwrap()
}

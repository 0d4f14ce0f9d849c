//! All vectors for browsers, run against the model. `vectors/browser-differences.txt` lists exactly the vectors on
//! which the model differs.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    fs,
    future::{Ready, ready},
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use serde_json::Value;
use tower::{Service, service_fn};
use tower_cors::browser::{
    Browser, Credentials, Exchange, FetchResponse, Mode, NetworkError, NetworkErrorCause, Page,
    Redirect, ReferrerPolicy, ResponseKind,
};

const DIFFERENCES: &str = include_str!("vectors/browser-differences.txt");

/// The number of vectors of each kind, so that a lost vector fails the test.
const COUNTS: [(&str, usize); 13] = [
    ("cache", 10),
    ("cors-check", 89),
    ("credentials", 4),
    ("expose", 23),
    ("forbidden-header", 45),
    ("method", 10),
    ("origin-header", 15),
    ("preflight-check", 61),
    ("preflight-headers", 13),
    ("preflight-needed", 28),
    ("redirect", 137),
    ("revalidate", 2),
    ("safelisted-request-header", 63),
];

#[tokio::test]
async fn all() {
    let mut counts = BTreeMap::new();
    let mut differing = BTreeSet::new();
    for vector in vectors() {
        let kind = text(&vector["kind"]);
        *counts.entry(kind.to_owned()).or_insert(0) += 1;
        // The vector has bytes that no `HeaderValue` can hold.
        if vector["wire_only"] == true {
            continue;
        }
        if !agrees(kind, &vector).await {
            differing.insert(text(&vector["id"]).to_owned());
        }
    }
    let known: BTreeSet<String> = DIFFERENCES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(" | ").expect("an id and a reason").0.to_owned())
        .collect();
    assert_eq!(differing, known, "left: what differs; right: what is listed");
    assert_eq!(counts, COUNTS.map(|(kind, count)| (kind.to_owned(), count)).into());
}

async fn agrees(kind: &str, vector: &Value) -> bool {
    let expect = &vector["expect"];
    match kind {
        "safelisted-request-header" => {
            let (_, page) = fetch_with_header(vector, "https://api.example").await;
            let is_safelisted = page.exchanges().len() == 1;
            expect["safelisted"] == is_safelisted
        }
        "forbidden-header" => {
            let (_, page) = fetch_with_header(vector, "https://page.example").await;
            let (name, value) = header(&vector["header"]);
            let sent =
                page.exchanges()[0].request_headers().get_all(name).iter().any(|it| it == value);
            expect["forbidden"] == !sent
        }
        "method" => {
            let method = Method::from_bytes(text(&vector["method"]).as_bytes()).unwrap();
            let mut request = Request::new(String::new());
            *request.method_mut() = method;
            *request.uri_mut() = "https://page.example/".parse().unwrap();
            let browser = Browser::new(answering(|_| Response::default()));
            let mut page = browser.page("https://page.example");
            let is_forbidden = page
                .fetch(request)
                .await
                .is_err_and(|error| matches!(error.cause(), NetworkErrorCause::ForbiddenMethod(_)));
            let normalized = page.exchanges().first().map(|exchange| exchange.method().as_str());
            expect["forbidden"] == is_forbidden
                && expect["normalized"].as_str().is_none_or(|method| normalized == Some(method))
        }
        "preflight-needed" => {
            let (_, page) = fetch(&vector["request"], sharing).await;
            expect["preflight"] == page.exchanges()[0].is_preflight()
        }
        "preflight-headers" => preflight_headers(vector).await,
        "preflight-check" => {
            let (result, page) = fetch(&vector["request"], |request| {
                if is_preflight(request) { response(&vector["response"]) } else { sharing(request) }
            })
            .await;
            assert!(page.exchanges()[0].is_preflight(), "{vector}");
            expect["allowed"] == result.is_ok()
        }
        "cors-check" => cors_check(vector).await,
        "expose" => {
            let (result, _) = fetch(&vector["request"], |request| {
                if is_preflight(request) { sharing(request) } else { response(&vector["response"]) }
            })
            .await;
            result.is_ok_and(|result| shows(expect, result.headers()))
        }
        "cache" => cache(vector).await,
        "redirect" => redirect(vector).await,
        "credentials" => credentials(vector).await,
        "origin-header" => origin_header(vector).await,
        // The model has no HTTP cache.
        "revalidate" => false,
        kind => panic!("no such kind: {kind}"),
    }
}

async fn fetch_with_header(vector: &Value, target: &str) -> (Outcome, Page<impl Wire + use<>>) {
    let (name, value) = header(&vector["header"]);
    let mut request = Request::get(target).body(String::new()).unwrap();
    request.headers_mut().append(name, value);
    let browser = Browser::new(answering(sharing));
    let mut page = browser.page("https://page.example");
    let result = page.fetch(request).await;
    (result, page)
}

async fn preflight_headers(vector: &Value) -> bool {
    let expect = &vector["expect"];
    let (_, page) = fetch(&vector["request"], sharing).await;
    let preflight = &page.exchanges()[0];
    let headers = preflight.request_headers();
    let is_as_expected = |(name, value): (&String, &Value)| {
        headers.get(name).map(HeaderValue::as_bytes) == value.as_str().map(str::as_bytes)
    };
    preflight.is_preflight()
        && preflight.method().as_str() == text(&expect["method"])
        && expect["headers"].as_object().unwrap().iter().all(is_as_expected)
        && texts(&expect["absent"]).iter().all(|name| !headers.contains_key(*name))
}

async fn cors_check(vector: &Value) -> bool {
    let expect = &vector["expect"];
    let (result, _) = fetch(&vector["request"], |request| {
        if is_preflight(request) { sharing(request) } else { response(&vector["response"]) }
    })
    .await;
    let kind = result.as_ref().map(|response| name(response.kind())).ok();
    expect["shared"] == kind.is_some_and(|kind| ["basic", "cors"].contains(&kind))
        && expect["response_type"].as_str().is_none_or(|expected| kind == Some(expected))
}

async fn cache(vector: &Value) -> bool {
    let steps = vector["steps"].as_array().unwrap();
    let answers = steps.clone();
    let step = Arc::new(AtomicUsize::new(0));
    let current = Arc::clone(&step);
    let browser = Browser::new(answering(move |request: &Request<String>| {
        // The first hop of a tainted request.
        if request.uri().path() == "/taints" {
            return to_tainted(request);
        }
        let step = &answers[current.load(SeqCst)];
        match &step["actual_response"] {
            _ if is_preflight(request) => response(&step["preflight_response"]),
            Value::Null => sharing(request),
            actual => response(actual),
        }
    }));
    let mut now = 0;
    for (number, (given, expected)) in
        steps.iter().zip(vector["expect"]["steps"].as_array().unwrap()).enumerate()
    {
        step.store(number, SeqCst);
        let at = given["at"].as_u64().unwrap();
        browser.advance(Duration::from_secs(at - now));
        now = at;
        let mut page = browser.page(text(&given["request"]["origin"]));
        let result = run(&mut page, &given["request"]).await;
        let url = text(&given["request"]["url"]);
        let of_it = |exchange: &&Exchange| *exchange.uri() == url;
        let has_preflight = page.exchanges().iter().filter(of_it).any(Exchange::is_preflight);
        let allowed = &expected["allowed"];
        if expected["preflight"] != has_preflight
            || (!allowed.is_null() && *allowed != result.is_ok())
        {
            return false;
        }
    }
    true
}

async fn redirect(vector: &Value) -> bool {
    let (expect, hops) = (&vector["expect"], vector["hops"].as_array().unwrap().clone());
    let hop = AtomicUsize::new(0);
    let (result, page) = fetch(&vector["request"], move |request| {
        let number = hop.load(SeqCst);
        if is_preflight(request) {
            return response(&hops[number]["preflight_response"]);
        }
        hop.fetch_add(1, SeqCst);
        response(&hops[number]["response"])
    })
    .await;
    let exchanges = page.exchanges();
    let last = exchanges.last();
    let mut preflights = Vec::new();
    let mut is_preflighted = false;
    for exchange in exchanges {
        if exchange.is_preflight() {
            is_preflighted = true;
        } else {
            preflights.push(mem::take(&mut is_preflighted));
        }
    }
    if is_preflighted {
        preflights.push(true);
    }
    let header = |name: &str| {
        let value = last?.request_headers().get(name)?;
        Some(String::from_utf8(value.as_bytes().to_vec()).unwrap())
    };
    let outcome = if result.is_ok() { "ok" } else { "network-error" };
    let given = expect.as_object().unwrap().iter();
    given.into_iter().all(|(key, expected)| match key.as_str() {
        "outcome" => expected == outcome,
        // The model has `None` for the standard's 0.
        "status" => result.as_ref().is_ok_and(|response| {
            *expected == response.status().map_or(0, |status| status.as_u16())
        }),
        "response_type" => result.as_ref().is_ok_and(|response| expected == name(response.kind())),
        "final_origin_header" => header("origin").as_deref() == expected.as_str(),
        "final_method" => last.map(|last| last.method().as_str()) == expected.as_str(),
        "final_headers" => expected
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, value)| header(name).as_deref() == value.as_str()),
        "preflights" => *expected == serde_json::json!(preflights),
        key => panic!("no such expectation: {key}"),
    })
}

async fn credentials(vector: &Value) -> bool {
    let expect = &vector["expect"];
    let given = vector["response"].clone();
    let browser = Browser::new(answering(move |request: &Request<String>| {
        if request.uri().path() == "/sets-a-cookie" {
            return Response::builder().header("set-cookie", "a=b").body(String::new()).unwrap();
        }
        if is_preflight(request) || given.is_null() || request.uri().path() == "/reads-cookies" {
            return sharing(request);
        }
        response(&given)
    }));
    let own = |origin: &str, path: &str| {
        let request = Request::get(format!("{origin}{path}")).body(String::new()).unwrap();
        let mut page = browser.page(origin);
        async move {
            page.fetch(request).await.unwrap();
            page.exchanges()[0].request_headers().get("cookie").cloned()
        }
    };
    if let Some(origin) = vector["cookie_stored_for"].as_str() {
        own(origin, "/sets-a-cookie").await;
    }
    let request = &vector["request"];
    let mut page = browser.page(text(&request["origin"]));
    let _ = run(&mut page, request).await;
    let has_cookie = |is_preflight: bool| {
        let mut exchanges =
            page.exchanges().iter().filter(|exchange| exchange.is_preflight() == is_preflight);
        exchanges.any(|exchange| exchange.request_headers().contains_key("cookie"))
    };
    let target: http::Uri = text(&request["url"]).parse().unwrap();
    let origin = format!("{}://{}", target.scheme_str().unwrap(), target.authority().unwrap());
    let kept = own(&origin, "/reads-cookies").await.is_some();
    expect.as_object().unwrap().iter().all(|(key, expected)| match key.as_str() {
        "cookie_sent" => *expected == has_cookie(false),
        "cookie_in_preflight" => *expected == has_cookie(true),
        "set_cookie_honoured" => *expected == kept,
        key => panic!("no such expectation: {key}"),
    })
}

async fn origin_header(vector: &Value) -> bool {
    let request = &vector["request"];
    // The model has no navigation.
    if request["mode"] == "navigate" {
        return false;
    }
    let earlier = request["url_list"].as_array().cloned().unwrap_or_default();
    let next = AtomicUsize::new(1);
    let mut first = request.clone();
    if let Some(url) = earlier.first() {
        first["url"] = url.clone();
    }
    let (_, page) = fetch(&first, move |request| {
        let number = next.fetch_add(1, SeqCst);
        let mut response = sharing(request);
        if let Some(url) = earlier.get(number) {
            *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
            response.headers_mut().insert("location", text(url).parse().unwrap());
        }
        response
    })
    .await;
    let last = page.exchanges().last().unwrap();
    let found = last.request_headers().get("origin").map(|value| value.to_str().unwrap());
    found == vector["expect"]["origin_header"].as_str()
}

type Outcome = Result<FetchResponse<String>, NetworkError>;

/// A service that responds at once.
trait Wire:
    Service<
        Request<String>,
        Response = Response<String>,
        Error = Infallible,
        Future = Ready<Result<Response<String>, Infallible>>,
    >
{
}

impl<S> Wire for S where
    S: Service<
            Request<String>,
            Response = Response<String>,
            Error = Infallible,
            Future = Ready<Result<Response<String>, Infallible>>,
        >
{
}

fn answering<F: Fn(&Request<String>) -> Response<String>>(answer: F) -> impl Wire + use<F> {
    service_fn(move |request| ready(Ok(answer(&request))))
}

async fn fetch<F: Fn(&Request<String>) -> Response<String>>(
    request: &Value,
    answer: F,
) -> (Outcome, Page<impl Wire + use<F>>) {
    let browser = Browser::new(answering(answer));
    let mut page = browser.page(text(&request["origin"]));
    let result = run(&mut page, request).await;
    (result, page)
}

async fn run<S: Wire>(page: &mut Page<S>, request: &Value) -> Outcome {
    let mut sent = Request::new(String::new());
    *sent.method_mut() = Method::from_bytes(text(&request["method"]).as_bytes()).unwrap();
    *sent.headers_mut() = header_map(&request["headers"]);
    *sent.uri_mut() = text(&request["url"]).parse().unwrap();
    if request["tainted"] == true {
        // A redirect from another foreign origin taints the request.
        let target = mem::take(sent.uri_mut());
        *sent.uri_mut() = format!("http://elsewhere.example/taints?{target}").parse().unwrap();
    }
    let mut fetch = page.fetch(sent).upload_listener(request["use_cors_preflight"] == true);
    fetch = fetch.upload_stream(request["body"] == "stream");
    fetch = match request["mode"].as_str() {
        Some("no-cors") => fetch.mode(Mode::NoCors),
        Some("same-origin") => fetch.mode(Mode::SameOrigin),
        Some("cors") => fetch,
        other => panic!("no such mode: {other:?}"),
    };
    fetch = match request["credentials"].as_str() {
        Some("omit") => fetch.credentials(Credentials::Omit),
        Some("include") => fetch.credentials(Credentials::Include),
        Some("same-origin") => fetch,
        other => panic!("no such credentials mode: {other:?}"),
    };
    fetch = match request["redirect"].as_str() {
        Some("error") => fetch.redirect(Redirect::Error),
        Some("manual") => fetch.redirect(Redirect::Manual),
        Some("follow") | None => fetch,
        other => panic!("no such redirect mode: {other:?}"),
    };
    if let Some(policy) = request["referrer_policy"].as_str() {
        fetch = fetch.referrer_policy(match policy {
            "no-referrer" => ReferrerPolicy::NoReferrer,
            "no-referrer-when-downgrade" => ReferrerPolicy::NoReferrerWhenDowngrade,
            "same-origin" => ReferrerPolicy::SameOrigin,
            "origin" => ReferrerPolicy::Origin,
            "strict-origin" => ReferrerPolicy::StrictOrigin,
            "origin-when-cross-origin" => ReferrerPolicy::OriginWhenCrossOrigin,
            "strict-origin-when-cross-origin" => ReferrerPolicy::StrictOriginWhenCrossOrigin,
            "unsafe-url" => ReferrerPolicy::UnsafeUrl,
            other => panic!("no such referrer policy: {other}"),
        });
    }
    fetch.await
}

fn is_preflight(request: &Request<String>) -> bool {
    request.method() == Method::OPTIONS
        && request.headers().contains_key("access-control-request-method")
}

/// Allows the origin, method and headers of the request.
fn sharing(request: &Request<String>) -> Response<String> {
    let mut response = Response::new(String::new());
    let sent = request.headers();
    for (granted, asked) in [
        ("access-control-allow-origin", "origin"),
        ("access-control-allow-methods", "access-control-request-method"),
        ("access-control-allow-headers", "access-control-request-headers"),
    ] {
        if let Some(value) = sent.get(asked) {
            response.headers_mut().insert(granted, value.clone());
        }
    }
    let credentials = HeaderValue::from_static("true");
    response.headers_mut().insert("access-control-allow-credentials", credentials);
    response
}

/// Redirects to the URL in the query.
fn to_tainted(request: &Request<String>) -> Response<String> {
    let mut response = sharing(request);
    if !is_preflight(request) {
        *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        let target = request.uri().query().unwrap().parse().unwrap();
        response.headers_mut().insert("location", target);
    }
    response
}

fn shows(expect: &Value, headers: &HeaderMap) -> bool {
    let combined = |name: &str| {
        let lines = headers.get_all(name).iter();
        let lines: Vec<String> = lines
            .map(|line| line.as_bytes().iter().map(|&byte| char::from(byte)).collect::<String>())
            .map(|line| line.trim_matches([' ', '\t']).to_owned())
            .collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    };
    expect["exposed"]
        .as_object()
        .into_iter()
        .flatten()
        .all(|(name, value)| combined(name).as_deref() == value.as_str())
        && texts(&expect["hidden"]).iter().all(|name| !headers.contains_key(*name))
}

fn name(kind: ResponseKind) -> &'static str {
    match kind {
        ResponseKind::Basic => "basic",
        ResponseKind::Cors => "cors",
        ResponseKind::Opaque => "opaque",
        ResponseKind::OpaqueRedirect => "opaqueredirect",
        other => panic!("no such type: {other:?}"),
    }
}

fn vectors() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/browser");
    let mut vectors = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        vectors.extend(serde_json::from_value::<Vec<Value>>(file["vectors"].take()).unwrap());
    }
    vectors
}

fn response(given: &Value) -> Response<String> {
    let status = given["status"].as_u64().unwrap_or_else(|| panic!("no response: {given}"));
    let mut response = Response::new(String::new());
    *response.status_mut() = StatusCode::from_u16(u16::try_from(status).unwrap()).unwrap();
    *response.headers_mut() = header_map(&given["headers"]);
    response
}

fn header_map(lines: &Value) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.as_array().into_iter().flatten() {
        let (name, value) = header(line);
        headers.append(name, value);
    }
    headers
}

/// In a vector, a code point stands for a byte. Whitespace around a value is not sent.
fn header(line: &Value) -> (HeaderName, HeaderValue) {
    let value = text(&line[1]).trim_matches([' ', '\t']);
    let bytes: Vec<u8> = value.chars().map(|char| u8::try_from(u32::from(char)).unwrap()).collect();
    (text(&line[0]).parse().unwrap(), HeaderValue::from_bytes(&bytes).unwrap())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default()
}

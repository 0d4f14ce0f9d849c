//! Refusing requests on the server, `report_only`, and `diagnose`.

use std::{
    convert::Infallible,
    future::ready,
    sync::atomic::{AtomicUsize, Ordering},
};

use http::{HeaderValue, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{
    CorsLayer, CorsLayerBuilder, Danger, Outcome, Policy, Refusal, Refuse, RequestKind,
};

type Header = (&'static str, &'static str);

const OURS: Header = ("origin", "https://app.example.com");
const EVIL: Header = ("origin", "https://evil.example");
const NULL: Header = ("origin", "null");
const SAME_ORIGIN: Header = ("sec-fetch-site", "same-origin");
const PUT: Header = ("access-control-request-method", "PUT");
const ALLOWED: Header = ("access-control-allow-origin", "https://app.example.com");
const VARY: Header = ("vary", "origin");
const VARY_TOO: Header = ("vary", "origin, sec-fetch-site");
const PREFLIGHT_VARY: Header =
    ("vary", "origin, access-control-request-method, access-control-request-headers");

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin("https://app.example.com").allow_method("PUT")
}

fn refusing(refuse: Refuse) -> CorsLayerBuilder {
    ours().refuse_disallowed_origins(refuse).own_origin("https://tool.example.com")
}

fn request(method: &str, headers: &[Header]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method.parse().unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request
}

/// Status, `true` if the inner service was called, and all headers of the response. The inner service wrongly
/// allows everything.
async fn send(layer: &CorsLayer, request: Request<()>) -> (u16, bool, Vec<(String, String)>) {
    let calls = AtomicUsize::new(0);
    let service = layer.layer(service_fn(|_: Request<()>| {
        calls.fetch_add(1, Ordering::Relaxed);
        let response = Response::builder().status(418).header("access-control-allow-origin", "*");
        ready(Ok::<_, Infallible>(response.body(()).unwrap()))
    }));
    let response = service.oneshot(request).await.unwrap();
    let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
    let mut headers: Vec<(String, String)> =
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    headers.sort();
    (response.status().as_u16(), calls.into_inner() > 0, headers)
}

async fn assert_rows(layer: &CorsLayer, rows: &[(&str, &[Header], u16, &[Header])]) {
    for (method, headers, status, expected) in rows {
        let (found, reached, sent) = send(layer, request(method, headers)).await;
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((found, &sent[..]), (*status, *expected), "{method} {headers:?}");
        assert_eq!(reached, *status == 418, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn all() {
    let layer = refusing(Refuse::All).build().unwrap();
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", &[], 418, &[VARY]),
        ("GET", &[("host", "evil.example")], 418, &[VARY]),
        ("POST", &[OURS], 418, &[ALLOWED, VARY]),
        ("GET", &[EVIL], 403, &[VARY_TOO]),
        ("POST", &[EVIL], 403, &[VARY_TOO]),
        ("POST", &[EVIL, ("host", "evil.example")], 403, &[VARY_TOO]),
        ("OPTIONS", &[EVIL], 403, &[VARY_TOO]),
        ("CONNECT", &[EVIL], 403, &[VARY_TOO]),
        ("GET", &[("origin", "")], 403, &[VARY_TOO]),
        ("GET", &[("origin", "https://app.example.com/")], 403, &[VARY_TOO]),
        ("GET", &[OURS, OURS], 403, &[VARY_TOO]),
        ("GET", &[NULL], 403, &[VARY_TOO]),
        // Preflights do not change.
        ("OPTIONS", &[OURS, PUT], 204, &[("access-control-allow-methods", "PUT"), ALLOWED, PREFLIGHT_VARY]),
        ("OPTIONS", &[EVIL, PUT], 403, &[PREFLIGHT_VARY]),
        ("OPTIONS", &[("origin", "https://tool.example.com"), PUT], 403, &[PREFLIGHT_VARY]),
        // The server's own pages.
        ("POST", &[("origin", "https://tool.example.com")], 418, &[VARY]),
        ("POST", &[("origin", "https://tool.example.com:8443")], 403, &[VARY_TOO]),
        ("POST", &[("origin", "http://tool.example.com")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, SAME_ORIGIN], 418, &[VARY_TOO]),
        ("POST", &[("origin", "http://192.168.1.7:8080"), SAME_ORIGIN], 418, &[VARY_TOO]),
        ("POST", &[NULL, SAME_ORIGIN], 418, &[VARY_TOO]),
        ("POST", &[NULL, ("sec-fetch-site", "cross-site")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, ("sec-fetch-site", "none")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, ("sec-fetch-site", "same-site")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, ("sec-fetch-site", "Same-Origin")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, ("sec-fetch-site", "same-origin, same-origin")], 403, &[VARY_TOO]),
        ("POST", &[EVIL, SAME_ORIGIN, SAME_ORIGIN], 403, &[VARY_TOO]),
        ("POST", &[("origin", "chrome-extension://abc"), SAME_ORIGIN], 403, &[VARY_TOO]),
        ("POST", &[("origin", "tauri://localhost"), SAME_ORIGIN], 403, &[VARY_TOO]),
        ("POST", &[("origin", "https://a b"), SAME_ORIGIN], 403, &[VARY_TOO]),
        ("POST", &[EVIL, EVIL, SAME_ORIGIN], 403, &[VARY_TOO]),
    ]).await;
}

#[tokio::test]
async fn upgrades() {
    let layer = refusing(Refuse::Upgrades).build().unwrap();
    let websocket = ("upgrade", "websocket");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", &[websocket], 418, &[VARY]),
        ("GET", &[OURS, websocket], 418, &[ALLOWED, VARY]),
        ("GET", &[EVIL, websocket], 403, &[VARY_TOO]),
        ("GET", &[EVIL, ("upgrade", "h2c")], 403, &[VARY_TOO]),
        ("CONNECT", &[EVIL], 403, &[VARY_TOO]),
        ("GET", &[EVIL, websocket, SAME_ORIGIN], 418, &[VARY_TOO]),
        ("GET", &[("origin", "https://tool.example.com"), websocket], 418, &[VARY]),
        ("POST", &[EVIL], 418, &[VARY]),
        ("POST", &[EVIL, SAME_ORIGIN], 418, &[VARY]),
        ("POST", &[NULL], 418, &[VARY]),
    ]).await;
}

#[tokio::test]
async fn further_headers_that_vary() {
    let layer = refusing(Refuse::All).vary_on("x-tenant").allow_timing(true).build().unwrap();
    let all = ("vary", "origin, x-tenant, sec-fetch-site");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", &[EVIL], 403, &[all]),
        ("GET", &[EVIL, SAME_ORIGIN], 418, &[all]),
        ("GET", &[], 418, &[("vary", "origin, x-tenant")]),
    ]).await;
}

#[test]
fn outcomes() {
    let policy = refusing(Refuse::All).build_policy().unwrap();
    let of = |headers: &[Header]| {
        let Outcome { kind, refusal, answered, .. } = policy.explain(&request("POST", headers));
        (kind, refusal.map(|refusal| refusal.name()), answered)
    };
    assert_eq!(of(&[]), (RequestKind::NonCors, None, false));
    assert_eq!(of(&[OURS]), (RequestKind::Simple, None, false));
    assert_eq!(of(&[EVIL]), (RequestKind::Simple, Some("origin-not-allowed"), true));
    assert_eq!(of(&[NULL]), (RequestKind::Simple, Some("null-origin"), true));
    assert_eq!(of(&[EVIL, SAME_ORIGIN]), (RequestKind::Simple, None, false));
    assert_eq!(of(&[("origin", "https://tool.example.com")]), (RequestKind::Simple, None, false));
    let policy = refusing(Refuse::Upgrades).build_policy().unwrap();
    let outcome = policy.explain(&request("POST", &[EVIL]));
    assert_eq!((outcome.refusal.is_some(), outcome.answered), (true, false));
}

/// The list protects requests that carry cookies, so it has the same dangers as with credentials.
#[test]
fn what_does_not_build() {
    let refusing = || CorsLayer::builder().refuse_disallowed_origins(Refuse::All);
    let built = |builder: CorsLayerBuilder| match builder.build() {
        Ok(_) => String::new(),
        Err(mistakes) => mistakes.to_string().split(';').next().unwrap().to_owned(),
    };
    #[rustfmt::skip]
    let cases = [
        (refusing().allow_origin("http://example.com"), r#"allow_origins: "http://example.com" is not encrypted, so anyone on the network could use its users' credentials"#),
        (refusing().allow_origin("http://example.com").dangerously_allow(Danger::InsecureOrigins), ""),
        (refusing().allow_origin("http://localhost:*"), ""),
        (refusing().allow_origin("https://*.com"), r#"allow_origins: "https://*.com" covers the names below the public suffix "com", which anyone can have, and they could use your users' credentials"#),
        (refusing().allow_origin("https://*.com").dangerously_allow(Danger::PublicSuffixes), ""),
        (refusing().allow_origin("null").dangerously_allow(Danger::NullOrigin), r#"allow_origins: "null" is the origin of any page that wants it, so where requests carry cookies (with credentials, or when disallowed origins are refused) it would give away what they open"#),
        (refusing().allow_origin_if(|_, _| true), "allow_origins: a predicate decides where requests carry cookies (with credentials, or when disallowed origins are refused), so a slip in it gives away what they open"),
        (refusing().allow_origin_if(|_, _| true).dangerously_allow(Danger::PredicateWithCredentials), ""),
        (refusing().allow_any_origin(), "refuse_disallowed_origins: any origin is allowed, so there is none to refuse"),
        (ours().own_origin("https://a.com"), "own_origins: own origins only pass where others are refused, and none are"),
        (ours().no_own_origins(), "own_origins: own origins only pass where others are refused, and none are"),
        (refusing().loopback().no_own_origins().own_origin("https://a.com"), "own_origins: own origins are listed, and no_own_origins says that there are none"),
        (refusing().loopback().own_origin("https://*.a.com"), r#"own_origins: "https://*.a.com" is not one origin, and a server's own pages have known ones"#),
        (refusing().loopback().own_origin("null"), r#"own_origins: "null" is not one origin, and a server's own pages have known ones"#),
        (refusing().loopback().own_origin("https://a.com/"), r#"own_origins: "https://a.com/" has a path or a trailing slash, and browsers send origins without"#),
        (ours().forward_preflights(true).preflight_status(StatusCode::OK), "forward_preflights: the inner service answers the preflights that are allowed, so preflight_status would have no effect"),
        (ours().forward_preflights(true).allow_methods_of_route(), "forward_preflights: the inner service answers the preflights that are allowed, so it would not be asked for the methods of the route"),
        (refusing().allow_origin("https://a.com").refuse_disallowed_origins(Refuse::Upgrades), "refuse_disallowed_origins: is set to All and to Upgrades, and only one can hold"),
    ];
    for (builder, text) in cases {
        assert_eq!(built(builder), text);
    }
}

#[test]
fn a_predicate_is_not_asked_about_insecure_origins() {
    let policy = ours()
        .refuse_disallowed_origins(Refuse::All)
        .allow_origin_if(|_, _| true)
        .dangerously_allow(Danger::PredicateWithCredentials)
        .build_policy()
        .unwrap();
    let refusal = |origin| policy.explain(&request("POST", &[("origin", origin)])).refusal;
    assert_eq!(refusal("https://any.example"), None);
    assert!(matches!(refusal("http://any.example"), Some(Refusal::OriginNotAllowed(_))));
}

#[test]
fn read_back() {
    let policy = refusing(Refuse::Upgrades).build_policy().unwrap();
    assert_eq!(Policy::try_from(policy.config()).unwrap(), policy);
    assert_eq!(policy.config().own_origins, ["https://tool.example.com"]);
    let none = ours()
        .refuse_disallowed_origins(Refuse::All)
        .no_own_origins()
        .report_only(true)
        .diagnose(true)
        .attach_outcome(true)
        .allow_methods_of_route()
        .build_policy()
        .unwrap();
    assert_eq!(Policy::try_from(none.config()).unwrap(), none);
    assert_ne!(none, policy);
    let text = policy.to_string();
    let line = "\n  upgrades: 403, but for the server's own pages: https://tool.example.com\n";
    assert!(text.contains(line), "{text}");
    assert!(none.to_string().contains("\nall of this is only reported, and nothing done\n"));
    assert_eq!("all".parse(), Ok(Refuse::All));
    assert_eq!(Refuse::Upgrades.to_string(), "upgrades");
    assert_eq!(
        "some".parse::<Refuse>().unwrap_err().to_string(),
        "\"some\" is nothing that can be refused; write all or upgrades"
    );
}

#[tokio::test]
async fn the_model_context_protocol() {
    let layer = CorsLayer::builder().mcp().allow_origin("https://app.example.com").no_own_origins();
    let layer = layer.build().unwrap();
    assert!(layer.policy().warnings().is_empty());
    let delete = ("access-control-request-method", "DELETE");
    let all = (
        "access-control-request-headers",
        "authorization,content-type,last-event-id,mcp-method,mcp-name,mcp-protocol-version,mcp-session-id",
    );
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("OPTIONS", &[OURS, delete, all], 204, &[
            ("access-control-allow-headers", all.1),
            ("access-control-allow-methods", "DELETE"),
            ALLOWED,
            PREFLIGHT_VARY,
        ]),
        ("POST", &[OURS], 418, &[ALLOWED, ("access-control-expose-headers", "mcp-session-id,www-authenticate"), VARY]),
        ("POST", &[EVIL], 403, &[VARY_TOO]),
        ("POST", &[], 418, &[VARY]),
    ]).await;
}

#[tokio::test]
async fn only_reported() {
    let layer = refusing(Refuse::All).report_only(true).build().unwrap();
    let untouched = ("access-control-allow-origin", "*");
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", &[], 418, &[untouched]),
        ("POST", &[OURS], 418, &[untouched]),
        ("POST", &[EVIL], 418, &[untouched]),
        ("OPTIONS", &[OURS, PUT], 418, &[untouched]),
        ("OPTIONS", &[EVIL, PUT], 418, &[untouched]),
    ]).await;
    let outcome = layer.policy().explain(&request("OPTIONS", &[EVIL, PUT]));
    assert_eq!(
        outcome.to_string(),
        "preflight, refused: origin `https://evil.example` is not allowed"
    );
    assert!(!outcome.answered);
}

/// Without a method list, a browser takes the method to be allowed if the upload has listeners.
#[tokio::test]
async fn a_diagnosis_always_lists_methods() {
    let none = CorsLayer::builder().allow_origin(OURS.1).diagnose(true);
    let methods = ("access-control-allow-methods", "GET,HEAD,POST");
    let because = ("x-cors-refusal", "method-not-allowed PUT");
    let layer = none.clone().build().unwrap();
    assert_rows(
        &layer,
        &[("OPTIONS", &[OURS, PUT], 204, &[methods, ALLOWED, PREFLIGHT_VARY, because])],
    )
    .await;
    let layer = none.allow_any_method().allow_methods_of_route().build().unwrap();
    let gone = service_fn(|_: Request<()>| {
        ready(Ok::<_, Infallible>(Response::builder().status(404).body(()).unwrap()))
    });
    let response = layer.layer(gone).oneshot(request("OPTIONS", &[OURS, PUT])).await.unwrap();
    assert_eq!(response.headers()[methods.0], methods.1);
    assert_eq!(response.headers()[because.0], "method-not-of-route PUT");
}

#[tokio::test]
async fn diagnosed() {
    let layer = ours().allow_header("x-a").diagnose(true).build().unwrap();
    let methods = ("access-control-allow-methods", "PUT");
    let names = ("access-control-allow-headers", "x-a");
    let asks = |names| ("access-control-request-headers", names);
    #[rustfmt::skip]
    assert_rows(&layer, &[
        ("GET", &[OURS], 418, &[ALLOWED, VARY]),
        ("GET", &[], 418, &[VARY]),
        ("OPTIONS", &[OURS, PUT], 204, &[names, methods, ALLOWED, PREFLIGHT_VARY]),
        ("GET", &[EVIL], 418, &[VARY, ("x-cors-refusal", "origin-not-allowed https://evil.example")]),
        ("GET", &[OURS, OURS], 418, &[VARY, ("x-cors-refusal", "several-origins")]),
        ("OPTIONS", &[EVIL, PUT], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "origin-not-allowed https://evil.example")]),
        ("OPTIONS", &[NULL, PUT], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "null-origin")]),
        ("OPTIONS", &[OURS, ("access-control-request-method", "PATCH")], 204,
            &[names, methods, ALLOWED, PREFLIGHT_VARY, ("x-cors-refusal", "method-not-allowed PATCH")]),
        ("OPTIONS", &[OURS, PUT, asks("x-a,x-b")], 204,
            &[names, methods, ALLOWED, PREFLIGHT_VARY, ("x-cors-refusal", "header-not-allowed x-b")]),
        // No browser sends these, so the effect of other headers is unknown.
        ("OPTIONS", &[OURS, ("access-control-request-method", "TRACE")], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "impossible-method TRACE")]),
        ("OPTIONS", &[OURS, PUT, PUT], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "several-methods")]),
        ("OPTIONS", &[OURS, PUT, asks("x a")], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "impossible-header x a")]),
        ("OPTIONS", &[OURS, PUT, asks(",,,,,,,,,,,,,,,,,")], 403, &[PREFLIGHT_VARY, ("x-cors-refusal", "malformed-request-headers")]),
    ]).await;
    let refusing = refusing(Refuse::All).diagnose(true).build().unwrap();
    #[rustfmt::skip]
    assert_rows(&refusing, &[
        ("GET", &[EVIL], 403, &[VARY_TOO, ("x-cors-refusal", "origin-not-allowed https://evil.example")]),
        ("GET", &[EVIL, SAME_ORIGIN], 418, &[VARY_TOO]),
    ]).await;
}

#[tokio::test]
async fn a_diagnosis_is_escaped_and_short() {
    let layer = ours().diagnose(true).build().unwrap();
    for origin in [&b"https://\xff\xfe\t"[..], &[b'a'; 5000], &[0xFF; 5000]] {
        let mut request = request("OPTIONS", &[PUT]);
        let value = HeaderValue::from_bytes(origin).unwrap();
        request.headers_mut().insert("origin", value);
        let (status, _, headers) = send(&layer, request).await;
        let (_, reason) = headers.iter().find(|(name, _)| name == "x-cors-refusal").unwrap();
        assert_eq!(status, 403);
        assert!(reason.starts_with("malformed-origin "), "{reason}");
        assert!(reason.len() <= 256, "{reason}");
        assert!(reason.bytes().all(|byte| (b' '..0x7F).contains(&byte)), "{reason}");
        assert_eq!(reason.ends_with("..."), origin.len() > 256, "{reason}");
    }
}

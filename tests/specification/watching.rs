//! Reports of decisions, and decisions that depend on the inner service.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use axum::{
    Router,
    body::Body,
    routing::{any, get},
};
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, CorsLayerBuilder, Outcome, Policy, Refusal, Refuse};

type Header = (&'static str, &'static str);

/// Status and header of the route's response, the requested method, and the allowed methods, or `None` if the preflight
/// is refused.
type RouteRow<'a> = (CorsLayerBuilder, u16, Header, &'a str, Option<&'a [&'a str]>);

const OURS: Header = ("origin", "https://app.example.com");
const EVIL: Header = ("origin", "https://evil.example");
const PUT: Header = ("access-control-request-method", "PUT");
const ALLOWED: Header = ("access-control-allow-origin", OURS.1);
const VARY: Header = ("vary", "origin");
const PREFLIGHT_VARY: Header =
    ("vary", "origin, access-control-request-method, access-control-request-headers");

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(OURS.1).allow_methods(["PUT", "DELETE"])
}

fn request<B: Default>(method: &str, path: &str, headers: &[Header]) -> Request<B> {
    let mut request = Request::builder().method(method).uri(path).body(B::default()).unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request
}

fn lines(headers: &HeaderMap) -> Vec<(&str, &str)> {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|&(name, _)| name != "content-length")
        .collect();
    lines.sort_unstable();
    lines
}

type Reports = Arc<Mutex<Vec<String>>>;

fn reporting(builder: CorsLayerBuilder) -> (CorsLayer, Reports) {
    let reports = Reports::default();
    let seen = Arc::clone(&reports);
    let layer = builder
        .on_decision(move |request, outcome| {
            let text = format!("{} {}: {outcome}", request.method, request.uri.path());
            seen.lock().unwrap().push(text);
        })
        .build()
        .unwrap();
    (layer, reports)
}

/// An inner service that records its requests, and responds with this status and header.
fn remembering(
    requests: &Arc<Mutex<Vec<Request<()>>>>,
    status: u16,
    header: Header,
) -> impl tower::Service<
    Request<()>,
    Response = Response<&'static str>,
    Error = Infallible,
    Future = Ready<Result<Response<&'static str>, Infallible>>,
> + use<> {
    let requests = Arc::clone(requests);
    service_fn(move |request| {
        requests.lock().unwrap().push(request);
        let response = Response::builder().status(status).header(header.0, header.1);
        ready(Ok(response.body("the inner body").unwrap()))
    })
}

#[tokio::test]
async fn the_hook_is_called_once_a_request() {
    let ours = || ours().allow_header("x-a");
    let refusing = ours().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let asks = ("access-control-request-headers", "x-a,x-b");
    #[rustfmt::skip]
    let rows: [(CorsLayerBuilder, &str, &[Header], &str); 11] = [
        (ours(), "GET", &[], "GET /items: no CORS request"),
        (ours(), "GET", &[OURS], "GET /items: simple request, allowed"),
        (ours(), "PUT", &[OURS], "PUT /items: preflighted request, allowed"),
        (ours(), "GET", &[EVIL], "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (ours(), "OPTIONS", &[OURS, PUT], "OPTIONS /items: preflight, allowed"),
        (ours(), "OPTIONS", &[OURS, PUT, asks], "OPTIONS /items: preflight, refused: header `x-b` is not allowed"),
        (refusing.clone(), "GET", &[EVIL], "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (refusing.report_only(true), "GET", &[EVIL], "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (ours().diagnose(true), "OPTIONS", &[EVIL, PUT], "OPTIONS /items: preflight, refused: origin `https://evil.example` is not allowed"),
        (ours().forward_preflights(true), "OPTIONS", &[OURS, PUT], "OPTIONS /items: preflight, refused: the inner service answers the preflight with 418"),
        (ours().allow_methods_of_route(), "OPTIONS", &[OURS, PUT], "OPTIONS /items: preflight, refused: the route does not take the method `PUT`"),
    ];
    for (builder, method, headers, expected) in rows {
        let (layer, reports) = reporting(builder);
        let service = layer.layer(remembering(&Arc::default(), 418, ("allow", "GET")));
        service.oneshot(request(method, "/items", headers)).await.unwrap();
        assert_eq!(*reports.lock().unwrap(), [expected], "{method} {headers:?}");
    }
}

#[tokio::test]
async fn the_hook_is_called_where_the_inner_service_fails() {
    for (builder, headers, expected) in [
        (ours(), &[OURS][..], "GET /: simple request, allowed"),
        (ours().forward_preflights(true), &[OURS, PUT], "OPTIONS /: preflight, allowed"),
        (ours().allow_methods_of_route(), &[OURS, PUT], "OPTIONS /: preflight, allowed"),
    ] {
        let (layer, reports) = reporting(builder);
        let failing = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
        let method = if headers.len() > 1 { "OPTIONS" } else { "GET" };
        let error = layer.layer(failing).oneshot(request(method, "/", headers)).await.unwrap_err();
        assert_eq!(error, "broken");
        assert_eq!(*reports.lock().unwrap(), [expected]);
    }
}

/// A request whose report waits for the inner service is reported even if that panics or the client goes away.
#[test]
fn the_hook_is_called_where_the_inner_service_never_responds() {
    for (builder, method, headers, expected) in [
        (ours(), "GET", &[OURS][..], "GET /: simple request, allowed"),
        (
            ours().attach_outcome(true),
            "GET",
            &[EVIL],
            "GET /: simple request, refused: origin `https://evil.example` is not allowed",
        ),
        (ours().forward_preflights(true), "OPTIONS", &[OURS, PUT], "OPTIONS /: preflight, allowed"),
        (ours().allow_methods_of_route(), "OPTIONS", &[OURS, PUT], "OPTIONS /: preflight, allowed"),
    ] {
        for way in ["panics at once", "panics", "never polled", "waits"] {
            let (layer, reports) = reporting(builder.clone());
            let mut service = layer.layer(service_fn(move |_: Request<()>| {
                assert!(way != "panics at once", "a slip");
                async move {
                    assert!(way != "panics", "a slip");
                    std::future::pending::<Result<Response<()>, Infallible>>().await
                }
            }));
            let request = request(method, "/", headers);
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let mut future = pin!(tower::Service::call(&mut service, request));
                let mut context = Context::from_waker(Waker::noop());
                if way != "never polled" {
                    assert!(future.as_mut().poll(&mut context).is_pending());
                }
            }));
            assert_eq!(*reports.lock().unwrap(), [expected], "{way}");
        }
    }
}

/// The predicate's panic ends the request, and is reported.
#[test]
fn the_hook_is_called_where_a_predicate_panics() {
    let asking =
        || CorsLayer::builder().allow_origin_if(|_, _| panic!("a slip")).allow_method("PUT");
    for (builder, method, headers, expected) in [
        (
            asking(),
            "GET",
            &[OURS][..],
            "GET /: simple request, refused: the request ended before the predicate answered",
        ),
        (
            asking().forward_preflights(true),
            "OPTIONS",
            &[OURS, PUT],
            "OPTIONS /: preflight, refused: the request ended before the predicate answered",
        ),
    ] {
        let (layer, reports) = reporting(builder);
        let mut service = layer.layer(remembering(&Arc::default(), 200, ("x-inner", "1")));
        let request = request(method, "/", headers);
        let call = AssertUnwindSafe(|| drop(tower::Service::call(&mut service, request)));
        let panic = catch_unwind(call).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a slip"), "it is the predicate's own");
        assert_eq!(*reports.lock().unwrap(), [expected]);
    }
}

/// A hook that panics during another panic would abort the process.
#[test]
fn a_hook_that_panics_too_ends_no_process() {
    let layer = ours().forward_preflights(true).on_decision(|_, _| panic!("the hook's slip"));
    let mut service = layer.build().unwrap().layer(service_fn(|_: Request<()>| async {
        panic!("the inner slip");
        #[expect(unreachable_code, reason = "it says what the future's output is")]
        Ok::<_, Infallible>(Response::new(()))
    }));
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let request = request("OPTIONS", "/", &[OURS, PUT]);
        let mut future = pin!(tower::Service::call(&mut service, request));
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"the inner slip"));
}

#[test]
fn asking_a_policy_calls_no_hook() {
    let (layer, reports) = reporting(ours());
    let request = request::<()>("GET", "/", &[OURS]);
    let _ = (layer.policy().decide(&request), layer.policy().explain(&request));
    assert_eq!(*reports.lock().unwrap(), [""; 0]);
}

#[test]
fn two_hooks_are_a_mistake() {
    let twice = ours().on_decision(|_, _| {}).on_decision(|_, _| {});
    assert_eq!(
        twice.build().unwrap_err().to_string(),
        "on_decision: on_decision is given two closures, and only one can be called; join them"
    );
}

#[tokio::test]
async fn outcomes_are_attached_where_it_is_asked_for() {
    let refusing = ours().refuse_disallowed_origins(Refuse::All).no_own_origins();
    for (builder, method, headers, is_refused, is_answered) in [
        (ours(), "GET", &[][..], false, false),
        (ours(), "GET", &[OURS], false, false),
        (ours(), "GET", &[EVIL], true, false),
        (ours(), "OPTIONS", &[OURS, PUT], false, true),
        (ours(), "OPTIONS", &[EVIL, PUT], true, true),
        (refusing.clone(), "GET", &[EVIL], true, true),
        (refusing.report_only(true), "GET", &[EVIL], true, false),
        (ours().diagnose(true), "GET", &[EVIL], true, false),
        (ours().forward_preflights(true), "OPTIONS", &[OURS, PUT], false, false),
        (ours().allow_methods_of_route(), "OPTIONS", &[OURS, PUT], false, true),
    ] {
        for attach in [true, false] {
            let layer = builder.clone().attach_outcome(attach).build().unwrap();
            let service = layer.layer(remembering(&Arc::default(), 200, ("x-inner", "1")));
            let response = service.oneshot(request(method, "/", headers)).await.unwrap();
            let found = response.extensions().get::<Outcome>();
            let found = found.map(|outcome| (outcome.refusal.is_some(), outcome.answered));
            let expected = attach.then_some((is_refused, is_answered));
            assert_eq!(found, expected, "{method} {headers:?} {builder:?}");
        }
    }
}

#[tokio::test]
async fn forwarded_preflights() {
    let forwarding = || ours().forward_preflights(true).max_age(std::time::Duration::from_secs(60));
    let granted = |rest: &[Header]| {
        let mut headers = vec![
            ("access-control-allow-methods", "DELETE,PUT"),
            ALLOWED,
            ("access-control-max-age", "60"),
            PREFLIGHT_VARY,
        ];
        headers.extend(rest);
        headers
    };
    for (status, inner, expected) in [
        (200, ("x-inner", "1"), granted(&[("x-inner", "1")])),
        (404, ("x-inner", "1"), granted(&[("x-inner", "1")])),
        (204, ("access-control-allow-origin", "*"), granted(&[])),
        (204, ("access-control-max-age", "5"), granted(&[])),
    ] {
        let requests = Arc::default();
        let layer = forwarding().build().unwrap();
        let service = layer.layer(remembering(&requests, status, inner));
        let response = service.oneshot(request("OPTIONS", "/items", &[OURS, PUT])).await.unwrap();
        assert_eq!((response.status().as_u16(), *response.body()), (status, "the inner body"));
        assert_eq!(lines(response.headers()), expected);
        let seen = requests.lock().unwrap();
        assert_eq!(lines(seen[0].headers()), [PUT, OURS], "the inner service sees all of it");
    }
    let requests = Arc::default();
    let layer = forwarding().build().unwrap();
    for headers in [&[EVIL, PUT], &[OURS, ("access-control-request-method", "PATCH")]] {
        let service = layer.layer(remembering(&requests, 200, ("x-inner", "1")));
        let response = service.oneshot(request("OPTIONS", "/items", headers)).await.unwrap();
        assert_eq!((response.status().as_u16(), *response.body()), (403, ""));
        assert_eq!(lines(response.headers()), [PREFLIGHT_VARY]);
    }
    assert!(requests.lock().unwrap().is_empty(), "what is refused is not forwarded");
}

#[tokio::test]
async fn what_a_route_says_of_its_methods() {
    let any_method = || CorsLayer::builder().allow_origin(OURS.1).allow_any_method();
    let (all, put) = (&["PUT", "DELETE"][..], &["PUT"][..]);
    #[rustfmt::skip]
    let rows: [RouteRow<'_>; 17] = [
        (ours(), 405, ("allow", "GET,HEAD,PUT"), "PUT", Some(put)),
        (ours(), 405, ("allow", "GET, HEAD, PUT ,DELETE"), "PUT", Some(all)),
        (ours(), 200, ("allow", "PUT"), "PUT", Some(put)),
        (ours(), 401, ("allow", "PUT"), "PUT", Some(put)),
        (ours(), 405, ("allow", "GET,HEAD"), "PUT", None),
        (ours(), 405, ("allow", ""), "PUT", None),
        (ours(), 405, ("allow", "put"), "PUT", None),
        (ours(), 404, ("x-inner", "1"), "PUT", None),
        (ours(), 404, ("allow", "PUT"), "PUT", None),
        // The response lists no methods, so the configuration decides.
        (ours(), 405, ("x-inner", "1"), "PUT", Some(all)),
        (ours(), 401, ("x-inner", "1"), "PUT", Some(all)),
        (ours(), 200, ("x-inner", "1"), "PUT", Some(all)),
        (ours(), 500, ("x-inner", "1"), "PUT", Some(all)),
        // Safelisted methods are always allowed.
        (ours(), 404, ("x-inner", "1"), "POST", Some(&[])),
        (ours(), 405, ("allow", "GET,HEAD"), "POST", Some(&[])),
        (any_method(), 405, ("allow", "GET,LOCK,PUT,*"), "LOCK", Some(&["LOCK", "PUT"])),
        (any_method(), 405, ("allow", "GET,*"), "LOCK", None),
    ];
    for (builder, status, inner, method, methods) in rows {
        let described = format!("{status} {inner:?} {method}");
        let layer = builder.allow_methods_of_route().build().unwrap();
        let requests = Arc::default();
        let service = layer.layer(remembering(&requests, status, inner));
        let asks = [
            OURS,
            ("access-control-request-method", method),
            ("access-control-request-private-network", "true"),
            ("x-further", "1"),
        ];
        let response = service.oneshot(request("OPTIONS", "/items?a=b", &asks)).await.unwrap();
        let mut names = methods.map(<[&str]>::to_vec).unwrap_or_default();
        names.sort_unstable();
        let names = names.join(",");
        let mut expected = vec![("access-control-allow-methods", names.as_str()), ALLOWED];
        expected.retain(|&(_, value)| methods.is_some() && !value.is_empty());
        expected.push(PREFLIGHT_VARY);
        let status = if methods.is_some() { 204 } else { 403 };
        assert_eq!((response.status().as_u16(), *response.body()), (status, ""), "{described}");
        assert_eq!(lines(response.headers()), expected, "{described}");
        // The inner service sees a plain OPTIONS.
        let seen = requests.lock().unwrap();
        assert_eq!(
            (seen[0].method().as_str(), seen[0].uri().to_string()),
            ("OPTIONS", "/items?a=b".into())
        );
        assert_eq!(lines(seen[0].headers()), [OURS, ("x-further", "1")], "{described}");
    }
}

/// The route's methods are not looked up for a preflight that the policy refuses, nor for other requests.
#[tokio::test]
async fn when_a_route_is_not_asked() {
    let layer = ours().allow_methods_of_route().build().unwrap();
    for (method, headers, status) in [
        ("OPTIONS", &[EVIL, PUT][..], 403),
        ("OPTIONS", &[OURS, ("access-control-request-method", "PATCH")], 403),
        ("OPTIONS", &[OURS], 405),
        ("GET", &[OURS], 405),
    ] {
        let requests = Arc::default();
        let service = layer.layer(remembering(&requests, 405, ("allow", "GET")));
        let response = service.oneshot(request(method, "/", headers)).await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{method} {headers:?}");
        let calls = usize::from(status == 405);
        assert_eq!(requests.lock().unwrap().len(), calls, "{method} {headers:?}");
    }
}

#[tokio::test]
async fn the_methods_of_routes_in_axum() {
    let items = Router::new()
        .route("/items", get(async || "all items").put(async || "changed"))
        .route("/items/{id}", get(async || "one").delete(async || "gone"))
        .route("/any", any(async || "anything"));
    let cors = ours().allow_methods_of_route().build().unwrap();
    let app: Router = Router::new().fallback_service(cors.layer(items));
    for (path, method, methods) in [
        ("/items", "PUT", Some("PUT")),
        ("/items", "DELETE", None),
        ("/items/1", "DELETE", Some("DELETE")),
        ("/items/1", "PUT", None),
        ("/nothing", "PUT", None),
        // This route takes every method, even `OPTIONS`, and lists none.
        ("/any", "PUT", Some("DELETE,PUT")),
    ] {
        let asks = [OURS, ("access-control-request-method", method)];
        let response = app.clone().oneshot(request::<Body>("OPTIONS", path, &asks)).await.unwrap();
        let mut expected: Vec<Header> = Vec::new();
        if let Some(methods) = methods {
            expected.extend([("access-control-allow-methods", methods), ALLOWED]);
        }
        expected.push(PREFLIGHT_VARY);
        let mut found = lines(response.headers());
        found.retain(|&(name, _)| name != "allow");
        assert_eq!(found, expected, "{method} {path}");
        let status = if methods.is_some() { 204 } else { 403 };
        assert_eq!(response.status(), status, "{method} {path}");
    }
    let response = app.oneshot(request::<Body>("GET", "/items", &[OURS])).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["vary"]),
        (200, &VARY.1.parse().unwrap())
    );
}

/// With `diagnose`, the browser's own check names the method.
#[tokio::test]
async fn a_diagnosed_route() {
    let layer = ours().allow_methods_of_route().diagnose(true).build().unwrap();
    let service = layer.layer(remembering(&Arc::default(), 405, ("allow", "GET,DELETE")));
    let response = service.oneshot(request("OPTIONS", "/", &[OURS, PUT])).await.unwrap();
    assert_eq!(response.status(), 204);
    assert_eq!(
        lines(response.headers()),
        [
            ("access-control-allow-methods", "DELETE"),
            ALLOWED,
            PREFLIGHT_VARY,
            ("x-cors-refusal", "method-not-of-route PUT"),
        ]
    );
}

/// The engine alone cannot know the inner service's response.
#[test]
fn a_policy_speaks_for_itself() {
    let policy: Policy = ours().allow_methods_of_route().build_policy().unwrap();
    assert_eq!(policy.explain(&request::<()>("OPTIONS", "/", &[OURS, PUT])).refusal, None);
    let names = [
        Refusal::InnerStatus(http::StatusCode::NOT_FOUND),
        Refusal::MethodNotOfRoute(HeaderValue::from_static("PUT")),
    ];
    assert_eq!(names.map(|refusal| refusal.name()), ["inner-status", "method-not-of-route"]);
}

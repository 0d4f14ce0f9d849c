//! Reports of decisions: the hook, and outcomes in the response's extensions.

use std::{
    convert::Infallible,
    future::{Future, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, CorsLayerBuilder, Outcome, Refuse};

use crate::{
    actor::Actor::{AllowedOrigin, Stranger},
    case::{Ask, non_cors, preflight, preflighted, simple},
    headers::{REQUEST_HEADERS, SAME_ORIGIN},
    inner::Inner,
};

pub(crate) fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin()).allow_methods(["PUT", "DELETE"])
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

#[tokio::test]
async fn the_hook_is_called_once_a_request() {
    let ours = || ours().allow_header("x-a");
    let refusing = ours().refuse_disallowed_origins(Refuse::All).no_own_origins();
    #[rustfmt::skip]
    let rows: [(CorsLayerBuilder, Ask, &str); 11] = [
        (ours(), non_cors("GET /items"), "GET /items: no CORS request"),
        (ours(), simple("GET /items").from(AllowedOrigin), "GET /items: simple request, allowed"),
        (ours(), preflighted("PUT /items").from(AllowedOrigin), "PUT /items: preflighted request, allowed"),
        (ours(), simple("GET /items").from(Stranger), "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (ours(), preflight("PUT /items").from(AllowedOrigin), "OPTIONS /items: preflight, allowed"),
        (ours(), preflight("PUT /items").from(AllowedOrigin).with((REQUEST_HEADERS, "x-a,x-b")), "OPTIONS /items: preflight, refused: header `x-b` is not allowed"),
        (refusing.clone(), simple("GET /items").from(Stranger), "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (refusing.report_only(true), simple("GET /items").from(Stranger), "GET /items: simple request, refused: origin `https://evil.example` is not allowed"),
        (ours().diagnose(true), preflight("PUT /items").from(Stranger), "OPTIONS /items: preflight, refused: origin `https://evil.example` is not allowed"),
        (ours().forward_preflights(true), preflight("PUT /items").from(AllowedOrigin), "OPTIONS /items: preflight, refused: the inner service responds to the preflight with 418"),
        (ours().allow_methods_of_route(), preflight("PUT /items").from(AllowedOrigin), "OPTIONS /items: preflight, refused: the route does not take the method `PUT`"),
    ];
    for (builder, ask, expected) in rows {
        let (layer, reports) = reporting(builder);
        let service = layer.layer(Inner::new(418, &[("allow", "GET")]));
        service.oneshot(ask.request()).await.unwrap();
        assert_eq!(*reports.lock().unwrap(), [expected], "{ask}");
    }
}

#[tokio::test]
async fn the_hook_is_called_where_the_inner_service_fails() {
    for (builder, ask, expected) in [
        (ours(), simple("GET").from(AllowedOrigin), "GET /: simple request, allowed"),
        (
            ours().forward_preflights(true),
            preflight("PUT").from(AllowedOrigin),
            "OPTIONS /: preflight, allowed",
        ),
        (
            ours().allow_methods_of_route(),
            preflight("PUT").from(AllowedOrigin),
            "OPTIONS /: preflight, allowed",
        ),
    ] {
        let (layer, reports) = reporting(builder);
        let failing = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
        let error = layer.layer(failing).oneshot(ask.request()).await.unwrap_err();
        assert_eq!(error, "broken");
        assert_eq!(*reports.lock().unwrap(), [expected], "{ask}");
    }
}

/// A request whose report waits for the inner service is reported even if that panics or the client goes away.
#[test]
fn the_hook_is_called_where_the_inner_service_never_responds() {
    for (builder, ask, expected) in [
        (ours(), simple("GET").from(AllowedOrigin), "GET /: simple request, allowed"),
        (
            ours().attach_outcome(true),
            simple("GET").from(Stranger),
            "GET /: simple request, refused: origin `https://evil.example` is not allowed",
        ),
        (
            ours().forward_preflights(true),
            preflight("PUT").from(AllowedOrigin),
            "OPTIONS /: preflight, allowed",
        ),
        (
            ours().allow_methods_of_route(),
            preflight("PUT").from(AllowedOrigin),
            "OPTIONS /: preflight, allowed",
        ),
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
            let request = ask.request();
            let _ = catch_unwind(AssertUnwindSafe(|| {
                let mut future = pin!(tower::Service::call(&mut service, request));
                let mut context = Context::from_waker(Waker::noop());
                if way != "never polled" {
                    assert!(future.as_mut().poll(&mut context).is_pending());
                }
            }));
            assert_eq!(*reports.lock().unwrap(), [expected], "{ask}: {way}");
        }
    }
}

/// The predicate's panic ends the request, and is reported.
#[test]
fn the_hook_is_called_where_a_predicate_panics() {
    let asking =
        || CorsLayer::builder().allow_origin_if(|_, _| panic!("a slip")).allow_method("PUT");
    for (builder, ask, expected) in [
        (
            asking(),
            simple("GET").from(AllowedOrigin),
            "GET /: simple request, refused: the request ended before the predicate decided",
        ),
        (
            asking(),
            non_cors("POST").from(AllowedOrigin).with(SAME_ORIGIN),
            "POST /: no CORS request",
        ),
        (
            asking().forward_preflights(true),
            preflight("PUT").from(AllowedOrigin),
            "OPTIONS /: preflight, refused: the request ended before the predicate decided",
        ),
    ] {
        let (layer, reports) = reporting(builder);
        let mut service = layer.layer(Inner::silent());
        let request = ask.request();
        let call = AssertUnwindSafe(|| drop(tower::Service::call(&mut service, request)));
        let panic = catch_unwind(call).unwrap_err();
        assert_eq!(panic.downcast_ref(), Some(&"a slip"), "it is the predicate's own");
        assert_eq!(*reports.lock().unwrap(), [expected], "{ask}");
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
        let request = preflight("PUT").from(AllowedOrigin).request();
        let mut future = pin!(tower::Service::call(&mut service, request));
        let _ = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }));
    assert_eq!(panic.unwrap_err().downcast_ref(), Some(&"the inner slip"));
}

#[test]
fn asking_a_policy_calls_no_hook() {
    let (layer, reports) = reporting(ours());
    let request = simple("GET").from(AllowedOrigin).request();
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
    for (builder, ask, is_refused, is_answered) in [
        (ours(), non_cors("GET"), false, false),
        (ours(), simple("GET").from(AllowedOrigin), false, false),
        (ours(), simple("GET").from(Stranger), true, false),
        (ours(), preflight("PUT").from(AllowedOrigin), false, true),
        (ours(), preflight("PUT").from(Stranger), true, true),
        (refusing.clone(), simple("GET").from(Stranger), true, true),
        (refusing.report_only(true), simple("GET").from(Stranger), true, false),
        (ours().diagnose(true), simple("GET").from(Stranger), true, false),
        (ours().forward_preflights(true), preflight("PUT").from(AllowedOrigin), false, false),
        (ours().allow_methods_of_route(), preflight("PUT").from(AllowedOrigin), false, true),
    ] {
        for attach in [true, false] {
            let layer = builder.clone().attach_outcome(attach).build().unwrap();
            let service = layer.layer(Inner::new(200, &[("x-inner", "1")]));
            let response = service.oneshot(ask.request()).await.unwrap();
            let found = response.extensions().get::<Outcome>();
            let found = found.map(|outcome| (outcome.refusal.is_some(), outcome.answered));
            let expected = attach.then_some((is_refused, is_answered));
            assert_eq!(found, expected, "{ask} {builder:?}");
        }
    }
}

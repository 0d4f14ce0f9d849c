//! Reports of requests that an asynchronous predicate decides about.

use std::{
    convert::Infallible,
    future::{pending, ready},
    io,
    pin::pin,
    sync::{Arc, Mutex},
    task::Poll,
};

use http::{HeaderValue, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsLayerBuilder, Origin, Refusal, RequestHead, RequestKind};

use super::{finish, listing, poll_once, refusing, waiting};
use crate::{
    actor::Actor::Partner,
    case::{Ask, non_cors, preflight, simple},
    headers::SAME_ORIGIN,
    inner::Inner,
};

fn own_page() -> Ask {
    non_cors("POST").from(Partner).with(SAME_ORIGIN)
}

#[test]
fn each_outcome_is_reported_once() {
    for (builder, ask, answer, expected) in [
        (listing(), simple("GET").from(Partner), Ok(true), "simple request, allowed"),
        (
            listing(),
            simple("GET").from(Partner),
            Ok(false),
            "simple request, refused: origin `https://partner.example` is not allowed",
        ),
        (
            listing(),
            simple("GET").from(Partner),
            Err(io::Error::other("the database\nis away")),
            "simple request, refused: the predicate failed: the database\\nis away",
        ),
        (listing(), preflight("PUT").from(Partner), Ok(true), "preflight, allowed"),
        (
            refusing(),
            simple("GET").from(Partner),
            Ok(false),
            "simple request, refused: origin `https://partner.example` is not allowed",
        ),
        (listing(), own_page(), Ok(true), "no CORS request"),
        (listing(), own_page(), Err(io::Error::other("away")), "no CORS request"),
        (refusing(), own_page(), Ok(false), "no CORS request"),
    ] {
        let reports = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&reports);
        let (predicate, questions) = waiting();
        let layer = builder
            .on_decision(move |_, outcome| seen.lock().unwrap().push(outcome.to_string()))
            .attach_outcome(true)
            .allow_origin_if_async(predicate)
            .build()
            .unwrap();
        let mut future = pin!(layer.layer(Inner::foreign()).call(ask.request()));
        assert!(poll_once(future.as_mut()).is_pending());
        assert_eq!(*reports.lock().unwrap(), [""; 0], "nothing is known yet: {ask}");
        questions.lock().unwrap().pop().unwrap().send(answer).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("{ask}") };
        assert_eq!(*reports.lock().unwrap(), [expected], "{ask}");
        let outcome = response.extensions().get::<tower_cors::Outcome>().unwrap();
        assert_eq!(outcome.to_string(), expected, "{ask}");
    }
}

/// The behavior of the predicate or of the inner service.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Answers,
    Fails,
    Panics,
    /// Panics before it returns a future.
    PanicsAtOnce,
    Waits,
}

/// This includes errors, panics and cancelled futures, in either order.
#[test]
fn every_request_is_reported_once_however_it_ends() {
    use Way::{Answers, Fails, Panics, PanicsAtOnce, Waits};

    let (get, put) = (simple("GET").from(Partner), preflight("PUT").from(Partner));
    let own_page = own_page();
    let kinds = [
        ("simple request", true, listing(), &get),
        ("simple request", false, refusing(), &get),
        ("no CORS request", true, listing(), &own_page),
        ("no CORS request", false, refusing(), &own_page),
        ("preflight", false, listing(), &put),
        ("preflight", false, listing().forward_preflights(true), &put),
        ("preflight", false, listing().allow_methods_of_route(), &put),
    ];
    let undecided = "refused: the request ended before the predicate decided";
    for (kind, is_together, builder, ask) in kinds {
        for attaches in [false, true] {
            for predicate in [Answers, Fails, Panics, PanicsAtOnce, Waits] {
                for inner in [Answers, Fails, Panics, PanicsAtOnce, Waits] {
                    let builder = builder.clone().attach_outcome(attaches);
                    let described = format!("{predicate:?} {inner:?} {builder:?}");
                    let reports = run(builder, predicate, inner, ask.request());
                    let expected = match predicate {
                        // The inner service is called at the same time, and its panic ends the request.
                        _ if is_together && matches!(inner, Panics | PanicsAtOnce) => undecided,
                        Answers => "allowed",
                        Fails => "refused: the predicate failed: away",
                        Panics | PanicsAtOnce | Waits => undecided,
                    };
                    let expected = match ask.kind {
                        RequestKind::NonCors => kind.to_owned(),
                        _ => format!("{kind}, {expected}"),
                    };
                    assert_eq!(reports, [expected], "{described}");
                }
            }
        }
    }
}

/// The hook's reports of a request that is polled a few times and then dropped.
fn run(builder: CorsLayerBuilder, predicate: Way, inner: Way, request: Request<()>) -> Vec<String> {
    async fn end<T>(way: Way, answer: T) -> Result<T, &'static str> {
        match way {
            Way::Fails => Err("away"),
            Way::Panics => panic!("a slip"),
            Way::Waits => pending().await,
            Way::Answers | Way::PanicsAtOnce => Ok(answer),
        }
    }

    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&reports);
    let layer = builder
        .on_decision(move |_, outcome| {
            let is_undecided = outcome.refusal == Some(Refusal::Undecided);
            assert!(!(is_undecided && outcome.answered), "nobody has answered");
            seen.lock().unwrap().push(outcome.to_string());
        })
        .allow_origin_if_async(move |_, _| {
            assert!(predicate != Way::PanicsAtOnce, "a slip");
            end(predicate, true)
        })
        .build()
        .unwrap();
    let mut service = layer.layer(service_fn(move |_: Request<()>| {
        assert!(inner != Way::PanicsAtOnce, "a slip");
        end(inner, Response::new(()))
    }));
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut future = pin!(service.call(request));
        for _ in 0..3 {
            if poll_once(future.as_mut()).is_ready() {
                assert_eq!(reports.lock().unwrap().len(), 1, "not only when the future is dropped");
                break;
            }
        }
    }));
    let reports = reports.lock().unwrap();
    reports.clone()
}

/// Without a hook there is no report, so the request is not copied.
#[test]
fn a_request_is_only_copied_for_whoever_is_told() {
    let mut request = preflight("PUT").from(Partner).request();
    for line in 0..2_000 {
        let name = http::HeaderName::try_from(format!("x-{line}")).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_static("1"));
    }
    for builder in [listing(), listing().allow_methods_of_route(), listing().attach_outcome(true)] {
        let yes = |_: &Origin, _: &RequestHead<'_>| ready(Ok::<_, Infallible>(true));
        let service = builder.allow_origin_if_async(yes).build().unwrap().layer(Inner::foreign());
        finish(service.clone().call(request.clone()));
        let request = request.clone();
        let memory = allocation_counter::measure(|| finish(service.clone().call(request)));
        assert!(memory.bytes_max < 10_000, "{memory:?}");
    }
}

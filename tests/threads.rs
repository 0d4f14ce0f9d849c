//! Threads that use one layer at the same time. `scripts/threads` runs them under `ThreadSanitizer` and Miri.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    future::{poll_fn, ready},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
    thread,
};

use http::{HeaderMap, Request, Response};
use tower::{Layer, Service, service_fn};
use tower_cors::{CorsLayer, Policy, browser::Browser};

const ORIGIN: &str = "https://app.example.com";
/// Miri takes a thousand times as long.
const ROUNDS: usize = if cfg!(miri) { 3 } else { 300 };

/// A policy whose headers all carry this number.
fn policy(number: usize) -> Policy {
    let builder = Policy::builder()
        .allow_origin(ORIGIN)
        .expose_header(format!("x-{number}"))
        .vary_on(format!("x-{number}"));
    builder.build_policy().unwrap()
}

/// The headers of a response to `policy(number)`.
fn expected(number: usize) -> [String; 3] {
    [
        format!("access-control-allow-origin: {ORIGIN}"),
        format!("access-control-expose-headers: x-{number}"),
        format!("vary: origin, x-{number}"),
    ]
}

fn lines(headers: &HeaderMap) -> Vec<String> {
    let mut lines: Vec<_> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines
}

fn request() -> Request<()> {
    Request::builder().header("origin", ORIGIN).body(()).unwrap()
}

/// A service that answers at once.
fn inner()
-> impl Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send> + Clone + Send
{
    service_fn(|_| ready(Ok(Response::new(()))))
}

fn respond<S>(service: &mut S) -> Vec<String>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let future = std::pin::pin!(service.call(request()));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => lines(response.headers()),
        Poll::Pending => panic!("it waits for nothing"),
    }
}

/// A response never has headers of two policies, and whoever sets one meets it, or one that another thread set later.
#[test]
fn a_request_meets_one_policy_while_threads_set_others() {
    const NUMBERS: usize = 2 * ROUNDS;
    let is_even = |number: usize| number.is_multiple_of(2);
    let is_odd = |number: usize| !number.is_multiple_of(2);

    let (layer, handle) = CorsLayer::reloadable(policy(0));
    let (first, second) = (handle.clone(), handle);
    let answers = thread::scope(|scope| {
        for (handle, is_own) in [(first, is_even as fn(usize) -> bool), (second, is_odd)] {
            let mut service = layer.layer(inner());
            scope.spawn(move || {
                for number in (1..NUMBERS).filter(|&number| is_own(number)) {
                    handle.set(policy(number));
                    let found = respond(&mut service);
                    let is_possible = |&other: &usize| other == number || !is_own(other);
                    let mut possible = (1..NUMBERS).filter(is_possible).map(expected);
                    assert!(possible.any(|lines| found == lines), "{found:?} after {number}");
                }
            });
        }
        let askers: Vec<_> = (0..2)
            .map(|_| {
                let layer = layer.clone();
                scope.spawn(move || {
                    (0..10 * ROUNDS).map(|_| respond(&mut layer.layer(inner()))).collect()
                })
            })
            .collect();
        let answers: Vec<BTreeSet<Vec<String>>> =
            askers.into_iter().map(|asker| asker.join().unwrap()).collect();
        answers
    });
    let possible: BTreeSet<Vec<String>> =
        (0..NUMBERS).map(|number| expected(number).to_vec()).collect();
    for answers in answers {
        assert!(answers.is_subset(&possible), "{:?}", answers.difference(&possible));
    }
}

/// Policies share the texts of their header values, which the first one to be built makes.
#[test]
fn policies_that_threads_build_at_the_same_time_are_whole() {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // Other numbers than in other tests, so that the texts are new.
                for number in 10_000..10_000 + ROUNDS {
                    let built = policy(number);
                    assert_eq!(built, policy(number));
                    let mut service = CorsLayer::new(built).layer(inner());
                    assert_eq!(respond(&mut service), expected(number));
                }
            });
        }
    });
}

/// An asynchronous predicate is asked in one thread and answers in another, as in a runtime that moves tasks.
#[test]
fn a_request_that_waits_for_its_predicate_may_change_threads() {
    let layer = CorsLayer::builder()
        .allow_origin_if_async(|_, _| {
            let was_asked = AtomicBool::new(false);
            poll_fn(move |_| {
                let is_again = was_asked.swap(true, Ordering::Relaxed);
                if is_again { Poll::Ready(Ok::<_, Infallible>(true)) } else { Poll::Pending }
            })
        })
        .build()
        .unwrap();
    let (sends, receives) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..2 {
            let (layer, sends) = (&layer, sends.clone());
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let mut future = Box::pin(layer.layer(inner()).call(request()));
                    let mut context = Context::from_waker(Waker::noop());
                    assert!(future.as_mut().poll(&mut context).is_pending());
                    sends.send(future).unwrap();
                }
            });
        }
        drop(sends);
        for mut future in receives {
            let mut context = Context::from_waker(Waker::noop());
            let Poll::Ready(Ok(response)) = future.as_mut().poll(&mut context) else {
                panic!("the predicate has answered")
            };
            let granted = format!("access-control-allow-origin: {ORIGIN}");
            assert_eq!(lines(response.headers()), [granted, String::from("vary: origin")]);
        }
    });
}

/// Pages share the service, the cookies and the preflight cache of their browser.
#[test]
fn pages_of_one_browser_may_be_in_several_threads() {
    let policy = Policy::builder().allow_origin(ORIGIN).allow_method("PUT");
    let layer = CorsLayer::new(policy.build_policy().unwrap());
    let browser = Browser::new(layer.layer(inner()));
    thread::scope(|scope| {
        for number in 0..2 {
            let mut page = browser.page(ORIGIN);
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    let request = Request::put(format!("https://api.example.com/{number}"));
                    let future =
                        std::pin::pin!(page.fetch(request.body(()).unwrap()).into_future());
                    let Poll::Ready(fetched) = future.poll(&mut Context::from_waker(Waker::noop()))
                    else {
                        panic!("it waits for nothing")
                    };
                    fetched.unwrap();
                }
                let preflights = page.exchanges().iter().filter(|exchange| exchange.is_preflight());
                assert_eq!((preflights.count(), page.exchanges().len()), (1, ROUNDS + 1));
            });
        }
    });
}

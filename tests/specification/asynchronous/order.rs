//! When the asynchronous predicate and the inner service are called, and what ends their calls.

use std::{
    convert::Infallible,
    future::{Ready, pending, poll_fn, ready},
    io,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use http::{Request, Response};
use tokio::sync::oneshot;
use tower::{Layer, Service, service_fn};
use tower_cors::{Danger, Origin, Refuse, RequestHead};

use super::{Answer, listing, poll_once, refusing, waiting};
use crate::{
    actor::Actor::{AllowedOrigin, Partner},
    case::{expected, lines, non_cors, preflight, simple},
    headers::{ALLOW_PARTNER, VARY},
    inner::Inner,
};

/// An inner service that waits until the test sends its only response.
fn responding() -> (
    oneshot::Sender<Response<()>>,
    impl Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
) {
    let (responds, response) = oneshot::channel();
    let response = Arc::new(Mutex::new(Some(response)));
    let inner = service_fn(move |_: Request<()>| {
        let response = response.lock().unwrap().take().unwrap();
        async { Ok(response.await.unwrap()) }
    });
    (responds, inner)
}

#[test]
fn in_decorating_mode_the_inner_call_and_the_question_run_together() {
    for (answer, headers) in [
        (Ok(true), vec![ALLOW_PARTNER, VARY]),
        (Ok(false), vec![VARY]),
        (Err(io::Error::other("away")), vec![VARY]),
    ] {
        let (predicate, questions) = waiting();
        let layer = listing().allow_origin_if_async(predicate).build().unwrap();
        let (responds, inner) = responding();
        let mut future = pin!(layer.layer(inner).call(simple("GET").from(Partner).request()));
        assert_eq!(questions.lock().unwrap().len(), 1, "it is asked before the first poll");
        assert!(poll_once(future.as_mut()).is_pending());
        responds.send(Response::new(())).unwrap();
        assert!(poll_once(future.as_mut()).is_pending(), "the answer is missing");
        questions.lock().unwrap().pop().unwrap().send(answer).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else {
            panic!("both are there")
        };
        assert_eq!(response.status(), 200);
        assert_eq!(lines(response.headers()), expected(&headers));
    }
}

#[test]
fn the_answer_may_come_first() {
    let (predicate, questions) = waiting();
    let layer = listing().allow_origin_if_async(predicate).build().unwrap();
    let (responds, inner) = responding();
    let mut future = pin!(layer.layer(inner).call(simple("GET").from(Partner).request()));
    questions.lock().unwrap().pop().unwrap().send(Ok(true)).unwrap();
    assert!(poll_once(future.as_mut()).is_pending(), "the response is missing");
    responds.send(Response::new(())).unwrap();
    let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("both are there") };
    assert_eq!(
        (response.status().as_u16(), lines(response.headers())),
        (200, expected(&[ALLOW_PARTNER, VARY]))
    );
}

/// A request that may be refused must not run before the predicate has decided. A preflight never runs.
#[test]
fn the_inner_service_is_not_called_before_the_answer() {
    let preflight = preflight("PUT").from(Partner);
    let websocket = simple("GET").from(Partner).with(("upgrade", "websocket"));
    let upgrades = || {
        listing()
            .refuse_disallowed_origins(Refuse::Upgrades)
            .no_own_origins()
            .dangerously_allow(Danger::PredicateWithCredentials)
    };
    for (builder, ask, answer, status, calls) in [
        (listing(), preflight.clone(), true, 204, 0),
        (listing(), preflight.clone(), false, 403, 0),
        (listing().forward_preflights(true), preflight.clone(), true, 418, 1),
        (listing().forward_preflights(true), preflight, false, 403, 0),
        (refusing(), simple("GET").from(Partner), true, 418, 1),
        (refusing(), simple("GET").from(Partner), false, 403, 0),
        (upgrades(), websocket.clone(), true, 418, 1),
        (upgrades(), websocket, false, 403, 0),
    ] {
        let (predicate, questions) = waiting();
        let layer = builder.allow_origin_if_async(predicate).build().unwrap();
        let inner = Inner::foreign();
        let mut future = pin!(layer.layer(inner.clone()).call(ask.request()));
        assert!(poll_once(future.as_mut()).is_pending(), "{ask}");
        assert_eq!(inner.calls(), 0, "{ask}");
        questions.lock().unwrap().pop().unwrap().send(Ok(answer)).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("{ask}") };
        assert_eq!((response.status().as_u16(), inner.calls()), (status, calls), "{ask}");
    }
    // A request that cannot be refused runs at once.
    let (predicate, _questions) = waiting();
    let layer = upgrades().allow_origin_if_async(predicate).build().unwrap();
    let inner = Inner::foreign();
    let _waits = layer.layer(inner.clone()).call(simple("GET").from(Partner).request());
    assert_eq!(inner.calls(), 1);
}

/// In Tower, only an instance that is ready may be called.
#[tokio::test]
async fn the_instance_that_was_ready_is_called() {
    struct OnceReady(bool);

    impl Clone for OnceReady {
        fn clone(&self) -> Self {
            Self(false)
        }
    }

    impl Service<Request<()>> for OnceReady {
        type Response = Response<()>;
        type Error = Infallible;
        type Future = Ready<Result<Response<()>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.0 = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            assert!(std::mem::take(&mut self.0), "called without being ready");
            ready(Ok(Response::new(())))
        }
    }

    let yes = |_: &Origin, _: &RequestHead<'_>| ready(Ok::<_, Infallible>(true));
    for builder in [listing(), refusing()] {
        let layer = builder.allow_origin_if_async(yes).build().unwrap();
        let mut service = layer.layer(OnceReady(false));
        for ask in [
            simple("GET").from(Partner),
            non_cors("GET"),
            simple("GET").from(AllowedOrigin),
            simple("GET").from(Partner),
        ] {
            let ready = poll_fn(|context| service.poll_ready(context));
            ready.await.unwrap();
            let response = service.call(ask.request()).await.unwrap();
            assert_eq!(response.status(), 200);
        }
    }
}

/// A client can give up waiting for a predicate, and nothing of the call remains.
#[test]
fn cancelling_the_response_cancels_the_question() {
    struct Counted(Arc<AtomicUsize>);

    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, Ordering::SeqCst);
        }
    }

    const REQUESTS: usize = 1_000;

    for builder in [listing(), refusing()] {
        let alive = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&alive);
        let layer = builder
            .allow_origin_if_async(move |_, _| {
                counter.fetch_add(1, Ordering::SeqCst);
                let question = Counted(Arc::clone(&counter));
                async move {
                    let _question = question;
                    pending::<Answer>().await
                }
            })
            .build()
            .unwrap();
        let inner = service_fn(|_: Request<()>| ready(Ok::<_, Infallible>(Response::new(()))));
        let service = layer.layer(inner);
        let run = || {
            let call = |_| Box::pin(service.clone().call(simple("GET").from(Partner).request()));
            let mut futures: Vec<_> = (0..REQUESTS).map(call).collect();
            for future in &mut futures {
                assert!(poll_once(future.as_mut()).is_pending());
            }
            assert_eq!(alive.load(Ordering::SeqCst), REQUESTS);
        };
        run();
        assert_eq!(alive.load(Ordering::SeqCst), 0);
        let memory = allocation_counter::measure(run);
        assert_eq!(alive.load(Ordering::SeqCst), 0);
        assert_eq!((memory.count_current, memory.bytes_current), (0, 0), "{memory:?}");
    }
}

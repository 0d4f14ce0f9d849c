//! Policies that are replaced while requests come in.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{Request, Response};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer, ServiceExt, service_fn};
use tower_cors::{CorsLayer, Policy, PolicyHandle};

use crate::{
    actor::Actor::AllowedOrigin,
    case::{expected, lines, simple},
    headers::{ALLOW_ORIGIN, CREDENTIALS},
    inner::Inner,
};

const ORIGIN: &str = AllowedOrigin.origin();

/// Two policies that differ in each header, so that a mix of them is noticed.
fn policies() -> [Policy; 2] {
    ["one", "two"].map(|name| {
        let builder = Policy::builder()
            .allow_origin(ORIGIN)
            .allow_credentials(name == "one")
            .allow_header(format!("x-{name}"))
            .expose_header(format!("x-{name}"))
            .vary_on(format!("x-{name}"))
            .allow_method(name.to_uppercase());
        builder.build_policy().unwrap()
    })
}

/// The possible headers of a response, one set from each policy.
fn expected_of_each(is_preflight: bool) -> [Vec<(String, String)>; 2] {
    if is_preflight {
        [
            expected(&[
                ALLOW_ORIGIN,
                CREDENTIALS,
                ("access-control-allow-headers", "x-one"),
                ("access-control-allow-methods", "ONE"),
                (
                    "vary",
                    "origin, x-one, access-control-request-method, access-control-request-headers",
                ),
            ]),
            expected(&[
                ALLOW_ORIGIN,
                ("access-control-allow-headers", "x-two"),
                ("access-control-allow-methods", "TWO"),
                (
                    "vary",
                    "origin, x-two, access-control-request-method, access-control-request-headers",
                ),
            ]),
        ]
    } else {
        let exposed = |name| ("access-control-expose-headers", name);
        [
            expected(&[ALLOW_ORIGIN, CREDENTIALS, exposed("x-one"), ("vary", "origin, x-one")]),
            expected(&[ALLOW_ORIGIN, exposed("x-two"), ("vary", "origin, x-two")]),
        ]
    }
}

#[tokio::test]
async fn all_services_follow() {
    let [one, two] = policies();
    let (layer, handle) = CorsLayer::reloadable(one.clone());
    let services: Vec<_> = (0..1000).map(|_| layer.clone().layer(Inner::foreign())).collect();
    let get = simple("GET").from(AllowedOrigin);
    for (policy, expected) in [&one, &two].into_iter().zip(expected_of_each(false)) {
        handle.clone().set(policy.clone());
        assert_eq!(handle.policy(), *policy);
        for service in &services {
            let response = service.clone().oneshot(get.request()).await.unwrap();
            assert_eq!(lines(response.headers()), expected);
        }
    }
}

/// A request that waits for the inner service keeps its policy.
#[tokio::test]
async fn a_request_sees_one_policy() {
    let [one, two] = policies();
    let (layer, handle) = CorsLayer::reloadable(one);
    let (responds, response) = tokio::sync::oneshot::channel::<Response<()>>();
    let response = Arc::new(std::sync::Mutex::new(Some(response)));
    let service = layer.layer(service_fn(move |_: Request<()>| {
        let response = response.lock().unwrap().take().unwrap();
        async { Ok::<_, Infallible>(response.await.unwrap()) }
    }));
    let request = simple("GET").from(AllowedOrigin).request();
    let answer = tokio::spawn(service.oneshot(request));
    tokio::task::yield_now().await;
    handle.set(two);
    responds.send(Response::new(())).unwrap();
    let response = answer.await.unwrap().unwrap();
    assert_eq!(lines(response.headers()), expected_of_each(false)[0]);
}

/// Records the threads on which policies are freed.
#[derive(Clone, Default)]
struct FreedBy(Arc<std::sync::Mutex<Vec<std::thread::ThreadId>>>);

impl FreedBy {
    fn threads(&self) -> Vec<std::thread::ThreadId> {
        self.0.lock().unwrap().clone()
    }

    fn policy(&self) -> Policy {
        struct Freed(FreedBy);

        impl Drop for Freed {
            fn drop(&mut self) {
                self.0.0.lock().unwrap().push(std::thread::current().id());
            }
        }

        let freed = Freed(self.clone());
        let builder = Policy::builder().allow_origin(ORIGIN).on_decision(move |_, _| {
            let _ = &freed;
        });
        // This makes a request keep the policy until it ends.
        builder.attach_outcome(true).build_policy().unwrap()
    }
}

/// Freeing a list of a million origins takes a while, and no request waits for it.
#[test]
fn no_request_frees_a_policy() {
    let freed = FreedBy::default();
    let here = std::thread::current().id();
    let (layer, handle) = CorsLayer::reloadable(freed.policy());
    handle.set(freed.policy());
    assert_eq!(freed.threads(), [here], "no request had it");

    let (responds, response) = std::sync::mpsc::channel::<()>();
    let (calls, called) = std::sync::mpsc::channel::<()>();
    let request = std::thread::spawn(move || {
        let response = Arc::new(std::sync::Mutex::new(response));
        let mut service = layer.layer(service_fn(move |_: Request<()>| {
            let response = Arc::clone(&response);
            calls.send(()).unwrap();
            async move {
                response.lock().unwrap().recv().unwrap();
                Ok::<_, Infallible>(Response::new(()))
            }
        }));
        let request = simple("GET").from(AllowedOrigin).request();
        let future = tower::Service::call(&mut service, request);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(std::pin::pin!(future).poll(&mut context).is_ready());
    });
    called.recv().unwrap();
    handle.set(freed.policy());
    assert_eq!(freed.threads(), [here], "a request has it");
    responds.send(()).unwrap();
    request.join().unwrap();
    assert_eq!(freed.threads(), [here], "the request is over, and did not free it");
    handle.set(freed.policy());
    assert_eq!(freed.threads(), [here; 3], "with the one that was replaced after it");
}

/// A program that keeps many policies and alternates between them gets all of them freed in the end.
#[test]
fn many_kept_policies_are_freed_once_nobody_has_them() {
    let freed = FreedBy::default();
    let kept: Vec<Policy> = (0..1_000).map(|_| freed.policy()).collect();
    let [one, two] = policies();
    let (_layer, handle) = CorsLayer::reloadable(one.clone());
    for _ in 0..3 {
        for policy in &kept {
            handle.set(policy.clone());
        }
    }
    handle.set(one.clone());
    assert_eq!(freed.threads().len(), 0, "they are kept");
    drop(kept);
    assert_eq!(freed.threads().len(), 0, "only a call frees them");
    let mut sets = 0;
    while freed.threads().len() < 1_000 {
        let policy = if sets % 2 == 0 { &two } else { &one };
        handle.set(Policy::builder().allow_origin(ORIGIN).build_policy().unwrap());
        handle.set(policy.clone());
        sets += 1;
        assert!(sets <= 1_000, "{} are freed", freed.threads().len());
    }
}

/// A policy is freed outside of the handle's lock, so that a closure's `Drop` can use the handle without a deadlock.
#[test]
fn freeing_a_policy_may_set_another() {
    struct SetsAnother(std::sync::Mutex<Option<PolicyHandle>>);

    impl Drop for SetsAnother {
        fn drop(&mut self) {
            let [one, _] = policies();
            if let Some(handle) = self.0.lock().unwrap().take() {
                handle.set(one);
            }
        }
    }

    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let [one, two] = policies();
        let (_layer, handle) = CorsLayer::reloadable(one.clone());
        let sets = SetsAnother(std::sync::Mutex::new(Some(handle.clone())));
        let builder = Policy::builder().allow_origin(ORIGIN).on_decision(move |_, _| {
            let _ = &sets;
        });
        handle.set(builder.build_policy().unwrap());
        handle.set(two);
        done.send(handle.policy() == one).unwrap();
    });
    // Only a deadlock takes that long.
    let set = is_done.recv_timeout(std::time::Duration::from_secs(60));
    assert_eq!(set, Ok(true), "it waits for itself, or did not set the other");
}

/// A program that alternates between policies keeps no more of them.
#[test]
fn reloads_leave_nothing_behind() {
    let [one, two] = policies();
    let (_layer, handle) = CorsLayer::reloadable(one.clone());
    let reload = |times: usize| {
        for count in 0..times {
            handle.set(if count % 2 == 0 { two.clone() } else { one.clone() });
        }
    };
    reload(10);
    let memory = allocation_counter::measure(|| reload(1_000));
    assert_eq!((memory.count_current, memory.bytes_current), (0, 0), "{memory:?}");
}

/// Requests come over several connections while another thread keeps reloading.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load() {
    const CONNECTIONS: usize = 8;
    const REQUESTS: usize = 100_000;
    const RELOADS: usize = 1_000;

    let policies = policies();
    let (layer, handle) = CorsLayer::reloadable(policies[0].clone());
    let app = axum::Router::new().fallback(async || "an answer").layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let done = Arc::new(AtomicUsize::new(0));
    let reloads = {
        let done = Arc::clone(&done);
        tokio::task::spawn_blocking(move || {
            // Spread over the requests, so that each reload meets some.
            for count in 1..=RELOADS {
                while done.load(Ordering::Relaxed) < (count - 1) * REQUESTS / RELOADS {
                    std::thread::yield_now();
                }
                handle.set(policies[count % 2].clone());
            }
        })
    };
    let mut connections = tokio::task::JoinSet::new();
    for _ in 0..CONNECTIONS {
        let done = Arc::clone(&done);
        connections.spawn(async move {
            let stream = TcpStream::connect(address).await.unwrap();
            let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            let expected = [expected_of_each(false), expected_of_each(true)];
            let mut seen = [[0; 2]; 2];
            for count in 0..REQUESTS / CONNECTIONS {
                let is_preflight = count % 2 == 1;
                let mut request = Request::get("/").header("origin", ORIGIN).header("host", "a");
                if is_preflight {
                    request =
                        request.method("OPTIONS").header("access-control-request-method", "GET");
                }
                sender.ready().await.unwrap();
                let request = request.body(String::new()).unwrap();
                let response = sender.send_request(request).await.unwrap();
                assert_eq!(response.status(), if is_preflight { 204 } else { 200 });
                let mut found = lines(response.headers());
                // These are the server's own.
                found.retain(|(name, _)| {
                    !["allow", "content-length", "content-type", "date"].contains(&name.as_str())
                });
                let expected = &expected[usize::from(is_preflight)];
                let of_policy = expected.iter().position(|lines| *lines == found);
                let Some(number) = of_policy else { panic!("of neither policy: {found:?}") };
                seen[usize::from(is_preflight)][number] += 1;
                done.fetch_add(1, Ordering::Relaxed);
            }
            seen
        });
    }
    let seen = connections.join_all().await;
    reloads.await.unwrap();
    let sum =
        |kind: usize, number: usize| seen.iter().map(|seen| seen[kind][number]).sum::<usize>();
    let sums = [sum(0, 0), sum(0, 1), sum(1, 0), sum(1, 1)];
    assert_eq!(sums.iter().sum::<usize>(), REQUESTS);
    assert!(sums.iter().all(|&count| count > REQUESTS / 20), "{sums:?}");
}

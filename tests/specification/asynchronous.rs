//! The asynchronous predicate: its calls, and the effect of its results.

use std::{
    convert::Infallible,
    future::{Ready, pending, poll_fn, ready},
    io,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use http::{HeaderValue, Request, Response};
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{
    AsyncPolicy, AsyncPredicate, ClosureOption, ConfigOption, ConfigWarning, Cors, CorsLayer,
    CorsLayerBuilder, Danger, Origin, Refusal, Refuse, RequestHead,
};

type Header = (&'static str, &'static str);
/// Method and headers of a request, status and headers of its response, and `true` if the predicate is called.
type Row<'a> = (&'a str, &'a [Header], u16, &'a [Header], bool);

const LISTED: Header = ("origin", "https://listed.example");
const ASKED: Header = ("origin", "https://asked.example");
const PUT: Header = ("access-control-request-method", "PUT");
const VARY: Header = ("vary", "origin");
const ALLOWED: Header = ("access-control-allow-origin", ASKED.1);
const PREFLIGHT_VARY: Header =
    ("vary", "origin, access-control-request-method, access-control-request-headers");

fn request(method: &str, headers: &[Header]) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method.parse().unwrap();
    for &(name, value) in headers {
        request.headers_mut().append(name, HeaderValue::from_static(value));
    }
    request
}

fn listing() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(LISTED.1).allow_method("PUT")
}

fn refusing() -> CorsLayerBuilder {
    listing()
        .refuse_disallowed_origins(Refuse::All)
        .no_own_origins()
        .dangerously_allow(Danger::PredicateWithCredentials)
}

type Answer = Result<bool, io::Error>;
type Questions = Arc<Mutex<Vec<oneshot::Sender<Answer>>>>;

/// A predicate whose calls wait until the test sends their results.
fn waiting() -> (impl Fn(&Origin, &RequestHead<'_>) -> Waiting + Send + Sync + 'static, Questions) {
    let questions = Questions::default();
    let asked = Arc::clone(&questions);
    let predicate = move |_: &Origin, _: &RequestHead<'_>| {
        let (sender, receiver) = oneshot::channel();
        asked.lock().unwrap().push(sender);
        Waiting(receiver)
    };
    (predicate, questions)
}

struct Waiting(oneshot::Receiver<Answer>);

impl Future for Waiting {
    type Output = Answer;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(Result::unwrap)
    }
}

#[derive(Clone, Default)]
struct Inner {
    calls: Arc<AtomicUsize>,
}

impl Inner {
    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn service(
        &self,
    ) -> impl Service<
        Request<()>,
        Response = Response<()>,
        Error = Infallible,
        Future = Ready<Result<Response<()>, Infallible>>,
    > + Clone
    + use<> {
        let calls = Arc::clone(&self.calls);
        service_fn(move |_: Request<()>| {
            calls.fetch_add(1, Ordering::SeqCst);
            let response =
                Response::builder().status(418).header("access-control-allow-origin", "inner");
            ready(Ok(response.body(()).unwrap()))
        })
    }
}

fn described(response: &Response<()>) -> (u16, Vec<(&str, &str)>) {
    let mut headers: Vec<_> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect();
    headers.sort_unstable();
    (response.status().as_u16(), headers)
}

#[tokio::test]
async fn what_it_is_asked_about() {
    let origins = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&origins);
    let layer = listing()
        .allow_origin_if_async(move |origin, request| {
            seen.lock().unwrap().push(format!("{} {origin}", request.method));
            let answer = match origin.host() {
                "asked.example" => Ok(true),
                "broken.example" => Err("the database is away"),
                _ => Ok(false),
            };
            async move { answer }
        })
        .build()
        .unwrap();
    let inner = Inner::default();
    #[rustfmt::skip]
    let rows: [Row<'_>; 14] = [
        ("GET", &[], 418, &[VARY], false),
        ("GET", &[LISTED], 418, &[(ALLOWED.0, LISTED.1), VARY], false),
        ("GET", &[ASKED], 418, &[ALLOWED, VARY], true),
        ("GET", &[("origin", "https://other.example")], 418, &[VARY], true),
        ("GET", &[("origin", "https://broken.example")], 418, &[VARY], true),
        ("GET", &[("origin", "null")], 418, &[VARY], false),
        ("GET", &[("origin", "https://asked.example/")], 418, &[VARY], false),
        ("GET", &[ASKED, ASKED], 418, &[VARY], false),
        ("OPTIONS", &[ASKED], 418, &[ALLOWED, VARY], true),
        ("OPTIONS", &[ASKED, PUT], 204, &[("access-control-allow-methods", "PUT"), ALLOWED, PREFLIGHT_VARY], true),
        ("OPTIONS", &[LISTED, PUT], 204, &[("access-control-allow-methods", "PUT"), (ALLOWED.0, LISTED.1), PREFLIGHT_VARY], false),
        ("OPTIONS", &[("origin", "https://other.example"), PUT], 403, &[PREFLIGHT_VARY], true),
        ("OPTIONS", &[("origin", "https://broken.example"), PUT], 403, &[PREFLIGHT_VARY], true),
        ("OPTIONS", &[ASKED, (PUT.0, "DELETE")], 403, &[PREFLIGHT_VARY], true),
    ];
    for (method, headers, status, expected, is_asked) in rows {
        let calls = inner.calls();
        let service = layer.layer(inner.service());
        let response = service.oneshot(request(method, headers)).await.unwrap();
        assert_eq!(described(&response), (status, expected.to_vec()), "{method} {headers:?}");
        assert_eq!(inner.calls() - calls, usize::from(status == 418), "{method} {headers:?}");
        let asked = origins.lock().unwrap().pop();
        let question = is_asked.then(|| format!("{method} {}", headers[0].1));
        assert_eq!(asked, question, "{method} {headers:?}");
        assert_eq!(*origins.lock().unwrap(), [""; 0], "{method} {headers:?}");
    }
}

#[tokio::test]
async fn with_credentials_it_is_not_asked_about_insecure_origins() {
    let layer = listing()
        .allow_credentials(true)
        .dangerously_allow(Danger::PredicateWithCredentials)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
        .build()
        .unwrap();
    for (origin, is_allowed) in
        [("https://a.example", true), ("http://a.example", false), ("http://localhost:1", true)]
    {
        let service = layer.layer(Inner::default().service());
        let response = service.oneshot(request("GET", &[("origin", origin)])).await.unwrap();
        let allowed = response.headers().get("access-control-allow-origin");
        assert_eq!(allowed.is_some(), is_allowed, "{origin}");
    }
}

#[test]
fn one_request_is_one_allocation() {
    let layer =
        listing().allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true))).build().unwrap();
    // The original is kept, so the clone's header values are shared, as in a server.
    let allocations = |request: &Request<()>, layer: Option<&CorsLayer<AsyncPolicy>>| {
        let count = |request: Request<()>, send: &dyn Fn(Request<()>)| {
            allocation_counter::measure(|| send(request)).count_total
        };
        let inner = Inner::default().service();
        match layer {
            Some(layer) => {
                let service = layer.layer(inner);
                count(request.clone(), &|request| finish(service.clone().call(request)))
            }
            None => count(request.clone(), &|request| finish(inner.clone().call(request))),
        }
    };
    for (request, boxed) in [
        (request("GET", &[]), 0),
        (request("GET", &[LISTED]), 0),
        (request("GET", &[("origin", "null")]), 0),
        (request("GET", &[ASKED]), 1),
    ] {
        // `tracing` registers a call site at its first use.
        allocations(&request, Some(&layer));
        let added = allocations(&request, Some(&layer)) - allocations(&request, None);
        assert_eq!(added, boxed, "{request:?}");
    }
}

fn finish(response: impl Future<Output = Result<Response<()>, Infallible>>) {
    let mut context = Context::from_waker(Waker::noop());
    assert!(pin!(response).poll(&mut context).is_ready());
}

fn poll_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

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
    for (answer, expected) in [
        (Ok(true), vec![ALLOWED, VARY]),
        (Ok(false), vec![VARY]),
        (Err(io::Error::other("away")), vec![VARY]),
    ] {
        let (predicate, questions) = waiting();
        let layer = listing().allow_origin_if_async(predicate).build().unwrap();
        let (responds, inner) = responding();
        let mut future = pin!(layer.layer(inner).call(request("GET", &[ASKED])));
        assert_eq!(questions.lock().unwrap().len(), 1, "it is asked before the first poll");
        assert!(poll_once(future.as_mut()).is_pending());
        responds.send(Response::new(())).unwrap();
        assert!(poll_once(future.as_mut()).is_pending(), "the answer is missing");
        questions.lock().unwrap().pop().unwrap().send(answer).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else {
            panic!("both are there")
        };
        assert_eq!(described(&response), (200, expected));
    }
}

#[test]
fn the_answer_may_come_first() {
    let (predicate, questions) = waiting();
    let layer = listing().allow_origin_if_async(predicate).build().unwrap();
    let (responds, inner) = responding();
    let mut future = pin!(layer.layer(inner).call(request("GET", &[ASKED])));
    questions.lock().unwrap().pop().unwrap().send(Ok(true)).unwrap();
    assert!(poll_once(future.as_mut()).is_pending(), "the response is missing");
    responds.send(Response::new(())).unwrap();
    let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("both are there") };
    assert_eq!(described(&response), (200, vec![ALLOWED, VARY]));
}

/// A request that may be refused must not run before the predicate has decided. A preflight never runs.
#[test]
fn the_inner_service_is_not_called_before_the_answer() {
    let preflight = request("OPTIONS", &[ASKED, PUT]);
    let websocket = request("GET", &[ASKED, ("upgrade", "websocket")]);
    let upgrades = || {
        listing()
            .refuse_disallowed_origins(Refuse::Upgrades)
            .no_own_origins()
            .dangerously_allow(Danger::PredicateWithCredentials)
    };
    for (builder, request, answer, status, calls) in [
        (listing(), preflight.clone(), true, 204, 0),
        (listing(), preflight.clone(), false, 403, 0),
        (listing().forward_preflights(true), preflight.clone(), true, 418, 1),
        (listing().forward_preflights(true), preflight, false, 403, 0),
        (refusing(), request("GET", &[ASKED]), true, 418, 1),
        (refusing(), request("GET", &[ASKED]), false, 403, 0),
        (upgrades(), websocket.clone(), true, 418, 1),
        (upgrades(), websocket, false, 403, 0),
    ] {
        let described = format!("{request:?} {answer}");
        let (predicate, questions) = waiting();
        let layer = builder.allow_origin_if_async(predicate).build().unwrap();
        let inner = Inner::default();
        let mut future = pin!(layer.layer(inner.service()).call(request));
        assert!(poll_once(future.as_mut()).is_pending(), "{described}");
        assert_eq!(inner.calls(), 0, "{described}");
        questions.lock().unwrap().pop().unwrap().send(Ok(answer)).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("{described}") };
        assert_eq!((response.status().as_u16(), inner.calls()), (status, calls), "{described}");
    }
    // A request that cannot be refused runs at once.
    let (predicate, _questions) = waiting();
    let layer = upgrades().allow_origin_if_async(predicate).build().unwrap();
    let inner = Inner::default();
    let _waits = layer.layer(inner.service()).call(request("GET", &[ASKED]));
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
        for headers in [&[ASKED][..], &[], &[LISTED], &[ASKED]] {
            let ready = poll_fn(|context| service.poll_ready(context));
            ready.await.unwrap();
            let response = service.call(request("GET", headers)).await.unwrap();
            assert_eq!(response.status(), 200);
        }
    }
}

#[tokio::test]
async fn an_error_of_the_inner_service_passes() {
    for answer in [true, false] {
        let layer = listing()
            .allow_origin_if_async(move |_, _| ready(Ok::<_, Infallible>(answer)))
            .build()
            .unwrap();
        let inner = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
        let error = layer.layer(inner).oneshot(request("GET", &[ASKED])).await.unwrap_err();
        assert_eq!(error, "broken");
    }
    // There is nothing left to wait for.
    let (predicate, _questions) = waiting();
    let layer = listing().allow_origin_if_async(predicate).build().unwrap();
    let inner = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
    assert_eq!(layer.layer(inner).oneshot(request("GET", &[ASKED])).await.unwrap_err(), "broken");
}

#[test]
fn each_outcome_is_reported_once() {
    for (builder, request, answer, expected) in [
        (listing(), request("GET", &[ASKED]), Ok(true), "simple request, allowed"),
        (
            listing(),
            request("GET", &[ASKED]),
            Ok(false),
            "simple request, refused: origin `https://asked.example` is not allowed",
        ),
        (
            listing(),
            request("GET", &[ASKED]),
            Err(io::Error::other("the database\nis away")),
            "simple request, refused: the predicate failed: the database\\nis away",
        ),
        (listing(), request("OPTIONS", &[ASKED, PUT]), Ok(true), "preflight, allowed"),
        (
            refusing(),
            request("GET", &[ASKED]),
            Ok(false),
            "simple request, refused: origin `https://asked.example` is not allowed",
        ),
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
        let mut future = pin!(layer.layer(Inner::default().service()).call(request));
        assert!(poll_once(future.as_mut()).is_pending());
        assert_eq!(*reports.lock().unwrap(), [""; 0], "nothing is known yet");
        questions.lock().unwrap().pop().unwrap().send(answer).unwrap();
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else { panic!("{expected}") };
        assert_eq!(*reports.lock().unwrap(), [expected]);
        let outcome = response.extensions().get::<tower_cors::Outcome>().unwrap();
        assert_eq!(outcome.to_string(), expected);
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

    let asked = [ASKED];
    let preflight = [ASKED, PUT];
    let kinds = [
        ("simple request", true, listing(), "GET", &asked[..]),
        ("simple request", false, refusing(), "GET", &asked),
        ("preflight", false, listing(), "OPTIONS", &preflight),
        ("preflight", false, listing().forward_preflights(true), "OPTIONS", &preflight),
        ("preflight", false, listing().allow_methods_of_route(), "OPTIONS", &preflight),
    ];
    let undecided = "refused: the request ended before the predicate answered";
    for (kind, is_together, builder, method, headers) in kinds {
        for attaches in [false, true] {
            for predicate in [Answers, Fails, Panics, PanicsAtOnce, Waits] {
                for inner in [Answers, Fails, Panics, PanicsAtOnce, Waits] {
                    let builder = builder.clone().attach_outcome(attaches);
                    let described = format!("{predicate:?} {inner:?} {builder:?}");
                    let reports = run(builder, predicate, inner, request(method, headers));
                    let expected = match predicate {
                        // The inner service is called at the same time, and its panic ends the request.
                        _ if is_together && matches!(inner, Panics | PanicsAtOnce) => undecided,
                        Answers => "allowed",
                        Fails => "refused: the predicate failed: away",
                        Panics | PanicsAtOnce | Waits => undecided,
                    };
                    let expected = format!("{kind}, {expected}");
                    assert_eq!(reports, [expected], "{described}");
                }
            }
        }
    }
}

/// Without a hook there is no report, so the request is not copied.
#[test]
fn a_request_is_only_copied_for_whoever_is_told() {
    let mut request = request("OPTIONS", &[ASKED, PUT]);
    for line in 0..2_000 {
        let name = http::HeaderName::try_from(format!("x-{line}")).unwrap();
        request.headers_mut().insert(name, HeaderValue::from_static("1"));
    }
    for builder in [listing(), listing().allow_methods_of_route(), listing().attach_outcome(true)] {
        let yes = |_: &Origin, _: &RequestHead<'_>| ready(Ok::<_, Infallible>(true));
        let service =
            builder.allow_origin_if_async(yes).build().unwrap().layer(Inner::default().service());
        finish(service.clone().call(request.clone()));
        let request = request.clone();
        let memory = allocation_counter::measure(|| finish(service.clone().call(request)));
        assert!(memory.bytes_max < 10_000, "{memory:?}");
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
        let inner = Inner::default();
        let service = layer.layer(inner.service());
        let run = || {
            let call = |_| Box::pin(service.clone().call(request("GET", &[ASKED])));
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

#[tokio::test]
async fn a_panic_fails_its_own_request_only() {
    let layer = listing()
        .allow_origin_if_async(|origin, _| {
            let panics = origin.host() == "panics.example";
            async move {
                assert!(!panics, "a slip");
                Ok::<_, Infallible>(true)
            }
        })
        .build()
        .unwrap();
    let service = layer.layer(Inner::default().service());
    let panics = service.clone().oneshot(request("GET", &[("origin", "https://panics.example")]));
    assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
    let response = service.oneshot(request("GET", &[ASKED])).await.unwrap();
    assert_eq!(described(&response), (418, vec![ALLOWED, VARY]));
}

#[tokio::test]
async fn in_axum_over_a_socket() {
    let cors = listing()
        .allow_origin_if_async(|origin, _| {
            let is_allowed = origin.host() == "asked.example";
            async move {
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(is_allowed)
            }
        })
        .build()
        .unwrap();
    let app = axum::Router::new().route("/", axum::routing::get(async || "the items")).layer(cors);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<String>();
    for (origin, allowed) in [(ASKED.1, Some(ASKED.1)), ("https://other.example", None)] {
        let request = Request::get(&uri).header("origin", origin).body(String::new()).unwrap();
        let response = client.request(request).await.unwrap();
        let found = response.headers().get("access-control-allow-origin");
        assert_eq!(found.map(|value| value.to_str().unwrap()), allowed);
        assert_eq!(response.headers()["vary"], "origin");
    }
}

#[test]
fn mistakes() {
    let both = CorsLayer::builder()
        .allow_origin_if(|_, _| true)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    assert_eq!(
        both.build().unwrap_err().to_string(),
        "allow_origins: allow_origin_if is given two closures, and only one can be called; join them"
    );
    let credentials = CorsLayer::builder()
        .allow_credentials(true)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    assert_eq!(
        credentials.build().unwrap_err().to_string(),
        "allow_origins: a predicate decides where requests carry cookies (with credentials, or when \
         disallowed origins are refused), so a slip in it gives away what they open; \
         list patterns, or accept \
         Danger::PredicateWithCredentials (in a file, \"predicate-with-credentials\")"
    );
}

#[test]
fn what_it_says_of_itself() {
    let layer = listing()
        .allow_origin("https://listed.example")
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
        .build()
        .unwrap();
    let config = layer.policy().config();
    assert_eq!(config.allow_origins, ["https://listed.example"]);
    assert_eq!(config.closures(), [ClosureOption::AllowOriginIfAsync]);
    let (option, entry) = (ConfigOption::AllowOrigins, String::from("https://listed.example"));
    assert_eq!(layer.policy().warnings(), [ConfigWarning::Duplicate { option, entry }]);
}

#[test]
fn it_can_be_named_and_shared() {
    fn assert_shared<T: Clone + Send + Sync + Unpin + 'static>() {}

    assert_shared::<CorsLayer<AsyncPolicy>>();
    assert_shared::<Cors<(), AsyncPolicy>>();
    assert_shared::<AsyncPredicate>();
    let layer: CorsLayer<AsyncPolicy> =
        listing().allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true))).build().unwrap();
    let future = layer.layer(Inner::default().service()).call(request("GET", &[ASKED]));
    assert_eq!(format!("{future:?}"), "AsyncResponseFuture { .. }");
}

//! What the layer costs a request, in time and in allocations: beside no layer at all, and beside
//! `tower-http`'s layer in the same configuration.

use std::{
    convert::Infallible,
    fmt,
    future::ready,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use divan::{AllocProfiler, Bencher, Divan};
use http::{
    HeaderName, HeaderValue, Method, Request, Response,
    header::{
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, CONTENT_TYPE,
        ETAG, ORIGIN,
    },
};
use tower::{Layer, Service, service_fn};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const ALLOWED_METHODS: [Method; 3] = [Method::PUT, Method::DELETE, Method::PATCH];
const ALLOWED_HEADERS: [HeaderName; 2] = [AUTHORIZATION, CONTENT_TYPE];
const EXPOSED_HEADERS: [HeaderName; 2] = [HeaderName::from_static("x-request-id"), ETAG];
const MAX_AGE: Duration = Duration::from_secs(600);

fn main() {
    // All are run alike: with sizes of its own, each would find the caches in another state.
    Divan::default().sample_count(1000).sample_size(100).config_with_args().main();
}

#[divan::bench(args = SUBJECTS)]
fn without_origin(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &request(Method::GET, []), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn allowed(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(&subject.allowed_origin()), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn allowed_by_a_clone(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(&subject.allowed_origin()), Called::Clone);
}

#[divan::bench(args = SUBJECTS)]
fn refused(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &simple(REFUSED_ORIGIN), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn preflight_allowed(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &preflight(&subject.allowed_origin()), Called::Service);
}

#[divan::bench(args = SUBJECTS)]
fn preflight_refused(bencher: Bencher<'_, '_>, subject: Subject) {
    measure(bencher, subject, &preflight(REFUSED_ORIGIN), Called::Service);
}

const REFUSED_ORIGIN: &str = "https://refused.example";

const SUBJECTS: [Subject; 7] = [
    Subject::Bare,
    Subject::TowerCors { origins: 1 },
    Subject::TowerHttp { origins: 1 },
    Subject::TowerCors { origins: 10 },
    Subject::TowerHttp { origins: 10 },
    Subject::TowerCors { origins: 1000 },
    Subject::TowerHttp { origins: 1000 },
];

/// A layer, or none, and the length of its list of exact origins.
#[derive(Clone, Copy)]
enum Subject {
    Bare,
    TowerCors { origins: usize },
    TowerHttp { origins: usize },
}

impl Subject {
    /// The last of the list: a search from its beginning takes longest to find it.
    fn allowed_origin(self) -> String {
        match self {
            Self::Bare => origin(1),
            Self::TowerCors { origins } | Self::TowerHttp { origins } => origin(origins),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bare => f.write_str("bare"),
            Self::TowerCors { origins } => write!(f, "tower_cors, list of {origins}"),
            Self::TowerHttp { origins } => write!(f, "tower_http, list of {origins}"),
        }
    }
}

fn origin(index: usize) -> String {
    format!("https://site{index}.example")
}

fn tower_cors(origins: usize) -> tower_cors::CorsLayer {
    tower_cors::CorsLayer::builder()
        .allow_origins((1..=origins).map(origin))
        .allow_credentials(true)
        .allow_methods(ALLOWED_METHODS)
        .allow_headers(ALLOWED_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE)
        .build()
        .expect("the configuration has no mistake")
}

fn tower_http(origins: usize) -> tower_http::cors::CorsLayer {
    tower_http::cors::CorsLayer::new()
        .allow_origin(tower_http::cors::AllowOrigin::list(
            (1..=origins).map(|index| value(&origin(index))),
        ))
        .allow_credentials(true)
        .allow_methods(ALLOWED_METHODS)
        .allow_headers(ALLOWED_HEADERS)
        .expose_headers(EXPOSED_HEADERS)
        .max_age(MAX_AGE)
}

fn simple(origin: &str) -> Request<()> {
    request(Method::GET, [(ORIGIN, value(origin))])
}

fn preflight(origin: &str) -> Request<()> {
    request(
        Method::OPTIONS,
        [
            (ORIGIN, value(origin)),
            (ACCESS_CONTROL_REQUEST_METHOD, value("PUT")),
            (ACCESS_CONTROL_REQUEST_HEADERS, value("authorization,content-type")),
        ],
    )
}

fn request<const COUNT: usize>(
    method: Method,
    headers: [(HeaderName, HeaderValue); COUNT],
) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = method;
    request.headers_mut().extend(headers);
    request
}

fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("the text is a header value")
}

/// What is called for each request: the service, or, as axum's router does, a clone of it.
#[derive(Clone, Copy)]
enum Called {
    Service,
    Clone,
}

fn measure(bencher: Bencher<'_, '_>, subject: Subject, request: &Request<()>, called: Called) {
    let inner = service_fn(|_: Request<()>| ready(Ok(response())));
    match subject {
        Subject::Bare => measure_service(bencher, inner, request, called),
        Subject::TowerCors { origins } => {
            measure_service(bencher, tower_cors(origins).layer(inner), request, called);
        }
        Subject::TowerHttp { origins } => {
            measure_service(bencher, tower_http(origins).layer(inner), request, called);
        }
    }
}

fn response() -> Response<()> {
    let mut response = Response::new(());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn measure_service<S>(
    bencher: Bencher<'_, '_>,
    mut service: S,
    request: &Request<()>,
    called: Called,
) where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone,
{
    // While the original lives, its clones' values are shared, as those of hyper's requests are.
    let bencher = bencher.with_inputs(|| request.clone());
    match called {
        Called::Service => bencher.bench_local_values(|request| respond(&mut service, request)),
        Called::Clone => {
            bencher.bench_local_values(|request| respond(&mut service.clone(), request));
        }
    }
}

/// Without a runtime: nothing here ever waits.
fn respond<S>(service: &mut S, request: Request<()>) -> Response<()>
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let mut context = Context::from_waker(Waker::noop());
    assert!(service.poll_ready(&mut context).is_ready(), "the service is always ready");
    match pin!(service.call(request)).poll(&mut context) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => unreachable!("the service answers at once"),
    }
}

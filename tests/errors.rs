//! The recipes of `docs/errors.md`: each error response has the CORS headers, and lacks them if the layers are in the
//! wrong order.

use std::{
    error::Error,
    fmt::Debug,
    future::pending,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    BoxError, Json, Router,
    error_handling::{HandleError, HandleErrorLayer},
    extract::{DefaultBodyLimit, Path, Request},
    http::{
        StatusCode,
        header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{net::TcpListener, time::Instant};
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt, limit::GlobalConcurrencyLimitLayer,
    load_shed::error::Overloaded, service_fn, timeout::error::Elapsed,
};
use tower_cors::CorsLayer;
use tower_http::{
    catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};
use tower_test::mock;

const PAGE: &str = "https://example.com";

type Headers<'a> = &'a [(&'a str, &'a str)];

fn cors() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin(PAGE)
        .allow_credentials(true)
        .allow_headers(["authorization", "content-type"])
        .expose_headers(["retry-after", "www-authenticate"])
        .build()
        .unwrap()
}

fn routes() -> Router {
    Router::new()
        .route("/", get(async || "here"))
        .route("/panic", get(async || -> StatusCode { panic!("a panic of the test") }))
        .route("/slow", get(pending::<StatusCode>))
        .route("/text", post(async |text: String| text))
}

/// The status of a response, and its CORS headers.
type Answer = (u16, Vec<String>);

fn answer<B>(response: &Response<B>) -> Answer {
    let headers = response.headers().iter();
    let mut lines: Vec<_> = headers
        .filter(|(name, _)| *name == "vary" || name.as_str().starts_with("access-control-"))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort_unstable();
    (response.status().as_u16(), lines)
}

/// A response that the page can read.
fn readable(status: u16) -> Answer {
    let lines = [
        "access-control-allow-credentials: true",
        "access-control-allow-origin: https://example.com",
        "access-control-expose-headers: retry-after,www-authenticate",
        "vary: origin",
    ];
    (status, lines.map(String::from).into())
}

/// A response that no page can read.
fn hidden(status: u16) -> Answer {
    (status, Vec::new())
}

fn preflight_allowed() -> Answer {
    let lines = [
        "access-control-allow-credentials: true",
        "access-control-allow-headers: authorization,content-type",
        "access-control-allow-origin: https://example.com",
        "vary: origin, access-control-request-method, access-control-request-headers",
    ];
    (204, lines.map(String::from).into())
}

fn request(method: &str, path: &str, headers: Headers<'_>, body: &str) -> Request<String> {
    let mut request = Request::builder().method(method).uri(path).header("origin", PAGE);
    for &(name, value) in headers {
        request = request.header(name, value);
    }
    request.body(body.to_owned()).unwrap()
}

fn get_request(path: &str) -> Request<String> {
    request("GET", path, &[], "")
}

fn preflight() -> Request<String> {
    let asked = [
        ("access-control-request-headers", "authorization"),
        ("access-control-request-method", "GET"),
    ];
    request("OPTIONS", "/", &asked, "")
}

async fn send<S, B>(service: S, request: Request<String>) -> Answer
where
    S: Service<Request<String>, Response = Response<B>, Error: Debug>,
{
    // With a paused clock, a future that never ends fails at once.
    let response = tokio::time::timeout(Duration::from_secs(60), service.oneshot(request)).await;
    answer(&response.expect("an answer").unwrap())
}

async fn fetch(app: &Router, path: &str) -> Answer {
    send(app.clone(), get_request(path)).await
}

async fn submit(app: &Router, path: &str, headers: Headers<'_>, body: &str) -> Answer {
    send(app.clone(), request("POST", path, headers, body)).await
}

/// Sends a request over a real socket. `Err` is a connection that ends without a response.
async fn fetch_by_socket(
    app: Router,
    path: &str,
    lines: Headers<'_>,
) -> Result<Answer, impl Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}{path}", listener.local_addr().unwrap());
    tokio::spawn(axum::serve(listener, app).into_future());
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request("GET", &url, lines, "")).await;
    response.map(|response| answer(&response))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn the_page_shows_what_is_tested() {
    let [page, tests] = [include_str!("../docs/errors.md"), include_str!("errors.rs")];
    let blocks: Vec<_> = page.split("```\n").skip(1).step_by(2).collect();
    for block in &blocks {
        let paragraphs = block.split_inclusive("\n\n");
        let code: String = paragraphs.skip_while(|lines| lines.starts_with("use ")).collect();
        assert!(tests.contains(&code) && code.contains("fn "), "{code}");
    }
    assert_eq!(blocks.len(), 14);
}

fn timeout(routes: Router, cors: CorsLayer) -> Router {
    let timeout = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::GATEWAY_TIMEOUT))
        .timeout(Duration::from_secs(10));
    routes.layer(timeout).layer(cors)
}

fn timeout_in_the_wrong_order(routes: Router, cors: CorsLayer) -> Router {
    let stack = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::GATEWAY_TIMEOUT))
        .layer(cors)
        .timeout(Duration::from_secs(10));
    routes.layer(stack)
}

fn timeout_with_a_response(routes: Router, cors: CorsLayer) -> Router {
    let ten_seconds = Duration::from_secs(10);
    routes
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, ten_seconds))
        .layer(cors)
}

#[tokio::test(start_paused = true)]
async fn timeouts() {
    for recipe in [timeout, timeout_with_a_response] {
        let app = recipe(routes(), cors());
        assert_eq!(fetch(&app, "/").await, readable(200));
        assert_eq!(fetch(&app, "/slow").await, readable(504));
        assert_eq!(fetch_by_socket(app, "/slow", &[]).await.unwrap(), readable(504));
    }

    let timeout_outside =
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(10));
    let response_made_outside = routes().layer(cors()).layer(timeout_outside);
    for wrong in [timeout_in_the_wrong_order(routes(), cors()), response_made_outside] {
        assert_eq!(fetch(&wrong, "/").await, readable(200));
        assert_eq!(fetch(&wrong, "/slow").await, hidden(504));
    }
}

fn load_shedding(routes: Router, cors: CorsLayer) -> Router {
    let load_shedding = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::SERVICE_UNAVAILABLE))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::new(100));
    routes.layer(load_shedding).layer(cors)
}

#[tokio::test]
async fn shed_load() {
    let app = load_shedding(routes(), cors());
    let mut served: Vec<_> = (0..100).map(|_| Box::pin(fetch(&app, "/slow"))).collect();
    for response in &mut served {
        assert!(poll(response.as_mut()).is_pending());
    }
    assert_eq!(fetch(&app, "/").await, readable(503));
    assert_eq!(send(app.clone(), preflight()).await, preflight_allowed());
    served.pop();
    assert_eq!(fetch(&app, "/").await, readable(200));
}

fn rate_limit(routes: Router, cors: CorsLayer) -> Router {
    let too_many = (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "60")]);
    let limited = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async move |_: BoxError| too_many))
        .buffer(1024)
        .load_shed()
        .rate_limit(100, Duration::from_secs(60))
        .service(routes);
    Router::new().fallback_service(limited).layer(cors)
}

#[tokio::test(start_paused = true)]
async fn rates() {
    let app = rate_limit(routes(), cors());
    let start = Instant::now();
    for (path, status) in [("/", 200), ("/nowhere", 404)] {
        for _ in 0..50 {
            assert_eq!(send(app.clone(), preflight()).await, preflight_allowed());
            assert_eq!(fetch(&app, path).await, readable(status));
        }
    }
    assert_eq!(fetch(&app, "/").await, readable(429));
    assert_eq!(send(app.clone(), preflight()).await, preflight_allowed());
    assert_eq!(start.elapsed(), Duration::ZERO, "nothing waits");
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(fetch(&app, "/").await, readable(200));

    let outside = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(async |_: BoxError| StatusCode::TOO_MANY_REQUESTS))
        .buffer(1024)
        .load_shed()
        .rate_limit(1, Duration::from_secs(60));
    let wrong = Router::new().fallback_service(outside.service(routes().layer(cors())));
    assert_eq!(send(wrong.clone(), preflight()).await, preflight_allowed());
    assert_eq!(fetch(&wrong, "/").await, hidden(429), "the preflight has used up the quota");
}

fn body_limit(routes: Router, cors: CorsLayer) -> Router {
    routes.layer(DefaultBodyLimit::max(1024)).layer(cors)
}

fn body_limit_for_all(routes: Router, cors: CorsLayer) -> Router {
    routes.layer(DefaultBodyLimit::disable()).layer(RequestBodyLimitLayer::new(1024)).layer(cors)
}

#[tokio::test]
async fn body_limits() {
    let [fits, too_long] = [1024, 1025].map(|length| "x".repeat(length));
    let told = [("content-length", "1025")];
    for recipe in [body_limit, body_limit_for_all] {
        let app = recipe(routes(), cors());
        assert_eq!(submit(&app, "/text", &[], &fits).await, readable(200));
        assert_eq!(submit(&app, "/text", &[], &too_long).await, readable(413));
        assert_eq!(submit(&app, "/text", &told, &too_long).await, readable(413));
    }

    let wrong = routes().layer(cors()).layer(RequestBodyLimitLayer::new(1024));
    assert_eq!(submit(&wrong, "/text", &[], &too_long).await, readable(413));
    assert_eq!(submit(&wrong, "/text", &told, &too_long).await, hidden(413));
}

fn panics(routes: Router, cors: CorsLayer) -> Router {
    routes.layer(CatchPanicLayer::new()).layer(cors)
}

#[tokio::test]
async fn caught_panics() {
    let app = panics(routes(), cors());
    assert_eq!(fetch(&app, "/panic").await, readable(500));
    assert_eq!(fetch_by_socket(app, "/panic", &[]).await.unwrap(), readable(500));

    let wrong = routes().layer(cors()).layer(CatchPanicLayer::new());
    assert_eq!(fetch(&wrong, "/panic").await, hidden(500));
    let not_caught = routes().layer(cors());
    assert!(fetch_by_socket(not_caught, "/panic", &[]).await.is_err());
}

async fn authenticate(request: Request, next: Next) -> Response {
    let authorization = request.headers().get(AUTHORIZATION);
    if authorization.is_some_and(|value| value == "Bearer secret") {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response()
    }
}

fn authentication(routes: Router, cors: CorsLayer) -> Router {
    routes.layer(from_fn(authenticate)).layer(cors)
}

#[tokio::test]
async fn authenticated() {
    let app = authentication(routes(), cors());
    assert_eq!(send(app.clone(), preflight()).await, preflight_allowed());
    assert_eq!(fetch(&app, "/").await, readable(401));
    let token = [("authorization", "Bearer secret")];
    assert_eq!(submit(&app, "/text", &token, "text").await, readable(200));

    let wrong = routes().layer(cors()).layer(from_fn(authenticate));
    assert_eq!(send(wrong.clone(), preflight()).await, hidden(401));
    assert_eq!(fetch(&wrong, "/").await, hidden(401));
}

fn fallbacks(routes: Router, cors: CorsLayer) -> Router {
    routes
        .fallback(async || (StatusCode::NOT_FOUND, "there is no such page"))
        .method_not_allowed_fallback(async || (StatusCode::METHOD_NOT_ALLOWED, "not like this"))
        .layer(cors)
}

fn nested(api: Router, cors: CorsLayer) -> Router {
    Router::new().nest("/api", api).layer(cors)
}

#[tokio::test]
async fn errors_of_the_router() {
    for app in [routes().layer(cors()), fallbacks(routes(), cors())] {
        assert_eq!(fetch(&app, "/nowhere").await, readable(404));
        assert_eq!(submit(&app, "/", &[], "").await, readable(405));
    }
    let not_found = async || StatusCode::NOT_FOUND;
    let added_later = routes().layer(cors()).route("/later", get(not_found)).fallback(not_found);
    for path in ["/later", "/nowhere"] {
        assert_eq!(fetch(&added_later, path).await, hidden(404));
    }

    let app = nested(routes(), cors());
    for path in ["/api/nowhere", "/api/", "/nowhere"] {
        assert_eq!(fetch(&app, path).await, readable(404));
    }
    let wrong = Router::new().nest("/api", routes().layer(cors()));
    assert_eq!(fetch(&wrong, "/api/nowhere").await, hidden(404));
    let with_fallback = Router::new().nest("/api", routes().fallback(not_found).layer(cors()));
    assert_eq!(fetch(&with_fallback, "/api/nowhere").await, readable(404));
    assert_eq!(fetch(&with_fallback, "/api/").await, hidden(404));
}

fn extractors(cors: CorsLayer) -> Router {
    Router::new()
        .route("/items", post(async |Json(items): Json<Vec<u32>>| items.len().to_string()))
        .route("/items/{id}", get(async |Path(id): Path<u32>| id.to_string()))
        .layer(cors)
}

#[tokio::test]
async fn rejections() {
    let app = extractors(cors());
    let json = [("content-type", "application/json")];
    assert_eq!(fetch(&app, "/items/one").await, readable(400));
    assert_eq!(submit(&app, "/items", &json, "[1, 2]").await, readable(200));
    assert_eq!(submit(&app, "/items", &json, "[1, 2").await, readable(400));
    assert_eq!(submit(&app, "/items", &[], "[1, 2]").await, readable(415));
    assert_eq!(submit(&app, "/items", &json, "[-1]").await, readable(422));
}

fn gateway<S>(upstream: S, cors: CorsLayer) -> Router
where
    S: Service<Request, Response = Response, Error = BoxError> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let upstream = HandleError::new(upstream, async |_: BoxError| StatusCode::BAD_GATEWAY);
    Router::new().route_service("/", upstream).layer(cors)
}

#[tokio::test]
async fn failing_services_of_axum() {
    let fails = service_fn(async |_: Request| Err(BoxError::from("broken")));
    assert_eq!(fetch(&gateway(fails, cors()), "/").await, readable(502));

    let (never_ready, mut handle) = mock::pair::<Request, Response>();
    handle.send_error("broken");
    assert_eq!(fetch(&gateway(never_ready, cors()), "/").await, readable(502));
}

fn status(error: &BoxError) -> StatusCode {
    if error.is::<Elapsed>() {
        StatusCode::GATEWAY_TIMEOUT
    } else if error.is::<Overloaded>() {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::BAD_GATEWAY
    }
}

fn plain_tower<S>(
    inner: S,
    cors: CorsLayer,
) -> impl Service<Request<String>, Response = Response<String>, Error = BoxError>
where
    S: Service<Request<String>, Response = Response<String>, Error = BoxError>,
{
    ServiceBuilder::new()
        .layer(cors)
        .map_result(|result: Result<Response<String>, BoxError>| match result {
            Ok(response) => Ok(response),
            Err(error) => Ok(Response::builder().status(status(&error)).body(String::new())?),
        })
        .load_shed()
        .timeout(Duration::from_secs(10))
        .service(inner)
}

#[tokio::test(start_paused = true)]
async fn failing_services_of_tower() {
    let inner = service_fn(async |request: Request<String>| match request.uri().path() {
        "/slow" => pending().await,
        "/broken" => Err(BoxError::from("broken")),
        _ => Ok(Response::new(String::from("here"))),
    });
    for (path, status) in [("/", 200), ("/slow", 504), ("/broken", 502)] {
        assert_eq!(send(plain_tower(inner, cors()), get_request(path)).await, readable(status));
    }
    let not_mapped = cors().layer(inner).oneshot(get_request("/broken")).await;
    assert_eq!(not_mapped.unwrap_err().to_string(), "broken");

    let (busy, mut handle) = mock::pair();
    handle.allow(0);
    assert_eq!(send(plain_tower(busy.clone(), cors()), get_request("/")).await, readable(503));
    assert_eq!(send(plain_tower(busy.clone(), cors()), preflight()).await, preflight_allowed());
    assert!(poll(pin!(cors().layer(busy.clone()).oneshot(preflight()))).is_pending());

    handle.send_error("broken for good");
    let never_ready = plain_tower(busy, cors()).oneshot(get_request("/")).await;
    assert_eq!(never_ready.unwrap_err().to_string(), "broken for good");
}

#[tokio::test]
async fn what_hyper_refuses() {
    let lines = [("x-line", "of too many"); 200];
    let refused = fetch_by_socket(routes().layer(cors()), "/", &lines).await;
    assert_eq!(refused.unwrap(), hidden(431));
}

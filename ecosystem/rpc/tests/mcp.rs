//! The preset `mcp` around a server of the crate `rmcp`. The model of a browser says what a page can read.

#[expect(dead_code, reason = "the tests listen on other ports")]
#[path = "../../../examples/mcp.rs"]
mod example;
mod support;

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    extract::Request as AxumRequest,
    middleware::{Next, from_fn, map_request},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{
    HeaderMap, Method, Request, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use rmcp::{
    tool, tool_router,
    transport::streamable_http_server::{
        StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
    },
};
use serde_json::{Value, json};
use support::{HttpClient, browser, read, sorted};
use tokio::{net::TcpListener, sync::Notify};
use tower_cors::{
    CorsLayer,
    browser::{Page, ReadableResponse},
};

const PAGE: &str = "https://app.example.com";

#[tokio::test]
async fn a_page_connects_lists_calls_and_terminates() {
    let url = serve(example::routes().layer(cors())).await;
    let mut page = browser().page(PAGE);

    let session = connect(&mut page, &url).await;
    let listed = read(&mut page, session.post(&json!({ "method": "tools/list" }))).await;
    assert_eq!(sorted(listed.headers()), EVENT_STREAM);
    assert_eq!(message(listed).await["result"]["tools"][0]["name"], "add");

    let called = read(&mut page, session.post(&call("add", &json!({ "a": 2, "b": 3 })))).await;
    assert_eq!(sorted(called.headers()), EVENT_STREAM);
    assert_eq!(message(called).await["result"]["content"][0]["text"], "5");

    let terminated = page.fetch(session.request(Method::DELETE)).await;
    page.assert_readable(terminated).assert_status(StatusCode::ACCEPTED);

    // So that the page learns that it has to connect again.
    let gone = page.fetch(session.post(&json!({ "method": "tools/list" }))).await;
    let gone = page.assert_readable(gone).assert_status(StatusCode::NOT_FOUND);
    assert_eq!(text(gone).await, "Not Found: Session not found");
}

#[tokio::test]
async fn a_page_resumes_the_stream_of_a_call() {
    let release = Arc::new(Notify::new());
    let waiting = Waiting(Arc::clone(&release));
    let service = StreamableHttpService::new(
        move || Ok(waiting.clone()),
        Arc::new(LocalSessionManager::default()),
        StreamableHttpServerConfig::default(),
    );
    let url = serve(Router::new().route_service("/mcp", service).layer(cors())).await;
    let mut page = browser().page(PAGE);

    let session = connect(&mut page, &url).await;
    let mut stream = read(&mut page, session.post(&call("wait", &json!({})))).await.into_body();
    let first = stream.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "data: \nid: 0/0\nretry: 3000\n\n");
    drop(stream);

    let mut again = session.request(Method::GET);
    again.headers_mut().insert("last-event-id", "0/0".parse().unwrap());
    let resumed = read(&mut page, again).await;
    assert_eq!(sorted(resumed.headers()), EVENT_STREAM);
    release.notify_one();
    assert_eq!(message(resumed).await["result"]["content"][0]["text"], "released");
}

/// The revision 2026-07-28 has no sessions, and repeats the method and the tool in headers.
#[tokio::test]
async fn a_page_calls_a_tool_without_a_session() {
    let url = serve(example::routes().layer(cors())).await;
    let mut page = browser().page(PAGE);
    let mut body = call("add", &json!({ "a": 2, "b": 3 }));
    body["params"]["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let session = Session { url, headers: HeaderMap::new() };
    let mut request = session.post(&body);
    for (name, value) in
        [("mcp-method", "tools/call"), ("mcp-name", "add"), ("mcp-protocol-version", "2026-07-28")]
    {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let called = read(&mut page, request).await;
    assert_eq!(sorted(called.headers()), EVENT_STREAM);
    assert_eq!(message(called).await["result"]["content"][0]["text"], "5");
}

#[tokio::test]
async fn a_foreign_origin_gets_403_and_does_not_reach_the_server() {
    let reached = Arc::new(AtomicUsize::new(0));
    let count = map_request({
        let reached = Arc::clone(&reached);
        move |request: AxumRequest| {
            reached.fetch_add(1, Ordering::Relaxed);
            async { request }
        }
    });
    let url = serve(example::routes().layer(count).layer(cors())).await;
    let browser = browser();
    let get = || Request::get(&url).body(Full::default()).unwrap();
    // Needs no preflight.
    let form = || Request::post(&url).header("content-type", "text/plain").body(Full::default());
    for origin in ["https://evil.example", "http://app.example.com", "null"] {
        let mut page = browser.page(origin);
        for request in [initialize(&url), get(), form().unwrap()] {
            let result = page.fetch(request).await;
            page.assert_refused(result);
        }
        let sent: Vec<_> = page.exchanges().iter().map(|it| (it.method(), it.status())).collect();
        let refused = Some(StatusCode::FORBIDDEN);
        assert_eq!(
            sent,
            [(&Method::OPTIONS, refused), (&Method::GET, refused), (&Method::POST, refused)],
            "{origin}"
        );
    }
    assert_eq!(reached.load(Ordering::Relaxed), 0);

    connect(&mut browser.page(PAGE), &url).await;
    assert_eq!(reached.load(Ordering::Relaxed), 2, "`initialize` and `initialized`");
}

#[tokio::test]
async fn a_foreign_host_is_answered_by_the_server() {
    let url = serve(example::routes().layer(cors())).await;
    let url = url.replace("127.0.0.1", "rebound.example");
    let browser = browser();
    let rebound = url.trim_end_matches("/mcp");
    for (page, request) in [
        (PAGE, initialize(&url)),
        // Its request has no `Origin`.
        (rebound, Request::get(&url).body(Full::default()).unwrap()),
    ] {
        let mut page = browser.page(page);
        let result = page.fetch(request).await;
        let answered = page.assert_readable(result).assert_status(StatusCode::FORBIDDEN);
        assert_eq!(text(answered).await, "Forbidden: Host header is not allowed");
    }
    let mut page = browser.page(rebound);
    let result = page.fetch(initialize(&url)).await;
    let answered = page.assert_readable(result).assert_status(StatusCode::FORBIDDEN);
    assert_eq!(text(answered).await, "", "the layer refuses its origin");
}

/// `docs/local_tools.md` has a middleware for them.
#[tokio::test]
async fn a_foreign_host_reaches_the_other_routes_of_the_router() {
    let routes = example::routes().route("/files", get(async || "all files"));
    let url = serve(routes.layer(cors())).await;
    let rebound = url.trim_end_matches("/mcp").replace("127.0.0.1", "rebound.example");
    let files = Request::get(format!("{rebound}/files")).body(Full::default()).unwrap();
    let response = read(&mut browser().page(&rebound), files).await;
    assert_eq!(text(response).await, "all files");
}

#[tokio::test]
async fn any_origin_connects_with_a_bearer_token_and_reads_that_it_needs_one() {
    let cors = CorsLayer::builder().mcp().allow_any_origin().build().unwrap();
    let url = serve(example::routes().layer(from_fn(require_token)).layer(cors)).await;
    let browser = browser();
    for origin in [PAGE, "http://localhost:5173", "null"] {
        let mut page = browser.page(origin);
        let result = page.fetch(initialize(&url)).await;
        let refused = page.assert_readable(result).assert_status(StatusCode::UNAUTHORIZED);
        assert_eq!(
            sorted(refused.headers()),
            [("content-length", "0"), ("www-authenticate", CHALLENGE)]
        );

        let mut request = initialize(&url);
        request.headers_mut().insert(AUTHORIZATION, "Bearer secret".parse().unwrap());
        let connected = read(&mut page, request).await;
        let session = &connected.headers()["mcp-session-id"];
        assert_eq!(sorted(connected.headers())[2], ("mcp-session-id", session.to_str().unwrap()));
    }
}

const CHALLENGE: &str = "Bearer resource_metadata=\"https://api.example.com/metadata\"";

async fn require_token(request: AxumRequest, next: Next) -> Response {
    if request.headers().get(AUTHORIZATION).is_some_and(|token| token == "Bearer secret") {
        next.run(request).await
    } else {
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, CHALLENGE)]).into_response()
    }
}

/// A server whose tool answers when the test lets it.
#[derive(Clone)]
struct Waiting(Arc<Notify>);

#[tool_router(server_handler)]
impl Waiting {
    #[tool(description = "Waits")]
    async fn wait(&self) -> String {
        self.0.notified().await;
        String::from("released")
    }
}

fn cors() -> CorsLayer {
    CorsLayer::builder().mcp().allow_origin(PAGE).no_own_origins().build().unwrap()
}

/// Serves in the background, and returns the URL.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    url
}

/// What a client repeats in each request.
struct Session {
    url: String,
    headers: HeaderMap,
}

impl Session {
    fn request(&self, method: Method) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::default());
        *request.method_mut() = method;
        *request.uri_mut() = self.url.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        let accept = "application/json, text/event-stream".parse().unwrap();
        request.headers_mut().insert("accept", accept);
        request
    }

    fn post(&self, message: &Value) -> Request<Full<Bytes>> {
        let mut request = self.request(Method::POST);
        request.headers_mut().insert("content-type", "application/json".parse().unwrap());
        let mut message = message.clone();
        message["jsonrpc"] = "2.0".into();
        if !message["method"].as_str().unwrap().starts_with("notifications/") {
            message["id"] = 1.into();
        }
        request.map(|_| message.to_string().into())
    }
}

fn initialize(url: &str) -> Request<Full<Bytes>> {
    let client = json!({ "name": "page", "version": "1" });
    let params = json!({ "protocolVersion": REVISION, "capabilities": {}, "clientInfo": client });
    let new = Session { url: url.to_owned(), headers: HeaderMap::new() };
    new.post(&json!({ "method": "initialize", "params": params }))
}

fn call(tool: &str, arguments: &Value) -> Value {
    json!({ "method": "tools/call", "params": { "name": tool, "arguments": arguments } })
}

const REVISION: &str = "2025-11-25";

async fn connect(page: &mut Page<HttpClient>, url: &str) -> Session {
    let connected = read(page, initialize(url)).await;
    let id = connected.headers()["mcp-session-id"].clone();
    let headers = sorted(connected.headers());
    assert_eq!(headers[..2], EVENT_STREAM);
    assert_eq!(headers[2..], [("mcp-session-id", id.to_str().unwrap())]);
    assert_eq!(message(connected).await["result"]["protocolVersion"], REVISION);

    let mut session = Session { url: url.to_owned(), headers: HeaderMap::new() };
    session.headers.insert("mcp-session-id", id);
    session.headers.insert("mcp-protocol-version", REVISION.parse().unwrap());
    let ready = page.fetch(session.post(&json!({ "method": "notifications/initialized" }))).await;
    page.assert_readable(ready).assert_status(StatusCode::ACCEPTED);
    session
}

const EVENT_STREAM: [(&str, &str); 2] =
    [("cache-control", "no-cache"), ("content-type", "text/event-stream")];

/// The one message of a stream that ends.
async fn message(response: ReadableResponse<Incoming>) -> Value {
    let text = text(response).await;
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    // The first event only has an id.
    let mut data = data.map(str::trim).filter(|data| !data.is_empty());
    let message = serde_json::from_str(data.next().unwrap()).unwrap();
    assert_eq!(data.next(), None);
    message
}

async fn text(response: ReadableResponse<Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

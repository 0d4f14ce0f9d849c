//! Servers other than `axum::serve`: axum-server with TLS and HTTP/2, AWS Lambda, and warp.

use std::{convert::Infallible, error::Error, fmt::Debug, net::TcpListener as StdListener};

use axum::{
    Router,
    http::{HeaderValue, Version, header::VARY},
    middleware::map_response,
    response::Response as AxumResponse,
    routing::get as on_get,
};
use axum_server::tls_rustls::{RustlsConfig, from_tcp_rustls};
use ecosystem_http::{FOREIGN_PAGE, HIDDEN, PAGE, browser, get, seen};
use http::{Request, Response};
use hyper::body::{Body, Bytes};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use lambda_http::{Adapter, Context, LambdaEvent, request::LambdaRequest};
use rcgen::CertifiedKey;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{CorsLayer, browser::Browser};
use warp::Filter;

#[tokio::test]
async fn page_reads_responses_of_axum_server_over_tls_and_http2() {
    let CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed([String::from("api.example.com")]).unwrap();
    let certificate = vec![cert.der().to_vec()];
    let config = RustlsConfig::from_der(certificate, signing_key.serialize_der()).await.unwrap();
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("https://api.example.com:{}", listener.local_addr().unwrap().port());
    let version = on_get(async |version: Version| format!("{version:?}"));
    let app = app().route("/version", version).layer(cors());
    let server = from_tcp_rustls(listener, config).unwrap();
    tokio::spawn(server.serve(app.into_make_service()));

    let browser = browser(&[cert.der().clone()]);
    check(&browser, &url).await;
    let result = browser.page(PAGE).fetch(get(format!("{url}/version"))).await;
    assert_eq!(seen(result).await, "200 HTTP/2.0");
}

#[tokio::test]
async fn page_reads_responses_of_aws_lambda() {
    let function = app().layer(cors());
    let gateway = service_fn(move |request| {
        let function = function.clone();
        async move {
            let returned = invoke(function, event(&request)).await;
            Ok::<_, Infallible>(response(&returned))
        }
    });
    check(&Browser::new(gateway), "https://api.example.com").await;
}

#[tokio::test]
async fn function_of_aws_lambda_returns_exactly_these_fields() {
    let request = || Request::builder().uri("https://api.example.com/").header("origin", PAGE);
    let preflight = request().method("OPTIONS").header("access-control-request-method", "PUT");
    for (request, status, headers, body) in [
        (
            preflight,
            204,
            json!({
                "access-control-allow-methods": "PUT",
                "access-control-allow-origin": PAGE,
                "allow": "GET,HEAD,PUT",
                "content-length": "0",
                "vary": "origin, access-control-request-method, access-control-request-headers",
            }),
            "",
        ),
        (
            request(),
            200,
            json!({
                "access-control-allow-origin": PAGE,
                "content-length": "5",
                "content-type": "text/plain; charset=utf-8",
                "vary": "origin",
            }),
            "hello",
        ),
    ] {
        let event = event(&request.body(String::new()).unwrap());
        let returned = json!({
            "statusCode": status,
            "headers": headers,
            "multiValueHeaders": {},
            "cookies": [],
            "body": body,
            "isBase64Encoded": false,
        });
        assert_eq!(invoke(app().layer(cors()), event).await, returned);
    }
}

/// A cache in front of API Gateway then mixes up the responses for different origins.
#[tokio::test]
async fn lambda_http_passes_on_one_line_of_vary() {
    let varying =
        app().layer(map_response(async |response: AxumResponse| ([(VARY, "accept")], response)));
    for (function, vary) in [
        (varying.clone().layer(cors()), "accept"),
        (varying.layer(cors()).layer(map_response(join_vary)), "accept, origin"),
    ] {
        let request = Request::get("https://api.example.com/").header("origin", PAGE);
        let returned = invoke(function, event(&request.body(String::new()).unwrap())).await;
        assert_eq!(returned["headers"]["vary"], vary);
    }
}

/// As in `docs/placement.md`.
async fn join_vary(mut response: AxumResponse) -> AxumResponse {
    let lines = response.headers().get_all(VARY).iter().map(HeaderValue::as_bytes);
    let joined = lines.collect::<Vec<_>>().join(&b", "[..]);
    if !joined.is_empty()
        && let Ok(line) = HeaderValue::from_bytes(&joined)
    {
        response.headers_mut().insert(VARY, line);
    }
    response
}

#[tokio::test]
async fn page_reads_responses_of_warp() {
    let hello = warp::get().map(|| String::from("hello"));
    let changed = warp::put().and(warp::body::bytes()).map(|body: Bytes| body.to_vec());
    let routes = warp::path::end().and(hello.or(changed));
    let service = TowerToHyperService::new(cors().layer(warp::service(routes)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service.clone();
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    check(&browser(&[]), &url).await;
}

fn cors() -> CorsLayer {
    CorsLayer::builder().allow_origin(PAGE).allow_method("PUT").build().unwrap()
}

fn app() -> Router {
    Router::new().route("/", on_get(async || "hello").put(async |body: String| body))
}

/// What pages see of each server.
async fn check<S, B>(browser: &Browser<S>, url: &str)
where
    S: Service<Request<String>, Response = Response<B>>,
    S::Error: Into<Box<dyn Error + Send + Sync>>,
    B: Body<Error: Debug>,
{
    for (page, method, path, body, sees) in [
        (PAGE, "GET", "/", "", "200 hello"),
        (PAGE, "PUT", "/", "changed", "200 changed"),
        (PAGE, "GET", "/nothing", "", "404 "),
        (FOREIGN_PAGE, "GET", "/", "", HIDDEN),
        (
            FOREIGN_PAGE,
            "PUT",
            "/",
            "changed",
            "the response has the status 403 and no Access-Control-Allow-Origin, so the origin \
             https://evil.example cannot send the request; CorsLayer responds like this if the \
             origin, the method or a request header is not allowed; to see which, set \
             diagnose(true) or call Policy::explain",
        ),
    ] {
        let request = Request::builder().method(method).uri(format!("{url}{path}"));
        let result = browser.page(page).fetch(request.body(body.to_owned()).unwrap()).await;
        assert_eq!(seen(result).await, sees, "{page} {method} {path}");
    }
}

/// The event that an HTTP API of API Gateway makes of a request.
fn event(request: &Request<String>) -> Value {
    let (method, path) = (request.method().as_str(), request.uri().path());
    let host = request.uri().host();
    let headers = request.headers().iter();
    let mut headers: Map<String, Value> = headers
        .map(|(name, value)| (name.to_string(), Value::from(value.to_str().unwrap())))
        .collect();
    headers.insert(String::from("host"), Value::from(host));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": host,
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "a browser",
            },
            "requestId": "1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:00:00 +0000",
            "timeEpoch": 1_767_225_600_000_i64,
        },
        "body": request.body(),
        "isBase64Encoded": false,
    })
}

/// What the runtime of Lambda does between an event and what the function returns.
async fn invoke(function: Router, event: Value) -> Value {
    let request: LambdaRequest = serde_json::from_str(&event.to_string()).unwrap();
    let event = LambdaEvent::new(request, Context::default());
    let returned = Adapter::from(function).oneshot(event).await.unwrap();
    serde_json::to_value(returned).unwrap()
}

/// The response that API Gateway makes of what a function returns.
fn response(returned: &Value) -> Response<String> {
    let status = u16::try_from(returned["statusCode"].as_u64().unwrap()).unwrap();
    let mut response = Response::builder().status(status);
    for (name, value) in returned["headers"].as_object().unwrap() {
        response = response.header(name, value.as_str().unwrap());
    }
    let body = returned["body"].as_str().unwrap_or_default();
    response.body(body.to_owned()).unwrap()
}

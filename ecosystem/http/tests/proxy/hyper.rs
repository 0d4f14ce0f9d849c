//! A reverse proxy whose layer speaks for backends that may set CORS headers of their own.

use std::{
    convert::Infallible,
    error::Error,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::{get as on_get, put},
};
use ecosystem_http::{FOREIGN_PAGE, HIDDEN, PAGE, browser, get, lines, seen, serve};
use futures_util::stream::unfold;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::mpsc};
use tower::{Layer, service_fn};
use tower_cors::CorsLayer;

use crate::reserved;

#[tokio::test]
async fn headers_of_the_backend_are_replaced() {
    let backend = Router::new().route("/", on_get(async || (CORS_OF_BACKEND, "hello")));
    let proxy = start(serve(backend).await).await;
    let own = [
        "content-length: 5",
        "content-type: text/plain; charset=utf-8",
        "vary: accept",
        "vary: origin",
    ];
    let allowed = ["access-control-allow-origin: https://app.example.net"];
    let rows: [(_, _, &[_]); 2] = [(PAGE, "200 hello", &allowed), (FOREIGN_PAGE, HIDDEN, &[])];
    for (origin, sees, headers) in rows {
        let mut page = browser(&[]).page(origin);
        assert_eq!(seen(page.fetch(get(&proxy)).await).await, sees);
        assert_eq!(
            lines(page.exchanges()[0].response_headers().unwrap()),
            [headers, &own].concat()
        );
    }
}

#[tokio::test]
async fn preflights_do_not_reach_the_backend() {
    let backend = Router::new().route("/", put(async |body: String| body));
    let proxy = start(serve(backend).await).await;
    let mut page = browser(&[]).page(PAGE);
    let body = "a".repeat(1024 * 1024);
    let request = Request::put(&proxy).body(body.clone()).unwrap();
    assert_eq!(seen(page.fetch(request).await).await, format!("200 {body}"));
    let preflight = [
        "access-control-allow-methods: PUT",
        "access-control-allow-origin: https://app.example.net",
        "vary: origin, access-control-request-method, access-control-request-headers",
    ];
    assert_eq!(lines(page.exchanges()[0].response_headers().unwrap()), preflight);
}

/// The backend waits until the page has read the first part. So this would not end if something kept the body back.
#[tokio::test]
async fn bodies_are_streamed() {
    let (sender, receiver) = mpsc::channel::<&str>(1);
    // A handler is for many requests, and this one has parts for one.
    let receiver = Arc::new(Mutex::new(Some(receiver)));
    let parts = async move || {
        let receiver = receiver.lock().unwrap().take().unwrap();
        Body::from_stream(unfold(receiver, async |mut receiver| {
            let part = receiver.recv().await?;
            Some((Ok::<_, Infallible>(part), receiver))
        }))
    };
    let backend = Router::new().route("/", on_get(parts));
    let proxy = start(serve(backend).await).await;
    let mut page = browser(&[]).page(PAGE);
    let result = page.fetch(get(&proxy)).await;
    let mut body = page.assert_readable(result).into_body();
    for part in ["first", "second"] {
        sender.send(part).await.unwrap();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), part);
    }
    drop(sender);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn page_reads_that_the_backend_is_gone() {
    let (_gone, address) = reserved();
    let proxy = start(format!("http://{address}")).await;
    assert_eq!(seen(browser(&[]).page(PAGE).fetch(get(&proxy)).await).await, "502 ");
}

/// A proxy on a port of its own, and its URL.
async fn start(backend: String) -> String {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let forward = service_fn(move |request| forward(client.clone(), backend.clone(), request));
    let cors = CorsLayer::builder().allow_origin(PAGE).allow_method("PUT").build().unwrap();
    let service = TowerToHyperService::new(cors.layer(forward));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let connection =
                http1::Builder::new().serve_connection(TokioIo::new(stream), service.clone());
            tokio::spawn(connection);
        }
    });
    url
}

/// To answer a preflight, the layer needs a body that can be empty. `Incoming` cannot, and a `BoxBody` of it can.
async fn forward(
    client: Client<HttpConnector, Incoming>,
    backend: String,
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, hyper::Error>>, Box<dyn Error + Send + Sync>> {
    let (mut head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    head.uri = format!("{backend}{target}").parse()?;
    let response = client.request(Request::from_parts(head, body)).await;
    // An `Err` would end the connection, and the page would read nothing.
    let Ok(response) = response else {
        return Ok(Response::builder().status(StatusCode::BAD_GATEWAY).body(BoxBody::default())?);
    };
    Ok(response.map(BodyExt::boxed))
}

const CORS_OF_BACKEND: [(&str, &str); 4] = [
    ("access-control-allow-credentials", "true"),
    ("access-control-allow-origin", "https://evil.example"),
    ("access-control-expose-headers", "*"),
    ("vary", "accept"),
];

//! Where the layer can be in a `ServiceBuilder`, in tonic, and behind a gateway.

use std::{
    convert::Infallible,
    future::{pending, ready},
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use axum::{Router, routing::put};
use http::{HeaderValue, StatusCode};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tonic::{
    service::Routes,
    transport::server::{Server, TcpIncoming},
};
use tower::{
    Layer, ServiceBuilder, buffer::Buffer, limit::GlobalConcurrencyLimitLayer, load_shed::LoadShed,
    service_fn, util::MapResponseLayer,
};
use tower_cors::browser::{Browser, NetworkErrorCause};
use tower_test::mock;

use super::*;

/// Marks the responses that pass through it, so that a mark on the answer to a preflight is from outside.
fn mark<B>(mut response: Response<B>) -> Response<B> {
    response.headers_mut().insert("x-mark", HeaderValue::from_static("1"));
    response
}

#[tokio::test]
async fn the_first_layer_of_a_service_builder_is_the_outermost_and_in_axum_it_is_the_last() {
    let inner =
        service_fn(|_: Request<String>| ready(Ok::<_, Infallible>(Response::<String>::default())));
    let marked = MapResponseLayer::new(mark::<String>);
    let first = ServiceBuilder::new().layer(cors()).layer(marked.clone()).service(inner);
    let last = ServiceBuilder::new().layer(marked).layer(cors()).service(inner);
    assert!(!send(first, preflight("/")).await.headers().contains_key("x-mark"));
    assert!(send(last, preflight("/")).await.headers().contains_key("x-mark"));

    let routes = || Router::new().route("/", put(async || "changed"));
    let marked = MapResponseLayer::new(mark::<axum::body::Body>);
    let last = routes().layer(marked.clone()).layer(cors());
    let first = routes().layer(cors()).layer(marked);
    assert!(!send(last, preflight("/")).await.headers().contains_key("x-mark"));
    assert!(send(first, preflight("/")).await.headers().contains_key("x-mark"));
}

#[tokio::test]
async fn the_first_layer_of_a_tonic_server_is_the_outermost() {
    let marked = MapResponseLayer::new(mark::<tonic::body::Body>);
    let first = Server::builder().layer(cors()).layer(marked.clone()).add_routes(Routes::default());
    let last = Server::builder().layer(marked).layer(cors()).add_routes(Routes::default());

    let incoming = [(); 2].map(|()| TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap());
    let urls =
        incoming.each_ref().map(|incoming| format!("http://{}/", incoming.local_addr().unwrap()));
    let [first_incoming, last_incoming] = incoming;
    tokio::spawn(first.serve_with_incoming(first_incoming));
    tokio::spawn(last.serve_with_incoming(last_incoming));
    for (url, is_marked) in urls.iter().zip([false, true]) {
        let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let answer = client.request(preflight(url)).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        assert_eq!(answer.headers().contains_key("x-mark"), is_marked);
    }
}

#[tokio::test]
async fn a_preflight_waits_until_the_inner_service_is_ready() {
    let (inner, mut handle) = mock::pair::<Request<String>, Response<String>>();
    handle.allow(0);
    let mut service = tower_test::mock::Spawn::new(cors().layer(inner));
    assert!(service.poll_ready().is_pending());
    handle.allow(1);
    assert!(matches!(service.poll_ready(), Poll::Ready(Ok(()))));
    let answer = service.call(preflight("/")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn with_load_shed_inside_a_preflight_does_not_wait() {
    let (inner, mut handle) = mock::pair::<Request<String>, Response<String>>();
    handle.allow(0);
    let service = cors().layer(LoadShed::new(inner));
    let answer = send(service.clone(), preflight("/")).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let error = service.oneshot(request(Method::PUT, "/")).await.unwrap_err();
    assert!(error.is::<tower::load_shed::error::Overloaded>());
}

#[tokio::test]
async fn with_a_buffer_inside_a_preflight_waits_only_while_the_buffer_is_full() {
    let (inner, mut handle) = mock::pair::<Request<String>, Response<String>>();
    handle.allow(0);
    let mut service = tower_test::mock::Spawn::new(cors().layer(Buffer::new(inner, 1)));
    assert!(matches!(service.poll_ready(), Poll::Ready(Ok(()))));
    let answer = service.call(preflight("/")).await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(matches!(service.poll_ready(), Poll::Ready(Ok(()))));
    let _waiting = service.call(request(Method::PUT, "/"));
    assert!(service.poll_ready().is_pending());
}

/// axum asks whether a route is ready only once it calls it, so the layer's own inner service is always ready.
#[tokio::test]
async fn in_axum_preflights_wait_only_for_layers_of_the_same_service_builder() {
    let limit = GlobalConcurrencyLimitLayer::new(1);
    let routes = || Router::new().route("/", put(pending::<StatusCode>));
    let apart = routes().layer(limit.clone()).layer(cors());
    let together = routes().layer(ServiceBuilder::new().layer(cors()).layer(limit));

    let mut busy = pin!(together.clone().oneshot(request(Method::PUT, "/")));
    assert!(poll(busy.as_mut()).is_pending());
    let mut waiting = pin!(together.oneshot(preflight("/")));
    assert!(poll(waiting.as_mut()).is_pending());

    let answer = send(apart, preflight("/")).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_gateway_that_adds_its_own_header_hides_the_response() {
    let gateway = |mut response: Response<axum::body::Body>| {
        response.headers_mut().append("access-control-allow-origin", HeaderValue::from_static("*"));
        response
    };
    let app: Router = Router::new().route("/", put(async || "changed")).layer(cors());
    let app = app.layer(MapResponseLayer::new(gateway));
    let mut page = Browser::new(app).page(PAGE);
    let request = Request::get("https://api.example.com/").body(String::new()).unwrap();
    let error = page.fetch(request).await.unwrap_err();
    let NetworkErrorCause::OtherAllowOrigin { .. } = error.cause() else { panic!("{error}") };
    println!("{error}");
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

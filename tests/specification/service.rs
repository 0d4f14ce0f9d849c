//! The layer as a Tower service: readiness, errors, clones, and bounds.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_cors::CorsLayer;
use tower_test::{assert_request_eq, mock};

use crate::{
    actor::Actor::AllowedOrigin,
    case::{Ask, preflight, simple},
};

type Mock = mock::Mock<&'static str, Response<String>>;

fn layer() -> CorsLayer {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin()).build().unwrap()
}

fn request(ask: Ask) -> Request<&'static str> {
    ask.from(AllowedOrigin).request().map(|()| "body")
}

/// The mock needs requests that can be compared.
fn comparable(
    inner: Mock,
) -> impl Service<Request<&'static str>, Response = Response<String>, Error = tower::BoxError> + Clone
{
    ServiceBuilder::new()
        .map_request(|request: Request<&'static str>| request.into_body())
        .service(inner)
}

#[tokio::test]
async fn readiness_is_the_inner_service_s() {
    let (inner, mut handle) = mock::pair::<&'static str, Response<String>>();
    let mut service = layer().layer(comparable(inner));
    let mut context = Context::from_waker(Waker::noop());

    handle.allow(0);
    assert!(service.poll_ready(&mut context).is_pending());
    handle.allow(1);
    assert!(matches!(service.poll_ready(&mut context), Poll::Ready(Ok(()))));
    handle.send_error("broken");
    let Poll::Ready(Err(error)) = service.poll_ready(&mut context) else { panic!("not ready") };
    assert_eq!(error.to_string(), "broken");
}

#[tokio::test]
async fn requests_reach_the_inner_service_and_responses_come_back() {
    let (inner, mut handle) = mock::pair::<&'static str, Response<String>>();
    let mut service = layer().layer(comparable(inner));
    let response = service.ready().await.unwrap().call(request(simple("POST")));
    assert_request_eq!(handle, "body").send_response(Response::new("answer".into()));
    let response = response.await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], AllowedOrigin.origin());
    assert_eq!(response.into_body(), "answer");
}

#[tokio::test]
async fn a_response_is_pending_as_long_as_the_inner_one() {
    let (inner, mut handle) = mock::pair::<&'static str, Response<String>>();
    let mut service = layer().layer(comparable(inner));
    let mut response = pin!(service.ready().await.unwrap().call(request(simple("GET"))));
    let mut context = Context::from_waker(Waker::noop());
    assert!(response.as_mut().poll(&mut context).is_pending());
    assert_request_eq!(handle, "body").send_response(Response::default());
    assert!(response.await.is_ok());
}

#[tokio::test]
async fn errors_pass_through_untouched() {
    let (inner, mut handle) = mock::pair::<&'static str, Response<String>>();
    let mut service = layer().layer(comparable(inner));
    let response = service.ready().await.unwrap().call(request(simple("GET")));
    assert_request_eq!(handle, "body").send_error("broken");
    assert_eq!(response.await.unwrap_err().to_string(), "broken");
}

#[tokio::test]
async fn the_inner_service_is_not_called_for_a_preflight() {
    let (inner, mut handle) = mock::pair::<&'static str, Response<String>>();
    let mut service = layer().layer(comparable(inner));
    let response = service.ready().await.unwrap().call(request(preflight("POST"))).await.unwrap();
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    drop(service);
    assert!(handle.next_request().await.is_none());
}

#[tokio::test]
async fn clones_share_a_policy_and_not_a_service() {
    let mut service = layer().layer(tower::service_fn(|_: Request<&'static str>| async {
        Ok::<_, std::convert::Infallible>(Response::new(String::new()))
    }));
    let mut clone = service.clone();
    for service in [&mut service, &mut clone] {
        let response = service.ready().await.unwrap().call(request(simple("GET"))).await.unwrap();
        assert_eq!(response.headers()["access-control-allow-origin"], AllowedOrigin.origin());
    }
}

#[test]
fn the_inner_service_can_be_reached() {
    let mut service = layer().layer(1);
    *service.get_mut() += 1;
    assert_eq!(service.get_ref(), &2);
    assert_eq!(service.into_inner(), 2);
}

/// The layer has no bounds that it does not need.
#[tokio::test]
async fn an_inner_service_need_not_be_clone_or_send() {
    /// Not `Clone` and not `Send`, and neither are its error and its future.
    struct Bare(std::rc::Rc<()>);
    impl Service<Request<()>> for Bare {
        type Response = Response<Vec<u8>>;
        type Error = std::rc::Rc<()>;
        type Future = std::pin::Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>>>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            let error = self.0.clone();
            Box::pin(async { Err(error) })
        }
    }
    let mut service = layer().layer(Bare(std::rc::Rc::default()));
    assert!(service.ready().await.unwrap().call(Request::new(())).await.is_err());
}

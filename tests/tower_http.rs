//! The README's comparison with `tower_http::cors`: if either crate changes, these tests fail, and the README has to
//! change.

use std::{convert::Infallible, panic::catch_unwind};

use allocation_counter::measure;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::CorsLayer;
use tower_http::cors::{AllowOrigin, Any, CorsLayer as TowerHttpLayer};

fn ours() -> CorsLayer {
    CorsLayer::builder()
        .allow_origin("https://example.com")
        .allow_credentials(true)
        .allow_method("PUT")
        .expose_header("etag")
        .build()
        .unwrap()
}

fn theirs() -> TowerHttpLayer {
    TowerHttpLayer::new()
        .allow_origin([HeaderValue::from_static("https://example.com")])
        .allow_credentials(true)
        .allow_methods([Method::PUT])
        .expose_headers([header::ETAG])
}

/// Sends a request through a layer around a service that responds with 418 and the given header.
async fn send<L, S>(
    layer: L,
    request: &[(&str, &str)],
    inner: Option<(HeaderName, &'static str)>,
) -> (StatusCode, HeaderMap)
where
    L: Layer<tower::util::BoxCloneService<Request<()>, Response<()>, Infallible>, Service = S>,
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let service = service_fn(move |_: Request<()>| {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        if let Some((name, value)) = &inner {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        std::future::ready(Ok(response))
    });
    let mut head = Request::builder();
    for &(name, value) in request {
        head = if name == "method" { head.method(value) } else { head.header(name, value) };
    }
    let response =
        layer.layer(service.boxed_clone()).oneshot(head.body(()).unwrap()).await.unwrap();
    let (parts, ()) = response.into_parts();
    (parts.status, parts.headers)
}

#[tokio::test]
async fn only_tower_http_answers_options_that_is_no_preflight() {
    let request = [("method", "OPTIONS"), ("origin", "https://example.com")];
    assert_eq!(send(theirs(), &request, None).await.0, StatusCode::OK);
    assert_eq!(send(ours(), &request, None).await.0, StatusCode::IM_A_TEAPOT);
}

#[tokio::test]
async fn an_allowed_preflight_gets_204_here_and_200_there() {
    let request = [
        ("method", "OPTIONS"),
        ("origin", "https://example.com"),
        ("access-control-request-method", "PUT"),
    ];
    assert_eq!(send(theirs(), &request, None).await.0, StatusCode::OK);
    assert_eq!(send(ours(), &request, None).await.0, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn only_tower_http_gives_a_refused_preflight_cors_headers() {
    let request = [
        ("method", "OPTIONS"),
        ("origin", "https://example.org"),
        ("access-control-request-method", "PUT"),
    ];
    let (status, headers) = send(theirs(), &request, None).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers.contains_key(header::ACCESS_CONTROL_ALLOW_METHODS));
    let (status, headers) = send(ours(), &request, None).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(headers.keys().eq([header::VARY]));
}

#[tokio::test]
async fn only_tower_http_gives_a_refused_origin_cors_headers() {
    let request = [("origin", "https://example.org")];
    let inner = Some((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
    let (_, headers) = send(theirs(), &request, inner.clone()).await;
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
    assert_eq!(headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "etag");
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let (_, headers) = send(ours(), &request, inner).await;
    assert!(headers.keys().eq([header::VARY]));
}

#[tokio::test]
async fn only_tower_http_repeats_the_inner_vary() {
    let request = [("origin", "https://example.com")];
    let inner = Some((header::VARY, "Origin"));
    let (_, headers) = send(theirs(), &request, inner.clone()).await;
    assert!(headers.get_all(header::VARY).iter().count() > 1);
    let (_, headers) = send(ours(), &request, inner).await;
    assert!(headers.get_all(header::VARY).iter().eq(["Origin"]));
}

#[tokio::test]
async fn only_tower_http_builds_with_an_origin_that_never_matches() {
    let slash = "https://example.com/";
    let layer =
        TowerHttpLayer::new().allow_origin(AllowOrigin::list([HeaderValue::from_static(slash)]));
    let (_, headers) = send(layer, &[("origin", "https://example.com")], None).await;
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    assert!(CorsLayer::builder().allow_origin(slash).build().is_err());
}

#[test]
fn any_origin_with_credentials_panics_there_and_is_an_error_here() {
    let built = catch_unwind(|| {
        drop(TowerHttpLayer::new().allow_origin(Any).allow_credentials(true).layer(()));
    });
    assert!(built.is_err());
    assert!(CorsLayer::builder().allow_any_origin().allow_credentials(true).build().is_err());
}

#[test]
fn a_service_has_the_size_of_a_pointer_only_here() {
    let list = |number| {
        let origins =
            (0..number).map(|n| HeaderValue::try_from(format!("https://{n}.com")).unwrap());
        TowerHttpLayer::new().allow_origin(AllowOrigin::list(origins)).layer(())
    };
    assert!(size_of_val(&list(1)) > 200);
    let cloning = |number| {
        let service = list(number);
        measure(|| drop(service.clone())).bytes_total
    };
    assert!(cloning(1000) - cloning(1) >= 999 * size_of::<HeaderValue>() as u64);
    let service = ours().layer(());
    assert_eq!(measure(|| drop(service.clone())).count_total, 0);
    assert_eq!(size_of_val(&ours().layer(())), size_of::<usize>());
}

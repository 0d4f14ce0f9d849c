//! What stands around the layer, inside or outside of it, does not change its decision.

use std::{convert::Infallible, future::ready};

use http::{HeaderValue, Method, Request};
use tower::{
    Layer, Service,
    layer::util::Stack,
    util::{MapRequest, MapRequestLayer},
};
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger};

use crate::{
    actor::Actor::{AllowedOrigin, Stranger},
    case::{check, non_cors, preflight, simple},
    decisions::full,
    headers::{ALLOW_ANY, ALLOW_ORIGIN, CREDENTIALS, PREFLIGHT_VARY, STATIC_PREFLIGHT_VARY, VARY},
    inner::Inner,
};

fn ours() -> CorsLayerBuilder {
    CorsLayer::builder().allow_origin(AllowedOrigin.origin())
}

#[tokio::test]
async fn of_two_layers_only_the_outer_one_grants_anything() {
    let reflecting = CorsLayer::builder()
        .allow_any_origin()
        .allow_credentials(true)
        .allow_any_method()
        .expose_all_headers()
        .dangerously_allow(Danger::AnyOriginWithCredentials);
    let inner = [
        CorsLayer::public(),
        reflecting.build().unwrap(),
        full().build().unwrap(),
        CorsLayer::deny_all(),
    ];
    for inner in inner {
        let outer = ours().build().unwrap();
        let cases = [
            non_cors("GET").forwarded(&[VARY]),
            simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
            simple("GET").from(Stranger).forwarded(&[VARY]),
            preflight("POST").from(AllowedOrigin).allowed(&[ALLOW_ORIGIN, PREFLIGHT_VARY]),
            preflight("POST").from(Stranger).refused(&[PREFLIGHT_VARY]),
            preflight("PUT").from(AllowedOrigin).refused(&[PREFLIGHT_VARY]),
        ];
        check(&Stack::new(inner, outer), &cases).await;
    }
    // The inner layer still says what it varies by.
    let outer = CorsLayer::builder().allow_any_origin().build().unwrap();
    let cases = [
        non_cors("GET").forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ANY, VARY]),
        simple("GET").from(Stranger).forwarded(&[ALLOW_ANY, VARY]),
        preflight("POST").from(Stranger).allowed(&[ALLOW_ANY, STATIC_PREFLIGHT_VARY]),
        preflight("PUT").from(AllowedOrigin).refused(&[STATIC_PREFLIGHT_VARY]),
    ];
    check(&Stack::new(full().build().unwrap(), outer), &cases).await;
}

/// What a middleware inside the layer makes of a request.
const CHANGES: [fn(Request<()>) -> Request<()>; 4] = [
    |mut request| {
        request.headers_mut().remove("origin");
        request
    },
    |mut request| {
        request.headers_mut().insert("origin", HeaderValue::from_static(AllowedOrigin.origin()));
        request
    },
    |mut request| {
        request.headers_mut().insert("origin", HeaderValue::from_static(Stranger.origin()));
        request
    },
    |mut request| {
        *request.method_mut() = Method::OPTIONS;
        request
    },
];

#[tokio::test]
async fn what_is_done_to_a_request_inside_changes_no_decision() {
    for change in CHANGES {
        check_inside(change, ours().allow_credentials(true).build().unwrap(), false).await;
        let forwarding = ours().allow_credentials(true).forward_preflights(true);
        check_inside(change, forwarding.build().unwrap(), true).await;
        let asking = ours()
            .allow_credentials(true)
            .dangerously_allow(Danger::PredicateWithCredentials)
            .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(false)));
        check_inside(change, asking.build().unwrap(), false).await;
    }
}

type Changed = MapRequest<Inner, fn(Request<()>) -> Request<()>>;

async fn check_inside<L>(change: fn(Request<()>) -> Request<()>, layer: L, forwards: bool)
where
    L: Layer<Changed>,
    L::Service: Service<Request<()>, Response = http::Response<String>, Error = Infallible>,
{
    let preflight = || preflight("POST").from(AllowedOrigin);
    let granted = [CREDENTIALS, ALLOW_ORIGIN, PREFLIGHT_VARY];
    let cases = [
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[CREDENTIALS, ALLOW_ORIGIN, VARY]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
        if forwards { preflight().forwarded(&granted) } else { preflight().allowed(&granted) },
    ];
    check(&Stack::new(MapRequestLayer::new(change), layer), &cases).await;
}

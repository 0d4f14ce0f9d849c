//! The page about migrating from `tower_http::cors`: it names every item of that module, and its replacements
//! build.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    time::Duration,
};

use http::{
    Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use tower_cors::{CorsLayer, CorsLayerBuilder, Danger, Origin, RequestHead};

const PAGE: &str = include_str!("../docs/migration.md");

fn yes(_: &Origin, _: &RequestHead<'_>) -> bool {
    true
}

fn later(_: &Origin, _: &RequestHead<'_>) -> Ready<Result<bool, Infallible>> {
    ready(Ok(true))
}

/// The replacements on the page, which has to contain them verbatim.
macro_rules! written {
    ($builder:expr, $($call:tt)+) => {{
        assert_stands_in_page(stringify!($($call)+));
        assert!($builder.$($call)+.build().is_ok(), stringify!($($call)+));
    }};
}

fn assert_stands_in_page(code: &str) {
    let squeezed = |text: &str| text.replace(char::is_whitespace, "");
    assert!(squeezed(PAGE).contains(&format!("`{}`", squeezed(code))), "{code}");
}

#[test]
fn what_it_says_builds() {
    let none = CorsLayer::builder;
    let one = || -> CorsLayerBuilder { none().allow_origin("https://one.example") };
    written!(none(), allow_any_origin().allow_any_method().allow_any_header().expose_all_headers());
    #[rustfmt::skip]
    written!(none(), allow_any_origin().allow_credentials(true).dangerously_allow(Danger::AnyOriginWithCredentials));
    written!(none(), allow_any_origin());
    written!(none(), allow_origin("https://example.com"));
    written!(none(), allow_origins(["https://example.com", "https://example.org"]));
    written!(none(), allow_origins(["https://*.example.com", "http://localhost:*"]));
    written!(none(), allow_origin_if(yes));
    written!(none(), allow_origin_if_async(later));
    written!(one(), allow_credentials(true));
    written!(one(), allow_any_method());
    written!(one(), allow_method(Method::PUT));
    written!(one(), allow_methods([Method::PUT, Method::DELETE]));
    written!(one(), allow_methods_of_route());
    written!(one(), allow_any_header());
    written!(one(), allow_headers(["*", "authorization"]));
    written!(one(), allow_headers([CONTENT_TYPE, AUTHORIZATION]));
    written!(one(), expose_all_headers());
    written!(one(), expose_headers(["x-request-id"]));
    written!(one(), max_age(Duration::from_secs(3600)));
    written!(one(), allow_private_network(true));
    written!(one(), vary_on("x-tenant"));
    written!(one(), preflight_status(StatusCode::OK));
}

#[test]
fn it_names_everything() {
    let items = [
        "`CorsLayer::new()`",
        "`CorsLayer::default()`",
        "`CorsLayer::permissive()`",
        "`CorsLayer::very_permissive()`",
        "`Any`",
        "`any()`",
        "`preflight_request_headers()`",
        "`Cors::new(inner)`",
        "`Cors::permissive(inner)`",
        "`Cors::very_permissive(inner)`",
        "`cors.layer()`",
        "`get_ref()`",
        "`get_mut()`",
        "`into_inner()`",
        "`ResponseFuture`",
        "`allow_origin(Any)`",
        "`AllowOrigin::any()`",
        "`AllowOrigin::exact(value)`",
        "`AllowOrigin::list(values)`",
        "`AllowOrigin::predicate(closure)`",
        "`AllowOrigin::async_predicate(closure)`",
        "`AllowOrigin::mirror_request()`",
        "`AllowCredentials::yes()`",
        "`AllowCredentials::predicate(closure)`",
        "`allow_methods(Any)`",
        "`AllowMethods::any()`",
        "`AllowMethods::exact(method)`",
        "`AllowMethods::list(methods)`",
        "`AllowMethods::mirror_request()`",
        "`allow_headers(Any)`",
        "`AllowHeaders::any()`",
        "`AllowHeaders::list(names)`",
        "`AllowHeaders::mirror_request()`",
        "`expose_headers(Any)`",
        "`ExposeHeaders::any()`",
        "`ExposeHeaders::list(names)`",
        "`max_age(duration)`",
        "`MaxAge::exact(duration)`",
        "`MaxAge::dynamic(closure)`",
        "`allow_private_network(true)`",
        "`AllowPrivateNetwork::yes()`",
        "`AllowPrivateNetwork::predicate(closure)`",
        "`vary(names)`",
        "`Vary::list(names)`",
    ];
    for item in items {
        assert!(PAGE.contains(item), "{item}");
    }
}

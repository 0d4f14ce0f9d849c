//! What caches keep.
#![cfg(feature = "reload")]

use std::{convert::Infallible, time::Duration};

use http::StatusCode;
use tower::{Layer, service_fn};
use tower_cors::{
    Policy,
    browser::{Browser, NetworkErrorCause},
};

use super::*;

/// After a reload that takes the origin away, how many of three requests reach the handler.
#[tokio::test]
async fn after_a_reload_a_kept_preflight_lets_one_request_through() {
    for (kept, passed, reached) in [(60, 59, 1), (60, 61, 0), (0, 0, 0)] {
        let policy = |origin| {
            let builder = Policy::builder().allow_origin(origin).allow_method("PUT");
            builder.max_age(Duration::from_secs(kept)).build_policy().unwrap()
        };
        let (layer, handle) = CorsLayer::reloadable(policy(PAGE));
        let handler = service_fn(|_: Request<String>| async {
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let browser = Browser::new(layer.layer(handler));
        let mut page = browser.page(PAGE);
        let put = || Request::put("https://api.example.com/items").body(String::new()).unwrap();
        page.fetch(put()).await.unwrap();

        handle.set(policy("https://other.example.com"));
        browser.advance(Duration::from_secs(passed));
        for _ in 0..3 {
            let error = page.fetch(put()).await.unwrap_err();
            assert!(matches!(error.cause(), NetworkErrorCause::MissingAllowOrigin { .. }));
        }
        let sent = page.exchanges().iter().skip(2);
        let puts = sent.filter(|exchange| exchange.method() == Method::PUT);
        assert_eq!(
            puts.map(|put| put.status()).collect::<Vec<_>>(),
            vec![Some(StatusCode::OK); reached]
        );
    }
}

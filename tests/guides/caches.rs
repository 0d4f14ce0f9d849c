//! What caches keep.
#![cfg(feature = "reload")]

use std::{convert::Infallible, time::Duration};

use tower::{Layer, service_fn};
use tower_cors::{Policy, browser::Browser};

use super::*;

/// After a reload, how many of three requests reach the handler.
#[tokio::test]
async fn after_a_reload_a_kept_preflight_lets_requests_through() {
    const OTHER: &str = "https://other.example.com";
    for (kept, passed, origin, method, reached) in [
        (60, 59, OTHER, "PUT", 1),
        (60, 61, OTHER, "PUT", 0),
        (0, 0, OTHER, "PUT", 0),
        (60, 59, PAGE, "DELETE", 3),
        (60, 61, PAGE, "DELETE", 0),
    ] {
        let policy = |origin, method| {
            let builder = Policy::builder().allow_origin(origin).allow_method(method);
            builder.max_age(Duration::from_secs(kept)).build_policy().unwrap()
        };
        let (layer, handle) = CorsLayer::reloadable(policy(PAGE, "PUT"));
        let handler = service_fn(|_: Request<String>| async {
            Ok::<_, Infallible>(Response::new(String::new()))
        });
        let browser = Browser::new(layer.layer(handler));
        let mut page = browser.page(PAGE);
        let put = || Request::put("https://api.example.com/items").body(String::new()).unwrap();
        let result = page.fetch(put()).await;
        page.assert_readable(result);

        handle.set(policy(origin, method));
        browser.advance(Duration::from_secs(passed));
        let mut found = 0;
        for _ in 0..3 {
            let before = page.exchanges().len();
            let is_readable = page.fetch(put()).await.is_ok();
            let reaches =
                page.exchanges().iter().skip(before).any(|sent| sent.method() == Method::PUT);
            assert_eq!(is_readable, reaches && origin == PAGE);
            found += u32::from(reaches);
        }
        assert_eq!(found, reached, "{kept} {passed} {origin} {method}");
    }
}

//! What caches keep.

use std::{collections::HashMap, convert::Infallible};

use http::{HeaderMap, StatusCode, Uri};
use tower::{Layer, service_fn};
use tower_cors::browser::{Browser, NetworkErrorCause};

use super::*;

const OTHER_PAGE: &str = "https://b.example.com";

/// With any origin as `*`, nothing is mixed up.
#[tokio::test]
async fn a_cache_that_ignores_vary_gives_a_page_the_header_of_another() {
    let listed = CorsLayer::builder().allow_origins([PAGE, OTHER_PAGE]).build().unwrap();
    for (cors, is_mixed_up) in [(listed, true), (CorsLayer::public(), false)] {
        let app = cors.layer(service_fn(|_: Request<String>| async {
            Ok::<_, Infallible>(Response::new(String::new()))
        }));
        let mut stored: HashMap<Uri, HeaderMap> = HashMap::new();
        let mut answers = Vec::new();
        for origin in [PAGE, OTHER_PAGE] {
            let mut request = request(Method::GET, "https://cdn.example.com/data.json");
            request.headers_mut().insert("origin", origin.parse().unwrap());
            let uri = request.uri().clone();
            if !stored.contains_key(&uri) {
                let response = send(app.clone(), request).await;
                stored.insert(uri.clone(), response.headers().clone());
            }
            answers.push(stored[&uri].clone());
        }
        let from_cache = answers.pop().unwrap();
        let cache = service_fn(move |_: Request<String>| {
            let mut response = Response::new(String::new());
            response.headers_mut().clone_from(&from_cache);
            async { Ok::<_, Infallible>(response) }
        });
        let mut page = Browser::new(cache).page(OTHER_PAGE);
        let get = Request::get("https://cdn.example.com/data.json").body(String::new()).unwrap();
        let result = page.fetch(get).await;
        let found = result.as_ref().err().map(|error| error.cause().clone());
        let other = NetworkErrorCause::OtherAllowOrigin {
            origin: OTHER_PAGE.to_owned(),
            found: PAGE.to_owned(),
        };
        assert_eq!(found, is_mixed_up.then_some(other));
    }
}

#[tokio::test]
async fn a_response_without_origin_and_a_304_have_vary() {
    for origin in [None, Some(PAGE), Some("https://evil.example")] {
        for status in [StatusCode::OK, StatusCode::NOT_MODIFIED] {
            let app = cors().layer(service_fn(move |_: Request<String>| async move {
                let response = Response::builder().status(status);
                Ok::<_, Infallible>(response.body(String::new()).unwrap())
            }));
            let mut request = Request::get("/logo");
            if let Some(origin) = origin {
                request = request.header("origin", origin);
            }
            let response = send(app, request.body(String::new()).unwrap()).await;
            assert_eq!(response.headers()["vary"], "origin", "{origin:?} {status}");
            assert_eq!(is_readable(&response), origin == Some(PAGE), "{origin:?} {status}");
        }
    }
}

/// After a reload, how many of three requests reach the handler.
#[cfg(feature = "reload")]
#[tokio::test]
async fn after_a_reload_a_kept_preflight_lets_requests_through() {
    use std::time::Duration;

    use tower_cors::Policy;

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

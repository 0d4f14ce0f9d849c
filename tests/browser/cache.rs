//! The preflight cache.

use super::*;

/// One step: the seconds that pass before it, then method, URL, headers, credentials mode and upload listener of a
/// fetch, and the [log] of its exchanges.
type Step<'a> = (u64, &'a str, &'a str, Headers<'a>, Credentials, bool, &'a str);

const COOKIES: Credentials = Credentials::Include;
const NONE: Credentials = Credentials::Omit;

async fn assert_steps(granted: Headers<'static>, steps: &[Step<'_>]) {
    let browser = answering(move |request| {
        if request.method() == Method::OPTIONS { response(204, granted) } else { granting(request) }
    });
    for (number, &(seconds, method, target, headers, credentials, listens, expected)) in
        steps.iter().enumerate()
    {
        browser.advance(Duration::from_secs(seconds));
        let mut page = browser.page(PAGE);
        let fetch = page.fetch(request(method, target, headers));
        let _ = fetch.credentials(credentials).upload_listener(listens).await;
        assert_eq!(log(&page), expected, "step {number} of {granted:?}");
    }
}

#[tokio::test]
async fn the_preflight_cache_keeps_what_a_response_allows() {
    const OTHER: &str = "https://api.example.net/items?other";
    let allowed = ("access-control-allow-origin", PAGE);
    let put = ("access-control-allow-methods", "PUT");
    let x_a = ("access-control-allow-headers", "X-A");
    let cookies = ("access-control-allow-credentials", "true");
    let any_origin = ("access-control-allow-origin", "*");
    let any_method = ("access-control-allow-methods", "*");
    let any_name = ("access-control-allow-headers", "*");
    let hour = ("access-control-max-age", "3600");
    #[rustfmt::skip]
    let tables: Vec<(Headers<'static>, &[Step<'_>])> = vec![
        // Without a max-age, entries last five seconds.
        (vec![allowed, put].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (4, "PUT", TARGET, &[], NONE, false, "PUT"),
            (1, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        (vec![allowed, put, ("access-control-max-age", "0")].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        (vec![allowed, put, ("access-control-max-age", "10")].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (9, "PUT", TARGET, &[], NONE, false, "PUT"),
            (1, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        // Entries last at most two hours.
        (vec![allowed, put, ("access-control-max-age", "99999999999999999999999999")].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (7199, "PUT", TARGET, &[], NONE, false, "PUT"),
            (1, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        (vec![allowed, put, ("access-control-max-age", "-1")].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        (vec![allowed, put, ("access-control-max-age", "--1")].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (4, "PUT", TARGET, &[], NONE, false, "PUT"),
            (1, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        (vec![allowed, put, hour, hour].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (6, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        // An entry is for one URL, and for one method or header name.
        (vec![allowed, put, x_a, hour].leak(), &[
            (0, "PUT", TARGET, &[("x-a", "1")], NONE, false, "OPTIONS* PUT"),
            (0, "PUT", TARGET, &[("x-a", "2")], NONE, false, "PUT"),
            (0, "PUT", TARGET, &[], NONE, false, "PUT"),
            (0, "GET", TARGET, &[("x-a", "2")], NONE, false, "GET"),
            (0, "PUT", OTHER, &[], NONE, false, "OPTIONS* PUT"),
            (0, "PUT", "https://api.example.net/items#part", &[], NONE, false, "PUT"),
            (0, "PATCH", TARGET, &[], NONE, false, "OPTIONS*"),
            // The failed preflight cleared the entries of the URL.
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
        ]),
        // An entry of a credentialed request serves requests without credentials, but not the reverse.
        (vec![allowed, put, cookies, hour].leak(), &[
            (0, "PUT", TARGET, &[], NONE, false, "OPTIONS* PUT"),
            (0, "PUT", TARGET, &[], COOKIES, false, "OPTIONS* PUT"),
            (0, "PUT", TARGET, &[], COOKIES, false, "PUT"),
            (0, "PUT", TARGET, &[], NONE, false, "PUT"),
        ]),
        (vec![any_origin, any_method, any_name, hour].leak(), &[
            (0, "PUT", TARGET, &[("x-a", "1")], NONE, false, "OPTIONS* PUT"),
            (0, "PATCH", TARGET, &[("x-b", "1")], NONE, false, "PATCH"),
            (0, "GET", TARGET, &[("authorization", "1")], NONE, false, "OPTIONS*"),
        ]),
        // With credentials, `*` is not a wildcard.
        (vec![allowed, cookies, any_method, any_name, hour].leak(), &[
            (0, "POST", TARGET, &[], COOKIES, true, "OPTIONS* POST"),
            (0, "PUT", TARGET, &[], COOKIES, false, "OPTIONS*"),
        ]),
        // With an upload listener, a safelisted method needs a preflight too, or any entry.
        (vec![allowed, hour].leak(), &[
            (0, "POST", TARGET, &[], NONE, true, "OPTIONS* POST"),
            (0, "POST", TARGET, &[], NONE, true, "POST"),
            (0, "GET", TARGET, &[], NONE, true, "GET"),
            (0, "POST", OTHER, &[], NONE, true, "OPTIONS* POST"),
            (7200, "POST", TARGET, &[], NONE, true, "OPTIONS* POST"),
            (0, "POST", TARGET, &[], NONE, false, "POST"),
        ]),
    ];
    for (granted, steps) in tables {
        assert_steps(granted, steps).await;
    }
}

#[tokio::test]
async fn pages_of_one_origin_share_the_cache() {
    let browser = answering(granting);
    for (address, expected) in [
        (PAGE, "OPTIONS* PUT"),
        (PAGE, "PUT"),
        ("https://app.example.com/other/page", "PUT"),
        ("https://www.example.com", "OPTIONS* PUT"),
        ("null", "OPTIONS* PUT"),
    ] {
        let mut page = browser.page(address);
        page.fetch(request("PUT", TARGET, &[])).await.unwrap();
        assert_eq!(log(&page), expected, "{address}");
    }
    let another = answering(granting);
    let mut page = another.page(PAGE);
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    assert_eq!(log(&page), "OPTIONS* PUT");
}

/// After a redirect, requests of two origins have the origin `null`, and so one key in each site.
#[tokio::test]
async fn the_cache_is_partitioned_by_site() {
    let browser = answering(|request| {
        let mut response = granting(request);
        if request.method() == Method::PUT && request.uri().path() == "/taints" {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert("location", HeaderValue::from_static(TARGET));
        }
        response
    });
    for (address, expected) in [
        (PAGE, "OPTIONS* PUT OPTIONS* PUT"),
        ("https://www.example.com", "OPTIONS* PUT PUT"),
        ("https://www.example.com:8443", "OPTIONS* PUT PUT"),
        ("http://www.example.com", "OPTIONS* PUT OPTIONS* PUT"),
        ("https://www.example.org", "OPTIONS* PUT OPTIONS* PUT"),
    ] {
        let mut page = browser.page(address);
        page.fetch(request("PUT", "https://third.example/taints", &[])).await.unwrap();
        assert_eq!(log(&page), expected, "{address}");
    }
}

#[tokio::test]
async fn opaque_origins_do_not_share_the_cache() {
    let browser = answering(granting);
    for address in ["null", "data:,a", "null"] {
        let mut page = browser.page(address);
        page.fetch(request("PUT", TARGET, &[])).await.unwrap();
        page.fetch(request("PUT", TARGET, &[])).await.unwrap();
        assert_eq!(log(&page), "OPTIONS* PUT PUT", "{address}");
    }
}

/// A response that fails the CORS check clears the entries of its URL.
#[tokio::test]
async fn a_failed_response_clears_the_cache() {
    let granted: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-max-age", "60"),
    ];
    let browser = scripted([
        response(204, granted),
        response(200, granted),
        response(200, &[]),
        response(204, granted),
        response(200, granted),
    ]);
    let mut page = browser.page(PAGE);
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    page.fetch(request("PUT", TARGET, &[])).await.unwrap_err();
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    assert_eq!(log(&page), "OPTIONS* PUT PUT OPTIONS* PUT");
}

#[tokio::test]
async fn a_failed_simple_request_leaves_the_cache() {
    let granted: Headers<'_> = &[
        ("access-control-allow-origin", "*"),
        ("access-control-allow-methods", "PUT"),
        ("access-control-max-age", "60"),
    ];
    let responses = [
        response(204, granted),
        response(200, granted),
        response(200, &[]),
        response(200, granted),
    ];
    let browser = scripted(responses);
    let mut page = browser.page(PAGE);
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    page.fetch(request("GET", TARGET, &[])).await.unwrap_err();
    page.fetch(request("PUT", TARGET, &[])).await.unwrap();
    assert_eq!(log(&page), "OPTIONS* PUT GET PUT");
}

/// A second preflight replaces the max-age of the first, with a longer or a shorter one.
#[tokio::test]
async fn a_later_response_replaces_an_earlier_one() {
    for credentials in [NONE, COOKIES] {
        for (first, second, third) in [("3600", "0", "OPTIONS* PUT"), ("5", "3600", "PUT")] {
            let browser = answering(move |request| {
                let mut response = granting(request);
                let names = request.headers().get("access-control-request-headers");
                let max_age = if names.is_some() { second } else { first };
                let max_age = HeaderValue::from_static(max_age);
                response.headers_mut().insert("access-control-max-age", max_age);
                response
            });
            for (seconds, headers, expected) in [
                (0, &[][..], "OPTIONS* PUT"),
                (1, &[("x-a", "1")], "OPTIONS* PUT"),
                (9, &[], third),
            ] {
                browser.advance(Duration::from_secs(seconds));
                let mut page = browser.page(PAGE);
                let fetch = page.fetch(request("PUT", TARGET, headers));
                fetch.credentials(credentials).await.unwrap();
                assert_eq!(log(&page), expected, "{credentials:?} {first} {second}");
            }
        }
    }
}

#[tokio::test]
async fn an_entry_of_one_url_does_not_serve_another() {
    let browser = answering(granting);
    for (target, expected) in [
        ("https://api.example.net/a", "OPTIONS* PUT"),
        ("https://api.example.net/b", "OPTIONS* PUT"),
        ("https://api.example.net/a", "PUT"),
        ("https://api.example.net/b", "PUT"),
        ("https://api.example.net:8443/b", "OPTIONS* PUT"),
    ] {
        let mut page = browser.page(PAGE);
        page.fetch(request("PUT", target, &[])).await.unwrap();
        assert_eq!(log(&page), expected, "{target}");
    }
}

#[tokio::test]
async fn the_clock_stops_at_its_maximum() {
    const KEPT: Headers<'static> = &[
        ("access-control-allow-origin", PAGE),
        ("access-control-allow-methods", "PUT"),
        ("access-control-max-age", "7200"),
    ];
    let browser = answering(|request| {
        if request.method() == Method::OPTIONS { response(204, KEPT) } else { granting(request) }
    });
    for _ in 0..3 {
        let mut page = browser.page(PAGE);
        let _ = page.fetch(request("PUT", TARGET, &[])).await;
        assert_eq!(log(&page), "OPTIONS* PUT");
        browser.advance(Duration::MAX);
    }
}

//! `Cross-Origin-Resource-Policy`.

use super::*;

#[tokio::test]
async fn no_cors_needs_the_resource_policy_to_include_the_page() {
    let (own, same_site, other) =
        ("https://app.example.com/", "https://api.example.com/", "https://api.example.net/");
    let insecure = "http://app.example.com";
    for (page, target, policy, is_allowed) in [
        (PAGE, own, "same-origin", true),
        (PAGE, own, "same-site", true),
        (PAGE, same_site, "same-origin", false),
        (PAGE, same_site, "same-site", true),
        (PAGE, same_site, "cross-origin", true),
        (PAGE, "http://api.example.com/", "same-site", true),
        (insecure, same_site, "same-site", false),
        (insecure, own, "same-origin", false),
        (PAGE, other, "same-origin", false),
        (PAGE, other, "same-site", false),
        (PAGE, other, "cross-origin", true),
        // Anything else is as if the header were missing.
        (PAGE, other, "Same-Origin", true),
        (PAGE, other, "same-site, same-origin", true),
        (PAGE, other, "nonsense", true),
        ("null", other, "same-site", false),
    ] {
        let browser = answering(move |_| {
            let mut response = response(200, &[("access-control-allow-origin", "*")]);
            let policy = HeaderValue::from_static(policy);
            response.headers_mut().insert("cross-origin-resource-policy", policy);
            response
        });
        let mut opened = browser.page(page);
        let result = opened.fetch(request("GET", target, &[])).mode(Mode::NoCors).await;
        assert_eq!(result.is_ok(), is_allowed, "{page} {target} {policy}");
        // The mode `cors` has the CORS check instead.
        let result = opened.fetch(request("GET", target, &[])).await;
        assert!(result.is_ok(), "{page} {target} {policy}");
    }
}

/// The check comes before the redirect, even on the way to the page's own origin.
#[tokio::test]
async fn the_resource_policy_of_a_redirect_counts() {
    for (policy, is_allowed) in [("same-origin", false), ("cross-origin", true)] {
        let browser = scripted([
            response(302, &[("location", PAGE), ("cross-origin-resource-policy", policy)]),
            response(200, &[("cross-origin-resource-policy", "same-origin")]),
        ]);
        let mut page = browser.page(PAGE);
        let result = page.fetch(request("GET", TARGET, &[])).mode(Mode::NoCors).await;
        assert_eq!(result.is_ok(), is_allowed, "{policy}");
        assert_eq!(page.exchanges().len(), if is_allowed { 2 } else { 1 });
    }
}

/// Of a header that a script may set, a value that it may not is dropped.
#[tokio::test]
async fn exchanges_list_the_headers_that_a_script_cannot_set() {
    let headers: Headers<'_> = &[
        ("accept", "a/b"),
        ("cookie", "a=1"),
        ("x-a", "1"),
        ("x-http-method-override", "PUT"),
        ("x-http-method-override", "TRACE"),
        ("sec-fetch-site", "same-origin"),
    ];
    for (mode, target, expected) in [
        (Mode::Cors, PAGE, &["cookie", "sec-fetch-site", "x-http-method-override"][..]),
        (Mode::NoCors, PAGE, &["cookie", "sec-fetch-site", "x-a", "x-http-method-override"]),
    ] {
        let mut page = answering(granting).page(PAGE);
        page.fetch(request("GET", target, headers)).mode(mode).await.unwrap();
        let exchange = &page.exchanges()[0];
        let mut dropped: Vec<&str> =
            exchange.dropped_headers().iter().map(http::HeaderName::as_str).collect();
        dropped.sort_unstable();
        assert_eq!(dropped, expected, "{mode:?}");
        let text = page.exchanges().to_string();
        let line = "!   the header cookie is not sent: a script cannot set it\n";
        assert!(text.contains(line), "{text}");
    }
    let mut page = answering(granting).page(PAGE);
    page.fetch(request("PUT", TARGET, headers)).await.unwrap();
    let counts: Vec<usize> =
        page.exchanges().iter().map(|exchange| exchange.dropped_headers().len()).collect();
    assert_eq!((log(&page).as_str(), &counts[..]), ("OPTIONS* PUT", &[0, 3][..]));
}

//! Redirects.

use super::*;

#[tokio::test]
async fn a_redirect_changes_method_headers_and_origin_as_the_standard_says() {
    let shared = ("access-control-allow-origin", "*");
    let to = |location| vec![shared, ("location", location)];
    let headers: Headers<'_> =
        &[("authorization", "1"), ("content-type", "text/plain"), ("content-language", "de")];
    // Status, method, `Location`, and the second request: its method, URL, `Origin`, and the remaining headers.
    for (status, method, location, expected) in [
        (
            301,
            "GET",
            "/b",
            "GET https://api.example.net/b https://app.example.com authorization content-language content-type",
        ),
        (301, "POST", "/b", "GET https://api.example.net/b https://app.example.com authorization"),
        (302, "POST", "/b", "GET https://api.example.net/b https://app.example.com authorization"),
        (
            302,
            "PUT",
            "/b",
            "PUT https://api.example.net/b https://app.example.com authorization content-language content-type",
        ),
        (
            303,
            "PUT",
            "?c",
            "GET https://api.example.net/items?c https://app.example.com authorization",
        ),
        (
            303,
            "HEAD",
            "/b",
            "HEAD https://api.example.net/b https://app.example.com authorization content-language content-type",
        ),
        (
            307,
            "POST",
            "/b",
            "POST https://api.example.net/b https://app.example.com authorization content-language content-type",
        ),
        (
            308,
            "PUT",
            "/b",
            "PUT https://api.example.net/b https://app.example.com authorization content-language content-type",
        ),
        (
            307,
            "GET",
            "https://third.example/",
            "GET https://third.example/ null content-language content-type",
        ),
        (
            307,
            "GET",
            "https://api.example.net:8443/",
            "GET https://api.example.net:8443/ null content-language content-type",
        ),
        (
            307,
            "GET",
            "https://app.example.com/",
            "GET https://app.example.com/ null content-language content-type",
        ),
    ] {
        let first = response(status, &to(location));
        let first = Arc::new(Mutex::new(Some(first)));
        let browser = answering(move |request| {
            if request.method() == Method::OPTIONS {
                return granting(request);
            }
            first.lock().unwrap().take().unwrap_or_else(|| granting(request))
        });
        let mut page = browser.page(PAGE);
        page.fetch(request(method, TARGET, headers)).await.unwrap();
        let exchanges = page.exchanges();
        let last = exchanges.last().unwrap();
        let mut names: Vec<_> = last.request_headers().keys().map(ToString::to_string).collect();
        names.retain(|name| headers.iter().any(|(own, _)| own == name));
        names.sort_unstable();
        let origin = last.request_headers()["origin"].to_str().unwrap();
        let found = format!("{} {} {origin} {}", last.method(), last.uri(), names.join(" "));
        assert_eq!(found, expected, "{status} {method} {location}");
    }
}

#[tokio::test]
async fn the_browser_follows_twenty_redirects() {
    for (count, is_ok) in [(20, true), (21, false)] {
        let hop = |_| response(302, &[("location", "/again")]);
        let last = [response(200, &[])];
        let browser = scripted((0..count).map(hop).chain(last));
        let mut page = browser.page(PAGE);
        let result = page.fetch(request("GET", PAGE, &[])).await;
        assert_eq!((result.is_ok(), page.exchanges().len()), (is_ok, 21));
    }
}

#[tokio::test]
async fn other_statuses_and_a_missing_location_are_not_redirects() {
    for (status, location) in [(302, None), (300, Some("/b")), (304, Some("/b")), (305, Some("/b"))]
    {
        let mut redirect = response(status, &[("access-control-allow-origin", "*")]);
        if let Some(location) = location {
            redirect.headers_mut().insert("location", HeaderValue::from_static(location));
        }
        let browser = scripted([redirect]);
        let response = browser.page(PAGE).fetch(request("GET", TARGET, &[])).await.unwrap();
        assert_eq!(response.status().map(|it| it.as_u16()), Some(status));
    }
}

/// A redirect to another origin and back taints the request, so that even the page's own origin needs CORS.
#[tokio::test]
async fn a_tainted_request_needs_cors_at_its_own_origin() {
    let browser = scripted([
        response(302, &[("location", TARGET)]),
        response(302, &[("location", PAGE), ("access-control-allow-origin", PAGE)]),
        response(200, &[]),
    ]);
    let mut page = browser.page(PAGE);
    let error = page.fetch(request("GET", PAGE, &[])).await.unwrap_err();
    let origin = String::from("null");
    assert_eq!(error.cause(), &NetworkErrorCause::MissingAllowOrigin { origin, preflight: None });
    assert_eq!(error.exchange(), Some(2));
    let origins: Vec<_> = page
        .exchanges()
        .iter()
        .map(|exchange| exchange.request_headers().get("origin").map(|it| it.to_str().unwrap()))
        .collect();
    assert_eq!(origins, [None, Some(PAGE), Some("null")]);
}

/// A `Location` with a user name is followed on the page's own origin, but not across origins.
#[tokio::test]
async fn a_location_with_a_user_name_is_followed_on_the_own_origin_only() {
    for (location, is_followed) in [
        ("https://user@app.example.com/", true),
        ("https://@api.example.net/", true),
        ("https://:@api.example.net/", true),
        ("https://user@api.example.net/", false),
    ] {
        let first = Mutex::new(Some(response(302, &[("location", location)])));
        let first = Arc::new(first);
        let browser = answering(move |request| {
            first.lock().unwrap().take().unwrap_or_else(|| granting(request))
        });
        let result = browser.page(PAGE).fetch(request("GET", PAGE, &[])).await;
        assert_eq!(result.is_ok(), is_followed, "{location}");
    }
}

//! The requests that a browser sends, and the responses that a script gets.

use super::*;

#[tokio::test]
async fn a_simple_request_is_sent_and_shown_as_the_standard_says() {
    let browser = scripted([response(
        200,
        &[
            ("access-control-allow-origin", PAGE),
            ("access-control-expose-headers", "x-seen, X-Also"),
            ("content-type", "text/plain"),
            ("set-cookie", "a=b"),
            ("x-also", "2"),
            ("x-hidden", "3"),
            ("x-seen", "1"),
        ],
    )]);
    let mut page = browser.page("https://app.example.com/a/page?with=query#and-fragment");
    let target = "https://api.example.net/items?a=b#part";
    let headers: Headers<'_> = &[("accept-language", "de"), ("cookie", "no"), ("origin", "no")];
    let response = page.fetch(request("post", target, headers)).await.unwrap();
    assert_eq!(response.kind(), ResponseKind::Cors);
    assert_eq!(response.status(), Some(StatusCode::OK));
    let names: Vec<_> = response.headers().keys().map(ToString::to_string).collect();
    assert_eq!(names, ["content-type", "x-also", "x-seen"]);
    assert_eq!(response.into_body().as_deref(), Some("the body"));
    let exchange = &page.exchanges()[0];
    assert_eq!(exchange.uri(), &"https://api.example.net/items?a=b".parse::<Uri>().unwrap());
    assert_eq!((exchange.status(), exchange.method()), (Some(StatusCode::OK), &Method::POST));
    assert_eq!(exchange.response_headers().unwrap()["x-hidden"], "3");
    assert_eq!(exchange.dropped_headers(), ["cookie", "origin"]);
    assert_eq!(
        sent(&page, 0),
        [
            ("accept", "*/*"),
            ("accept-language", "de"),
            ("host", "api.example.net"),
            ("origin", PAGE),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-site", "cross-site"),
        ]
    );
}

#[tokio::test]
async fn a_preflight_is_sent_as_the_standard_says() {
    let browser = answering(granting);
    let mut page = browser.page(PAGE);
    let headers: Headers<'_> =
        &[("x-b", "1"), ("content-type", "application/json"), ("x-a", "2"), ("accept", "a/b")];
    page.fetch(request("put", TARGET, headers)).await.unwrap();
    assert_eq!(log(&page), "OPTIONS* PUT");
    assert_eq!(
        sent(&page, 0),
        [
            ("accept", "*/*"),
            ("access-control-request-headers", "content-type,x-a,x-b"),
            ("access-control-request-method", "PUT"),
            ("host", "api.example.net"),
            ("origin", PAGE),
            ("sec-fetch-dest", "empty"),
            ("sec-fetch-mode", "cors"),
            ("sec-fetch-site", "cross-site"),
        ]
    );
    assert_eq!(sent(&page, 1)[0], ("accept", "a/b"));
}

#[tokio::test]
async fn a_preflight_has_no_body_and_a_redirect_keeps_it() {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&bodies);
    let browser = answering(move |request| {
        seen.lock().unwrap().push(request.body().clone());
        let mut response = granting(request);
        if request.method() != Method::OPTIONS && request.uri().path() == "/items" {
            *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
            response.headers_mut().insert("location", HeaderValue::from_static("/b"));
        }
        response
    });
    browser.page(PAGE).fetch(request("PUT", TARGET, &[])).await.unwrap();
    assert_eq!(*bodies.lock().unwrap(), ["", "a body", "", "a body"]);
}

#[tokio::test]
async fn unsafe_methods_and_headers_need_a_preflight() {
    let long = "a".repeat(128);
    let too_long = "a".repeat(129);
    #[rustfmt::skip]
    let cases: &[(&str, Headers<'_>, bool)] = &[
        ("GET", &[], false),
        ("head", &[], false),
        ("POST", &[], false),
        ("OPTIONS", &[], true),
        ("PATCH", &[], true),
        ("post", &[("content-type", "TEXT/plain;charset=utf-8")], false),
        ("POST", &[("content-type", "multipart/form-data; boundary=a")], false),
        ("POST", &[("content-type", "application/x-www-form-urlencoded")], false),
        ("POST", &[("content-type", "application/json")], true),
        ("POST", &[("content-type", "text/plain; a=\"b\"")], true),
        ("POST", &[("content-type", "text /plain")], true),
        ("POST", &[("content-type", "")], true),
        ("GET", &[("accept", &long)], false),
        ("GET", &[("accept", &too_long)], true),
        ("GET", &[("accept", "a(b")], true),
        ("GET", &[("accept", "a\tb")], false),
        ("GET", &[("accept-language", "de, en;q=0.5")], false),
        ("GET", &[("accept-language", "de_DE")], true),
        ("GET", &[("content-language", "*")], false),
        ("GET", &[("content-language", "a/b")], true),
        ("GET", &[("range", "bytes=0-")], false),
        ("GET", &[("range", "bytes=10-9")], true),
        ("GET", &[("range", "bytes=-9")], true),
        ("GET", &[("range", "bytes=0-1,3-4")], true),
        ("GET", &[("range", "bytes=00000000000000000000000000000000000000009-10")], false),
        ("GET", &[("x-a", "")], true),
        ("GET", &[("authorization", "")], true),
        // A script cannot set these headers.
        ("GET", &[("cookie", "a"), ("sec-a", "b"), ("proxy-a", "c"), ("host", "d"), ("te", "e")], false),
        ("GET", &[("x-http-method-override", "a, trace")], false),
        ("GET", &[("x-http-method-override", "PUT")], true),
        ("GET", &[("x-http-method-override", "\"a, TRACE\"")], true),
        ("GET", &[("x-http-method-override", "\"a\\\", TRACE\"")], true),
        ("GET", &[("x-http-method-override", "\"a\", TRACE")], false),
        ("GET", &[("x-http-method-override", "\"a,TRACE,b\"")], true),
        ("GET", &[("x-http-method-override", "\"a\\\",TRACE,b\"")], true),
        ("GET", &[("x-http-method-override", "\\\",TRACE,b")], true),
        ("GET", &[("x-http-method-override", "a,TRACE,b")], false),
    ];
    for (method, headers, is_preflighted) in cases {
        let browser = answering(granting);
        let mut page = browser.page(PAGE);
        page.fetch(request(method, TARGET, headers)).await.unwrap();
        assert_eq!(page.exchanges()[0].is_preflight(), *is_preflighted, "{method} {headers:?}");
    }
}

/// More than 1024 bytes of safelisted values, all headers together, need a preflight.
#[tokio::test]
async fn many_bytes_of_safelisted_values_need_a_preflight() {
    for (last, names) in [(128, None), (127, None), (129, Some("accept"))] {
        let lines: Vec<String> =
            [128, 128, 128, 128, 128, 128, 128, last].map(|n| "a".repeat(n)).into();
        let mut sent = request("GET", TARGET, &[]);
        for line in &lines {
            sent.headers_mut().append("accept", HeaderValue::from_str(line).unwrap());
        }
        let browser = answering(granting);
        let mut page = browser.page(PAGE);
        page.fetch(sent.clone()).await.unwrap();
        let asked = |page: &Page<Wire>| {
            let asked = page.exchanges()[0].request_headers().get("access-control-request-headers");
            asked.map(|names| names.to_str().unwrap().to_owned())
        };
        assert_eq!(asked(&page).as_deref(), names, "{last}");
        sent.headers_mut().append("accept-language", HeaderValue::from_static("d"));
        page = answering(granting).page(PAGE);
        page.fetch(sent).await.unwrap();
        let both = (last > 127).then_some("accept,accept-language");
        assert_eq!(asked(&page).as_deref(), both.filter(|_| last == 128).or(names), "{last}");
    }
}

#[tokio::test]
async fn fetch_metadata_names_site_and_mode() {
    for (page, target, mode, expected) in [
        (PAGE, "https://app.example.com/", Mode::Cors, Some(("same-origin", "cors"))),
        (PAGE, "https://app.example.com:8443/", Mode::Cors, Some(("same-site", "cors"))),
        (PAGE, "https://example.com/", Mode::NoCors, Some(("same-site", "no-cors"))),
        (PAGE, "https://app.example.com/", Mode::SameOrigin, Some(("same-origin", "same-origin"))),
        (PAGE, "https://example.net/", Mode::Cors, Some(("cross-site", "cors"))),
        ("https://a.github.io", "https://b.github.io/", Mode::Cors, Some(("cross-site", "cors"))),
        (
            "http://app.example.com",
            "https://app.example.com/",
            Mode::Cors,
            Some(("cross-site", "cors")),
        ),
        ("null", "https://app.example.com/", Mode::Cors, Some(("cross-site", "cors"))),
        (PAGE, "http://localhost:1/", Mode::Cors, Some(("cross-site", "cors"))),
        (PAGE, "http://a.localhost/", Mode::Cors, Some(("cross-site", "cors"))),
        (PAGE, "http://127.0.0.1/", Mode::Cors, Some(("cross-site", "cors"))),
        (PAGE, "http://[::1]/", Mode::Cors, Some(("cross-site", "cors"))),
        (PAGE, "http://127.0.0.2/", Mode::Cors, Some(("cross-site", "cors"))),
        ("http://127.0.0.1:1", "http://127.0.0.1:2/", Mode::Cors, Some(("same-site", "cors"))),
        (PAGE, "http://example.com/", Mode::Cors, None),
        (PAGE, "http://192.168.0.1/", Mode::Cors, None),
    ] {
        let browser = answering(granting);
        let mut page_of = browser.page(page);
        page_of.fetch(request("GET", target, &[])).mode(mode).await.unwrap();
        let headers = page_of.exchanges()[0].request_headers();
        let found = headers.get("sec-fetch-site").map(|site| {
            assert_eq!(headers["sec-fetch-dest"], "empty");
            (site.to_str().unwrap(), headers["sec-fetch-mode"].to_str().unwrap())
        });
        assert_eq!(found, expected, "{page} {target}");
    }
}

#[tokio::test]
async fn the_mode_decides_the_kind_of_the_response() {
    for (mode, redirect, target, kind, status) in [
        (Mode::Cors, Redirect::Follow, PAGE, ResponseKind::Basic, Some(200)),
        (Mode::SameOrigin, Redirect::Follow, PAGE, ResponseKind::Basic, Some(200)),
        (Mode::NoCors, Redirect::Follow, PAGE, ResponseKind::Basic, Some(200)),
        (Mode::NoCors, Redirect::Error, PAGE, ResponseKind::Basic, Some(200)),
        (Mode::Cors, Redirect::Follow, TARGET, ResponseKind::Cors, Some(200)),
        (Mode::NoCors, Redirect::Follow, TARGET, ResponseKind::Opaque, None),
    ] {
        let browser = answering(granting);
        let mut page = browser.page(PAGE);
        let fetch = page.fetch(request("GET", target, &[("x-a", "1"), ("accept", "a/b")]));
        let response = fetch.mode(mode).redirect(redirect).await.unwrap();
        assert_eq!((response.kind(), response.status().map(|it| it.as_u16())), (kind, status));
        let is_opaque = kind == ResponseKind::Opaque;
        assert_eq!(response.headers().is_empty(), is_opaque, "{kind:?}");
        assert_eq!(response.into_body().is_none(), is_opaque, "{kind:?}");
        // In the mode `no-cors`, a script can set few headers.
        let headers = page.exchanges().last().unwrap().request_headers();
        let keeps = mode != Mode::NoCors;
        assert_eq!(
            (headers.contains_key("x-a"), &headers["accept"]),
            (keeps, &HeaderValue::from_static("a/b"))
        );
        let has_origin = headers.contains_key("origin");
        assert_eq!(has_origin, kind == ResponseKind::Cors, "{mode:?} {target}");
    }
    let browser = scripted([response(302, &[("location", TARGET)])]);
    let mut page = browser.page(PAGE);
    let fetch = page.fetch(request("GET", PAGE, &[]));
    let response = fetch.redirect(Redirect::Manual).await.unwrap();
    assert_eq!((response.kind(), response.status()), (ResponseKind::OpaqueRedirect, None));
    assert!(response.headers().is_empty() && response.into_body().is_none());
}

#[tokio::test]
async fn the_origin_header_is_the_serialized_origin_of_the_page() {
    for (address, origin) in [
        ("https://APP.example.com:443/page", PAGE),
        ("http://app.example.com:8080", "http://app.example.com:8080"),
        ("https://ex\u{e4}mple.com", "https://xn--exmple-cua.com"),
        ("http://[::0001]:1/", "http://[::1]:1"),
        ("tauri://localhost", "tauri://localhost"),
        ("chrome-extension://abc/page.html", "chrome-extension://abc"),
        ("app://host:8080/", "app://host:8080"),
        ("null", "null"),
        ("data:,a", "null"),
        ("file:///a/page.html", "null"),
    ] {
        let mut page = answering(granting).page(address);
        page.fetch(request("GET", TARGET, &[])).await.unwrap();
        assert_eq!(page.exchanges()[0].request_headers()["origin"], origin, "{address}");
    }
}

/// The `Origin` of a `POST` that is not a CORS request.
#[tokio::test]
async fn the_referrer_policy_can_hide_the_origin() {
    use ReferrerPolicy as Policy;

    let (own, insecure) = ("https://app.example.com/b", "http://app.example.com/");
    #[rustfmt::skip]
    let cases = [
        (Policy::NoReferrer, Mode::Cors, own, PAGE),
        (Policy::NoReferrer, Mode::NoCors, own, "null"),
        (Policy::NoReferrer, Mode::SameOrigin, own, "null"),
        (Policy::NoReferrerWhenDowngrade, Mode::NoCors, own, PAGE),
        (Policy::NoReferrerWhenDowngrade, Mode::NoCors, TARGET, PAGE),
        (Policy::NoReferrerWhenDowngrade, Mode::NoCors, insecure, "null"),
        (Policy::StrictOrigin, Mode::NoCors, TARGET, PAGE),
        (Policy::StrictOrigin, Mode::NoCors, insecure, "null"),
        (Policy::StrictOriginWhenCrossOrigin, Mode::NoCors, TARGET, PAGE),
        (Policy::StrictOriginWhenCrossOrigin, Mode::NoCors, insecure, "null"),
        (Policy::SameOrigin, Mode::NoCors, own, PAGE),
        (Policy::SameOrigin, Mode::NoCors, TARGET, "null"),
        (Policy::SameOrigin, Mode::Cors, TARGET, PAGE),
        (Policy::Origin, Mode::NoCors, insecure, PAGE),
        (Policy::OriginWhenCrossOrigin, Mode::NoCors, insecure, PAGE),
        (Policy::UnsafeUrl, Mode::NoCors, insecure, PAGE),
    ];
    for (policy, mode, target, expected) in cases {
        let mut page = answering(granting).page(PAGE);
        let fetch = page.fetch(request("POST", target, &[]));
        fetch.mode(mode).referrer_policy(policy).await.unwrap();
        let headers = page.exchanges()[0].request_headers();
        assert_eq!(headers["origin"], expected, "{policy:?} {mode:?} {target}");
    }
    // From http to http is not a downgrade.
    let mut page = answering(granting).page("http://app.example.com");
    page.fetch(request("POST", "http://api.example.net/", &[])).mode(Mode::NoCors).await.unwrap();
    assert_eq!(page.exchanges()[0].request_headers()["origin"], "http://app.example.com");
}

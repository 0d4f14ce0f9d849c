//! The error texts of all checks, and the log of exchanges.

use super::*;

type Change = fn(Fetch<'_, Wire, String>) -> Fetch<'_, Wire, String>;
/// Method, URL, headers and options of a fetch, the responses, the error text, and the index of the failed exchange.
type Case<'a> =
    (&'a str, &'a str, Headers<'a>, Change, Vec<Response<String>>, &'a str, Option<usize>);

#[tokio::test]
async fn each_error_says_what_was_found_and_what_is_needed() {
    let same: Change = |fetch| fetch;
    let include: Change = |fetch| fetch.credentials(Credentials::Include);
    let shared = ("access-control-allow-origin", PAGE);
    let any = ("access-control-allow-origin", "*");
    let own = "https://app.example.com/own";
    #[rustfmt::skip]
    let cases: Vec<Case<'_>> = vec![
        ("GET", "/relative", &[], same, vec![],
            "GET /relative: \"/relative\" cannot be fetched; give an absolute http or https URL without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", "ftp://a.example/", &[], same, vec![],
            "GET ftp://a.example/: \"ftp://a.example/\" cannot be fetched; give an absolute http or https URL without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", "https://user@a.example/", &[], same, vec![],
            "GET https://user@a.example/: \"https://user@a.example/\" cannot be fetched; give an absolute http or https URL without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("trace", TARGET, &[], same, vec![],
            "trace https://api.example.net/items: a script cannot send the method trace (https://fetch.spec.whatwg.org/#forbidden-method)", None),
        ("PUT", TARGET, &[], |fetch| fetch.mode(Mode::NoCors), vec![],
            "PUT https://api.example.net/items: the method is PUT, but the mode no-cors allows only GET, HEAD and POST (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::SameOrigin), vec![],
            "GET https://api.example.net/items: https://api.example.net/items has another origin than the page, which the mode same-origin does not allow (https://fetch.spec.whatwg.org/#concept-main-fetch)", None),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::NoCors).redirect(Redirect::Error), vec![],
            "GET https://api.example.net/items: a cross-origin request in the mode no-cors must have the redirect mode follow (https://fetch.spec.whatwg.org/#concept-main-fetch)", None),
        ("GET", TARGET, &[], same, vec![response(200, &[])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Origin, so the origin https://app.example.com cannot read it (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[any])],
            "GET https://api.example.net/items: Access-Control-Allow-Origin is *, but with credentials it must be https://app.example.com (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], same, vec![response(200, &[any, shared])],
            "GET https://api.example.net/items: Access-Control-Allow-Origin is \"*, https://app.example.com\", but it must be https://app.example.com; it has more than one value: either two parties add it, such as two CORS layers, or one lists all of its origins (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[shared])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Credentials, but with credentials it must be true (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[shared, ("access-control-allow-credentials", "True")])],
            "GET https://api.example.net/items: Access-Control-Allow-Credentials is \"True\", but with credentials it must be true (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(405, &[shared])],
            "the preflight of PUT https://api.example.net/items: the response has the status 405, but only 200 to 299 allows the request (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(307, &[shared, ("location", "/b")])],
            "the preflight of PUT https://api.example.net/items: the response has the status 307, but only 200 to 299 allows the request (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PUT, a b")])],
            "the preflight of PUT https://api.example.net/items: Access-Control-Allow-Methods contains \"a b\", which is not a token (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "a:")])],
            "the preflight of PUT https://api.example.net/items: Access-Control-Allow-Headers contains \"a:\", which is not a token (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared])],
            "the preflight of PUT https://api.example.net/items: the method PUT is not allowed; Access-Control-Allow-Methods lists nothing (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(405, &[])],
            "the preflight of PUT https://api.example.net/items: the response has the status 405 and no Access-Control-Allow-Origin, so the origin https://app.example.com cannot send the request; it looks as if the router answers OPTIONS by itself, because the CORS layer is around a handler or a route; put the layer around the whole router, after all routes are added (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(403, &[("vary", "access-control-request-method")])],
            "the preflight of PUT https://api.example.net/items: the response has the status 403 and no Access-Control-Allow-Origin, so the origin https://app.example.com cannot send the request; CorsLayer responds like this if the origin, the method or a request header is not allowed; to see which, set diagnose(true) or call Policy::explain (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::NoCors), vec![response(200, &[("cross-origin-resource-policy", "same-site")])],
            "GET https://api.example.net/items: Cross-Origin-Resource-Policy is same-site, but the page https://app.example.com has another site (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check)", Some(0)),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::NoCors), vec![response(200, &[("cross-origin-resource-policy", "same-origin")])],
            "GET https://api.example.net/items: Cross-Origin-Resource-Policy is same-origin, but the page https://app.example.com has another origin (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-check)", Some(0)),
        ("patch", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PATCH, ,put")])],
            "the preflight of patch https://api.example.net/items: the method patch is not allowed; Access-Control-Allow-Methods lists PATCH, put (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("x-a", "1"), ("x-b", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "X-A"), ("access-control-allow-headers", "x-c")])],
            "the preflight of GET https://api.example.net/items: the request header x-b is not allowed; Access-Control-Allow-Headers lists X-A, x-c (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("authorization", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "*")])],
            "the preflight of GET https://api.example.net/items: the request header authorization is not allowed; Access-Control-Allow-Headers lists *, and * does not cover authorization (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("authorization", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "x-a")])],
            "the preflight of GET https://api.example.net/items: the request header authorization is not allowed; Access-Control-Allow-Headers lists x-a (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("x-a", "1")], include, vec![response(200, &[shared, ("access-control-allow-credentials", "true"), ("access-control-allow-headers", "*")])],
            "the preflight of GET https://api.example.net/items: the request header x-a is not allowed; Access-Control-Allow-Headers lists * (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("x-a", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "x-a")]), response(200, &[])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Origin, so the origin https://app.example.com cannot read it (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(1)),
        ("GET", own, &[], |fetch| fetch.redirect(Redirect::Error), vec![response(302, &[("location", "/b")])],
            "GET https://app.example.com/own: the response redirects to \"/b\", but the redirect mode is error (https://fetch.spec.whatwg.org/#concept-http-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "data:,a")])],
            "GET https://app.example.com/own: the response redirects to \"data:,a\", which is not an http or https URL (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "/a"), ("location", "/b")])],
            "GET https://app.example.com/own: the response redirects to \"/a, /b\", which is not an http or https URL (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "https://user@api.example.net/")])],
            "GET https://app.example.com/own: the response redirects to \"https://user@api.example.net/\", but a redirect across origins must not have a user name or a password (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", TARGET, &[], same, vec![response(302, &[any, ("location", "https://:word@app.example.com/")])],
            "GET https://api.example.net/items: the response redirects to \"https://:word@app.example.com/\", but a redirect across origins must not have a user name or a password (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("POST", own, &[], |fetch| fetch.upload_stream(true), vec![response(307, &[("location", "/b")])],
            "POST https://app.example.com/own: the response redirects to \"/b\", but the body is a stream, which cannot be sent again (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
    ];
    for (method, target, headers, change, responses, text, exchange) in cases {
        let browser = scripted(responses);
        let mut page = browser.page(PAGE);
        let result = change(page.fetch(request(method, target, headers))).await;
        let error = result.err().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(error.to_string(), text);
        assert_eq!(error.exchange(), exchange, "{text}");
    }
    let loops = answering(|_| response(302, &[("location", "/own")]));
    let error = loops.page(PAGE).fetch(request("GET", own, &[])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET https://app.example.com/own: the response is the 21st redirect, but a browser follows only 20 \
         (https://fetch.spec.whatwg.org/#http-redirect-fetch)"
    );
    let browser = answering(granting);
    for address in ["app.example.com", "", "https://"] {
        let error = browser.page(address).fetch(request("GET", TARGET, &[])).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "GET https://api.example.net/items: the page's address {address:?} is not a URL; give a \
                 URL such as https://app.example.com, or null (https://fetch.spec.whatwg.org/#concept-request-origin)"
            )
        );
    }
}

#[tokio::test]
async fn an_error_of_the_service_is_the_source_of_the_error() {
    #[derive(Debug)]
    struct Away;

    impl fmt::Display for Away {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("nobody is there")
        }
    }

    impl std::error::Error for Away {}

    let away = service_fn(|_: Request<String>| ready(Err::<Response<String>, _>(Away)));
    let browser = Browser::new(away);
    let mut page = browser.page(PAGE);
    let error = page.fetch(request("GET", TARGET, &[])).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "GET https://api.example.net/items: the service failed: nobody is there \
         (https://fetch.spec.whatwg.org/#concept-network-error)"
    );
    let source = std::error::Error::source(&error).unwrap();
    assert!(source.downcast_ref::<Away>().is_some());
    assert_eq!((error.exchange(), page.exchanges()[0].status()), (Some(0), None));
    assert!(page.exchanges().to_string().ends_with("< no response\n"));
}

#[tokio::test]
async fn the_exchanges_display_like_the_log_of_a_proxy() {
    let browser = answering(granting);
    let mut page = browser.page("http://app.example.com");
    let target = "http://api.example.net/items";
    page.fetch(request("PUT", target, &[])).await.unwrap();
    assert_eq!(
        page.exchanges().to_string(),
        "> OPTIONS http://api.example.net/items (preflight)\n\
         >   accept: */*\n\
         >   access-control-request-method: PUT\n\
         >   host: api.example.net\n\
         >   origin: http://app.example.com\n\
         < 200 OK\n\
         <   access-control-max-age: 3600\n\
         <   content-type: text/plain\n\
         <   access-control-allow-origin: http://app.example.com\n\
         <   access-control-allow-methods: PUT\n\
         <   access-control-allow-credentials: true\n\
         > PUT http://api.example.net/items\n\
         >   accept: */*\n\
         >   host: api.example.net\n\
         >   origin: http://app.example.com\n\
         < 200 OK\n\
         <   access-control-max-age: 3600\n\
         <   content-type: text/plain\n\
         <   access-control-allow-origin: http://app.example.com\n\
         <   access-control-allow-credentials: true\n"
    );
}

async fn fetched(is_allowed: bool) -> (Page<Wire>, Outcome) {
    let browser =
        answering(move |request| if is_allowed { granting(request) } else { response(200, &[]) });
    let mut page = browser.page("http://app.example.com");
    let result = page.fetch(request("GET", "http://api.example.net/", &[])).await;
    (page, result)
}

#[tokio::test]
async fn assertions_return_the_response_or_the_error() {
    let (page, result) = fetched(true).await;
    let response = page.assert_readable(result).assert_status(StatusCode::OK);
    assert_eq!((response.status(), response.kind()), (StatusCode::OK, ResponseKind::Cors));
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(
        (response.body().as_str(), &*response.clone().into_body()),
        ("the body", "the body")
    );
    let missing = scripted([super::response(404, &[("access-control-allow-origin", "*")])]);
    let mut page = missing.page(PAGE);
    let result = page.fetch(request("GET", TARGET, &[])).await;
    assert_eq!(page.assert_readable(result).status(), StatusCode::NOT_FOUND);
    let (page, result) = fetched(false).await;
    assert_eq!(page.assert_refused(result).exchange(), Some(0));
}

#[tokio::test]
#[should_panic(
    expected = "the page cannot read the response: GET http://api.example.net/: the response has no \
                Access-Control-Allow-Origin, so the origin http://app.example.com cannot read it \
                (https://fetch.spec.whatwg.org/#concept-cors-check)\n> GET http://api.example.net/\n"
)]
async fn assert_readable_panics_if_the_fetch_failed() {
    let (page, result) = fetched(false).await;
    page.assert_readable(result);
}

#[tokio::test]
#[should_panic(expected = "the page can read the response\n> GET http://api.example.net/\n")]
async fn assert_refused_panics_if_the_page_can_read_the_response() {
    let (page, result) = fetched(true).await;
    page.assert_refused(result);
}

#[tokio::test]
#[should_panic(
    expected = "the status is 401 Unauthorized, not 200 OK\n> GET https://app.example.com/\n>   accept: */*\n"
)]
async fn assert_status_panics_at_another_status() {
    let browser = scripted([response(401, &[])]);
    let mut page = browser.page(PAGE);
    let result = page.fetch(request("GET", PAGE, &[])).await;
    page.assert_readable(result).assert_status(StatusCode::OK);
}

#[tokio::test]
#[should_panic(
    expected = "the page cannot read the response: it is opaque, because of the mode no-cors or the redirect mode \
                manual\n> GET https://api.example.net/items\n"
)]
async fn assert_readable_panics_at_an_opaque_response() {
    let mut page = answering(granting).page(PAGE);
    let result = page.fetch(request("GET", TARGET, &[])).mode(Mode::NoCors).await;
    page.assert_readable(result);
}

#[tokio::test]
#[should_panic(
    expected = "the browser does not refuse the response, but makes it opaque\n> GET https://api.example.net/items\n"
)]
async fn assert_refused_panics_at_an_opaque_response() {
    let mut page = answering(granting).page(PAGE);
    let result = page.fetch(request("GET", TARGET, &[])).mode(Mode::NoCors).await;
    page.assert_refused(result);
}

/// The service is ready once and then fails, so the second request of the fetch is not sent.
#[tokio::test]
async fn an_error_before_a_request_is_sent_names_no_exchange() {
    struct Once(usize);

    impl Service<Request<String>> for Once {
        type Response = Response<String>;
        type Error = String;
        type Future = Ready<Result<Response<String>, String>>;

        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), String>> {
            let is_ready = self.0 > 0;
            self.0 = self.0.saturating_sub(1);
            std::task::Poll::Ready(if is_ready { Ok(()) } else { Err(String::from("closed")) })
        }

        fn call(&mut self, request: Request<String>) -> Self::Future {
            ready(Ok(granting(&request)))
        }
    }

    for (ready_for, expected) in [
        (0, "the preflight of PUT https://api.example.net/items: the service failed: closed"),
        (1, "PUT https://api.example.net/items: the service failed: closed"),
    ] {
        let mut page = Browser::new(Once(ready_for)).page(PAGE);
        let error = page.fetch(request("PUT", TARGET, &[])).await.unwrap_err();
        let section = "(https://fetch.spec.whatwg.org/#concept-network-error)";
        assert_eq!(error.to_string(), format!("{expected} {section}"));
        assert_eq!((error.exchange(), page.exchanges().len()), (None, ready_for));
    }
}

#[test]
fn debug_shows_the_page_and_the_options() {
    let browser = answering(granting);
    assert_eq!(format!("{browser:?}"), "Browser { .. }");
    let mut page = browser.page(PAGE);
    let text = "Page { address: \"https://app.example.com\", exchanges: Exchanges([]), .. }";
    assert_eq!(format!("{page:?}"), text);
    let fetch = page.fetch(request("GET", TARGET, &[]));
    let text = format!("{fetch:?}");
    assert!(text.starts_with("Fetch { options: Options { mode: Cors, "), "{text}");
}

#[tokio::test]
#[should_panic(expected = "a future is not polled after it is ready")]
async fn a_fetch_that_failed_cannot_be_polled_again() {
    let browser = scripted([response(200, &[])]);
    let mut page = browser.page(PAGE);
    let mut fetch = std::pin::pin!(page.fetch(request("GET", TARGET, &[])));
    assert!(fetch.as_mut().await.is_err());
    let _ = fetch.as_mut().await;
}

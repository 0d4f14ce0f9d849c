//! The error texts of all checks, and the log of exchanges.

use super::*;

type Change = fn(Fetch<'_, Wire, String>) -> Fetch<'_, Wire, String>;
/// Method, URL, headers and options of a fetch, the responses, the error text, and the index of the failed exchange.
type Case<'a> =
    (&'a str, &'a str, Headers<'a>, Change, Vec<Response<String>>, &'a str, Option<usize>);

#[tokio::test]
async fn errors() {
    let same: Change = |fetch| fetch;
    let include: Change = |fetch| fetch.credentials(Credentials::Include);
    let shared = ("access-control-allow-origin", PAGE);
    let any = ("access-control-allow-origin", "*");
    let own = "https://app.example.com/own";
    #[rustfmt::skip]
    let cases: Vec<Case<'_>> = vec![
        ("GET", "/relative", &[], same, vec![],
            "GET /relative: the URL is \"/relative\", and it takes an absolute one of http or https, without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", "ftp://a.example/", &[], same, vec![],
            "GET ftp://a.example/: the URL is \"ftp://a.example/\", and it takes an absolute one of http or https, without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", "https://user@a.example/", &[], same, vec![],
            "GET https://user@a.example/: the URL is \"https://user@a.example/\", and it takes an absolute one of http or https, without a user name (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("trace", TARGET, &[], same, vec![],
            "trace https://api.example.net/items: no script can send the method trace (https://fetch.spec.whatwg.org/#forbidden-method)", None),
        ("PUT", TARGET, &[], |fetch| fetch.mode(Mode::NoCors), vec![],
            "PUT https://api.example.net/items: the mode no-cors takes GET, HEAD and POST, and the method is PUT (https://fetch.spec.whatwg.org/#dom-request)", None),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::SameOrigin), vec![],
            "GET https://api.example.net/items: the mode same-origin takes URLs of the page's origin, and this is https://api.example.net/items (https://fetch.spec.whatwg.org/#concept-main-fetch)", None),
        ("GET", TARGET, &[], |fetch| fetch.mode(Mode::NoCors).redirect(Redirect::Error), vec![],
            "GET https://api.example.net/items: the mode no-cors takes the redirect mode follow, and it is another (https://fetch.spec.whatwg.org/#concept-main-fetch)", None),
        ("GET", TARGET, &[], same, vec![response(200, &[])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Origin, and the page's origin https://app.example.com needs it (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[any])],
            "GET https://api.example.net/items: Access-Control-Allow-Origin is *, and with credentials it has to be https://app.example.com (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], same, vec![response(200, &[any, shared])],
            "GET https://api.example.net/items: Access-Control-Allow-Origin is \"*, https://app.example.com\", and it has to be https://app.example.com (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[shared])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Credentials, and with credentials it has to be true (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("GET", TARGET, &[], include, vec![response(200, &[shared, ("access-control-allow-credentials", "True")])],
            "GET https://api.example.net/items: Access-Control-Allow-Credentials is \"True\", and with credentials it has to be true (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(405, &[shared])],
            "the preflight of PUT https://api.example.net/items: the preflight's answer has the status 405, and it has to be in 200 to 299 (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(307, &[shared, ("location", "/b")])],
            "the preflight of PUT https://api.example.net/items: the preflight's answer has the status 307, and it has to be in 200 to 299 (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PUT, a b")])],
            "the preflight of PUT https://api.example.net/items: Access-Control-Allow-Methods of the preflight's answer has \"a b\", which is no token (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PUT"), ("access-control-allow-headers", "a:")])],
            "the preflight of PUT https://api.example.net/items: Access-Control-Allow-Headers of the preflight's answer has \"a:\", which is no token (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("PUT", TARGET, &[], same, vec![response(200, &[shared])],
            "the preflight of PUT https://api.example.net/items: the method PUT is not allowed: Access-Control-Allow-Methods of the preflight's answer has nothing (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("patch", TARGET, &[], same, vec![response(200, &[shared, ("access-control-allow-methods", "PATCH, ,put")])],
            "the preflight of patch https://api.example.net/items: the method patch is not allowed: Access-Control-Allow-Methods of the preflight's answer has PATCH, put (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("x-a", "1"), ("x-b", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "X-A"), ("access-control-allow-headers", "x-c")])],
            "the preflight of GET https://api.example.net/items: the request header x-b is not allowed: Access-Control-Allow-Headers of the preflight's answer has X-A, x-c (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("authorization", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "*")])],
            "the preflight of GET https://api.example.net/items: the request header authorization is not allowed: Access-Control-Allow-Headers of the preflight's answer has * (https://fetch.spec.whatwg.org/#cors-preflight-fetch)", Some(0)),
        ("GET", TARGET, &[("x-a", "1")], same, vec![response(200, &[shared, ("access-control-allow-headers", "x-a")]), response(200, &[])],
            "GET https://api.example.net/items: the response has no Access-Control-Allow-Origin, and the page's origin https://app.example.com needs it (https://fetch.spec.whatwg.org/#concept-cors-check)", Some(1)),
        ("GET", own, &[], |fetch| fetch.redirect(Redirect::Error), vec![response(302, &[("location", "/b")])],
            "GET https://app.example.com/own: the response redirects to \"/b\", and the redirect mode is error (https://fetch.spec.whatwg.org/#concept-http-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "data:,a")])],
            "GET https://app.example.com/own: the response redirects to \"data:,a\", which is no URL of http or https (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "/a"), ("location", "/b")])],
            "GET https://app.example.com/own: the response redirects to \"/a, /b\", which is no URL of http or https (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", own, &[], same, vec![response(302, &[("location", "https://user@api.example.net/")])],
            "GET https://app.example.com/own: the response redirects to \"https://user@api.example.net/\", and a URL with a user name or a password is not followed across origins (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("GET", TARGET, &[], same, vec![response(302, &[any, ("location", "https://:word@app.example.com/")])],
            "GET https://api.example.net/items: the response redirects to \"https://:word@app.example.com/\", and a URL with a user name or a password is not followed across origins (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
        ("POST", own, &[], |fetch| fetch.upload_stream(true), vec![response(307, &[("location", "/b")])],
            "POST https://app.example.com/own: the response redirects to \"/b\", and the body is a stream, which cannot be sent again (https://fetch.spec.whatwg.org/#http-redirect-fetch)", Some(0)),
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
        "GET https://app.example.com/own: it is redirected for the 21st time, and 20 are followed \
         (https://fetch.spec.whatwg.org/#http-redirect-fetch)"
    );
    let browser = answering(granting);
    for address in ["app.example.com", "", "https://"] {
        let error = browser.page(address).fetch(request("GET", TARGET, &[])).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "GET https://api.example.net/items: the page's address is {address:?}, and it takes a URL, \
                 such as https://app.example.com, or null (https://fetch.spec.whatwg.org/#concept-request-origin)"
            )
        );
    }
}

#[tokio::test]
async fn a_service_that_fails() {
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
async fn the_log_as_text() {
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
async fn assertions_that_hold() {
    let (page, result) = fetched(true).await;
    assert_eq!(page.assert_readable(result).status(), Some(StatusCode::OK));
    let (page, result) = fetched(false).await;
    assert_eq!(page.assert_refused(result).exchange(), Some(0));
}

#[tokio::test]
#[should_panic(
    expected = "the page cannot read the response: GET http://api.example.net/: the response has no \
                Access-Control-Allow-Origin, and the page's origin http://app.example.com needs it \
                (https://fetch.spec.whatwg.org/#concept-cors-check)\n> GET http://api.example.net/\n"
)]
async fn an_assertion_that_it_can_be_read() {
    let (page, result) = fetched(false).await;
    page.assert_readable(result);
}

#[tokio::test]
#[should_panic(expected = "the page can read the response\n> GET http://api.example.net/\n")]
async fn an_assertion_that_it_is_refused() {
    let (page, result) = fetched(true).await;
    page.assert_refused(result);
}

#[test]
fn debug_texts() {
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
async fn a_fetch_that_failed_is_over() {
    let browser = scripted([response(200, &[])]);
    let mut page = browser.page(PAGE);
    let mut fetch = std::pin::pin!(page.fetch(request("GET", TARGET, &[])));
    assert!(fetch.as_mut().await.is_err());
    let _ = fetch.as_mut().await;
}

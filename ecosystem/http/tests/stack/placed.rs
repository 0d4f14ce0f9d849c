//! In the order of the example, a page reads every response.

use std::time::Duration;

use ecosystem_http::{FOREIGN_PAGE, HIDDEN, PAGE, browser, lines, seen};
use http::HeaderMap;

use crate::{AMPLE, LONG, Server, example::Limits};

#[tokio::test]
async fn page_reads_every_response() {
    let server = Server::start(&AMPLE).await;
    let too_long = "a".repeat(AMPLE.body + 1);
    for (method, path, body, sees) in [
        ("GET", "/account", "", "401 log in first"),
        ("PUT", "/account", "changed", "200 changed"),
        ("PUT", "/account", &too_long, "413 length limit exceeded"),
        ("DELETE", "/account", "", "405 "),
        ("GET", "/nothing", "", "404 there is no such page"),
        ("GET", "/panic", "", "500 Service panicked"),
        ("GET", "/files/digits.txt", "", "200 0123456789"),
        ("GET", "/files/nothing.txt", "", "404 "),
        ("HEAD", "/files/digits.txt", "", "200 "),
        ("DELETE", "/files/digits.txt", "", "405 "),
    ] {
        let request = server.request(method, path).body(body.to_owned()).unwrap();
        let result = browser(&[]).page(PAGE).fetch(request).await;
        assert_eq!(seen(result).await, sees, "{method} {path}");
    }
}

#[tokio::test]
async fn page_reads_that_the_server_was_too_slow() {
    let server = Server::start(&Limits { timeout: Duration::from_millis(1), ..AMPLE }).await;
    let request = server.request("GET", "/slow").body(String::new()).unwrap();
    assert_eq!(seen(browser(&[]).page(PAGE).fetch(request).await).await, "504 ");
}

#[tokio::test]
async fn page_reads_parts_of_files() {
    let server = Server::start(&AMPLE).await;
    let rows: [(&str, &str, &str, &[&str]); 3] = [
        (
            "range",
            "bytes=2-4",
            "206 234",
            &[
                "content-length: 3",
                "content-range: bytes 2-4/10",
                "content-type: text/plain",
                MODIFIED,
            ],
        ),
        (
            "range",
            "bytes=90-",
            "416 ",
            &["content-length: 0", "content-range: bytes */10", MODIFIED],
        ),
        ("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT", "304 ", &[MODIFIED]),
    ];
    for (name, value, sees, headers) in rows {
        let request = server.request("GET", "/files/digits.txt").header(name, value);
        let result = browser(&[]).page(PAGE).fetch(request.body(String::new()).unwrap()).await;
        assert_eq!(lines_without_id(result.as_ref().unwrap().headers()), headers);
        assert_eq!(seen(result).await, sees);
    }
}

#[tokio::test]
async fn page_reads_compressed_responses() {
    let server = Server::start(&AMPLE).await;
    let mut page = browser(&[]).page(PAGE);
    let request = server.request("GET", "/long").body(String::new()).unwrap();
    assert_eq!(seen(page.fetch(request).await).await, format!("200 {LONG}"));
    let expected = [
        "access-control-allow-credentials: true",
        "access-control-allow-origin: https://app.example.net",
        "access-control-expose-headers: content-range,retry-after,x-request-id",
        "content-encoding: gzip",
        "content-type: text/plain; charset=utf-8",
        "transfer-encoding: chunked",
        "vary: accept-encoding",
        "vary: origin",
    ];
    assert_eq!(lines_without_id(page.exchanges()[0].response_headers().unwrap()), expected);
}

#[tokio::test]
async fn preflights_use_up_no_quota() {
    let server = Server::start(&Limits { burst: 1, ..AMPLE }).await;
    let browser = browser(&[]);
    let mut page = browser.page(PAGE);
    let mut put = async |path| {
        let request = server.request("PUT", path).body(String::from("changed")).unwrap();
        seen(page.fetch(request).await).await
    };
    assert_eq!(put("/account").await, "200 changed");
    // How long, depends on the clock.
    let refused = put("/nothing").await;
    assert_eq!(refused.split_once("! Wait for ").unwrap().0, "429 Too Many Requests");

    let exchanges = page.exchanges();
    assert_eq!(exchanges.len(), 4);
    for (preflight, allow) in [(&exchanges[0], Some("allow: GET,HEAD,PUT")), (&exchanges[2], None)]
    {
        let mut expected = vec![
            "access-control-allow-credentials: true",
            "access-control-allow-headers: content-type,if-modified-since",
            "access-control-allow-methods: DELETE,PUT",
            "access-control-allow-origin: https://app.example.net",
            "access-control-max-age: 7200",
            "vary: origin, access-control-request-method, access-control-request-headers",
        ];
        // axum adds it outside of the layers of a route.
        expected.splice(5..5, allow);
        assert_eq!(lines_without_id(preflight.response_headers().unwrap()), expected);
    }
}

#[tokio::test]
async fn page_that_is_not_allowed_reads_nothing() {
    let server = Server::start(&AMPLE).await;
    for (method, sees) in [
        ("GET", HIDDEN),
        (
            "PUT",
            "the response has the status 403 and no Access-Control-Allow-Origin, so the origin \
             https://evil.example cannot send the request; CorsLayer responds like this if the \
             origin, the method or a request header is not allowed; to see which, set \
             diagnose(true) or call Policy::explain",
        ),
    ] {
        let request = server.request(method, "/account").body(String::new()).unwrap();
        let result = browser(&[]).page(FOREIGN_PAGE).fetch(request).await;
        assert_eq!(seen(result).await, sees);
    }
}

/// Each response has an id of its own.
fn lines_without_id(headers: &HeaderMap) -> Vec<String> {
    let mut headers = headers.clone();
    assert!(headers.remove("x-request-id").is_some());
    lines(&headers)
}

const MODIFIED: &str = "last-modified: Thu, 01 Jan 1970 00:00:00 GMT";

//! The command that queries and audits servers, run against faulty servers and against this crate's layer.

mod faults;
mod misplaced;
mod audits;
mod fixes;
mod network;
mod cases;
mod readme;
mod stacks;

use std::time::Duration;

use axum::{Router, extract::Request, response::Response, routing::get};
use cors_probe::{Arguments, Outcome};
use http::{HeaderMap, HeaderValue};
use serde_json::Value;
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, CorsLayerBuilder};

const OURS: &str = "https://app.example.com";

/// Serves `app` until the test ends, and returns its URL.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/items")
}

async fn run(url: &str, arguments: &[&str]) -> (String, Outcome) {
    let (command, arguments): (Vec<_>, Vec<_>) = arguments.iter().partition(|it| **it == "audit");
    let own = [url, "--origin", OURS];
    let all = ["cors-probe"].iter().chain(command).chain(&own).chain(arguments);
    cors_probe::run(Arguments::read(all).unwrap()).await.unwrap()
}

/// A server whose response headers are written by `answer`, from the request's headers.
fn faulty(answer: fn(&HeaderMap, &mut HeaderMap)) -> Router {
    Router::new().fallback(async move |request: Request| {
        let mut response = Response::new(String::from("the items"));
        answer(request.headers(), response.headers_mut());
        response
    })
}

fn set(response: &mut HeaderMap, name: &'static str, value: &'static str) {
    response.append(name, HeaderValue::from_static(value));
}

fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key("access-control-request-method")
}

fn behind(builder: CorsLayerBuilder) -> Router {
    let routes = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    routes.layer(builder.build().unwrap())
}

#[tokio::test]
async fn header_values_are_printed_as_they_are() {
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", "\"it's a \\\"");
        response.append("etag", HeaderValue::from_bytes(b"\"a\xe9\"").unwrap());
    });
    let url = serve(app).await;
    let (text, _) = run(&url, &[]).await;
    assert!(text.contains("\n<   access-control-allow-origin: \"it's a \\\"\n"), "{text}");
    assert!(text.contains("\n<   etag: \"a\\xe9\"\n"), "{text}");
    let (text, _) = run(&url, &["audit"]).await;
    let seen =
        format!("  seen:    Access-Control-Allow-Origin: \"it's a \\\" for the origin {OURS}\n");
    assert!(text.contains(&seen), "{text}");
    let (text, _) = run(&url, &["--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    let headers = printed["exchanges"][0]["response_headers"].as_array().unwrap();
    assert!(headers.contains(&serde_json::json!(["etag", "\"a\\xe9\""])), "{text}");
}

#[tokio::test]
async fn headers_that_a_script_cannot_set_are_reported() {
    let url = serve(behind(CorsLayer::builder().allow_origin(OURS).allow_header("x-a"))).await;
    let headers =
        ["--header", "cookie: a=b", "--header", "x-a: 1", "--header", "origin: https://b.example"];
    let (text, outcome) = run(&url, &headers).await;
    assert_eq!(outcome, Outcome::Good, "{text}");
    let dropped = "\ndropped: cookie, because a script cannot set it\n\
                   dropped: origin, because a script cannot set it\nverdict: the page can read";
    assert!(text.contains(dropped), "{text}");
    assert!(!text.contains("a=b"), "{text}");
    let (text, _) = run(&url, &[&headers[..], &["--json"]].concat()).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["dropped_headers"], serde_json::json!(["cookie", "origin"]));
    let (text, _) = run(&url, &["--header", "x-a: 1"]).await;
    assert!(!text.contains("dropped"), "{text}");
}

#[tokio::test]
async fn headers_that_the_script_does_not_see_are_named() {
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", "*");
        for name in ["x-total", "etag", "date", "set-cookie", "server", "vary"] {
            set(response, name, "1");
        }
    });
    let url = serve(app).await;
    let (text, _) = run(&url, &[]).await;
    let hidden = "\nhidden: x-total, etag; the script sees what Access-Control-Expose-Headers lists\nverdict: ";
    assert!(text.contains(hidden), "{text}");
    let (text, _) = run(&url, &["--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["hidden_headers"], serde_json::json!(["x-total", "etag"]));
}

#[tokio::test]
async fn a_text_body_has_the_type_that_a_script_sends() {
    let url =
        serve(behind(CorsLayer::builder().allow_origin(OURS).allow_header("content-type"))).await;
    for (header, expected) in [
        (&[][..], ">   content-type: text/plain;charset=UTF-8\n"),
        (&["--header", "content-type: text/csv"], ">   content-type: text/csv\n"),
    ] {
        let arguments = [&["--method", "POST", "--body", "a"], header].concat();
        let (text, _) = run(&url, &arguments).await;
        assert_eq!(text.matches(">   content-type: ").count(), 1, "{text}");
        assert!(text.contains(expected), "{text}");
    }
}

#[tokio::test]
async fn verdict_prints_all_requests() {
    let builder = CorsLayer::builder().allow_origin(OURS).allow_method("PUT").allow_header("x-a");
    let url = serve(behind(builder)).await;
    let host = url.trim_start_matches("http://").trim_end_matches("/items");
    let arguments = ["--method", "PUT", "--header", "x-a: 1", "--body", "{}"];
    let (text, outcome) = run(&url, &arguments).await;
    assert_eq!(outcome, Outcome::Good);
    assert!(
        text.starts_with(&format!(
            "> OPTIONS {url} (preflight)\n\
             >   accept: */*\n\
             >   access-control-request-method: PUT\n\
             >   access-control-request-headers: x-a\n\
             >   host: {host}\n\
             >   origin: {OURS}\n\
             >   sec-fetch-dest: empty\n\
             >   sec-fetch-mode: cors\n\
             >   sec-fetch-site: cross-site\n\
             < 204 No Content\n"
        )),
        "{text}"
    );
    let verdict = "\nverdict: the page can read the response: status 200, headers content-type, content-length";
    assert!(text.ends_with(verdict), "{text}");

    let (text, outcome) = run(&url, &["--credentials"]).await;
    assert_eq!(outcome, Outcome::Bad);
    let verdict = format!(
        "\nverdict: the page cannot read the response: GET {url}: the response has no \
         Access-Control-Allow-Credentials, but with credentials it must be true \
         (https://fetch.spec.whatwg.org/#concept-cors-check)\n\
         fix: send Access-Control-Allow-Credentials: true, in lower case, with the preflight and the response; or do not \
         send credentials"
    );
    assert!(text.ends_with(&verdict), "{text}");

    let (text, _) = run(&url, &["--method", "DELETE", "--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["exchanges"][0]["method"], "OPTIONS");
    assert_eq!(printed["exchanges"][0]["preflight"], true);
    assert_eq!(printed["exchanges"][0]["status"], 403);
    assert_eq!(printed["reason"], "preflight-without-allow-origin");
    assert_eq!(
        (&printed["readable"], &printed["failed_exchange"]),
        (&Value::from(false), &Value::from(0))
    );
}

#[tokio::test]
async fn what_cannot_be_asked_is_an_error() {
    let asked = async |arguments: &[&str]| {
        let all = ["cors-probe"].into_iter().chain(arguments.iter().copied());
        match Arguments::read(all) {
            Ok(arguments) => cors_probe::run(arguments).await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    for (url, expected) in [
        ("/items", "it has no host; write https://api.example.com/items"),
        ("https://", "it has no host; write https://api.example.com/items"),
        ("api.example.com/items", "it has no scheme; write https://api.example.com/items"),
        ("localhost:3000/items", "it has no scheme; write http://localhost:3000/items"),
        ("127.0.0.1:3000", "it has no scheme; write http://127.0.0.1:3000"),
        ("http:/127.0.0.1:3000/a", "it has no //; write http://127.0.0.1:3000/a"),
        ("cases.toml", "it is a file; write cors-probe check cases.toml"),
        (
            "ws://api.example.com/items",
            "the scheme ws is neither http nor https; write https://api.example.com/items",
        ),
    ] {
        let text = asked(&[url, "--origin", OURS]).await;
        let line = format!("error: invalid value '{url}' for '<URL>': {expected}");
        assert_eq!(text.lines().next().unwrap(), line);
    }
    let text = asked(&["http://127.0.0.1/", "--origin", OURS, "--body", "x"]).await;
    assert_eq!(
        text,
        "a script cannot send a body with GET; add --method POST, or leave --body out"
    );
    let get = ["http://127.0.0.1/", "--origin", OURS, "--body", "x", "--method", "get"];
    assert_eq!(
        asked(&get).await,
        "a script cannot send a body with get; add --method POST, or leave --body out"
    );
    let text = asked(&["audit", "http://127.0.0.1/", "--origin", OURS, "--credentials"]).await;
    assert_eq!(text.lines().next().unwrap(), "error: unexpected argument '--credentials' found");
    for surplus in [
        &["http://127.0.0.1/", "--origin", OURS, "--credentials", "include"][..],
        &["aduit", "include", "--origin", OURS],
        &["http://127.0.0.1/", "--origin", OURS, "include"],
    ] {
        assert_eq!(
            asked(surplus).await.lines().next().unwrap(),
            "error: unexpected argument 'include' found; a request has one URL, a value with spaces needs quotes, and the commands, which come first, are audit and check"
        );
    }
    for (arguments, expected) in [
        (
            &["http://127.0.0.1/", "audit"][..],
            "error: the subcommand 'audit' cannot be used with '<URL>'",
        ),
        (&["http://127.0.0.1/"], "error: the following required arguments were not provided:"),
        (
            &["http://127.0.0.1/", "--origin", OURS, "--timeout", "0"],
            "error: invalid value '0' for '--timeout <SECONDS>': it is no number of seconds above 0; write one, such as 10",
        ),
    ] {
        assert_eq!(asked(arguments).await.lines().next().unwrap(), expected);
    }
    for (origin, expected) in [
        ("app.example.com", "has no scheme; write https://app.example.com"),
        ("localhost:5173", "has no scheme; write http://localhost:5173"),
        ("https://", "cannot be read (empty host); write https://app.example.com"),
        (
            "https://a.example:x",
            "cannot be read (invalid port number); write https://app.example.com",
        ),
        ("file:///a", "is that of a file, for which browsers send null; write null"),
        ("data:///a", "has no host; write https://app.example.com"),
        ("", "is empty; write location.origin of the page, such as https://app.example.com"),
        (
            "null",
            "is no site's own; write one that the server allows, such as https://app.example.com",
        ),
        (
            "https://*.example.com",
            "is a pattern; write one origin that it allows, such as https://app.example.com",
        ),
        (
            "http://localhost:*",
            "is a pattern; write one origin that it allows, such as https://app.example.com",
        ),
        (
            "https://a.example,https://b.example",
            "is more than one origin, or has white space; write one, such as https://app.example.com",
        ),
        (
            " https://a.example",
            "is more than one origin, or has white space; write one, such as https://app.example.com",
        ),
    ] {
        let text = asked(&["audit", "http://127.0.0.1/", "--origin", origin]).await;
        assert_eq!(text, format!("the origin {origin:?} {expected}"));
    }
    for (origin, written) in [
        ("https://app.example.com/x", OURS),
        ("https://app.example.com/", OURS),
        ("https://app.example.com?x", OURS),
        ("https://app.example.com#x", OURS),
        ("https://app.example.com:443", OURS),
        ("https://user@app.example.com", OURS),
        ("HTTPS://App.Example.com", OURS),
        ("https://b\u{fc}cher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:3000/", "http://[::1]:3000"),
        ("tauri://localhost/", "tauri://localhost"),
    ] {
        let text = asked(&["audit", "http://127.0.0.1/", "--origin", origin]).await;
        let expected = format!(
            "the origin {origin:?} is not written as browsers send it, with only scheme, host and port; write {written}"
        );
        assert_eq!(text, expected);
    }
    for (origin, expected) in [
        ("app.example.com", "has no scheme; write https://app.example.com"),
        ("*", "is a pattern; write one origin that it allows, such as https://app.example.com"),
        (
            "https://app.example.com/",
            "is not written as browsers send it, with only scheme, host and port; write https://app.example.com",
        ),
    ] {
        let text = asked(&["http://127.0.0.1/", "--origin", origin]).await;
        assert_eq!(text, format!("the origin {origin:?} {expected}"));
    }
    // The listener is closed, so nothing listens on its port.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    // The path has the words by which errors are told apart.
    let path = "dns%20error/invalid%20peer%20certificate/certificate/tunnel";
    let url = format!("http://{}/{path}", listener.local_addr().unwrap());
    drop(listener);
    for arguments in [&[&url, "--origin", OURS][..], &["audit", &url, "--origin", OURS]] {
        let text = asked(arguments).await;
        assert_eq!(
            text,
            format!(
                "GET {url}: the connection is refused: Connection refused (os error 111); start the server, or correct the port"
            )
        );
    }
    let text = asked(&[&url, "--origin", OURS, "--header", "x-a"]).await;
    assert!(text.contains("there is no colon in it; write name:value"), "{text}");
}

#[test]
fn help_lists_the_exit_statuses() {
    let help = Arguments::read(["cors-probe", "--help"]).unwrap_err().to_string();
    let expected = "
Exit status:
  0  the page can read the response, the audit finds nothing, or all cases are as expected
  1  the page cannot read the response, the audit finds something, or a case is not as expected
  2  an argument or a file is wrong, or a request cannot be sent
  3  the audit is incomplete: it could not check how origins are compared

Proxies are taken from HTTPS_PROXY, HTTP_PROXY and ALL_PROXY, except for the hosts in NO_PROXY.
";
    assert!(help.ends_with(expected), "{help}");
    let all = [Outcome::Good, Outcome::Bad, Outcome::Unsent, Outcome::Incomplete];
    assert_eq!(all.map(|outcome| outcome as u8), [0, 1, 2, 3]);
}

#[tokio::test]
async fn verdict_has_the_servers_reason_and_what_a_status_looks_like() {
    let url =
        serve(behind(CorsLayer::builder().allow_origin("https://ap.example.com").diagnose(true)))
            .await;
    let (text, outcome) = run(&url, &["--method", "PUT"]).await;
    assert_eq!(outcome, Outcome::Bad);
    let verdict = format!(
        "\nverdict: the page cannot read the response: the preflight of PUT {url}: the response has the status 403 and \
         no Access-Control-Allow-Origin, so the origin {OURS} cannot send the request; the server says why: \
         origin-not-allowed {OURS} (https://fetch.spec.whatwg.org/#concept-cors-check)\n\
         fix: allow the origin {OURS}: the CORS layer has seen it, and does not allow it"
    );
    assert!(text.ends_with(&verdict), "{text}");

    let url = serve(misplaced::only_its_handler()).await;
    let (text, outcome) = run(&url, &["--method", "PUT"]).await;
    assert_eq!(outcome, Outcome::Bad);
    let verdict = format!(
        "\nverdict: the page cannot read the response: the preflight of PUT {url}: the response has the status 405 and \
         no Access-Control-Allow-Origin, so the origin {OURS} cannot send the request; it looks as if the router \
         answers OPTIONS by itself, because the CORS layer is around a handler or a route; put the layer around the \
         whole router, after all routes are added (https://fetch.spec.whatwg.org/#concept-cors-check)\n\
         fix: answer OPTIONS with 204 and Access-Control-Allow-Origin: {OURS}; if a CORS layer is there, put it around the \
         whole router, which answers OPTIONS itself"
    );
    assert!(text.ends_with(&verdict), "{text}");
}

#[tokio::test]
async fn cookies_that_the_page_cannot_store_are_printed() {
    let app = faulty(|_, response| {
        set(response, "access-control-allow-origin", OURS);
        set(response, "access-control-allow-credentials", "true");
        set(response, "set-cookie", "a=1; Path=/");
    });
    let url = serve(app).await;
    let refused = "the cookie \"a\" is not stored: it has no SameSite, which means Lax, and the page is on another site";
    let (text, _) = run(&url, &["--credentials"]).await;
    assert!(text.contains(&format!("\n!   {refused}\nverdict: ")), "{text}");
    let (text, _) = run(&url, &["--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["exchanges"][0]["refused_cookies"], serde_json::json!([refused]));
}

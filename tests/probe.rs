//! The command that queries and audits servers, run against faulty servers and against this crate's layer.

#[path = "../examples/probe/main.rs"]
#[expect(dead_code, reason = "the command's entry is not called")]
mod probe;

use std::{collections::BTreeSet, time::Duration};

use axum::{Router, extract::Request, response::Response, routing::get};
use clap::Parser;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tower_cors::{CorsLayer, CorsLayerBuilder, Policy};

const OURS: &str = "https://app.example.com";

/// Serves `app` until the test ends, and returns its URL.
async fn serve(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/items")
}

async fn run(url: &str, arguments: &[&str]) -> (String, bool) {
    let all = ["probe", url, "--origin", OURS].into_iter().chain(arguments.iter().copied());
    let arguments = probe::Arguments::try_parse_from(all).unwrap();
    probe::run(&arguments).await.unwrap()
}

/// The names of the findings, and those of the notes.
async fn audited(app: Router) -> (BTreeSet<String>, BTreeSet<String>) {
    let (text, is_good) = run(&serve(app).await, &["--audit", "--json"]).await;
    let found: Value = serde_json::from_str(&text).unwrap();
    let names = |list: &str| -> BTreeSet<String> {
        let list = found[list].as_array().unwrap().iter();
        list.map(|finding| finding["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(is_good, names("findings").is_empty());
    (names("findings"), names("notes"))
}

/// A server whose response headers are written by `answer`, from the request's headers.
fn faulty(answer: fn(&HeaderMap, &mut HeaderMap)) -> Router {
    Router::new().fallback(async move |request: Request| {
        let mut response = Response::new(String::from("the items"));
        answer(request.headers(), response.headers_mut());
        response
    })
}

/// Allows the origin with credentials if the faulty `is_allowed` accepts it.
fn slip(request: &HeaderMap, response: &mut HeaderMap, is_allowed: impl Fn(&str) -> bool) {
    response.append("vary", HeaderValue::from_static("Origin"));
    let Some(origin) = request.get("origin") else { return };
    if origin.to_str().is_ok_and(is_allowed) {
        response.insert("access-control-allow-origin", origin.clone());
        response.insert("access-control-allow-credentials", HeaderValue::from_static("true"));
    }
}

fn set(response: &mut HeaderMap, name: &'static str, value: &'static str) {
    response.append(name, HeaderValue::from_static(value));
}

fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key("access-control-request-method")
}

#[tokio::test]
async fn planted_faults() {
    let cases: Vec<(&[&str], Router)> = vec![
        (
            &["any-origin-reflected", "null-origin", "preflight-of-any-origin", "several-origins"],
            faulty(|request, response| slip(request, response, |_| true)),
        ),
        (
            &["wildcard-with-credentials"],
            faulty(|_, response| {
                set(response, "access-control-allow-origin", "*");
                set(response, "access-control-allow-credentials", "true");
            }),
        ),
        (
            &["null-origin"],
            faulty(|request, response| slip(request, response, |it| it == OURS || it == "null")),
        ),
        (
            &["prefix-match", "loose-comparison", "several-origins"],
            faulty(|request, response| slip(request, response, |it| it.starts_with(OURS))),
        ),
        (
            &["suffix-match", "odd-bytes", "substring-match", "loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.ends_with("app.example.com") && it.starts_with("https")
                });
            }),
        ),
        (
            &["suffix-match", "odd-bytes", "substring-match", "loose-comparison", "unescaped-dot"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.ends_with("example.com") && it.starts_with("https")
                });
            }),
        ),
        (
            &[
                "prefix-match",
                "substring-match",
                "suffix-match",
                "odd-bytes",
                "insecure-origin",
                "loose-comparison",
                "several-origins",
            ],
            faulty(|request, response| {
                slip(request, response, |it| it.contains("app.example.com"));
            }),
        ),
        (
            &["unescaped-dot"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it.len() == OURS.len()
                        && it
                            .bytes()
                            .zip(OURS.bytes())
                            .all(|(one, other)| one == other || other == b'.')
                });
            }),
        ),
        (
            &["odd-bytes", "substring-match", "loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    it == OURS || it.starts_with("https://") && it.ends_with(".example.com")
                });
            }),
        ),
        (
            &["insecure-origin"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS || it == "http://app.example.com");
            }),
        ),
        (
            &["loose-comparison"],
            faulty(|request, response| slip(request, response, |it| it.eq_ignore_ascii_case(OURS))),
        ),
        (
            &["loose-comparison"],
            faulty(|request, response| {
                slip(request, response, |it| it.trim_end_matches('/') == OURS);
            }),
        ),
        (
            &["missing-vary"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                response.remove("vary");
            }),
        ),
        (
            &["missing-vary"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if !request.contains_key("origin") {
                    response.remove("vary");
                }
            }),
        ),
        (
            &["invalid-allow-origin"],
            faulty(|_, response| {
                set(response, "access-control-allow-origin", OURS);
                set(response, "access-control-allow-origin", "*");
            }),
        ),
        (
            &["invalid-allow-origin"],
            faulty(|_, response| set(response, "access-control-allow-origin", "app.example.com")),
        ),
        (
            &["invalid-credentials"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if let Some(value) = response.get_mut("access-control-allow-credentials") {
                    *value = HeaderValue::from_static("True");
                }
            }),
        ),
        (
            &["headers-for-refused"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                set(response, "access-control-expose-headers", "etag");
            }),
        ),
        (
            &["preflight-headers"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if response.contains_key("access-control-allow-origin") {
                    set(response, "access-control-allow-methods", "GET");
                }
            }),
        ),
        (
            &["depends-on-host"],
            faulty(|request, response| {
                slip(request, response, |it| {
                    let host = request.get("host").and_then(|host| host.to_str().ok());
                    it == OURS || host.is_some_and(|host| it == format!("https://{host}"))
                });
            }),
        ),
        (
            &["depends-on-cookies"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS || request.contains_key("cookie"));
            }),
        ),
        (
            &["several-origins"],
            faulty(|request, response| {
                slip(request, response, |it| it.split(' ').next() == Some(OURS));
            }),
        ),
        (
            &["private-network"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if request.contains_key("access-control-request-private-network") {
                    set(response, "access-control-allow-private-network", "true");
                }
            }),
        ),
        (
            &["preflight-without-cors"],
            faulty(|request, response| {
                if !is_preflight(request) {
                    slip(request, response, |it| it == OURS);
                }
            }),
        ),
        (
            &["preflight-without-credentials"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    response.remove("access-control-allow-credentials");
                }
            }),
        ),
        (
            &["literal-wildcard"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    set(response, "access-control-allow-headers", "*");
                }
            }),
        ),
        (
            &["invalid-max-age"],
            faulty(|request, response| {
                slip(request, response, |it| it == OURS);
                if is_preflight(request) {
                    set(response, "access-control-max-age", "31536000");
                }
            }),
        ),
        (&["preflight-status"], unauthorized()),
        (&["hidden-errors", "preflight-status"], only_its_handler()),
    ];
    for (number, (expected, app)) in cases.into_iter().enumerate() {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        let (found, _) = audited(app).await;
        assert_eq!(found, expected, "case {number}");
    }
}

/// A server that requires a token even for preflights.
fn unauthorized() -> Router {
    let auth = axum::middleware::from_fn(async |request: Request, next: axum::middleware::Next| {
        let is_preflight = is_preflight(request.headers());
        let mut response = next.run(request).await;
        if is_preflight {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
        }
        response
    });
    faulty(|request, response| slip(request, response, |it| it == OURS)).layer(auth)
}

/// The layer is around the handler only, so preflights and errors do not reach it.
fn only_its_handler() -> Router {
    use axum::handler::Handler;

    let cors = CorsLayer::builder().allow_origin(OURS).build().unwrap();
    let items = async || "all items";
    Router::new().route("/items", get(items.layer(cors)))
}

fn behind(builder: CorsLayerBuilder) -> Router {
    let routes = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    routes.layer(builder.build().unwrap())
}

#[tokio::test]
async fn this_layer_has_none_of_them() {
    let builder = || CorsLayer::builder().allow_origin(OURS);
    let day = Duration::from_secs(86_400);
    for (builder, notes) in [
        (builder(), &["no-max-age"][..]),
        (builder().max_age(day), &[]),
        (
            builder().max_age(day).allow_credentials(true).allow_method("PUT").allow_header("x-a"),
            &[],
        ),
        (builder().max_age(day).allow_any_method().allow_any_header(), &[]),
        (builder().max_age(day).allow_credentials(true).allow_any_method().allow_any_header(), &[]),
        (builder().max_age(day).expose_all_headers().allow_timing(true), &[]),
        (builder().max_age(day).allow_private_network(true), &[]),
        (builder().max_age(day).allow_origin("https://*.example.com"), &["any-subdomain"]),
        (builder().max_age(day).allow_origin("https://*.app.example.com:*"), &["any-subdomain"]),
        (builder().max_age(day).allow_origin("https://app.example.com:*"), &["any-port"]),
        (
            CorsLayer::builder()
                .allow_origin("https://*.example.com:*")
                .allow_credentials(true)
                .max_age(day),
            &["any-port", "any-subdomain"],
        ),
        (CorsLayer::builder().allow_any_origin().max_age(day), &["any-origin"]),
        (CorsLayer::builder().allow_origin("https://other.example").max_age(day), &["not-allowed"]),
        (
            builder()
                .max_age(day)
                .refuse_disallowed_origins(tower_cors::Refuse::All)
                .no_own_origins(),
            &[],
        ),
    ] {
        let described = format!("{builder:?}");
        let (findings, found) = audited(behind(builder)).await;
        assert_eq!(findings, BTreeSet::new(), "{described}");
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), notes, "{described}");
    }
    let first = CorsLayer::first_match([
        Policy::builder()
            .allow_origin(OURS)
            .allow_credentials(true)
            .max_age(day)
            .build_policy()
            .unwrap(),
        Policy::builder().allow_any_origin().build_policy().unwrap(),
    ]);
    let app = Router::new().route("/items", get(async || "all items")).layer(first.unwrap());
    assert_eq!(audited(app).await.0, BTreeSet::new());
}

#[tokio::test]
async fn the_table() {
    let app = faulty(|request, response| {
        slip(request, response, |it| {
            it == OURS || it == "null" || it.ends_with(".app.example.com")
        });
        set(response, "access-control-expose-headers", "etag");
    });
    let (text, is_good) = run(&serve(app).await, &["--audit"]).await;
    assert!(!is_good);
    assert_eq!(
        text,
        "\
high    null-origin          Origin: null is allowed, with credentials
                             -> do not allow null: any page can have it, by a sandboxed frame
high    odd-bytes            Origin: https://tower-cors-probe.invalid{.app.example.com is allowed, with credentials
                             -> parse the origin before it is compared: some of these are another's host to a browser
low     headers-for-refused  access-control-expose-headers for an origin that is not allowed
                             -> send a refused origin nothing but Vary
note    no-max-age     preflights have no Access-Control-Max-Age, so browsers keep their answers for 5 seconds
                       -> send it, and fewer are sent
note    any-subdomain  any subdomain of app.example.com is allowed
                       -> whoever takes over one of them is allowed: list those that need to be"
    );
    let day = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let (text, is_good) = run(&serve(behind(day)).await, &["--audit"]).await;
    assert_eq!((text.as_str(), is_good), ("nothing found", true));
}

#[tokio::test]
async fn one_request() {
    let builder = CorsLayer::builder().allow_origin(OURS).allow_method("PUT").allow_header("x-a");
    let url = serve(behind(builder)).await;
    let host = url.trim_start_matches("http://").trim_end_matches("/items");
    let arguments = ["--method", "PUT", "--header", "x-a: 1", "--body", "{}"];
    let (text, is_good) = run(&url, &arguments).await;
    assert!(is_good);
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

    let (text, is_good) = run(&url, &["--credentials"]).await;
    assert!(!is_good);
    let verdict = format!(
        "\nverdict: the page cannot read the response: GET {url}: the response has no \
         Access-Control-Allow-Credentials, but with credentials it must be true \
         (https://fetch.spec.whatwg.org/#concept-cors-check)"
    );
    assert!(text.ends_with(&verdict), "{text}");

    let (text, _) = run(&url, &["--method", "DELETE", "--json"]).await;
    let printed: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(printed["exchanges"][0]["method"], "OPTIONS");
    assert_eq!(printed["exchanges"][0]["preflight"], true);
    assert_eq!(printed["exchanges"][0]["status"], 403);
    assert_eq!(
        (&printed["readable"], &printed["failed_exchange"]),
        (&Value::from(false), &Value::from(0))
    );
}

#[tokio::test]
async fn what_cannot_be_asked() {
    let asked = async |arguments: &[&str]| {
        let all = ["probe"].into_iter().chain(arguments.iter().copied());
        match probe::Arguments::try_parse_from(all) {
            Ok(arguments) => probe::run(&arguments).await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    let text = asked(&["/items", "--origin", OURS, "--audit"]).await;
    assert_eq!(text, "the URL /items is none of http or https");
    let text = asked(&["http://127.0.0.1/", "--origin", "app.example.com", "--audit"]).await;
    assert_eq!(
        text,
        "the origin \"app.example.com\" has no scheme or no host; write https://app.example.com"
    );
    let text = asked(&["http://127.0.0.1/", "--origin", "app.example.com"]).await;
    assert!(
        text.starts_with(
            "GET http://127.0.0.1/: the page's address \"app.example.com\" is not a URL; "
        ),
        "{text}"
    );
    // The listener is closed, so nothing listens on its port.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    for arguments in [&[&url, "--origin", OURS][..], &[&url, "--origin", OURS, "--audit"]] {
        let text = asked(arguments).await;
        assert!(text.contains("tcp connect error"), "{text}");
    }
    let text = asked(&[&url, "--origin", OURS, "--header", "x-a"]).await;
    assert!(text.contains("there is no colon in it; write name:value"), "{text}");
}

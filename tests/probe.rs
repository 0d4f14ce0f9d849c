//! The command that queries and audits servers, run against faulty servers and against this crate's layer.

#[path = "../examples/probe/main.rs"]
#[expect(dead_code, reason = "the command's entry is not called")]
mod probe;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::get,
};
use clap::Parser;
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
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
async fn audit_finds_planted_faults() {
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
            &["written-twice"],
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
        (&["hidden-errors", "layer-inside-routing"], only_its_handler()),
        (&["hidden-errors"], without_fallback()),
        (&["no-cors"], Router::new().route("/items", get(async || "all items"))),
        (&["cache-mixes-responses"], behind_a_cache()),
    ];
    for (number, (expected, app)) in cases.into_iter().enumerate() {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        let (found, _) = audited(app).await;
        assert_eq!(found, expected, "case {number}");
    }
}

/// The layer is inside something that answers preflights or other requests with a status of its own.
fn inside(of_preflights: Option<u16>, of_others: Option<u16>) -> Router {
    let outer = move |request: Request, next: Next| async move {
        let status = if is_preflight(request.headers()) { of_preflights } else { of_others };
        let Some(status) = status else { return next.run(request).await };
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        if (300..400).contains(&status) {
            set(response.headers_mut(), "location", "https://api.example.com/items/");
        }
        response
    };
    let day = Duration::from_secs(86_400);
    behind(CorsLayer::builder().allow_origin(OURS).max_age(day)).layer(from_fn(outer))
}

/// A cache that ignores `Vary`.
fn behind_a_cache() -> Router {
    let kept: Arc<Mutex<HashMap<Uri, HeaderMap>>> = Arc::default();
    let cache = move |request: Request, next: Next| {
        let kept = Arc::clone(&kept);
        async move {
            let (method, url) = (request.method().clone(), request.uri().clone());
            let mut response = next.run(request).await;
            if method == Method::GET {
                let mut kept = kept.lock().unwrap();
                let headers = kept.entry(url).or_insert_with(|| response.headers().clone());
                response.headers_mut().clone_from(headers);
            }
            response
        }
    };
    let day = Duration::from_secs(86_400);
    behind(CorsLayer::builder().allow_origin(OURS).max_age(day)).layer(from_fn(cache))
}

/// The layer is not around the router's fallback.
fn without_fallback() -> Router {
    let cors = CorsLayer::builder().allow_origin(OURS).build().unwrap();
    Router::new().route("/items", get(async || "all items")).route_layer(cors)
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
async fn audit_says_what_is_outside_the_layer() {
    let mut printed = String::new();
    for (of_preflights, of_others) in [
        (Some(401), Some(401)),
        (None, Some(403)),
        (Some(403), None),
        (Some(405), None),
        (Some(404), Some(404)),
        (None, Some(404)),
        (Some(308), None),
        (None, Some(302)),
        (Some(429), None),
        (None, Some(429)),
        (None, Some(500)),
        (Some(500), Some(500)),
        (Some(503), Some(503)),
        (None, Some(502)),
        (Some(200), None),
        (None, Some(200)),
    ] {
        let (text, is_good) =
            run(&serve(inside(of_preflights, of_others)).await, &["--audit"]).await;
        assert!(!is_good);
        printed += &format!("preflights {of_preflights:?}, others {of_others:?}\n{text}\n");
    }
    assert_eq!(printed, MISPLACED);
}

const MISPLACED: &str = "\
preflights Some(401), others Some(401)
medium  authentication-outside
  seen:    a preflight gets status 401
  why:     browsers send preflights without cookies and tokens; it looks as if authentication is outside the CORS layer
  change:  put the CORS layer outside authentication, so that it answers preflights first
preflights None, others Some(403)
medium  authentication-outside
  seen:    preflights are allowed, but the response of status 403 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if authentication is outside the CORS layer
  change:  put the CORS layer outside authentication
preflights Some(403), others None
medium  preflight-status
  seen:    a preflight gets status 403
  why:     browsers need a 2xx status; it looks as if a firewall, a CSRF check or another layer answers before the CORS layer
  change:  put the CORS layer outside of it, so that it answers preflights first
preflights Some(405), others None
medium  layer-inside-routing
  seen:    a preflight gets status 405
  why:     the router answers OPTIONS by itself; it looks as if the CORS layer is around a handler, or was added before the route
  change:  put the CORS layer around the whole router, after all routes are added
preflights Some(404), others Some(404)
medium  no-cors
  seen:    neither the response (status 404) nor the answer to its preflight (status 404) has CORS headers or Vary: Origin
  why:     pages of other origins can read nothing; it looks as if no CORS layer is around this route
  change:  put the CORS layer around the whole router, after all routes are added, and check the URL
preflights None, others Some(404)
medium  layer-inside-routing
  seen:    preflights are allowed, but the response of status 404 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if the CORS layer is around single routes or handlers
  change:  put the CORS layer around the whole router, with its fallback
preflights Some(308), others None
medium  preflight-redirected
  seen:    a preflight gets status 308 and Location: https://api.example.com/items/
  why:     browsers do not follow redirects of preflights; it looks like a redirect to https or to another slash at the end
  change:  let pages use the final URL, or put the CORS layer outside what redirects
preflights None, others Some(302)
medium  redirect-without-cors
  seen:    preflights are allowed, but the response of status 302 has no Access-Control-Allow-Origin
  why:     browsers do not follow it; it looks as if what redirects is outside the CORS layer
  change:  let pages use the final URL, or put the CORS layer outside what redirects
preflights Some(429), others None
medium  limiter-outside
  seen:    a preflight gets status 429
  why:     pages see a network error instead of the status, and preflights use up the limit; it looks as if a rate limiter is outside the CORS layer
  change:  put the CORS layer outside the rate limiter
preflights None, others Some(429)
medium  limiter-outside
  seen:    preflights are allowed, but the response of status 429 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status, and preflights use up the limit; it looks as if a rate limiter is outside the CORS layer
  change:  put the CORS layer outside the rate limiter
preflights None, others Some(500)
medium  errors-outside
  seen:    preflights are allowed, but the response of status 500 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if errors or panics become responses outside the CORS layer
  change:  put the CORS layer outside everything that makes responses
preflights Some(500), others Some(500)
medium  preflight-fails
  seen:    a preflight gets status 500
  why:     browsers need a 2xx status; it looks as if OPTIONS fails in something that is outside the CORS layer
  change:  put the CORS layer outside of it, so that it answers preflights first
preflights Some(503), others Some(503)
medium  gateway-error
  seen:    a preflight gets status 503
  why:     pages see a network error instead of the status; it looks as if a gateway answers in place of the application
  change:  make the gateway reach the application and forward OPTIONS, or let the gateway write all CORS headers
preflights None, others Some(502)
medium  gateway-error
  seen:    preflights are allowed, but the response of status 502 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if a gateway answers in place of the application
  change:  make the gateway reach the application and forward OPTIONS, or let the gateway write all CORS headers
preflights Some(200), others None
medium  preflight-without-cors
  seen:    the answer to a preflight has no Access-Control-Allow-Origin
  why:     browsers do not send the request; it looks as if a handler for OPTIONS or a gateway answers before the CORS layer
  change:  remove what answers OPTIONS, so that preflights reach the CORS layer
preflights None, others Some(200)
medium  only-preflights
  seen:    preflights are allowed, but the response of status 200 has no Access-Control-Allow-Origin
  why:     pages cannot read it; it looks as if a gateway or a handler for OPTIONS answers preflights, and nothing adds headers to responses
  change:  let one CORS layer around the application do both, and let the gateway forward OPTIONS
";

#[tokio::test]
async fn audit_says_which_of_the_causes_it_looks_like() {
    let day = || CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let twice = faulty(|_, response| {
        set(response, "access-control-allow-origin", OURS);
        set(response, "access-control-allow-origin", "*");
    });
    let elsewhere = from_fn(async |request: Request, next: Next| {
        let name = if is_preflight(request.headers()) { "edge" } else { "app" };
        let mut response = next.run(request).await;
        set(response.headers_mut(), "server", name);
        response
    });
    for (app, arguments, expected) in [
        (Router::new(), &["--audit"][..], "\
medium  no-cors
  seen:    neither the response (status 404) nor the answer to its preflight (status 404) has CORS headers or Vary: Origin
  why:     pages of other origins can read nothing; it looks as if no CORS layer is around this route
  change:  put the CORS layer around the whole router, after all routes are added, and check the URL"),
        (twice, &["--audit"], "\
medium  written-twice
  seen:    Access-Control-Allow-Origin: https://app.example.com, *
  why:     browsers refuse more than one value; it looks as if two layers, or a gateway and the application, both write it
  change:  remove one of the two, and let the other write all CORS headers
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights"),
        (behind_a_cache(), &["--audit"], "\
high    cache-mixes-responses
  seen:    the origin https://app.example.com is allowed only if a query that is new keeps caches from answering
  why:     it looks as if a cache gives a page the response that it kept for another one
  change:  send Vary: Origin with all responses, let the cache heed it, and then clear the cache"),
        (without_fallback(), &["--audit"], "\
low     hidden-errors
  seen:    an error of status 404 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if the CORS layer is around single routes or handlers
  change:  put the CORS layer around the whole router, with its fallback
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights"),
        (behind(day()).layer(elsewhere), &["--audit"], "\
nothing found
note    answered-elsewhere
  seen:    preflights are answered by Server: edge, and other requests by Server: app
  why:     it looks as if a gateway answers preflights by rules of its own, which can contradict the application's
  change:  configure CORS in one place: let the gateway forward OPTIONS, or let it write all CORS headers"),
        (behind(day()), &["--audit", "--method", "PUT"], "\
nothing found
note    method-not-allowed
  seen:    the method PUT is not allowed for https://app.example.com
  why:     browsers do not send the request, because its preflight is refused
  change:  add it to the allowed methods if pages need it; names of methods are case-sensitive"),
        (behind(CorsLayer::builder().allow_origin("https://other.example")), &["--audit"], "\
nothing found
note    not-allowed
  seen:    the origin https://app.example.com is not allowed
  why:     the audit derives other origins from an allowed one, so it cannot check how they are compared
  change:  repeat it with --origin and an origin that the server should allow"),
    ] {
        let (text, _) = run(&serve(app).await, arguments).await;
        assert_eq!(text, expected);
    }
}

#[tokio::test]
async fn audit_takes_a_method_that_is_not_allowed_for_no_fault() {
    let routes = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    let cors = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let url = serve(routes.layer(cors.allow_method("PUT").build().unwrap())).await;
    for (method, is_listed) in [("PUT", true), ("POST", true), ("PATCH", false), ("put", false)] {
        let (text, is_good) = run(&url, &["--audit", "--method", method]).await;
        assert!(is_good, "{text}");
        assert_eq!(text == "nothing found", is_listed, "{text}");
    }
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
    let (text, _) = run(&url, &["--audit"]).await;
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
    let (text, is_good) = run(&url, &headers).await;
    assert!(is_good, "{text}");
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
async fn audit_finds_nothing_in_this_layer() {
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
async fn audit_prints_what_was_seen_why_it_matters_and_what_to_change() {
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
high    null-origin
  seen:    Origin: null is allowed, with credentials
  why:     the page of any site can have the origin null, in a sandboxed frame
  change:  do not allow null
high    odd-bytes
  seen:    Origin: https://tower-cors-probe.invalid{.app.example.com is allowed, with credentials
  why:     a browser can read the text as a host of somebody else
  change:  parse the origin before it is compared, and refuse odd characters
low     headers-for-refused
  seen:    access-control-expose-headers for an origin that is not allowed
  why:     the headers have no effect there, and tell strangers about the configuration
  change:  send no CORS headers to an origin that is not allowed, only Vary
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights
note    any-subdomain
  seen:    any subdomain of app.example.com is allowed
  why:     whoever takes over one of the subdomains can read the response
  change:  list the subdomains that need it, if they are known"
    );
    let day = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let (text, is_good) = run(&serve(behind(day)).await, &["--audit"]).await;
    assert_eq!((text.as_str(), is_good), ("nothing found", true));
}

#[tokio::test]
async fn verdict_prints_all_requests() {
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
async fn what_cannot_be_asked_is_an_error() {
    let asked = async |arguments: &[&str]| {
        let all = ["probe"].into_iter().chain(arguments.iter().copied());
        match probe::Arguments::try_parse_from(all) {
            Ok(arguments) => probe::run(&arguments).await.unwrap_err().to_string(),
            Err(error) => error.to_string(),
        }
    };
    for (url, expected) in [
        ("/items", "it has no host; write https://api.example.com/items"),
        ("https://", "it has no host; write https://api.example.com/items"),
        ("api.example.com/items", "it has no scheme; write https://api.example.com/items"),
        ("localhost:3000/items", "it has no scheme; write http://localhost:3000/items"),
        ("127.0.0.1:3000", "it has no scheme; write http://127.0.0.1:3000"),
        (
            "ws://api.example.com/items",
            "the scheme ws is neither http nor https; write https://api.example.com/items",
        ),
    ] {
        let text = asked(&[url, "--origin", OURS]).await;
        let line = format!("error: invalid value '{url}' for '<URL>': {expected}");
        assert_eq!(text.lines().next().unwrap(), line);
    }
    let text = asked(&["http://127.0.0.1/", "--origin", OURS, "--audit", "--credentials"]).await;
    assert_eq!(
        text.lines().next().unwrap(),
        "error: the argument '--audit' cannot be used with '--credentials'"
    );
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

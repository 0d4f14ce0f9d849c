//! The audit says where a layer looks misplaced.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    body::Body,
    middleware::{Next, from_fn},
    response::IntoResponse,
};
use http::{Method, StatusCode, Uri};

use super::*;

#[tokio::test]
async fn audit_says_what_is_outside_the_layer() {
    let mut printed = Vec::new();
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
        let (text, outcome) = run(&serve(inside(of_preflights, of_others)).await, &["audit"]).await;
        assert_eq!(outcome, Outcome::Bad);
        printed.push(format!("preflights {of_preflights:?}, others {of_others:?}\n{text}\n"));
    }
    assert_eq!(printed.concat(), MISPLACED);
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
  change:  put the CORS layer around the whole router, after all routes are added, and check the URL and --origin
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
        (Router::new(), &["audit"][..], "\
medium  no-cors
  seen:    neither the response (status 404) nor the answer to its preflight (status 404) has CORS headers or Vary: Origin
  why:     pages of other origins can read nothing; it looks as if no CORS layer is around this route
  change:  put the CORS layer around the whole router, after all routes are added, and check the URL and --origin"),
        (twice, &["audit"], "\
medium  written-twice
  seen:    Access-Control-Allow-Origin: https://app.example.com, *
  why:     browsers refuse more than one value; it looks as if two layers, or a gateway and the application, both write it
  change:  remove one of the two, and let the other write all CORS headers
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights"),
        (behind_a_cache(), &["audit"], "\
high    cache-mixes-responses
  seen:    the origin https://app.example.com is allowed only if a query that is new keeps caches from answering
  why:     it looks as if a cache gives a page the response that it kept for another one
  change:  send Vary: Origin with all responses, let the cache heed it, and then clear the cache"),
        (without_fallback(), &["audit"], "\
low     hidden-errors
  seen:    an error of status 404 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status; it looks as if the CORS layer is around single routes or handlers
  change:  put the CORS layer around the whole router, with its fallback
note    no-max-age
  seen:    answers to preflights have no Access-Control-Max-Age
  why:     browsers keep the answers for only 5 seconds, and then send another preflight
  change:  send Access-Control-Max-Age, and browsers send fewer preflights"),
        (behind(day()).layer(elsewhere), &["audit"], "\
nothing found
note    answered-elsewhere
  seen:    preflights are answered by Server: edge, and other requests by Server: app
  why:     it looks as if a gateway answers preflights by rules of its own, which can contradict the application's
  change:  configure CORS in one place: let the gateway forward OPTIONS, or let it write all CORS headers"),
        (behind(day()), &["audit", "--method", "PUT"], "\
nothing found
note    method-not-allowed
  seen:    the method PUT is not allowed for https://app.example.com
  why:     browsers do not send the request, because its preflight is refused
  change:  add it to the allowed methods if pages need it; names of methods are case-sensitive"),
        (behind(day().diagnose(true)), &["audit"], "\
low     reasons-sent
  seen:    x-cors-refusal: origin-not-allowed https://tower-cors-probe.invalid
  why:     the reasons are for development; they tell strangers how close they are to an allowed origin
  change:  remove diagnose(true) from the configuration for production"),
    ] {
        let (text, _) = run(&serve(app).await, arguments).await;
        assert_eq!(text, expected);
    }
}

#[tokio::test]
async fn an_audit_that_could_not_compare_origins_is_incomplete() {
    let other = || CorsLayer::builder().allow_origin("https://ap.example.com");
    let strict = other().refuse_disallowed_origins(tower_cors::Refuse::All).no_own_origins();
    let gap = "\
the audit is incomplete
gap     not-allowed
  seen:    the origin https://app.example.com is not allowed
  why:     the audit derives other origins from an allowed one, so it cannot check how they are compared
  change:  if pages of this origin need the server, add it to the allowed origins; if not, give an --origin that the server allows";
    let reasons = "
low     reasons-sent
  seen:    x-cors-refusal: origin-not-allowed https://tower-cors-probe.invalid
  why:     the reasons are for development; they tell strangers how close they are to an allowed origin
  change:  remove diagnose(true) from the configuration for production";
    for (builder, expected) in [
        (other(), gap.to_owned()),
        (strict, gap.to_owned()),
        (other().diagnose(true), format!("{gap}{reasons}")),
    ] {
        let (text, outcome) = run(&serve(behind(builder)).await, &["audit"]).await;
        assert_eq!((text, outcome), (expected, Outcome::Incomplete));
    }
    let day = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let (text, outcome) = run(&serve(limited(behind(day), 12)).await, &["audit"]).await;
    let expected = "\
the audit is incomplete
gap     interrupted
  seen:    a request for the same URL first got status 200, and then 429
  why:     it looks as if a rate limiter or a gateway began to respond, and the origins of these requests were not compared
  change:  repeat the audit when the limit is over, or where nothing is in front of the application
low     hidden-errors
  seen:    an error of status 429 has no Access-Control-Allow-Origin
  why:     pages see a network error instead of the status, and preflights use up the limit; it looks as if a rate limiter is outside the CORS layer
  change:  put the CORS layer outside the rate limiter";
    assert_eq!((text.as_str(), outcome), (expected, Outcome::Incomplete));
}

#[tokio::test]
async fn audit_takes_a_method_that_is_not_allowed_for_no_fault() {
    let routes = Router::new().route("/items", get(async || "all items").put(async || "changed"));
    let cors = CorsLayer::builder().allow_origin(OURS).max_age(Duration::from_secs(86_400));
    let url = serve(routes.layer(cors.allow_method("PUT").build().unwrap())).await;
    for (method, is_listed) in [("PUT", true), ("POST", true), ("PATCH", false), ("put", false)] {
        let (text, outcome) = run(&url, &["audit", "--method", method]).await;
        assert_eq!(outcome, Outcome::Good, "{text}");
        assert_eq!(text == "nothing found", is_listed, "{text}");
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

/// After so many requests, a limiter outside of the layer responds.
fn limited(app: Router, limit: usize) -> Router {
    let count = Arc::new(AtomicUsize::new(0));
    let limiter = move |request: Request, next: Next| {
        let is_over = count.fetch_add(1, Ordering::Relaxed) >= limit;
        async move {
            if is_over {
                StatusCode::TOO_MANY_REQUESTS.into_response()
            } else {
                next.run(request).await
            }
        }
    };
    app.layer(from_fn(limiter))
}

/// A cache that ignores `Vary`.
pub(super) fn behind_a_cache() -> Router {
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
pub(super) fn without_fallback() -> Router {
    let cors = CorsLayer::builder().allow_origin(OURS).build().unwrap();
    Router::new().route("/items", get(async || "all items")).route_layer(cors)
}

/// The layer is around the handler only, so preflights and errors do not reach it.
pub(super) fn only_its_handler() -> Router {
    use axum::handler::Handler;

    let cors = CorsLayer::builder().allow_origin(OURS).build().unwrap();
    let items = async || "all items";
    Router::new().route("/items", get(items.layer(cors)))
}

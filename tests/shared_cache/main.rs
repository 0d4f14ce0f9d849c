//! A shared cache that obeys `Vary`, in front of each kind of policy: everybody gets what they would without the cache.
//! One cache is a model. The other is nginx, if it is installed.

mod model;
#[cfg(target_os = "linux")]
mod nginx;

use std::convert::Infallible;

use axum::{Router, body::Body, response::Response, routing::get};
use http::{Request, header::VARY};
use tower_cors::{CorsLayer, CorsLayerBuilder, Policy, Refuse};

const A: &str = "https://a.example.com";
const B: &str = "https://b.example.com";
const EVIL: &str = "https://evil.example";

/// `Origin` and `X-Tenant` of a request.
type Who = (Option<&'static str>, &'static str);

/// Requests to one resource.
const REQUESTS: [Who; 7] = [
    (None, "one"),
    (Some(A), "one"),
    (Some(A), "two"),
    (Some(EVIL), "one"),
    (Some(B), "one"),
    (None, "one"),
    (Some(A), "one"),
];

/// Requests that the cache can answer, if the response varies by nothing, by the origin, or by the tenant as well: of each
/// of the two paths.
const BY_NOTHING: [usize; 2] = [6, 6];
const BY_ORIGIN: [usize; 2] = [3, 3];
const BY_TENANT: [usize; 2] = [2, 2];

/// Each kind of policy, and the number of requests that the cache answers.
fn applications() -> Vec<(&'static str, Router, [usize; 2])> {
    let routes = || {
        let items = || async { ([("cache-control", "public, max-age=3600")], "the items") };
        let varied = || async {
            ([("cache-control", "public, max-age=3600"), ("vary", "accept")], "the items")
        };
        Router::new().route("/{order}", get(items)).route("/varied/{order}", get(varied))
    };
    let listed = || CorsLayer::builder().allow_origins([A, B]);
    let layer = |builder: CorsLayerBuilder| routes().layer(builder.build().unwrap());
    let refusing = listed().refuse_disallowed_origins(Refuse::All).no_own_origins();
    let by_tenant = CorsLayer::builder()
        .allow_origin_if(|_, request| {
            request.headers.get("x-tenant").is_some_and(|tenant| tenant == "one")
        })
        .vary_on("x-tenant");
    let ours = listed().allow_credentials(true).build_policy().unwrap();
    let everyone = Policy::builder().allow_any_origin().build_policy().unwrap();
    #[cfg(feature = "reload")]
    let reloaded = ours.clone();
    let asynchronous = CorsLayer::builder().allow_origin_if_async(|origin, _| {
        let is_ours = origin.is_subdomain_of("example.com");
        async move { Ok::<_, Infallible>(is_ours) }
    });
    let first_match = CorsLayer::first_match([ours.clone(), everyone.clone()]).unwrap();
    let select = CorsLayer::select(move |request| {
        Some(if request.uri.path().starts_with("/varied") {
            everyone.clone()
        } else {
            ours.clone()
        })
    });
    vec![
        ("a list", layer(listed()), BY_ORIGIN),
        ("one origin", layer(CorsLayer::builder().allow_origin(A)), BY_ORIGIN),
        ("credentials", layer(listed().allow_credentials(true)), BY_ORIGIN),
        ("all exposed", layer(listed().allow_credentials(true).expose_all_headers()), BY_ORIGIN),
        ("a pattern", layer(CorsLayer::builder().allow_origin("https://*.example.com")), BY_ORIGIN),
        ("timing", layer(listed().allow_timing(true)), BY_ORIGIN),
        ("diagnose", layer(listed().diagnose(true)), BY_ORIGIN),
        ("refusing", layer(refusing), BY_ORIGIN),
        ("any origin", layer(CorsLayer::builder().allow_any_origin()), BY_NOTHING),
        ("report only", layer(listed().report_only(true).on_decision(|_, _| {})), BY_NOTHING),
        ("a predicate by tenant", layer(by_tenant), BY_TENANT),
        ("first match", routes().layer(first_match), BY_ORIGIN),
        ("select by path", routes().layer(select), [BY_ORIGIN[0], BY_NOTHING[1]]),
        ("an asynchronous predicate", routes().layer(asynchronous.build().unwrap()), BY_ORIGIN),
        #[cfg(feature = "reload")]
        ("reloadable", routes().layer(CorsLayer::reloadable(reloaded).0), BY_ORIGIN),
        ("none", routes().layer(CorsLayer::deny_all()), BY_ORIGIN),
    ]
}

/// A response, as far as pages see it.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: Vec<String>,
}

impl Seen {
    fn of<B>(response: &Response<B>) -> Self {
        let mut headers: Vec<String> = response
            .headers()
            .iter()
            .filter(|(name, _)| **name == VARY || is_of_cors(name.as_str()))
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        headers.sort_unstable();
        Self { status: response.status().as_u16(), headers }
    }
}

fn is_of_cors(name: &str) -> bool {
    name.starts_with("access-control-") || ["timing-allow-origin", "x-cors-refusal"].contains(&name)
}

fn request(path: &str, (origin, tenant): Who) -> Request<Body> {
    let mut request = Request::get(path).header("x-tenant", tenant);
    if let Some(origin) = origin {
        request = request.header("origin", origin);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn everybody_gets_through_a_model_of_a_cache_what_they_get_without() {
    for (name, app, hits) in applications() {
        let mut cache = model::Cache::new(app.clone());
        for (order, requests) in orders() {
            let paths = [format!("/{order}"), format!("/varied/{order}")];
            for (path, hits) in paths.into_iter().zip(hits) {
                cache.hits = 0;
                for who in &requests {
                    let expected = model::fetch(&app, &path, *who).await;
                    assert_eq!(cache.get(&path, *who).await, expected, "{name}, {path}, {who:?}");
                }
                assert_eq!(cache.hits, hits, "{name}, {path}");
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn everybody_gets_through_nginx_what_they_get_without() {
    for (name, app, hits) in applications() {
        let Some(nginx) = nginx::Cache::start(app.clone()).await else { return };
        for (order, requests) in orders() {
            let paths = [format!("/{order}"), format!("/varied/{order}")];
            for (path, hits) in paths.into_iter().zip(hits) {
                let mut found = 0;
                for who in &requests {
                    let (seen, is_hit) = nginx.get(&path, *who).await;
                    let expected = model::fetch(&app, &path, *who).await;
                    assert_eq!(seen, expected, "{name}, {path}, {who:?}");
                    found += usize::from(is_hit);
                }
                // nginx forgets more than the model: one whose `Vary` differs from the others replaces them.
                assert!((1..=hits).contains(&found), "{name}, {path}: {found}");
            }
        }
    }
}

/// What the rows above would miss, if a policy named too little.
#[tokio::test]
async fn a_closure_that_reads_a_header_without_vary_on_mixes_responses_up() {
    let cors = CorsLayer::builder().allow_origin_if(|_, request| {
        request.headers.get("x-tenant").is_some_and(|tenant| tenant == "one")
    });
    let app = Router::new().route("/", get(async || ())).layer(cors.build().unwrap());
    let mut cache = model::Cache::new(app.clone());
    let first = cache.get("/", (Some(A), "one")).await;
    assert_eq!(cache.get("/", (Some(A), "two")).await, first);
    assert_ne!(model::fetch(&app, "/", (Some(A), "two")).await, first);
}

/// Each order begins with a cold cache, because its path is its own.
fn orders() -> [(&'static str, Vec<Who>); 2] {
    let backward = REQUESTS.into_iter().rev().collect();
    [("forward", REQUESTS.to_vec()), ("backward", backward)]
}

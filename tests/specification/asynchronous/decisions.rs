//! The origins that the predicate is asked about, and the effect of its answers.

use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
};

use http::{Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_cors::{AsyncPolicy, ClosureOption, ConfigOption, ConfigWarning, CorsLayer, Danger};

use super::{finish, listing, waiting};
use crate::{
    actor::Actor::{AllowedOrigin, Null, Partner, Stranger},
    case::{check, check_over, expected, lines, non_cors, preflight, preflighted, simple},
    headers::{ALLOW_ORIGIN, ALLOW_PARTNER, ALLOW_PUT, CREDENTIALS, PREFLIGHT_VARY, VARY},
    inner::Inner,
};

/// The predicate knows the partner, and fails for one host.
#[tokio::test]
#[rustfmt::skip]
async fn it_is_asked_about_origins_that_no_pattern_matches() {
    let origins = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&origins);
    let layer = listing()
        .allow_origin_if_async(move |origin, request| {
            seen.lock().unwrap().push(format!("{} {origin}", request.method));
            let answer = match origin.host() {
                "partner.example" => Ok(true),
                "broken.example" => Err("the database is away"),
                _ => Ok(false),
            };
            async move { answer }
        })
        .build()
        .unwrap();
    let broken = ("origin", "https://broken.example");
    check_over(&Inner::foreign(), &layer, &[
        simple("GET").from(Partner).forwarded(&[ALLOW_PARTNER, VARY]),
        simple("GET").from(Stranger).forwarded(&[VARY]),
        simple("GET").with(broken).forwarded(&[VARY]),
        preflighted("OPTIONS").from(Partner).forwarded(&[ALLOW_PARTNER, PREFLIGHT_VARY]),
        preflight("PUT").from(Partner).allowed(&[ALLOW_PUT, ALLOW_PARTNER, PREFLIGHT_VARY]),
        preflight("PUT").from(Stranger).refused(&[PREFLIGHT_VARY]),
        preflight("PUT").with(broken).refused(&[PREFLIGHT_VARY]),
        preflight("DELETE").from(Partner).refused(&[PREFLIGHT_VARY]),
    ]).await;
    assert_eq!(std::mem::take(&mut *origins.lock().unwrap()), [
        "GET https://partner.example",
        "GET https://evil.example",
        "GET https://broken.example",
        "OPTIONS https://partner.example",
        "OPTIONS https://partner.example",
        "OPTIONS https://evil.example",
        "OPTIONS https://broken.example",
        "OPTIONS https://partner.example",
    ]);
    check_over(&Inner::foreign(), &layer, &[
        non_cors("GET").forwarded(&[VARY]),
        simple("GET").from(AllowedOrigin).forwarded(&[ALLOW_ORIGIN, VARY]),
        simple("GET").from(Null).forwarded(&[VARY]),
        simple("GET").with(("origin", "https://partner.example/")).forwarded(&[VARY]),
        simple("GET").from(Partner).from(Partner).forwarded(&[VARY]),
        preflight("PUT").from(AllowedOrigin).allowed(&[ALLOW_PUT, ALLOW_ORIGIN, PREFLIGHT_VARY]),
    ]).await;
    assert_eq!(*origins.lock().unwrap(), [""; 0]);
}

#[tokio::test]
#[rustfmt::skip]
async fn with_credentials_it_is_not_asked_about_insecure_origins() {
    let layer = listing()
        .allow_credentials(true)
        .dangerously_allow(Danger::PredicateWithCredentials)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
        .build()
        .unwrap();
    let shared = |origin| [(ALLOW_PARTNER.0, origin), CREDENTIALS, VARY];
    check(&layer, &[
        simple("GET").from(Partner).forwarded(&shared(Partner.origin())),
        simple("GET").with(("origin", "http://a.example")).forwarded(&[VARY]),
        simple("GET").with(("origin", "http://localhost:1")).forwarded(&shared("http://localhost:1")),
    ]).await;
}

#[test]
fn one_request_is_one_allocation() {
    let layer =
        listing().allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true))).build().unwrap();
    // The original is kept, so the clone's header values are shared, as in a server.
    let allocations = |request: &Request<()>, layer: Option<&CorsLayer<AsyncPolicy>>| {
        let count = |request: Request<()>, send: &dyn Fn(Request<()>)| {
            allocation_counter::measure(|| send(request)).count_total
        };
        let inner = Inner::foreign();
        match layer {
            Some(layer) => {
                let service = layer.layer(inner);
                count(request.clone(), &|request| finish(service.clone().call(request)))
            }
            None => count(request.clone(), &|request| finish(inner.clone().call(request))),
        }
    };
    for (request, boxed) in [
        (non_cors("GET").request(), 0),
        (simple("GET").from(AllowedOrigin).request(), 0),
        (simple("GET").from(Null).request(), 0),
        (simple("GET").from(Partner).request(), 1),
    ] {
        // `tracing` registers a call site at its first use.
        allocations(&request, Some(&layer));
        let added = allocations(&request, Some(&layer)) - allocations(&request, None);
        assert_eq!(added, boxed, "{request:?}");
    }
}

#[tokio::test]
async fn an_error_of_the_inner_service_passes() {
    for answer in [true, false] {
        let layer = listing()
            .allow_origin_if_async(move |_, _| ready(Ok::<_, Infallible>(answer)))
            .build()
            .unwrap();
        let inner = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
        let error =
            layer.layer(inner).oneshot(simple("GET").from(Partner).request()).await.unwrap_err();
        assert_eq!(error, "broken");
    }
    // There is nothing left to wait for.
    let (predicate, _questions) = waiting();
    let layer = listing().allow_origin_if_async(predicate).build().unwrap();
    let inner = service_fn(|_: Request<()>| ready(Err::<Response<()>, _>("broken")));
    assert_eq!(
        layer.layer(inner).oneshot(simple("GET").from(Partner).request()).await.unwrap_err(),
        "broken"
    );
}

#[tokio::test]
async fn a_panic_fails_its_own_request_only() {
    let layer = listing()
        .allow_origin_if_async(|origin, _| {
            let panics = origin.host() == "panics.example";
            async move {
                assert!(!panics, "a slip");
                Ok::<_, Infallible>(true)
            }
        })
        .build()
        .unwrap();
    let service = layer.layer(Inner::foreign());
    let panicking = simple("GET").with(("origin", "https://panics.example"));
    let panics = service.clone().oneshot(panicking.request());
    assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
    let response = service.oneshot(simple("GET").from(Partner).request()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), lines(response.headers())),
        (418, expected(&[ALLOW_PARTNER, VARY]))
    );
}

#[tokio::test]
async fn in_axum_over_a_socket() {
    let cors = listing()
        .allow_origin_if_async(|origin, _| {
            let is_allowed = origin.host() == "partner.example";
            async move {
                tokio::task::yield_now().await;
                Ok::<_, Infallible>(is_allowed)
            }
        })
        .build()
        .unwrap();
    let app = axum::Router::new().route("/", axum::routing::get(async || "the items")).layer(cors);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = hyper_util::client::legacy::Client::builder(hyper_util::rt::TokioExecutor::new())
        .build_http::<String>();
    for (origin, allowed) in
        [(Partner.origin(), Some(Partner.origin())), ("https://other.example", None)]
    {
        let request = Request::get(&uri).header("origin", origin).body(String::new()).unwrap();
        let response = client.request(request).await.unwrap();
        let found = response.headers().get("access-control-allow-origin");
        assert_eq!(found.map(|value| value.to_str().unwrap()), allowed);
        assert_eq!(response.headers()["vary"], "origin");
    }
}

#[test]
fn a_second_predicate_and_one_with_credentials_are_mistakes() {
    let both = CorsLayer::builder()
        .allow_origin_if(|_, _| true)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    assert_eq!(
        both.build().unwrap_err().to_string(),
        "allow_origins: allow_origin_if is given two closures, and only one can be called; join them"
    );
    let credentials = CorsLayer::builder()
        .allow_credentials(true)
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)));
    assert_eq!(
        credentials.build().unwrap_err().to_string(),
        "allow_origins: requests carry cookies (with credentials, or when disallowed origins are refused), \
         and a predicate decides who may use them: a mistake in it, or a name that strangers can get (such as a \
         preview at a shared host), gives away what the cookies open; list patterns, or accept \
         Danger::PredicateWithCredentials (in a file, \"predicate-with-credentials\")"
    );
}

#[test]
fn the_policy_reads_back_what_it_lists_and_names_the_closure() {
    let layer = listing()
        .allow_origin(AllowedOrigin.origin())
        .allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true)))
        .build()
        .unwrap();
    let config = layer.policy().config();
    assert_eq!(config.allow_origins, [AllowedOrigin.origin()]);
    assert_eq!(config.closures(), [ClosureOption::AllowOriginIfAsync]);
    let (option, entry) = (ConfigOption::AllowOrigins, String::from(AllowedOrigin.origin()));
    assert_eq!(layer.policy().warnings(), [ConfigWarning::Duplicate { option, entry }]);
}

#[test]
fn the_debug_output_names_the_closure() {
    let layer: CorsLayer<AsyncPolicy> =
        listing().allow_origin_if_async(|_, _| ready(Ok::<_, Infallible>(true))).build().unwrap();
    assert!(format!("{layer:?}").contains("allow_origin_if_async(..)"));
    let future = layer.layer(Inner::silent()).call(simple("GET").from(Partner).request());
    assert_eq!(format!("{future:?}"), "AsyncResponseFuture { .. }");
}

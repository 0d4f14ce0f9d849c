//! Closures that decide about origins.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use http::{HeaderValue, Request};
use tower::{Layer, ServiceExt};
use tower_cors::{
    ConfigError, CorsLayer, CorsLayerBuilder, Danger, Decision, Origin, Policy, RequestHead,
};

use crate::{
    actor::Actor::Partner,
    case::{non_cors, preflight, simple},
    inner::Inner,
};

fn request(origin: impl AsRef<[u8]>) -> Request<()> {
    simple("GET /tenant").with(("origin", origin)).request()
}

fn shares(policy: &Policy, request: &Request<()>) -> bool {
    let Decision::Forward(response) = policy.decide(request) else { panic!("no preflight") };
    let mut headers = http::HeaderMap::new();
    response.apply(&mut headers);
    headers.get("access-control-allow-origin") == request.headers().get("origin")
}

/// The origins that a predicate was called about.
fn asked(
    build: impl FnOnce(CorsLayerBuilder) -> CorsLayerBuilder,
) -> (Policy, Arc<Mutex<Vec<String>>>) {
    let origins = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&origins);
    let builder = Policy::builder().allow_origin_if(move |origin, _| {
        seen.lock().unwrap().push(origin.to_string());
        origin.host() == "yes.com"
    });
    (build(builder).build_policy().unwrap(), origins)
}

#[test]
fn a_predicate_is_asked_about_well_formed_origins_that_no_pattern_matches() {
    let (policy, origins) = asked(|builder| builder.allow_origin("https://listed.com"));
    for (origin, allowed) in [
        ("https://listed.com", true),
        ("https://yes.com", true),
        ("http://yes.com:8080", true),
        ("https://no.com", false),
        ("tauri://yes.com", true),
        ("null", false),
        ("", false),
        ("https://yes.com/", false),
        ("https://YES.com", false),
    ] {
        assert_eq!(shares(&policy, &request(origin)), allowed, "{origin}");
    }
    assert!(!shares(&policy, &request(b"https://\xffyes.com")));
    let origins = origins.lock().unwrap();
    assert_eq!(
        *origins,
        ["https://yes.com", "http://yes.com:8080", "https://no.com", "tauri://yes.com"]
    );
}

#[test]
fn with_credentials_a_predicate_is_a_danger() {
    let builder = Policy::builder().allow_origin_if(|_, _| true).allow_credentials(true);
    let mistakes = builder.build_policy().unwrap_err();
    assert!(mistakes.iter().eq([&ConfigError::PredicateWithCredentials]));

    let danger = Danger::PredicateWithCredentials;
    let (policy, origins) =
        asked(|builder| builder.allow_credentials(true).dangerously_allow(danger));
    assert!(shares(&policy, &request(b"https://yes.com")));
    assert!(!shares(&policy, &request(b"http://yes.com")));
    assert_eq!(*origins.lock().unwrap(), ["https://yes.com"]);

    let (policy, _) = asked(|builder| {
        let builder = builder.allow_credentials(true).dangerously_allow(danger);
        builder.dangerously_allow(Danger::InsecureOrigins)
    });
    assert!(shares(&policy, &request(b"http://yes.com")));
    assert!(policy.warnings().is_empty(), "{:?}", policy.warnings());
}

#[test]
fn a_predicate_is_asked_once_a_request() {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let policy = Policy::builder()
        .allow_origin_if(move |_, _| counter.fetch_add(1, Ordering::Relaxed) < usize::MAX)
        .build_policy()
        .unwrap();
    let asks = [simple("GET").from(Partner), preflight("PUT").from(Partner)];
    for (number, ask) in asks.iter().enumerate() {
        let _ = policy.decide(&ask.request());
        assert_eq!(count.load(Ordering::Relaxed), 2 * number + 1, "{ask}");
        let _ = policy.explain(&ask.request());
        assert_eq!(count.load(Ordering::Relaxed), 2 * number + 2, "{ask}");
    }
    let _ = policy.decide(&non_cors("GET").request());
    assert!(!policy.allows_origin(&HeaderValue::from_static(Partner.origin())));
    assert_eq!(count.load(Ordering::Relaxed), 4);
}

#[test]
fn a_predicate_sees_the_request() {
    let by_path = |origin: &Origin, request: &RequestHead<'_>| {
        request.uri.path().strip_prefix('/').is_some_and(|tenant| origin.host() == tenant)
    };
    let policy = Policy::builder().allow_origin_if(by_path).build_policy().unwrap();
    assert!(shares(&policy, &request(b"https://tenant")));
    assert!(!shares(&policy, &request(b"https://other")));
}

#[test]
fn texts_about_a_policy_and_its_mistakes_name_the_predicate() {
    let policy = Policy::builder()
        .allow_origin("https://a.com")
        .allow_origin_if(|_, _| true)
        .build_policy()
        .unwrap();
    let text = policy.to_string();
    assert!(
        text.starts_with("origins: https://a.com, those that allow_origin_if allows\n"),
        "{text}"
    );
    let mistakes =
        CorsLayer::builder().allow_any_origin().allow_origin_if(|_, _| true).build().unwrap_err();
    assert_eq!(
        mistakes.to_string(),
        "allow_origins: any origin is allowed, so \"allow_origin_if\" would have no effect; \
         remove the \"*\" (or allow_any_origin), or the rest"
    );
    let second = CorsLayer::builder().allow_origin_if(|_, _| true).allow_origin_if(|_, _| false);
    assert_eq!(
        second.build().unwrap_err().to_string(),
        "allow_origins: allow_origin_if is given two closures, and only one can be called; join them"
    );
}

/// The same service, and so the same connection, serves other requests as before.
#[tokio::test]
async fn a_panic_fails_its_own_request_only() {
    let layer = CorsLayer::builder()
        .allow_origin_if(|origin, _| {
            assert_ne!(origin.host(), "panics.com", "a slip");
            true
        })
        .build()
        .unwrap();
    let service = layer.layer(Inner::silent());
    let panics = service.clone().oneshot(request(b"https://panics.com"));
    assert!(tokio::spawn(panics).await.unwrap_err().is_panic());
    let response = service.oneshot(request(b"https://a.com")).await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], "https://a.com");
}

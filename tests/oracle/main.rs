//! Random fetches against layers with random configurations, through the model of a browser. A naive reading of the
//! configuration predicts whether the page can read the response, and whether the handler runs.
//!
//! `PROPTEST_CASES=1000000 cargo test --release --features test-util --test oracle` runs a million cases.

#[path = "../naive/mod.rs"]
mod naive;
mod random;

use std::{
    convert::Infallible,
    env,
    future::ready,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use http::{HeaderValue, Request, Response};
use naive::{Cause, Fetch, RESPONSE, Verdict, seen};
use proptest::{prelude::*, test_runner::TestRunner};
use random::{Random, configurations, fetches};
use tower::{Layer, service_fn};
use tower_cors::{
    CorsLayer, Policy, Refusal,
    browser::{Browser, Credentials, NetworkErrorCause},
};

#[test]
fn pages_and_the_naive_reading_agree() {
    let cases = env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let config = ProptestConfig {
        cases: cases.unwrap_or(10_000),
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let result = TestRunner::new(config).run(
        &(configurations(), fetches(), any::<bool>()),
        |(random, fetch, diagnose)| {
            try_one(&random, &fetch, diagnose);
            Ok(())
        },
    );
    if let Err(error) = result {
        panic!("{error}");
    }
}

fn try_one(random: &Random, fetch: &Fetch, diagnose: bool) {
    let policy = random.build(diagnose);
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let handler = service_fn(move |_: Request<String>| {
        counter.fetch_add(1, Ordering::Relaxed);
        let mut response = Response::new(String::from("the items"));
        for (name, value) in RESPONSE {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        ready(Ok::<_, Infallible>(response))
    });
    let browser = Browser::new(CorsLayer::new(policy.clone()).layer(handler));
    let mut page = browser.page(fetch.page);
    let credentials =
        if fetch.includes_credentials { Credentials::Include } else { Credentials::SameOrigin };
    let fetching =
        page.fetch(fetch.request()).credentials(credentials).upload_listener(fetch.upload_listener);
    let Poll::Ready(result) = pin!(fetching).poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("nothing here waits")
    };

    let verdict = fetch.verdict(&random.configuration);
    let exchanges = page.exchanges();
    let described = || format!("{policy}\n{exchanges}\n{result:?}");
    assert_eq!(exchanges[0].is_preflight(), verdict.is_preflighted, "{}", described());
    assert_eq!(calls.load(Ordering::Relaxed), usize::from(verdict.handler_runs), "{}", described());
    match (&result, &verdict.seen) {
        (Ok(response), Ok(names)) => {
            assert_eq!(seen(response.headers()), *names, "{}", described());
        }
        (Err(error), Err(cause)) => {
            assert_cause(error.cause(), cause, diagnose, &verdict, &described);
            let refusal = refusal(&policy, &exchanges[0]);
            assert_refusal(refusal.as_ref(), cause, &described);
        }
        _ => panic!("{:?}\n{}", verdict.seen, described()),
    }
}

/// Compares the browser's error with the predicted cause.
fn assert_cause(
    found: &NetworkErrorCause,
    cause: &Cause,
    diagnose: bool,
    verdict: &Verdict,
    described: &dyn Fn() -> String,
) {
    use NetworkErrorCause as Found;

    let is_told = match (found, cause) {
        (Found::MissingAllowOrigin { .. }, Cause::Origin)
        | (
            Found::WildcardWithCredentials { .. } | Found::MissingAllowCredentials { found: None },
            Cause::Credentials,
        ) => true,
        // Without `diagnose`, all refusals of the layer look the same.
        (Found::MissingAllowOrigin { .. }, Cause::Method(_) | Cause::Header(_)) => !diagnose,
        (Found::MissingAllowOrigin { .. }, Cause::Credentials) => {
            !diagnose && verdict.is_preflighted
        }
        (Found::MethodNotAllowed { method, .. }, Cause::Method(name)) => {
            diagnose && method.as_str() == *name
        }
        (Found::HeaderNotAllowed { name, .. }, Cause::Header(refused)) => {
            diagnose && name == refused
        }
        (Found::HeaderNotAllowed { name, .. }, Cause::Authorization) => name == "authorization",
        _ => false,
    };
    assert!(is_told, "{cause:?}, {diagnose}\n{}", described());
}

/// Compares the layer's refusal of the first request with the predicted cause.
fn assert_refusal(refusal: Option<&Refusal>, cause: &Cause, described: &dyn Fn() -> String) {
    let is_told = match (refusal, cause) {
        (Some(Refusal::OriginNotAllowed(_) | Refusal::NullOrigin), Cause::Origin)
        // The layer cannot see the credentials mode, but it may refuse the request for another reason.
        | (
            None | Some(Refusal::MethodNotAllowed(_) | Refusal::HeaderNotAllowed(_)),
            Cause::Credentials,
        )
        | (None, Cause::Authorization) => true,
        (Some(Refusal::MethodNotAllowed(method)), Cause::Method(name)) => method == name,
        (Some(Refusal::HeaderNotAllowed(name)), Cause::Header(refused)) => name == refused,
        _ => false,
    };
    assert!(is_told, "{refusal:?} for {cause:?}\n{}", described());
}

fn refusal(policy: &Policy, exchange: &tower_cors::browser::Exchange) -> Option<Refusal> {
    let mut request = Request::new(());
    *request.method_mut() = exchange.method().clone();
    *request.headers_mut() = exchange.request_headers().clone();
    policy.explain(&request).refusal
}

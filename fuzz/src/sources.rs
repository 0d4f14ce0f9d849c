use std::{
    convert::Infallible,
    future::poll_fn,
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use http::{
    HeaderName, HeaderValue, Request, Response,
    header::{ORIGIN, VARY},
};
use tower::Layer;
use tower_cors::{AsyncPolicy, CorsLayer, FirstMatch, Policy};

use crate::{
    exchange::{Answer, Inner},
    expected,
    input::{self, Configuration},
    layer::vary,
};

/// Sequences of requests, reloads, clones and changes of the selection. Each source answers like a plain layer with the
/// policy that the documentation says it chooses.
///
/// Each block of an input is a policy or a step. Its first line is `policy`, `set` and a digit, `select` and a digit,
/// `select`, `clone`, or the method of a request.
///
/// # Panics
///
/// Panics if a source answers in another way.
pub fn sources(input: &[u8]) {
    let blocks = input::blocks(input);
    let (definitions, steps): (Vec<_>, Vec<_>) =
        blocks.iter().partition(|block| block.first() == Some(&&b"policy"[..]));
    let configurations = definitions.iter().map(|block| Configuration::read(&block[1..]));
    let built = configurations.filter_map(|part| part.policy().map(|policy| (part, policy)));
    let parts: Vec<(Configuration, Policy)> = built.take(MOST_PARTS).collect();
    let steps: Vec<Step> = steps.iter().take(MOST_STEPS).map(|block| Step::read(block)).collect();
    if parts.is_empty() {
        return;
    }
    check_asynchronous(&parts, &steps);
    check_first_match(&parts, &steps);
    let policies: Vec<Policy> = parts.into_iter().map(|(_, policy)| policy).collect();
    check_changing(&policies, &steps);
}

/// More policies and steps would only make inputs slow.
const MOST_PARTS: usize = 4;
const MOST_STEPS: usize = 16;

enum Step {
    /// Replaces the policy of the reloadable layer.
    Set(usize),
    /// Selects a policy, or none.
    Select(Option<usize>),
    Clone,
    Send(Box<Request<()>>),
}

impl Step {
    fn read(block: &[&[u8]]) -> Self {
        let mut words = block.first().map_or(&b""[..], |line| line).split(|&byte| byte == b' ');
        let (verb, object) = (words.next(), words.next());
        let place = object.and_then(|word| word.first()).map(|&byte| usize::from(byte));
        match (verb, place) {
            (Some(b"set"), Some(place)) => Self::Set(place),
            (Some(b"select"), place) => Self::Select(place),
            (Some(b"clone"), _) => Self::Clone,
            _ => Self::Send(Box::new(input::request(block))),
        }
    }

    fn request(&self) -> Option<&Request<()>> {
        match self {
            Self::Send(request) => Some(request),
            _ => None,
        }
    }
}

fn check_asynchronous(parts: &[(Configuration, Policy)], steps: &[Step]) {
    for (part, policy) in parts {
        let Some(layer) = asynchronous(part) else { continue };
        for request in steps.iter().filter_map(Step::request) {
            let inner = Inner::new(inner_response());
            let answer = inner.answer(layer.layer(inner.service()), request);
            assert_same(&answer, &plain(policy, request));
        }
    }
}

/// The same policy, whose predicate waits once before it decides.
fn asynchronous(part: &Configuration) -> Option<CorsLayer<AsyncPolicy>> {
    let domain = part.predicate.clone()?;
    let builder = part.builder().allow_origin_if_async(move |origin, _| {
        let allows = origin.is_subdomain_of(&domain);
        let mut waited = false;
        poll_fn(move |_| {
            if mem::replace(&mut waited, true) {
                Poll::Ready(Ok::<_, Infallible>(allows))
            } else {
                Poll::Pending
            }
        })
    });
    builder.build().ok()
}

fn check_first_match(parts: &[(Configuration, Policy)], steps: &[Step]) {
    let policies = parts.iter().map(|(_, policy)| policy.clone());
    let Ok(layer) = CorsLayer::first_match(policies) else { return };
    for request in steps.iter().filter_map(Step::request) {
        check_first_match_of(&layer, parts, request);
    }
}

/// The first policy that allows the origin answers, or else the last. All answers have the `Vary` of all policies. If one
/// of these writes `Timing-Allow-Origin`, all remove the inner service's.
fn check_first_match_of(
    layer: &CorsLayer<FirstMatch>,
    parts: &[(Configuration, Policy)],
    request: &Request<()>,
) {
    let allows = |part: &&(Configuration, Policy)| {
        request.headers().contains_key(ORIGIN) && expected::allow_origin(&part.0, request).is_some()
    };
    let Some((chosen, policy)) = parts.iter().find(allows).or(parts.last()) else { return };
    let inner = Inner::new(inner_response());
    let mut answer = inner.answer(layer.layer(inner.service()), request);
    let mut expected = plain(policy, request);
    if !chosen.config.report_only {
        let (names, own) = (vary(answer.headers()), vary(expected.headers()));
        assert!(names.contains("origin") && names.is_superset(&own), "{names:?} {own:?}");
        let writes_timing = parts.iter().any(|(part, _)| part.config.allow_timing);
        if writes_timing && !chosen.config.allow_timing {
            expected.response.headers_mut().remove(HeaderName::from_static("timing-allow-origin"));
        }
    }
    answer.response.headers_mut().remove(VARY);
    expected.response.headers_mut().remove(VARY);
    assert_same(&answer, &expected);
}

/// Checks `select`, `reloadable`, and a reloadable layer that is selected.
fn check_changing(policies: &[Policy], steps: &[Step]) {
    let selection = Arc::new(AtomicUsize::new(0));
    let (choices, choice) = (policies.to_vec(), Arc::clone(&selection));
    let select = CorsLayer::select(move |_| choices.get(choice.load(Ordering::Relaxed)).cloned());
    let (reloadable, mut handle) = CorsLayer::reloadable(policies[0].clone());
    let (reloaded, choice) = (reloadable.clone(), Arc::clone(&selection));
    let both = CorsLayer::select(move |_| {
        (choice.load(Ordering::Relaxed) != NOTHING).then(|| reloaded.clone())
    });

    let inner = Inner::new(inner_response());
    let mut select = vec![select.layer(inner.service())];
    let mut reloadable = vec![reloadable.layer(inner.service())];
    let mut both = vec![both.layer(inner.service())];
    let (mut selected, mut current) = (Some(0), 0);
    for step in steps {
        match step {
            Step::Set(place) => {
                current = place % policies.len();
                handle.set(policies[current].clone());
            }
            Step::Select(place) => {
                selected = place.map(|place| place % policies.len());
                selection.store(selected.unwrap_or(NOTHING), Ordering::Relaxed);
            }
            // The old ones stay, so that clones share nothing that they should not.
            Step::Clone => {
                handle = handle.clone();
                select.extend(select.last().cloned());
                reloadable.extend(reloadable.last().cloned());
                both.extend(both.last().cloned());
            }
            Step::Send(request) => {
                let untouched = || Answer {
                    reached: Some(Request::clone(request)),
                    response: inner_response(),
                };
                let of_selected = |selected: usize| plain(&policies[selected], request);
                let of_current = plain(&policies[current], request);
                let expected = selected.map_or_else(untouched, of_selected);
                for service in &select {
                    assert_same(&inner.answer(service.clone(), request), &expected);
                }
                for service in &reloadable {
                    assert_same(&inner.answer(service.clone(), request), &of_current);
                }
                let expected = selected.map_or_else(untouched, |_| of_current.clone());
                for service in &both {
                    assert_same(&inner.answer(service.clone(), request), &expected);
                }
            }
        }
        assert_eq!(handle.policy(), policies[current]);
    }
}

/// The selection of no policy.
const NOTHING: usize = usize::MAX;

fn plain(policy: &Policy, request: &Request<()>) -> Answer {
    let inner = Inner::new(inner_response());
    inner.answer(CorsLayer::new(policy.clone()).layer(inner.service()), request)
}

/// Has headers that the layer removes, changes and keeps.
fn inner_response() -> Response<String> {
    let mut response = Response::new(String::from("the items"));
    for (name, value) in [
        ("access-control-allow-origin", "https://evil.example"),
        ("allow", "GET, PUT"),
        ("timing-allow-origin", "https://other.example"),
        ("vary", "accept"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn assert_same(answer: &Answer, expected: &Answer) {
    assert_eq!(answer.parts(), expected.parts());
    let reached = |answer: &Answer| {
        answer.reached.as_ref().map(|request| (request.method().clone(), request.headers().clone()))
    };
    assert_eq!(reached(answer), reached(expected));
}

use std::{
    convert::Infallible,
    future::poll_fn,
    iter, mem,
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
use tower::{Layer, Service};
use tower_cors::{AsyncPolicy, CorsLayer, Policy};

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
    let parts: Vec<Part> = built.take(MOST_PARTS).collect();
    if parts.is_empty() {
        return;
    }
    let inner = Inner::new(inner_response());
    let read = |block: &&Vec<&[u8]>| Step::read(block, &parts, &inner);
    let steps: Vec<Step> = steps.iter().take(MOST_STEPS).map(read).collect();
    check_asynchronous(&parts, &steps, &inner);
    check_first_match(&parts, &steps, &inner);
    check_changing(&parts, &steps, &inner);
}

/// More policies and steps would only make inputs slow.
const MOST_PARTS: usize = 3;
const MOST_STEPS: usize = 12;

/// A policy, and what it was built from.
type Part = (Configuration, Policy);

enum Step {
    /// Replaces the policy of the reloadable layer.
    Set(usize),
    /// Selects a policy, or none.
    Select(Option<usize>),
    Clone,
    Send(Box<Sent>),
}

struct Sent {
    request: Request<()>,
    /// What a plain layer answers with each policy.
    plain: Vec<Answer>,
}

impl Step {
    fn read(block: &[&[u8]], parts: &[Part], inner: &Inner) -> Self {
        let mut words = block.first().map_or(&b""[..], |line| line).split(|&byte| byte == b' ');
        let (verb, object) = (words.next(), words.next());
        let place = object.and_then(|word| word.first()).map(|&byte| usize::from(byte));
        match (verb, place) {
            (Some(b"set"), Some(place)) => Self::Set(place % parts.len()),
            (Some(b"select"), place) => Self::Select(place.map(|place| place % parts.len())),
            (Some(b"clone"), _) => Self::Clone,
            _ => {
                let request = input::request(block);
                let plain = |(_, policy): &Part| {
                    let layer = CorsLayer::new(policy.clone());
                    inner.answer(layer.layer(inner.service()), &request)
                };
                let plain = parts.iter().map(plain).collect();
                Self::Send(Box::new(Sent { request, plain }))
            }
        }
    }

    fn sent(&self) -> Option<&Sent> {
        match self {
            Self::Send(sent) => Some(sent),
            _ => None,
        }
    }
}

fn check_asynchronous(parts: &[Part], steps: &[Step], inner: &Inner) {
    for (place, (part, _)) in parts.iter().enumerate() {
        let Some(layer) = asynchronous(part) else { continue };
        for Sent { request, plain } in steps.iter().filter_map(Step::sent) {
            assert_same(&inner.answer(layer.layer(inner.service()), request), &plain[place]);
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

fn check_first_match(parts: &[Part], steps: &[Step], inner: &Inner) {
    let policies = parts.iter().map(|(_, policy)| policy.clone());
    let Ok(layer) = CorsLayer::first_match(policies) else { return };
    for sent in steps.iter().filter_map(Step::sent) {
        let answer = inner.answer(layer.layer(inner.service()), &sent.request);
        check_first_match_of(answer, parts, sent);
    }
}

/// The first policy that allows the origin answers, or else the last. All answers have the `Vary` of all policies. If one
/// of these writes `Timing-Allow-Origin`, all remove the inner service's.
fn check_first_match_of(mut answer: Answer, parts: &[Part], Sent { request, plain }: &Sent) {
    let allows = |(part, _): &Part| {
        request.headers().contains_key(ORIGIN) && expected::allow_origin(part, request).is_some()
    };
    let place = parts.iter().position(allows).unwrap_or(parts.len() - 1);
    let Configuration { config, .. } = &parts[place].0;
    let mut expected = plain[place].clone();
    if !config.report_only {
        let (names, own) = (vary(answer.headers()), vary(expected.headers()));
        assert!(names.contains("origin") && names.is_superset(&own), "{names:?} {own:?}");
        let writes_timing = parts.iter().any(|(part, _)| part.config.allow_timing);
        if writes_timing && !config.allow_timing {
            expected.response.headers_mut().remove(HeaderName::from_static("timing-allow-origin"));
        }
    }
    answer.response.headers_mut().remove(VARY);
    expected.response.headers_mut().remove(VARY);
    assert_same(&answer, &expected);
}

/// Checks `select`, `reloadable`, and a reloadable layer that is selected.
fn check_changing(parts: &[Part], steps: &[Step], inner: &Inner) {
    let policies: Vec<Policy> = parts.iter().map(|(_, policy)| policy.clone()).collect();
    let selection = Arc::new(AtomicUsize::new(0));
    let (choices, choice) = (policies.clone(), Arc::clone(&selection));
    let select = CorsLayer::select(move |_| choices.get(choice.load(Ordering::Relaxed)).cloned());
    let (reloadable, mut handle) = CorsLayer::reloadable(policies[0].clone());
    let (reloaded, choice) = (reloadable.clone(), Arc::clone(&selection));
    let both = CorsLayer::select(move |_| {
        (choice.load(Ordering::Relaxed) != NOTHING).then(|| reloaded.clone())
    });

    let mut select = Clones::of(select.layer(inner.service()));
    let mut reloadable = Clones::of(reloadable.layer(inner.service()));
    let mut both = Clones::of(both.layer(inner.service()));
    let (mut selected, mut current) = (Some(0), 0);
    for step in steps {
        match step {
            Step::Set(place) => {
                current = *place;
                handle.set(policies[current].clone());
            }
            Step::Select(place) => {
                selected = *place;
                selection.store(selected.unwrap_or(NOTHING), Ordering::Relaxed);
            }
            Step::Clone => {
                handle = handle.clone();
                select.add();
                reloadable.add();
                both.add();
            }
            Step::Send(sent) => {
                let Sent { request, plain } = &**sent;
                let untouched =
                    Answer { reached: Some(request.clone()), response: inner.response().clone() };
                let expected = selected.map_or(&untouched, |selected| &plain[selected]);
                select.check(inner, request, expected);
                reloadable.check(inner, request, &plain[current]);
                let expected = selected.map_or(&untouched, |_| &plain[current]);
                both.check(inner, request, expected);
            }
        }
        assert_eq!(handle.policy(), policies[current]);
    }
}

/// The selection of no policy.
const NOTHING: usize = usize::MAX;

/// The first service and the last of those that were cloned from it, so that clones share nothing that they should not.
struct Clones<S> {
    first: S,
    last: Option<S>,
}

impl<S> Clones<S>
where
    S: Service<Request<()>, Response = Response<String>, Error = Infallible> + Clone,
{
    fn of(first: S) -> Self {
        Self { first, last: None }
    }

    fn add(&mut self) {
        self.last = Some(self.last.as_ref().unwrap_or(&self.first).clone());
    }

    fn check(&self, inner: &Inner, request: &Request<()>, expected: &Answer) {
        for service in iter::once(&self.first).chain(&self.last) {
            assert_same(&inner.answer(service.clone(), request), expected);
        }
    }
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
    assert_eq!(answer.reached.is_some(), expected.reached.is_some());
    if let (Some(reached), Some(expected)) = (&answer.reached, &expected.reached) {
        assert_eq!(reached.method(), expected.method());
        assert_eq!(reached.headers(), expected.headers());
    }
}

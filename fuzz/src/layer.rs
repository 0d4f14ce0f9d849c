use std::collections::{BTreeMap, BTreeSet};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ALLOW, ORIGIN, UPGRADE, VARY,
    },
};
use tower::Layer;
use tower_cors::{CorsLayer, Decision, Outcome, Policy, Refusal, RequestKind};

use crate::{
    exchange::{Answer, Inner, parts},
    expected,
    fetch_standard::Fetch,
    input::{self, Configuration},
};

/// Random configurations, requests and inner services: no response grants what the configuration does not allow, and
/// `Vary` names what the response depends on.
///
/// The blocks of an input are a configuration, a request, the inner service's response, and another request.
///
/// # Panics
///
/// Panics if the layer does anything else.
pub fn layer(input: &[u8]) {
    let blocks = input::blocks(input);
    let block = |number: usize| blocks.get(number).map_or(&[][..], Vec::as_slice);
    let configuration = Configuration::read(block(0));
    let Some(policy) = configuration.policy() else { return };
    let case = Case {
        configuration,
        policy,
        request: input::request(block(1)),
        inner: Inner::new(input::response(block(2))),
    };
    let answer = case.answer(&case.request);
    case.check_decision(&answer);
    if case.configuration.config.report_only {
        case.check_that_nothing_changes(&answer);
        return;
    }
    case.check_headers(answer.headers());
    if expected::is_preflight(&case.request) {
        case.check_preflight(&answer);
        case.check_with_browser(&answer);
    } else {
        case.check_actual(&answer);
    }
    case.check_vary(&answer, &input::request(block(3)));
    case.check_report_only();
}

struct Case {
    configuration: Configuration,
    policy: Policy,
    request: Request<()>,
    inner: Inner,
}

impl Case {
    fn answer(&self, request: &Request<()>) -> Answer {
        answer(&self.policy, request, &self.inner)
    }

    /// The layer does what the policy decides and explains.
    fn check_decision(&self, answer: &Answer) {
        let outcome = self.policy.explain(&self.request);
        let (decision, of_both) = self.policy.decide_and_explain(&self.request);
        assert_eq!(of_both, outcome);
        assert_eq!(outcome.answered, matches!(decision, Decision::Respond(_)));
        let is_preflight = outcome.kind == RequestKind::Preflight;
        assert_eq!(is_preflight, expected::is_preflight(&self.request));
        let decided = self.carry_out(decision);
        let again = self.carry_out(self.policy.decide(&self.request));
        assert_eq!(parts(&again), parts(&decided));

        let config = &self.configuration.config;
        let asks_route = is_preflight
            && outcome.answered
            && outcome.refusal.is_none()
            && config.allow_methods_of_route;
        if !asks_route {
            assert_eq!(answer.parts(), parts(&decided));
            assert_eq!(answer.reached.is_some(), !outcome.answered);
            if let Some(reached) = &answer.reached {
                assert_eq!(reached.method(), self.request.method());
                assert_eq!(reached.uri(), self.request.uri());
                assert_eq!(reached.headers(), self.request.headers());
            }
        }

        self.check_outcome(&outcome);
        let attached = answer.response.extensions().get::<Outcome>();
        assert_eq!(attached.is_some(), config.attach_outcome);
        if let Some(mut attached) = attached.cloned() {
            let of_inner = [Refusal::InnerStatus(self.inner.response().status())]
                .into_iter()
                .chain(self.method().cloned().map(Refusal::MethodNotOfRoute));
            if is_preflight && of_inner.map(Some).any(|refusal| attached.refusal == refusal) {
                attached.refusal = None;
            }
            assert_eq!(attached, outcome);
        }
    }

    /// Exactly the requests that the configuration does not allow have a reason, but for those of own pages.
    fn check_outcome(&self, outcome: &Outcome) {
        let headers = self.request.headers();
        let is_preflight = expected::is_preflight(&self.request);
        let is_allowed = if is_preflight {
            expected::allows_preflight(&self.configuration, &self.request)
        } else {
            expected::allow_origin(&self.configuration, &self.request).is_some()
        };
        let is_cors = headers.contains_key(ORIGIN)
            && (is_preflight || !expected::is_of_own_page(&self.configuration.config, headers));
        assert_eq!(outcome.kind != RequestKind::NonCors, is_cors, "{outcome}");
        let is_refused = is_cors && !is_allowed;
        assert_eq!(outcome.refusal.is_some(), is_refused, "{outcome}");
    }

    /// The method that a preflight announces.
    fn method(&self) -> Option<&HeaderValue> {
        match expected::lines(self.request.headers(), &ACCESS_CONTROL_REQUEST_METHOD)[..] {
            [method] => Some(method),
            _ => None,
        }
    }

    fn carry_out(&self, decision: Decision) -> Response<String> {
        match decision {
            Decision::Forward(headers) => {
                let mut response = self.inner.response().clone();
                headers.apply(response.headers_mut());
                response
            }
            Decision::Respond(response) => response.map(|()| String::new()),
        }
    }

    fn check_that_nothing_changes(&self, answer: &Answer) {
        assert_eq!(answer.parts(), parts(self.inner.response()));
        let reached = answer.reached.as_ref().map(|request| (request.method(), request.headers()));
        assert_eq!(reached, Some((self.request.method(), self.request.headers())));
    }

    fn check_report_only(&self) {
        let mut configuration = self.configuration.clone();
        configuration.config.report_only = true;
        if let Some(policy) = configuration.policy() {
            let answer = answer(&policy, &self.request, &self.inner);
            self.check_that_nothing_changes(&answer);
        }
    }

    /// What holds for the responses to all requests.
    fn check_headers(&self, headers: &HeaderMap) {
        let expected = expected::allow_origin(&self.configuration, &self.request);
        let shared = expected::lines(headers, &ACCESS_CONTROL_ALLOW_ORIGIN);
        assert!(shared.len() <= 1, "{shared:?}");
        if let Some(shared) = shared.first() {
            assert_eq!(Some(*shared), expected.as_ref());
        } else {
            let granted = headers.keys().find(|name| name.as_str().starts_with("access-control-"));
            assert_eq!(granted, None);
        }
        let credentials = expected::lines(headers, &ACCESS_CONTROL_ALLOW_CREDENTIALS);
        let has_credentials = self.configuration.config.allow_credentials && !shared.is_empty();
        let expected = if has_credentials { &["true"][..] } else { &[] };
        assert_eq!(credentials, expected);
        assert!(credentials.is_empty() || shared[0] != "*");
    }

    fn check_preflight(&self, answer: &Answer) {
        let config = &self.configuration.config;
        assert!(!answer.headers().contains_key(ACCESS_CONTROL_EXPOSE_HEADERS));
        if self.allows_preflight() {
            if config.forward_preflights {
                assert_eq!(answer.response.status(), self.inner.response().status());
            } else {
                let status = config.preflight_status.unwrap_or(StatusCode::NO_CONTENT);
                assert_eq!(answer.response.status(), status);
                assert_eq!(answer.lines(&ACCESS_CONTROL_ALLOW_ORIGIN).len(), 1);
            }
        } else if !config.diagnose {
            let mut hopeless = Request::new(());
            *hopeless.method_mut() = Method::OPTIONS;
            let headers = hopeless.headers_mut();
            headers.insert(ORIGIN, HeaderValue::from_static("nonsense"));
            headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("TRACE"));
            assert_eq!(answer.parts(), self.answer(&hopeless).parts());
            assert_eq!(answer.response.status(), StatusCode::FORBIDDEN);
            assert!(answer.headers().keys().all(|name| *name == VARY), "{:?}", answer.headers());
        }
    }

    /// A browser accepts the answer to an allowed preflight, and none to a refused one.
    fn check_with_browser(&self, answer: &Answer) {
        let (config, headers) = (&self.configuration.config, self.request.headers());
        let [origin] = expected::lines(headers, &ORIGIN)[..] else { return };
        let Some(method) = self.method().and_then(|method| method.to_str().ok()) else { return };
        let Ok(origin) = origin.to_str() else { return };
        let lines = expected::lines(headers, &ACCESS_CONTROL_REQUEST_HEADERS);
        let names = lines.iter().flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
        let names = names.map(|name| String::from_utf8_lossy(name.trim_ascii()).to_lowercase());
        let names: BTreeSet<String> = names.filter(|name| !name.is_empty()).collect();
        let accepts = |use_cors_preflight| {
            let fetch = Fetch {
                origin,
                is_same_origin: false,
                request: &self.request,
                includes_credentials: config.allow_credentials,
                use_cors_preflight,
            };
            fetch.preflight_allows(method, &names, &answer.response)
        };
        if self.allows_preflight() {
            // Only the browser knows that `*` does not cover it.
            let is_authorization = |name: &String| name.eq_ignore_ascii_case("authorization");
            let is_covered = !names.contains("authorization")
                || config.allow_credentials
                || config.allow_headers.iter().any(is_authorization);
            let is_accepted = is_covered
                && (!config.forward_preflights || self.inner.response().status().is_success());
            assert_eq!(accepts(false), is_accepted, "{:?}", answer.headers());
        } else {
            assert!(!accepts(false) && !accepts(true), "{:?}", answer.headers());
        }
    }

    /// Whether the layer allows the preflight, though perhaps not the inner service that it is forwarded to.
    fn allows_preflight(&self) -> bool {
        let method = self.method().and_then(|method| method.to_str().ok());
        expected::allows_preflight(&self.configuration, &self.request)
            && (!self.configuration.config.allow_methods_of_route
                || method.is_some_and(|method| self.route_takes(method)))
    }

    /// Whether the inner service names the method for the route, or names none at all.
    fn route_takes(&self, method: &str) -> bool {
        let lines = expected::lines(self.inner.response().headers(), &ALLOW);
        let members = lines.iter().filter_map(|line| line.to_str().ok());
        let mut members = members.flat_map(|line| line.split(',')).map(str::trim);
        let is_named = method != "*" && members.any(|member| member == method);
        ["GET", "HEAD", "POST"].contains(&method)
            || self.inner.response().status() != StatusCode::NOT_FOUND
                && (lines.is_empty() || is_named)
    }

    fn check_actual(&self, answer: &Answer) {
        for name in [
            ACCESS_CONTROL_ALLOW_METHODS,
            ACCESS_CONTROL_ALLOW_HEADERS,
            ACCESS_CONTROL_MAX_AGE,
            HeaderName::from_static("access-control-allow-private-network"),
        ] {
            assert_eq!(answer.lines(&name), [""; 0]);
        }
        let expected = expected::allow_origin(&self.configuration, &self.request);
        let shared = answer.lines(&ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(shared.first().copied(), expected.as_ref());
        let is_refused = expected::refuses(&self.configuration, &self.request);
        assert_eq!(answer.reached.is_none(), is_refused);
        if is_refused {
            assert_eq!(answer.response.status(), StatusCode::FORBIDDEN);
            assert_eq!(others(answer.headers()), Lines::new());
        } else {
            assert_eq!(answer.response.status(), self.inner.response().status());
            assert_eq!(others(answer.headers()), others(self.inner.response().headers()));
        }
    }

    /// A cache that has the answer may give it to another request with the same method and the same values of the
    /// headers that `Vary` names. So the answer to that request has the same CORS headers, and comes from the inner
    /// service as well, or from the layer as well.
    fn check_vary(&self, answer: &Answer, other: &Request<()>) {
        let names = vary(answer.headers());
        if names.contains("*") {
            return;
        }
        let mut same = self.request.clone();
        for name in other.headers().keys().chain(self.request.headers().keys()) {
            // No response to an upgrade is stored.
            let is_of_upgrade = *name == UPGRADE;
            // Without an origin, no `OPTIONS` has `Access-Control-Request-Method`, and no response to one is stored. So a
            // policy that allows any origin need not vary by its presence.
            let is_of_options = *name == ORIGIN && *self.request.method() == Method::OPTIONS;
            if !names.contains(name.as_str()) && !is_of_upgrade && !is_of_options {
                same.headers_mut().remove(name);
                for value in other.headers().get_all(name) {
                    same.headers_mut().append(name, value.clone());
                }
            }
        }
        let of_same = self.answer(&same);
        assert_eq!(cors(of_same.headers()), cors(answer.headers()), "{same:?}");
        assert_eq!(of_same.reached.is_some(), answer.reached.is_some(), "{same:?}");
    }
}

fn answer(policy: &Policy, request: &Request<()>, inner: &Inner) -> Answer {
    inner.answer(CorsLayer::new(policy.clone()).layer(inner.service()), request)
}

type Lines = BTreeMap<String, Vec<Vec<u8>>>;

fn cors(headers: &HeaderMap) -> Lines {
    retain(headers, |name| name.starts_with("access-control-") || name == "timing-allow-origin")
}

/// What the layer does not change.
fn others(headers: &HeaderMap) -> Lines {
    let own = ["vary", "timing-allow-origin", "x-cors-refusal"];
    retain(headers, |name| !name.starts_with("access-control-") && !own.contains(&name))
}

fn retain(headers: &HeaderMap, is_kept: impl Fn(&str) -> bool) -> Lines {
    let mut lines = Lines::new();
    for (name, value) in headers.iter().filter(|(name, _)| is_kept(name.as_str())) {
        lines.entry(name.to_string()).or_default().push(value.as_bytes().to_vec());
    }
    lines
}

/// The names in `Vary`, in lower case.
pub(crate) fn vary(headers: &HeaderMap) -> BTreeSet<String> {
    let lines = expected::lines(headers, &VARY).into_iter().map(HeaderValue::as_bytes);
    let members = lines.flat_map(|line| line.split(|&byte| byte == b','));
    let names = members.map(|name| String::from_utf8_lossy(name.trim_ascii()).to_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

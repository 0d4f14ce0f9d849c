//! Compiles a valid configuration into rules, and makes every header value that does not depend on the
//! request.

use std::sync::Arc;

use http::{
    HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
    },
};

use super::validate::{List, Valid};
use crate::{
    fetch::{ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK, SEC_FETCH_SITE},
    policy::{AllowedHeaders, AllowedMethods, AllowedOrigins, Policy, Refusing, Rules},
    response::{Exposed, ResponseRules, Responses, Timing, Vary, lasting},
    trace,
};

pub(super) fn assemble(config: Valid) -> Policy {
    let credentials = config.credentials;
    let origin = (!matches!(config.origins, AllowedOrigins::Any)).then_some(ORIGIN);
    let varies_by: Vec<HeaderName> = origin.into_iter().chain(config.vary_on.clone()).collect();
    let allowed_preflight = allowed_preflight(&config);
    let response_rules = Arc::new(ResponseRules {
        credentials,
        exposed: match config.exposed {
            List::All(_) if credentials => Exposed::Carried,
            List::All(_) => Exposed::Listed(HeaderValue::from_static("*")),
            List::Some(names) => {
                lasting::joined(&names, ",").map_or(Exposed::Safelisted, Exposed::Listed)
            }
        },
        timing: if config.timing { Timing::Written } else { Timing::Kept },
        vary: Vary::default(),
        reported_inner: trace::once(),
    });
    // `vary_by` makes them different.
    let responses = Responses { to_most: Arc::clone(&response_rules), to_options: response_rules };
    let mut rules = Rules {
        origins: config.origins,
        credentials,
        methods: match config.methods {
            List::All(_) => AllowedMethods::Any,
            List::Some(methods) => {
                AllowedMethods::Listed(methods.iter().map(Method::to_string).collect())
            }
        },
        headers: match config.headers {
            List::All(_) if credentials => AllowedHeaders::Echoed,
            List::All(names) => AllowedHeaders::Any { authorization: !names.is_empty() },
            List::Some(names) => AllowedHeaders::listed(names),
        },
        private_network: config.private_network,
        refusing: config
            .refuse
            .map(|refuse| Box::new(Refusing { refuse, responses: responses.clone() })),
        own_origins: Some(config.own_origins).filter(|set| !set.is_empty()).map(Box::new),
        no_own_origins: config.no_own_origins,
        responses,
        max_age: config.max_age,
        echo_beside_wildcard: config.echo_beside_wildcard,
        allowed_preflight,
        preflight_vary: None,
        forward_preflights: config.forward_preflights,
        report_only: config.report_only,
        diagnose: config.diagnose,
        methods_of_route: config.methods_of_route,
        reported_no_allow: trace::once(),
        attach_outcome: config.attach_outcome,
        hook: config.hook,
        is_observed: false,
        dangers: config.dangers,
        warnings: config.warnings,
    };
    rules.is_observed = rules.needs_observation();
    vary_by(&mut rules, &varies_by, config.private_network);
    Policy::new(rules)
}

/// The response to an allowed preflight, without the values that depend on the request.
fn allowed_preflight(config: &Valid) -> Response<()> {
    let credentials = config.credentials;
    let mut response = Response::new(());
    *response.status_mut() = config.preflight_status.unwrap_or(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    // The request's origin replaces the empty value. It is inserted first, as `Rules::granted` expects.
    let origin = if matches!(config.origins, AllowedOrigins::Any) { "*" } else { "" };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(origin));
    if credentials {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    }
    if let Some(methods) = methods_value(&config.methods, credentials) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    if let Some(names) = headers_value(&config.headers, credentials) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
    }
    if let Some(max_age) = config.max_age {
        let seconds = max_age.as_secs().to_string();
        headers.extend(lasting::value(&seconds).map(|value| (ACCESS_CONTROL_MAX_AGE, value)));
    }
    response
}

fn methods_value(methods: &List<Method>, credentials: bool) -> Option<HeaderValue> {
    match methods {
        // With credentials, browsers take `*` as a method's name, so the requested method is sent instead.
        List::All(_) if credentials => None,
        List::All(_) => Some(HeaderValue::from_static("*")),
        List::Some(methods) => lasting::joined(methods, ","),
    }
}

fn headers_value(headers: &List<String>, credentials: bool) -> Option<HeaderValue> {
    match headers {
        List::All(_) if credentials => None,
        List::All(names) if names.is_empty() => Some(HeaderValue::from_static("*")),
        List::All(_) => Some(HeaderValue::from_static("*,authorization")),
        List::Some(names) => lasting::joined(names, ","),
    }
}

/// Makes the parts of one allowlist alike in what does not depend on which of them decides. All vary by the same headers,
/// in the same order. If one writes `Timing-Allow-Origin`, none keeps the inner service's.
pub(crate) fn unite_parts(parts: &mut [Policy]) {
    let names = parts.iter().flat_map(|part| part.rules().responses.to_most.vary.names());
    let names: Vec<HeaderName> = [ORIGIN].into_iter().chain(names.cloned()).collect();
    let private_network = parts.iter().any(|part| part.rules().private_network);
    let writes_timing =
        parts.iter().any(|part| part.rules().responses.to_most.timing != Timing::Kept);
    for part in parts {
        let rules = part.rules_mut();
        if writes_timing && rules.responses.to_most.timing == Timing::Kept {
            Arc::make_mut(&mut rules.responses.to_most).timing = Timing::Removed;
        }
        vary_by(rules, &names, private_network);
    }
}

/// Sets the `Vary` of all responses to `names`, and to the headers that the layer itself reads.
fn vary_by(rules: &mut Rules, names: &[HeaderName], private_network: bool) {
    let names = || names.iter().cloned();
    // The response to a preflight depends on these, too.
    let requested = [ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS];
    let private = private_network.then_some(ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK);
    let names_of_options = || names().chain(requested.clone()).chain(private.clone());
    let vary = Vary::new(names_of_options());
    vary.write(rules.allowed_preflight.headers_mut(), true);
    // Cloning shrinks the map: a new one has room for six headers or more, a clone for those it holds.
    rules.allowed_preflight = rules.allowed_preflight.clone();
    rules.preflight_vary = vary.value().cloned();
    let with =
        |vary| Arc::new(ResponseRules { vary, ..ResponseRules::clone(&rules.responses.to_most) });
    if let Some(refusing) = &mut rules.refusing {
        refusing.responses = Responses {
            to_most: with(Vary::new(names().chain([SEC_FETCH_SITE]))),
            to_options: with(Vary::new(names_of_options().chain([SEC_FETCH_SITE]))),
        };
    }
    rules.responses = Responses { to_most: with(Vary::new(names())), to_options: with(vary) };
}

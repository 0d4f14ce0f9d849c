//! From what a configuration means to what is consulted: every header value that can be known
//! beforehand is made here.

use std::{mem, sync::Arc};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

use super::{
    AllowedHeaders, AllowedMethods, AllowedOrigins, PerThread, Policy, Refusing, ResponseRules,
    Rules, lasting,
    refusing::SEC_FETCH_SITE,
    request::REQUEST_PRIVATE_NETWORK,
    response_rules::Exposed,
    validate::{List, Valid},
};
use crate::{origin::OriginSet, trace};

/// What [`CorsLayer::public`](crate::CorsLayer::public) says of itself.
pub(super) fn public() -> Policy {
    compile(Valid {
        origins: AllowedOrigins::Any,
        credentials: false,
        methods: List::Some(Vec::new()),
        headers: List::Some(vec![String::from("content-type")]),
        exposed: List::Some(Vec::new()),
        timing: false,
        private_network: false,
        vary_on: Vec::new(),
        max_age: None,
        preflight_status: StatusCode::NO_CONTENT,
        forward_preflights: false,
        methods_of_route: false,
        refuse: None,
        own_origins: OriginSet::default(),
        no_own_origins: false,
        report_only: false,
        diagnose: false,
        attach_outcome: false,
        hook: None,
        dangers: Vec::new(),
        warnings: Vec::new(),
    })
}

pub(super) fn compile(config: Valid) -> Policy {
    let credentials = config.credentials;
    let is_static = matches!(config.origins, AllowedOrigins::Any);
    let origin = (!is_static).then_some(ORIGIN);
    let further = config.vary_on.iter().filter(|&name| is_static || *name != ORIGIN).cloned();
    let varies_by: Vec<HeaderName> = origin.into_iter().chain(further).collect();
    let preflights_vary_by = preflights_vary_by(config.private_network, &varies_by);
    let preflight_vary = joined(&preflights_vary_by, ", ");
    let allowed_preflight = granted(&config, preflight_vary.clone());
    let mut rules = Rules {
        origins: config.origins,
        credentials,
        methods: match config.methods {
            List::All(_) => AllowedMethods::Any,
            List::Some(methods) => AllowedMethods::Listed(methods),
        },
        headers: match config.headers {
            List::All(_) if credentials => AllowedHeaders::Echoed,
            List::All(names) => AllowedHeaders::Any { authorization: !names.is_empty() },
            List::Some(names) => AllowedHeaders::listed(names),
        },
        private_network: config.private_network,
        responses: PerThread::new(ResponseRules {
            credentials,
            exposed: match config.exposed {
                List::All(_) if credentials => Exposed::Carried,
                List::All(_) => Exposed::Listed(HeaderValue::from_static("*")),
                List::Some(names) => {
                    joined(&names, ",").map_or(Exposed::Safelisted, Exposed::Listed)
                }
            },
            timing: config.timing,
            vary: joined(&varies_by, ", "),
            varies_by,
            reported_inner: trace::Once::new(),
        }),
        max_age: config.max_age,
        preflight_status: config.preflight_status,
        allowed_preflight,
        preflights_vary_by,
        preflight_vary,
        forward_preflights: config.forward_preflights,
        methods_of_route: config.methods_of_route,
        refusing: None,
        report_only: config.report_only,
        diagnose: config.diagnose,
        attach_outcome: config.attach_outcome,
        hook: config.hook,
        is_special: false,
        dangers: config.dangers,
        warnings: config.warnings,
    };
    rules.is_special = rules.is_watched() || rules.tells_reasons();
    rules.refusing = config.refuse.map(|refuse| Refusing {
        refuse,
        own_origins: config.own_origins,
        no_own_origins: config.no_own_origins,
        own_pages: own_pages(&mut rules),
    });
    Policy(Arc::new(rules))
}

fn own_pages(rules: &mut Rules) -> Policy {
    // It decides nothing, so it has no use for a list that may be long.
    let origins = mem::replace(&mut rules.origins, AllowedOrigins::Any);
    let own_pages = vary_by(rules.clone(), &[SEC_FETCH_SITE]);
    rules.origins = origins;
    Policy(Arc::new(own_pages))
}

/// The headers of an allowed preflight's answer.
fn granted(config: &Valid, vary: Option<HeaderValue>) -> HeaderMap {
    let credentials = config.credentials;
    let mut headers = HeaderMap::new();
    // The request's origin takes the place of the empty value, which shares nothing.
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
    headers.extend(vary.map(|vary| (VARY, vary)));
    headers
}

fn methods_value(methods: &List<Method>, credentials: bool) -> Option<HeaderValue> {
    match methods {
        // Browsers take `*` for a name where there are credentials: the answer names what was asked.
        List::All(_) if credentials => None,
        List::All(_) => Some(HeaderValue::from_static("*")),
        List::Some(methods) => joined(methods, ","),
    }
}

fn headers_value(headers: &List<String>, credentials: bool) -> Option<HeaderValue> {
    match headers {
        List::All(_) if credentials => None,
        List::All(names) if names.is_empty() => Some(HeaderValue::from_static("*")),
        List::All(_) => Some(HeaderValue::from_static("*,authorization")),
        List::Some(names) => joined(names, ","),
    }
}

/// All that the answer to a preflight depends on. [OPTIONS is not cacheable](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7),
/// but some caches keep it all the same, and a line is cheap.
fn preflights_vary_by(private_network: bool, varies_by: &[HeaderName]) -> Vec<HeaderName> {
    let mut names = varies_by.to_vec();
    names.extend([ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS]);
    names.extend(private_network.then_some(HeaderName::from_static(REQUEST_PRIVATE_NETWORK)));
    names
}

/// Makes a policy say that its responses vary by further headers, as other policies' choice does.
pub(super) fn vary_by(mut rules: Rules, names: &[HeaderName]) -> Rules {
    let mut responses = ResponseRules::clone(rules.responses.of_this_thread());
    for name in names {
        if !responses.varies_by.contains(name) {
            responses.varies_by.push(name.clone());
        }
    }
    responses.vary = joined(&responses.varies_by, ", ");
    rules.preflights_vary_by = preflights_vary_by(rules.private_network, &responses.varies_by);
    rules.preflight_vary = joined(&rules.preflights_vary_by, ", ");
    if let Some(vary) = &rules.preflight_vary {
        rules.allowed_preflight.insert(VARY, vary.clone());
    }
    rules.responses = PerThread::new(responses);
    if let Some(refusing) = &mut rules.refusing {
        refusing.own_pages = refusing.own_pages.clone().vary_by(names);
    }
    rules
}

fn joined(tokens: &[impl AsRef<str>], separator: &str) -> Option<HeaderValue> {
    if tokens.is_empty() {
        return None;
    }
    let tokens: Vec<&str> = tokens.iter().map(AsRef::as_ref).collect();
    lasting::value(&tokens.join(separator))
}

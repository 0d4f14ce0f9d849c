//! From what a configuration means to what is consulted: every header value that can be known
//! beforehand is made here.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
        ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
    },
};

use super::{
    AllowedHeaders, AllowedMethods, AllowedOrigins, Policy, Refusing, ResponseRules, Rules,
    lasting,
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
    let varies_by = union(origin.into_iter().chain(config.vary_on.iter().cloned()));
    let allowed_preflight = granted(&config);
    let responses = Arc::new(ResponseRules {
        credentials,
        exposed: match config.exposed {
            List::All(_) if credentials => Exposed::Carried,
            List::All(_) => Exposed::Listed(HeaderValue::from_static("*")),
            List::Some(names) => joined(&names, ",").map_or(Exposed::Safelisted, Exposed::Listed),
        },
        timing: config.timing,
        vary: None,
        varies_by: Vec::new(),
        reported_inner: trace::Once::new(),
    });
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
        refusing: config.refuse.map(|refuse| Refusing {
            refuse,
            own_origins: config.own_origins,
            no_own_origins: config.no_own_origins,
            responses: responses.clone(),
        }),
        responses,
        max_age: config.max_age,
        preflight_status: config.preflight_status,
        allowed_preflight,
        preflights_vary_by: Vec::new(),
        preflight_vary: None,
        forward_preflights: config.forward_preflights,
        methods_of_route: config.methods_of_route,
        report_only: config.report_only,
        diagnose: config.diagnose,
        attach_outcome: config.attach_outcome,
        hook: config.hook,
        is_observed: false,
        dangers: config.dangers,
        warnings: config.warnings,
    };
    rules.is_observed = rules.is_watched() || rules.tells_reasons();
    rules.vary_by(&varies_by, config.private_network);
    Policy(Arc::new(rules))
}

/// The headers of an allowed preflight's answer.
fn granted(config: &Valid) -> HeaderMap {
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

impl Policy {
    /// Lets the parts of one allowlist vary by the same headers, in the same order: which of them decides depends on
    /// all that any of them reads.
    pub(crate) fn unite_vary(parts: &mut [Self]) {
        let names = parts.iter().flat_map(|part| &part.0.responses.varies_by);
        let names = union([ORIGIN].into_iter().chain(names.cloned()));
        let private_network = parts.iter().any(|part| part.0.private_network);
        for part in parts {
            Arc::make_mut(&mut part.0).vary_by(&names, private_network);
        }
    }
}

impl Rules {
    /// Makes all responses say that they vary by `names`.
    fn vary_by(&mut self, names: &[HeaderName], private_network: bool) {
        let responses = |names: Vec<HeaderName>| {
            let mut responses = ResponseRules::clone(&self.responses);
            responses.vary = joined(&names, ", ");
            responses.varies_by = names;
            Arc::new(responses)
        };
        if let Some(refusing) = &mut self.refusing {
            let names = names.iter().cloned().chain([SEC_FETCH_SITE]);
            refusing.responses = responses(union(names));
        }
        self.responses = responses(names.to_vec());
        // All that the answer to a preflight depends on. OPTIONS is not cacheable, but some caches keep it all the
        // same, and a line is cheap: https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7
        let requested = [ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_REQUEST_HEADERS];
        let private = private_network.then_some(HeaderName::from_static(REQUEST_PRIVATE_NETWORK));
        self.preflights_vary_by = union(names.iter().cloned().chain(requested).chain(private));
        self.preflight_vary = joined(&self.preflights_vary_by, ", ");
        if let Some(vary) = &self.preflight_vary {
            self.allowed_preflight.insert(VARY, vary.clone());
            // A map has room for six headers at least, and its clone for those that it has.
            self.allowed_preflight = self.allowed_preflight.clone();
        }
    }
}

/// The names, each once.
fn union(names: impl Iterator<Item = HeaderName>) -> Vec<HeaderName> {
    let mut union = Vec::new();
    for name in names {
        if !union.contains(&name) {
            union.push(name);
        }
    }
    union
}

fn joined(tokens: &[impl AsRef<str>], separator: &str) -> Option<HeaderValue> {
    if tokens.is_empty() {
        return None;
    }
    let tokens: Vec<&str> = tokens.iter().map(AsRef::as_ref).collect();
    lasting::value(&tokens.join(separator))
}

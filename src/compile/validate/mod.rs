//! Validates a configuration, and finds its mistakes and warnings.

mod findings;
mod origins;

use std::time::Duration;

use http::{HeaderName, Method, StatusCode};

use findings::Findings;

use crate::{
    config::{ConfigError, ConfigErrors, ConfigOption, ConfigWarning, CorsConfig, Danger, Refuse},
    fetch,
    origin::{OriginSet, TextSet},
    policy::{AllowedOrigins, Closures, Hook, MAX_METHOD},
};

/// No browser keeps the response to a preflight for longer.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(86_400);

/// Chromium's limit.
const CHROMIUM_MAX_AGE: Duration = Duration::from_secs(7_200);

/// Methods that exist in capitals only. In other letters they are a mistake.
const KNOWN_METHODS: [&str; 21] = [
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LOCK",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REPORT",
    "SEARCH",
    "SUBSCRIBE",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// A configuration without mistakes.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option by itself")]
pub(super) struct Valid {
    pub(super) origins: AllowedOrigins,
    pub(super) credentials: bool,
    pub(super) methods: List<Method>,
    pub(super) headers: List<String>,
    pub(super) exposed: List<String>,
    pub(super) timing: bool,
    pub(super) private_network: bool,
    pub(super) vary_on: Vec<HeaderName>,
    pub(super) max_age: Option<Duration>,
    /// `None` is 204.
    pub(super) preflight_status: Option<StatusCode>,
    pub(super) forward_preflights: bool,
    pub(super) methods_of_route: bool,
    pub(super) refuse: Option<Refuse>,
    pub(super) own_origins: OriginSet,
    pub(super) no_own_origins: bool,
    pub(super) report_only: bool,
    pub(super) diagnose: bool,
    pub(super) attach_outcome: bool,
    pub(super) hook: Option<Hook>,
    pub(super) dangers: Vec<Danger>,
    pub(super) warnings: Vec<ConfigWarning>,
}

/// A list option. `All` holds the entries beside the `*` that have an effect, such as `authorization`.
pub(super) enum List<T> {
    All(Vec<T>),
    Some(Vec<T>),
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Some(Vec::new())
    }
}

/// Validates a configuration. `mistakes` are those that the builder's setters found.
pub(super) fn validate(
    config: &CorsConfig,
    closures: Closures,
    mistakes: Vec<ConfigError>,
) -> Result<Valid, ConfigErrors> {
    let mut findings = Findings {
        mistakes,
        warnings: Vec::new(),
        accepted: Danger::ALL
            .into_iter()
            .filter(|danger| config.dangerously_allow.contains(danger))
            .collect(),
        needed: Vec::new(),
    };
    let given = closures.options();
    for &closure in config.closures.iter().filter(|closure| !given.contains(closure)) {
        findings.mistakes.push(ConfigError::MissingClosure { closure });
    }
    let had_predicate = || config.closures.iter().any(|closure| closure.is_predicate());
    if config.allow_origins.is_empty() && closures.predicate.is_none() && !had_predicate() {
        findings.mistakes.push(ConfigError::NoOrigin);
    }
    let credentials = config.allow_credentials;
    let private_network = config.allow_private_network;
    let refuse = config.refuse_disallowed_origins;
    let needs = origins::Needs { credentials, private_network, refusing: refuse.is_some() };
    let origins = origins::check(&config.allow_origins, closures.predicate, needs, &mut findings);
    let methods = check_methods(&config.allow_methods, &mut findings);
    let headers = check_headers(&config.allow_headers, &mut findings);
    let exposed = check_exposed(&config.expose_headers, &mut findings);
    let vary_on = check_vary_on(&config.vary_on, &mut findings);
    check_max_age(config.max_age, &mut findings);
    let preflight_status = config.preflight_status;
    findings.mistakes.extend(
        preflight_status
            .filter(|status| !status.is_success())
            .map(|status| ConfigError::PreflightStatus { status }),
    );
    let no_own_origins = config.no_own_origins;
    let own_origins =
        origins::check_own(&config.own_origins, no_own_origins, refuse.is_some(), &mut findings);
    let forward_preflights = config.forward_preflights;
    let methods_of_route = config.allow_methods_of_route;
    if forward_preflights && preflight_status.is_some() {
        findings.mistakes.push(ConfigError::ForwardedPreflightStatus);
    }
    if forward_preflights && methods_of_route {
        findings.mistakes.push(ConfigError::ForwardedPreflightMethods);
    }
    if !findings.mistakes.is_empty() {
        return Err(ConfigErrors::new(findings.mistakes));
    }
    let report_only = config.report_only;
    findings.warnings.extend(report_only.then_some(ConfigWarning::ReportOnly));
    let diagnose = config.diagnose;
    findings.warnings.extend(diagnose.then_some(ConfigWarning::Diagnose));
    let unneeded = findings.accepted.iter().filter(|danger| !findings.needed.contains(danger));
    let unneeded = unneeded.map(|&danger| ConfigWarning::UnneededDanger { danger });
    findings.warnings.extend(unneeded);
    Ok(Valid {
        origins,
        credentials,
        methods,
        headers,
        exposed,
        timing: config.allow_timing,
        private_network,
        vary_on,
        max_age: config.max_age,
        preflight_status,
        forward_preflights,
        methods_of_route,
        refuse,
        own_origins,
        no_own_origins,
        report_only,
        diagnose,
        attach_outcome: config.attach_outcome,
        hook: closures.hook,
        dangers: findings.accepted,
        warnings: findings.warnings,
    })
}

fn check_methods(methods: &[String], findings: &mut Findings) -> List<Method> {
    let (any, listed) = split_list(methods, ConfigOption::AllowMethods, |_| false, findings);
    let mut checked = Vec::new();
    for method in listed {
        match check_method(method) {
            // The protocol allows these anyway.
            Ok(method) if fetch::is_safelisted_method(method.as_bytes()) => {}
            Ok(method) => checked.push(method),
            Err(mistake) => findings.mistakes.push(mistake),
        }
    }
    checked.sort_unstable();
    checked.dedup();
    let checked = checked.iter().filter_map(|method| method.parse().ok()).collect();
    if any { List::All(checked) } else { List::Some(checked) }
}

fn check_method(text: &str) -> Result<String, ConfigError> {
    let method = text.to_owned();
    if !fetch::is_token(text.as_bytes()) || Method::from_bytes(text.as_bytes()).is_err() {
        return Err(ConfigError::InvalidMethod { method });
    }
    if text.len() > MAX_METHOD {
        return Err(ConfigError::MethodTooLong { method });
    }
    if fetch::is_forbidden_method(text.as_bytes()) {
        return Err(ConfigError::ForbiddenMethod { method });
    }
    match KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        Some(known) if *known != text => {
            Err(ConfigError::MisspelledMethod { method, suggestion: (*known).to_owned() })
        }
        _ => Ok(method),
    }
}

/// Returns the names in lower case, sorted and without duplicates.
fn check_headers(headers: &[String], findings: &mut Findings) -> List<String> {
    // `*` does not cover `authorization`, so that name has an effect beside it:
    // https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
    let option = ConfigOption::AllowHeaders;
    let is_non_wildcard = |name: &str| name.eq_ignore_ascii_case("authorization");
    let (any, listed) = split_list(headers, option, is_non_wildcard, findings);
    let names = check_names(listed, option, findings, |name| {
        if fetch::CORS_RESPONSE_HEADERS.iter().any(|header| header == name) {
            Some(ConfigError::ResponseHeaderAllowed { name: name.to_owned() })
        } else if fetch::is_forbidden_request_header(name) {
            Some(ConfigError::ForbiddenRequestHeader { name: name.to_owned() })
        } else {
            None
        }
    });
    if any { List::All(names) } else { List::Some(names) }
}

fn check_exposed(headers: &[String], findings: &mut Findings) -> List<String> {
    let option = ConfigOption::ExposeHeaders;
    let (all, listed) = split_list(headers, option, |_| false, findings);
    let mut names = check_names(listed, option, findings, |name| {
        is_unreadable(name).then(|| ConfigError::UnreadableHeaderExposed { name: name.to_owned() })
    });
    names.retain(|name| {
        let is_safelisted = fetch::is_safelisted_response_header(name);
        if is_safelisted {
            let name = name.clone();
            findings.warnings.push(ConfigWarning::SafelistedHeaderExposed { name });
        }
        !is_safelisted
    });
    if all { List::All(names) } else { List::Some(names) }
}

/// Headers that no script can read on the response to its request.
fn is_unreadable(name: &str) -> bool {
    fetch::is_forbidden_response_header(name)
        || matches!(
            name,
            "origin"
                | "access-control-request-headers"
                | "access-control-request-method"
                | "access-control-allow-headers"
                | "access-control-allow-methods"
                | "access-control-max-age"
        )
}

/// Separates the `*` from the other entries of a list. `may_stand_beside` selects those that have an effect
/// beside it.
fn split_list<'a>(
    list: &'a [String],
    option: ConfigOption,
    may_stand_beside: impl Fn(&str) -> bool,
    findings: &mut Findings,
) -> (bool, Vec<&'a str>) {
    let (any, listed) = findings::take_wildcard(list, option, findings);
    let others: Vec<String> = listed
        .iter()
        .filter(|entry| any && !may_stand_beside(entry))
        .map(ToString::to_string)
        .collect();
    if !others.is_empty() {
        findings.mistakes.push(ConfigError::WildcardBesideOthers { option, others });
    }
    let mut seen = TextSet::default();
    for entry in &listed {
        // Header names are case-insensitive, methods are not.
        let is_method = option == ConfigOption::AllowMethods;
        let key = if is_method { entry.to_string() } else { entry.to_ascii_lowercase() };
        if !seen.insert(key.as_bytes()) {
            let entry = entry.to_string();
            findings.warnings.push(ConfigWarning::Duplicate { option, entry });
        }
    }
    (any, listed)
}

fn check_names(
    listed: Vec<&str>,
    option: ConfigOption,
    findings: &mut Findings,
    prohibits: impl Fn(&str) -> Option<ConfigError>,
) -> Vec<String> {
    let mut names = Vec::new();
    for text in listed {
        let name = text.to_ascii_lowercase();
        // `http` checks the syntax, and limits the length.
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            let name = text.to_owned();
            findings.mistakes.push(ConfigError::InvalidHeaderName { option, name });
        } else if let Some(mistake) = prohibits(&name) {
            findings.mistakes.push(mistake);
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn check_vary_on(names: &[String], findings: &mut Findings) -> Vec<HeaderName> {
    let option = ConfigOption::VaryOn;
    let listed = names.iter().map(String::as_str).collect();
    let names = check_names(listed, option, findings, |_| None);
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

fn check_max_age(max_age: Option<Duration>, findings: &mut Findings) {
    let Some(max_age) = max_age else { return };
    if max_age > LONGEST_MAX_AGE {
        findings.mistakes.push(ConfigError::MaxAgeTooLong { max_age });
    } else if max_age.subsec_nanos() != 0 {
        findings.mistakes.push(ConfigError::MaxAgeFraction { max_age });
    } else if max_age > CHROMIUM_MAX_AGE {
        findings.warnings.push(ConfigWarning::MaxAgeAboveChromium { max_age });
    }
}

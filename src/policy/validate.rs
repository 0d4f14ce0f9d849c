//! From what was written to what it means: every mistake is found here.

use std::time::Duration;

use http::{HeaderName, Method, StatusCode};

use super::AllowedOrigins;
use crate::{
    config::{CorsConfig, Danger},
    error::{ConfigError, ConfigErrors, ConfigOption},
    fetch,
    origin::{OriginPattern, OriginSet},
};

/// No browser keeps the answer to a preflight for longer.
const LONGEST_MAX_AGE: Duration = Duration::from_secs(86_400);

/// Methods that are known in capitals only, so that other letters are a slip.
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
pub(super) struct Valid {
    pub(super) origins: AllowedOrigins,
    pub(super) credentials: bool,
    pub(super) methods: List<Method>,
    pub(super) headers: List<String>,
    pub(super) exposed: List<String>,
    pub(super) max_age: Option<Duration>,
    pub(super) preflight_status: StatusCode,
}

/// A list option. `All` holds what was named beside, where that means something.
pub(super) enum List<T> {
    All(Vec<T>),
    Some(Vec<T>),
}

/// `mistakes` are those that the setters noticed.
pub(super) fn validate(
    config: &CorsConfig,
    mut mistakes: Vec<ConfigError>,
) -> Result<Valid, ConfigErrors> {
    let credentials = config.allow_credentials.unwrap_or(false);
    let origins = check_origins(config, credentials, &mut mistakes);
    let methods = check_methods(&config.allow_methods, &mut mistakes);
    let headers = check_headers(&config.allow_headers, &mut mistakes);
    let exposed = check_exposed(&config.expose_headers, credentials, &mut mistakes);
    check_max_age(config.max_age, &mut mistakes);
    let preflight_status = config.preflight_status.unwrap_or(StatusCode::NO_CONTENT);
    if !preflight_status.is_success() {
        let status = preflight_status;
        mistakes.push(ConfigError::PreflightStatus { status });
    }
    if !mistakes.is_empty() {
        return Err(ConfigErrors::new(mistakes));
    }
    Ok(Valid {
        origins,
        credentials,
        methods,
        headers,
        exposed,
        max_age: config.max_age,
        preflight_status,
    })
}

fn check_origins(
    config: &CorsConfig,
    credentials: bool,
    mistakes: &mut Vec<ConfigError>,
) -> AllowedOrigins {
    let (wildcards, listed): (Vec<_>, Vec<_>) =
        config.allow_origins.iter().partition(|origin| *origin == "*");
    let any = !wildcards.is_empty();
    if !any && listed.is_empty() {
        mistakes.push(ConfigError::NoOrigin);
    }
    if any && !listed.is_empty() {
        let others = listed.iter().copied().cloned().collect();
        mistakes.push(ConfigError::AnyOriginBesideOthers { others });
    }
    if any && credentials && !config.accepts(Danger::AnyOriginWithCredentials) {
        mistakes.push(ConfigError::AnyOriginWithCredentials);
    }
    let insecure = config.accepts(Danger::InsecureOrigins);
    let mut set = OriginSet::default();
    let mut null = false;
    for text in listed {
        if text == "null" {
            null = true;
            continue;
        }
        match text.parse::<OriginPattern>() {
            Ok(pattern) => {
                if credentials && !insecure && pattern.is_insecure() {
                    let origin = text.clone();
                    mistakes.push(ConfigError::InsecureOriginWithCredentials { origin });
                }
                set.extend([pattern]);
            }
            Err(mistake) => mistakes.push(ConfigError::InvalidOrigin(mistake)),
        }
    }
    if null && credentials {
        mistakes.push(ConfigError::NullOriginWithCredentials);
    } else if null && !config.accepts(Danger::NullOrigin) {
        mistakes.push(ConfigError::NullOrigin);
    }
    match (any, credentials) {
        (true, false) => AllowedOrigins::Any,
        (true, true) => AllowedOrigins::Reflected { insecure },
        (false, _) => AllowedOrigins::Listed { set, null },
    }
}

fn check_methods(methods: &[String], mistakes: &mut Vec<ConfigError>) -> List<Method> {
    let (any, listed) = split_wildcard(methods, ConfigOption::AllowMethods, |_| false, mistakes);
    let mut compiled = Vec::new();
    for method in listed {
        match check_method(method) {
            // The protocol allows these whatever is listed.
            Ok(method) if fetch::is_safelisted_method(method.as_str().as_bytes()) => {}
            Ok(method) if compiled.contains(&method) => {}
            Ok(method) => compiled.push(method),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    if any { List::All(compiled) } else { List::Some(compiled) }
}

fn check_method(text: &str) -> Result<Method, ConfigError> {
    let method = text.to_owned();
    let compiled = match Method::from_bytes(text.as_bytes()) {
        Ok(compiled) if fetch::is_token(text.as_bytes()) => compiled,
        _ => return Err(ConfigError::InvalidMethod { method }),
    };
    if fetch::is_forbidden_method(text.as_bytes()) {
        return Err(ConfigError::ForbiddenMethod { method });
    }
    match KNOWN_METHODS.iter().find(|known| known.eq_ignore_ascii_case(text)) {
        Some(known) if *known != text => {
            Err(ConfigError::MisspelledMethod { method, suggestion: (*known).to_owned() })
        }
        _ => Ok(compiled),
    }
}

/// The names are in lower case, sorted, and each there once.
fn check_headers(headers: &[String], mistakes: &mut Vec<ConfigError>) -> List<String> {
    // The standard's `*` does not cover `authorization`, so naming it beside means something:
    // https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
    let option = ConfigOption::AllowHeaders;
    let is_non_wildcard = |name: &str| name.eq_ignore_ascii_case("authorization");
    let (any, listed) = split_wildcard(headers, option, is_non_wildcard, mistakes);
    let names = check_names(listed, option, mistakes, |name| {
        if fetch::is_cors_response_header(name) {
            Some(ConfigError::ResponseHeaderAllowed { name: name.to_owned() })
        } else if fetch::is_forbidden_request_header(name) {
            Some(ConfigError::ForbiddenRequestHeader { name: name.to_owned() })
        } else {
            None
        }
    });
    if any { List::All(names) } else { List::Some(names) }
}

fn check_exposed(
    headers: &[String],
    credentials: bool,
    mistakes: &mut Vec<ConfigError>,
) -> List<String> {
    let option = ConfigOption::ExposeHeaders;
    let (all, listed) = split_wildcard(headers, option, |_| false, mistakes);
    let mut names = check_names(listed, option, mistakes, |name| {
        is_unreadable(name).then(|| ConfigError::UnreadableHeaderExposed { name: name.to_owned() })
    });
    names.retain(|name| !fetch::is_safelisted_response_header(name));
    if all && credentials {
        mistakes.push(ConfigError::AllHeadersExposedWithCredentials);
    }
    if all { List::All(names) } else { List::Some(names) }
}

/// Headers that no response to a script's request has for the script to read.
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

/// Takes the `*` out of a list. `may_stand_beside` says what means something next to it.
fn split_wildcard<'a>(
    list: &'a [String],
    option: ConfigOption,
    may_stand_beside: impl Fn(&str) -> bool,
    mistakes: &mut Vec<ConfigError>,
) -> (bool, Vec<&'a str>) {
    let (wildcards, listed): (Vec<&str>, Vec<&str>) =
        list.iter().map(String::as_str).partition(|entry| *entry == "*");
    let any = !wildcards.is_empty();
    let others: Vec<String> = listed
        .iter()
        .filter(|entry| any && !may_stand_beside(entry))
        .map(ToString::to_string)
        .collect();
    if !others.is_empty() {
        mistakes.push(ConfigError::WildcardBesideOthers { option, others });
    }
    (any, listed)
}

fn check_names(
    listed: Vec<&str>,
    option: ConfigOption,
    mistakes: &mut Vec<ConfigError>,
    prohibits: impl Fn(&str) -> Option<ConfigError>,
) -> Vec<String> {
    let mut names = Vec::new();
    for text in listed {
        let name = text.to_ascii_lowercase();
        // `http` has an upper limit for names besides the syntax.
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            mistakes.push(ConfigError::InvalidHeaderName { option, name: text.to_owned() });
        } else if let Some(mistake) = prohibits(&name) {
            mistakes.push(mistake);
        } else {
            names.push(name);
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn check_max_age(max_age: Option<Duration>, mistakes: &mut Vec<ConfigError>) {
    let Some(max_age) = max_age else { return };
    if max_age > LONGEST_MAX_AGE {
        mistakes.push(ConfigError::MaxAgeTooLong { max_age });
    } else if max_age.subsec_nanos() != 0 {
        mistakes.push(ConfigError::MaxAgeFraction { max_age });
    }
}

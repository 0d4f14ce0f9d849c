//! Validates methods and header names.

use http::{HeaderName, Method};

use super::{
    findings::{self, Findings},
    spelling,
};
use crate::{
    config::{ConfigError, ConfigOption, ConfigWarning, NameFault, name_within},
    fetch,
    origin::TextSet,
    policy::MAX_METHOD,
};

/// A list option. `All` holds the entries beside the `*` that have an effect, such as `authorization`.
pub(crate) enum List<T> {
    All(Vec<T>),
    Some(Vec<T>),
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Some(Vec::new())
    }
}

pub(super) fn check_methods(methods: &[String], findings: &mut Findings) -> List<Method> {
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
    let is_invalid = NameFault::find(text).is_some() || !fetch::is_token(text.as_bytes());
    if is_invalid || Method::from_bytes(text.as_bytes()).is_err() {
        let suggestion = suggest(text, check_method)?;
        return Err(ConfigError::InvalidMethod { method, suggestion });
    }
    if text.len() > MAX_METHOD {
        return Err(ConfigError::MethodTooLong { method });
    }
    if fetch::is_forbidden_method(text.as_bytes()) {
        return Err(ConfigError::ForbiddenMethod { method });
    }
    match spelling::of_method(text) {
        Some(known) => Err(ConfigError::MisspelledMethod { method, suggestion: known.to_owned() }),
        None => Ok(method),
    }
}

/// Returns the names in lower case, sorted and without duplicates.
pub(super) fn check_headers(headers: &[String], findings: &mut Findings) -> List<String> {
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

pub(super) fn check_exposed(headers: &[String], findings: &mut Findings) -> List<String> {
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
        match check_name(text, option, &prohibits) {
            Ok(name) => names.push(name),
            Err(mistake) => findings.mistakes.push(mistake),
        }
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns the name in lower case.
fn check_name(
    text: &str,
    option: ConfigOption,
    prohibits: &dyn Fn(&str) -> Option<ConfigError>,
) -> Result<String, ConfigError> {
    let lower = text.to_ascii_lowercase();
    // `http` checks the syntax, and limits the length.
    if NameFault::find(text).is_some() || HeaderName::from_bytes(lower.as_bytes()).is_err() {
        let suggestion = suggest(text, |name| check_name(name, option, prohibits))?;
        // In `Vary`, `*` is another word.
        let suggestion = suggestion.filter(|name| name != "*" || option != ConfigOption::VaryOn);
        return Err(ConfigError::InvalidHeaderName { option, name: text.to_owned(), suggestion });
    }
    let known = spelling::of_header(&lower);
    match (prohibits(known.unwrap_or(&lower)), known) {
        (Some(mistake), _) => Err(mistake),
        (None, Some(known)) => Err(ConfigError::MisspelledHeader {
            option,
            name: text.to_owned(),
            suggestion: known.to_owned(),
        }),
        (None, None) => Ok(lower),
    }
}

/// The name that a text without the form of one was probably meant to be. It builds: if the text holds a name that does
/// not, only that mistake counts.
fn suggest(
    text: &str,
    check: impl Fn(&str) -> Result<String, ConfigError>,
) -> Result<Option<String>, ConfigError> {
    if NameFault::find(text) == Some(NameFault::WordForAny) {
        return Ok(Some("*".to_owned()));
    }
    let Some(name) = name_within(text) else { return Ok(None) };
    if name == "*" {
        return Ok(Some(name.to_owned()));
    }
    match check(name) {
        Ok(_) => Ok(Some(name.to_owned())),
        Err(
            ConfigError::MisspelledMethod { suggestion, .. }
            | ConfigError::MisspelledHeader { suggestion, .. },
        ) => Ok(Some(suggestion)),
        Err(
            ConfigError::InvalidMethod { suggestion, .. }
            | ConfigError::InvalidHeaderName { suggestion, .. },
        ) => Ok(suggestion),
        Err(mistake) => Err(mistake),
    }
}

pub(super) fn check_vary_on(names: &[String], findings: &mut Findings) -> Vec<HeaderName> {
    let option = ConfigOption::VaryOn;
    let listed = names.iter().map(String::as_str).collect();
    let names = check_names(listed, option, findings, |_| None);
    names.iter().filter_map(|name| name.parse().ok()).collect()
}

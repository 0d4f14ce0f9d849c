//! Checks the headers of the answers for mistakes.

use std::collections::BTreeSet;

use http::{HeaderMap, Response};

use crate::{
    client,
    finding::{Finding, Severity},
    hostile::weighed,
};

/// An origin that no server allows by name: `.invalid` is reserved.
pub(crate) const STRANGER: &str = "https://tower-cors-probe.invalid";

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

/// What browsers read of a response.
const KNOWN: [&str; 8] = [
    ALLOW_ORIGIN,
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
    "access-control-allow-private-network",
    "access-control-allow-local-network",
];

/// Status and headers of a response.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
}

impl Answer {
    pub(crate) fn new<B>(response: &Response<B>) -> Self {
        Self { status: response.status().as_u16(), headers: response.headers().clone() }
    }

    /// Whether the status is one that browsers accept for a preflight.
    pub(crate) fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether a rate limiter or a gateway has probably made it.
    pub(crate) fn is_interrupted(&self) -> bool {
        matches!(self.status, 429 | 502..=504)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// All lines of a header, joined with commas.
    pub(crate) fn combined(&self, name: &str) -> Option<String> {
        let lines = self.headers.get_all(name).iter();
        let lines: Vec<String> =
            lines.map(|line| client::printable(line.as_bytes().trim_ascii())).collect();
        (!lines.is_empty()).then(|| lines.join(", "))
    }

    fn cors_headers(&self) -> impl Iterator<Item = &str> {
        let names = self.headers.keys().map(http::HeaderName::as_str);
        names.filter(|name| name.starts_with("access-control-"))
    }

    fn is_repeated(&self, name: &str) -> bool {
        self.headers.get_all(name).iter().count() > 1
    }

    pub(crate) fn allow_origin(&self) -> Option<String> {
        self.combined(ALLOW_ORIGIN)
    }

    pub(crate) fn allows_credentials(&self) -> bool {
        self.combined("access-control-allow-credentials").is_some_and(|value| value == "true")
    }

    /// Whether the origin is allowed by name, and not by `*`.
    pub(crate) fn echoes(&self, origin: &str) -> bool {
        self.allow_origin().is_some_and(|allowed| allowed == origin)
    }

    pub(crate) fn varies_by_origin(&self) -> bool {
        let vary = self.combined("vary").unwrap_or_default();
        vary.split(',')
            .map(str::trim)
            .any(|name| name == "*" || name.eq_ignore_ascii_case("origin"))
    }
}

/// Checks the answers to an allowed origin, to no origin and to `STRANGER`.
pub(crate) fn of_answers(
    origin: &str,
    own: &Answer,
    none: &Answer,
    stranger: &Answer,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |severity, name, found: String, why, change| {
        findings.push(Finding { severity, name, found, why, change });
    };
    if stranger.echoes(STRANGER) {
        let with = if stranger.allows_credentials() { ", with credentials" } else { "" };
        add(
            weighed(Severity::High, stranger),
            "any-origin-reflected",
            format!("Origin: {STRANGER} is allowed{with}"),
            "pages of every site can read the response, with the visitor's cookies if credentials are allowed",
            "compare the request's Origin with a list of allowed ones; if anyone may read the response without cookies, send *",
        );
    }
    let allowed = own.allow_origin();
    match allowed.as_deref() {
        Some("*") if own.allows_credentials() => add(
            Severity::Medium,
            "wildcard-with-credentials",
            String::from(
                "Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true",
            ),
            "browsers refuse the combination for requests with credentials",
            "compare the request's Origin with a list, and send back that one origin; or do not allow credentials",
        ),
        Some("*") => add(
            Severity::Note,
            "any-origin",
            String::from("Access-Control-Allow-Origin: *"),
            "pages of every site can read the response",
            "keep it for public data; list the origins if only the network protects this server",
        ),
        Some(list) if list.matches("://").count() > 1 && !own.is_repeated(ALLOW_ORIGIN) => add(
            Severity::Medium,
            "list-of-origins",
            format!("Access-Control-Allow-Origin: {list}"),
            "browsers refuse more than one value",
            "compare the request's Origin with your list, and send back that one origin, with Vary: Origin",
        ),
        Some(several) if several.contains(',') => add(
            Severity::Medium,
            "written-twice",
            format!("Access-Control-Allow-Origin: {several}"),
            "browsers refuse more than one value; it looks as if two layers, or a gateway and the application, both write it",
            "remove one of the two, and let the other write all CORS headers",
        ),
        Some(allowed) if allowed.strip_suffix('/') == Some(origin) => add(
            Severity::Medium,
            "slash-at-the-end",
            format!("Access-Control-Allow-Origin: {allowed} for the origin {origin}"),
            "browsers compare byte for byte, and their origins have no slash at the end",
            "remove the slash",
        ),
        Some(allowed) if allowed != origin => add(
            Severity::Medium,
            "invalid-allow-origin",
            format!("Access-Control-Allow-Origin: {allowed} for the origin {origin}"),
            "browsers refuse everything but the request's own origin and *",
            "send the request's own origin if it is allowed, and nothing if it is not",
        ),
        _ => {}
    }
    let unknown: Vec<&str> = own.cors_headers().filter(|name| !KNOWN.contains(name)).collect();
    if !unknown.is_empty() {
        add(
            Severity::Medium,
            "unknown-header",
            unknown.join(", "),
            "browsers know no such header",
            "write one of those that they know: Access-Control-Allow-Origin, -Allow-Credentials, -Allow-Methods, \
             -Allow-Headers, -Expose-Headers and -Max-Age",
        );
    }
    let answers = [(own, "an allowed origin"), (none, "no origin"), (stranger, "another origin")];
    // What a rate limiter or a gateway has made says nothing of the application.
    let own_answers = answers.into_iter().filter(|(answer, _)| !answer.is_interrupted());
    let allowed_origins: BTreeSet<_> =
        own_answers.clone().map(|(answer, _)| answer.allow_origin()).collect();
    let depends = allowed_origins.len() > 1;
    for (answer, to) in own_answers {
        if depends && !answer.varies_by_origin() {
            add(
                Severity::High,
                "missing-vary",
                format!("the response to {to} has no Vary: Origin, but responses differ by origin"),
                "a cache can give one page's response to another page, which cannot read it, or must not",
                "send Vary: Origin with all responses, even if the request has no Origin",
            );
            break;
        }
    }
    if let Some(value) = own
        .combined("access-control-allow-credentials")
        .filter(|value| value != "true" && allowed.as_ref().is_none_or(|it| !it.contains(',')))
    {
        add(
            Severity::Low,
            "invalid-credentials",
            format!("Access-Control-Allow-Credentials: {value}"),
            "browsers accept only the value true, in lower case and once",
            "send true, or leave the header out",
        );
    }
    if stranger.allow_origin().is_none() {
        let leaked: Vec<&str> =
            stranger.cors_headers().filter(|name| KNOWN.contains(name)).collect();
        if !leaked.is_empty() {
            add(
                Severity::Low,
                "headers-for-refused",
                format!("{} for an origin that is not allowed", leaked.join(", ")),
                "the headers have no effect there, and tell strangers about the configuration",
                "send no CORS headers to an origin that is not allowed, only Vary",
            );
        }
    }
    let of_preflights =
        ["access-control-allow-methods", "access-control-allow-headers", "access-control-max-age"];
    let misplaced: Vec<&str> = of_preflights.into_iter().filter(|name| own.has(name)).collect();
    if !misplaced.is_empty() {
        add(
            Severity::Low,
            "preflight-headers",
            format!("{} in a response to a request that is not a preflight", misplaced.join(", ")),
            "browsers read these headers only in answers to preflights",
            "send them only there",
        );
    }
    findings
}

/// Checks what the answers to preflights contain.
pub(crate) fn of_preflights(own: &Answer, preflight: &Answer, stranger: &Answer) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |severity, name, found: String, why, change| {
        findings.push(Finding { severity, name, found, why, change });
    };
    let is_wrong = |answer: &Answer, origin: &str| {
        answer.echoes(origin) && !answer.allows_credentials() && own.allows_credentials()
    };
    if own.allow_origin().is_some_and(|origin| is_wrong(preflight, &origin)) {
        add(
            Severity::Medium,
            "preflight-without-credentials",
            String::from("responses allow credentials, but answers to preflights do not"),
            "browsers do not send a request with credentials if its preflight does not allow them",
            "send Access-Control-Allow-Credentials: true with both",
        );
    }
    if stranger.echoes(STRANGER) && stranger.allows_credentials() {
        add(
            Severity::High,
            "preflight-of-any-origin",
            format!("a preflight of Origin: {STRANGER} is allowed, with credentials"),
            "pages of every site can send requests with the visitor's cookies",
            "list the allowed origins",
        );
    }
    let has_wildcard = |name: &str| {
        let list = preflight.combined(name).unwrap_or_default();
        list.split(',').any(|element| element.trim() == "*")
    };
    for name in ["access-control-allow-methods", "access-control-allow-headers"] {
        if preflight.allows_credentials() && has_wildcard(name) {
            add(
                Severity::Low,
                "literal-wildcard",
                format!("{name}: * with Access-Control-Allow-Credentials: true"),
                "for requests with credentials, browsers take * as a name, and not as a wildcard",
                "list the names",
            );
        }
    }
    let methods = preflight.combined("access-control-allow-methods").unwrap_or_default();
    let listed: Vec<&str> = methods.split(',').map(str::trim).collect();
    let is_misspelled = |method: &&str| {
        let upper = method.to_ascii_uppercase();
        let is_known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(&upper.as_str());
        is_known && *method != upper && !listed.contains(&upper.as_str())
    };
    let misspelled: Vec<&str> = listed.iter().copied().filter(is_misspelled).collect();
    if !misspelled.is_empty() {
        add(
            Severity::Low,
            "misspelled-methods",
            format!("Access-Control-Allow-Methods: {}", misspelled.join(", ")),
            "methods are compared byte for byte, so these do not allow the methods in upper case",
            "write the methods in upper case",
        );
    }
    let max_age = preflight.combined("access-control-max-age");
    if let Some(value) = &max_age {
        let seconds = value.parse::<u64>().ok();
        if seconds.is_none_or(|seconds| seconds > 86_400) {
            add(
                Severity::Low,
                "invalid-max-age",
                format!("Access-Control-Max-Age: {value}"),
                "browsers read whole seconds, and keep no answer for longer than a day",
                "send a whole number of seconds, at most 86400",
            );
        }
    }
    if preflight.allow_origin().is_some() && max_age.is_none() && preflight.is_ok() {
        add(
            Severity::Note,
            "no-max-age",
            String::from("answers to preflights have no Access-Control-Max-Age"),
            "browsers keep the answers for only 5 seconds, and then send another preflight",
            "send Access-Control-Max-Age, and browsers send fewer preflights",
        );
    }
    findings
}

/// Checks for the reasons that this crate's layer sends to developers.
pub(crate) fn of_reasons(answers: &[&Answer]) -> Option<Finding> {
    let reason = answers.iter().find_map(|answer| answer.combined("x-cors-refusal"))?;
    Some(Finding {
        severity: Severity::Low,
        name: "reasons-sent",
        found: format!("x-cors-refusal: {reason}"),
        why: "the reasons are for development; they tell strangers how close they are to an allowed origin",
        change: "remove diagnose(true) from the configuration for production",
    })
}

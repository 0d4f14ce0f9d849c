//! What to change on a server, for each check that fails.

use std::fmt;

use http::{HeaderMap, HeaderName, StatusCode};
use serde::{Deserialize, Serialize};
use tower_cors::browser::{Exchange, NetworkError, NetworkErrorCause as Cause};

/// The name of the check that failed, and what to change.
pub(crate) struct Fix {
    pub(crate) reason: Reason,
    pub(crate) change: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    PreflightWithoutAllowOrigin,
    MissingAllowOrigin,
    WildcardWithCredentials,
    SeveralAllowOrigins,
    OtherAllowOrigin,
    MissingAllowCredentials,
    PreflightStatus,
    MalformedList,
    MethodNotAllowed,
    HeaderNotAllowed,
    Redirect,
    ForbiddenMethod,
    Other,
}

impl Reason {
    pub(crate) const ALL: [Self; 13] = [
        Self::PreflightWithoutAllowOrigin,
        Self::MissingAllowOrigin,
        Self::WildcardWithCredentials,
        Self::SeveralAllowOrigins,
        Self::OtherAllowOrigin,
        Self::MissingAllowCredentials,
        Self::PreflightStatus,
        Self::MalformedList,
        Self::MethodNotAllowed,
        Self::HeaderNotAllowed,
        Self::Redirect,
        Self::ForbiddenMethod,
        Self::Other,
    ];
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl Fix {
    pub(crate) fn of(error: &NetworkError, exchanges: &[Exchange]) -> Self {
        let failed = error.exchange().and_then(|index| exchanges.get(index));
        let status = failed.and_then(Exchange::status);
        let headers = failed.and_then(Exchange::response_headers);
        let fix = |reason, change: String| Self { reason, change };
        match error.cause() {
            Cause::MissingAllowOrigin { origin, preflight } => {
                let reason = match preflight {
                    Some(_) => Reason::PreflightWithoutAllowOrigin,
                    None => Reason::MissingAllowOrigin,
                };
                let is_compared =
                    headers.is_some_and(|headers| is_compared(headers, preflight.is_some()));
                let misspelled = headers.and_then(misspelled_allow_origin);
                let change = match (misspelled, preflight) {
                    (Some(name), _) => format!(
                        "write Access-Control-Allow-Origin instead of {name}, which browsers do not know"
                    ),
                    _ if origin == "null" => String::from(OF_NULL),
                    _ if is_compared => format!(
                        "allow the origin {origin}: the CORS layer has seen it, and does not allow it"
                    ),
                    (None, Some(status)) => of_preflight(*status, origin),
                    (None, None) => of_response(status, origin),
                };
                fix(reason, change)
            }
            Cause::WildcardWithCredentials { origin } => fix(
                Reason::WildcardWithCredentials,
                format!(
                    "send Access-Control-Allow-Origin: {origin} instead of *, and Access-Control-Allow-Credentials: true; \
                     or do not send credentials"
                ),
            ),
            Cause::OtherAllowOrigin { origin, found } => {
                let lines =
                    headers.map_or(0, |headers| headers.get_all(ALLOW_ORIGIN).iter().count());
                let reason = if found.contains(',') {
                    Reason::SeveralAllowOrigins
                } else {
                    Reason::OtherAllowOrigin
                };
                fix(reason, of_other_origin(origin, found, lines))
            }
            Cause::MissingAllowCredentials { .. } => fix(
                Reason::MissingAllowCredentials,
                String::from(
                    "send Access-Control-Allow-Credentials: true, in lower case, with the preflight and the response; \
                     or do not send credentials",
                ),
            ),
            Cause::PreflightStatus(status) if status.is_redirection() => {
                fix(Reason::PreflightStatus, String::from(OF_REDIRECTED_PREFLIGHT))
            }
            Cause::PreflightStatus(status) => fix(
                Reason::PreflightStatus,
                format!("answer the preflight with 204, instead of {}", status.as_u16()),
            ),
            Cause::MalformedList { header, .. } => {
                fix(Reason::MalformedList, format!("separate the names in {header} with commas"))
            }
            Cause::MethodNotAllowed { method, allowed } => {
                fix(Reason::MethodNotAllowed, of_method(method.as_str(), allowed))
            }
            Cause::HeaderNotAllowed { name, allowed } => {
                let is_wildcard = allowed.iter().any(|allowed| allowed == "*");
                let why = match (is_wildcard, name.as_str()) {
                    (false, _) => "",
                    (true, "authorization") => ": * does not cover it",
                    (true, _) => ": with credentials, * is no wildcard",
                };
                let change = format!("add {name} to Access-Control-Allow-Headers{why}");
                fix(Reason::HeaderNotAllowed, change)
            }
            Cause::InvalidLocation(_)
            | Cause::CredentialsInLocation(_)
            | Cause::TooManyRedirects => fix(
                Reason::Redirect,
                String::from(
                    "let the page use the final URL, so that there is no redirect to follow",
                ),
            ),
            Cause::ForbiddenMethod(_) => fix(
                Reason::ForbiddenMethod,
                String::from("use a method that scripts can send, such as POST"),
            ),
            _ => fix(
                Reason::Other,
                String::from("see the section of the standard that the verdict names"),
            ),
        }
    }
}

/// A header that was meant to be `Access-Control-Allow-Origin`.
fn misspelled_allow_origin(headers: &HeaderMap) -> Option<&str> {
    let mut names = headers.keys().map(HeaderName::as_str);
    names.find(|name| {
        name.starts_with("access-control-") && name.contains("origin") && *name != ALLOW_ORIGIN
    })
}

/// Whether the layer says, or shows by `Vary`, that it has compared the origin. Preflights that it refuses for another
/// reason vary by the origin, too, so for these only the reason tells.
fn is_compared(headers: &HeaderMap, is_preflight: bool) -> bool {
    let has = |name: &str, is_it: fn(&str) -> bool| {
        let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|part| is_it(part.trim()))
    };
    let varies = has("vary", |name| name.eq_ignore_ascii_case("origin"));
    has("x-cors-refusal", |reason| reason.starts_with("origin-not-allowed"))
        || !is_preflight && varies
}

/// `lines` is how often the response has the header.
fn of_other_origin(origin: &str, found: &str, lines: usize) -> String {
    if found.contains(',') && lines > 1 {
        return String::from(
            "send one value: two layers, or a gateway and the application, both add Access-Control-Allow-Origin, so turn \
             it off in one of them",
        );
    }
    if found.strip_suffix('/') == Some(origin) {
        return format!("remove the slash at the end: send {origin}");
    }
    if found.contains([',', ' ', '*']) {
        return format!(
            "send one origin, and neither a list nor a pattern: compare the request's Origin with your list, and send \
             back {origin}, with Vary: Origin"
        );
    }
    format!(
        "send the origin that asks, {origin}, exactly as it is, with Vary: Origin; a cache may also have kept the response \
         for another page"
    )
}

/// Browsers change only some methods to upper case, and compare byte for byte.
fn of_method(method: &str, allowed: &[String]) -> String {
    let upper = method.to_ascii_uppercase();
    let has = |name: &str| allowed.iter().any(|allowed| allowed == name);
    if has("*") {
        return format!(
            "add {method} to Access-Control-Allow-Methods: with credentials, * is no wildcard"
        );
    }
    if upper != method && has(&upper) {
        return format!("write {upper} in the script: methods are compared byte for byte");
    }
    if upper != method && KNOWN_METHODS.contains(&upper.as_str()) {
        return format!(
            "write {upper} in the script, and add {upper} to Access-Control-Allow-Methods: methods are compared byte for \
             byte"
        );
    }
    if let Some(listed) = allowed.iter().find(|allowed| allowed.eq_ignore_ascii_case(method)) {
        return format!(
            "write {method} instead of {listed} in Access-Control-Allow-Methods: methods are compared byte for byte"
        );
    }
    format!("add {method} to Access-Control-Allow-Methods, spelled exactly so")
}

/// What answers a preflight in the place of the CORS layer.
fn of_preflight(status: StatusCode, origin: &str) -> String {
    String::from(match status.as_u16() {
        300..=399 => OF_REDIRECTED_PREFLIGHT,
        401 | 407 => {
            "put the CORS layer outside authentication: preflights carry no cookies and no tokens"
        }
        404 | 405 | 501 => {
            return format!(
                "answer OPTIONS with 204 and Access-Control-Allow-Origin: {origin}; if a CORS layer is there, put it around \
                 the whole router, which answers OPTIONS itself"
            );
        }
        429 => "put the CORS layer outside the rate limiter",
        502..=504 => "make the gateway reach the application and forward OPTIONS",
        403 => {
            return format!(
                "allow the origin {origin}, the method and the headers of the preflight; if they are allowed, a firewall \
                 or a CSRF check answers before the CORS layer"
            );
        }
        _ => {
            return format!(
                "answer preflights with Access-Control-Allow-Origin: {origin}, and Vary: Origin"
            );
        }
    })
}

/// What made a response without CORS headers.
fn of_response(status: Option<StatusCode>, origin: &str) -> String {
    let outside = |what: &str| {
        format!("send the CORS headers with errors, too: put the CORS layer outside {what}")
    };
    match status.map(|status| status.as_u16()) {
        Some(300..=399) => String::from(
            "let the page use the final URL, or put the CORS layer outside what redirects",
        ),
        Some(401 | 403 | 407) => outside("authentication"),
        Some(404 | 405) => outside("the router"),
        Some(429) => outside("the rate limiter"),
        Some(500..=599) => outside(
            "what makes errors into responses; and look for the error itself in the server's log",
        ),
        _ => format!("send Access-Control-Allow-Origin: {origin}, and Vary: Origin"),
    }
}

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

const KNOWN_METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

const OF_NULL: &str = "a redirect, a sandboxed frame or a file has the origin null: let the page use the final URL, or \
    serve it from a server";

const OF_REDIRECTED_PREFLIGHT: &str = "browsers do not follow redirects of preflights: let the page use the final URL, \
    or put the CORS layer outside what redirects";

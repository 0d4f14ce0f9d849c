//! What to change on a server, for each check that fails.

use std::fmt;

use http::{HeaderMap, Method, StatusCode};
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
                let change = match preflight {
                    _ if origin == "null" => String::from(OF_NULL),
                    _ if is_compared => {
                        format!(
                            "allow the origin {origin}: the CORS layer has seen it, and does not allow it"
                        )
                    }
                    Some(status) => of_preflight(*status, origin),
                    None => of_response(status, origin),
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
            Cause::OtherAllowOrigin { found, .. } if found.contains(',') => fix(
                Reason::SeveralAllowOrigins,
                String::from(
                    "send one value, the origin that asks; if two layers, or a gateway and the application, both add \
                     Access-Control-Allow-Origin, turn it off in one of them",
                ),
            ),
            Cause::OtherAllowOrigin { origin, .. } => fix(
                Reason::OtherAllowOrigin,
                format!(
                    "send the origin that asks, {origin}, exactly as it is, with Vary: Origin; a cache may also have \
                     kept the response for another page"
                ),
            ),
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
            Cause::MethodNotAllowed { method, allowed }
                if is_listed_in_upper_case(method, allowed) =>
            {
                let upper = method.as_str().to_ascii_uppercase();
                fix(
                    Reason::MethodNotAllowed,
                    format!("write {upper} in the script: methods are compared byte for byte"),
                )
            }
            Cause::MethodNotAllowed { method, .. } => fix(
                Reason::MethodNotAllowed,
                format!("add {method} to Access-Control-Allow-Methods, spelled exactly so"),
            ),
            Cause::HeaderNotAllowed { name, .. } => {
                fix(Reason::HeaderNotAllowed, format!("add {name} to Access-Control-Allow-Headers"))
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

fn is_listed_in_upper_case(method: &Method, allowed: &[String]) -> bool {
    let upper = method.as_str().to_ascii_uppercase();
    upper != method.as_str() && allowed.contains(&upper)
}

/// What answers a preflight in the place of the CORS layer.
fn of_preflight(status: StatusCode, origin: &str) -> String {
    String::from(match status.as_u16() {
        300..=399 => OF_REDIRECTED_PREFLIGHT,
        401 | 407 => {
            "put the CORS layer outside authentication: preflights carry no cookies and no tokens"
        }
        404 | 405 | 501 => {
            "put the CORS layer around the whole router, after all routes are added: the router answers OPTIONS itself"
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
    let outside =
        |what: &str| format!("put the CORS layer outside {what}: its response has no CORS headers");
    match status.map(|status| status.as_u16()) {
        Some(300..=399) => String::from(
            "let the page use the final URL, or put the CORS layer outside what redirects",
        ),
        Some(401 | 403 | 407) => outside("authentication"),
        Some(404 | 405) => outside("the router and its fallback"),
        Some(429) => outside("the rate limiter"),
        Some(500..=599) => {
            outside("what makes errors into responses, or look for the error in the server's log")
        }
        _ => format!("send Access-Control-Allow-Origin: {origin}, and Vary: Origin"),
    }
}

const OF_NULL: &str = "a redirect, a sandboxed frame or a file has the origin null: let the page use the final URL, or \
    serve it from a server";

const OF_REDIRECTED_PREFLIGHT: &str = "browsers do not follow redirects of preflights: let the page use the final URL, \
    or put the CORS layer outside what redirects";

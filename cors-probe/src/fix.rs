//! What to change on a server, for each check that fails.

use http::StatusCode;
use tower_cors::browser::{Exchange, NetworkError, NetworkErrorCause as Cause};

/// The name of the check that failed, and what to change.
pub(crate) struct Fix {
    pub(crate) reason: &'static str,
    pub(crate) change: String,
}

impl Fix {
    pub(crate) fn of(error: &NetworkError, exchanges: &[Exchange]) -> Self {
        let failed = error.exchange().and_then(|index| exchanges.get(index));
        let status = failed.and_then(Exchange::status);
        let fix = |reason, change: String| Self { reason, change };
        match error.cause() {
            Cause::MissingAllowOrigin { origin, preflight: Some(status) } => {
                fix("preflight-without-allow-origin", of_preflight(*status, origin))
            }
            Cause::MissingAllowOrigin { origin, .. } => {
                fix("missing-allow-origin", of_response(status, origin))
            }
            Cause::WildcardWithCredentials { origin } => fix(
                "wildcard-with-credentials",
                format!(
                    "send Access-Control-Allow-Origin: {origin} instead of *, and Access-Control-Allow-Credentials: true; \
                     or do not send credentials"
                ),
            ),
            Cause::OtherAllowOrigin { found, .. } if found.contains(',') => fix(
                "several-allow-origins",
                String::from(
                    "send one value: two layers, or a gateway and the application, both add \
                     Access-Control-Allow-Origin, so turn it off in one of them",
                ),
            ),
            Cause::OtherAllowOrigin { origin, .. } => fix(
                "other-allow-origin",
                format!(
                    "send the origin that asks, {origin}, exactly as it is, with Vary: Origin; a cache may also have \
                     kept the response for another page"
                ),
            ),
            Cause::MissingAllowCredentials { .. } => fix(
                "missing-allow-credentials",
                String::from(
                    "send Access-Control-Allow-Credentials: true, in lower case, with the preflight and the response; \
                     or do not send credentials",
                ),
            ),
            Cause::PreflightStatus(status) => fix(
                "preflight-status",
                format!("answer the preflight with 204, instead of {}", status.as_u16()),
            ),
            Cause::MalformedList { header, .. } => {
                fix("malformed-list", format!("separate the names in {header} with commas"))
            }
            Cause::MethodNotAllowed { method, .. } => fix(
                "method-not-allowed",
                format!("add {method} to Access-Control-Allow-Methods, spelled exactly so"),
            ),
            Cause::HeaderNotAllowed { name, .. } => {
                fix("header-not-allowed", format!("add {name} to Access-Control-Allow-Headers"))
            }
            Cause::InvalidLocation(_)
            | Cause::CredentialsInLocation(_)
            | Cause::TooManyRedirects => fix(
                "redirect",
                String::from(
                    "let the page use the final URL, so that there is no redirect to follow",
                ),
            ),
            Cause::ForbiddenMethod(_) => fix(
                "forbidden-method",
                String::from("use a method that scripts can send, such as POST"),
            ),
            _ => {
                fix("other", String::from("see the section of the standard that the verdict names"))
            }
        }
    }
}

/// What answers a preflight in the place of the CORS layer.
fn of_preflight(status: StatusCode, origin: &str) -> String {
    String::from(match status.as_u16() {
        300..=399 => {
            "browsers do not follow redirects of preflights: let the page use the final URL, or put the CORS layer \
             outside what redirects"
        }
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
        _ if origin == "null" => String::from(
            "a redirect, a sandboxed frame or a file has the origin null: let the page use the final URL, or serve it \
             from a server",
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

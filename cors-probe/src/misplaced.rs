//! Recognises where a CORS layer is missing or misplaced, by what answers in its stead.

use http::Method;

use crate::{
    checks::Answer,
    finding::{Finding, Severity},
};

/// The answers to a `GET`, to its preflight, and to the preflight of the method that was asked for.
pub(crate) struct Placement<'a> {
    pub(crate) origin: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) actual: &'a Answer,
    pub(crate) preflight: &'a Answer,
    pub(crate) of_method: &'a Answer,
}

impl Placement<'_> {
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let Self { actual, preflight, .. } = self;
        let is_shared = actual.allow_origin().is_some();
        let is_preflight_shared = preflight.is_ok() && preflight.allow_origin().is_some();
        let main = match (is_shared, is_preflight_shared) {
            (true, true) => self.method_finding(),
            (true, false) => Some(preflight_finding(preflight)),
            (false, true) => Some(response_finding(actual)),
            (false, false) => Some(self.finding_of_neither()),
        };
        main.into_iter().chain(self.gateway_finding()).collect()
    }

    /// Whether the requested method is allowed, if preflights are answered at all.
    fn method_finding(&self) -> Option<Finding> {
        (!self.allows_method()).then(|| Finding {
            severity: Severity::Note,
            name: "method-not-allowed",
            found: format!("the method {} is not allowed for {}", self.method, self.origin),
            why: "browsers do not send the request, because its preflight is refused",
            change: "add it to the allowed methods if pages need it; names of methods are case-sensitive",
        })
    }

    pub(crate) fn allows_method(&self) -> bool {
        let Self { method, of_method, .. } = self;
        let list = of_method.combined("access-control-allow-methods").unwrap_or_default();
        let is_listed = list.split(',').map(str::trim).any(|listed| {
            listed == method.as_str() || listed == "*" && !of_method.allows_credentials()
        });
        let is_safelisted = [Method::GET, Method::HEAD, Method::POST].contains(method);
        of_method.is_ok() && of_method.allow_origin().is_some() && (is_listed || is_safelisted)
    }

    fn finding_of_neither(&self) -> Finding {
        let Self { origin, actual, preflight, .. } = self;
        if matches!(preflight.status, 300..=399 | 401 | 407 | 429 | 500 | 502..=504) {
            return preflight_finding(preflight);
        }
        if actual.varies_by_origin() || preflight.varies_by_origin() {
            return Finding {
                severity: Severity::Gap,
                name: "not-allowed",
                found: format!("the origin {origin} is not allowed"),
                why: "the audit derives other origins from an allowed one, so it cannot check how they are compared",
                change: "if pages of this origin need the server, add it to the allowed origins; if not, give an --origin that \
                         the server allows",
            };
        }
        Finding {
            severity: Severity::Medium,
            name: "no-cors",
            found: format!(
                "neither the response (status {}) nor the answer to its preflight (status {}) has CORS headers or Vary: Origin",
                actual.status, preflight.status
            ),
            why: "pages of other origins can read nothing; it looks as if no CORS layer is around this route",
            change: "put the CORS layer around the whole router, after all routes are added, and check the URL and --origin",
        }
    }

    fn gateway_finding(&self) -> Option<Finding> {
        let server = |answer: &Answer| answer.combined("server");
        let (actual, preflight) = (server(self.actual)?, server(self.preflight)?);
        (actual != preflight).then(|| Finding {
            severity: Severity::Note,
            name: "answered-elsewhere",
            found: format!(
                "preflights are answered by Server: {preflight}, and other requests by Server: {actual}"
            ),
            why: "it looks as if a gateway answers preflights by rules of its own, which can contradict the application's",
            change: "configure CORS in one place: let the gateway forward OPTIONS, or let it write all CORS headers",
        })
    }
}

/// For a preflight that a browser does not accept.
fn preflight_finding(answer: &Answer) -> Finding {
    let (name, why, change) = match answer.status {
        404 | 405 | 501 if answer.allow_origin().is_some() => (
            "preflight-status",
            "browsers need a 2xx status, whatever the headers",
            "answer preflights with 204",
        ),
        200..=299 => (
            "preflight-without-cors",
            "browsers do not send the request; it looks as if a handler for OPTIONS or a gateway answers before the CORS layer",
            "remove what answers OPTIONS, so that preflights reach the CORS layer",
        ),
        300..=399 => (
            "preflight-redirected",
            "browsers do not follow redirects of preflights; it looks like a redirect to https or to another slash at the end",
            "let pages use the final URL, or put the CORS layer outside what redirects",
        ),
        401 | 407 => (
            "authentication-outside",
            "browsers send preflights without cookies and tokens; it looks as if authentication is outside the CORS layer",
            "put the CORS layer outside authentication, so that it answers preflights first",
        ),
        404 | 405 | 501 => (
            "layer-inside-routing",
            "the router answers OPTIONS by itself; it looks as if the CORS layer is around a handler, or was added before the route",
            "put the CORS layer around the whole router, after all routes are added",
        ),
        429 => LIMITER,
        502..=504 => GATEWAY,
        500..=599 => (
            "preflight-fails",
            "browsers need a 2xx status; it looks as if OPTIONS fails in something that is outside the CORS layer",
            "put the CORS layer outside of it, so that it answers preflights first",
        ),
        _ => (
            "preflight-status",
            "browsers need a 2xx status; it looks as if a firewall, a CSRF check or another layer answers before the CORS layer",
            "put the CORS layer outside of it, so that it answers preflights first",
        ),
    };
    let found = if answer.is_ok() {
        String::from("the answer to a preflight has no Access-Control-Allow-Origin")
    } else if let Some(location) = answer.combined("location") {
        format!("a preflight gets status {} and Location: {location}", answer.status)
    } else {
        format!("a preflight gets status {}", answer.status)
    };
    Finding { severity: Severity::Medium, name, found, why, change }
}

/// For a response without CORS headers, though its preflight has them.
fn response_finding(answer: &Answer) -> Finding {
    let (name, why, change) = cause(answer.status);
    let found = format!(
        "preflights are allowed, but the response of status {} has no Access-Control-Allow-Origin",
        answer.status
    );
    Finding { severity: Severity::Medium, name, found, why, change }
}

/// For an error without CORS headers, though other responses have them.
pub(crate) fn hidden_error(answer: &Answer) -> Finding {
    let (_, why, change) = cause(answer.status);
    let found = format!("an error of status {} has no Access-Control-Allow-Origin", answer.status);
    Finding { severity: Severity::Low, name: "hidden-errors", found, why, change }
}

/// What probably made a response that has no CORS headers.
fn cause(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        300..=399 => (
            "redirect-without-cors",
            "browsers do not follow it; it looks as if what redirects is outside the CORS layer",
            "let pages use the final URL, or put the CORS layer outside what redirects",
        ),
        401 | 403 | 407 => (
            "authentication-outside",
            "pages see a network error instead of the status; it looks as if authentication is outside the CORS layer",
            "put the CORS layer outside authentication",
        ),
        404 | 405 => (
            "layer-inside-routing",
            "pages see a network error instead of the status; it looks as if the CORS layer is around single routes or handlers",
            "put the CORS layer around the whole router, with its fallback",
        ),
        429 => LIMITER,
        502..=504 => GATEWAY,
        400..=599 => (
            "errors-outside",
            "pages see a network error instead of the status; it looks as if errors or panics become responses outside the CORS layer",
            "put the CORS layer outside everything that makes responses",
        ),
        _ => (
            "only-preflights",
            "pages cannot read it; it looks as if a gateway or a handler for OPTIONS answers preflights, and nothing adds headers to responses",
            "let one CORS layer around the application do both, and let the gateway forward OPTIONS",
        ),
    }
}

const LIMITER: (&str, &str, &str) = (
    "limiter-outside",
    "pages see a network error instead of the status, and preflights use up the limit; it looks as if a rate limiter is outside the CORS layer",
    "put the CORS layer outside the rate limiter",
);

const GATEWAY: (&str, &str, &str) = (
    "gateway-error",
    "pages see a network error instead of the status; it looks as if a gateway answers in place of the application",
    "make the gateway reach the application and forward OPTIONS, or let the gateway write all CORS headers",
);

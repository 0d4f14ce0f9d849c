//! Why a response does not allow its request: what the server says, or what the status looks like.

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY},
};

use super::{
    error::NetworkErrorCause as Cause,
    lists::{combined, tokens},
};

/// An addition to the text of the error that this response causes.
pub(super) fn explanation(
    cause: &Cause,
    status: StatusCode,
    response: &HeaderMap,
) -> Option<String> {
    match (cause, reason(response)) {
        (Cause::MissingAllowOrigin { .. } | Cause::OtherAllowOrigin { .. }, Some(reason)) => {
            Some(format!("the server says why: {reason}"))
        }
        // The server does not know the credentials mode, so its reason is another one.
        (
            Cause::WildcardWithCredentials { .. } | Cause::MissingAllowCredentials { .. },
            Some(reason),
        ) => Some(format!("the server also refuses the request: {reason}")),
        (Cause::OtherAllowOrigin { found, .. }, None) if found.contains(',') => {
            Some(String::from(SEVERAL_VALUES))
        }
        (Cause::MissingAllowOrigin { preflight: Some(_), .. }, None) => {
            of_preflight(status, response).map(str::to_owned)
        }
        (Cause::MissingAllowOrigin { preflight: None, .. }, None) => of_actual(status, response),
        _ => None,
    }
}

/// The reason that `CorsLayer` sends with `diagnose(true)`. Bytes that are not printable ASCII are escaped.
fn reason(response: &HeaderMap) -> Option<String> {
    let reason = combined(response, &CORS_REFUSAL).filter(|reason| !reason.is_empty())?;
    let printable = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte).to_string(),
        _ => byte.escape_ascii().to_string(),
    };
    let reason: String = reason.iter().map(printable).collect();
    let hint = reason.rsplit_once("; hint: ").and_then(|(_, name)| meaning(name));
    Some(match hint {
        Some(meaning) => format!("{reason}, which means that {meaning}"),
        None => reason,
    })
}

/// What the name of a [`Hint`](crate::Hint) at the origin stands for, if browsers send such an origin.
fn meaning(hint: &str) -> Option<&'static str> {
    Some(match hint {
        "trailing-dot" => {
            "the host is allowed in its other spelling, with or without a dot at the end"
        }
        "scheme" => "the same host is allowed, but with the other of http and https",
        "port" => "the same host is allowed, but with another port",
        "www" => "the host is allowed in its other spelling, with or without www.",
        "bare-domain" => "its subdomains are allowed, but not the domain itself",
        "loopback" => "another name or address of this machine is allowed",
        "insecure-origin" => "an origin over plain http needs Danger::InsecureOrigins",
        _ => return None,
    })
}

fn of_preflight(status: StatusCode, response: &HeaderMap) -> Option<&'static str> {
    Some(match status.as_u16() {
        300..=399 => {
            "it looks like a redirect to https or to another slash at the end; browsers do not follow redirects of \
             preflights, so let the page use the final URL"
        }
        401 | 407 => {
            "it looks as if authentication is outside the CORS layer; put the layer outside of it, because preflights \
             carry no cookies and no tokens"
        }
        403 if varies_by(&ACCESS_CONTROL_REQUEST_METHOD, response) => {
            "CorsLayer responds like this if the origin, the method or a request header is not allowed; to see which, \
             set diagnose(true) or call Policy::explain"
        }
        403 => {
            "it looks as if something outside the CORS layer refuses preflights, such as a firewall or a CSRF check; \
             put the layer outside of it"
        }
        404 | 405 | 501 => {
            "it looks as if the router answers OPTIONS by itself, because the CORS layer is around a handler or a \
             route; put the layer around the whole router, after all routes are added"
        }
        429 => {
            "it looks as if a rate limiter is outside the CORS layer; put the layer outside of it, so that preflights \
             do not count"
        }
        502..=504 => {
            "it looks as if a gateway answers in place of the application; let it forward OPTIONS to the application"
        }
        _ => return None,
    })
}

fn of_actual(status: StatusCode, response: &HeaderMap) -> Option<String> {
    if vary(response).iter().any(|name| name.eq_ignore_ascii_case("origin")) {
        return Some(String::from(
            "it has Vary: Origin, so it looks as if the CORS layer does not allow the origin; if it does, something else made \
             the response, such as a cache that ignores Vary",
        ));
    }
    let is_foreign = status.as_u16() >= 400 && !varies_by(&ORIGIN, response);
    is_foreign.then(|| {
        format!(
            "its status is {}, and it has no Vary: Origin, so it looks as if something outside the CORS layer made it",
            status.as_u16()
        )
    })
}

fn varies_by(name: &HeaderName, response: &HeaderMap) -> bool {
    let names = vary(response);
    names.iter().any(|other| other == "*" || other.eq_ignore_ascii_case(name.as_str()))
}

/// The elements of `Vary`.
fn vary(response: &HeaderMap) -> Vec<String> {
    tokens(response, &VARY).ok().flatten().unwrap_or_default()
}

const SEVERAL_VALUES: &str = "it has more than one value: either two parties add it, such as two CORS layers, or one lists \
    all of its origins";

const CORS_REFUSAL: HeaderName = HeaderName::from_static("x-cors-refusal");

//! Definitions of the Fetch standard that a server needs, one function each, and names of headers that
//! `http` has no constants for.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};

/// From the abandoned [Private Network Access draft](https://wicg.github.io/private-network-access/).
pub(crate) const ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
/// From the abandoned [Private Network Access draft](https://wicg.github.io/private-network-access/).
pub(crate) const ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
/// From [Fetch Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header). Scripts cannot set it.
pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// From [Resource Timing](https://www.w3.org/TR/resource-timing/#sec-timing-allow-origin).
pub(crate) const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// The [CORS-safelisted methods](https://fetch.spec.whatwg.org/#cors-safelisted-method).
pub(crate) const SAFELISTED_METHODS: [&str; 3] = ["GET", "HEAD", "POST"];

/// The [response headers of the CORS protocol](https://fetch.spec.whatwg.org/#http-responses), and that of
/// the abandoned draft.
pub(crate) const CORS_RESPONSE_HEADERS: [HeaderName; 7] = [
    ACCESS_CONTROL_ALLOW_CREDENTIALS,
    ACCESS_CONTROL_ALLOW_HEADERS,
    ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_ALLOW_PRIVATE_NETWORK,
    ACCESS_CONTROL_EXPOSE_HEADERS,
    ACCESS_CONTROL_MAX_AGE,
];

/// Returns whether `bytes` is a [token](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2), the syntax
/// of methods and header names.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|&byte| is_token_byte(byte))
}

pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A [CORS-safelisted method](https://fetch.spec.whatwg.org/#cors-safelisted-method): a preflight
/// never has to allow it.
pub(crate) fn is_safelisted_method(method: &[u8]) -> bool {
    SAFELISTED_METHODS.iter().any(|safelisted| safelisted.as_bytes() == method)
}

/// A [forbidden method](https://fetch.spec.whatwg.org/#forbidden-method): no script can send it.
pub(crate) fn is_forbidden_method(method: &[u8]) -> bool {
    ["CONNECT", "TRACE", "TRACK"]
        .iter()
        .any(|forbidden| method.eq_ignore_ascii_case(forbidden.as_bytes()))
}

/// A [forbidden request-header](https://fetch.spec.whatwg.org/#forbidden-request-header), by its lower-case
/// name alone. No script can set it, so no preflight requests it.
pub(crate) fn is_forbidden_request_header(name: &str) -> bool {
    matches!(
        name,
        "accept-charset"
            | "accept-encoding"
            | "access-control-request-headers"
            | "access-control-request-method"
            | "connection"
            | "content-length"
            | "cookie"
            | "cookie2"
            | "date"
            | "dnt"
            | "expect"
            | "host"
            | "keep-alive"
            | "origin"
            | "referer"
            | "set-cookie"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "via"
    ) || name.starts_with("proxy-")
        || name.starts_with("sec-")
}

/// A [CORS-safelisted request-header](https://fetch.spec.whatwg.org/#cors-safelisted-request-header),
/// by its lower-case name and its value.
pub(crate) fn is_safelisted_request_header(name: &str, value: &[u8]) -> bool {
    if value.len() > 128 {
        return false;
    }
    match name {
        "accept" => !value.iter().any(|&byte| is_unsafe_request_header_byte(byte)),
        "accept-language" | "content-language" => {
            value.iter().all(|&byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(&byte))
        }
        "content-type" => {
            !value.iter().any(|&byte| is_unsafe_request_header_byte(byte))
                && is_safelisted_mime_type(value)
        }
        "range" => is_simple_range(value),
        _ => false,
    }
}

/// A [CORS-safelisted response-header name](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name),
/// in lower case: scripts can read it, exposed or not.
pub(crate) fn is_safelisted_response_header(name: &str) -> bool {
    matches!(
        name,
        "cache-control"
            | "content-language"
            | "content-length"
            | "content-type"
            | "expires"
            | "last-modified"
            | "pragma"
    )
}

/// A [forbidden response-header name](https://fetch.spec.whatwg.org/#forbidden-response-header-name):
/// no script can read it, exposed or not.
pub(crate) fn is_forbidden_response_header(name: &str) -> bool {
    matches!(name, "set-cookie" | "set-cookie2")
}

/// A [CORS-unsafe request-header byte](https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte).
fn is_unsafe_request_header_byte(byte: u8) -> bool {
    (byte.is_ascii_control() && byte != b'\t') || b"\"():<>?@[\\]{}".contains(&byte)
}

/// Returns whether [parsing](https://mimesniff.spec.whatwg.org/#parsing-a-mime-type) gives one of the three
/// types that forms can send. Parameters cannot make the parsing fail, so they are ignored.
fn is_safelisted_mime_type(value: &[u8]) -> bool {
    let essence = value.split(|&byte| byte == b';').next().unwrap_or(value);
    let essence = essence.trim_ascii();
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        .iter()
        .any(|safelisted| essence.eq_ignore_ascii_case(safelisted.as_bytes()))
}

/// A [simple range header value](https://fetch.spec.whatwg.org/#simple-range-header-value) with a
/// first position.
fn is_simple_range(value: &[u8]) -> bool {
    let Some(range) = value.strip_prefix(b"bytes=") else {
        return false;
    };
    let digits = range.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (first, rest) = range.split_at(digits);
    let Some(last) = rest.strip_prefix(b"-") else {
        return false;
    };
    if first.is_empty() || !last.iter().all(u8::is_ascii_digit) {
        return false;
    }
    // The value may hold 120 digits, so the positions are compared as text and not as integers.
    let first = without_leading_zeros(first);
    let bounded = without_leading_zeros(last);
    last.is_empty() || (first.len(), first) <= (bounded.len(), bounded)
}

fn without_leading_zeros(digits: &[u8]) -> &[u8] {
    let zeros = digits.iter().take_while(|&&digit| digit == b'0').count();
    &digits[zeros..]
}

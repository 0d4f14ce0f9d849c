//! The lists and predicates of the standard. Each function is one definition.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// <https://fetch.spec.whatwg.org/#forbidden-method>
pub(super) fn is_forbidden_method(method: &Method) -> bool {
    let forbidden = ["CONNECT", "TRACE", "TRACK"];
    forbidden.iter().any(|name| method.as_str().eq_ignore_ascii_case(name))
}

/// <https://fetch.spec.whatwg.org/#concept-method-normalize>
pub(super) fn normalize(method: Method) -> Method {
    let known =
        [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::POST, Method::PUT];
    let spelled = known.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(method.as_str()));
    spelled.unwrap_or(method)
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-method>
pub(super) fn is_safelisted_method(method: &Method) -> bool {
    [Method::GET, Method::HEAD, Method::POST].contains(method)
}

/// The headers that a script can set, without the whitespace around values.
/// <https://fetch.spec.whatwg.org/#concept-headers-append>
pub(super) fn settable(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for (name, value) in headers {
        let value =
            HeaderValue::from_bytes(trim(value.as_bytes())).unwrap_or_else(|_| value.clone());
        if !is_forbidden_request_header(name, &value) {
            kept.append(name, value);
        }
    }
    kept
}

/// The headers that a script can set in the mode `no-cors`.
/// <https://fetch.spec.whatwg.org/#no-cors-safelisted-request-header>
pub(super) fn without_cors(headers: &HeaderMap) -> HeaderMap {
    let names =
        [header::ACCEPT, header::ACCEPT_LANGUAGE, header::CONTENT_LANGUAGE, header::CONTENT_TYPE];
    let mut kept = HeaderMap::new();
    for name in names {
        let Some(combined) = combined(headers, &name) else { continue };
        if is_safelisted_request_header(&name, &combined) {
            for value in headers.get_all(&name) {
                kept.append(name.clone(), value.clone());
            }
        }
    }
    kept
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>
pub(super) fn unsafe_names(headers: &HeaderMap) -> Vec<String> {
    let (mut names, mut safelisted, mut bytes) = (Vec::new(), Vec::new(), 0);
    for (name, value) in headers {
        if is_safelisted_request_header(name, value.as_bytes()) {
            safelisted.push(name.as_str().to_owned());
            bytes += value.len();
        } else {
            names.push(name.as_str().to_owned());
        }
    }
    if bytes > 1024 {
        names.append(&mut safelisted);
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
pub(super) fn is_safelisted_response_header(name: &HeaderName) -> bool {
    const NAMES: &[&str] = &[
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ];
    NAMES.contains(&name.as_str())
}

/// <https://fetch.spec.whatwg.org/#forbidden-response-header-name>
pub(super) fn is_forbidden_response_header(name: &HeaderName) -> bool {
    ["set-cookie", "set-cookie2"].contains(&name.as_str())
}

/// All values of a header, joined by commas.
/// <https://fetch.spec.whatwg.org/#concept-header-list-get>
pub(super) fn combined(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let lines: Vec<&[u8]> =
        headers.get_all(name).iter().map(|line| trim(line.as_bytes())).collect();
    (!lines.is_empty()).then(|| lines.join(&b", "[..]))
}

/// The elements of a header that is a list of tokens: `Ok(None)` without the header, `Err` with the first
/// element that is not a token. <https://fetch.spec.whatwg.org/#extract-header-list-values>
pub(super) fn tokens(
    headers: &HeaderMap,
    name: &HeaderName,
) -> Result<Option<Vec<String>>, String> {
    if !headers.contains_key(name) {
        return Ok(None);
    }
    let mut tokens = Vec::new();
    for line in headers.get_all(name) {
        for element in line.as_bytes().split(|&byte| byte == b',').map(trim) {
            let text = String::from_utf8_lossy(element).into_owned();
            if !element.is_empty() && !is_token(element) {
                return Err(text);
            }
            tokens.extend((!text.is_empty()).then_some(text));
        }
    }
    Ok(Some(tokens))
}

/// Strips [HTTP whitespace](https://fetch.spec.whatwg.org/#http-whitespace) from both ends.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let start = value.iter().position(|byte| !is_space(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|byte| !is_space(byte)).map_or(start, |last| last + 1);
    &value[start..end]
}

/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
fn is_forbidden_request_header(name: &HeaderName, value: &HeaderValue) -> bool {
    const NAMES: &[&str] = &[
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    ];
    const OVERRIDES: &[&str] = &["x-http-method", "x-http-method-override", "x-method-override"];
    let name = name.as_str();
    if OVERRIDES.contains(&name) {
        return split_outside_quotes(value.as_bytes()).iter().any(|element| {
            Method::from_bytes(element).is_ok_and(|method| is_forbidden_method(&method))
        });
    }
    NAMES.contains(&name) || name.starts_with("proxy-") || name.starts_with("sec-")
}

/// <https://fetch.spec.whatwg.org/#header-value-get-decode-and-split>
fn split_outside_quotes(value: &[u8]) -> Vec<&[u8]> {
    let (mut elements, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (index, &byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b',' if !quoted => {
                elements.push(&value[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    elements.push(&value[start..]);
    elements.into_iter().map(trim).collect()
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
fn is_safelisted_request_header(name: &HeaderName, value: &[u8]) -> bool {
    let has_unsafe_byte = || value.iter().any(|&byte| is_unsafe_byte(byte));
    value.len() <= 128
        && match name.as_str() {
            "accept" => !has_unsafe_byte(),
            "accept-language" | "content-language" => value.iter().all(|byte| {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b' ' | b'*' | b',' | b'-' | b'.' | b';' | b'=')
            }),
            "content-type" => {
                let forms =
                    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];
                !has_unsafe_byte() && essence(value).is_some_and(|it| forms.contains(&it.as_str()))
            }
            "range" => is_simple_range(value),
            _ => false,
        }
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte>
fn is_unsafe_byte(byte: u8) -> bool {
    (byte.is_ascii_control() && byte != b'\t') || b"\"():<>?@[\\]{}".contains(&byte)
}

/// The essence of a MIME type. Its characters are not validated, because the caller compares it with valid ones.
/// <https://mimesniff.spec.whatwg.org/#mime-type-essence>
fn essence(value: &[u8]) -> Option<String> {
    let essence = trim(value.split(|&byte| byte == b';').next()?);
    Some(std::str::from_utf8(essence).ok()?.to_ascii_lowercase())
}

/// <https://fetch.spec.whatwg.org/#simple-range-header-value>
fn is_simple_range(value: &[u8]) -> bool {
    let text = std::str::from_utf8(value).ok();
    let ends = text.and_then(|text| text.strip_prefix("bytes=")?.split_once('-'));
    let Some((first, last)) = ends else { return false };
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if first.is_empty() || !is_number(first) || !is_number(last) {
        return false;
    }
    // The numbers are compared as texts of equal length, because they can have too many digits for an integer.
    let width = first.len().max(last.len());
    last.is_empty() || format!("{first:0>width$}") <= format!("{last:0>width$}")
}

/// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
fn is_token(bytes: &[u8]) -> bool {
    let others = b"!#$%&'*+-.^_`|~";
    !bytes.is_empty() && bytes.iter().all(|it| it.is_ascii_alphanumeric() || others.contains(it))
}

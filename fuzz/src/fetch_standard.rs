//! What a page can read, step by step as in the Fetch standard.

use std::collections::{BTreeMap, BTreeSet};

use http::{HeaderMap, Request, Response, StatusCode};

use crate::expected::is_token;

/// A fetch of a page, in the mode `cors`.
pub(crate) struct Fetch<'a> {
    /// The origin of the page, as it is serialized.
    pub(crate) origin: &'a str,
    /// Whether the URL has the page's origin.
    pub(crate) is_same_origin: bool,
    pub(crate) request: &'a Request<()>,
    /// Whether the credentials mode is `include`.
    pub(crate) includes_credentials: bool,
    /// The use-CORS-preflight flag.
    pub(crate) use_cors_preflight: bool,
}

/// What happens, and what the page sees.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    /// The values of `Access-Control-Request-Method` and `-Headers`, if there is a preflight.
    pub(crate) preflight: Option<(String, Option<String>)>,
    /// Whether the request itself is sent.
    pub(crate) is_sent: bool,
    /// The status and the headers, or a network error.
    pub(crate) seen: Option<(StatusCode, Lines)>,
}

pub(crate) type Lines = BTreeMap<String, Vec<Vec<u8>>>;

impl Fetch<'_> {
    /// Redirects are not followed.
    pub(crate) fn verdict(
        &self,
        to_preflight: &Response<String>,
        response: &Response<String>,
    ) -> Verdict {
        let Some(method) = method(self.request.method().as_str()) else {
            return Verdict { preflight: None, is_sent: false, seen: None };
        };
        if self.is_same_origin {
            let seen = Some((response.status(), visible(response.headers(), |_| true)));
            return Verdict { preflight: None, is_sent: true, seen };
        }
        let names = unsafe_names(self.request.headers());
        let is_preflighted =
            self.use_cors_preflight || !is_safelisted_method(&method) || !names.is_empty();
        let list: Vec<&str> = names.iter().map(String::as_str).collect();
        let preflight =
            is_preflighted.then(|| (method.clone(), (!list.is_empty()).then(|| list.join(","))));
        if is_preflighted && !self.preflight_allows(&method, &names, to_preflight) {
            return Verdict { preflight, is_sent: false, seen: None };
        }
        let seen = self
            .cors_check(response.headers())
            .then(|| (response.status(), self.exposed(response.headers())));
        Verdict { preflight, is_sent: true, seen }
    }

    /// The checks of <https://fetch.spec.whatwg.org/#cors-preflight-fetch>. `names` are the unsafe header names.
    pub(crate) fn preflight_allows(
        &self,
        method: &str,
        names: &BTreeSet<String>,
        response: &Response<String>,
    ) -> bool {
        if !self.cors_check(response.headers()) || !response.status().is_success() {
            return false;
        }
        let methods = values(response.headers(), "access-control-allow-methods");
        let header_names = values(response.headers(), "access-control-allow-headers");
        let (Values::Absent | Values::Are(_), Values::Absent | Values::Are(_)) =
            (&methods, &header_names)
        else {
            return false;
        };
        let methods = match methods {
            Values::Absent if self.use_cors_preflight => vec![method.to_owned()],
            methods => methods.or_none(),
        };
        let header_names = header_names.or_none();
        let has_wildcard =
            |list: &[String]| !self.includes_credentials && list.iter().any(|entry| entry == "*");
        let is_listed =
            |name: &str| header_names.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        let is_method_allowed = methods.iter().any(|listed| listed == method)
            || is_safelisted_method(method)
            || has_wildcard(&methods);
        is_method_allowed
            && (!names.contains("authorization") || is_listed("authorization"))
            && names.iter().all(|name| is_listed(name) || has_wildcard(&header_names))
    }

    /// <https://fetch.spec.whatwg.org/#concept-cors-check>
    fn cors_check(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = get(headers, "access-control-allow-origin") else { return false };
        if !self.includes_credentials && origin == b"*" {
            return true;
        }
        let credentials = get(headers, "access-control-allow-credentials");
        origin == self.origin.as_bytes()
            && (!self.includes_credentials || credentials.is_some_and(|value| value == b"true"))
    }

    /// <https://fetch.spec.whatwg.org/#concept-filtered-response-cors>
    fn exposed(&self, headers: &HeaderMap) -> Lines {
        let names = values(headers, "access-control-expose-headers").or_none();
        let has_wildcard = !self.includes_credentials && names.iter().any(|name| name == "*");
        visible(headers, |name| {
            has_wildcard
                || is_safelisted_response_header(name)
                || names.iter().any(|listed| listed.eq_ignore_ascii_case(name))
        })
    }
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name>
pub(crate) fn is_safelisted_response_header(name: &str) -> bool {
    [
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    ]
    .contains(&name)
}

/// All lines but those of `Set-Cookie` and `Set-Cookie2`, if `is_visible` says so.
pub(crate) fn visible(headers: &HeaderMap, is_visible: impl Fn(&str) -> bool) -> Lines {
    let mut lines = Lines::new();
    for (name, value) in headers {
        let name = name.as_str();
        if !["set-cookie", "set-cookie2"].contains(&name) && is_visible(name) {
            lines.entry(name.to_owned()).or_default().push(value.as_bytes().to_vec());
        }
    }
    lines
}

/// The [normalized](https://fetch.spec.whatwg.org/#concept-method-normalize) method. `None` if it is forbidden.
fn method(method: &str) -> Option<String> {
    let upper = method.to_ascii_uppercase();
    match upper.as_str() {
        "CONNECT" | "TRACE" | "TRACK" => None,
        "DELETE" | "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" => Some(upper),
        _ => Some(method.to_owned()),
    }
}

fn is_safelisted_method(method: &str) -> bool {
    ["GET", "HEAD", "POST"].contains(&method)
}

/// <https://fetch.spec.whatwg.org/#concept-header-list-get>
fn get(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let mut lines = headers.get_all(name).iter();
    let mut value = normalized(lines.next()?.as_bytes()).to_vec();
    for line in lines {
        value.extend(b", ");
        value.extend(normalized(line.as_bytes()));
    }
    Some(value)
}

/// The result of <https://fetch.spec.whatwg.org/#extract-header-list-values>.
enum Values {
    Absent,
    Failure,
    Are(Vec<String>),
}

impl Values {
    fn or_none(self) -> Vec<String> {
        match self {
            Self::Are(values) => values,
            Self::Absent | Self::Failure => Vec::new(),
        }
    }
}

fn values(headers: &HeaderMap, name: &str) -> Values {
    let Some(whole) = get(headers, name) else { return Values::Absent };
    let members = whole.split(|&byte| byte == b',').map(normalized);
    let members: Vec<&[u8]> = members.filter(|member| !member.is_empty()).collect();
    if !members.iter().all(|member| is_token(member)) {
        return Values::Failure;
    }
    Values::Are(members.iter().map(|member| String::from_utf8_lossy(member).into_owned()).collect())
}

/// <https://fetch.spec.whatwg.org/#concept-header-value-normalize>
fn normalized(value: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| b"\t\n\r ".contains(byte);
    let start = value.iter().take_while(|byte| is_space(byte)).count();
    let end = value.iter().rev().take_while(|byte| is_space(byte)).count();
    value.get(start..value.len() - end).unwrap_or(b"")
}

/// <https://fetch.spec.whatwg.org/#cors-unsafe-request-header-names>
fn unsafe_names(headers: &HeaderMap) -> BTreeSet<String> {
    let (mut unsafe_names, mut potentially_unsafe, mut size) = (BTreeSet::new(), Vec::new(), 0);
    for (name, value) in headers {
        let (name, value) = (name.as_str(), normalized(value.as_bytes()));
        if is_forbidden(name, value) {
            continue;
        }
        if is_safelisted(name, value) {
            potentially_unsafe.push(name.to_owned());
            size += value.len();
        } else {
            unsafe_names.insert(name.to_owned());
        }
    }
    if size > 1024 {
        unsafe_names.extend(potentially_unsafe);
    }
    unsafe_names
}

/// <https://fetch.spec.whatwg.org/#forbidden-request-header>
fn is_forbidden(name: &str, value: &[u8]) -> bool {
    let carries_method =
        ["x-http-method", "x-http-method-override", "x-method-override"].contains(&name);
    let is_forbidden_method = |part: &[u8]| {
        let part = String::from_utf8_lossy(normalized(part)).to_ascii_uppercase();
        ["CONNECT", "TRACE", "TRACK"].contains(&part.as_str())
    };
    name.starts_with("proxy-")
        || name.starts_with("sec-")
        || carries_method && split_outside_quotes(value).into_iter().any(is_forbidden_method)
        || "accept-charset accept-encoding access-control-request-headers access-control-request-method connection \
            content-length cookie cookie2 date dnt expect host keep-alive origin referer set-cookie te trailer \
            transfer-encoding upgrade via"
            .split_ascii_whitespace()
            .any(|forbidden| forbidden == name)
}

/// The elements of a list, as <https://fetch.spec.whatwg.org/#header-value-get-decode-and-split> separates them.
fn split_outside_quotes(mut rest: &[u8]) -> Vec<&[u8]> {
    let mut elements = Vec::new();
    let (mut whole, mut length) = (rest, 0);
    while let Some((&byte, after)) = rest.split_first() {
        let used = match byte {
            b',' => {
                elements.push(&whole[..length]);
                (whole, length) = (after, 0);
                rest = after;
                continue;
            }
            b'"' => quoted_length(rest),
            _ => 1,
        };
        length += used;
        rest = &rest[used..];
    }
    elements.push(whole);
    elements
}

/// The length of the quoted string at the beginning. Without an end, it is all of the text.
fn quoted_length(text: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

/// <https://fetch.spec.whatwg.org/#cors-safelisted-request-header>
fn is_safelisted(name: &str, value: &[u8]) -> bool {
    if value.len() > 128 {
        return false;
    }
    // https://fetch.spec.whatwg.org/#cors-unsafe-request-header-byte
    let is_unsafe =
        |byte: &u8| (*byte < 0x20 && *byte != b'\t') || b"\"():<>?@[\\]{}\x7f".contains(byte);
    match name {
        "accept" => !value.iter().any(is_unsafe),
        "accept-language" | "content-language" => {
            value.iter().all(|byte| byte.is_ascii_alphanumeric() || b" *,-.;=".contains(byte))
        }
        "content-type" => {
            let essence = normalized(value.split(|&byte| byte == b';').next().unwrap_or(b""));
            !value.iter().any(is_unsafe)
                && ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
                    .iter()
                    .any(|form| essence.eq_ignore_ascii_case(form.as_bytes()))
        }
        "range" => is_simple_range(value),
        _ => false,
    }
}

/// <https://fetch.spec.whatwg.org/#simple-range-header-value>
fn is_simple_range(value: &[u8]) -> bool {
    let Some(rest) = value.strip_prefix(b"bytes=") else { return false };
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (start, rest) = rest.split_at(digits(rest));
    let Some(end) = rest.strip_prefix(b"-") else { return false };
    if start.is_empty() || digits(end) != end.len() {
        return false;
    }
    // Numbers of any length.
    let number = |text: &[u8]| {
        let zeros = text.iter().take_while(|&&byte| byte == b'0').count();
        (text.len() - zeros, text[zeros..].to_vec())
    };
    end.is_empty() || number(start) <= number(end)
}

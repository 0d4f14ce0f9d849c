//! [`Vary`](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.5): what a cache has to compare.

use http::{
    HeaderMap, HeaderValue,
    header::{HeaderName, VARY},
};

/// Adds to `Vary` what no line of it says; a `*` says all. `value` is `members`, joined. `false` if
/// there is no place for it.
#[cold]
pub(super) fn add_missing(
    headers: &mut HeaderMap,
    members: &[HeaderName],
    value: HeaderValue,
) -> bool {
    if says(headers, "*") {
        return true;
    }
    if !members.iter().any(|name| says(headers, name.as_str())) {
        return headers.try_append(VARY, value).is_ok();
    }
    members.iter().all(|name| {
        says(headers, name.as_str())
            || headers.try_append(VARY, HeaderValue::from(name.clone())).is_ok()
    })
}

fn says(headers: &HeaderMap, name: &str) -> bool {
    headers.get_all(VARY).iter().any(|line| {
        let mut members = line.as_bytes().split(|&byte| byte == b',');
        members.any(|member| member.trim_ascii().eq_ignore_ascii_case(name.as_bytes()))
    })
}

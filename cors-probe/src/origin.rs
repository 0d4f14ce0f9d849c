//! Checks that an origin is written as browsers send it, because servers compare it so.

use url::Url;

/// Checks the origin of a page, which can also be `null`.
pub(crate) fn check_of_page(text: &str) -> Result<(), String> {
    if text == "null" { Ok(()) } else { check(text) }
}

pub(crate) fn check(text: &str) -> Result<(), String> {
    let error =
        |found: &str, change: &str| Err(format!("the origin {text:?} {found}; write {change}"));
    if text.contains('*') {
        return error("is a pattern", &format!("one origin that it allows, such as {EXAMPLE}"));
    }
    if text.contains(',') || text.contains(char::is_whitespace) {
        return error(
            "is more than one origin, or has white space",
            &format!("one, such as {EXAMPLE}"),
        );
    }
    if text == "null" {
        return error(
            "is no site's own",
            &format!("one that the server allows, such as {EXAMPLE}"),
        );
    }
    if text.is_empty() {
        return error("is empty", &format!("location.origin of the page, such as {EXAMPLE}"));
    }
    if text.starts_with("file:") {
        return error("is that of a file, for which browsers send null", "null");
    }
    if !text.contains("://") {
        return error("has no scheme", &with_scheme(text));
    }
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(fault) => return error(&format!("cannot be read ({fault})"), EXAMPLE),
    };
    let Some(host) = url.host_str() else { return error("has no host", EXAMPLE) };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let origin = format!("{}://{host}{port}", url.scheme());
    if origin == text {
        return Ok(());
    }
    error("is not written as browsers send it, with only scheme, host and port", &origin)
}

/// Adds the scheme that the address probably has.
pub(crate) fn with_scheme(address: &str) -> String {
    let is_local = ["localhost", "127.", "[::1]"].iter().any(|start| address.starts_with(start));
    format!("{}://{address}", if is_local { "http" } else { "https" })
}

const EXAMPLE: &str = "https://app.example.com";

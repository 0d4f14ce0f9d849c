//! Cases for the values of request headers: whether a browser sends a preflight, and which names it asks for.

use super::opened_to;
use crate::case::Case;

#[rustfmt::skip]
const VALUES: &[(&str, &[&str])] = &[
    ("accept", &[
        "", "text/html, */*;q=0.8", "a\"b", "a:b", "a<b", "a>b", "a?b", "a@b", "a[b", "a\\b", "a]b", "a{b", "a}b", "a(b",
        "a)b", "a=b", "a/b", "a\tb", "a'b", "a|b", "\u{e9}",
    ]),
    ("accept-language", LANGUAGES),
    ("content-language", LANGUAGES),
    ("range", &[
        "bytes=0-", "bytes=0-9", "bytes=9-9", "bytes=9-1", "bytes=-1", "bytes=-", "bytes=0-9,20-30", "bytes 0-9",
        "bytes= 0-9", "bytes=0 -9", "bytes=0- 9", "bytes =0-9", "Bytes=0-9", "BYTES=0-9", "bytes=00-09", "bytes=\t0-9",
        "items=0-9", "bytes=9223372036854775807-", "bytes=9223372036854775808-",
        "bytes=18446744073709551615-", "bytes=99999999999999999999-", "bytes=0-99999999999999999999", "bytes=a-b", "",
    ]),
    ("save-data", &["on"]),
    ("viewport-width", &["800"]),
    ("ect", &["4g"]),
    ("x-http-method", &["CONNECT", "PUT"]),
    ("x-method-override", &["GET, trace", "\"TRACE\""]),
    ("x-http-method-override", &["track"]),
];

#[rustfmt::skip]
const LANGUAGES: &[&str] = &[
    "", "de", "de-DE,de;q=0.9", "*", "a.b", "de_DE", "a/b", "a\"b", "a\tb", "a:b", "a+b", "a'b", "\u{e9}", "de de",
];

#[rustfmt::skip]
const CONTENT_TYPES: &[&str] = &[
    "", "text/plain", "text/plain;charset=utf-8", "TEXT/PLAIN; a=b", "text/plain; a=\"b\"", "text/plain, text/html",
    "text/plain;;", "text/plain ;a=b", "text /plain", "multipart/form-data", "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded;charset=x", "text/plain;a=(b", "text/plain;a=@", "text/plain; a", "garbage",
    "application/json", "text/html", "text/plain;a=\u{e9}", "text/plain; charset=utf-8; charset=utf-8", "*/*",
];

pub(super) fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, values) in VALUES {
        cases.extend(values.iter().map(|value| opened_to(name).header(name, *value)));
    }
    let with_type = |value: &str| opened_to("").method("POST").header("content-type", value).body();
    cases.extend(CONTENT_TYPES.iter().map(|value| with_type(value)));
    cases.extend(
        ["text/plain", "application/json"].map(|it| opened_to("").header("content-type", it)),
    );
    // Lengths.
    let long = |length| "a".repeat(length);
    cases.extend([115, 116].map(|length| with_type(&format!("text/plain;a={}", long(length)))));
    for name in ["accept", "accept-language", "content-language"] {
        cases.extend([127, 128, 129].map(|length| opened_to(name).header(name, long(length))));
    }
    // A name that a script sets more than once.
    let repeated = |name, value: &str, count| {
        (0..count).fold(opened_to(name), |case, _| case.header(name, value))
    };
    cases.extend([
        repeated("accept", &long(100), 2),
        repeated("accept", &long(60), 2),
        repeated("content-type", "text/plain", 2),
        repeated("range", "bytes=0-9", 2),
        repeated("accept", &long(120), 8),
        repeated("accept", &long(120), 9),
    ]);
    cases
}

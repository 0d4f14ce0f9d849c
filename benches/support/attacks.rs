//! Requests that try to be expensive.

use http::{
    HeaderValue, Request,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
};

use super::{
    configured, origin_of_pattern,
    requests::{preflight, simple, value},
};

/// The attacks, with their maximum cost in percent of an honest preflight.
pub(crate) const ATTACKS: [(&str, u64); 20] = [
    ("method: 1 MiB", 150),
    ("observed, method: 1 MiB", 150),
    ("observed, names: one of 1 MiB", 300),
    ("observed, names: 1 MiB of spaces", 300),
    ("observed, names: 10,000 lines", 800),
    ("observed, headers: 10,000 lines", 150),
    ("names: 1 MiB of commas", 150),
    ("names: 1 MiB of spaces", 150),
    ("names: one of 1 MiB", 150),
    ("names: an allowed one, for 1 MiB", 150),
    ("names: 10,000 lines", 150),
    ("names: 10,000 empty lines", 200),
    ("origin: 1 MiB", 150),
    ("origin: 1,000 labels", 150),
    ("origin: refused after 120 labels, of 10,000 patterns", 400),
    ("origin: allowed with 120 labels, of 10,000 patterns", 400),
    ("origin: refused after 120 labels, of patterns of every length", 3000),
    ("origin: refused after 120 labels, of patterns of every other length", 400),
    ("origin: allowed with labels like Punycode, of 10,000 patterns", 900),
    ("origin: allowed with labels of long Punycode, of 10,000 patterns", 1300),
];

/// Prefix of requests to a policy with a hook, for which the reason of a refusal is determined.
pub(crate) const OBSERVED: &str = "observed, ";

const MEBIBYTE: usize = 1 << 20;
const OF_EVERY_LENGTH: &str = "length";
const OF_10_000_PATTERNS: &str = "10,000 patterns";
const LONG_PUNYCODE: &str = "xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.";

/// The number of patterns in the policy that an attack is for.
pub(crate) fn patterns(kind: &str) -> usize {
    if kind.ends_with(OF_10_000_PATTERNS) { 10_000 } else { 0 }
}

/// The layer that an attack is for.
pub(crate) fn layer(kind: &str, origins: usize, patterns: usize) -> tower_cors::CorsLayer {
    let mut builder = configured(origins, patterns);
    if kind.starts_with(OBSERVED) {
        builder = builder.on_decision(|_, _| {});
    }
    if kind.ends_with(OF_EVERY_LENGTH) {
        let patterns = (1..=100).map(|labels| format!("https://*.{}example", "a.".repeat(labels)));
        builder = builder.allow_origins(patterns);
    }
    builder.build().expect("the configuration has no mistake")
}

/// An attack that mentions `allowed`, an allowed origin, or a host of that many patterns.
pub(crate) fn request(kind: &str, allowed: &str, patterns: usize) -> Request<()> {
    let names = |lines: &[&str]| {
        let mut request = preflight(allowed);
        request.headers_mut().remove(ACCESS_CONTROL_REQUEST_HEADERS);
        for line in lines {
            request.headers_mut().append(ACCESS_CONTROL_REQUEST_HEADERS, value(line));
        }
        request
    };
    let of_origin = |origin: String| {
        let mut request = preflight(allowed);
        let origin = HeaderValue::try_from(origin).expect("the origin is a header value");
        request.headers_mut().insert(ORIGIN, origin);
        request
    };
    let repeated = |text: &str| text.repeat(MEBIBYTE / text.len());
    match kind.trim_start_matches(OBSERVED) {
        "preflight, allowed" => preflight(allowed),
        "method: 1 MiB" => {
            let mut request = preflight(allowed);
            let method = HeaderValue::try_from(repeated("A")).expect("it is one");
            request.headers_mut().insert(ACCESS_CONTROL_REQUEST_METHOD, method);
            request
        }
        "headers: 10,000 lines" => {
            let mut request = simple(allowed);
            for line in 0..10_000 {
                let name = format!("x-forwarded-{line}").parse::<HeaderName>();
                request.headers_mut().append(name.expect("it is one"), HeaderValue::from(line));
            }
            request
        }
        "origin: refused after 120 labels, of patterns of every length" => {
            of_origin(format!("https://{}example:65535", "a.".repeat(120)))
        }
        "origin: refused after 120 labels, of patterns of every other length" => {
            of_origin(format!("https://{}example:65535", "b.".repeat(120)))
        }
        "names: 1 MiB of commas" => names(&[&repeated(",")]),
        "names: 1 MiB of spaces" => names(&[&repeated(" ")]),
        "names: one of 1 MiB" => names(&[&repeated("a")]),
        "names: an allowed one, for 1 MiB" => names(&[&repeated("authorization,")]),
        "names: 10,000 lines" => names(&vec!["authorization"; 10_000]),
        "names: 10,000 empty lines" => names(&vec![""; 10_000]),
        "origin: 1 MiB" => of_origin(format!("https://{}", repeated("a"))),
        "origin: 1,000 labels" => of_origin(format!("https://{}example", "a.".repeat(1000))),
        _ if kind.ends_with(OF_10_000_PATTERNS) => {
            // The host ends like a pattern, so that it is looked up.
            let end = origin_of_pattern(patterns).replace("https://a", "");
            let (label, port) = match kind {
                _ if kind.contains("refused") => ("a.", ":65535"),
                _ if kind.contains("long Punycode") => (LONG_PUNYCODE, ""),
                _ if kind.contains("Punycode") => ("xn--4ca.", ""),
                _ => ("a.", ""),
            };
            let labels = label.repeat((253 - end.len()) / label.len());
            of_origin(format!("https://{}{end}{port}", labels.trim_end_matches('.')))
        }
        kind => panic!("no such attack: {kind}"),
    }
}

//! Requests that try to be expensive.

use http::{
    HeaderValue, Request,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
};

use super::{
    ALLOWED_HEADERS, ALLOWED_METHODS, configured, origin_of_pattern,
    requests::{preflight, simple, value},
};

/// The attacks, with their maximum cost in percent of an honest preflight.
pub(crate) const ATTACKS: [(&str, u64); 37] = [
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
    ("names: in upper case, of 2 names", 200),
    ("names: in upper case, of 30 names", 570),
    ("names: in upper case, of 100 names", 800),
    ("names: with spaces, of 2 names", 200),
    ("names: with spaces, of 30 names", 570),
    ("names: with spaces, of 100 names", 800),
    ("names: in reverse order, of 2 names", 200),
    ("names: in reverse order, of 30 names", 570),
    ("names: in reverse order, of 100 names", 800),
    ("names: all of these, of 2 names", 200),
    ("names: all of these, of 30 names", 570),
    ("names: all of these, of 100 names", 800),
    ("names: the shortest, repeated, of 2 names", 200),
    ("names: the shortest, repeated, of 30 names", 570),
    ("names: the shortest, repeated, of 100 names", 800),
    ("names: all of these, long, of 100 names", 1300),
    ("method: the last of 30 methods", 130),
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

/// Suffixes of attacks on policies that list a number of them.
const NAMES: &str = " names";
const METHODS: &str = " methods";

/// Part of attacks whose names are long.
const LONG: &str = ", long";

const MEBIBYTE: usize = 1 << 20;
const OF_EVERY_LENGTH: &str = "length";
const OF_10_000_PATTERNS: &str = "10,000 patterns";
const LONG_PUNYCODE: &str = "xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.";

/// The number of patterns in the policy that an attack is for.
pub(crate) fn patterns(kind: &str) -> usize {
    if kind.ends_with(OF_10_000_PATTERNS) { 10_000 } else { 0 }
}

/// The number of header names or methods in the policy that an attack is for, if it is not the usual policy.
fn listed(kind: &str, what: &str) -> Option<usize> {
    kind.strip_suffix(what)?.rsplit(' ').next()?.parse().ok()
}

/// The honest preflight to the same policy.
pub(crate) fn honest(kind: &str) -> String {
    match (listed(kind, NAMES), listed(kind, METHODS)) {
        (Some(count), _) if kind.contains(LONG) => format!("honest{LONG}, of {count}{NAMES}"),
        (Some(count), _) => format!("honest, of {count}{NAMES}"),
        (_, Some(count)) => format!("honest, of {count}{METHODS}"),
        (None, None) => "preflight, allowed".into(),
    }
}

/// The layer that an attack is for.
pub(crate) fn layer(kind: &str, origins: usize, patterns: usize) -> tower_cors::CorsLayer {
    let mut builder = configured(origins, patterns);
    if kind.starts_with(OBSERVED) {
        builder = builder.on_decision(|_, _| {});
    }
    builder = builder.allow_headers(
        listed(kind, NAMES).map_or_else(Vec::new, |count| allowed_names(kind, count)),
    );
    builder = builder.allow_methods(listed(kind, METHODS).map_or_else(Vec::new, allowed_methods));
    if kind.ends_with(OF_EVERY_LENGTH) {
        let patterns = (1..=100).map(|labels| format!("https://*.{}example", "a.".repeat(labels)));
        builder = builder.allow_origins(patterns);
    }
    builder.build().expect("the configuration has no mistake")
}

/// That many names, as browsers sort them. Those of the usual policy are among them.
fn allowed_names(kind: &str, count: usize) -> Vec<String> {
    let usual = ALLOWED_HEADERS.iter().map(ToString::to_string);
    let start =
        if kind.contains(LONG) { "x-header-with-a-name-of-forty-bytes-" } else { "x-header-" };
    let further = (ALLOWED_HEADERS.len()..count).map(|number| format!("{start}{number}"));
    let mut names: Vec<String> = usual.chain(further).collect();
    names.sort_unstable();
    names
}

/// That many methods. Those of the usual policy are among them.
fn allowed_methods(count: usize) -> Vec<String> {
    let usual = ALLOWED_METHODS.iter().map(ToString::to_string);
    usual.chain((ALLOWED_METHODS.len()..count).map(|number| format!("X-METHOD-{number}"))).collect()
}

/// A list of allowed names. Other than the honest one, it is spelled as no browser does.
fn spelled(kind: &str, count: usize) -> String {
    let mut names = allowed_names(kind, count);
    let is = |spelling| kind.contains(spelling) || kind.contains("all of these");
    if kind.contains("the shortest, repeated") {
        let shortest = names.iter().min_by_key(|name| name.len()).expect("there is one").clone();
        // The list is as long as one of all names with white space.
        let bytes: usize = names.iter().map(|name| name.len() + " , ".len()).sum();
        names = vec![shortest.clone(); bytes / (shortest.len() + ",".len())];
    }
    if is("in reverse order") {
        names.reverse();
    }
    let list = names.join(if is("with spaces") { " , " } else { "," });
    if is("in upper case") { list.to_ascii_uppercase() } else { list }
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
    if let Some(count) = listed(kind, NAMES) {
        return names(&[&spelled(kind, count)]);
    }
    let repeated = |text: &str| text.repeat(MEBIBYTE / text.len());
    match kind.trim_start_matches(OBSERVED) {
        "preflight, allowed" | "honest, of 30 methods" => preflight(allowed),
        "method: the last of 30 methods" => {
            let mut request = preflight(allowed);
            let last = allowed_methods(30).into_iter().max().expect("there is one");
            request.headers_mut().insert(ACCESS_CONTROL_REQUEST_METHOD, value(&last));
            request
        }
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

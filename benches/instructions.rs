//! The number of instructions that the layer adds to a request, compared with `tower-http`'s layer in the same
//! configuration, over the same service. The counts are the same in each run.
//!
//! The benchmark runs itself under valgrind. Without valgrind, it prints that and measures nothing.
//!
//! - `-- --matrix` also measures long lists.
//! - `-- --check` fails if a count is more than 5 % above that of `instructions.txt`, or if a long list or an attack
//!   costs more than its bound.
//! - `-- --update` writes `instructions.txt`.

mod support;

use std::{collections::BTreeMap, convert::Infallible, env, fs, process::Command};

use axum::{Router, body::Body};
use http::{
    HeaderValue, Method, Request, Response,
    header::{ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, ORIGIN},
};
use support::{
    REFUSED_ORIGIN, configured, inner, origin, origin_of_pattern, preflight, request, respond,
    respond_as_axum, router, simple, tower_http, value, with_patterns,
};
use tower::{Layer, Service};

const KINDS: [&str; 5] =
    ["without origin", "refused", "allowed", "preflight, allowed", "preflight, refused"];

/// The same requests to an axum application, which clones its layers for each request.
const IN_AXUM: [&str; 5] = [
    "axum: without origin",
    "axum: refused",
    "axum: allowed",
    "axum: preflight, allowed",
    "axum: preflight, refused",
];

/// Requests that try to be expensive, with their maximum cost in percent of an honest preflight.
const ATTACKS: [(&str, u64); 20] = [
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
const OF_EVERY_LENGTH: &str = "length";
/// Prefix of requests to a policy with a hook, for which the reason of a refusal is determined.
const OBSERVED: &str = "observed, ";
const LONG_PUNYCODE: &str = "xn--aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.";
const MEBIBYTE: usize = 1 << 20;

/// Origins and patterns of a long list, and its maximum cost in percent of a list with one entry. It costs up to 130,
/// and that varies with the compiler.
const LONG: (usize, usize) = (100_000, 10_000);
const MOST_OF_LONG: u64 = 135;

const BASELINE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measured") {
        let [subject, kind, origins, patterns] = &arguments[at + 1..] else {
            panic!("four arguments")
        };
        let number = |text: &str| text.parse().expect("a number");
        return run(subject, kind, number(origins), number(patterns));
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("There is no valgrind here, so no instructions are counted.");
        return;
    }
    let is_asked = |flag: &str| arguments.iter().any(|argument| argument == flag);
    if is_asked("--check") || is_asked("--update") {
        return guard(is_asked("--update"));
    }
    let sizes: &[(usize, usize)] = if is_asked("--matrix") {
        &[
            (1, 0),
            (10, 0),
            (1000, 0),
            (100_000, 0),
            (1_000_000, 0),
            (1, 10),
            (1, 10_000),
            (1000, 10_000),
            (1_000_000, 10_000),
        ]
    } else {
        &[(1, 0), (1000, 0)]
    };
    println!("Instructions added to a request over the service without a layer:\n");
    print_table(&KINDS, sizes);
    println!("\nThe same in an application of axum, which clones its layers for each request:\n");
    print_table(&IN_AXUM, &[(1, 0), (1000, 0)]);
    println!(
        "\nOf the instructions of an honest preflight to the same policy, and the most that is allowed:\n"
    );
    println!("| preflight | times | at most |");
    println!("|---|---:|---:|");
    for (kind, most) in ATTACKS {
        let (attack, honest) = cost_of_attack(kind);
        println!("| {kind} | {} | {} |", tenths(attack, honest), tenths(most, 100));
    }
}

fn print_table(kinds: &[&str], sizes: &[(usize, usize)]) {
    println!("| request | origins | patterns | tower-cors | tower-http | ratio |");
    println!("|---|---:|---:|---:|---:|---:|");
    for kind in kinds {
        let bare = count("bare", kind, 1, 0);
        for &(origins, patterns) in sizes {
            let ours = added("tower-cors", kind, origins, patterns, bare);
            // `tower-http` has no patterns, and copies its list for each service.
            let theirs = (patterns == 0 && origins <= 1000)
                .then(|| added("tower-http", kind, origins, patterns, bare));
            let (theirs, ratio) = match theirs {
                Some(theirs) => (theirs.to_string(), format!("1/{}", tenths(theirs, ours))),
                None => (String::from("-"), String::from("-")),
            };
            println!("| {kind} | {origins} | {patterns} | {ours} | {theirs} | {ratio} |");
        }
    }
}

/// Formats a number with one decimal.
fn tenths(dividend: u64, divisor: u64) -> String {
    let tenths = (dividend * 10 + divisor / 2) / divisor.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Fails if a count has grown, or if a long list or an attack costs too much.
fn guard(is_update: bool) {
    let mut counts = BTreeMap::new();
    for kind in KINDS {
        let bare = count("bare", kind, 1, 0);
        for (origins, patterns) in [(1, 0), (1000, 0), LONG] {
            // Each run hashes with another seed, and entries of a long list sometimes collide.
            let runs = if origins == 1 { 1 } else { 3 };
            let counted =
                (0..runs).map(|_| added("tower-cors", kind, origins, patterns, bare)).min();
            counts.insert(name(kind, origins, patterns), counted.unwrap_or_default());
        }
    }
    let mut wrong = Vec::new();
    for kind in ["refused", "allowed"] {
        let [short, long] =
            [(1, 0), LONG].map(|(origins, patterns)| counts[&name(kind, origins, patterns)]);
        if long * 100 > short * MOST_OF_LONG {
            wrong.push(format!(
                "{kind}: {long} instructions of a long list, and {short} of a short one"
            ));
        }
    }
    for (kind, most) in ATTACKS {
        let (attack, honest) = cost_of_attack(kind);
        if attack * 100 > honest * most {
            wrong.push(format!("{kind}: {attack} instructions, and an honest preflight {honest}"));
        }
    }
    let line = |(kind, count): (&String, &u64)| format!("{kind}: {count}\n");
    if is_update {
        let text: String = counts.iter().map(line).collect();
        fs::write(BASELINE, text).expect("the baseline can be written");
    }
    let baseline = fs::read_to_string(BASELINE).expect("the baseline can be read");
    assert_eq!(baseline.lines().count(), counts.len(), "each count is in the baseline");
    for known in baseline.lines() {
        let (kind, known) = known.rsplit_once(": ").expect("a kind and a count");
        let known: u64 = known.parse().expect("a count");
        let found = counts[kind];
        println!("{kind}: {found} instructions, and {known} in the baseline");
        if found * 100 > known * 105 {
            wrong.push(format!("{kind}: {found} is more than 5 % above {known}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn name(kind: &str, origins: usize, patterns: usize) -> String {
    format!("{kind}, {origins} origins, {patterns} patterns")
}

fn added(subject: &str, kind: &str, origins: usize, patterns: usize, bare: u64) -> u64 {
    count(subject, kind, origins, patterns).saturating_sub(bare)
}

/// The instructions that the layer adds to an attack, and to an honest preflight to the same policy.
fn cost_of_attack(kind: &str) -> (u64, u64) {
    let patterns = if kind.ends_with("10,000 patterns") { 10_000 } else { 0 };
    let is_observed = kind.starts_with(OBSERVED);
    let cost = |kind: &str| {
        let kind = if is_observed { format!("{OBSERVED}{kind}") } else { kind.to_owned() };
        added("tower-cors", &kind, 1, patterns, count("bare", &kind, 1, 0))
    };
    (cost(kind.trim_start_matches(OBSERVED)), cost("preflight, allowed"))
}

/// The instructions of a request, including those of the service.
fn count(subject: &str, kind: &str, origins: usize, patterns: usize) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*serve_measured*")
        .arg(env::current_exe().expect("the benchmark has a path"))
        .args(["--measured", subject, kind, &origins.to_string(), &patterns.to_string()])
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<u64>().ok())
        .unwrap_or_else(|| panic!("valgrind counted nothing: {text}"));
    total / repetitions(kind)
}

/// Large requests are repeated less often, because each is copied.
fn repetitions(kind: &str) -> u64 {
    if KINDS.contains(&kind) || IN_AXUM.contains(&kind) { 1000 } else { 10 }
}

fn run(subject: &str, kind: &str, origins: usize, patterns: usize) {
    // The last origin of the list, which takes a linear search longest.
    let allowed = origin(origins);
    let names = |lines: &[&str]| {
        let mut request = preflight(&allowed);
        request.headers_mut().remove(ACCESS_CONTROL_REQUEST_HEADERS);
        for line in lines {
            request.headers_mut().append(ACCESS_CONTROL_REQUEST_HEADERS, value(line));
        }
        request
    };
    let of_origin = |origin: String| {
        let mut request = preflight(&allowed);
        let origin = HeaderValue::try_from(origin).expect("the origin is a header value");
        request.headers_mut().insert(ORIGIN, origin);
        request
    };
    let repeated = |text: &str| text.repeat(MEBIBYTE / text.len());
    let is_axum = kind.starts_with("axum: ");
    let is_observed = kind.starts_with(OBSERVED);
    let request = match kind.trim_start_matches("axum: ").trim_start_matches(OBSERVED) {
        "without origin" => request(Method::GET, []),
        "refused" => simple(REFUSED_ORIGIN),
        "allowed" => simple(&allowed),
        "preflight, allowed" => preflight(&allowed),
        "preflight, refused" => preflight(REFUSED_ORIGIN),
        "method: 1 MiB" => {
            let mut request = preflight(&allowed);
            let method = HeaderValue::try_from(repeated("A")).expect("it is one");
            request.headers_mut().insert(ACCESS_CONTROL_REQUEST_METHOD, method);
            request
        }
        "headers: 10,000 lines" => {
            let mut request = simple(&allowed);
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
        _ if kind.ends_with("10,000 patterns") => {
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
        kind => panic!("no such request: {kind}"),
    };
    let repetitions = repetitions(kind);
    if is_axum {
        let router = match subject {
            "tower-cors" => router().layer(with_patterns(origins, patterns)),
            "tower-http" => router().layer(tower_http(origins)),
            _ => router(),
        };
        return serve_by_axum(&router, &request, repetitions);
    }
    match subject {
        "tower-cors" if is_observed => {
            let layer = configured(origins, 0).on_decision(|_, _| {}).build();
            let layer = layer.expect("the configuration has no mistake");
            serve(layer.layer(inner()), &request, repetitions);
        }
        "tower-cors" if kind.ends_with(OF_EVERY_LENGTH) => {
            let patterns =
                (1..=100).map(|labels| format!("https://*.{}example", "a.".repeat(labels)));
            let layer = configured(origins, 0).allow_origins(patterns).build();
            let layer = layer.expect("the configuration has no mistake");
            serve(layer.layer(inner()), &request, repetitions);
        }
        "tower-cors" => {
            serve(with_patterns(origins, patterns).layer(inner()), &request, repetitions);
        }
        "tower-http" => serve(tower_http(origins).layer(inner()), &request, repetitions),
        _ => serve(inner(), &request, repetitions),
    }
}

fn serve<S>(mut service: S, request: &Request<()>, repetitions: u64)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    for _ in 0..repetitions {
        // While the original lives, its clones' values are shared, as in hyper's requests.
        serve_measured(&mut service, request.clone());
    }
}

fn serve_by_axum(router: &Router, request: &Request<()>, repetitions: u64) {
    for _ in 0..repetitions {
        serve_measured_by_axum(router, request.clone().map(|()| Body::empty()));
    }
}

#[inline(never)]
fn serve_measured_by_axum(router: &Router, request: Request<Body>) {
    drop(respond_as_axum(router, request));
}

#[inline(never)]
fn serve_measured<S>(service: &mut S, request: Request<()>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    drop(respond(service, request));
}

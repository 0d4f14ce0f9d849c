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

use std::{collections::BTreeMap, env, fs, process::Command};

use http::Request;
use support::{
    attacks::{self, ATTACKS, OBSERVED},
    inner, origin,
    requests::{self, KINDS},
    subjects::{self, Caller, Connection, Subject},
};
use tower::Layer;

/// Prefixes of a kind: who calls the layer, and what the request carries.
const IN_AXUM: &str = "axum: ";
const AROUND_AXUM: &str = "around axum: ";
const BY_A_CLONE: &str = "clone: ";
const OF_BROWSER: &str = "browser: ";

/// Origins and patterns of a long list, and its maximum cost in percent of a list with one entry. It costs up to 130,
/// and that varies with the compiler.
const LONG: (usize, usize) = (100_000, 10_000);
const MOST_OF_LONG: u64 = 135;

/// Origins and patterns, for `--matrix`.
const MATRIX: &[(usize, usize)] =
    &[(1, 0), (10, 0), (1000, 0), (100_000, 0), (1, 10_000), (100_000, 10_000)];

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
    let short: &[(usize, usize)] = &[(1, 0), (1000, 0)];
    println!("### In axum, with a browser's requests\n");
    println!("Read this if you use axum. `axum::serve` calls the application:\n");
    print_table(&[IN_AXUM, OF_BROWSER].concat(), short);
    println!("\n### Around axum, with a browser's requests\n");
    println!(
        "Read this if `Router::layer` costs you too much. `cors.layer(app.with_state(()))` is called, so that"
    );
    println!(
        "axum does not box and clone the layer, and preflights do not enter the router. The table shows what"
    );
    println!("this layer adds in both places. `guide::placement` says what else changes:\n");
    print_places(short);
    println!("\n### In another server, with a browser's requests\n");
    println!(
        "Read this if you use hyper, whose adapter for Tower clones the service for each request:\n"
    );
    print_table(&[BY_A_CLONE, OF_BROWSER].concat(), short);
    println!("\nThe same in a server that does not clone its service:\n");
    print_table(OF_BROWSER, short);
    println!("\n### With no other headers\n");
    println!(
        "Read this if you change the layer: its own work stands out. Requests carry only the headers"
    );
    println!("that the layer reads. No browser sends such requests:\n");
    print_table("", if is_asked("--matrix") { MATRIX } else { short });
    println!("\n### Attacks\n");
    println!(
        "Read this if anybody can send you requests. The first number is the instructions of a request that"
    );
    println!(
        "tries to be expensive, as a multiple of those of an honest preflight to the same policy. The benchmark"
    );
    println!(
        "fails above the second number. An observed policy has a hook, for which the layer finds the reason of a refusal:\n"
    );
    println!("| request | times | at most |");
    println!("|---|---:|---:|");
    for (kind, most) in ATTACKS {
        let (attack, honest) = cost_of_attack(kind);
        println!("| {kind} | {} | {} |", tenths(attack, honest), tenths(most, 100));
    }
}

fn print_table(prefix: &str, sizes: &[(usize, usize)]) {
    println!(
        "| request | origins | patterns | tower-cors | tower-http, list | tower-http, set | ratio to the list | to the set |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for name in KINDS {
        let kind = format!("{prefix}{name}");
        let none = count(Subject::None, &kind, 1, 0);
        for &(origins, patterns) in sizes {
            let ours = added(Subject::TowerCors, &kind, origins, patterns, none);
            // `tower-http` has no patterns, and copies its list for each service.
            let theirs = [Subject::List, Subject::Set].map(|subject| {
                let is_possible = patterns == 0 && origins <= 1000;
                is_possible.then(|| added(subject, &kind, origins, patterns, none))
            });
            let [list, set] = theirs.map(|theirs| or_dash(theirs.map(|theirs| theirs.to_string())));
            let [of_list, of_set] = theirs
                .map(|theirs| or_dash(theirs.map(|theirs| format!("1/{}", tenths(theirs, ours)))));
            println!(
                "| {name} | {origins} | {patterns} | {ours} | {list} | {set} | {of_list} | {of_set} |"
            );
        }
    }
}

/// Around the router, a preflight can cost less than without a layer.
fn print_places(sizes: &[(usize, usize)]) {
    println!("| request | origins | `Router::layer` | around the router |");
    println!("|---|---:|---:|---:|");
    for name in KINDS {
        for &(origins, patterns) in sizes {
            let [inside, around] = [IN_AXUM, AROUND_AXUM].map(|caller| {
                let kind = [caller, OF_BROWSER, name].concat();
                let [none, ours] = [(Subject::None, 1), (Subject::TowerCors, origins)]
                    .map(|(subject, origins)| count(subject, &kind, origins, patterns));
                ours.cast_signed() - none.cast_signed()
            });
            println!("| {name} | {origins} | {inside} | {around} |");
        }
    }
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| String::from("-"))
}

/// Formats a number with one decimal.
fn tenths(dividend: u64, divisor: u64) -> String {
    let tenths = (dividend * 10 + divisor / 2) / divisor.max(1);
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// Fails if a count has grown, or if a long list or an attack costs too much.
fn guard(is_update: bool) {
    let mut counts = BTreeMap::new();
    let in_axum = [IN_AXUM, OF_BROWSER].concat();
    let short = [(1, 0), (1000, 0)].as_slice();
    for (prefix, sizes) in
        [("", [(1, 0), (1000, 0), LONG].as_slice()), (OF_BROWSER, short), (&in_axum, short)]
    {
        for kind in KINDS.map(|kind| format!("{prefix}{kind}")) {
            let none = count(Subject::None, &kind, 1, 0);
            for &(origins, patterns) in sizes {
                // Each run hashes with another seed, and entries of a long list sometimes collide.
                let runs = if origins == 1 { 1 } else { 3 };
                let counted = (0..runs)
                    .map(|_| added(Subject::TowerCors, &kind, origins, patterns, none))
                    .min();
                counts.insert(name(&kind, origins, patterns), counted.unwrap_or_default());
            }
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

/// `none` is the count without a layer.
fn added(subject: Subject, kind: &str, origins: usize, patterns: usize, none: u64) -> u64 {
    count(subject, kind, origins, patterns).saturating_sub(none)
}

/// The instructions that the layer adds to an attack, and to an honest preflight to the same policy.
fn cost_of_attack(kind: &str) -> (u64, u64) {
    let patterns = attacks::patterns(kind);
    let is_observed = kind.starts_with(OBSERVED);
    let cost = |kind: &str| {
        let kind = if is_observed { format!("{OBSERVED}{kind}") } else { kind.to_owned() };
        added(Subject::TowerCors, &kind, 1, patterns, count(Subject::None, &kind, 1, 0))
    };
    (cost(kind.trim_start_matches(OBSERVED)), cost(&attacks::honest(kind)))
}

/// The instructions of a request, including those of the service.
fn count(subject: Subject, kind: &str, origins: usize, patterns: usize) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*serve_measured*")
        .arg(env::current_exe().expect("the benchmark has a path"))
        .args(["--measured", subject.name(), kind, &origins.to_string(), &patterns.to_string()])
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<u64>().ok())
        .unwrap_or_else(|| panic!("valgrind counted nothing: {text}"));
    total / repetitions(kind)
}

/// Attacks are repeated less often, because each is copied and some are large.
fn repetitions(kind: &str) -> u64 {
    if KINDS.contains(&Called::from(kind).name) { 1000 } else { 10 }
}

/// A kind of request without its prefixes.
struct Called<'a> {
    caller: Caller,
    is_of_browser: bool,
    name: &'a str,
}

impl<'a> From<&'a str> for Called<'a> {
    fn from(kind: &'a str) -> Self {
        let callers = [
            (IN_AXUM, Caller::Axum),
            (AROUND_AXUM, Caller::AroundAxum),
            (BY_A_CLONE, Caller::Clone),
        ];
        let of_prefix = |(prefix, caller)| Some((caller, kind.strip_prefix(prefix)?));
        let (caller, name) =
            callers.into_iter().find_map(of_prefix).unwrap_or((Caller::Service, kind));
        let of_browser = name.strip_prefix(OF_BROWSER);
        Self { caller, is_of_browser: of_browser.is_some(), name: of_browser.unwrap_or(name) }
    }
}

fn run(subject: &str, kind: &str, origins: usize, patterns: usize) {
    let subject = Subject::ALL.into_iter().find(|known| known.name() == subject);
    let subject = subject.expect("the subject is one of those");
    let Called { caller, is_of_browser, name } = kind.into();
    let is_attack = !KINDS.contains(&name);
    // The last origin of the list, which takes a linear search longest.
    let allowed = origin(origins);
    let request = match is_of_browser {
        _ if is_attack => attacks::request(kind, &allowed, patterns),
        true => requests::of_browser(name, &allowed),
        false => requests::of_kind(name, &allowed),
    };
    let connect = if is_attack && subject == Subject::TowerCors {
        subjects::serve(attacks::layer(kind, origins, patterns).layer(inner()), caller)
    } else {
        subject.serve(caller, origins, patterns)
    };
    let mut connection = connect();
    for _ in 0..repetitions(kind) {
        // While the original lives, its clones' values are shared, as in hyper's requests.
        serve_measured(&mut connection, request.clone());
    }
}

#[inline(never)]
fn serve_measured(connection: &mut Connection, request: Request<()>) {
    connection(request);
}

//! What the layer adds to a request in instructions, which are the same in each run: beside `tower-http`'s
//! layer in the same configuration, over the same service.
//!
//! It runs itself under valgrind. Where there is none, it says so, and measures nothing.

mod support;

use std::{convert::Infallible, env, process::Command};

use http::{Method, Request, Response};
use support::{
    REFUSED_ORIGIN, inner, origin, preflight, request, respond, simple, tower_cors, tower_http,
};
use tower::{Layer, Service};

const REQUESTS: u64 = 1000;
const KINDS: [&str; 5] =
    ["without origin", "refused", "allowed", "preflight, allowed", "preflight, refused"];
const SUBJECTS: [&str; 3] = ["bare", "tower-cors", "tower-http"];
const ORIGINS: [usize; 3] = [1, 10, 1000];

fn main() {
    let arguments: Vec<String> = env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measured") {
        let [subject, kind, origins] = &arguments[at + 1..] else { panic!("three arguments") };
        return run(subject, kind, origins.parse().expect("a number"));
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("There is no valgrind here, so no instructions are counted.");
        return;
    }
    println!("Instructions added to a request, with N exact origins:\n");
    println!("| request | N | tower-cors | tower-http | ratio |");
    println!("|---|---:|---:|---:|---:|");
    for kind in KINDS {
        for origins in ORIGINS {
            let [bare, ours, theirs] = SUBJECTS.map(|subject| count(subject, kind, origins));
            let (ours, theirs) = (ours.saturating_sub(bare), theirs.saturating_sub(bare));
            let tenths = theirs * 10 / ours.max(1);
            println!(
                "| {kind} | {origins} | {ours} | {theirs} | 1/{}.{} |",
                tenths / 10,
                tenths % 10
            );
        }
    }
}

/// The instructions of a request, the service's own among them.
fn count(subject: &str, kind: &str, origins: usize) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*serve_measured*")
        .arg(env::current_exe().expect("the benchmark has a path"))
        .args(["--measured", subject, kind, &origins.to_string()])
        .output()
        .expect("valgrind runs");
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<u64>().ok())
        .unwrap_or_else(|| panic!("valgrind counted nothing: {text}"));
    total / REQUESTS
}

fn run(subject: &str, kind: &str, origins: usize) {
    // The last of the list: a search from its beginning takes longest to find it.
    let allowed = origin(origins);
    let request = match kind {
        "without origin" => request(Method::GET, []),
        "refused" => simple(REFUSED_ORIGIN),
        "allowed" => simple(&allowed),
        "preflight, allowed" => preflight(&allowed),
        _ => preflight(REFUSED_ORIGIN),
    };
    match subject {
        "tower-cors" => serve(tower_cors(origins).layer(inner()), &request),
        "tower-http" => serve(tower_http(origins).layer(inner()), &request),
        _ => serve(inner(), &request),
    }
}

fn serve<S>(mut service: S, request: &Request<()>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    for _ in 0..REQUESTS {
        // While the original lives, its clones' values are shared, as those of hyper's requests are.
        serve_measured(&mut service, request.clone());
    }
}

#[inline(never)]
fn serve_measured<S>(service: &mut S, request: Request<()>)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    drop(respond(service, request));
}

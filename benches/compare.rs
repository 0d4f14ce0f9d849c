//! The layer's cost for a request, in time and in allocations, compared with no layer and with `tower-http`'s layer
//! in the same configuration.
//!
//! All are measured in turn in each round, so that they meet the same conditions. `-- --test` runs one short round.

mod support;

use std::{env, time::Instant};

use http::Request;
use support::{
    measure::Spread,
    origin,
    requests::{self, KINDS},
    subjects::{Caller, Connection, Subject},
};

const ROUNDS: usize = 401;
const REQUESTS: u32 = 100;

const SIZES: [usize; 2] = [1, 1000];

fn main() {
    let rounds = if env::args().any(|argument| argument == "--test") { 1 } else { ROUNDS };
    println!(
        "The time that a layer adds to a request in nanoseconds, the median and the quartiles of {rounds} rounds"
    );
    println!(
        "of {REQUESTS} requests, and how often it allocates. Each request carries a browser's headers."
    );
    for (how, caller) in [
        ("In an application of axum, as `axum::serve` calls it", Caller::Axum),
        ("In another server, which clones the service for each request", Caller::Clone),
    ] {
        println!("\n{how}:\n");
        println!(
            "| request | origins | without a layer | tower-cors | tower-http, list | tower-http, set | ratio to the list | to the set | allocations | list's | set's |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        for kind in KINDS {
            for origins in SIZES {
                compare(kind, caller, origins, rounds);
            }
        }
    }
}

/// Prints a row of the table.
fn compare(kind: &str, caller: Caller, origins: usize, rounds: usize) {
    // The last origin of the list, which takes a linear search longest.
    let request = requests::of_browser(kind, &origin(origins));
    let mut connections = Subject::ALL.map(|subject| subject.serve(caller, origins, 0)());
    let allocations = connections.each_mut().map(|connection| {
        time(connection, &request);
        let own = allocation_counter::measure(|| drop(request.clone()));
        let all = allocation_counter::measure(|| connection(request.clone()));
        all.count_total - own.count_total
    });
    let rounds: Vec<[f64; 4]> = (0..rounds)
        .map(|_| connections.each_mut().map(|connection| time(connection, &request)))
        .collect();
    let none = Spread::of(rounds.iter().map(|round| round[0]), 0);
    let [ours, list, set] =
        [1, 2, 3].map(|at| Spread::of(rounds.iter().map(|round| round[at] - round[0]), 0));
    let ratio = |theirs: &Spread| {
        // An answer may cost less than the service that it spares.
        let is_more = ours.median() > 0.0 && theirs.median() > 0.0;
        if is_more {
            format!("1/{:.1}", theirs.median() / ours.median())
        } else {
            String::from("-")
        }
    };
    let [without, by_ours, by_list, by_set] = allocations.map(u64::cast_signed);
    println!(
        "| {kind} | {origins} | {none} | {ours} | {list} | {set} | {} | {} | {} | {} | {} |",
        ratio(&list),
        ratio(&set),
        by_ours - without,
        by_list - without,
        by_set - without,
    );
}

/// The nanoseconds for a request.
fn time(connection: &mut Connection, request: &Request<()>) -> f64 {
    // Cloned before, because a server reads a request before it calls a service.
    let requests: Vec<Request<()>> = (0..REQUESTS).map(|_| request.clone()).collect();
    let start = Instant::now();
    for request in requests {
        connection(request);
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS)
}

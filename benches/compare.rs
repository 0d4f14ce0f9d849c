//! The layer's cost for a request, in time and in allocations, compared with no layer and with `tower-http`'s layer
//! in the same configuration.
//!
//! All rows are measured in turn in each round, so that they meet the same conditions. `-- --test` runs one short round.

mod support;

use std::{env, time::Instant};

use http::Request;
use support::{
    measure::undisturbed,
    origin,
    requests::{self, KINDS},
    subjects::{Caller, Connection, Subject},
};

/// Where the parts of a connection lie in memory changes its speed by some percent. So they are made anew this often.
const SITTINGS: usize = 40;
const ROUNDS: usize = 25;
const REQUESTS: u32 = 100;
const WARM_UP: u32 = 10;

const SIZES: [usize; 2] = [1, 1000];

fn main() {
    let is_test = env::args().any(|argument| argument == "--test");
    let (sittings, rounds) = if is_test { (1, 1) } else { (SITTINGS, ROUNDS) };
    println!(
        "The time that a layer adds to a request in nanoseconds, and how often it allocates. Each request carries a"
    );
    println!(
        "browser's headers. A time is the lower quartile of {} rounds of {REQUESTS} requests, because what disturbs a",
        sittings * rounds
    );
    println!("measurement only makes it longer.");
    if is_test {
        println!("\nThis is a test, with so few rounds that its times mean nothing.");
    }
    for (how, caller) in [
        ("In an application of axum, as `axum::serve` calls it", Caller::Axum),
        ("In another server, which clones the service for each request", Caller::Clone),
    ] {
        println!("\n{how}:\n");
        println!(
            "| request | origins | without a layer | tower-cors | tower-http, list | tower-http, set | ratio to the list | to the set | allocations | list's | set's |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        let mut rows: Vec<Row> = KINDS
            .iter()
            .flat_map(|&kind| SIZES.map(|origins| Row { kind, origins, caller, times: Vec::new() }))
            .collect();
        for _ in 0..sittings {
            let mut connected: Vec<_> = rows.iter().map(Row::connect).collect();
            for _ in 0..rounds {
                for (row, connections) in rows.iter_mut().zip(&mut connected) {
                    row.measure(connections);
                }
            }
        }
        rows.iter().for_each(Row::print);
    }
}

/// A row of the table.
struct Row {
    kind: &'static str,
    origins: usize,
    caller: Caller,
    /// The nanoseconds for a request, of each subject in each round.
    times: Vec<[f64; 4]>,
}

impl Row {
    fn connect(&self) -> [Connection; 4] {
        Subject::ALL.map(|subject| subject.serve(self.caller, self.origins, 0)())
    }

    fn request(&self) -> Request<()> {
        // The last origin of the list, which takes a linear search longest.
        requests::of_browser(self.kind, &origin(self.origins))
    }

    fn measure(&mut self, connections: &mut [Connection; 4]) {
        let request = self.request();
        self.times.push(connections.each_mut().map(|connection| time(connection, &request)));
    }

    fn print(&self) {
        let [none, ours, list, set] =
            [0, 1, 2, 3].map(|at| undisturbed(self.times.iter().map(|round| round[at])));
        let added = [ours, list, set].map(|time| time - none);
        let ratio = |theirs: f64| {
            // An answer may cost less than the service that it spares.
            let is_more = added[0] > 0.0 && theirs > 0.0;
            if is_more { format!("1/{:.1}", theirs / added[0]) } else { String::from("-") }
        };
        let [ours, list, set] = added;
        let [without, by_ours, by_list, by_set] = self.allocations();
        println!(
            "| {} | {} | {none:.0} | {ours:.0} | {list:.0} | {set:.0} | {} | {} | {} | {} | {} |",
            self.kind,
            self.origins,
            ratio(list),
            ratio(set),
            by_ours - without,
            by_list - without,
            by_set - without,
        );
    }

    fn allocations(&self) -> [i64; 4] {
        let request = self.request();
        self.connect().each_mut().map(|connection| {
            // The first request also pays for what is made once.
            connection(request.clone());
            let own = allocation_counter::measure(|| drop(request.clone()));
            let all = allocation_counter::measure(|| connection(request.clone()));
            all.count_total.cast_signed() - own.count_total.cast_signed()
        })
    }
}

/// The nanoseconds for a request.
fn time(connection: &mut Connection, request: &Request<()>) -> f64 {
    for _ in 0..WARM_UP {
        connection(request.clone());
    }
    // Cloned before, because a server reads a request before it calls a service.
    let requests: Vec<Request<()>> = (0..REQUESTS).map(|_| request.clone()).collect();
    let start = Instant::now();
    for request in requests {
        connection(request);
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS)
}

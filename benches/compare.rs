//! The layer's cost for a request, in time and in allocations, compared with no layer and with `tower-http`'s layer
//! in the same configuration.
//!
//! All rows are measured in turn in each round, so that they meet the same conditions, and in several processes.
//! `-- --test` runs one short round in one process.

mod support;

use std::{env, io, time::Instant};

use http::Request;
use support::{
    measure::{Spread, in_processes, print_numbers, undisturbed},
    origin,
    requests::{self, KINDS},
    subjects::{Caller, Connection, Subject},
};

const PROCESSES: usize = 121;
const ROUNDS: usize = 50;
const REQUESTS: u32 = 100;
const WARM_UP: u32 = 10;

const SIZES: [usize; 2] = [1, 1000];

/// The argument of a process that measures. The number of rounds follows it.
const MEASURED: &str = "--measured";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let mut rows = Row::all();
    if let Some(at) = arguments.iter().position(|argument| argument == MEASURED) {
        let rounds = arguments.get(at + 1).and_then(|rounds| rounds.parse().ok());
        measure(&rows, rounds.unwrap_or(ROUNDS));
        return Ok(());
    }
    let is_test = arguments.iter().any(|argument| argument == "--test");
    let (processes, rounds) = if is_test { (1, 1) } else { (PROCESSES, ROUNDS) };
    for lines in in_processes(processes, &[MEASURED, &rounds.to_string()])? {
        for (row, times) in rows.iter_mut().zip(lines) {
            row.times.push(times.try_into().expect("a time of each subject"));
        }
    }
    println!(
        "The time that a layer adds to a request in nanoseconds, and how often it allocates. Each request carries a"
    );
    println!(
        "browser's headers. A time is the median of {processes} processes. Each counts the lower quartile of {rounds} rounds of"
    );
    println!("{REQUESTS} requests, because what disturbs a measurement only makes it longer.");
    if is_test {
        println!("\nThis is a test, with so few rounds that its times mean nothing.");
    }
    for (how, caller) in CALLERS {
        println!("\n{how}:\n");
        println!(
            "| request | origins | without a layer | tower-cors | tower-http, list | tower-http, set | ratio to the list | to the set | allocations | list's | set's |"
        );
        println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        rows.iter().filter(|row| row.caller == caller).for_each(Row::print);
    }
    Ok(())
}

const CALLERS: [(&str, Caller); 2] = [
    ("In an application of axum, as `axum::serve` calls it", Caller::Axum),
    ("In another server, which clones the service for each request", Caller::Clone),
];

/// Prints a line for each row: the nanoseconds for a request, of each subject.
fn measure(rows: &[Row], rounds: usize) {
    let mut measured: Vec<_> =
        rows.iter().map(|row| (row.request(), row.connect(), Vec::new())).collect();
    for _ in 0..rounds {
        for (request, connections, times) in &mut measured {
            times.push(connections.each_mut().map(|connection| time(connection, request)));
        }
    }
    for (_, _, times) in measured {
        print_numbers([0, 1, 2, 3].map(|at| undisturbed(times.iter().map(|it| it[at]))));
    }
}

/// A row of a table.
struct Row {
    kind: &'static str,
    origins: usize,
    caller: Caller,
    /// The nanoseconds for a request, of each subject in each process.
    times: Vec<[f64; 4]>,
}

impl Row {
    fn all() -> Vec<Self> {
        let mut rows = Vec::new();
        for (_, caller) in CALLERS {
            for kind in KINDS {
                rows.extend(SIZES.map(|origins| Self { kind, origins, caller, times: Vec::new() }));
            }
        }
        rows
    }

    fn connect(&self) -> [Connection; 4] {
        Subject::ALL.map(|subject| subject.serve(self.caller, self.origins, 0)())
    }

    fn request(&self) -> Request<()> {
        // The last origin of the list, which takes a linear search longest.
        requests::of_browser(self.kind, &origin(self.origins))
    }

    fn print(&self) {
        let median = |of: fn(&[f64; 4]) -> f64| Spread::of(self.times.iter().map(of), 0).median();
        let none = median(|times| times[0]);
        let added = [
            median(|times| times[1] - times[0]),
            median(|times| times[2] - times[0]),
            median(|times| times[3] - times[0]),
        ];
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

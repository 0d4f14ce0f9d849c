//! What middleware adds to its framework's bare application: instructions, allocations and time.

use std::{env, error::Error, process::Command, time::Instant};

use http::Request;

use crate::{
    app::{AnyApp, Call},
    configuration::{KINDS, origins, request},
    frameworks::{SUBJECTS, Subject, TOWER_CORS},
    support::measure::{Spread, in_processes, print_numbers, undisturbed},
};

/// The first argument of the program that valgrind runs.
pub(crate) const MEASURED: &str = "--measured";

/// The argument of a process that measures times. The names of middleware follow it.
pub(crate) const TIMED: &str = "--timed";

/// Prints a table with a row for each middleware.
pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    let pairs = SUBJECTS.iter().map(Pair::new).collect::<Result<Vec<_>, _>>()?;
    let times = added_times(&SUBJECTS)?;
    let ours: f64 = times[0].iter().sum();
    let kinds = KINDS.join(" | ");
    println!("| middleware | of | {kinds} | allocations | time |");
    println!("|---|---|{}---:|---:|", "---:|".repeat(KINDS.len()));
    for ((subject, pair), times) in SUBJECTS.iter().zip(&pairs).zip(&times) {
        let instructions = KINDS.map(|kind| added_instructions(subject, kind)).join(" | ");
        let allocations = KINDS.map(|kind| pair.added_allocations(kind).to_string()).join(", ");
        let time = times.iter().sum::<f64>() / ours;
        let (name, framework) = (subject.full_name(), subject.framework);
        println!("| {name} | {framework} | {instructions} | {allocations} | {time:.1} |");
    }
    Ok(())
}

/// Prints the nanoseconds that `tower-cors` adds to each kind of request.
pub(crate) fn print_times() -> Result<(), Box<dyn Error>> {
    for (kind, time) in KINDS.iter().zip(added_times(&[TOWER_CORS])?.concat()) {
        println!("{}\t{kind}\t{time:.1}", TOWER_CORS.name);
    }
    Ok(())
}

/// Prints a line for each middleware: the nanoseconds that it adds to each kind of request. All are measured in turn in
/// each round, so that they meet the same conditions.
pub(crate) fn time(names: &[&str]) -> Result<(), Box<dyn Error>> {
    let pairs = names.iter().map(|name| Pair::new(find(name)?)).collect::<Result<Vec<_>, _>>()?;
    let requests = KINDS.map(|kind| request(kind, "/"));
    let mut rounds = vec![Vec::new(); pairs.len()];
    allocation_counter::opt_out(|| {
        for _ in 0..ROUNDS {
            for (rounds, pair) in rounds.iter_mut().zip(&pairs) {
                rounds.push(requests.each_ref().map(|request| pair.times(request)));
            }
        }
    });
    for rounds in rounds {
        print_numbers((0..KINDS.len()).map(|kind| {
            let [bare, with_cors] =
                [0, 1].map(|side| undisturbed(rounds.iter().map(|times| times[kind][side])));
            with_cors - bare
        }));
    }
    Ok(())
}

/// Answers requests for valgrind, which counts the instructions of [`serve_measured`].
pub(crate) fn run(subject: &str, side: &str, kind: &str) -> Result<(), Box<dyn Error>> {
    let pair = Pair::new(find(subject)?)?;
    let app = if side == BARE { pair.bare } else { pair.with_cors };
    let request = request(kind, "/");
    // The first request of a program also pays for what is made once.
    app.respond(&request);
    let calls = app.calls(&request, REPETITIONS).into_iter();
    // Counted allocations take more instructions.
    allocation_counter::opt_out(|| calls.for_each(serve_measured));
    Ok(())
}

fn find(name: &str) -> Result<&'static Subject, Box<dyn Error>> {
    Ok(SUBJECTS.iter().find(|known| known.name == name).ok_or("no such middleware")?)
}

#[inline(never)]
fn serve_measured(call: Call) {
    call();
}

/// An application without and with the middleware.
struct Pair {
    bare: Box<dyn AnyApp>,
    with_cors: Box<dyn AnyApp>,
}

impl Pair {
    fn new(subject: &Subject) -> Result<Self, Box<dyn Error>> {
        let with_cors = (subject.with_cors)(&origins())?;
        Ok(Self { bare: (subject.bare)(), with_cors })
    }

    fn added_allocations(&self, kind: &str) -> i64 {
        let request = request(kind, "/");
        let allocations = |app: &dyn AnyApp| {
            let mut calls = app.calls(&request, 2).into_iter();
            // The first call also pays for what is made once.
            calls.next().into_iter().for_each(|call| call());
            let counted = allocation_counter::measure(|| calls.for_each(|call| call()));
            counted.count_total.cast_signed()
        };
        allocations(&*self.with_cors) - allocations(&*self.bare)
    }

    /// The nanoseconds for a request without and with the middleware.
    fn times(&self, request: &Request<()>) -> [f64; 2] {
        [&*self.bare, &*self.with_cors].map(|app| {
            // Copied before, because a server reads a request before it calls an application.
            let calls = app.calls(request, REQUESTS);
            let start = Instant::now();
            for call in calls {
                call();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(REQUESTS)
        })
    }
}

/// The nanoseconds that each middleware adds to each kind of request: the medians of several processes.
fn added_times(subjects: &[Subject]) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let mut arguments = vec![TIMED];
    arguments.extend(subjects.iter().map(|subject| subject.name));
    let times = in_processes(PROCESSES, &arguments)?;
    let median =
        |row: usize, kind: usize| Spread::of(times.iter().map(|it| it[row][kind]), 0).median();
    let row = |row| (0..KINDS.len()).map(|kind| median(row, kind)).collect();
    Ok((0..subjects.len()).map(row).collect())
}

/// A dash without valgrind.
fn added_instructions(subject: &Subject, kind: &str) -> String {
    let [bare, with_cors] = [BARE, WITH_CORS].map(|side| instructions(subject, side, kind));
    let added = bare.zip(with_cors).map(|(bare, with_cors)| (with_cors - bare).to_string());
    added.unwrap_or_else(|| String::from("-"))
}

/// The instructions of a request.
fn instructions(subject: &Subject, side: &str, kind: &str) -> Option<i64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=no"])
        .arg("--toggle-collect=*serve_measured*")
        .arg(env::current_exe().expect("the program has a path"))
        .args([MEASURED, subject.name, side, kind])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr);
    let total = text
        .lines()
        .find_map(|line| line.split_once("Collected : ")?.1.trim().parse::<i64>().ok())
        .unwrap_or_else(|| panic!("valgrind counted nothing: {text}"));
    Some(total / i64::from(REPETITIONS))
}

const BARE: &str = "bare";
const WITH_CORS: &str = "with CORS";
const PROCESSES: usize = 121;
const ROUNDS: usize = 25;
const REQUESTS: u32 = 100;
const REPETITIONS: u32 = 1000;

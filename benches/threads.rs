//! The cost of a request while another thread answers requests through the same layer, with and without a layer.

mod support;

use std::{
    error::Error,
    hint, io,
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use http::{HeaderValue, Request};
use support::{
    measure::{self, Spread},
    origin,
    requests::{self, KINDS},
    subjects::{Caller, Connect, Connection, Subject},
};

const ROUNDS: usize = 101;
const TIME: Duration = Duration::from_millis(1);
const WARM_UP: usize = 100;
const TRIES: usize = 10_000;

const SUBJECTS: [Subject; 3] = [Subject::None, Subject::TowerCors, Subject::List];

fn main() -> Result<(), Box<dyn Error>> {
    if measure::turns().is_err() {
        println!(
            "Linux does not say here whether a thread is interrupted, so no threads are measured."
        );
        return Ok(());
    }
    println!(
        "Requests of two threads for each of one: 2.00 if the threads do not slow each other down. The median"
    );
    println!(
        "and the quartiles of {ROUNDS} rounds. Each request carries a browser's headers. Each thread has a connection"
    );
    println!("of its own, all to one layer with one origin.");
    for (how, caller) in [
        ("In an application of axum, as `axum::serve` calls it", Caller::Axum),
        ("In another server, which clones the service for each request", Caller::Clone),
        ("In a loop that calls one service for each thread, which no server does", Caller::Service),
    ] {
        println!("\n{how}:\n");
        println!("| request | without a layer | tower-cors | tower-http |");
        println!("|---|---:|---:|---:|");
        for kind in KINDS {
            let request = requests::of_browser(kind, &origin(1));
            let servers = SUBJECTS.map(|subject| subject.serve(caller, 1, 0));
            let mut found = [const { Vec::new() }; 3];
            for _ in 0..ROUNDS {
                for (found, server) in found.iter_mut().zip(&servers) {
                    let alone = time(server, &request, 1)?;
                    found.push(2.0 * alone / time(server, &request, 2)?);
                }
            }
            let [none, ours, theirs] = found.map(|ratios| Spread::of(ratios, 2));
            println!("| {kind} | {none} | {ours} | {theirs} |");
        }
    }
    Ok(())
}

/// The nanoseconds for a request, in the first try in which no thread is interrupted: otherwise the threads would not
/// run at the same time.
fn time(server: &Connect, request: &Request<()>, threads: u32) -> io::Result<f64> {
    for _ in 0..TRIES {
        let started = AtomicU32::new(0);
        let answer = || {
            time_of_thread(server(), request, || {
                started.fetch_add(1, Ordering::Relaxed);
                while started.load(Ordering::Relaxed) < threads {
                    hint::spin_loop();
                }
            })
        };
        let times = thread::scope(|scope| {
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(answer)).collect();
            let times = running.into_iter().map(|thread| thread.join().expect("no service panics"));
            times.collect::<io::Result<Option<Vec<f64>>>>()
        })?;
        if let Some(times) = times {
            return Ok(times.iter().sum::<f64>() / f64::from(threads));
        }
    }
    Err(io::Error::other(
        "other programs interrupt every measurement; try again when they are done",
    ))
}

/// `None` if the thread is interrupted. `start` waits for the other threads.
fn time_of_thread(
    mut connection: Connection,
    request: &Request<()>,
    start: impl FnOnce(),
) -> io::Result<Option<f64>> {
    let request = with_values_of_its_own(request);
    for _ in 0..WARM_UP {
        connection(request.clone());
    }
    let turns = measure::turns()?;
    start();
    let (start, mut requests) = (Instant::now(), 0.0);
    while start.elapsed() < TIME {
        for _ in 0..10 {
            connection(request.clone());
        }
        requests += 10.0;
    }
    let time = start.elapsed();
    Ok((measure::turns()? == turns).then(|| time.as_secs_f64() * 1e9 / requests))
}

/// Each connection has header values of its own, so that only the layer is shared.
fn with_values_of_its_own(request: &Request<()>) -> Request<()> {
    let mut own = request.clone();
    for value in own.headers_mut().values_mut() {
        *value = HeaderValue::from_bytes(value.as_bytes()).expect("it was one");
    }
    own
}

//! The time and memory that a policy of a million origins takes, and the time to replace it while requests come in.
//!
//! It fails if an origin takes more than 48 bytes besides its own text.

mod support;

use std::{
    convert::Infallible,
    hint::black_box,
    thread,
    time::{Duration, Instant},
};

use http::{Request, Response};

use support::{inner, measure::Spread, origin, requests::simple, respond, with_patterns};
use tower::{Layer, Service};
use tower_cors::CorsLayer;

const ORIGINS: usize = 1_000_000;
const PATTERNS: usize = 10_000;
const MOST_FOR_ORIGIN: usize = 48;

const RELOADS: usize = 10;

fn main() {
    let own_bytes: usize = (1..=ORIGINS).map(|index| origin(index).len()).sum();
    let mut seconds = 0.0;
    let mut layer = None;
    let memory = allocation_counter::measure(|| {
        let start = Instant::now();
        layer = Some(with_patterns(ORIGINS, PATTERNS));
        seconds = start.elapsed().as_secs_f64();
    });
    let mut without_origins = None;
    let patterns = allocation_counter::measure(|| {
        without_origins = Some(with_patterns(0, PATTERNS));
    });
    drop(without_origins);
    let kept = usize::try_from(memory.bytes_current).unwrap_or_default();
    let policy = layer.take().expect("it is built").policy().clone();
    let (layer, handle) = CorsLayer::reloadable(policy);
    let mut service = layer.layer(inner());
    let (mut reloaded, mut quiet) = (Vec::new(), Vec::new());
    for _ in 0..RELOADS {
        let next = with_patterns(ORIGINS, PATTERNS).policy().clone();
        let start = Instant::now();
        reloaded.push(longest_request(&mut service, || handle.set(next)));
        let time = start.elapsed();
        quiet.push(longest_request(&mut service, || thread::sleep(time)));
    }
    let [quiet, reloaded] = [quiet, reloaded]
        .map(|times| Spread::of(times.iter().map(|time| time.as_secs_f64() * 1e6), 0));
    let start = Instant::now();
    drop(black_box(handle));
    drop(black_box(service));
    drop(black_box(layer));
    let freed = start.elapsed().as_secs_f64();
    println!("A policy of {ORIGINS} origins and {PATTERNS} patterns:\n");
    println!("| | |");
    println!("|---|---:|");
    println!("| built in | {seconds:.2} s |");
    println!("| the origins' own bytes | {own_bytes} |");
    println!("| kept, in bytes | {kept} |");
    let patterns = usize::try_from(patterns.bytes_current).unwrap_or_default();
    println!("| of that for the patterns | {patterns} |");
    let each = kept.saturating_sub(own_bytes + patterns) / ORIGINS;
    println!("| kept for each origin besides its own bytes | {each} |");
    println!("| freed in | {freed:.2} s |");
    println!(
        "| longest request while it is replaced, the median and the quartiles of {RELOADS} times | {reloaded} µs |"
    );
    println!("| longest request in as long without | {quiet} µs |");
    assert!(each <= MOST_FOR_ORIGIN, "{each} bytes for each origin");
}

/// The longest duration of a request, among successive requests while `during` runs in another thread.
fn longest_request<S>(service: &mut S, during: impl FnOnce() + Send) -> Duration
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let request = simple(&origin(ORIGINS));
    thread::scope(|scope| {
        let running = scope.spawn(during);
        let mut longest = Duration::ZERO;
        while !running.is_finished() {
            let request = request.clone();
            let start = Instant::now();
            drop(respond(service, request));
            longest = longest.max(start.elapsed());
        }
        longest
    })
}

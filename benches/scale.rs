//! The time and memory that a policy of a million origins takes, and the time to replace it while requests come in.
//!
//! It fails if an origin takes more than 48 bytes besides its own text.

mod support;

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use support::{inner, origin, respond, simple, with_patterns};
use tower::Layer;
use tower_cors::{CorsLayer, Policy, PolicyHandle};

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
    let set_takes = AtomicU64::new(0);
    let reloaded = longest_request(&policy, |handle, is_measured| {
        for _ in 0..RELOADS {
            let next = with_patterns(ORIGINS, PATTERNS).policy().clone();
            let start = Instant::now();
            is_measured.store(true, Ordering::Relaxed);
            handle.set(next);
            is_measured.store(false, Ordering::Relaxed);
            let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap_or_default();
            set_takes.fetch_add(nanos, Ordering::Relaxed);
        }
    });
    let set_takes = Duration::from_nanos(set_takes.into_inner());
    let quiet = longest_request(&policy, |_, is_measured| {
        is_measured.store(true, Ordering::Relaxed);
        thread::sleep(set_takes);
        is_measured.store(false, Ordering::Relaxed);
    });
    let start = Instant::now();
    drop(black_box(policy));
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
    let set_takes = set_takes.as_secs_f64();
    let [quiet, reloaded] = [quiet, reloaded].map(|time| time.as_secs_f64() * 1e6);
    println!(
        "| longest request while it is replaced {RELOADS} times, in {set_takes:.2} s | {reloaded:.0} µs |"
    );
    println!("| longest request in as long without | {quiet:.0} µs |");
    assert!(each <= MOST_FOR_ORIGIN, "{each} bytes for each origin");
}

/// The longest duration of a request, among successive requests while `reload` runs.
fn longest_request(
    policy: &Policy,
    reload: impl FnOnce(&PolicyHandle, &AtomicBool) + Send,
) -> Duration {
    let (layer, handle) = CorsLayer::reloadable(policy.clone());
    let mut service = layer.layer(inner());
    let request = simple(&origin(ORIGINS));
    let is_measured = AtomicBool::new(false);
    thread::scope(|scope| {
        let reloads = scope.spawn(|| reload(&handle, &is_measured));
        let mut longest = Duration::ZERO;
        while !reloads.is_finished() {
            let request = request.clone();
            // A request counts if it began or ended in that time.
            let has_begun = is_measured.load(Ordering::Relaxed);
            let start = Instant::now();
            drop(respond(&mut service, request));
            let time = start.elapsed();
            if has_begun || is_measured.load(Ordering::Relaxed) {
                longest = longest.max(time);
            }
        }
        longest
    })
}

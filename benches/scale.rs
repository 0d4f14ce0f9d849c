//! What a policy of a million origins takes to be built, to be kept, and to be replaced.

mod support;

use std::{hint::black_box, time::Instant};

use support::{origin, with_patterns};

const ORIGINS: usize = 1_000_000;
const PATTERNS: usize = 10_000;

fn main() {
    let own_bytes: usize = (1..=ORIGINS).map(|index| origin(index).len()).sum();
    let mut seconds = 0.0;
    let mut layer = None;
    let memory = allocation_counter::measure(|| {
        let start = Instant::now();
        layer = Some(with_patterns(ORIGINS, PATTERNS));
        seconds = start.elapsed().as_secs_f64();
    });
    let patterns = allocation_counter::measure(|| drop(black_box(with_patterns(0, PATTERNS))));
    let kept = usize::try_from(memory.bytes_current).unwrap_or_default();
    let start = Instant::now();
    drop(black_box(layer));
    let freed = start.elapsed().as_secs_f64();
    println!("A policy of {ORIGINS} origins and {PATTERNS} patterns:\n");
    println!("| | |");
    println!("|---|---:|");
    println!("| built in | {seconds:.2} s |");
    println!("| the origins' own bytes | {own_bytes} |");
    println!("| kept, in bytes | {kept} |");
    let patterns = usize::try_from(patterns.bytes_max).unwrap_or_default();
    println!("| of that at most for the patterns | {patterns} |");
    let each = kept.saturating_sub(own_bytes + patterns) / ORIGINS;
    println!("| kept for each origin besides its own bytes | {each} |");
    println!("| freed in | {freed:.2} s |");
}

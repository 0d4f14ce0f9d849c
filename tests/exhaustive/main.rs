//! A small model, exhaustively: combinations of a few values of every option, with each kind of layer, tried with all
//! requests that scripts of a few pages can make.
//!
//! The model of a browser and the inner service's log judge the responses. What they find is compared with a naive
//! reading of the configuration, and not with the policy's own code.

mod answers;
mod combinations;
mod findings;
mod layers;
#[path = "../naive/mod.rs"]
mod naive;
mod reading;
mod requests;
mod trial;

use std::{collections::BTreeSet, fmt, num::NonZero, thread};

use combinations::{Combination, Pair, missing};
use findings::Finding;
use reading::Reading;
use requests::Handler;
use trial::Trial;

/// Every 571st combination. Those that build have all pairs of values that can build.
#[test]
fn strangers_can_do_what_a_danger_says_and_nothing_else() {
    let tried = try_all(Combination::every(571));
    tried.assert_found();
    assert_eq!(missing(&tried.pairs), NEVER_TOGETHER);
}

/// The pairs of values that never build.
const NEVER_TOGETHER: [&str; 17] = [
    "kind asynchronous, origins any",
    "origins null, dangers none",
    "origins null, credentials yes",
    "origins any, refuse all",
    "origins any, refuse upgrades",
    "origins null, refuse all",
    "origins null, refuse upgrades",
    "origins any, further expose-none max_age timing private_network",
    "origins any, further expose-one private_network",
    "origins any, further expose-all max_age private_network vary_on",
    "origins null, further expose-none max_age timing private_network",
    "origins null, further expose-one private_network",
    "origins null, further expose-all max_age private_network vary_on",
    "origins http, further expose-none max_age timing private_network",
    "origins http, further expose-one private_network",
    "origins http, further expose-all max_age private_network vary_on",
    "credentials yes, further echo",
];

/// All 952,560 combinations: 468,144 layers, a third of which accept a danger that lifts nothing, and 484,416 combinations
/// that do not build. They take about 14 minutes on two cores.
///
/// `cargo test --release --all-features --test exhaustive -- --ignored`
#[test]
#[ignore = "it takes minutes"]
fn strangers_can_do_what_a_danger_says_and_nothing_else_in_all_combinations() {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut tried = Tried::default();
    thread::scope(|scope| {
        let of_thread =
            |thread| move || try_all(Combination::every(1).skip(thread).step_by(threads));
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(of_thread(thread))).collect();
        for thread in running {
            tried.add(thread.join().unwrap());
        }
    });
    tried.assert_found();
    assert_eq!(missing(&tried.pairs), NEVER_TOGETHER);
    // Without the feature `reload`, there is one kind of layer less.
    let counts = if cfg!(feature = "reload") { (468_144, 484_416) } else { (370_848, 391_200) };
    assert_eq!((tried.layers, tried.mistaken), counts);
}

/// What was tried, and what was found.
#[derive(Default)]
struct Tried {
    layers: usize,
    /// The combinations that do not build.
    mistaken: usize,
    /// The pairs of values in combinations that build.
    pairs: BTreeSet<Pair>,
    findings: BTreeSet<Finding>,
}

impl Tried {
    fn add(&mut self, other: Self) {
        self.layers += other.layers;
        self.mistaken += other.mistaken;
        self.pairs.extend(other.pairs);
        self.findings.extend(other.findings);
    }

    /// Asserts that strangers can do exactly what is expected.
    fn assert_found(&self) {
        let expected = findings::expected();
        let found: Vec<_> = self.findings.difference(&expected).collect();
        assert!(found.is_empty(), "found: {found:#?}");
        let not_found: Vec<_> = expected.difference(&self.findings).collect();
        assert!(not_found.is_empty(), "not found: {not_found:#?}");
    }
}

/// Tries the layers of all these combinations.
fn try_all(combinations: impl Iterator<Item = Combination>) -> Tried {
    let fetches = requests::fetches();
    let mut tried = Tried::default();
    for combination in combinations {
        let _shown = Shown(&combination);
        let (reading, handler) = (Reading::new(&combination), Handler::default());
        let service = match layers::build(&combination, &reading, &handler) {
            Ok(service) if reading.builds => service,
            Err(_) if !reading.builds => {
                tried.mistaken += 1;
                continue;
            }
            result => panic!("expected to build: {}, {:?}", reading.builds, result.err()),
        };
        tried.layers += 1;
        tried.pairs.extend(combination.pairs());
        let findings = &mut tried.findings;
        let trial = Trial { combination: &combination, reading, service, handler, findings };
        trial.run(&fetches);
    }
    tried
}

/// Writes a value if an assertion fails.
struct Shown<T: fmt::Debug>(T);

impl<T: fmt::Debug> Drop for Shown<T> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{:?}", self.0);
        }
    }
}

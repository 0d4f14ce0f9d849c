//! The combinations of a few values of every option, by name.

use std::{collections::BTreeSet, fmt};

/// A value of each of the [`AXES`].
#[derive(Clone, Copy)]
pub(crate) struct Combination([&'static str; AXES.len()]);

impl Combination {
    /// Every so many of all combinations.
    pub(crate) fn every(step: usize) -> impl Iterator<Item = Self> {
        let count = AXES.iter().map(|(_, values)| values.len()).product();
        (0..count).step_by(step).map(|mut number: usize| {
            Self(AXES.map(|(_, values)| {
                let value = values[number % values.len()];
                number /= values.len();
                value
            }))
        })
    }

    pub(crate) fn value(&self, axis: &str) -> &'static str {
        self.0[AXES.iter().position(|(name, _)| *name == axis).unwrap()]
    }

    pub(crate) fn has(&self, axis: &str, value: &str) -> bool {
        self.value(axis) == value
    }

    /// The values of the axis `further` that are set.
    pub(crate) fn further(&self, option: &str) -> bool {
        self.value("further").split(' ').any(|set| set == option)
    }

    /// All pairs of its values.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = Pair> {
        pairs_of_axes().map(|(one, other)| [(one, self.0[one]), (other, self.0[other])])
    }
}

/// Two values, each with the number of its axis.
pub(crate) type Pair = [(usize, &'static str); 2];

/// Describes the pairs that are not among these.
pub(crate) fn missing(pairs: &BTreeSet<Pair>) -> Vec<String> {
    let of_axis = |axis: usize| AXES[axis].1.iter().map(move |value| (axis, *value));
    let all = pairs_of_axes().flat_map(|(one, other)| {
        of_axis(one).flat_map(move |one| of_axis(other).map(move |other| [one, other]))
    });
    let missing = all.filter(|pair| !pairs.contains(pair));
    let describe = |[one, other]: Pair| {
        format!("{} {}, {} {}", AXES[one.0].0, one.1, AXES[other.0].0, other.1)
    };
    missing.map(describe).collect()
}

fn pairs_of_axes() -> impl Iterator<Item = (usize, usize)> {
    (0..AXES.len()).flat_map(|one| (one + 1..AXES.len()).map(move |other| (one, other)))
}

impl fmt::Debug for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(AXES.iter().map(|(name, _)| name).zip(self.0)).finish()
    }
}

/// The options and their values. The order is that of the enumeration, with the first axis in front.
const AXES: [(&str, &[&str]); 11] = [
    (
        "kind",
        &[
            "plain",
            "select",
            "first match",
            "asynchronous",
            #[cfg(feature = "reload")]
            "reloadable",
        ],
    ),
    ("origins", &["exact", "pattern", "any", "predicate", "null", "http", "suffix"]),
    ("dangers", &["none", "needed", "all"]),
    ("credentials", &["no", "yes"]),
    ("methods", &["none", "PUT", "any"]),
    ("headers", &["none", "x-a", "any"]),
    ("refuse", &["off", "all", "upgrades"]),
    ("own origins", &["none", "listed"]),
    ("preflights", &["204", "299", "forwarded", "of route"]),
    ("reports", &["none", "diagnose", "only"]),
    (
        // Each of these options writes a header that no other option writes. So these rows have each pair of their
        // values, and not all combinations. Only `echo` writes those of methods and headers, which have axes of their own.
        "further",
        &[
            "vary_on",
            "expose-none max_age timing private_network",
            "expose-one private_network",
            "expose-one max_age timing vary_on",
            "expose-all timing",
            "expose-all max_age private_network vary_on",
            "echo",
        ],
    ),
];

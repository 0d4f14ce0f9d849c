//! What pages of strangers can do. A stranger is whoever no entry of the configuration names, or only one that needs a
//! danger.

use std::collections::BTreeSet;

use super::requests::{APP, FOREIGN, OPAQUE, PARTNER, PLAIN, SIBLING};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ability {
    /// The page reads a response that is not for everyone.
    Reads,
    /// The page reads a response to a request with credentials.
    ReadsWithCredentials,
    /// The handler sees a request with a method or a header that needs a preflight.
    IsPreflighted,
    /// The handler sees a request although the layer refuses disallowed origins.
    IsNotRefused,
}

/// The value of `origins`, the value of `dangers`, the page, and what it can do.
pub(crate) type Finding = (&'static str, &'static str, &'static str, Ability);

/// All that is found. Without a danger, it is nothing.
pub(crate) fn expected() -> BTreeSet<Finding> {
    let mut findings = BTreeSet::new();
    for (origins, dangers, pages, abilities) in EXPECTED {
        for danger in dangers {
            for page in pages {
                findings
                    .extend(abilities.iter().map(|ability| (origins, *danger, *page, *ability)));
            }
        }
    }
    findings
}

type Row = (&'static str, &'static [&'static str], &'static [&'static str], &'static [Ability]);

const EXPECTED: [Row; 7] = [
    // An opaque origin never gets credentials, and lists that refuse cannot have it.
    ("null", &["needed", "all"], &[OPAQUE], &[Ability::Reads, Ability::IsPreflighted]),
    ("http", &["needed", "all"], &[PLAIN], ALL),
    ("suffix", &["needed", "all"], &[APP, SIBLING, FOREIGN], ALL),
    ("predicate", &["needed", "all"], &[APP, SIBLING, FOREIGN], ALL),
    ("any", &["needed", "all"], &[APP, SIBLING, FOREIGN, PARTNER], WITHOUT_REFUSING),
    // `Danger::InsecureOrigins` extends both to plain http.
    ("predicate", &["all"], &[PLAIN], ALL),
    ("any", &["all"], &[PLAIN], WITHOUT_REFUSING),
];

const ALL: &[Ability] =
    &[Ability::Reads, Ability::ReadsWithCredentials, Ability::IsPreflighted, Ability::IsNotRefused];

/// A policy for any origin has none to refuse.
const WITHOUT_REFUSING: &[Ability] =
    &[Ability::Reads, Ability::ReadsWithCredentials, Ability::IsPreflighted];

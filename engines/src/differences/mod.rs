//! The explained differences between engines and the model. Any other difference fails the run.

mod describe;
mod explains;
mod pair;
mod rows;

use std::fmt;

use crate::{
    case::{Case, Hosts, Observation, Outcome},
    engine::Engine,
};
use describe::describe;
pub(crate) use explains::Explains;
use pair::Pair;

/// An explained difference.
struct Row {
    reason: &'static str,
    /// The section of the Fetch standard that the engines do not follow, if it is one.
    section: Option<&'static str>,
    /// The engines, and how many cases of each the row explains.
    engines: &'static [(Engine, usize)],
    /// Removes this difference from a pair, and no other.
    level: fn(&mut Pair<'_>),
}

pub(crate) struct Report {
    engine: Engine,
    count: usize,
    rows: Vec<(&'static Row, Explains)>,
    explained: usize,
    unexplained: usize,
    /// Descriptions of cases.
    listed: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.unexplained == 0 && self.rows.iter().all(|(_, explains)| explains.is_as_expected())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for text in &self.listed {
            writeln!(f, "{text}")?;
        }
        for (number, (row, explains)) in self.rows.iter().enumerate() {
            write!(f, "row {number} {explains}: {}", row.reason)?;
            if let Some(section) = row.section {
                write!(f, " (https://fetch.spec.whatwg.org/#{section})")?;
            }
            writeln!(f)?;
        }
        write!(
            f,
            "{}: {} cases: {} as the model says, {} explained ({} rows), {} not",
            self.engine,
            self.count,
            self.count - self.explained - self.unexplained,
            self.explained,
            self.rows.len(),
            self.unexplained
        )
    }
}

/// Compares what the engine and the model did. `lists_explained` lists explained cases, too.
pub(crate) fn compare<'a>(
    engine: Engine,
    hosts: Hosts,
    cases: impl Iterator<Item = (&'a Case, &'a Observation, &'a Observation)>,
    lists_explained: bool,
) -> Report {
    let rows = rows::all().filter_map(|row| Some((row, Explains::of(engine, row.engines)?)));
    let mut report = Report {
        engine,
        count: 0,
        rows: rows.collect(),
        explained: 0,
        unexplained: 0,
        listed: Vec::new(),
    };
    for (case, of_engine, of_model) in cases {
        report.count += 1;
        let pair = Pair { case, hosts, engine: comparable(of_engine), model: comparable(of_model) };
        if pair.engine == pair.model {
            continue;
        }
        let explains = |rows: &[usize]| {
            let mut pair = pair.clone();
            for &row in rows {
                (report.rows[row].0.level)(&mut pair);
            }
            pair.engine == pair.model
        };
        let needed = needed_rows(report.rows.len(), explains);
        if needed.is_some() {
            report.explained += 1;
        } else {
            report.unexplained += 1;
        }
        if lists_explained || needed.is_none() {
            report.listed.push(describe(&pair, needed.as_deref()));
        }
        for row in needed.into_iter().flatten() {
            report.rows[row].1.add_case();
        }
    }
    report
}

/// Those of `count` rows without which there would be a difference. `None` if there is one with all rows. `explains` tells
/// whether some rows together explain all.
pub(crate) fn needed_rows(count: usize, explains: impl Fn(&[usize]) -> bool) -> Option<Vec<usize>> {
    let mut needed: Vec<usize> = (0..count).collect();
    if !explains(&needed) {
        return None;
    }
    for row in 0..count {
        let without: Vec<usize> = needed.iter().copied().filter(|it| *it != row).collect();
        if explains(&without) {
            needed = without;
        }
    }
    Some(needed)
}

/// Leaves out `Date`, which differs from run to run.
fn comparable(observation: &Observation) -> Observation {
    let mut observation = observation.clone();
    for Outcome { headers, .. } in &mut observation.outcomes {
        headers.remove("date");
    }
    observation
}

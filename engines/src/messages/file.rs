//! The file of messages: `messages.json`.

use std::{
    collections::BTreeMap,
    error::Error,
    fmt, fs,
    path::{Path, PathBuf},
};

use crate::{
    causes::{self, Messages, Seen},
    engine::Engine,
};

/// Writes what the engine did to the file, and the page of the documentation anew.
pub(crate) async fn write(
    engine: Engine,
    version: &str,
    mut seen: BTreeMap<&'static str, Seen>,
) -> Result<(), Box<dyn Error>> {
    let engine = engine.to_string();
    let mut messages = read()?.renew().await;
    messages.engines.insert(engine.clone(), version.to_owned());
    for record in &mut messages.causes {
        let known = record.engines.remove(&engine);
        let seen = seen.remove(record.id.as_str());
        let kept = if is_same(known.as_ref(), seen.as_ref()) { known } else { seen };
        record.engines.extend(kept.map(|kept| (engine.clone(), kept)));
    }
    fs::write(file(), messages.text()?)?;
    fs::write(root().join("../docs/console_messages.md"), causes::page(&messages))?;
    Ok(())
}

/// Compares what the engine did with the file.
pub(crate) fn compare(
    engine: Engine,
    mut seen: BTreeMap<&'static str, Seen>,
) -> Result<Report, Box<dyn Error>> {
    let mut report = Report { engine, count: 0, wrong: Vec::new() };
    let records = read()?.causes.into_iter();
    let mut known: BTreeMap<String, Seen> = records
        .filter_map(|mut record| Some((record.id, record.engines.remove(&engine.to_string())?)))
        .collect();
    for (_, cause) in causes::all() {
        let (seen, known) = (seen.remove(cause.id), known.remove(cause.id));
        report.count += 1;
        if !is_same(seen.as_ref(), known.as_ref()) {
            let line = format!("{}\n  the engine: {seen:#?}\n  the file: {known:#?}", cause.id);
            report.wrong.push(line);
        }
    }
    Ok(report)
}

pub(crate) struct Report {
    engine: Engine,
    count: usize,
    wrong: Vec<String>,
}

impl Report {
    pub(crate) fn is_good(&self) -> bool {
        self.wrong.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.wrong {
            writeln!(f, "{line}")?;
        }
        let (engine, wrong) = (self.engine, self.wrong.len());
        let right = self.count - wrong;
        write!(
            f,
            "{engine}: {} causes of failures: {right} with the messages of the file",
            self.count
        )?;
        if wrong > 0 {
            write!(
                f,
                ", {wrong} not; `cargo run -p engines -- {engine} --messages` writes the new ones"
            )?;
        }
        Ok(())
    }
}

/// Compares without the order, because in Firefox messages take different ways to the console.
fn is_same(seen: Option<&Seen>, known: Option<&Seen>) -> bool {
    let sorted = |seen: &Seen| {
        let mut seen = seen.clone();
        seen.console.sort_unstable();
        seen
    };
    seen.map(sorted) == known.map(sorted)
}

fn read() -> Result<Messages, Box<dyn Error>> {
    Ok(Messages::parse(&fs::read_to_string(file())?)?)
}

fn file() -> PathBuf {
    root().join("messages.json")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

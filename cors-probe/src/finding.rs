//! What an audit finds, and how it is printed.

use std::fmt;

use serde_json::{Value, json};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// May be intended, and does not fail the audit.
    Note,
    /// Something that could not be checked, which makes the audit incomplete.
    Gap,
    Low,
    Medium,
    High,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Gap => "gap",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    pub(crate) severity: Severity,
    pub(crate) name: &'static str,
    pub(crate) found: String,
    pub(crate) why: &'static str,
    pub(crate) change: &'static str,
}

impl Finding {
    pub(crate) fn json(&self) -> Value {
        let Self { severity, name, found, why, change } = self;
        json!({
            "severity": severity.to_string(),
            "name": name,
            "found": found,
            "why": why,
            "change": change,
        })
    }
}

pub(crate) fn table<'a>(findings: impl Iterator<Item = &'a Finding>) -> String {
    let lines = findings.map(|Finding { severity, name, found, why, change }| {
        format!("{severity:<6}  {name}\n  seen:    {found}\n  why:     {why}\n  change:  {change}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

//! Collects what validation finds.

use crate::config::{ConfigError, ConfigOption, ConfigWarning, Danger};

pub(super) struct Findings {
    pub(super) mistakes: Vec<ConfigError>,
    pub(super) warnings: Vec<ConfigWarning>,
    pub(super) accepted: Vec<Danger>,
    pub(super) needed: Vec<Danger>,
}

impl Findings {
    /// Notes a mistake, unless its danger is accepted.
    pub(super) fn danger(&mut self, danger: Danger, mistake: ConfigError) {
        self.needed.push(danger);
        if !self.accepted.contains(&danger) {
            self.mistakes.push(mistake);
        }
    }
}

/// Separates the `*` from the other entries of a list.
pub(super) fn take_wildcard<'a>(
    list: &'a [String],
    option: ConfigOption,
    findings: &mut Findings,
) -> (bool, Vec<&'a str>) {
    let (wildcards, listed): (Vec<&str>, Vec<&str>) =
        list.iter().map(String::as_str).partition(|entry| *entry == "*");
    if wildcards.len() > 1 {
        let entry = String::from("*");
        findings.warnings.push(ConfigWarning::Duplicate { option, entry });
    }
    (!wildcards.is_empty(), listed)
}

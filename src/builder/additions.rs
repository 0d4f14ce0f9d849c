//! The entries that presets add to a configuration.

use crate::config::{ConfigError, CorsConfig, Refuse};

/// The entries that presets add. They are kept apart from the written ones, so that a `"*"` can cover them without a
/// mistake that speaks of names nobody wrote.
#[derive(Clone, Debug, Default)]
pub(super) struct Additions {
    pub(super) loopback: bool,
    pub(super) methods: Vec<&'static str>,
    pub(super) headers: Vec<&'static str>,
    pub(super) exposed: Vec<&'static str>,
    pub(super) refuse: Option<Refuse>,
}

impl Additions {
    /// Adds to a configuration what it does not have yet. Returns a mistake if it has any origin beside those of a preset.
    pub(super) fn join(&self, config: &mut CorsConfig) -> Option<ConfigError> {
        let any_origin = has(&config.allow_origins, "*");
        // Where any origin is allowed, there is none left to refuse.
        if let Some(refuse) = self.refuse.filter(|_| !any_origin) {
            config.refuse_disallowed_origins = Some(refuse);
        }
        add(&mut config.allow_methods, &self.methods);
        add(&mut config.allow_headers, &self.headers);
        add(&mut config.expose_headers, &self.exposed);
        if !self.loopback {
            return None;
        }
        add(&mut config.allow_origins, &LOOPBACK);
        any_origin
            .then(|| ConfigError::AnyOriginBesideOthers { others: vec![String::from("loopback")] })
    }
}

const LOOPBACK: [&str; 6] = [
    "http://localhost:*",
    "http://127.0.0.1:*",
    "http://[::1]:*",
    "https://localhost:*",
    "https://127.0.0.1:*",
    "https://[::1]:*",
];

/// Adds the entries that a list lacks. A `"*"` covers all of them, except for the header `authorization`.
fn add(list: &mut Vec<String>, entries: &[&str]) {
    let covered = has(list, "*");
    for &entry in entries {
        if !has(list, entry) && (!covered || entry == "authorization") {
            list.push(entry.to_owned());
        }
    }
}

fn has(list: &[String], entry: &str) -> bool {
    list.iter().any(|listed| listed.eq_ignore_ascii_case(entry))
}

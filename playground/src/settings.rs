//! The policy as it is typed: as TOML, or in a form.

use std::{collections::BTreeMap, ops::Range};

use serde::{Deserialize, Serialize};
use toml_edit::{Array, DocumentMut, Item, Value};
use tower_cors::{CorsConfig, Policy};

/// What is typed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    /// The policy as TOML.
    pub toml: String,
    /// What the form has instead, by the names of the options. Lists are separated by commas.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
}

/// What is wrong or could be better, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Mistake {
    /// The option. `None` if it is the text as a whole.
    pub option: Option<String>,
    /// What is wrong, and what to write instead.
    pub text: String,
}

/// A policy, or why there is none.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// The policy as TOML.
    pub toml: String,
    /// The same in the form. Empty if the text is not TOML.
    pub form: BTreeMap<String, String>,
    /// Why it does not build.
    pub mistakes: Vec<Mistake>,
    /// What could be better.
    pub warnings: Vec<Mistake>,
    /// Why it refuses the request that is typed, if it builds.
    pub refusals: Vec<Mistake>,
    /// What the policy says of itself, if it builds.
    pub description: Option<String>,
    /// The policy, if it builds.
    #[serde(skip)]
    pub policy: Option<Policy>,
}

impl PolicyText {
    /// Reads and builds it.
    #[must_use]
    pub fn check(self) -> Checked {
        let mut document = match self.toml.parse::<DocumentMut>() {
            Ok(document) => document,
            Err(error) => return Checked::failed(self.toml, error.message(), error.span()),
        };
        let mut toml = self.toml;
        if !self.form.is_empty() {
            for (option, text) in &self.form {
                set(&mut document, option, text);
            }
            toml = document.to_string();
        }
        let form = FIELDS.iter().map(|(name, _)| {
            ((*name).to_owned(), shown(document.get(name).and_then(Item::as_value)))
        });
        Checked { form: form.collect(), ..Checked::build(toml) }
    }
}

impl Checked {
    fn build(toml: String) -> Self {
        let config = match toml::from_str::<CorsConfig>(&toml) {
            Ok(config) => config,
            Err(error) => return Self::failed(toml, error.message(), error.span()),
        };
        match Policy::try_from(config) {
            Ok(policy) => Self {
                toml,
                warnings: policy
                    .warnings()
                    .iter()
                    .map(|warning| Mistake::new(warning.option().to_string(), &warning.to_string()))
                    .collect(),
                description: Some(policy.to_string()),
                policy: Some(policy),
                ..Self::default()
            },
            Err(mistakes) => Self {
                toml,
                mistakes: mistakes
                    .iter()
                    .map(|mistake| Mistake::new(mistake.option().to_string(), &mistake.to_string()))
                    .collect(),
                ..Self::default()
            },
        }
    }

    /// The text cannot be read. The error may begin with the name of an option, and is else at a line.
    fn failed(toml: String, error: &str, span: Option<Range<usize>>) -> Self {
        let option = error.split_once(':').map(|(option, _)| option);
        let mistake = if let Some(option) = option.filter(|name| is_field(name)) {
            Mistake::new(option.to_owned(), error)
        } else {
            let before = span.and_then(|span| toml.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            Mistake { option: None, text: format!("line {line}: {error}") }
        };
        Self { toml, mistakes: vec![mistake], ..Self::default() }
    }
}

impl Mistake {
    /// The name of the option stands beside the text, so it is left out of it.
    fn new(option: String, text: &str) -> Self {
        let text = text.strip_prefix(&format!("{option}: ")).unwrap_or(text).to_owned();
        Self { option: Some(option), text }
    }
}

/// Sets an option to what the form has for it. What is empty is only written where something is to be replaced.
fn set(document: &mut DocumentMut, option: &str, text: &str) {
    let Some((_, kind)) = FIELDS.iter().find(|(name, _)| *name == option) else { return };
    let text = text.trim();
    let is_empty = text.is_empty() || *kind == Kind::Flag && text == "false";
    if is_empty && (!document.contains_key(option) || *kind == Kind::Number) {
        remove(document, option);
        return;
    }
    let mut value = match kind {
        Kind::List if is_empty => Array::new().into(),
        Kind::List => text.split(',').map(str::trim).collect::<Array>().into(),
        Kind::Flag => Value::from(text == "true"),
        // What is no number is left to the configuration's own message.
        Kind::Number => text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from),
    };
    // A comment after the old value stays.
    if let Some(old) = document.get(option).and_then(Item::as_value) {
        *value.decor_mut() = old.decor().clone();
    }
    document[option] = Item::Value(value);
}

/// The comments above the option move to the end of the text.
fn remove(document: &mut DocumentMut, option: &str) {
    let Some((key, _)) = document.remove_entry(option) else { return };
    let comments = key.leaf_decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
    let trailing = document.trailing().as_str().unwrap_or_default();
    document.set_trailing(format!("{comments}{trailing}"));
}

/// A value as the form shows it.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(Value::String(text)) => text.value().clone(),
        Some(Value::Array(entries)) => {
            entries.iter().map(|entry| shown(Some(entry))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => {
            let mut bare = other.clone();
            bare.decor_mut().clear();
            bare.as_integer().map_or_else(|| bare.to_string(), |number| number.to_string())
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Flag,
    Number,
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// The options that the form has.
const FIELDS: [(&str, Kind); 7] = [
    ("allow_origins", Kind::List),
    ("allow_credentials", Kind::Flag),
    ("allow_methods", Kind::List),
    ("allow_headers", Kind::List),
    ("expose_headers", Kind::List),
    ("max_age", Kind::Number),
    ("diagnose", Kind::Flag),
];

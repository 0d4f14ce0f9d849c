//! The file of messages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cause, all, model::explain, words};

#[derive(Debug, Default, PartialEq, Deserialize, Serialize)]
pub(crate) struct Messages {
    /// The version of each engine.
    pub(crate) engines: BTreeMap<String, String>,
    pub(crate) causes: Vec<Record>,
}

/// A cause in words.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Record {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) title: String,
    pub(crate) request: String,
    pub(crate) response: String,
    /// What each engine did.
    pub(crate) engines: BTreeMap<String, Seen>,
    /// The variant of `NetworkErrorCause`, if the model has an error.
    pub(crate) error: Option<String>,
    /// What the model says. `None` if it does not have such requests.
    pub(crate) model: Option<String>,
    pub(crate) fix: String,
}

/// What an engine did.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(crate) struct Seen {
    /// What the script got.
    pub(crate) script: String,
    /// The messages in the console.
    pub(crate) console: Vec<String>,
}

impl Messages {
    /// The messages in this text.
    pub(crate) fn parse(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    /// The text of a file with these messages.
    pub(crate) fn text(&self) -> serde_json::Result<String> {
        Ok(format!("{}\n", serde_json::to_string_pretty(self)?))
    }

    /// The same messages, for the causes and the model as they are now.
    pub(crate) async fn renew(self) -> Self {
        let mut seen: BTreeMap<String, _> =
            self.causes.into_iter().map(|record| (record.id, record.engines)).collect();
        let mut causes = Vec::new();
        for (group, cause) in all() {
            let engines = seen.remove(cause.id).unwrap_or_default();
            causes.push(Record::new(group, cause, engines).await);
        }
        Self { engines: self.engines, causes }
    }
}

impl Record {
    async fn new(group: &str, cause: &'static Cause, engines: BTreeMap<String, Seen>) -> Self {
        let said = explain(cause).await;
        Self {
            id: cause.id.to_owned(),
            group: group.to_owned(),
            title: cause.title.to_owned(),
            request: words::request(cause),
            response: words::response(cause),
            engines,
            error: said.as_ref().and_then(|said| said.error.clone()),
            model: said.map(|said| said.text),
            fix: cause.fix.to_owned(),
        }
    }
}

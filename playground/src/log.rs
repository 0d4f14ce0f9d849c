//! What went over the wire, in order.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::{
    http::{HeaderMap, HeaderValue, request::Parts},
    response::Response,
};
use serde::Serialize;
use tower_cors::{Outcome, RequestKind};

use crate::stack::{MadeBy, Seen};

/// The last requests, and their number so far.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    number: usize,
    last: VecDeque<Entry>,
}

/// A request and its response.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Entry {
    pub(crate) number: usize,
    pub(crate) is_preflight: bool,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) request_headers: Vec<(String, String)>,
    pub(crate) status: Option<u16>,
    pub(crate) response_headers: Vec<(String, String)>,
    /// Who made the response.
    pub(crate) made_by: Option<String>,
    /// What the policy decided, and why. `None` if the layer did not see the request.
    pub(crate) decision: Option<String>,
}

impl Log {
    pub(crate) fn add(&self, request: &Parts, response: &Response, outcome: &Outcome) {
        let extensions = response.extensions();
        let is_seen = extensions.get::<Seen>().is_some();
        let made_by = match extensions.get::<MadeBy>() {
            Some(MadeBy(who)) => who,
            None if is_seen && outcome.answered => "layer",
            None => "router",
        };
        let mut entries = self.entries();
        entries.number += 1;
        let entry = Entry {
            number: entries.number,
            is_preflight: outcome.kind == RequestKind::Preflight,
            method: request.method.to_string(),
            path: request.uri.to_string(),
            request_headers: lines(&request.headers),
            status: Some(response.status().as_u16()),
            response_headers: lines(response.headers()),
            made_by: Some(made_by.to_owned()),
            decision: is_seen.then(|| outcome.to_string()),
        };
        entries.last.push_back(entry);
        if entries.last.len() > MAX_ENTRIES {
            entries.last.pop_front();
        }
    }

    /// How many requests have arrived.
    pub(crate) fn number(&self) -> usize {
        self.entries().number
    }

    /// Those after the first `number`.
    pub(crate) fn since(&self, number: usize) -> Vec<Entry> {
        self.entries().last.iter().filter(|entry| entry.number > number).cloned().collect()
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Header lines as text.
pub(crate) fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// More than any fetch sends.
const MAX_ENTRIES: usize = 200;

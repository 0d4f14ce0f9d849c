//! The [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache).

use std::time::Duration;

/// What an entry is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The site of the page, as a network partition.
    pub(super) partition: String,
    pub(super) origin: String,
    pub(super) url: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Method(String),
    /// In lower case.
    Header(String),
}

#[derive(Clone, Debug)]
struct Entry {
    key: Key,
    credentials: bool,
    allowed: Allowed,
    expires: Duration,
}

#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache {
    entries: Vec<Entry>,
}

impl PreflightCache {
    pub(super) fn has_method(
        &self,
        key: &Key,
        credentials: bool,
        method: &str,
        now: Duration,
    ) -> bool {
        self.matching(key, credentials, now).any(|allowed| match allowed {
            Allowed::Method(name) => is_named(name, method, credentials),
            Allowed::Header(_) => false,
        })
    }

    pub(super) fn has_header(
        &self,
        key: &Key,
        credentials: bool,
        header: &str,
        now: Duration,
    ) -> bool {
        self.matching(key, credentials, now).any(|allowed| match allowed {
            Allowed::Method(_) => false,
            Allowed::Header(name) if name == "*" && header == "authorization" => false,
            Allowed::Header(name) => is_named(name, header, credentials),
        })
    }

    pub(super) fn store(
        &mut self,
        key: &Key,
        credentials: bool,
        allowed: Allowed,
        expires: Duration,
    ) {
        let existing = self.entries.iter_mut().find(|entry| {
            entry.key == *key && entry.allowed == allowed && (entry.credentials || !credentials)
        });
        match existing {
            Some(entry) => entry.expires = expires,
            None => self.entries.push(Entry { key: key.clone(), credentials, allowed, expires }),
        }
    }

    /// <https://fetch.spec.whatwg.org/#concept-cache-clear>
    pub(super) fn clear(&mut self, key: &Key) {
        self.entries.retain(|entry| entry.key != *key);
    }

    fn matching(
        &self,
        key: &Key,
        credentials: bool,
        now: Duration,
    ) -> impl Iterator<Item = &Allowed> {
        self.entries
            .iter()
            .filter(move |entry| {
                entry.key == *key && entry.expires > now && (entry.credentials || !credentials)
            })
            .map(|entry| &entry.allowed)
    }
}

/// By the letter of the standard, an entry for `*` that a credentialed request left would serve a later
/// one, whose preflight would not be answered by a `*`. No browser is known to do so, nor is this one.
fn is_named(name: &str, wanted: &str, credentials: bool) -> bool {
    name == wanted || (name == "*" && !credentials)
}

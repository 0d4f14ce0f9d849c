//! The [CORS-preflight cache](https://fetch.spec.whatwg.org/#concept-cache).

use std::time::Duration;

use super::site::Site;

/// The key of an entry, without its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// The [network partition key](https://fetch.spec.whatwg.org/#network-partition-key): the page's site.
    pub(super) partition: Site,
    /// The serialized request origin.
    pub(super) origin: String,
    pub(super) url: String,
}

/// The method or the header name of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Allowed {
    Method(String),
    /// A name in lower case.
    Header(String),
}

#[derive(Clone, Debug, Default)]
pub(super) struct PreflightCache {
    entries: Vec<Entry>,
}

impl PreflightCache {
    /// Looks for a [method cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-method).
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

    /// Looks for a [header-name cache entry match](https://fetch.spec.whatwg.org/#concept-cache-match-header).
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

    /// Looks for any entry.
    pub(super) fn has_any(&self, key: &Key, credentials: bool, now: Duration) -> bool {
        self.matching(key, credentials, now).next().is_some()
    }

    /// Updates the matching entry, or [creates](https://fetch.spec.whatwg.org/#concept-cache-create-entry) one.
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

    /// [Clears](https://fetch.spec.whatwg.org/#concept-cache-clear) the entries of a key, with and without
    /// credentials.
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

#[derive(Clone, Debug)]
struct Entry {
    key: Key,
    /// `true` if the credentials mode of the request was `include`.
    credentials: bool,
    allowed: Allowed,
    /// The time on the browser's clock at which the entry expires.
    expires: Duration,
}

/// Matches the name of an entry against a method or header name.
///
/// In the [standard](https://fetch.spec.whatwg.org/#concept-cache-match-method), an entry for `*` also matches a
/// request with credentials, whose preflight would fail with the same `*`. No known browser does this, and
/// neither does the model.
fn is_named(name: &str, wanted: &str, credentials: bool) -> bool {
    name == wanted || (name == "*" && !credentials)
}

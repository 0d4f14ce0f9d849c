//! Finds misspelled methods and header names. Any token can be a name, so only what is close to a common
//! one is a mistake, and no name in real use is.

use crate::meant;

/// The method that is written in other letters, or one slip away. `None` if the text is spelled as it
/// should be.
pub(super) fn of_method(text: &str) -> Option<&'static str> {
    let capitals = text.to_ascii_uppercase();
    if let Some(known) = KNOWN_METHODS.into_iter().find(|known| **known == capitals) {
        return (known != text).then_some(known);
    }
    let is_close = |known: &&str| {
        if is_inflected(&capitals, known) {
            return false;
        }
        // In a short one, another letter makes another word, such as `POET`.
        let is_other_word = known.len() < 5
            && capitals.len() == known.len()
            && !capitals.chars().all(|letter| known.contains(letter));
        meant::is_one_slip(&capitals, known) && !is_other_word
    };
    KNOWN_METHODS.into_iter().find(is_close)
}

/// Methods that exist in capitals only.
const KNOWN_METHODS: [&str; 21] = [
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LOCK",
    "MKCALENDAR",
    "MKCOL",
    "MOVE",
    "OPTIONS",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REPORT",
    "SEARCH",
    "SUBSCRIBE",
    "UNLOCK",
    "UNSUBSCRIBE",
];

/// The header that is written without its hyphens or with other separators, or is one slip away. `name` is
/// in lower case.
pub(super) fn of_header(name: &str) -> Option<&'static str> {
    if KNOWN_HEADERS.contains(&name) {
        return None;
    }
    let is_close = |known: &&str| {
        letters(known).eq(letters(name))
            || known.len() > 7 && meant::is_one_slip(name, known) && !is_inflected(name, known)
    };
    KNOWN_HEADERS.into_iter().find(is_close)
}

/// Returns whether `name` is the plural or the past tense of a known name, and so another word.
fn is_inflected(name: &str, known: &str) -> bool {
    name.strip_prefix(known).is_some_and(|end| ["s", "S", "d", "D"].contains(&end))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !b"-_".contains(byte))
}

/// Registered names that are common with CORS. Most names that begin with `x-` come in several spellings
/// that are all in use, such as `x-csrftoken`.
const KNOWN_HEADERS: [&str; 24] = [
    "accept-language",
    "accept-ranges",
    "authorization",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-length",
    "content-range",
    "content-type",
    "etag",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "last-event-id",
    "last-modified",
    "location",
    "retry-after",
    "server-timing",
    "traceparent",
    "www-authenticate",
    "x-requested-with",
];

//! Finds misspelled methods and header names. Any token can be a name, so only what is close to a common
//! one is a mistake, and no name in real use is.

use crate::meant;

/// The method that is written in other letters, or one slip away. `None` if the text is spelled as it
/// should be.
pub(super) fn of_method(text: &str) -> Option<&'static str> {
    let capitals = text.to_ascii_uppercase();
    if capitals == "DEL" {
        return Some("DELETE");
    }
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

/// The header that was meant. `None` if the name is spelled as it should be. `name` is in lower case.
pub(super) fn of_header(name: &str) -> Option<&'static str> {
    let lists = [&REGISTERED_HEADERS[..], &CUSTOM_HEADERS, &OTHER_WORDS];
    if lists.iter().any(|list| list.contains(&name)) {
        return None;
    }
    let has_letters_of = |known: &str| letters(known).eq(letters(name));
    let is_registered =
        |known: &str| has_letters_of(known) || is_slip(name, known, SHORTEST_REGISTERED);
    let has_hyphens_alone = name.starts_with("x-") && !name.contains('_');
    let is_custom = |known: &str| {
        let is_other_spelling = has_letters_of(known);
        is_other_spelling && !has_hyphens_alone
            || !is_other_spelling && is_slip(name, known, SHORTEST_CUSTOM)
    };
    let mut registered = REGISTERED_HEADERS.into_iter();
    let mut custom = CUSTOM_HEADERS.into_iter();
    registered.find(|known| is_registered(known)).or_else(|| custom.find(|known| is_custom(known)))
}

/// Returns whether it is a plural, or has a slip. In names below a length, only swapped letters are one.
fn is_slip(name: &str, known: &str, shortest: usize) -> bool {
    name.strip_suffix('s') == Some(known)
        || meant::is_swapped(name, known)
        || known.len() >= shortest && meant::is_one_slip(name, known)
}

/// The shortest names in which a letter that is wrong, missing or additional hardly makes another name in use. Among
/// those that begin with `x-`, many are alike, such as `x-app-key` and `x-api-key`.
const SHORTEST_REGISTERED: usize = 8;
const SHORTEST_CUSTOM: usize = 13;

/// Returns whether `name` is the plural or the past tense of a known method, and so another word.
fn is_inflected(name: &str, known: &str) -> bool {
    name.strip_prefix(known).is_some_and(|end| ["S", "D"].contains(&end))
}

fn letters(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| !b"-_".contains(byte))
}

/// Names that are common with CORS, and are in use with one spelling.
const REGISTERED_HEADERS: [&str; 29] = [
    "accept",
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
    "mcp-protocol-version",
    "mcp-session-id",
    "retry-after",
    "server-timing",
    "traceparent",
    "tracestate",
    "user-agent",
    "www-authenticate",
    "x-requested-with",
];

/// Names that are common with CORS, and are also in use without their second hyphen, such as `x-csrftoken`.
const CUSTOM_HEADERS: [&str; 7] = [
    "x-api-key",
    "x-correlation-id",
    "x-csrf-token",
    "x-http-method-override",
    "x-request-id",
    "x-total-count",
    "x-xsrf-token",
];

/// Names in use beside a listed one.
const OTHER_WORDS: [&str; 3] = ["idempotence-key", "locations", "xapikey"];

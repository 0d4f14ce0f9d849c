//! Suggestions for texts that are no label patterns: they have a `*` in place of the part that varies.
//!
//! A suggestion never names a host that was not written, as with origin patterns.

use super::{looks, suggestion};
use crate::meant;

/// The label pattern that was probably meant. The caller checks it like any other.
pub(super) fn suggest(text: &str) -> Option<String> {
    if looks::is_regular_expression(text) {
        let text = suggestion::without_anchors(text);
        let has_known_scheme = text.starts_with("https://") || text.starts_with("http://");
        return has_known_scheme
            .then(|| with_wildcards(&text, true))
            .and_then(|text| correct(&text));
    }
    let text = match meant::entries(text).as_deref() {
        None => text,
        Some([entry]) => entry,
        Some(_) => return None,
    };
    correct(&with_wildcards(text, false))
}

fn correct(text: &str) -> Option<String> {
    suggestion::correct_around(text, |host| Some(host.to_owned()))
}

/// The text with a `*` for each part that varies, and without escapes.
fn with_wildcards(text: &str, is_expression: bool) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let varying = varying(rest, is_expression);
        let escaped = rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        let escaped = escaped.filter(|letter| is_expression && ".-:_".contains(*letter));
        let (letter, length) = match (varying, escaped) {
            (Some(length), _) => ('*', length),
            (None, Some(escaped)) => (escaped, 1 + escaped.len_utf8()),
            (None, None) => (letter, letter.len_utf8()),
        };
        // Several in a row vary as one does.
        if letter != '*' || !written.ends_with('*') {
            written.push(letter);
        }
        rest = &rest[length..];
    }
    written
}

/// The length of the varying part with which the text begins.
fn varying(text: &str, is_expression: bool) -> Option<usize> {
    let group = ["(?:", "("].into_iter().find_map(|open| Some((open, text.strip_prefix(open)?)));
    let part = |text| match looks::placeholder(text) {
        None if is_expression => repeated(text),
        placeholder => placeholder,
    };
    match group {
        None => part(text),
        Some((open, inner)) => {
            let length = part(inner)?;
            inner[length..].starts_with(')').then_some(open.len() + length + 1)
        }
    }
}

/// The length of an atom of a regular expression and what repeats it, such as `.*`, `[a-z0-9]+` or `\w{8}`.
fn repeated(text: &str) -> Option<usize> {
    let atom = match text.strip_prefix('[') {
        // The `[` is not looked for again in what follows, so that many of them cost no more than one.
        Some(class) => match class.find(['[', ']']) {
            Some(end) if class[end..].starts_with(']') => end + 2,
            _ => return None,
        },
        None => [r"\d", r"\w", r"\S", "."].iter().find(|atom| text.starts_with(**atom))?.len(),
    };
    let rest = &text[atom..];
    let repetition = match rest.strip_prefix('{') {
        Some(bounds) => {
            let is_of_bounds = |char: char| char.is_ascii_digit() || char == ',';
            let end = bounds.find(|char| !is_of_bounds(char))?;
            bounds[end..].starts_with('}').then_some(end + 2)?
        }
        None => rest.starts_with(['*', '+']).then_some(1)?,
    };
    let is_lazy = rest[repetition..].starts_with('?');
    Some(atom + repetition + usize::from(is_lazy))
}

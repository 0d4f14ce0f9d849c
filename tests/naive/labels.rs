//! Whether a pattern with a `*` within a label matches an origin, letter by letter.

/// The origin must be well-formed.
pub(crate) fn matches(pattern: &str, origin: &str) -> bool {
    // Punycode stands for another text, in which the fixed part is somewhere else.
    !origin.contains("://xn--") && matches_rest(pattern.as_bytes(), origin.as_bytes())
}

/// Tries every possible end of what the `*` stands for.
fn matches_rest(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([b'*', rest @ ..], _) => (1..=text.len()).any(|end| {
            let (middle, after) = text.split_at(end);
            middle.iter().all(|byte| b"abcdefghijklmnopqrstuvwxyz0123456789-".contains(byte))
                && matches_rest(rest, after)
        }),
        ([expected, pattern @ ..], [byte, text @ ..]) => {
            expected == byte && matches_rest(pattern, text)
        }
        (rest, text) => rest.is_empty() && text.is_empty(),
    }
}

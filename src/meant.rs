//! What a mistaken text was probably meant to be.

/// Returns whether `text` is `name` with one letter missing, too many or wrong, or with two neighbours
/// swapped.
///
/// A wrong or additional first letter does not count: names in real use differ in it, such as `shttp` and
/// `BCOPY`.
pub(crate) fn is_one_slip(text: &str, name: &str) -> bool {
    let pairs = text.bytes().zip(name.bytes());
    let alike = pairs.take_while(|(letter, other)| letter == other).count();
    let (text, name) = (&text.as_bytes()[alike..], &name.as_bytes()[alike..]);
    let (after, name_after) = (text.get(1..), name.get(1..));
    let is_missing = name_after == Some(text);
    let is_wrong = after.is_some() && after == name_after;
    let is_additional = after == Some(name);
    is_missing || is_swap(text, name) || alike > 0 && (is_wrong || is_additional)
}

/// Returns whether `text` is `name` with two neighbouring letters swapped.
pub(crate) fn is_swapped(text: &str, name: &str) -> bool {
    let pairs = text.bytes().zip(name.bytes());
    let alike = pairs.take_while(|(letter, other)| letter == other).count();
    is_swap(&text.as_bytes()[alike..], &name.as_bytes()[alike..])
}

/// Returns whether the first two letters are swapped, and the others are equal.
fn is_swap(text: &[u8], name: &[u8]) -> bool {
    match (text, name) {
        ([one, two, rest @ ..], [first, second, others @ ..]) => {
            (one, two, rest) == (second, first, others)
        }
        _ => false,
    }
}

/// The name that was meant: written in another case, with other separators, as a variant in code, or one slip away.
pub(crate) fn name_among(text: &str, names: &[&'static str]) -> Option<&'static str> {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let meant = letters(text.rsplit("::").next().unwrap_or(text));
    let is_meant = |name: &str| meant == name || meant.len() > 3 && is_one_slip(&meant, name);
    names.iter().copied().find(|name| is_meant(&letters(name)))
}

/// Returns whether the text is a JSON array or object, or what a shell leaves of one.
pub(crate) fn is_json(text: &str) -> bool {
    let text = text.trim();
    let inside = |open, close| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    let holds_json = |inside: &str| {
        let inside = inside.trim();
        inside.is_empty()
            || inside.starts_with(['"', '\'', '*', '[', '{'])
            || inside.contains("://")
            || inside.contains(',')
    };
    inside('[', ']').or(inside('{', '}')).is_some_and(holds_json)
}

/// Returns whether the text is a word that allows everything in other configurations.
pub(crate) fn is_word_for_any(text: &str) -> bool {
    ["all", "any", "true"].iter().any(|word| word.eq_ignore_ascii_case(text.trim()))
}

/// The entries of a text that may be a list, without empty ones. `None` if nothing separates any.
pub(crate) fn entries(text: &str) -> Option<Vec<&str>> {
    let entries = text.split(SEPARATORS).map(str::trim).filter(|entry| !entry.is_empty());
    text.contains(SEPARATORS).then(|| entries.collect())
}

const SEPARATORS: [char; 3] = [',', ';', '|'];

pub(crate) const QUOTES: [char; 3] = ['"', '\'', '`'];

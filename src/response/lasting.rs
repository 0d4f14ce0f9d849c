//! Header values that are made at build and last as long as the process.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use foldhash::fast::RandomState;
use http::HeaderValue;

/// In bytes: what is kept for ever, with what it takes to find it again.
const MAX_KEPT: usize = 64 * 1024;

/// In bytes: the most that a text takes besides itself, for its allocation and for its place in a set that has just
/// grown, while the set that it grew from is still there.
const OVERHEAD: usize = 16 + 3 * 2 * (size_of::<&str>() + 1);

/// The value of `text`, which is no header value if this is `None`.
///
/// A value made at run time counts who has it, and that count would be written by every response of every
/// thread. A static value has no count, so each text is kept once, for ever: they are few, since they come
/// from configurations, and a policy that is built again finds those of the last one. A program that builds
/// policies without end, with ever other texts, gets counted values for those that are past the bound.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    let counted = HeaderValue::from_str(text).ok()?;
    // A static value is ASCII, or it panics.
    if text.is_ascii()
        && let Some(kept) = keep(text)
    {
        return Some(HeaderValue::from_static(kept));
    }
    // The first clone of a value moves it behind its count, which allocates. This is it.
    drop(counted.clone());
    Some(counted)
}

/// The value of `tokens` with `separator` between them. `None` if there are none.
pub(crate) fn joined(tokens: &[impl AsRef<str>], separator: &str) -> Option<HeaderValue> {
    if tokens.is_empty() {
        return None;
    }
    let tokens: Vec<&str> = tokens.iter().map(AsRef::as_ref).collect();
    value(&tokens.join(separator))
}

fn keep(text: &str) -> Option<&'static str> {
    static KEPT: Mutex<Option<Kept>> = Mutex::new(None);

    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.get_or_insert_default().keep(text)
}

#[derive(Default)]
struct Kept {
    texts: HashSet<&'static str, RandomState>,
    bytes: usize,
}

impl Kept {
    fn keep(&mut self, text: &str) -> Option<&'static str> {
        if let Some(kept) = self.texts.get(text) {
            return Some(kept);
        }
        let bytes = text.len() + OVERHEAD;
        if self.bytes + bytes > MAX_KEPT {
            return None;
        }
        self.bytes += bytes;
        let kept: &'static str = Box::leak(text.into());
        self.texts.insert(kept);
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_once() {
        let texts = ["x-a,x-b", "x-a,x-b"].map(|text| keep(text).unwrap());
        assert!(std::ptr::eq(texts[0], texts[1]));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = Kept::default();
        let long = "a".repeat(MAX_KEPT - 3 * OVERHEAD - 2);
        assert_eq!(kept.keep(&long), Some(&*long));
        assert_eq!(kept.keep("bcd"), Some("bcd"), "there is room for it");
        assert_eq!(kept.keep("e"), None, "there is none for another");
        assert_eq!(kept.keep("bcd"), Some("bcd"), "what is there takes no more room");
        assert_eq!(kept.keep(&long), Some(&*long), "what is there takes no more room");
    }

    /// As a program that sets another max-age for each of its tenants.
    #[test]
    fn what_is_kept_takes_no_more_memory() {
        let mut kept = Kept::default();
        let memory = allocation_counter::measure(|| {
            for max_age in 0..86_400 {
                kept.keep(&max_age.to_string());
            }
        });
        assert!(kept.texts.len() > 500, "{}", kept.texts.len());
        assert!(memory.bytes_max <= MAX_KEPT as u64, "{memory:?}");
    }

    #[test]
    fn a_value_is_its_text() {
        assert_eq!(value("x-a,x-b").unwrap(), "x-a,x-b");
        assert_eq!(value(&"a".repeat(MAX_KEPT + 1)).unwrap(), "a".repeat(MAX_KEPT + 1));
        assert_eq!(value("é").unwrap(), "é");
        assert_eq!(value("a\n"), None);
    }
}

//! Header values that are made when a policy is built, and kept as long as the process runs.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use foldhash::fast::RandomState;
use http::HeaderValue;

/// The header value of `text`, or `None` if it is not valid.
///
/// A value made at run time has a reference count, which every response of every thread would write. A static
/// value has none, so each text is kept once and never freed. Texts are few, because they come from
/// configurations, and a policy that is built again reuses them. Beyond the bound, values are counted.
pub(crate) fn value(text: &str) -> Option<HeaderValue> {
    let counted = HeaderValue::from_str(text).ok()?;
    // `from_static` panics if the text is not ASCII.
    if text.is_ascii()
        && let Some(kept) = keep(text)
    {
        return Some(HeaderValue::from_static(kept));
    }
    // The first clone of a value allocates its reference count. Do that here, not for a request.
    drop(counted.clone());
    Some(counted)
}

/// The header value of `tokens`, joined with `separator`. `None` if there are none.
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

/// The maximum memory for kept texts and for the set that finds them, in bytes.
const MAX_KEPT: usize = 64 * 1024;

/// The maximum memory that a text takes besides its own bytes: for its allocation, and for its place in the set. While
/// the set grows, the old one still exists.
const OVERHEAD: usize = 16 + 3 * 2 * (size_of::<&str>() + 1);

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
        let long = "a".repeat(MAX_KEPT - 2 * OVERHEAD - "bcd".len());
        assert_eq!(kept.keep(&long), Some(&*long));
        assert_eq!(kept.keep("bcd"), Some("bcd"), "there is room for it");
        assert_eq!(kept.keep("e"), None, "there is none for another");
        assert_eq!(kept.keep("bcd"), Some("bcd"), "what is there takes no more room");
        assert_eq!(kept.keep(&long), Some(&*long), "what is there takes no more room");
    }

    /// For example in a program that sets another max-age for each tenant.
    #[test]
    fn what_is_kept_takes_no_more_memory() {
        let mut kept = Kept::default();
        let memory = allocation_counter::measure(|| {
            for max_age in 0..86_400 {
                kept.keep(&max_age.to_string());
            }
        });
        if cfg!(target_pointer_width = "64") {
            assert_eq!(kept.texts.len(), 542);
        }
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

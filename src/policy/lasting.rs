//! Header values that are made at build and last as long as the process.

use std::sync::{Mutex, PoisonError};

use http::HeaderValue;

/// What is kept for ever, in bytes.
const MAX_KEPT: usize = 64 * 1024;

/// The value of `text`, which is no header value if this is `None`.
///
/// A value made at run time counts who has it, and that count would be written by every response of every
/// thread. A static value has no count, so each text is kept once, for ever: they are few, since they come
/// from configurations, and a policy that is built again finds those of the last one. A program that builds
/// policies without end, with ever other texts, gets counted values for those that are past the bound.
pub(super) fn value(text: &str) -> Option<HeaderValue> {
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

fn keep(text: &str) -> Option<&'static str> {
    static KEPT: Mutex<Kept> = Mutex::new(Kept { texts: Vec::new(), bytes: 0 });

    KEPT.lock().unwrap_or_else(PoisonError::into_inner).keep(text)
}

struct Kept {
    texts: Vec<&'static str>,
    bytes: usize,
}

impl Kept {
    fn keep(&mut self, text: &str) -> Option<&'static str> {
        if let Some(kept) = self.texts.iter().find(|kept| **kept == text) {
            return Some(kept);
        }
        if self.bytes + text.len() > MAX_KEPT {
            return None;
        }
        self.bytes += text.len();
        let kept: &'static str = Box::leak(text.into());
        self.texts.push(kept);
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
        let mut kept = Kept { texts: Vec::new(), bytes: 0 };
        let long = "a".repeat(MAX_KEPT - 2);
        assert_eq!(kept.keep(&long), Some(&*long));
        assert_eq!(kept.keep("b,c"), None);
        assert_eq!(kept.keep("b"), Some("b"));
        assert_eq!(kept.keep(&long), Some(&*long), "what is there takes no more room");
        assert_eq!(kept.keep("c"), Some("c"));
        assert_eq!(kept.keep("d"), None);
    }

    #[test]
    fn a_value_is_its_text() {
        assert_eq!(value("x-a,x-b").unwrap(), "x-a,x-b");
        assert_eq!(value(&"a".repeat(MAX_KEPT + 1)).unwrap(), "a".repeat(MAX_KEPT + 1));
        assert_eq!(value("é").unwrap(), "é");
        assert_eq!(value("a\n"), None);
    }
}

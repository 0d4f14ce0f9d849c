//! A set of texts, looked up as bytes.

use std::collections::HashSet;

use foldhash::fast::RandomState;

/// With at most this many texts, comparing them beats hashing one.
const FEW: usize = 8;

#[derive(Clone)]
pub(crate) enum TextSet {
    Few(Vec<Box<[u8]>>),
    Many(HashSet<Box<[u8]>, RandomState>),
}

impl TextSet {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        if capacity <= FEW {
            Self::Few(Vec::new())
        } else {
            Self::Many(HashSet::with_capacity_and_hasher(capacity, RandomState::default()))
        }
    }

    #[inline]
    pub(crate) fn contains(&self, text: &[u8]) -> bool {
        match self {
            Self::Few(texts) => texts.iter().any(|other| **other == *text),
            Self::Many(texts) => texts.contains(text),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Few(texts) => texts.is_empty(),
            Self::Many(texts) => texts.is_empty(),
        }
    }

    /// The texts, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let (few, many) = match self {
            Self::Few(texts) => (Some(texts), None),
            Self::Many(texts) => (None, Some(texts)),
        };
        few.into_iter().flatten().chain(many.into_iter().flatten()).map(|text| &**text)
    }

    /// Returns `false` if the text is already there.
    pub(crate) fn insert(&mut self, text: &[u8]) -> bool {
        if self.contains(text) {
            return false;
        }
        match self {
            Self::Few(texts) if texts.len() < FEW => texts.push(text.into()),
            Self::Few(texts) => {
                let many = texts.drain(..).chain([text.into()]);
                *self = Self::Many(many.collect());
            }
            Self::Many(texts) => drop(texts.insert(text.into())),
        }
        true
    }
}

impl Default for TextSet {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

/// Ignores the order of insertion.
impl PartialEq for TextSet {
    fn eq(&self, other: &Self) -> bool {
        self.iter().count() == other.iter().count() && self.iter().all(|text| other.contains(text))
    }
}

impl Eq for TextSet {}

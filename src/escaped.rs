//! Bytes from outside, escaped for logs and headers.

use std::fmt;

/// Bytes from outside as text of at most `max` bytes, without control characters.
pub(crate) struct Escaped<'a> {
    bytes: &'a [u8],
    max: usize,
}

impl<'a> Escaped<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self::cut(bytes, 256)
    }

    pub(crate) fn cut(bytes: &'a [u8], max: usize) -> Self {
        Self { bytes, max }
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const CUT: &str = "...";
        let length = |byte: &u8| byte.escape_ascii().len();
        // Each byte takes one at least, so that one more than fits is enough to look at.
        let is_whole = self.bytes.iter().take(self.max + 1).map(length).sum::<usize>() <= self.max;
        let mut room = if is_whole { self.max } else { self.max - CUT.len() };
        for byte in self.bytes {
            let Some(rest) = room.checked_sub(length(byte)) else { break };
            room = rest;
            byte.escape_ascii().fmt(f)?;
        }
        f.write_str(if is_whole { "" } else { CUT })
    }
}

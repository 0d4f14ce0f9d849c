//! The count of a row.

use std::fmt;

use crate::engine::Engine;

/// How many cases a row explains. Another number than the expected one fails the run, so that a row does not hide what it
/// was not written for.
pub(crate) struct Explains {
    expected: usize,
    count: usize,
}

impl Explains {
    /// `None` if the row is not for this engine.
    pub(crate) fn of(engine: Engine, engines: &[(Engine, usize)]) -> Option<Self> {
        let &(_, expected) = engines.iter().find(|(other, _)| *other == engine)?;
        Some(Self { expected, count: 0 })
    }

    pub(crate) fn add_case(&mut self) {
        self.count += 1;
    }

    pub(crate) fn is_as_expected(&self) -> bool {
        self.count == self.expected
    }
}

impl fmt::Display for Explains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "explains {} cases", self.count)?;
        if self.is_as_expected() { Ok(()) } else { write!(f, " instead of {}", self.expected) }
    }
}

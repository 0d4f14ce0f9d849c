//! The memory of a browser.

use std::time::Duration;

use super::{cache::PreflightCache, cookies::CookieJar};

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) preflights: PreflightCache,
    pub(super) cookies: CookieJar,
    pub(super) blocks_third_party_cookies: bool,
    /// How many pages were opened.
    pub(super) pages: u64,
    /// The time since the browser was created, as told by [`Browser::advance`](super::Browser::advance).
    pub(super) now: Duration,
}

impl Memory {
    /// The time on the browser's clock, in seconds since 1970. The clock starts at the beginning of 2026.
    pub(super) fn date(&self) -> i64 {
        i64::try_from(self.now.as_secs()).unwrap_or(i64::MAX).saturating_add(1_767_225_600)
    }
}

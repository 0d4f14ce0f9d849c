//! The memory of a browser.

use std::time::Duration;

use super::{cache::PreflightCache, cookies::CookieJar};

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) preflights: PreflightCache,
    pub(super) cookies: CookieJar,
    /// The time since the browser was created, as told by [`Browser::advance`](super::Browser::advance).
    pub(super) now: Duration,
}

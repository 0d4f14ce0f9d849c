//! The state that the pages of a browser share, and its locks.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::memory::Memory;

/// The service and the memory of a browser. Neither lock is held while a response is awaited.
pub(super) struct Shared<S> {
    service: Mutex<S>,
    memory: Mutex<Memory>,
}

impl<S> Shared<S> {
    pub(super) fn new(service: S) -> Self {
        Self { service: Mutex::new(service), memory: Mutex::default() }
    }

    /// Locks the service. One guard has to cover `poll_ready` and `call`, or another page could use up the
    /// readiness in between.
    pub(super) fn service(&self) -> MutexGuard<'_, S> {
        lock(&self.service)
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        lock(&self.memory)
    }
}

/// Ignores poisoning: a service that panicked decides itself how it goes on.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

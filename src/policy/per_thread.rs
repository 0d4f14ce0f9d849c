//! What requests keep a reference to, counted apart for each thread.

use std::{
    array,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// As many threads as have a copy of their own. More share them: a copy takes some hundred bytes, and a program may
/// have thousands of policies.
const COPIES: usize = 16;

/// Copies of one value, of which each has a reference count of its own: one that all threads shared would go from core
/// to core with each request.
#[derive(Clone, Debug)]
pub(super) struct PerThread<T>(Box<[Arc<T>; COPIES]>);

impl<T> PerThread<T> {
    pub(super) fn new(value: T) -> Self
    where
        T: Clone,
    {
        Self(Box::new(array::from_fn(|_| Arc::new(value.clone()))))
    }

    /// That of the thread that asks.
    #[inline]
    pub(super) fn of_this_thread(&self) -> &Arc<T> {
        thread_local! {
            static NUMBER: usize = {
                static NEXT: AtomicUsize = AtomicUsize::new(0);
                NEXT.fetch_add(1, Ordering::Relaxed)
            };
        }

        let number = NUMBER.try_with(|&number| number).unwrap_or_default();
        &self.0[number % COPIES]
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_thread_has_one_copy_and_another_thread_another() {
        let copies = PerThread::new(());
        let of_this_thread = || Arc::as_ptr(copies.of_this_thread()) as usize;
        let of_another = || thread::scope(|scope| scope.spawn(of_this_thread).join().unwrap());
        assert_eq!(of_this_thread(), of_this_thread());
        // Every sixteenth thread has the same.
        assert!((0..3).any(|_| of_another() != of_this_thread()));
    }
}

//! What requests keep a reference to, counted apart for each thread.

use std::{
    num::NonZero,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A copy for each of some threads. Each copy has a reference count of its own: one that all threads shared
/// would go from core to core with each request.
#[derive(Clone, Debug)]
pub(super) struct PerThread<T>(Box<[Arc<T>]>);

/// More threads share copies: a copy takes some hundred bytes, and a program may have thousands of policies.
const MAX_COPIES: usize = 32;

impl<T> PerThread<T> {
    pub(super) fn new(value: T) -> Self
    where
        T: Clone,
    {
        static CORES: OnceLock<usize> = OnceLock::new();

        let cores = *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get));
        let copies = cores.next_power_of_two().min(MAX_COPIES);
        Self((0..copies).map(|_| Arc::new(value.clone())).collect())
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
        // There is a power of two of them.
        &self.0[number & (self.0.len() - 1)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_has_one_copy_and_its_neighbour_another() {
        let copies = PerThread(Box::from([Arc::new(()), Arc::new(())]));
        let of_this_thread = || Arc::as_ptr(copies.of_this_thread());
        assert_eq!(of_this_thread(), of_this_thread());

        // Other tests have threads, too, so that the next number may go to one of them.
        let is_other = || {
            of_this_thread() as usize
                != thread::scope(|scope| scope.spawn(|| of_this_thread() as usize).join().unwrap())
        };
        assert!((0..1000).any(|_| is_other()));
    }
}

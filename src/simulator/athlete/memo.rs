//! What was worked out once need not be worked out again: a year of days is asked for as one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Values of a pure function by day number.
#[derive(Debug)]
pub(super) struct Memo<T>(Mutex<HashMap<i64, T>>);

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> Memo<T> {
    /// The lock is not held while a value is made: making one may ask for others.
    pub(super) fn of(&self, number: i64, make: impl FnOnce() -> T) -> T {
        let known = self.lock().get(&number).cloned();
        known.unwrap_or_else(|| {
            let value = make();
            self.lock().insert(number, value.clone());
            value
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<i64, T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

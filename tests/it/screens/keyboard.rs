//! A keyboard that is as awkward as the real one.
//!
//! Like crossterm's `EventStream` it remembers only the waker of the first poll
//! that found nothing: a loop that polls with another waker sleeps through keys.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use crossterm::event::Event;
use futures_util::Stream;

#[derive(Clone, Default)]
pub(super) struct Keyboard(Arc<Mutex<Keys>>);

#[derive(Default)]
struct Keys {
    pressed: VecDeque<Event>,
    unplugged: bool,
    waiting: Option<Waker>,
}

impl Keyboard {
    pub(super) fn press(&self, event: Event) {
        self.change(|keys| keys.pressed.push_back(event));
    }

    /// The terminal is gone.
    pub(super) fn unplug(&self) {
        self.change(|keys| keys.unplugged = true);
    }

    fn change(&self, change: impl FnOnce(&mut Keys)) {
        let mut keys = self.0.lock().unwrap();
        change(&mut keys);
        if let Some(waker) = keys.waiting.take() {
            waker.wake();
        }
    }
}

impl Stream for Keyboard {
    type Item = io::Result<Event>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut keys = self.0.lock().unwrap();
        match keys.pressed.pop_front() {
            Some(event) => Poll::Ready(Some(Ok(event))),
            None if keys.unplugged => Poll::Ready(None),
            None => {
                keys.waiting.get_or_insert_with(|| context.waker().clone());
                Poll::Pending
            }
        }
    }
}

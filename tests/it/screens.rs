//! The app as a person meets it: its whole loop on a test screen, with a
//! scripted keyboard and a hand-made engine.
//!
//! `shots` are snapshots at four sizes, `stories` walks through a sign-in.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod app;
mod fixtures;
mod keyboard;
mod shots;
mod stories;

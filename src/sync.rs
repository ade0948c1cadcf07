//! From what is known to what is stored.
//!
//! ```text
//! coverage, today, goal, what endpoints allow ─ plan (pure) ─► requests
//! task ─ fetch (paced, retried, with a bearer lent by the session keeper) ─► answer
//! answer ─ dataset (parser of that shape) ─► rows
//! rows ─ store (one transaction: payload, rows, coverage, task, log line) ─► CentralDB
//! ```
//!
//! [`run`] walks a job through these stages. A task is idempotent: killed at any
//! point and run again, nothing is lost and nothing doubled. Knows nothing of
//! sign-in: whoever runs a job brings a [`fetch::Lender`].

pub mod dataset;
pub mod fetch;
pub mod file;
pub mod pace;
pub mod plan;
pub mod reparse;
pub mod retry;
pub mod run;
pub mod store;

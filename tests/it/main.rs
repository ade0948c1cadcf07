//! One integration binary: it links once, and shares its helpers.

mod bad_input;
mod cases;
mod doors;
mod headless;
mod history;
mod homes;
mod hostile;
mod house;
mod keeper;
mod manners;
mod processes;
mod pty;
mod readme;
mod recordings;
mod schedule;
mod screens;
mod secrets;
mod sign_in;
mod simulator;
mod storms;
mod support;
mod sync;
mod trouble;

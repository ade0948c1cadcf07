//! One integration binary: it links once, and shares its helpers.

mod screens;
mod simulator;

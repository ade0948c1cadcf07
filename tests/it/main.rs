//! One integration binary: it links once, and shares its helpers.

mod simulator;

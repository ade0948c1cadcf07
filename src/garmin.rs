//! How Garmin talks, on one page. Facts and their sources: `protocol.md`.
//!
//! ```text
//! password ─ sso::mobile ─► service ticket ─ tokens::exchange ─► access + refresh token
//!                │                                                      │
//!                └─ MFA challenge ─ sso::mobile (code) ─┘               ├─ tokens::refresh (rotates)
//!                                                                       ▼
//!                                            client::Api ─ api::* ─► connectapi, GraphQL
//! ```
//!
//! [`client::Client`] can sign in; [`client::Api`] is a client with a bearer, and
//! only it has data calls. Host names stand in [`endpoints`] and nowhere else.
//! Nothing here knows CentralDB, and nothing here retries: that is decided above.

pub mod api;
pub mod client;
pub mod endpoints;
pub mod error;
pub mod legacy;
mod patience;
pub mod personal;
pub mod probe;
pub mod sso;
pub mod tokens;
pub mod wire;

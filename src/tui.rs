//! The full-screen app.

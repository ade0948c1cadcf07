//! What `doctor` found. Never a secret, and no name of a person.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Ok,
    /// Works, but a person should know.
    Warn,
    Bad,
}

/// One thing examined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub what: &'static str,
    pub health: Health,
    pub detail: String,
}

impl Finding {
    pub fn new(what: &'static str, health: Health, detail: impl Into<String>) -> Self {
        Self {
            what,
            health,
            detail: detail.into(),
        }
    }
}

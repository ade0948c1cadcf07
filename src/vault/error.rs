//! What can be wrong with the vault's key, as sentences. Never a secret in one.

use crate::domain::{
    failure::{Failure, FailureKind},
    printable::sentence,
};

/// `source` and `what` are a source's own name, such as "key file /x/vault.key".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    #[error("the {source_name} cannot be used: {why}")]
    Source { source_name: String, why: String },
    /// Something is sealed here, but the key is gone.
    #[error("the {what} is missing")]
    KeyMissing { what: String },
    /// Named for a home whose sessions another key sealed.
    #[error("there is no {what}, and the sessions here are sealed with another key")]
    UnknownFile { what: String },
    /// Another key sealed it, or the blob was changed.
    #[error("what is stored was sealed with another key than that of the {source_name}")]
    CannotOpen { source_name: String },
    /// Re-keying in place is for keys that garminsync made itself.
    #[error("the key of the {source_name} is not garminsync's to replace")]
    NotReplaceable { source_name: String },
    #[error("the system gave no random numbers")]
    NoRandom,
}

impl VaultError {
    pub(super) fn source(name: impl Into<String>, why: &(impl ToString + ?Sized)) -> Self {
        Self::Source {
            source_name: name.into(),
            why: why.to_string(),
        }
    }

    const fn remedy(&self) -> &'static str {
        match self {
            Self::Source { .. } => {
                "Put it right, or move it away and sign in again; your synced data is not affected."
            }
            Self::KeyMissing { .. } | Self::CannotOpen { .. } => {
                "Put the right key back, or sign in again; your synced data is not affected."
            }
            Self::UnknownFile { .. } => {
                "Check the name, or copy the key there. To begin with a new key, log out first."
            }
            Self::NotReplaceable { .. } => "Replace it where it is kept, then sign in again.",
            Self::NoRandom => "Try again.",
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let summary = sentence(&error.to_string());
        Self::new(FailureKind::VaultKey, summary, error.remedy())
    }
}

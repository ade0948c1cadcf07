//! Our own transfer text: one session, sealed with a passphrase, to be pasted.
//!
//! `garminsync-session-1`, then base64 of what [`portable`] makes of the
//! document. Spaces and line breaks in it do not matter, because mail programs
//! and terminals add them.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::import::Imported;
use crate::{
    domain::{
        account::Region,
        failure::Failure,
        secret::{Secret, sealed},
        session::{Door, OAuth1Token, Tokens},
    },
    vault::portable,
};

const NAME: &str = "garminsync-session-";
const LABEL: &str = "garminsync-session-1";
/// What mail programs leave alone.
const LINE: usize = 76;

/// What travels.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transfer {
    pub region: Region,
    pub door: Option<Door>,
    pub exported_at: Timestamp,
    pub user_id: Option<String>,
    pub display_name: Option<String>,
    pub connect: Option<Tokens>,
    pub oauth1: Option<OAuth1Token>,
    /// Empty if there is none.
    #[serde(with = "sealed")]
    pub personal_key: Secret,
}

impl Transfer {
    pub(super) fn into_imported(self) -> Imported {
        Imported {
            forms: Vec::new(),
            connect: self.connect,
            oauth1: self.oauth1,
            personal_key: Some(self.personal_key).filter(|key| !key.is_empty()),
            personal_bearer: None,
            region: Some(self.region),
            user_id: self.user_id,
            display_name: self.display_name,
            door: self.door,
        }
    }
}

/// The text. Takes a moment: guessing the passphrase must be slow.
///
/// # Errors
/// When the passphrase is empty, or the system gives no random numbers.
pub fn seal(document: &Transfer, passphrase: &Secret) -> Result<String, Failure> {
    if passphrase.is_empty() {
        return Err(passphrase_missing());
    }
    // Plain strings and instants: they always serialise.
    let plain = Zeroizing::new(serde_json::to_vec(document).unwrap_or_default());
    let encoded = BASE64_STANDARD.encode(portable::seal(passphrase, LABEL, &plain)?);
    let mut text = format!("{LABEL}\n");
    for (at, character) in encoded.chars().enumerate() {
        if at > 0 && at % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    Ok(text)
}

/// # Errors
/// A sentence for each of: a newer version, a damaged text, a wrong passphrase.
pub fn open(text: &str, passphrase: &Secret) -> Result<Transfer, Failure> {
    let rest = text.trim().strip_prefix(LABEL);
    let Some(encoded) = rest.filter(|rest| !rest.starts_with(|c: char| c.is_ascii_digit())) else {
        return Err(Failure::usage(
            "This transfer text was made by another version of garminsync.",
            "Install the newer one here, or export again with this one.",
        ));
    };
    if passphrase.is_empty() {
        return Err(passphrase_missing());
    }
    let packed: String = encoded.split_whitespace().collect();
    let blob = BASE64_STANDARD.decode(packed).map_err(|_| damaged())?;
    let plain = portable::open(passphrase, LABEL, &blob)?.ok_or_else(|| {
        Failure::usage(
            "The passphrase is wrong, or the transfer text was changed or cut short.",
            "Type the passphrase again; if that does not help, export once more.",
        )
    })?;
    serde_json::from_slice(&plain).map_err(|_| damaged())
}

pub(super) fn is_one(text: &str) -> bool {
    text.starts_with(NAME)
}

pub(super) fn passphrase_missing() -> Failure {
    Failure::usage(
        "A transfer text needs a passphrase.",
        "Give the passphrase it was or will be sealed with.",
    )
}

fn damaged() -> Failure {
    Failure::usage(
        "The transfer text is damaged or cut short.",
        "Copy all of it, from garminsync-session-1 to its last character.",
    )
}

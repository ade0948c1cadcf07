//! Text that must never be printed: passwords, tokens, tickets, codes, cookies.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A secret: wiped when dropped, masked in `Debug`, without `Display`.
///
/// [`Secret::expose`] is the one way to its text. It is called where a request
/// is built, where a session is sealed, and nowhere else.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(SecretString::from(text.into()))
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

/// The text without the byte order mark that some editors and shells put before it.
pub fn without_bom(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Serialises a secret's text. For what the vault seals, and only there: a
/// struct opts in field by field with `#[serde(with = "secret::sealed")]`.
pub mod sealed {
    use super::{Deserialize, Deserializer, Secret, Serialize, Serializer};

    pub fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        secret.expose().serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_text() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "Secret(…)");
    }
}

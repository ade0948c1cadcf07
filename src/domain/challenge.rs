//! An MFA challenge: Garmin asked for a code.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How the code reaches the person. What Garmin calls an unknown method is
/// kept as sent and echoed back (`protocol.md` 3.1: spelling unverified).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MfaMethod(String);

impl MfaMethod {
    /// Garmin's own word; an empty one means e-mail.
    pub fn from_wire(word: Option<&str>) -> Self {
        Self(
            word.filter(|word| !word.is_empty())
                .unwrap_or("email")
                .to_owned(),
        )
    }

    /// The word to send back, unchanged.
    pub fn wire(&self) -> &str {
        &self.0
    }

    /// How to say it to a person.
    pub fn sentence(&self) -> &'static str {
        match self.0.to_ascii_lowercase().as_str() {
            "email" => "by e-mail",
            "sms" | "phone" => "by text message",
            _ => "in your authenticator app",
        }
    }

    /// Whether Garmin itself sends a code (an authenticator makes its own).
    pub fn is_sent(&self) -> bool {
        matches!(
            self.0.to_ascii_lowercase().as_str(),
            "email" | "sms" | "phone"
        )
    }
}

/// What may be shown of a pending challenge. The cookies and parameters that
/// continue it are sealed beside it in CentralDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub method: MfaMethod,
    /// The masked address or number, as Garmin masked it, already printable.
    pub sent_to: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// Codes tried so far.
    pub attempts: u32,
}

impl Challenge {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// The digits of a pasted or typed code: people paste `409 123`, `409-123` or
/// the whole line of a mail. `None` unless exactly six digits remain.
pub fn code_digits(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    (digits.len() == CODE_LENGTH).then_some(digits)
}

/// Garmin's codes have six digits (`protocol.md` 3.2).
pub const CODE_LENGTH: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_code_may_carry_company() {
        assert_eq!(code_digits(" 409-123\n").as_deref(), Some("409123"));
        assert_eq!(code_digits("Your code: 409123").as_deref(), Some("409123"));
        assert_eq!(code_digits("40912"), None);
        assert_eq!(code_digits("4091234"), None);
    }

    #[test]
    fn an_unknown_method_is_echoed() {
        let method = MfaMethod::from_wire(Some("TOTP"));
        assert_eq!(method.wire(), "TOTP");
        assert_eq!(method.sentence(), "in your authenticator app");
        assert_eq!(MfaMethod::from_wire(None).wire(), "email");
    }
}

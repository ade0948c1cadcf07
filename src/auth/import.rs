//! Reads the sessions of other programs, and our own from another machine.
//!
//! Pure: the caller reads the files and hands their bytes over. What a text is
//! is told by its content; a name only helps where the content says nothing.
//! Several files of one folder make one [`Imported`]. Nothing in here asks
//! Garmin: whether the session still works, the first refresh will tell.

mod foreign;
mod personal;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::Value;

use super::transfer;
use crate::domain::{
    account::Region,
    failure::Failure,
    secret::{Secret, without_bom},
    session::{Door, OAuth1Token, Tokens},
};
pub use personal::Bearer;

/// The names to look for when a person names a folder: `~/.garth`,
/// `~/.garminconnect`, `~/.config/garmin` (`protocol.md` 8.1, `personal-api.md` 3).
pub const FILE_NAMES: [&str; 5] = [
    "garmin_tokens.json",
    "oauth1_token.json",
    "oauth2_token.json",
    personal::KEY_FILE,
    "connect-personal-api-bearer-token.json",
];

/// Far above every known form.
const LONGEST: usize = 1 << 20;

/// One file, or one pasted text without a name.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The file's name without its folder.
    pub name: Option<&'a str>,
    pub bytes: &'a [u8],
}

/// What one text turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    GarthOAuth1,
    GarthOAuth2,
    GarthDumps,
    GarminConnect,
    PersonalKey,
    PersonalBearer,
    Transfer,
}

impl Form {
    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GarthOAuth1 => "garth oauth1_token.json",
            Self::GarthOAuth2 => "garth oauth2_token.json",
            Self::GarthDumps => "garth dumps string",
            Self::GarminConnect => "garminconnect garmin_tokens.json",
            Self::PersonalKey => "personal API key file",
            Self::PersonalBearer => "personal API bearer cache",
            Self::Transfer => "garminsync transfer text",
        }
    }
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    pub forms: Vec<Form>,
    pub connect: Option<Tokens>,
    /// Can still be exchanged for tokens when `connect` is dead (`protocol.md` 8.2).
    pub oauth1: Option<OAuth1Token>,
    pub personal_key: Option<Secret>,
    pub personal_bearer: Option<Bearer>,
    /// `None` when nothing tells. Never to be guessed from an e-mail address.
    pub region: Option<Region>,
    pub user_id: Option<String>,
    pub display_name: Option<String>,
    pub door: Option<Door>,
}

impl Imported {
    /// What a person should know before they go on.
    pub fn remarks(&self, now: Timestamp) -> Vec<&'static str> {
        let mut remarks = Vec::new();
        if let Some(tokens) = &self.connect {
            remarks.push(
                "Two programs cannot share this session: its first refresh here ends it for the other one.",
            );
            if tokens.refresh_expires_at.is_some_and(|at| at <= now) {
                remarks.push("Its refresh token has run out, so it will probably not work.");
            }
            if self.region.is_none() {
                remarks.push("It does not say whether it belongs to garmin.com or garmin.cn.");
            }
        }
        remarks
    }

    fn add(&mut self, form: Form, found: Self) {
        // The DI file is the newer kind; a garth pair beside it is what it was made from.
        let is_better = form == Form::GarminConnect || self.connect.is_none();
        if is_better && found.connect.is_some() {
            self.connect = found.connect;
        }
        self.forms.push(form);
        self.oauth1 = found.oauth1.or(self.oauth1.take());
        self.personal_key = found.personal_key.or(self.personal_key.take());
        self.personal_bearer = found.personal_bearer.or(self.personal_bearer.take());
        self.region = self.region.or(found.region);
        self.user_id = found.user_id.or(self.user_id.take());
        self.display_name = found.display_name.or(self.display_name.take());
        self.door = found.door.or(self.door);
    }
}

/// Reads all that was given as one session. The passphrase is needed for a
/// transfer text only.
///
/// # Errors
/// A sentence naming what could not be read; never with any of it.
pub fn read(
    given: &[Given<'_>],
    passphrase: Option<&Secret>,
    now: Timestamp,
) -> Result<Imported, Failure> {
    let mut all = Imported::default();
    for one in given {
        let Some(text) = one.text()? else { continue };
        let (form, found) = recognise(*one, text, passphrase, now)?;
        all.add(form, found);
    }
    if all.forms.is_empty() {
        return Err(unknown("What was given"));
    }
    Ok(all)
}

/// Whether this asks for a passphrase, so that the caller can.
pub fn needs_passphrase(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| transfer::is_one(plain(text)))
}

impl<'a> Given<'a> {
    /// `None` for the empty file that garth leaves where it has no token.
    fn text(self) -> Result<Option<&'a str>, Failure> {
        let text = std::str::from_utf8(self.bytes)
            .ok()
            .filter(|text| text.len() <= LONGEST)
            .ok_or_else(|| unknown(&self.shown()))?;
        Ok(Some(plain(text)).filter(|text| !text.is_empty()))
    }

    fn shown(&self) -> String {
        self.name.map_or_else(
            || "The text".to_owned(),
            |name| format!("The file {}", crate::domain::printable::excerpt(name, 60)),
        )
    }
}

/// Without what editors and mail programs add around it.
fn plain(text: &str) -> &str {
    without_bom(text).trim()
}

fn recognise(
    given: Given<'_>,
    text: &str,
    passphrase: Option<&Secret>,
    now: Timestamp,
) -> Result<(Form, Imported), Failure> {
    let shown = given.shown();
    if transfer::is_one(text) {
        let passphrase = passphrase.ok_or_else(transfer::passphrase_missing)?;
        let document = transfer::open(text, passphrase)?;
        return Ok((Form::Transfer, document.into_imported()));
    }
    if let Some(key) = personal::key(given.name, text) {
        let found = Imported {
            personal_key: Some(key?),
            ..Imported::default()
        };
        return Ok((Form::PersonalKey, found));
    }
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        return object(&value, now).unwrap_or_else(|| Err(unknown(&shown)));
    }
    foreign::dumps(text, now).unwrap_or_else(|| Err(unknown(&shown)))
}

/// One JSON value, told by its fields. `None`: nobody's.
fn object(value: &Value, now: Timestamp) -> Option<Result<(Form, Imported), Failure>> {
    if value.is_array() {
        return foreign::pair(value, now);
    }
    let has = |name| value.get(name).is_some();
    Some(if has("di_token") || has("di_refresh_token") {
        foreign::garminconnect(value, now)
    } else if has("oauth_token") {
        foreign::oauth1(value)
    } else if has("fingerprint") {
        personal::bearer(value)
    } else if has("access_token") {
        foreign::oauth2(value, now)
    } else {
        return None;
    })
}

fn unknown(shown: &str) -> Failure {
    Failure::usage(
        format!("{shown} holds no session that garminsync can read."),
        "It reads garth folders and dumps strings, garminconnect's garmin_tokens.json, \
         Garmin's personal API key file, and its own transfer text.",
    )
}

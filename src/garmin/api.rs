//! Calls that keep the session and steer a sync; the datasets name their own
//! requests in `sync::dataset`.

use jiff::{Timestamp, civil::Date};
use serde_json::Value;

use super::{
    client::Api,
    error::GarminError,
    wire::{fields::Fields, json, times},
};
use crate::domain::{printable::printable, session::Lane};

/// Who Garmin says the bearer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `profileId`.
    pub user_id: String,
    /// Null on brand-new profiles.
    pub display_name: Option<String>,
}

impl Api {
    /// The light validation call (`protocol.md` 9.2): proves a token.
    pub async fn social_profile(&self) -> Result<Identity, GarminError> {
        let body = self.json("/userprofile-service/socialProfile").await?;
        let unreadable = || GarminError::Unreadable("the profile".to_owned());
        let fields = Fields::of(&body).ok_or_else(unreadable)?;
        let user_id = fields
            .id("profileId")
            .or_else(|| fields.id("id"))
            .ok_or_else(unreadable)?;
        Ok(Identity {
            user_id,
            display_name: fields.text("displayName").map(|name| printable(&name)),
        })
    }

    /// The account's IANA time zone (`protocol.md` 9.2), if Garmin knows it.
    pub async fn time_zone(&self) -> Result<Option<String>, GarminError> {
        let body = self
            .json("/userprofile-service/userprofile/settings")
            .await?;
        let zone = Fields::of(&body).and_then(|fields| fields.text("timeZone"));
        // The literal `gmt` is no IANA name (personal-api.md 6.5).
        Ok(zone
            .map(|zone| printable(&zone))
            .filter(|zone| zone != "gmt"))
    }

    /// When a watch last uploaded: the newest device's stamp (`protocol.md` 9.3),
    /// or the stamp in the summary of `today` where devices are not offered
    /// (`personal-api.md` 6.1, E2). `None` if none ever did.
    pub async fn last_upload(&self, today: Date) -> Result<Option<Timestamp>, GarminError> {
        let (path, field) = match self.lane() {
            Lane::Connect => (
                "/device-service/deviceservice/mylastused".to_owned(),
                "lastUsedDeviceUploadTime",
            ),
            Lane::Personal => (
                format!("/usersummary-service/usersummary/daily?calendarDate={today}"),
                "lastSyncTimestampGMT",
            ),
        };
        let body = self.json(&path).await?;
        Ok(Fields::of(&body).and_then(|fields| fields.value(field).and_then(times::utc)))
    }

    async fn json(&self, path: &str) -> Result<Value, GarminError> {
        let answer = self.get(path, &[]).await?;
        let document = json::parse(&answer.body)?;
        match json::error_in(&document) {
            Some(why) => Err(GarminError::Unreadable(why)),
            None => Ok(document),
        }
    }
}

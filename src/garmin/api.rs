//! Calls that keep the session and steer a sync; the datasets name their own
//! requests in `sync::dataset`.

use jiff::Timestamp;
use serde_json::Value;

use super::{
    client::Api,
    error::GarminError,
    wire::{fields::Fields, times},
};
use crate::domain::printable::printable;

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
        Ok(zone.map(|zone| printable(&zone)))
    }

    /// When a watch last uploaded (`protocol.md` 9.3); `None` if none ever did.
    pub async fn last_upload(&self) -> Result<Option<Timestamp>, GarminError> {
        let body = self
            .json("/device-service/deviceservice/mylastused")
            .await?;
        Ok(Fields::of(&body).and_then(|fields| {
            fields
                .value("lastUsedDeviceUploadTime")
                .and_then(times::utc)
        }))
    }

    async fn json(&self, path: &str) -> Result<Value, GarminError> {
        let answer = self.get(path, &[]).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer.body)
            .map_err(|_| GarminError::Unreadable("no JSON".to_owned()))
    }
}

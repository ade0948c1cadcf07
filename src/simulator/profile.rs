//! Who the account belongs to (protocol.md 9.2).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Value, json};

use super::athlete::{BIRTH, HOME_ZONE};
use super::reply::Refusal;
use super::server::Endpoint;
use super::world::World;

/// The name in URL paths; not the user name (protocol.md 9.2).
pub(super) const DISPLAY_NAME: &str = "ada-runs";
pub(super) const FULL_NAME: &str = "Ada Beispiel";
pub(super) const GARMIN_GUID: &str = "5d0a3c1e-7b44-4d7e-9a52-0c6f18e2ab90";
/// The "user profile PK".
pub(super) const PROFILE_ID: i64 = 81_507_342;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "profile.social",
            "/userprofile-service/socialProfile",
            get(social),
        ),
        Endpoint::bearer(
            "profile.user_settings",
            "/userprofile-service/userprofile/user-settings",
            get(user_settings),
        ),
        Endpoint::bearer(
            "profile.settings",
            "/userprofile-service/userprofile/settings",
            get(settings),
        ),
    ]
}

/// Only the account's own display name opens its data; an empty one does where the path allows it.
pub(super) fn check_name(display_name: &str) -> Result<(), Refusal> {
    if display_name == DISPLAY_NAME {
        Ok(())
    } else {
        Err(Refusal::forbidden())
    }
}

async fn social(State(world): State<Arc<World>>) -> Json<Value> {
    Json(json!({
        "id": 40_771_215,
        "profileId": PROFILE_ID,
        "garminGUID": GARMIN_GUID,
        "displayName": DISPLAY_NAME,
        "fullName": FULL_NAME,
        "userName": world.scenario.email,
        "profileImageType": null,
        "profileImageUrlLarge": null,
        "profileImageUrlMedium": null,
        "profileImageUrlSmall": null,
        "location": "Berlin",
        "favoriteActivityTypes": ["running", "cycling"],
        "profileVisibility": "private",
        "activityStartVisibility": "private",
        "showAge": false,
        "userRoles": ["SCOPE_CONNECT_READ", "SCOPE_CONNECT_WRITE", "ROLE_CONNECTUSER", "ROLE_WELLNESS_USER"],
        "nameApproved": true,
        "userProfileFullName": FULL_NAME,
        "userLevel": 4,
        "userPoint": 212,
        "userPro": false,
    }))
}

async fn user_settings(State(world): State<Arc<World>>) -> Json<Value> {
    let today = world.now().today;
    let vo2max = world.athlete.vo2max(today).round();
    let night = |frequency: &str| {
        json!({
            "sleepWindowFrequency": frequency,
            "startSleepTimeSecondsFromMidnight": 82_800,
            "endSleepTimeSecondsFromMidnight": 25_200,
        })
    };
    let windows = [
        "SUNDAY",
        "MONDAY",
        "TUESDAY",
        "WEDNESDAY",
        "THURSDAY",
        "FRIDAY",
        "SATURDAY",
        "DAILY",
    ];
    Json(json!({
        "id": PROFILE_ID,
        "userData": {
            "gender": "FEMALE",
            "weight": 61_500.0,
            "height": 171.0,
            "timeFormat": "time_twenty_four_hr",
            "birthDate": BIRTH.to_string(),
            "measurementSystem": "metric",
            "activityLevel": 7,
            "handedness": "RIGHT",
            "powerFormat": format("watt", 30, true, None),
            "heartRateFormat": format("bpm", 21, false, None),
            "firstDayOfWeek": monday(),
            "vo2MaxRunning": vo2max,
            "vo2MaxCycling": null,
            "lactateThresholdSpeed": 0.315,
            "lactateThresholdHeartRate": 166,
            "diveNumber": null,
            "intensityMinutesCalcMethod": "AUTO",
            "moderateIntensityMinutesHrZone": 3,
            "vigorousIntensityMinutesHrZone": 4,
            "hydrationMeasurementUnit": "milliliter",
            "hydrationContainers": [],
            "hydrationAutoGoalEnabled": true,
            "firstbeatMaxStressScore": null,
            "firstbeatCyclingLtTimestamp": null,
            "firstbeatRunningLtTimestamp": 1_151_277_487,
            "thresholdHeartRateAutoDetected": true,
            "ftpAutoDetected": true,
            "trainingStatusPausedDate": null,
            "weatherLocation": null,
            "golfDistanceUnit": "metric",
            "golfElevationUnit": null,
            "golfSpeedUnit": null,
            "externalBottomTime": null,
        },
        "userSleep": {
            "sleepTime": 82_800, "defaultSleepTime": false, "wakeTime": 25_200, "defaultWakeTime": false,
        },
        "connectDate": null,
        "sourceType": null,
        "userSleepWindows": windows.map(night),
    }))
}

/// How a kind of value is written.
fn format(key: &str, id: i64, is_grouped: bool, display: Option<&str>) -> Value {
    json!({
        "formatId": id,
        "formatKey": key,
        "minFraction": 0,
        "maxFraction": 0,
        "groupingUsed": is_grouped,
        "displayFormat": display,
    })
}

pub(super) async fn settings() -> Json<Value> {
    Json(json!({
        "displayName": DISPLAY_NAME,
        "preferredLocale": "en",
        "measurementSystem": "metric",
        "firstDayOfWeek": monday(),
        "numberFormat": "decimal_period",
        "timeFormat": format("time_twenty_four_hr", 33, false, Some("HH:mm")),
        "dateFormat": format("ddmmyyyy", 26, false, Some("EEE, d MMM yyyy")),
        "powerFormat": format("watt", 30, true, None),
        "heartRateFormat": format("bpm", 21, false, None),
        "timeZone": HOME_ZONE,
        "hydrationMeasurementUnit": "milliliter",
        "hydrationContainers": [],
        "golfDistanceUnit": "metric",
        "golfElevationUnit": null,
        "golfSpeedUnit": null,
        "availableTrainingDays": null,
        "preferredLongTrainingDays": null,
    }))
}

fn monday() -> Value {
    json!({ "dayId": 3, "dayName": "monday", "sortOrder": 3, "isPossibleFirstDay": true })
}

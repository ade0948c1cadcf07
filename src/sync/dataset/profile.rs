//! Who the account is of: the public profile and the personal data behind it
//! (`protocol.md` 9.2). Two calls fill one row.
//!
//! `userName` is often an e-mail address (`recordings/NOTES.md`), so it is no column;
//! nor are pictures, links and roles.

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, document,
    shapes::{has_any, one_or_items},
    unread,
};
use crate::{
    central_db::rows::profile::Profile,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[
        Part::snapshot("profile.personal_data", ask_data, read_data),
        Part::snapshot("profile.social", ask_social, read_social),
    ],
}];

/// What the two answers hold, one member at least.
const SOCIAL: &[&str] = &["profileId", "displayName", "fullName"];
const DATA: &[&str] = &["userData", "userSleep"];

fn ask_data(_: &Ask<'_>) -> Call {
    Call::get("/userprofile-service/userprofile/user-settings", &[])
}

fn ask_social(_: &Ask<'_>) -> Call {
    Call::get("/userprofile-service/socialProfile", &[])
}

fn read_data(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, DATA)?,
        data,
    ))
}

fn read_social(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, SOCIAL)?,
        social,
    ))
}

fn social(item: &Value, odd: &mut Vec<String>) -> Result<Option<Profile>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a profile that is no object"))?;
    if !has_any(&f, SOCIAL) {
        return Ok(None);
    }
    let profile = Profile {
        // `id` beside it is another number.
        profile_id: f.int("profileId"),
        display_name: f.text("displayName"),
        full_name: f.text("fullName"),
        place: f.text("location"),
        primary_activity: f.text("primaryActivity"),
        ..Profile::default()
    };
    odd.extend(f.odd());
    Ok(Some(profile))
}

/// Weight in grams, height in centimetres, the speed in tenths of metres per
/// second, times of day in seconds after midnight (`recordings/NOTES.md`, "Units").
fn data(item: &Value, odd: &mut Vec<String>) -> Result<Option<Profile>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "personal data that are no object"))?;
    if !has_any(&f, DATA) {
        return Ok(None);
    }
    let user = |field: &str| format!("userData/{field}");
    let profile = Profile {
        gender: f.word(&user("gender")),
        born_on: f.day(&user("birthDate")),
        weight_kg: f.measured_f(&user("weight")).map(|grams| grams / 1000.0),
        height_m: f.measured_f(&user("height")).map(|cm| cm / 100.0),
        handedness: f.word(&user("handedness")),
        activity_class: f.int(&user("activityLevel")),
        vo2max_running_ml_kg_min: f.measured_f(&user("vo2MaxRunning")),
        vo2max_cycling_ml_kg_min: f.measured_f(&user("vo2MaxCycling")),
        lactate_speed_mps: f
            .measured_f(&user("lactateThresholdSpeed"))
            .map(|tenths| tenths * 10.0),
        lactate_hr_bpm: f.measured_f(&user("lactateThresholdHeartRate")),
        bed_time_s: f.reading("userSleep/sleepTime"),
        wake_time_s: f.reading("userSleep/wakeTime"),
        ..Profile::default()
    };
    odd.extend(f.odd());
    Ok(Some(profile))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn two_answers_fill_one_row_and_no_address_gets_in() {
        let social = json!({"id": 1111, "profileId": 2222, "displayName": "ada-x", "fullName": "Ada X",
            "userName": "ada@example.org", "location": "", "primaryActivity": "running", "motivation": 3});
        let data = json!({"id": 2222, "userData": {"gender": "FEMALE", "weight": 70500.0, "height": 177.8,
            "birthDate": "1990-01-01", "lactateThresholdSpeed": 0.325, "vo2MaxRunning": 49.0, "vo2MaxCycling": null,
            "firstDayOfWeek": {"dayName": "monday"}}, "userSleep": {"sleepTime": 79200, "wakeTime": 21600}});
        let readings = [
            read_social(social.to_string().as_bytes()).unwrap(),
            read_data(data.to_string().as_bytes()).unwrap(),
        ];
        let rows = testing::kept(&readings, "SELECT * FROM v_profile");
        assert_eq!(
            rows,
            ["ada|2222|ada-x|Ada X||running|FEMALE|1990-01-01|70.5|1.778|||49||3.25||79200|21600"]
        );
        assert!(!format!("{readings:?}").contains('@'));
        testing::reads_nothing_from(read_social, &["{\"profileId\":null}"]);
        testing::reads_nothing_from(read_data, &["{\"userData\":null,\"userSleep\":null}"]);
    }
}

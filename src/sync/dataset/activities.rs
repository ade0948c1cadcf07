//! Activities: one list request per thousand rows (`protocol.md` 9.6.1).

use jiff::{Span, Unit, tz::TimeZone};
use serde_json::Value;

use super::{
    Ask, Call, InUtc, Part, Reading, Route, Row, Unread, Window, document, items, shapes::is_blank,
    unread,
};
use crate::{
    central_db::{rows::activities::Activity, table::TableRow},
    domain::{activity::ActivityId, session::Lane},
    garmin::{
        error::GarminError,
        wire::{fields::Fields, times},
    },
};

/// More rows than this are refused.
const PAGE: u32 = 1000;
/// Pages above some 45 rows answer 500 on this lane (`personal-api.md` 8).
const PERSONAL_PAGE: u32 = 40;

/// The legs of multisport activities are not among the rows.
const AMONG: &str = "parent_id IS NULL";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[Part::range("activities.list", Window::UNLIMITED, ask, read)
            .in_pages_of(PAGE)
            .lists_among::<Activity>(AMONG)],
    },
    Route {
        lane: Lane::Personal,
        parts: &[
            Part::range("activities.personal", Window::UNLIMITED, ask_personal, read)
                .in_pages_of(PERSONAL_PAGE)
                .lists_among::<Activity>(AMONG),
        ],
    },
];

fn ask(ask: &Ask<'_>) -> Call {
    page(ask, PAGE)
}

fn ask_personal(ask: &Ask<'_>) -> Call {
    page(ask, PERSONAL_PAGE)
}

fn page(ask: &Ask<'_>, limit: u32) -> Call {
    let (start, limit) = (ask.start.to_string(), limit.to_string());
    Call::get_range(
        "/activitylist-service/activities/search/activities",
        ask.span,
        &[("start", &start), ("limit", &limit)],
    )
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    let list = match document(body)? {
        // The GraphQL and per-gear lists wrap the same rows.
        Value::Object(mut object) if object.contains_key("activityList") => {
            items(object.remove("activityList").unwrap_or_default())?
        }
        value => items(value)?,
    };
    Ok(Reading::of_items(&list, row))
}

/// One activity. Without a wall clock its day is of UTC until
/// [`Part::reading`] knows the account's zone.
fn row(item: &Value, odd: &mut Vec<String>) -> Result<Vec<Box<dyn Row>>, Unread> {
    let (activity, is_local) = activity(item, odd)?;
    let row: Box<dyn Row> = match activity.started_at {
        Some(at) if !is_local => Box::new(InUtc {
            row: activity,
            at,
            set_local: |activity, local| activity.started_on = local.date(),
        }),
        _ => Box::new(activity),
    };
    Ok(vec![row])
}

/// The second value: whether its day is that of a wall clock.
fn activity(item: &Value, odd: &mut Vec<String>) -> Result<(Activity, bool), Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a list row that is no object"))?;
    let started_at = f.utc("startTimeGMT").or_else(|| f.utc("beginTimestamp"));
    let local = f.local("startTimeLocal");
    let day = local.map(jiff::civil::DateTime::date);
    let id = f.int("activityId").map(ActivityId::new);
    let id = id.ok_or_else(|| unread(day, "an activity without an id"))?;
    let in_utc = started_at.map(|at| TimeZone::UTC.to_datetime(at).date());
    let started_on = day.or(in_utc).ok_or_else(|| Unread {
        row: Some((Activity::TABLE, vec![("activity_id", id.get().into())])),
        ..unread(None, "an activity without a start")
    })?;
    let duration_s = f.reading_f("duration");
    let start = f.position("startLatitude", "startLongitude");
    let ended_at = f.utc("endTimeGMT");
    let elapsed = f.reading_f("elapsedDuration");
    let whole = started_at.zip(ended_at).map(|(start, end)| end - start);
    let is_old = elapsed.is_some_and(|elapsed| is_in_ms(elapsed, duration_s, whole));
    let activity = Activity {
        activity_id: id,
        name: f.text("activityName"),
        kind: f.text("activityType/typeKey"),
        event_kind: f.text("eventType/typeKey"),
        started_at,
        ended_at,
        started_on,
        utc_offset_s: local
            .zip(started_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        place: f.text("locationName"),
        start_latitude_deg: start.map(|(latitude, _)| latitude),
        start_longitude_deg: start.map(|(_, longitude)| longitude),
        duration_s,
        moving_s: f.reading_f("movingDuration"),
        elapsed_s: elapsed.map(|elapsed| if is_old { elapsed / 1000.0 } else { elapsed }),
        distance_m: f.reading_f("distance"),
        elevation_gain_m: f.float("elevationGain"),
        elevation_loss_m: f.float("elevationLoss"),
        min_elevation_m: elevation(&f, "minElevation", is_old),
        max_elevation_m: elevation(&f, "maxElevation", is_old),
        average_speed_mps: f.reading_f("averageSpeed"),
        max_speed_mps: f.reading_f("maxSpeed"),
        grade_adjusted_speed_mps: f.measured_f("avgGradeAdjustedSpeed"),
        max_vertical_speed_mps: f.float("maxVerticalSpeed"),
        average_hr_bpm: f.measured_f("averageHR"),
        max_hr_bpm: f.measured_f("maxHR"),
        energy_kcal: f.measured_f("calories"),
        energy_resting_kcal: f.measured_f("bmrCalories"),
        water_ml: f.reading_f("waterEstimated"),
        steps: f.reading("steps"),
        average_cadence_spm: f.measured_f("averageRunningCadenceInStepsPerMinute"),
        max_cadence_spm: f.measured_f("maxRunningCadenceInStepsPerMinute"),
        average_bike_cadence_rpm: f.measured_f("averageBikingCadenceInRevPerMinute"),
        max_bike_cadence_rpm: f.measured_f("maxBikingCadenceInRevPerMinute"),
        average_swim_cadence_spm: f.measured_f("averageSwimCadenceInStrokesPerMinute"),
        average_swolf: f.measured_f("averageSwolf"),
        strokes: f.measured("strokes"),
        stride_m: f.measured_f("avgStrideLength").map(from_cm),
        vertical_oscillation_m: f.measured_f("avgVerticalOscillation").map(from_cm),
        vertical_ratio_percent: f.measured_f("avgVerticalRatio"),
        ground_contact_s: f.measured_f("avgGroundContactTime").map(|ms| ms / 1000.0),
        average_power_w: f.measured_f("avgPower"),
        max_power_w: f.measured_f("maxPower"),
        normalized_power_w: f.measured_f("normPower"),
        training_stress_score: f.reading_f("trainingStressScore"),
        intensity_factor: f.measured_f("intensityFactor"),
        training_load: f.reading_f("activityTrainingLoad"),
        aerobic_effect: f.reading_f("aerobicTrainingEffect"),
        anaerobic_effect: f.reading_f("anaerobicTrainingEffect"),
        effect_label: f.word("trainingEffectLabel"),
        intensity_moderate_min: f.reading("moderateIntensityMinutes"),
        intensity_vigorous_min: f.reading("vigorousIntensityMinutes"),
        body_battery_change: f.int("differenceBodyBattery"),
        vo2max_ml_kg_min: f.measured_f("vO2MaxValue"),
        average_respiration_brpm: f.measured_f("avgRespirationRate"),
        min_temperature_c: f.float("minTemperature"),
        max_temperature_c: f.float("maxTemperature"),
        hr_zone_1_s: f.reading_f("hrTimeInZone_1"),
        hr_zone_2_s: f.reading_f("hrTimeInZone_2"),
        hr_zone_3_s: f.reading_f("hrTimeInZone_3"),
        hr_zone_4_s: f.reading_f("hrTimeInZone_4"),
        hr_zone_5_s: f.reading_f("hrTimeInZone_5"),
        power_zone_1_s: f.reading_f("powerTimeInZone_1"),
        power_zone_2_s: f.reading_f("powerTimeInZone_2"),
        power_zone_3_s: f.reading_f("powerTimeInZone_3"),
        power_zone_4_s: f.reading_f("powerTimeInZone_4"),
        power_zone_5_s: f.reading_f("powerTimeInZone_5"),
        laps: f.reading("lapCount"),
        device_id: f.int("deviceId").filter(|&id| id != 0),
        maker: f.text("manufacturer"),
        is_parent: f.bool("parent").unwrap_or(false),
        parent_id: f.int("parentId").filter(|&id| id != 0),
        is_favorite: f.bool("favorite"),
        is_record: f.bool("pr"),
        is_manual: f.bool("manualActivity"),
        has_track: f.bool("hasPolyline"),
    };
    odd.extend(f.odd());
    Ok((activity, day.is_some()))
}

fn from_cm(cm: f64) -> f64 {
    cm / 100.0
}

/// What details are called.
pub const DETAIL_ENDPOINT: &str = "activities.detail";

/// The detail of one activity, asked for multisport activities only.
pub(super) const DETAIL: Part = Part::day(DETAIL_ENDPOINT, ask, read_detail);

pub fn activity_detail(id: ActivityId) -> Call {
    Call::get(format!("/activity-service/activity/{}", id.get()), &[])
}

/// The legs that the detail of a multisport activity names; none in an empty
/// body. What cannot be read is no detail without legs: it would be the last
/// time that they are asked for.
pub fn legs_of(body: &[u8]) -> Result<Vec<ActivityId>, GarminError> {
    let detail = document(body)?;
    let about = match detail.get("metadataDTO") {
        Some(Value::Object(about)) => about,
        _ if detail.is_null() => return Ok(Vec::new()),
        _ => return Err(GarminError::Unreadable("no detail".to_owned())),
    };
    let ids = match about.get("childIds") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(ids)) => ids.iter().map(|id| id.as_i64().map(ActivityId::new)),
        Some(_) => return Err(GarminError::Unreadable("legs in no list".to_owned())),
    };
    ids.collect::<Option<_>>()
        .ok_or_else(|| GarminError::Unreadable("a leg without an id".to_owned()))
}

/// A leg, from its own detail; `None`: there is no such leg.
///
/// # Errors
/// When it is no detail, or one that cannot be read.
pub fn leg(
    body: &[u8],
    whole: ActivityId,
    zone: &TimeZone,
) -> Result<Option<Box<dyn Row>>, GarminError> {
    let detail = document(body)?;
    if detail.is_null() {
        return Ok(None);
    }
    let unreadable = |why: &str| GarminError::Unreadable(why.to_owned());
    let mut item = as_list_row(&detail).ok_or_else(|| unreadable("no detail"))?;
    if let Some(item) = item.as_object_mut() {
        item.insert("parentId".to_owned(), whole.get().into());
    }
    let rows = row(&item, &mut Vec::new()).map_err(|problem| unreadable(&problem.why))?;
    Ok(rows.into_iter().next().map(|mut leg| {
        leg.locate(zone);
        leg
    }))
}

fn read_detail(body: &[u8]) -> Result<Reading, GarminError> {
    let detail = document(body)?;
    let rows: Vec<_> = as_list_row(&detail).into_iter().collect();
    if rows.is_empty() && !is_blank(&detail) {
        return Err(GarminError::Unreadable("no detail".to_owned()));
    }
    Ok(Reading::of_items(&rows, row))
}

/// A detail in the shape of a list row: mostly the same names, in other places.
fn as_list_row(detail: &Value) -> Option<Value> {
    const RENAMED: [(&str, &str); 11] = [
        ("averagePower", "avgPower"),
        ("normalizedPower", "normPower"),
        ("groundContactTime", "avgGroundContactTime"),
        ("strideLength", "avgStrideLength"),
        ("verticalOscillation", "avgVerticalOscillation"),
        ("verticalRatio", "avgVerticalRatio"),
        ("averageRunCadence", "averageRunningCadenceInStepsPerMinute"),
        ("maxRunCadence", "maxRunningCadenceInStepsPerMinute"),
        ("averageBikeCadence", "averageBikingCadenceInRevPerMinute"),
        ("maxBikeCadence", "maxBikingCadenceInRevPerMinute"),
        ("trainingEffect", "aerobicTrainingEffect"),
    ];
    const MOVED: [(&str, &str); 13] = [
        ("/activityId", "activityId"),
        ("/activityName", "activityName"),
        ("/activityTypeDTO", "activityType"),
        ("/eventTypeDTO", "eventType"),
        ("/isMultiSportParent", "parent"),
        ("/locationName", "locationName"),
        ("/metadataDTO/manufacturer", "manufacturer"),
        ("/metadataDTO/lapCount", "lapCount"),
        ("/metadataDTO/deviceMetaDataDTO/deviceId", "deviceId"),
        ("/metadataDTO/favorite", "favorite"),
        ("/metadataDTO/manualActivity", "manualActivity"),
        ("/metadataDTO/hasPolyline", "hasPolyline"),
        ("/metadataDTO/personalRecord", "pr"),
    ];
    let mut row = detail.get("summaryDTO")?.as_object()?.clone();
    for (from, to) in RENAMED {
        if let Some(value) = row.remove(from) {
            row.insert(to.to_owned(), value);
        }
    }
    for (from, to) in MOVED {
        if let Some(value) = detail.pointer(from) {
            row.insert(to.to_owned(), value.clone());
        }
    }
    Some(Value::Object(row))
}

/// Whether an elapsed time is in milliseconds. Until about 2022 the list gave it so
/// beside durations in seconds: told by size, not by date (`recordings/NOTES.md`,
/// "Units"), and by the time from start to end, where the row has that.
fn is_in_ms(elapsed: f64, duration_s: Option<f64>, whole: Option<Span>) -> bool {
    let whole_s = whole.and_then(|whole| whole.total(Unit::Second).ok());
    if let Some(whole_s) = whole_s.filter(|&whole_s| whole_s > 0.0) {
        return (elapsed / 1000.0 - whole_s).abs() < (elapsed - whole_s).abs();
    }
    // Nobody pauses for hundreds of times as long; and from start to end it is
    // never shorter than what the timer ran.
    duration_s.is_some_and(|duration_s| {
        duration_s > 0.0 && elapsed > duration_s * 500.0 && elapsed / 1000.0 >= duration_s * 0.99
    })
}

/// Metres; old rows have centimetres here, though metres of what was climbed.
fn elevation(f: &Fields<'_>, field: &str, is_old: bool) -> Option<f64> {
    let elevation = f.float(field)?;
    Some(if is_old {
        from_cm(elevation)
    } else {
        elevation
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use serde_json::json;

    fn one(item: &Value) -> Result<Activity, Unread> {
        activity(item, &mut Vec::new()).map(|(activity, _)| activity)
    }

    #[test]
    fn a_row_is_typed_and_its_offset_taken_from_the_pair() {
        let row = one(&json!({
            "activityId": 23_600_000_001_i64, "activityName": "Morning 🏃", "activityType": {"typeKey": "running"},
            "startTimeLocal": "2026-10-01 07:05:11", "startTimeGMT": "2026-10-01 05:05:11", "distance": 4008.6,
            "duration": 1722.4, "elapsedDuration": 1760.0, "averageHR": "148", "parent": false,
        }))
        .unwrap();
        assert_eq!(row.activity_id.get(), 23_600_000_001);
        assert_eq!(row.started_on.to_string(), "2026-10-01");
        assert_eq!(row.utc_offset_s, Some(7200));
        assert_eq!(
            (row.average_hr_bpm, row.elapsed_s),
            (Some(148.0), Some(1760.0))
        );
    }

    #[test]
    fn old_elapsed_times_are_milliseconds_and_elevations_centimetres() {
        let old = one(&json!({
            "activityId": 1, "startTimeLocal": "2021-01-23 10:15:21", "duration": 1801.5,
            "elapsedDuration": 1_805_321.0, "minElevation": 132_600.0, "maxElevation": 136_800.0, "elevationGain": 41.0,
        }))
        .unwrap();
        assert_eq!(
            (old.elapsed_s, old.elevation_gain_m),
            (Some(1805.321), Some(41.0))
        );
        assert_eq!(
            (old.min_elevation_m, old.max_elevation_m),
            (Some(1326.0), Some(1368.0))
        );
        for (duration, elapsed) in [(20.0, 10_800.0), (10.0, 3600.0), (1800.0, 1800.0)] {
            let is_old = is_in_ms(elapsed, Some(duration), None);
            assert!(!is_old, "{duration} {elapsed}: a long pause is no old row");
        }
        let told = |seconds: i64| is_in_ms(30_000.0, Some(20.0), Some(seconds.seconds()));
        assert!(!told(30_000) && told(30), "the end says so");
    }

    #[test]
    fn a_detail_knows_track_and_record() {
        let detail = json!({
            "activityId": 2, "activityTypeDTO": {"typeKey": "running"},
            "metadataDTO": {"hasPolyline": true, "personalRecord": true},
            "summaryDTO": {"startTimeGMT": "2026-10-01T23:30:00.0", "startLatitude": 180.0, "startLongitude": 180.0},
        });
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let leg = leg(detail.to_string().as_bytes(), ActivityId::new(1), &zone);
        let leg = format!("{:?}", leg.unwrap().unwrap());
        for told in [
            "has_track: Some(true)",
            "is_record: Some(true)",
            "parent_id: Some(1)",
            "started_on: 2026-10-02",
            "start_latitude_deg: None",
        ] {
            assert!(leg.contains(told), "{told}: {leg}");
        }
    }

    #[test]
    fn legs_are_named_or_none_or_it_cannot_be_told() {
        let legs = |text: &str| legs_of(text.as_bytes()).map(|legs| legs.len());
        assert_eq!(legs(""), Ok(0));
        assert_eq!(legs("{\"metadataDTO\":{\"childIds\":null}}"), Ok(0));
        assert_eq!(legs("{\"metadataDTO\":{\"childIds\":[1,2]}}"), Ok(2));
        for bad in ["<html>", "[]", "{\"metadataDTO\":[]}"] {
            assert!(legs(bad).is_err(), "{bad}");
        }
        for bad in ["{\"0\":1}", "[\"about 7\"]"] {
            let body = format!("{{\"metadataDTO\":{{\"childIds\":{bad}}}}}");
            assert!(legs(&body).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bad_row_costs_only_itself() {
        let body = json!([{"activityId": 1, "startTimeLocal": "2026-10-01 07:05:11"}, {"activityId": "x"}, 7, null]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(
            (reading.rows.len(), reading.unread.len(), reading.items),
            (1, 2, 4)
        );
        for empty in ["", "[]", "{}", "null"] {
            assert_eq!(read(empty.as_bytes()).unwrap().rows.len(), 0);
        }
        assert!(read(b"<html>").is_err());
        assert!(read(b"[{\"activityId\":1").is_err(), "torn");
    }
}

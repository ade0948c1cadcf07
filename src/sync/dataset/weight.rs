//! Weigh-ins, the same answer by both lanes (`personal-api.md` E15,
//! `protocol.md` 9.5.11). GraphQL leaves the single weigh-ins out and is not used.

use jiff::{Timestamp, civil::Time};
use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document,
    shapes::{list_in, recorded},
    unread,
};
use crate::{
    central_db::rows::weight::WeighIn,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, json, times},
    },
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        // About a year works, more may fail.
        parts: &[Part::range("weight.personal", Window::of(365), ask, read).lists::<WeighIn>()],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::range("weight.range", Window::UNLIMITED, ask, read).lists::<WeighIn>()],
    },
];

fn ask(ask: &Ask<'_>) -> Call {
    // Without `includeAll` the lists of weigh-ins are empty.
    Call::get_path_range(
        "/weight-service/weight/range",
        ask.span,
        &[("includeAll", "true")],
    )
}

/// The averages of the range and its neighbours (`previousDateWeight`) depend
/// on what was asked; the neighbours' own windows bring them.
fn read(body: &[u8]) -> Result<Reading, GarminError> {
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for day in list_in(document(body)?, "dailyWeightSummaries")? {
        if let Err(problem) = entries_of(&day, &mut entries) {
            problems.push(problem);
        }
    }
    let mut reading = Reading::of_items(&entries, weigh_in);
    reading.unread.extend(problems);
    Ok(reading)
}

/// Takes a day apart: all its weigh-ins, or at least the latest where the list is empty.
fn entries_of(day: &Value, entries: &mut Vec<Value>) -> Result<(), Unread> {
    if day.is_null() {
        return Ok(());
    }
    if let Some(why) = json::error_in(day) {
        return Err(unread(None, &why));
    }
    let f = Fields::of(day).ok_or_else(|| unread(None, "a day that is no object"))?;
    let day_on = f.day("summaryDate");
    let listed = match f.value("allWeightMetrics") {
        Some(Value::Array(listed)) => listed.clone(),
        Some(_) => return Err(unread(day_on, "weigh-ins that are no list")),
        None => Vec::new(),
    };
    let latest = f.value("latestWeight").filter(|_| listed.is_empty());
    let before = entries.len();
    for mut entry in listed.into_iter().chain(latest.cloned()) {
        if let (Some(entry), Some(day_on)) = (entry.as_object_mut(), f.value("summaryDate")) {
            entry.entry("calendarDate").or_insert(day_on.clone());
        }
        entries.push(entry);
    }
    // A list that is shorter than announced does not prove that the rest was
    // deleted: this day has failed, and is asked for again.
    let found = entries.len() - before;
    let announced = f.reading("numOfWeightEntries").unwrap_or_default();
    if i64::try_from(found).is_ok_and(|found| found < announced) {
        let why = format!("{found} of {announced} weigh-ins were listed");
        return Err(unread(day_on, &why));
    }
    Ok(())
}

fn weigh_in(item: &Value, odd: &mut Vec<String>) -> Result<Option<WeighIn>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a weigh-in that is no object"))?;
    let day = f.day("calendarDate");
    let (Some(sample_id), Some(day_on)) = (sample_id(&f), day) else {
        return match f.value("weight") {
            None => Ok(None),
            Some(_) => Err(unread(day, "a weigh-in without its id or day")),
        };
    };
    let measured_at = f.utc("timestampGMT");
    // `date` is the wall clock written as if it were UTC (`protocol.md` 12, no. 37);
    // of an imported weigh-in it is only the day, at midnight.
    let local = f.local("date");
    let local = local.filter(|local| local.time() != Time::midnight());
    let weigh_in = WeighIn {
        sample_id,
        day_on,
        measured_at,
        utc_offset_s: local
            .zip(measured_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        weight_kg: kilograms(&f, "weight", 1000.0, odd),
        bmi: f.measured_f("bmi"),
        body_fat_percent: f.measured_f("bodyFat"),
        body_water_percent: f.measured_f("bodyWater"),
        bone_mass_kg: kilograms(&f, "boneMass", 100.0, odd),
        muscle_mass_kg: kilograms(&f, "muscleMass", 100.0, odd),
        physique_rating: f.measured_f("physiqueRating"),
        visceral_fat: f.measured_f("visceralFat"),
        metabolic_age_years: f.measured_f("metabolicAge"),
        source: f.word("sourceType"),
    };
    odd.extend(f.odd());
    let about = ["day_on", "measured_at", "utc_offset_s", "source"];
    Ok(recorded(weigh_in, &about))
}

/// Some imports have no number of their own; the time tells those apart.
fn sample_id(f: &Fields<'_>) -> Option<i64> {
    let number = f.int("samplePk").filter(|&number| number != 0);
    number.or_else(|| f.utc("timestampGMT").map(Timestamp::as_millisecond))
}

/// Grams on the wire, though documented as kilograms (`personal-api.md` 5.4).
/// Below `least` it can only be kilograms after all: noted, not guessed at.
fn kilograms(f: &Fields<'_>, name: &str, least: f64, odd: &mut Vec<String>) -> Option<f64> {
    let grams = f.reading_f(name).filter(|&grams| grams > 0.0)?;
    if grams < least {
        odd.push(format!("{name} (kilograms?)"));
        return None;
    }
    Some(grams / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read as read_value, shown};
    use serde_json::json;

    fn entry(sample: i64, weight: f64) -> Value {
        json!({
            "samplePk": sample, "date": 1_749_927_125_175_i64, "calendarDate": "2025-06-14", "weight": weight,
            "bodyFat": 20.3, "boneMass": 3430, "muscleMass": 26840, "timestampGMT": 1_749_948_725_175_i64,
            "sourceType": "INDEX_SCALE",
        })
    }

    fn answer(day: &Value) -> Reading {
        read_value(
            read,
            &json!({"dailyWeightSummaries": [day], "totalAverage": {"weight": 1.0}, "previousDateWeight": entry(9, 1.0)}),
        )
    }

    #[test]
    fn grams_become_kilograms_and_the_instant_is_not_the_wall_clock() {
        let day = json!({"summaryDate": "2025-06-14", "numOfWeightEntries": 2,
            "latestWeight": entry(2, 59_500.0), "allWeightMetrics": [entry(2, 59_500.0), entry(1, 59_130.0)]});
        let rows = shown("v_weight", &[answer(&day)]);
        assert_eq!(
            rows.len(),
            2,
            "newest first on the wire, and not the neighbour"
        );
        let first = &rows[0];
        assert_eq!(
            (&first["sample_id"], &first["weight_kg"]),
            (&json!(1), &json!(59.13))
        );
        assert_eq!(
            (&first["bone_mass_kg"], &first["muscle_mass_kg"]),
            (&json!(3.43), &json!(26.84))
        );
        assert_eq!(
            (&first["utc_offset_s"], &first["day_on"]),
            (&json!(-21_600), &json!("2025-06-14"))
        );
    }

    #[test]
    fn what_can_only_be_kilograms_is_odd() {
        let mut one = entry(1, 59.5);
        one["boneMass"] = json!(3.4);
        let reading = answer(&json!({"summaryDate": "2025-06-14", "allWeightMetrics": [one]}));
        assert_eq!(
            reading.odd,
            ["boneMass (kilograms?)", "weight (kilograms?)"]
        );
        let rows = shown("v_weight", &[reading]);
        assert_eq!(
            (&rows[0]["weight_kg"], &rows[0]["muscle_mass_kg"]),
            (&json!(null), &json!(26.84))
        );
    }

    #[test]
    fn a_list_shorter_than_announced_is_kept_but_not_complete() {
        let day = json!({"summaryDate": "2025-06-14", "numOfWeightEntries": 2,
            "latestWeight": entry(2, 59_500.0), "allWeightMetrics": []});
        let reading = answer(&day);
        assert_eq!(counts(&reading), (1, 1, 0));
        assert_eq!(reading.unread[0].day, Some(jiff::civil::date(2025, 6, 14)));
    }

    #[test]
    fn a_bad_weigh_in_costs_only_itself_and_none_is_no_row() {
        let day = json!({"summaryDate": "2025-06-14", "allWeightMetrics": [{"weight": 60_000.0}, entry(1, 59_130.0), 7]});
        assert_eq!(counts(&answer(&day)), (1, 2, 0));
        let nulls = json!({"samplePk": null, "weight": null, "calendarDate": null});
        assert_eq!(
            counts(&answer(
                &json!({"latestWeight": nulls, "allWeightMetrics": null})
            )),
            (0, 0, 0)
        );
        assert_eq!(counts(&answer(&Value::Null)), (0, 0, 0));
        assert_eq!(
            counts(&read_value(read, &json!({"dailyWeightSummaries": null}))),
            (0, 0, 0)
        );
    }
}

//! Personal records: one list (`protocol.md` 9.7).
//!
//! An answer says neither what a record is nor in which unit: the number of its
//! type does. Sports are from `protocol.md` 9.7, units from `recordings/NOTES.md`; what the
//! records are called is from other clients, which agree on 1 to 16.

use serde_json::Value;

use super::{Ask, Call, Part, Reading, Route, Unread, document, items, segment, unread};
use crate::{
    central_db::rows::records::Record,
    domain::{activity::ActivityId, session::Lane},
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[Part::snapshot("records.list", ask, read).lists::<Record>()],
}];

/// There is no name-less form: without a display name the path ends in a slash
/// and Garmin refuses it, which costs this dataset only.
fn ask(ask: &Ask<'_>) -> Call {
    Call::get(
        format!(
            "/personalrecord-service/personalrecord/prs/{}",
            segment(ask.display_name)
        ),
        &[("includeHistory", "false")],
    )
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, record))
}

fn record(item: &Value, odd: &mut Vec<String>) -> Result<Option<Record>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a record that is no object"))?;
    if f.value("value").is_none() {
        return Ok(None);
    }
    let type_id = f
        .int("typeId")
        .ok_or_else(|| unread(None, "a record without a type"))?;
    let known = known(type_id);
    let text = |text: &str| text.to_owned();
    let record = Record {
        type_id,
        sport: sport(type_id).map(text),
        label: known.map(|(label, _)| text(label)),
        value: f.float("value"),
        unit: known.map(|(_, unit)| text(unit)),
        // Steps and streaks are of no activity: 0.
        activity_id: f
            .int("activityId")
            .filter(|&id| id != 0)
            .map(ActivityId::new),
        activity_kind: f.text("activityType"),
        achieved_at: f.utc("prStartTimeGmt"),
        // Only records of days have a local time of their own; others are of an
        // activity, and of the day it began.
        achieved_on: f
            .local("prStartTimeLocal")
            .or_else(|| f.local("activityStartDateTimeLocal"))
            .map(jiff::civil::DateTime::date),
        status: f.word("status"),
    };
    odd.extend(f.odd());
    Ok(Some(record))
}

fn sport(type_id: i64) -> Option<&'static str> {
    match type_id {
        1..=7 => Some("running"),
        8..=11 => Some("cycling"),
        12..=16 => Some("steps"),
        17..=26 => Some("swimming"),
        28..=32 | 45..=51 => Some("strength"),
        _ => None,
    }
}

/// What it is and its unit. The longest run is in metres, as all clients have
/// it: the 12066.6 of the recording was a run, and `recordings/NOTES.md` ("7 seconds") errs.
fn known(type_id: i64) -> Option<(&'static str, &'static str)> {
    Some(match type_id {
        1 => ("fastest kilometre", "s"),
        2 => ("fastest mile", "s"),
        3 => ("fastest 5 km", "s"),
        4 => ("fastest 10 km", "s"),
        5 => ("fastest half marathon", "s"),
        6 => ("fastest marathon", "s"),
        7 => ("longest run", "m"),
        8 => ("longest ride", "m"),
        9 => ("most ascent of a ride", "m"),
        10 => ("best power over 20 minutes", "w"),
        11 => ("fastest 40 km", "s"),
        12 => ("most steps in a day", "steps"),
        13 => ("most steps in a week", "steps"),
        14 => ("most steps in a month", "steps"),
        15 => ("longest streak of step goals", "days"),
        16 => ("current streak of step goals", "days"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn the_type_says_what_a_number_is() {
        let body = json!([
            {"typeId": 7, "value": 12066.63, "activityId": 23_600_000_001_i64, "activityType": "running", "status": "ACCEPTED",
             "activityStartDateTimeLocal": 1_770_461_004_000_i64, "prStartTimeGmt": 1_770_486_204_000_i64, "prStartTimeLocal": null},
            {"typeId": 12, "value": 28652.0, "activityId": 0, "activityType": null, "status": "ACCEPTED",
             "prStartTimeGmt": 1_770_451_200_000_i64, "prStartTimeLocal": 1_770_422_400_000_i64},
            {"typeId": 99, "value": 1.5},
            {"typeId": 3, "value": null},
            {"value": 3.0},
        ]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!((reading.unread.len(), reading.odd.len()), (1, 0));
        assert_eq!(
            testing::kept(&[reading], "SELECT * FROM v_records"),
            [
                "ada|7|running|longest run|12066.63|m|23600000001|running|1770486204000|2026-02-07|ACCEPTED",
                "ada|12|steps|most steps in a day|28652|steps|||1770451200000|2026-02-07|ACCEPTED",
                "ada|99|||1.5||||||",
            ]
        );
        testing::reads_nothing_from(read, &["[{\"typeId\":1,\"value\":null}]"]);
    }
}

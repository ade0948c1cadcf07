//! Body battery: a report per day with its turning points and events, the same
//! by both lanes (`personal-api.md` E10, `protocol.md` 9.5.6).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Row, Unread, Window, document, items,
    shapes::{Columns, recorded},
    unread,
};
use crate::{
    central_db::rows::body_battery::{BodyBatteryDay, BodyBatteryEvent},
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, times},
    },
};

const EVENTS: &str = "bodyBatteryActivityEvent";
const CURVE: &str = "bodyBatteryValuesArray";
/// Without `DTO` in one client (`personal-api.md` E10), with an s in other services.
const DESCRIPTORS: [&str; 3] = [
    "bodyBatteryValueDescriptorDTOList",
    "bodyBatteryValueDescriptorsDTOList",
    "bodyBatteryValueDescriptorList",
];

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Personal,
        parts: &[Part::range(
            "body_battery.personal",
            Window::of(31),
            ask,
            read,
        )],
    },
    // 28 days were asked by the web; a cap is not known (protocol.md 9.4, "≥").
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "body_battery.range",
            Window::growing(28, 365),
            ask,
            read,
        )],
    },
];

fn ask(ask: &Ask<'_>) -> Call {
    // Without `chunks`: every turning point rather than two levels for the day.
    Call::get_range(
        "/wellness-service/wellness/bodyBattery/reports/daily",
        ask.span,
        &[],
    )
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, report))
}

/// A report: the day's row, and one for each of its events.
fn report(item: &Value, odd: &mut Vec<String>) -> Result<Vec<Box<dyn Row>>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    let Some(day_on) = f.day("date").or_else(|| f.day("calendarDate")) else {
        return match f.value("charged").or_else(|| f.value(CURVE)) {
            None => Ok(Vec::new()),
            Some(_) => Err(unread(None, "a day without a date")),
        };
    };
    let levels = levels(item, &f, odd);
    let started_at = f.utc("startTimestampGMT");
    let day = BodyBatteryDay {
        day_on,
        started_at,
        ended_at: f.utc("endTimestampGMT"),
        utc_offset_s: f
            .local("startTimestampLocal")
            .zip(started_at)
            .and_then(|(local, utc)| times::offset_s(local, utc)),
        charged: f.reading("charged"),
        drained: f.reading("drained"),
        highest: levels.iter().map(|&(_, level)| level).max(),
        lowest: levels.iter().map(|&(_, level)| level).min(),
        first: levels.first().map(|&(_, level)| level),
        last: levels.last().map(|&(_, level)| level),
    };
    let events = match f.value(EVENTS) {
        None => &[],
        Some(Value::Array(events)) => events.as_slice(),
        Some(_) => {
            odd.push(EVENTS.to_owned());
            &[]
        }
    };
    odd.extend(f.odd());
    let mut rows: Vec<Box<dyn Row>> = Vec::new();
    if let Some(day) = recorded(day, &["started_at", "ended_at", "utc_offset_s"]) {
        rows.push(Box::new(day));
    }
    for item in events.iter().filter(|item| !item.is_null()) {
        match event(item, day_on, odd) {
            Some(event) => rows.push(Box::new(event)),
            None => odd.push(EVENTS.to_owned()),
        }
    }
    Ok(rows)
}

fn event(
    item: &Value,
    day_on: jiff::civil::Date,
    odd: &mut Vec<String>,
) -> Option<BodyBatteryEvent> {
    let f = Fields::of(item)?;
    let event = BodyBatteryEvent {
        started_at: f.utc("eventStartTimeGmt")?,
        kind: f.word("eventType")?,
        day_on,
        utc_offset_s: f
            .int("timezoneOffset")
            .and_then(|ms| times::zone_offset_s(ms / 1000)),
        duration_s: f.seconds_of_ms("durationInMilliseconds"),
        impact: f.int("bodyBatteryImpact"),
        // 0 where others say null.
        activity_id: f.int("activityId").filter(|&id| id > 0),
        feedback: f.word("shortFeedback"),
    };
    odd.extend(f.odd());
    Some(event)
}

/// Time and level of each turning point, oldest first. Levels
/// begin at 5: negative ones are codes, and 0 is none.
fn levels(item: &Value, f: &Fields<'_>, odd: &mut Vec<String>) -> Vec<(i64, i64)> {
    let Some(curve) = f.value(CURVE) else {
        return Vec::new();
    };
    let descriptors = DESCRIPTORS.iter().find_map(|name| f.value(name));
    let columns = Columns::of(
        descriptors,
        "bodyBatteryValueDescriptorIndex",
        "bodyBatteryValueDescriptorKey",
    );
    let (Some(curve), Some(time), Some(level)) = (
        curve.as_array(),
        columns.index("timestamp"),
        columns.index("bodyBatteryLevel"),
    ) else {
        if item.get(CURVE) != Some(&Value::Array(Vec::new())) {
            odd.push(CURVE.to_owned());
        }
        return Vec::new();
    };
    let mut levels: Vec<_> = curve
        .iter()
        .filter_map(|row| {
            let number = |column: usize| row.get(column)?.as_f64();
            Some((number(time)?, number(level)?))
        })
        .filter(|&(_, level)| level > 0.0)
        .map(|(time, level)| (whole(time), whole(level)))
        .collect();
    levels.sort_unstable();
    levels
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond i64 saturates"
)]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read as read_value, shown};
    use serde_json::json;

    fn day() -> Value {
        json!({
            "date": "2026-10-01", "charged": 56, "drained": 71,
            "startTimestampGMT": "2026-09-30T22:00:00.0", "startTimestampLocal": "2026-10-01T00:00:00.0",
            // Columns in another order, a code, a null, and rows out of order.
            "bodyBatteryValuesArray": [["MEASURED", 92, 3000], ["MEASURED", 39, 1000], ["RESET", -1, 2000], ["MODELED", null, 4000]],
            "bodyBatteryValueDescriptorDTOList": [
                {"bodyBatteryValueDescriptorIndex": 1, "bodyBatteryValueDescriptorKey": "bodyBatteryLevel"},
                {"bodyBatteryValueDescriptorIndex": 2, "bodyBatteryValueDescriptorKey": "timestamp"},
                {"bodyBatteryValueDescriptorIndex": 0, "bodyBatteryValueDescriptorKey": "bodyBatteryStatus"},
            ],
            "bodyBatteryActivityEvent": [
                {"eventType": "SLEEP", "eventStartTimeGmt": "2026-09-30T21:27:28.0", "timezoneOffset": 7_200_000,
                 "durationInMilliseconds": 27_480_000, "bodyBatteryImpact": 59},
                {"eventType": "ACTIVITY", "eventStartTimeGmt": "2026-10-01T16:00:00", "bodyBatteryImpact": -14, "activityId": 71},
                {"eventType": "STRESS"},
            ],
        })
    }

    #[test]
    fn levels_are_found_by_descriptor_and_ordered_by_time() {
        let reading = read_value(read, &json!([day()]));
        assert_eq!(
            counts(&reading),
            (3, 0, 1),
            "the event without a start is odd"
        );
        let rows = shown("v_body_battery", &[reading]);
        let levels = ["highest", "lowest", "first", "last"].map(|name| rows[0][name].clone());
        assert_eq!(levels, [92, 39, 39, 92]);
        assert_eq!(rows[0]["utc_offset_s"], 7200);
    }

    #[test]
    fn a_night_counts_for_its_report_and_what_drains_is_negative() {
        let rows = shown("v_body_battery_event", &[read_value(read, &json!([day()]))]);
        let night = &rows[0];
        assert_eq!(
            (&night["kind"], &night["day_on"]),
            (&json!("SLEEP"), &json!("2026-10-01"))
        );
        assert_eq!(
            (&night["duration_s"], &night["utc_offset_s"]),
            (&json!(27_480), &json!(7200))
        );
        assert_eq!(
            (&rows[1]["impact"], &rows[1]["activity_id"]),
            (&json!(-14), &json!(71))
        );
    }

    #[test]
    fn without_descriptors_there_are_no_levels_and_without_values_no_row() {
        let mut day = day();
        day["bodyBatteryValueDescriptorDTOList"] = json!(null);
        let reading = read_value(read, &json!([day]));
        assert_eq!(reading.odd, [EVENTS, CURVE]);
        assert_eq!(
            shown("v_body_battery", &[reading])[0]["highest"],
            json!(null)
        );
        let none = json!([
            {"date": "2026-10-02", "charged": null, "bodyBatteryValuesArray": [], "startTimestampGMT": "2026-10-02T00:00:00.0"},
            {"date": null, "charged": null},
            {},
        ]);
        assert_eq!(counts(&read_value(read, &none)), (0, 0, 0));
        assert_eq!(
            counts(&read_value(read, &json!([{"charged": 3}]))),
            (0, 1, 0)
        );
    }
}

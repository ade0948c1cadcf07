//! Training readiness: GraphQL by range, REST by day, both a list of
//! snapshots, newest first (`protocol.md` 9.5.13, 10.2).

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document, items, shapes::recorded, unread,
};
use crate::{
    central_db::rows::readiness::ReadinessSnapshot,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql, times},
    },
};

const SCALAR: &str = "trainingReadinessRangeScalar";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[Part::range(
            "readiness.graphql",
            Window::growing(28, 365),
            ask_scalar,
            read_scalar,
        )],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("readiness.day", ask_day, read_day)],
    },
];

fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, ask.span, "")
}

fn ask_day(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(
        format!("/metrics-service/metrics/trainingreadiness/{day}"),
        &[],
    )
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &items(graphql::scalar(body, SCALAR)?)?,
        snapshot,
    ))
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, snapshot))
}

fn snapshot(item: &Value, odd: &mut Vec<String>) -> Result<Option<ReadinessSnapshot>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a snapshot that is no object"))?;
    let day = f.day("calendarDate");
    let computed_at = f.utc("timestamp");
    let (Some(day_on), Some(computed_at)) = (day, computed_at) else {
        return match f.value("score") {
            None => Ok(None),
            Some(_) => Err(unread(day, "a snapshot without its day or time")),
        };
    };
    let snapshot = ReadinessSnapshot {
        day_on,
        device_id: f.int("deviceId").unwrap_or(0),
        computed_at,
        utc_offset_s: f
            .local("timestampLocal")
            .and_then(|local| times::offset_s(local, computed_at)),
        score: f.measured("score"),
        level: f.word("level"),
        feedback: f.word("feedbackShort"),
        feedback_long: f.word("feedbackLong"),
        context: f.word("inputContext"),
        sleep_score: f.measured("sleepScore"),
        sleep_factor_percent: f.reading("sleepScoreFactorPercent"),
        sleep_history_factor_percent: f.reading("sleepHistoryFactorPercent"),
        // "Apparently minutes" (`recordings/NOTES.md`, "Units"): 2004 after a hard day.
        recovery_min: f.reading("recoveryTime"),
        recovery_factor_percent: f.reading("recoveryTimeFactorPercent"),
        acute_load: f.reading_f("acuteLoad"),
        load_factor_percent: f.reading("acwrFactorPercent"),
        stress_factor_percent: f.reading("stressHistoryFactorPercent"),
        hrv_weekly_average_ms: f.measured("hrvWeeklyAverage"),
        hrv_factor_percent: f.reading("hrvFactorPercent"),
        is_sleep_valid: f.bool("validSleep"),
        is_primary: f.bool("primaryActivityTracker"),
    };
    odd.extend(f.odd());
    let about = [
        "utc_offset_s",
        "level",
        "feedback",
        "feedback_long",
        "context",
        "is_sleep_valid",
        "is_primary",
    ];
    Ok(recorded(snapshot, &about))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing::{counts, read, shown};
    use serde_json::json;

    fn snapshot_at(time: &str, device: i64, score: i64, context: &Value) -> Value {
        json!({
            "calendarDate": "2026-10-01", "timestamp": format!("2026-10-{time}:00.0"), "deviceId": device,
            "score": score, "inputContext": context, "primaryActivityTracker": device == 333, "recoveryTime": 889,
        })
    }

    fn flagged(rows: &[serde_json::Map<String, Value>], flag: &str) -> Vec<Value> {
        let flagged = rows.iter().filter(|row| row[flag] == 1);
        flagged.map(|row| row["score"].clone()).collect()
    }

    #[test]
    fn the_view_shows_one_newest_and_one_morning_value() {
        let wakeup = json!("AFTER_WAKEUP_RESET");
        let realtime = json!("UPDATE_REALTIME_VARIABLES");
        // Newest first, the last one already the next day in UTC.
        let body = json!([
            snapshot_at("02T03:50", 333, 32, &realtime),
            snapshot_at("02T04:30", 444, 99, &wakeup),
            snapshot_at("01T14:57", 333, 50, &realtime),
            snapshot_at("01T05:29", 333, 61, &wakeup),
            snapshot_at("01T03:10", 333, 64, &wakeup),
        ]);
        let rows = shown("v_readiness", &[read(read_day, &body)]);
        assert_eq!(rows.len(), 5);
        assert_eq!(flagged(&rows, "is_newest"), [32]);
        assert_eq!(flagged(&rows, "is_morning"), [61]);
        let scalar = json!({"data": {"trainingReadinessRangeScalar": body}});
        assert_eq!(shown("v_readiness", &[read(read_scalar, &scalar)]), rows);
    }

    #[test]
    fn old_snapshots_have_no_context_and_so_no_morning() {
        let mut old = snapshot_at("01T05:29", 333, 61, &json!(null));
        old["deviceId"] = json!(null);
        let rows = shown("v_readiness", &[read(read_day, &json!([old]))]);
        assert_eq!(flagged(&rows, "is_newest"), [61]);
        assert!(flagged(&rows, "is_morning").is_empty());
        assert_eq!(rows[0]["device_id"], 0);
    }

    #[test]
    fn no_score_is_no_row_and_a_bad_snapshot_costs_only_itself() {
        let none = json!({"calendarDate": "2026-10-01", "timestamp": "2026-10-01T05:29:38.0", "level": "NONE", "validSleep": false});
        assert_eq!(counts(&read(read_day, &json!([none, {}, null]))), (0, 0, 0));
        let bad = json!([{"score": 3}, {"calendarDate": "2026-10-01", "timestamp": "soon", "score": 3}, "x"]);
        assert_eq!(counts(&read(read_day, &bad)), (0, 3, 0));
    }
}

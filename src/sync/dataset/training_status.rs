//! Training status and load: rows per day under each watch by GraphQL and the
//! mobile gateway, the most recent ones by the day's own answer
//! (`protocol.md` 9.5.14, 10.2).

use serde_json::{Map, Value, json};

use super::{
    Ask, Call, Part, Reading, Route, Unread, Window, document,
    shapes::{both, is_blank, recorded},
    unread,
};
use crate::{
    central_db::rows::training_status::TrainingStatus,
    domain::session::Lane,
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql},
    },
};

const SCALAR: &str = "trainingStatusWeeklyScalar";
const REPORT: &str = "reportData";

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[
            BALANCE,
            Part::range(
                "training_status.graphql",
                Window::growing(28, 365),
                ask_scalar,
                read_scalar,
            ),
        ],
    },
    // 357 days are recorded, more is not known to work (protocol.md 9.4).
    Route {
        lane: Lane::Connect,
        parts: &[
            BALANCE,
            Part::range(
                "training_status.range",
                Window::of(357),
                ask_range,
                read_range,
            ),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[Part::day("training_status.day", ask_day, read_day)],
    },
];

/// Today's training load balance, which no range call has.
const BALANCE: Part = Part::day("training_status.balance", ask_balance, read_balance)
    .only_recent(1)
    .optional();

fn ask_balance(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(
        format!("/metrics-service/metrics/trainingloadbalance/latest/{day}"),
        &[],
    )
}

/// The part of the day's own answer, by itself (`protocol.md` 9.5.14). Its wrapper
/// is unverified: another one is kept and told, and fails nothing.
fn read_balance(body: &[u8]) -> Result<Reading, GarminError> {
    const MAP: &str = "metricsTrainingLoadBalanceDTOMap";
    let answer = document(body)?;
    let inner = answer.get("mostRecentTrainingLoadBalance").cloned();
    match by_device(inner.unwrap_or(answer), MAP) {
        Ok(balances) => Ok(Reading::of_items(&balances, balance)),
        Err(_) => Ok(Reading {
            odd: vec![MAP.to_owned()],
            ..Reading::default()
        }),
    }
}

fn ask_scalar(ask: &Ask<'_>) -> Call {
    // A GraphQL string is escaped as a JSON string is. Without a name there is
    // no argument, which Garmin refuses, and the next route needs none; an
    // empty name might be answered with nothing.
    let name = ask
        .display_name
        .map(|name| format!(", displayName:{}", json!(name)));
    Call::scalar(SCALAR, ask.span, &name.unwrap_or_default())
}

/// "Weekly" by name, but a row per day.
fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_path_range(
        "/mobile-gateway/usersummary/trainingstatus/weekly",
        ask.span,
        &[],
    )
}

fn ask_day(ask: &Ask<'_>) -> Call {
    let day = ask.span.last();
    Call::get(
        format!("/metrics-service/metrics/trainingstatus/aggregated/{day}"),
        &[],
    )
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    report(graphql::scalar(body, SCALAR)?)
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    report(gateway_part(document(body)?, "weeklyTrainingStatus")?)
}

/// The rows are "most recent": older than the asked day at times, and stored
/// under their own.
fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    const STATUS: &str = "mostRecentTrainingStatus";
    const BALANCE: &str = "mostRecentTrainingLoadBalance";
    let mut answer = match document(body)? {
        Value::Object(answer) => answer,
        value if is_blank(&value) => Map::new(),
        _ => return Err(GarminError::Unreadable("not an object".to_owned())),
    };
    let is_known = answer.contains_key(STATUS) || answer.contains_key(BALANCE);
    if !is_known && !answer.values().all(is_blank) {
        return Err(GarminError::Unreadable(format!("no {STATUS} in it")));
    }
    let mut devices =
        |part: &str, map: &str| by_device(answer.remove(part).unwrap_or_default(), map);
    let statuses = devices(STATUS, "latestTrainingStatusData")?;
    let balances = devices(BALANCE, "metricsTrainingLoadBalanceDTOMap")?;
    Ok(both(
        Reading::of_items(&statuses, status),
        Reading::of_items(&balances, balance),
    ))
}

fn report(value: Value) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&by_device(value, REPORT)?, status))
}

/// The payload of one part of a mobile gateway answer: the outer 200 says
/// nothing about it (`recordings/NOTES.md`, "Envelopes").
fn gateway_part(value: Value, name: &str) -> Result<Value, GarminError> {
    let Value::Object(mut answer) = value else {
        return Ok(value);
    };
    let part = match answer.remove(name) {
        Some(part) => part,
        None if answer.values().all(is_blank) => return Ok(Value::Null),
        None => return Err(GarminError::Unreadable(format!("no {name} in it"))),
    };
    let Some(f) = Fields::of(&part) else {
        return Ok(part);
    };
    let status = f.int("statusCode").unwrap_or(200);
    let has_failed = f.bool("successful") == Some(false) && status != 204;
    if has_failed || !(200..300).contains(&status) {
        return Err(GarminError::Refused {
            status: u16::try_from(status).unwrap_or_default(),
            message: f.text("errorMessage"),
        });
    }
    Ok(f.value("payload").cloned().unwrap_or_default())
}

/// The items under each device of a map, one or a list, each with its device inside.
fn by_device(value: Value, name: &str) -> Result<Vec<Value>, GarminError> {
    let Value::Object(mut wrapper) = value else {
        return if is_blank(&value) {
            Ok(Vec::new())
        } else {
            Err(GarminError::Unreadable("not an object".to_owned()))
        };
    };
    let devices = match wrapper.remove(name) {
        Some(Value::Object(devices)) => devices,
        Some(value) if is_blank(&value) => Map::new(),
        None if wrapper.values().all(is_blank) => Map::new(),
        _ => return Err(GarminError::Unreadable(format!("no map {name} in it"))),
    };
    let mut out = Vec::new();
    for (device, found) in devices {
        let found = match found {
            Value::Array(items) => items,
            item => vec![item],
        };
        for mut item in found {
            if let Some(item) = item.as_object_mut() {
                item.entry("deviceId").or_insert(json!(device));
            }
            out.push(item);
        }
    }
    Ok(out)
}

/// Day and device; `None` where there is nothing to lose.
fn key(f: &Fields<'_>, reading: &str) -> Result<Option<(jiff::civil::Date, i64)>, Unread> {
    let day = f.day("calendarDate");
    match (day.zip(f.int("deviceId")), f.value(reading)) {
        (None, Some(_)) => Err(unread(day, "a training status without its day or watch")),
        (key, _) => Ok(key),
    }
}

fn status(item: &Value, odd: &mut Vec<String>) -> Result<Option<TrainingStatus>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a training status that is no object"))?;
    let Some((day_on, device_id)) = key(&f, "trainingStatus")? else {
        return Ok(None);
    };
    let feedback = f.word("trainingStatusFeedbackPhrase");
    let load = |name: &str| f.reading_f(&format!("acuteTrainingLoadDTO/{name}"));
    let optimal = range(
        load("minTrainingLoadChronic"),
        load("maxTrainingLoadChronic"),
    );
    let status = TrainingStatus {
        computed_at: f.utc("timestamp"),
        status: feedback.as_deref().map(word),
        status_code: f.int("trainingStatus"),
        feedback,
        since_on: f.day("sinceDate"),
        sport: f.word("sport"),
        sub_sport: f.word("subSport"),
        fitness_trend: f.int("fitnessTrend"),
        fitness_trend_sport: f.word("fitnessTrendSport"),
        is_paused: f.bool("trainingPaused"),
        acute_load: load("dailyTrainingLoadAcute"),
        chronic_load: load("dailyTrainingLoadChronic"),
        optimal_load_from: optimal.0,
        optimal_load_to: optimal.1,
        load_ratio: load("dailyAcuteChronicWorkloadRatio"),
        load_ratio_percent: f.reading("acuteTrainingLoadDTO/acwrPercent"),
        load_ratio_status: f.word("acuteTrainingLoadDTO/acwrStatus"),
        is_primary: f.bool("primaryTrainingDevice"),
        ..TrainingStatus::empty(day_on, device_id)
    };
    odd.extend(f.odd());
    Ok(recorded(
        status,
        &["computed_at", "is_primary", "is_paused"],
    ))
}

fn balance(item: &Value, odd: &mut Vec<String>) -> Result<Option<TrainingStatus>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a load balance that is no object"))?;
    let Some((day_on, device_id)) = key(&f, "monthlyLoadAerobicLow")? else {
        return Ok(None);
    };
    let load = |name: &str| f.reading_f(&format!("monthlyLoad{name}"));
    let target = |name: &str| {
        let (low, high) = (format!("{name}TargetMin"), format!("{name}TargetMax"));
        range(load(&low), load(&high))
    };
    let [aerobic_low, aerobic_high, anaerobic] =
        ["AerobicLow", "AerobicHigh", "Anaerobic"].map(target);
    let balance = TrainingStatus {
        aerobic_low_load: load("AerobicLow"),
        aerobic_low_from: aerobic_low.0,
        aerobic_low_to: aerobic_low.1,
        aerobic_high_load: load("AerobicHigh"),
        aerobic_high_from: aerobic_high.0,
        aerobic_high_to: aerobic_high.1,
        anaerobic_load: load("Anaerobic"),
        anaerobic_from: anaerobic.0,
        anaerobic_to: anaerobic.1,
        balance_feedback: f.word("trainingBalanceFeedbackPhrase"),
        is_primary: f.bool("primaryTrainingDevice"),
        ..TrainingStatus::empty(day_on, device_id)
    };
    odd.extend(f.odd());
    Ok(recorded(balance, &["is_primary"]))
}

/// From 0 to 0 is no range: Garmin does not know it yet.
fn range(low: Option<f64>, high: Option<f64>) -> (Option<f64>, Option<f64>) {
    match high {
        Some(high) if high > 0.0 => (low, Some(high)),
        Some(_) => (None, None),
        None => (low, None),
    }
}

/// `PRODUCTIVE_10` is PRODUCTIVE: the number counts sentences.
fn word(feedback: &str) -> String {
    let word = feedback.trim_end_matches(|c: char| c.is_ascii_digit());
    let word = word.strip_suffix('_').unwrap_or(feedback);
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::dates::DateSpan,
        sync::dataset::testing::{counts, read, shown},
    };

    fn row(day: &str) -> Value {
        json!({
            "calendarDate": day, "trainingStatus": 7, "timestamp": 1_769_481_615_000_i64, "sport": null,
            "fitnessTrendSport": "NONE", "trainingStatusFeedbackPhrase": "PRODUCTIVE_10", "primaryTrainingDevice": true,
            "acuteTrainingLoadDTO": {"acwrPercent": 47, "acwrStatus": "OPTIMAL", "dailyTrainingLoadAcute": 249,
                "dailyTrainingLoadChronic": 219, "minTrainingLoadChronic": 175.2, "dailyAcuteChronicWorkloadRatio": 1.1},
        })
    }

    fn report() -> Value {
        json!({"fromCalendarDate": "2026-01-01", "reportData": {"3486505703": [row("2026-01-26"), row("2026-01-27")], "44": null}})
    }

    fn gateway(part: &Value) -> Value {
        json!({"vo2MaxWeeklyStatistics": {"statusCode": 200}, "weeklyTrainingStatus": part})
    }

    #[test]
    fn all_three_shapes_give_the_same_rows() {
        let scalar = json!({"data": {"trainingStatusWeeklyScalar": report()}});
        let rows = shown("v_training_status", &[read(read_scalar, &scalar)]);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (&rows[1]["status"], &rows[1]["device_id"]),
            (&json!("PRODUCTIVE"), &json!(3_486_505_703_i64))
        );
        assert_eq!(
            (&rows[1]["acute_load"], &rows[1]["optimal_load_from"]),
            (&json!(249.0), &json!(175.2))
        );
        let mobile = gateway(&json!({"statusCode": 200, "successful": true, "payload": report()}));
        assert_eq!(
            shown("v_training_status", &[read(read_range, &mobile)]),
            rows
        );
        let day = json!({"mostRecentTrainingStatus": {"latestTrainingStatusData": {"3486505703": row("2026-01-27")}},
            "mostRecentTrainingLoadBalance": null});
        assert_eq!(
            shown("v_training_status", &[read(read_day, &day)]),
            rows[1..]
        );
    }

    #[test]
    fn a_part_that_failed_inside_a_200_is_refused_and_an_empty_one_is_nothing() {
        let failed = gateway(
            &json!({"statusCode": 500, "successful": false, "errorMessage": "no", "payload": null}),
        );
        let error = read_range(failed.to_string().as_bytes()).unwrap_err();
        assert!(matches!(error, GarminError::Refused { status: 500, .. }));
        let empty = gateway(&json!({"statusCode": 204, "successful": true, "payload": null}));
        assert_eq!(counts(&read(read_range, &empty)), (0, 0, 0));
        assert_eq!(counts(&read(read_range, &json!({}))), (0, 0, 0));
        assert!(read_range(b"{\"error\":\"x\"}").is_err());
    }

    #[test]
    fn the_balance_joins_the_status_of_its_own_day() {
        let day = json!({
            "mostRecentTrainingStatus": {"latestTrainingStatusData": {"5": row("2026-01-27")}},
            "mostRecentTrainingLoadBalance": {"metricsTrainingLoadBalanceDTOMap": {
                "5": {"calendarDate": "2026-01-27", "deviceId": "5", "monthlyLoadAerobicLow": 187.1, "monthlyLoadAnaerobic": 0.0},
                "6": {"calendarDate": "2026-01-20", "monthlyLoadAerobicLow": 3},
            }},
        });
        let rows = shown("v_training_status", &[read(read_day, &day)]);
        assert_eq!(rows.len(), 2);
        assert_eq!(
            (&rows[0]["day_on"], &rows[0]["device_id"]),
            (&json!("2026-01-20"), &json!(6))
        );
        assert_eq!(
            (&rows[1]["status_code"], &rows[1]["aerobic_low_load"]),
            (&json!(7), &json!(187.1))
        );
    }

    #[test]
    fn no_data_is_no_row_and_a_bad_row_costs_only_itself() {
        for none in [
            json!({}),
            json!(null),
            json!([]),
            json!({"mostRecentTrainingStatus": null, "userId": 3}),
        ] {
            assert_eq!(counts(&read(read_day, &none)), (0, 0, 0), "{none}");
        }
        let bad = json!({"mostRecentTrainingStatus": {"latestTrainingStatusData": {"x": row("2026-01-27"), "5": row("soon"), "6": 7}}});
        assert_eq!(counts(&read(read_day, &bad)), (0, 3, 0));
    }

    #[test]
    fn the_name_is_quoted_and_a_phrase_loses_only_its_number() {
        let ask = Ask {
            span: DateSpan::day(jiff::civil::date(2026, 1, 2)),
            today: jiff::civil::date(2026, 11, 21),
            start: 0,
            display_name: Some("a\"b"),
            user_id: None,
        };
        let call = ask_scalar(&ask).to_string();
        assert!(call.ends_with(", displayName:\"a\\\"b\")}"), "{call}");
        let nameless = Ask {
            display_name: None,
            ..ask
        };
        assert!(!ask_scalar(&nameless).to_string().contains("displayName"));
        assert_eq!(
            ["PEAKING_2", "NO_STATUS", "X_"].map(word),
            ["PEAKING", "NO_STATUS", "X"]
        );
    }
}

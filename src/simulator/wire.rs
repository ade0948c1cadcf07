//! How Garmin spells times, and helpers to build JSON of its shape (protocol.md 9.1).

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// `2026-07-15T07:00:00.0`
pub(super) fn iso_tenths(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.0").to_string()
}

/// `2026-07-15T07:00:00.45`: a fraction without zeros at its end, but with one digit at least.
pub(super) fn iso_millis(time: DateTime, millis: i64) -> String {
    let fraction = format!("{:03}", millis.rem_euclid(1000));
    let fraction = fraction.trim_end_matches('0');
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    format!("{}.{fraction}", iso(time))
}

/// `2026-07-14 18:38:43`, as in the activity list.
pub(super) fn spaced(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// `2026-07-15T01:55:40`
pub(super) fn iso(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The wall clock in Greenwich.
pub(super) fn gmt(at: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(at)
}

/// A wall clock read as if it were UTC, in epoch milliseconds: Garmin's numeric "local" times.
pub(super) fn local_millis(local: DateTime) -> i64 {
    TimeZone::UTC
        .to_timestamp(local)
        .unwrap_or_default()
        .as_millisecond()
}

pub(super) fn plus_seconds(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

/// Removes the keys of an object that are null: the activity list leaves them out.
pub(super) fn without_nulls(mut object: Value) -> Value {
    if let Some(members) = object.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    object
}

/// Turns every member of an object to null, except the named ones: the shape of a day without data.
pub(super) fn all_null_but(mut object: Value, kept: &[&str]) -> Value {
    if let Some(members) = object.as_object_mut() {
        for (key, value) in members.iter_mut() {
            if !kept.contains(&key.as_str()) {
                *value = Value::Null;
            }
        }
    }
    object
}

/// User ids as text, all the way down: so GraphQL writes them (protocol.md 10.1).
pub(super) fn with_text_ids(mut value: Value) -> Value {
    const USER_IDS: [&str; 4] = ["userProfilePk", "userProfilePK", "userProfileId", "userId"];
    match &mut value {
        Value::Object(members) => {
            for (key, member) in members.iter_mut() {
                *member = match member.take() {
                    Value::Number(id) if USER_IDS.contains(&key.as_str()) => {
                        Value::String(id.to_string())
                    }
                    member => with_text_ids(member),
                };
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = with_text_ids(item.take());
            }
        }
        _ => {}
    }
    value
}

/// Two decimals are enough for any percentage and most distances.
pub(super) fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// One object with the members of all parts.
pub(super) fn merged(parts: impl IntoIterator<Item = Value>) -> Value {
    let members = parts.into_iter().filter_map(|part| match part {
        Value::Object(members) => Some(members),
        _ => None,
    });
    Value::Object(members.flatten().collect())
}

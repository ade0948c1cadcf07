//! Times as Garmin writes them: some fifteen forms (`recordings/NOTES.md`, "Times").
//!
//! No string carries a zone but two rare forms; the *name* of the field says
//! whether it is UTC (`…GMT`) or wall clock (`…Local`). So a string is read as
//! a civil time, and the caller, who knows the name, places it.

use jiff::{Timestamp, civil::Date, civil::DateTime, tz::TimeZone};
use serde_json::Value;

/// A civil date and time: `2026-01-27T13:28:07.0`, `2026-01-25 17:59:36`,
/// `2026-01-27`, with zero to nine fraction digits, a trailing zone word or offset ignored.
pub fn civil(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (date, rest) = text.split_at_checked(10)?;
    let date: Date = date.parse().ok()?;
    let time = rest.trim_start_matches(['T', ' ']);
    let end = time
        .find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.')
        .unwrap_or(time.len());
    let time = time.get(..end)?.trim_end_matches('.');
    if time.is_empty() {
        return Some(date.to_datetime(jiff::civil::Time::midnight()));
    }
    time.parse().ok().map(|time| date.to_datetime(time))
}

/// A UTC instant from a `…GMT` field: epoch milliseconds or a string.
pub fn utc(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(_) => epoch_ms(value),
        Value::String(text) => civil(text)?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp()),
        _ => None,
    }
}

/// A wall clock from a `…Local` field: a string, or epoch milliseconds of the
/// wall clock read as if it were UTC.
pub fn local(value: &Value) -> Option<DateTime> {
    match value {
        Value::Number(_) => epoch_ms(value).map(|at| TimeZone::UTC.to_datetime(at)),
        Value::String(text) => civil(text),
        _ => None,
    }
}

/// The day a value speaks of; a time behind it is ignored.
pub fn day(value: &Value) -> Option<Date> {
    match value {
        Value::String(text) => civil(text).map(DateTime::date),
        _ => None,
    }
}

/// Wall clock minus UTC, in seconds. To the minute: the two may carry different fractions.
pub fn offset_s(local: DateTime, utc: Timestamp) -> Option<i64> {
    let wall = local.to_zoned(TimeZone::UTC).ok()?.timestamp();
    let minutes = (wall.as_second() - utc.as_second() + 30).div_euclid(60);
    zone_offset_s(minutes * 60)
}

/// An offset, if a zone can have it: quarter hours between -12 h and +14 h.
/// Anything else is a broken pair.
pub fn zone_offset_s(seconds: i64) -> Option<i64> {
    const HOUR: i64 = 3600;
    let is_zone = seconds % (HOUR / 4) == 0 && (-12 * HOUR..=14 * HOUR).contains(&seconds);
    is_zone.then_some(seconds)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a float beyond i64 saturates and is then no timestamp"
)]
fn epoch_ms(value: &Value) -> Option<Timestamp> {
    let ms = value
        .as_i64()
        .or_else(|| value.as_f64().map(|ms| ms.round() as i64))?;
    // 0 stands for no time at all.
    Timestamp::from_millisecond(ms).ok().filter(|_| ms > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_recorded_form_is_read() {
        let second = "2026-01-27T13:28:07Z".parse::<Timestamp>().unwrap();
        for text in [
            "2026-01-27T13:28:07.0",
            "2026-01-27T13:28:07",
            "2026-01-27 13:28:07",
            "2026-01-27 13:28:07.000 GMT",
            "2026-01-27T13:28:07.000+00:00",
            "2026-01-27T13:28:07.000+0000",
            "2026-01-27T13:28:07Z",
        ] {
            assert_eq!(utc(&json!(text)), Some(second), "{text}");
        }
        assert_eq!(utc(&json!(second.as_millisecond())), Some(second));
        let exponent: Value = serde_json::from_str("1.769520487E12").unwrap();
        assert_eq!(utc(&exponent), Some(second));
        assert_eq!(
            day(&json!("2026-01-26T23:22:13.450")),
            Some(jiff::civil::date(2026, 1, 26))
        );
        assert_eq!(
            day(&json!("2026-01-26")),
            Some(jiff::civil::date(2026, 1, 26))
        );
    }

    #[test]
    fn nonsense_is_none() {
        for value in [
            json!(""),
            json!("soon"),
            json!("2026-13-01"),
            json!(null),
            json!({}),
            json!("2026-01-01Tx"),
        ] {
            let read = utc(&value);
            assert!(
                read.is_none() || value == json!("2026-01-01Tx"),
                "{value}: {read:?}"
            );
        }
        assert_eq!(utc(&json!(1e300)), None);
    }

    #[test]
    fn the_offset_comes_from_a_pair() {
        let at = "2026-07-15T05:05:11Z".parse().unwrap();
        assert_eq!(
            offset_s(civil("2026-07-15 07:05:11").unwrap(), at),
            Some(7200)
        );
        assert_eq!(
            offset_s(civil("2026-07-14 22:05:11.5").unwrap(), at),
            Some(-25_200)
        );
        assert_eq!(
            offset_s(civil("2026-07-15 10:50:12").unwrap(), at),
            Some(20_700),
            "Kathmandu"
        );
        for no_zone in [
            "2026-07-18 07:05:11",
            "2026-07-14 18:26:11",
            "2026-07-14 15:05:11",
        ] {
            assert_eq!(offset_s(civil(no_zone).unwrap(), at), None, "{no_zone}");
        }
    }
}

//! Dates and spans in requests, and the caps on them (protocol.md 9.4).

use std::collections::HashMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::athlete::day_number;
use super::reply::Refusal;

/// Query parameters; of a repeated one the last counts.
pub(super) type Params = HashMap<String, String>;

/// An ISO date and nothing else: no time, no week number.
pub(super) fn date(text: &str) -> Result<Date, Refusal> {
    let is_plain = text.len() == 10
        && text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'-');
    let parsed = if is_plain { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Refusal::bad_request("Invalid date, expected format yyyy-MM-dd"))
}

/// A date that must be among the query parameters.
pub(super) fn date_param(params: &Params, name: &str) -> Result<Date, Refusal> {
    let text = params
        .get(name)
        .ok_or_else(|| Refusal::bad_request(format!("{name} is required")))?;
    date(text)
}

/// An inclusive span of at most `cap` days.
pub(super) fn span(start: &str, end: &str, cap: u32) -> Result<RangeInclusive<Date>, Refusal> {
    let (start, end) = (date(start)?, date(end)?);
    if end < start {
        return Err(Refusal::bad_request(
            "End date must not be before start date",
        ));
    }
    if day_number(end) - day_number(start) >= i64::from(cap) {
        return Err(Refusal::bad_request(format!(
            "Date range cannot be greater than {cap} days"
        )));
    }
    Ok(start..=end)
}

//! Health status: five nightly readings with the person's usual range, all of
//! the history in one request (`protocol.md` 9.5.8). No recording exists.

use serde_json::Value;

use super::{
    Ask, Call, Part, Reading, Route, Row, Unread, Window, document, shapes::one_or_items, unread,
};
use crate::{
    central_db::rows::health_status::HealthMetric,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[Part::range(
        "health_status.range",
        Window::UNLIMITED,
        ask,
        read,
    )],
}];

fn ask(ask: &Ask<'_>) -> Call {
    Call::get_path_range("/healthstatus-service/healthstatus/summary", ask.span, &[])
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, &["metrics", "calendarDate"])?,
        night,
    ))
}

/// `outliersCount` is left out: it is the count of what lies above or below.
fn night(item: &Value, odd: &mut Vec<String>) -> Result<Vec<Box<dyn Row>>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a day that is no object"))?;
    let metrics = match f.value("metrics") {
        None => return Ok(Vec::new()),
        Some(Value::Array(metrics)) => metrics,
        Some(_) => return Err(unread(f.day("calendarDate"), "metrics that are no list")),
    };
    let mut rows: Vec<Box<dyn Row>> = Vec::new();
    for item in metrics.iter().filter(|item| !item.is_null()) {
        let Some(m) = Fields::of(item) else {
            odd.push("metrics".to_owned());
            continue;
        };
        let metric = m.word("type");
        // Temperatures are deviations: there 0 and less are readings.
        let is_deviation = metric
            .as_deref()
            .is_some_and(|it| it.starts_with("SKIN_TEMP"));
        let value = m
            .float("value")
            .filter(|&value| is_deviation || value > 0.0);
        let limits = (m.float("baselineLowerLimit"), m.float("baselineUpperLimit"));
        // While Garmin is still learning both limits are 0, and there may be no value.
        let (usual_low, usual_high) = match limits {
            (Some(low), Some(high)) if low >= high => (None, None),
            limits => limits,
        };
        let has_range = usual_low.is_some() || usual_high.is_some();
        if value.is_none() && !has_range {
            continue;
        }
        let day_on = f
            .day("calendarDate")
            .ok_or_else(|| unread(None, "a day without a date"))?;
        let Some(metric) = metric else {
            odd.push("metrics/type".to_owned());
            continue;
        };
        rows.push(Box::new(HealthMetric {
            day_on,
            unit: unit(&metric).map(str::to_owned),
            metric,
            value,
            status: m.word("status"),
            usual_low,
            usual_high,
            position: m.float("percentage").filter(|_| has_range),
        }));
        odd.extend(m.odd());
    }
    odd.extend(f.odd());
    Ok(rows)
}

/// Not in the answer; an unknown metric has none.
fn unit(metric: &str) -> Option<&'static str> {
    match metric {
        "HR" => Some("bpm"),
        "HRV" => Some("ms"),
        "RESPIRATION" => Some("brpm"),
        "SPO2" => Some("percent"),
        "SKIN_TEMP_C" => Some("°C"),
        "SKIN_TEMP_F" => Some("°F"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn each_metric_is_a_row_and_a_bad_one_costs_only_itself() {
        let body = json!([
            {"calendarDate": "2026-10-01", "outliersCount": 1, "metrics": [
                {"type": "HRV", "value": 44, "status": "IN_RANGE", "baselineLowerLimit": 38, "baselineUpperLimit": "55", "percentage": 0.4},
                {"type": "SKIN_TEMP_C", "value": -0.3, "status": "BELOW", "baselineLowerLimit": null},
                {"type": "SPO2", "value": null, "status": "ONBOARDING"},
                {"type": "NEW_ONE", "value": 1.5},
                3, null,
            ]},
            {"calendarDate": "2026-10-02", "metrics": null},
            {"calendarDate": "2026-10-03", "metrics": 7},
        ]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!(reading.odd, ["metrics"]);
        assert_eq!(reading.unread[0].day.unwrap().to_string(), "2026-10-03");
        assert_eq!(
            testing::kept(&[reading], "SELECT * FROM v_health_status"),
            [
                "ada|2026-10-01|HRV|44|ms|IN_RANGE|38|55|0.4",
                "ada|2026-10-01|NEW_ONE|1.5|||||",
                "ada|2026-10-01|SKIN_TEMP_C|-0.3|°C|BELOW|||",
            ]
        );
        testing::reads_nothing_from(
            read,
            &["[{\"calendarDate\":\"2026-10-01\",\"metrics\":[]}]"],
        );
    }
}

//! Body Battery reports: charge, drain, turning points and events of a span (protocol.md 9.5.6).

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Battery, Day, Night};
use super::battery_events;
use super::range::{self, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths, merged, plus_seconds};
use crate::domain::dataset::Dataset;

/// The path of both lanes.
pub(super) const PATH: &str = "/wellness-service/wellness/bodyBattery/reports/daily";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let reports = range::over_query::<Refusal, _>(
        "body_battery.reports",
        range::START_END,
        |scenario| scenario.report_days,
        reports,
    );
    vec![Endpoint::bearer("body_battery.reports", PATH, reports)]
}

/// Days with data, oldest first. That others are left out is unverified.
pub(super) fn reports(ask: &Ask<'_>) -> Reply {
    let rows = ask.rows(Dataset::BodyBattery, |date| {
        let day = ask.world.day(Dataset::BodyBattery, date, &ask.now)?;
        let night = ask.world.night(Dataset::BodyBattery, date, &ask.now);
        Some(report(date, &day, &day.battery?, night.as_deref()))
    });
    rows.into()
}

fn report(date: Date, day: &Day, battery: &Battery, night: Option<&Night>) -> Value {
    let turns = turning_points(day, battery, night);
    let report = json!({
        "date": date.to_string(),
        "charged": battery.charged,
        "drained": battery.drained,
        "startTimestampGMT": iso_tenths(gmt(day.start)),
        "endTimestampGMT": iso_tenths(gmt(day.end)),
        "startTimestampLocal": iso_tenths(gmt(plus_seconds(day.start, day.start_offset))),
        "endTimestampLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
        "bodyBatteryValuesArray": turns,
        "bodyBatteryValueDescriptorDTOList": [
            { "bodyBatteryValueDescriptorIndex": 0, "bodyBatteryValueDescriptorKey": "timestamp" },
            { "bodyBatteryValueDescriptorIndex": 1, "bodyBatteryValueDescriptorKey": "bodyBatteryLevel" },
        ],
        "bodyBatteryActivityEvent": battery_events::of_report(day, night),
    });
    merged([report, battery_events::feedback(day, battery, night)])
}

/// A handful a day: midnight, waking, after workouts, the end.
fn turning_points(day: &Day, battery: &Battery, night: Option<&Night>) -> Vec<Value> {
    let mut points = vec![(day.start, (battery.highest - battery.charged).max(5))];
    points.extend(night.map(|night| (night.end, battery.highest)));
    let mut left = battery.highest;
    for activity in &day.activities {
        left = (left - activity.calories / 60).max(battery.lowest);
        points.push((activity.end(), left));
    }
    points.push((plus_seconds(day.end, -60), battery.latest));
    points.sort_by_key(|(at, _)| *at);
    points
        .into_iter()
        .map(|(at, level)| json!([at.as_millisecond(), level]))
        .collect()
}

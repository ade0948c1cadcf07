//! Blood pressure, typed in by hand (protocol.md 9.5.12). Only the empty wrapper is recorded.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::athlete::Pressure;
use super::range::{self, Ask, Reply, UNCAPPED};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths};
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "blood_pressure.range",
        "/bloodpressure-service/bloodpressure/range/{start}/{end}",
        range::over_path::<Refusal, _>("blood_pressure.range", UNCAPPED, range),
    )]
}

/// Days with measurements, newest first as weights are (unverified); single ones come with
/// `includeAll=true` only.
pub(super) fn range(ask: &Ask<'_>) -> Reply {
    Reply::Data(document(ask, ask.wants("includeAll")))
}

/// As GraphQL has it, whole (protocol.md 10.2 knows no `includeAll`).
pub(super) fn scalar(ask: &Ask<'_>) -> Reply {
    Reply::Data(document(ask, true))
}

fn document(ask: &Ask<'_>, is_whole: bool) -> Value {
    let mut rows = ask.rows(Dataset::BloodPressure, |date| {
        let athlete = &ask.world.athlete;
        let pressures = athlete.pressures(date, ask.now.at);
        let measurements: Vec<_> = pressures
            .iter()
            .rev()
            .map(|pressure| measurement(pressure, athlete.local(pressure.at, date).datetime()))
            .collect();
        let shown = if is_whole {
            measurements.as_slice()
        } else {
            &[]
        };
        (!measurements.is_empty())
            .then(|| json!({ "startDate": date.to_string(), "measurements": shown }))
    });
    rows.reverse();
    json!({
        "from": ask.first.to_string(),
        "until": ask.last.to_string(),
        "measurementSummaries": rows,
        "categoryStats": null,
    })
}

fn measurement(pressure: &Pressure, local: DateTime) -> Value {
    json!({
        "systolic": pressure.systolic,
        "diastolic": pressure.diastolic,
        "pulse": pressure.pulse,
        "version": pressure.at.as_millisecond(),
        "measurementTimestampLocal": iso_tenths(local),
        "measurementTimestampGMT": iso_tenths(gmt(pressure.at)),
        "sourceType": "MANUAL",
        "notes": "",
    })
}

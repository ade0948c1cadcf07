//! Blood pressure, typed in by hand (protocol.md 9.5.12). Only the empty wrapper is recorded.

use serde_json::{Value, json};

use super::kind::Kind;
use super::range::{self, Ask, Reply, UNCAPPED};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths};

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
    let mut rows = ask.rows(Kind::BloodPressure, |date| {
        let measured = ask.world.athlete.pressure(date)?;
        if measured.at > ask.now.at {
            return None;
        }
        let local = ask.world.athlete.local(measured.at, date).datetime();
        let measurement = json!({
            "systolic": measured.systolic,
            "diastolic": measured.diastolic,
            "pulse": measured.pulse,
            "version": measured.at.as_millisecond(),
            "measurementTimestampLocal": iso_tenths(local),
            "measurementTimestampGMT": iso_tenths(gmt(measured.at)),
            "sourceType": "MANUAL",
            "notes": "",
        });
        let measurements = if is_whole {
            vec![measurement]
        } else {
            Vec::new()
        };
        Some(json!({ "startDate": date.to_string(), "measurements": measurements }))
    });
    rows.reverse();
    json!({
        "from": ask.first.to_string(),
        "until": ask.last.to_string(),
        "measurementSummaries": rows,
        "categoryStats": null,
    })
}

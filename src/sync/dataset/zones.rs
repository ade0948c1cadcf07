//! Heart-rate and power zones of each sport (`protocol.md` 9.5.15,
//! `personal-api.md` E22).
//!
//! Connect comes first here, against the rule: it alone has power zones, and
//! one route is walked, not both.

use serde_json::Value;

use super::{Ask, Call, Part, Reading, Route, Unread, document, shapes::one_or_items, unread};
use crate::{
    central_db::rows::zones::ZoneSet,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[
            Part::snapshot("zones.power", ask_power, read_power),
            Part::snapshot("zones.heart_rate", ask_heart_rate, read_heart_rate),
        ],
    },
    Route {
        lane: Lane::Personal,
        parts: &[Part::snapshot(
            "zones.personal",
            ask_personal,
            read_heart_rate,
        )],
    },
];

fn ask_power(_: &Ask<'_>) -> Call {
    Call::get("/biometric-service/powerZones/sports/all", &[])
}

fn ask_heart_rate(_: &Ask<'_>) -> Call {
    Call::get("/biometric-service/heartRateZones/", &[])
}

fn ask_personal(_: &Ask<'_>) -> Call {
    Call::get("/biometric-service/heartRateZones/v2", &[])
}

fn read_power(body: &[u8]) -> Result<Reading, GarminError> {
    read(body, "power", "w")
}

fn read_heart_rate(body: &[u8]) -> Result<Reading, GarminError> {
    read(body, "heart_rate", "bpm")
}

fn read(body: &[u8], kind: &str, unit: &str) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, &["sport", "zone1Floor"])?,
        |item, odd| zones(item, odd, kind, unit),
    ))
}

/// Numbers of power zones come as text. A sport with fewer zones has zeros for
/// the rest: only the first zone may begin at nothing.
fn zones(
    item: &Value,
    odd: &mut Vec<String>,
    kind: &str,
    unit: &str,
) -> Result<Option<ZoneSet>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "zones that are no object"))?;
    let floor = |n: u8| {
        f.reading_f(&format!("zone{n}Floor"))
            .filter(|&floor| n == 1 || floor > 0.0)
    };
    let floors = [1, 2, 3, 4, 5, 6, 7].map(floor);
    // Only a first zone that begins at nothing: no zones.
    let has_any = floors.iter().flatten().any(|&floor| floor > 0.0);
    if !has_any {
        odd.extend(f.odd());
        return Ok(None);
    }
    let [
        zone_1_from,
        zone_2_from,
        zone_3_from,
        zone_4_from,
        zone_5_from,
        zone_6_from,
        zone_7_from,
    ] = floors;
    let zones = ZoneSet {
        sport: f
            .word("sport")
            .ok_or_else(|| unread(None, "zones without a sport"))?,
        kind: kind.to_owned(),
        zone_1_from,
        zone_2_from,
        zone_3_from,
        zone_4_from,
        zone_5_from,
        zone_6_from,
        zone_7_from,
        unit: Some(unit.to_owned()),
        method: f.word("trainingMethod"),
        max_hr_bpm: f.measured("maxHeartRateUsed"),
        resting_hr_bpm: f.measured("restingHeartRateUsed"),
        lactate_hr_bpm: f.measured("lactateThresholdHeartRateUsed"),
        functional_power_w: f.measured_f("functionalThresholdPower"),
    };
    odd.extend(f.odd());
    Ok(Some(zones))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn each_sport_has_a_row_of_each_kind() {
        let heart_rate = json!([
            {"trainingMethod": "HR_RESERVE", "restingHeartRateUsed": 54, "lactateThresholdHeartRateUsed": 166, "zone1Floor": 121,
             "zone2Floor": 134, "zone3Floor": 148, "zone4Floor": 161, "zone5Floor": 175, "maxHeartRateUsed": 188, "sport": "DEFAULT"},
            {"sport": "RUNNING", "zone1Floor": null},
        ]);
        let power = json!([{"sport": "RUNNING", "functionalThresholdPower": "380.0", "zone1Floor": "0.0", "zone2Floor": "304.0",
            "zone3Floor": "342.0", "zone4Floor": "380.0", "zone5Floor": "437.0", "zone6Floor": "0.0", "zone7Floor": "0.0"}]);
        let readings = [
            read_heart_rate(heart_rate.to_string().as_bytes()).unwrap(),
            read_power(power.to_string().as_bytes()).unwrap(),
        ];
        assert!(readings.iter().all(|reading| reading.odd.is_empty()));
        assert_eq!(
            testing::kept(&readings, "SELECT * FROM v_zones"),
            [
                "ada|DEFAULT|heart_rate|121|134|148|161|175|||bpm|HR_RESERVE|188|54|166|",
                "ada|RUNNING|power|0|304|342|380|437|||w|||||380",
            ]
        );
        testing::reads_nothing_from(read_power, &["[{\"sport\":\"RUNNING\"}]"]);
    }
}

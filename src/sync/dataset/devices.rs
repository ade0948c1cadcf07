//! The registered devices: one list (`protocol.md` 9.7).
//!
//! A device answers with some 310 fields, nearly all flags of what it can do. Those
//! that are true are kept as one list. The serial number is left out: no
//! question is answered by it.

use serde_json::Value;

use super::{Ask, Call, Part, Reading, Route, Unread, document, items, unread};
use crate::{
    central_db::rows::devices::Device,
    domain::session::Lane,
    garmin::{error::GarminError, wire::fields::Fields},
};

pub(super) const ROUTES: &[Route] = &[Route {
    lane: Lane::Connect,
    parts: &[Part::snapshot("devices.list", ask, read).lists::<Device>()],
}];

fn ask(_: &Ask<'_>) -> Call {
    Call::get("/device-service/deviceregistration/devices", &[])
}

fn read(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(&items(document(body)?)?, device))
}

fn device(item: &Value, odd: &mut Vec<String>) -> Result<Option<Device>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a device that is no object"))?;
    if item
        .as_object()
        .is_some_and(|o| o.values().all(Value::is_null))
    {
        return Ok(None);
    }
    let device = Device {
        // Beyond 31 bits, and text in some services.
        device_id: f
            .int("deviceId")
            .ok_or_else(|| unread(None, "a device without an id"))?,
        product: f.text("productDisplayName"),
        nickname: f.text("displayName"),
        application_key: f.text("applicationKey"),
        part_number: f.text("partNumber"),
        firmware: f.text("currentFirmwareVersion"),
        status: f.text("deviceStatus"),
        registered_at: f.utc("registeredDate"),
        is_activity_tracker: f.bool("primaryActivityTrackerIndicator"),
        capabilities: capabilities(item),
    };
    odd.extend(f.odd());
    Ok(Some(device))
}

/// `["abnormalHeartRateAlertCapable",…]`, sorted: the order of keys is no news.
fn capabilities(item: &Value) -> Option<String> {
    let mut names: Vec<_> = item
        .as_object()?
        .iter()
        .filter(|(name, can)| name.ends_with("Capable") && can.as_bool() == Some(true))
        .map(|(name, _)| name.as_str())
        .collect();
    names.sort_unstable();
    Some(Value::from(names).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;
    use serde_json::json;

    #[test]
    fn true_flags_are_a_list_that_sql_can_search() {
        let body = json!([
            {"deviceId": "3415294542", "productDisplayName": "fēnix 7 Pro", "displayName": null, "currentFirmwareVersion": "27.09",
             "deviceStatus": "active", "registeredDate": 1_737_031_539_000_i64, "primaryActivityTrackerIndicator": true,
             "yogaCapable": true, "bodyBatteryCapable": true, "cellularCapable": false, "hybrid": true, "serialNumber": "ABC123"},
            {"productDisplayName": "without an id"},
        ]);
        let reading = read(body.to_string().as_bytes()).unwrap();
        assert_eq!((reading.unread.len(), reading.odd.len()), (1, 0));
        let readings = [reading];
        assert_eq!(
            testing::kept(&readings, "SELECT * FROM v_devices"),
            [
                "ada|3415294542|fēnix 7 Pro||||27.09|active|1737031539000|1|[\"bodyBatteryCapable\",\"yogaCapable\"]"
            ]
        );
        let able =
            "SELECT product FROM v_devices, json_each(capabilities) WHERE value = 'yogaCapable'";
        assert_eq!(testing::kept(&readings, able), ["fēnix 7 Pro"]);
        assert!(!format!("{readings:?}").contains("ABC123"));
        testing::reads_nothing_from(read, &["[{\"deviceId\":null}]"]);
    }
}

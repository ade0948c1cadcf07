//! The watches and when they last uploaded (protocol.md 9.3, 9.7).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::athlete::{Sense, Watch};
use super::profile::PROFILE_ID;
use super::reply::Answer;
use super::server::Endpoint;
use super::wire::merged;
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "device.mylastused",
            "/device-service/deviceservice/mylastused",
            get(last_used),
        ),
        Endpoint::bearer(
            "device.list",
            "/device-service/deviceregistration/devices",
            get(list),
        ),
    ]
}

/// The cheapest change detector: one number that moves with every upload.
async fn last_used(State(world): State<Arc<World>>) -> Answer {
    let now = world.now();
    let watch = world.athlete.watch(now.today);
    Ok(Json(json!({
        "userDeviceId": watch.device_id,
        "userProfileNumber": PROFILE_ID,
        "lastUsedDeviceName": watch.name,
        "lastUsedDeviceUploadTime": world.last_upload(&now).as_millisecond(),
        "imageUrl": null,
    })))
}

/// Newest first, those of the history only.
async fn list(State(world): State<Arc<World>>) -> Answer {
    let now = world.now();
    let current = world.athlete.watch(now.today);
    let is_hidden = world.edits().hides(Dataset::Devices);
    let mut devices = Vec::new();
    for (place, (since, watch)) in world.athlete.watches().enumerate() {
        let until = world.athlete.watches().nth(place + 1).map(|(next, _)| next);
        let is_of_history = until.is_none_or(|until| until > now.first) && since <= now.today;
        if is_of_history && !is_hidden {
            let registered = world.athlete.instant(since.max(now.first), 18 * 3600);
            devices.push(device(
                &world,
                watch,
                registered.as_millisecond(),
                watch == current,
            ));
        }
    }
    devices.reverse();
    Ok(Json(devices.into()))
}

/// Some of the three hundred members Garmin has, flags derived from what the watch knows.
fn device(world: &World, watch: &Watch, registered: i64, is_current: bool) -> Value {
    let (major, minor) = watch.firmware;
    let image = format!(
        "https://res.garmin.com/en/products/{}/v/c1_01_md.png",
        watch.sku
    );
    let facts = json!({
        "deviceId": watch.device_id,
        "unitId": watch.device_id,
        "applicationKey": watch.application_key,
        "deviceTypePk": watch.type_pk,
        "deviceCategories": ["FITNESS", "WELLNESS"],
        "partNumber": watch.part_number,
        "productSku": watch.sku,
        "actualProductSku": watch.sku,
        "imageUrl": image,
        "productDisplayName": watch.name,
        "deviceTypeSimpleName": format!("Garmin {}", watch.name),
        "displayName": watch.name,
        "shortName": null,
        "serialNumber": format!("4X{:07}", watch.device_id % 10_000_000),
        "currentFirmwareVersion": format!("{major}.{minor:02}"),
        "currentFirmwareVersionMajor": major,
        "currentFirmwareVersionMinor": minor,
        "deviceStatus": "active",
        "activeInd": 1,
        "registeredDate": registered,
        "primary": is_current,
        "primaryActivityTrackerIndicator": is_current,
        "isPrimaryUser": false,
        "hasOpticalHeartRate": true,
        "bluetoothLowEnergyDevice": true,
        "weightScale": false,
        "wellness": false,
        "appSupport": true,
        "datasource": "C",
        "vo2MaxRunCapable": true,
        "personalRecordCapable": true,
        "restingHRCapable": true,
        "remCapable": true,
    });
    merged([facts, Value::Object(capabilities(world, watch))])
}

/// `…Capable`, by what it takes.
const CAPABILITIES: [(&str, Sense); 17] = [
    ("allDayStressCapable", Sense::Stress),
    ("bodyBatteryCapable", Sense::BodyBattery),
    ("respirationCapable", Sense::Respiration),
    ("pulseOxAllDayCapable", Sense::PulseOx),
    ("pulseOxSleepCapable", Sense::PulseOx),
    ("sleepScoreCapable", Sense::SleepScore),
    ("racePredictionsRunCapable", Sense::RacePredictions),
    ("trainingStatusCapable", Sense::TrainingStatus),
    ("fitnessAgeV2Capable", Sense::FitnessAge),
    ("lactateThresholdCapable", Sense::Thresholds),
    ("ftpCapable", Sense::Thresholds),
    ("floorsClimbedGoalCapable", Sense::Floors),
    ("sleepSkinTemperatureCapable", Sense::SkinTemperature),
    ("hrvStatusCapable", Sense::Hrv),
    ("healthStatusCapable", Sense::HealthStatus),
    ("trainingReadinessCapable", Sense::Readiness),
    ("hillScoreAndEnduranceScoreCapable", Sense::Scores),
];

fn capabilities(world: &World, watch: &Watch) -> Map<String, Value> {
    let place = world
        .athlete
        .watches()
        .position(|(_, other)| other == watch);
    CAPABILITIES
        .into_iter()
        .map(|(name, sense)| (name.to_owned(), json!(place >= Some(sense.watch()))))
        .collect()
}

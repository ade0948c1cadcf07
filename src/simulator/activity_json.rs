//! Activities as JSON: a row of the list, and the detail (protocol.md 9.6.1 and 9.6.2).

use serde_json::{Value, json};

use super::athlete::{Activity, Sport, float};
use super::profile::{DEVICE_ID, DISPLAY_NAME, FULL_NAME, PROFILE_ID};
use super::wire::{gmt, hundredths, iso_tenths, merged, spaced, without_nulls};
use super::world::World;

/// A row of the list. Keys without a value are left out, not null.
pub(super) fn list_row(world: &World, activity: &Activity) -> Value {
    let measured = if activity.is_manual {
        json!({})
    } else {
        measured(activity)
    };
    without_nulls(merged([
        identity(world, activity),
        effort(activity),
        measured,
        furniture(activity),
    ]))
}

fn identity(world: &World, activity: &Activity) -> Value {
    let facts = activity.sport.facts();
    let local = world
        .athlete
        .local(activity.start, activity.date)
        .datetime();
    json!({
        "activityId": activity.id,
        "activityUUID": uuid_of(activity.id),
        "activityName": activity.name,
        "startTimeLocal": spaced(local),
        "startTimeGMT": spaced(gmt(activity.start)),
        "endTimeGMT": spaced(gmt(activity.end())),
        "beginTimestamp": activity.start.as_millisecond(),
        "timeZoneId": 124,
        "activityType": {
            "typeId": facts.type_id, "typeKey": facts.type_key, "parentTypeId": facts.parent_type_id,
            "isHidden": false, "restricted": false, "trimmable": true,
        },
        "eventType": { "typeId": 9, "typeKey": "uncategorized", "sortOrder": 10 },
        "sportTypeId": facts.sport_type_id,
        "parent": activity.sport == Sport::Multisport,
        "manualActivity": activity.is_manual,
    })
}

/// What even a manual entry has.
fn effort(activity: &Activity) -> Value {
    let is_run = activity.sport == Sport::Running;
    json!({
        "distance": activity.distance,
        "duration": activity.duration,
        "elapsedDuration": activity.elapsed,
        // A multisport parent has no moving time of its own.
        "movingDuration": (activity.sport != Sport::Multisport).then_some(activity.moving),
        "elevationGain": activity.distance.map(|_| activity.climb),
        "elevationLoss": activity.distance.map(|_| activity.climb),
        "averageSpeed": activity.speed(),
        "maxSpeed": activity.speed().map(|speed| hundredths(speed * 1.4)),
        "calories": float(activity.calories),
        "steps": activity.steps,
        "averageRunningCadenceInStepsPerMinute": activity.cadence.filter(|_| is_run).map(float),
    })
}

/// What only a watch knows.
fn measured(activity: &Activity) -> Value {
    let [zone1, zone2, zone3, zone4, zone5] = activity.zone_seconds().map(hundredths);
    json!({
        "averageHR": float(activity.average_hr),
        "maxHR": float(activity.max_hr),
        "vO2MaxValue": (activity.sport == Sport::Running).then_some(49.0),
        "aerobicTrainingEffect": hundredths(activity.aerobic_effect),
        "anaerobicTrainingEffect": hundredths(activity.aerobic_effect / 6.0),
        "trainingEffectLabel": effect_label(activity),
        "activityTrainingLoad": activity.training_load,
        "differenceBodyBattery": -activity.calories / 60,
        "hrTimeInZone_1": zone1,
        "hrTimeInZone_2": zone2,
        "hrTimeInZone_3": zone3,
        "hrTimeInZone_4": zone4,
        "hrTimeInZone_5": zone5,
        "lapCount": laps(activity),
        "deviceId": DEVICE_ID,
        "manufacturer": "GARMIN",
    })
}

/// What every row repeats.
fn furniture(activity: &Activity) -> Value {
    json!({
        "ownerId": PROFILE_ID,
        "ownerDisplayName": DISPLAY_NAME,
        "ownerFullName": FULL_NAME,
        "hasPolyline": activity.distance.is_some() && activity.sport != Sport::LapSwimming,
        "hasSplits": !activity.is_manual,
        "splitSummaries": [],
        "privacy": { "typeId": 2, "typeKey": "private" },
        "summarizedDiveInfo": { "summarizedDiveGases": [] },
        "favorite": false,
        "pr": false,
        "purposeful": false,
    })
}

/// The detail of one activity, or of one leg.
pub(super) fn detail(world: &World, activity: &Activity) -> Value {
    let facts = activity.sport.facts();
    let local = world
        .athlete
        .local(activity.start, activity.date)
        .datetime();
    let uploaded = iso_tenths(gmt(activity.end()));
    let zone = world.athlete.zone_name(activity.date);
    json!({
        "activityId": activity.id,
        "activityUUID": { "uuid": uuid_of(activity.id) },
        "activityName": activity.name,
        "userProfileId": PROFILE_ID,
        "isMultiSportParent": activity.sport == Sport::Multisport,
        "activityTypeDTO": {
            "typeId": facts.type_id, "typeKey": facts.type_key, "parentTypeId": facts.parent_type_id,
        },
        "eventTypeDTO": { "typeId": 9, "typeKey": "uncategorized", "sortOrder": 10 },
        "accessControlRuleDTO": { "typeId": 2, "typeKey": "private" },
        "timeZoneUnitDTO": { "unitId": 124, "unitKey": zone, "factor": 0.0, "timeZone": zone },
        "metadataDTO": {
            "isOriginal": !activity.is_manual,
            "fileFormat": { "formatId": 7, "formatKey": "fit" },
            "lastUpdateDate": uploaded,
            "uploadedDate": uploaded,
            "hasHrTimeInZones": !activity.is_manual,
            "childIds": activity.children.iter().map(|leg| leg.id).collect::<Vec<_>>(),
            "childActivityTypes":
                activity.children.iter().map(|leg| leg.sport.facts().type_key).collect::<Vec<_>>(),
            "sensors": null,
            "manufacturer": "GARMIN",
            "lapCount": laps(activity),
            // A number in the list, a text here.
            "deviceMetaDataDTO": { "deviceId": DEVICE_ID.to_string(), "deviceTypePk": 37_086 },
            "manualActivity": activity.is_manual,
        },
        "summaryDTO": {
            "startTimeLocal": iso_tenths(local),
            "startTimeGMT": iso_tenths(gmt(activity.start)),
            "distance": activity.distance,
            "duration": activity.duration,
            "movingDuration": activity.moving,
            "elapsedDuration": activity.elapsed,
            "elevationGain": activity.climb,
            "averageSpeed": activity.speed(),
            "calories": float(activity.calories),
            "averageHR": float(activity.average_hr),
            "maxHR": float(activity.max_hr),
            "minHR": float(activity.average_hr - 38),
            "trainingEffect": hundredths(activity.aerobic_effect),
        },
        "splitSummaries": [],
    })
}

/// A lap a kilometre, and at least one.
pub(super) fn laps(activity: &Activity) -> i64 {
    activity.distance.map_or(1, |metres| {
        super::athlete::round(metres / 1000.0).clamp(1, 60)
    })
}

fn effect_label(activity: &Activity) -> &'static str {
    match activity.average_hr {
        ..125 => "RECOVERY",
        125..150 => "AEROBIC_BASE",
        _ => "TEMPO",
    }
}

/// An id that never changes, made from the other id that never changes.
fn uuid_of(id: i64) -> String {
    format!("0a1f{:04x}-5c2e-4b7d-8e90-{id:012x}", id % 0xffff)
}

//! Activities as JSON: a row of the list, and the detail (protocol.md 9.6.1 and 9.6.2).

use serde_json::{Value, json};

use super::athlete::{Activity, Origin, Sport, float};
use super::profile::{DISPLAY_NAME, FULL_NAME, PROFILE_ID};
use super::wire::{gmt, hundredths, iso_tenths, merged, spaced, without_nulls};
use super::world::World;

/// Garmin's number for a zone; the real ones are unverified, but for Paris.
const ZONE_ID: u32 = 124;

/// A row of the list. Keys without a value are left out, not null.
pub(super) fn list_row(world: &World, activity: &Activity) -> Value {
    let measured = if activity.origin == Origin::Watch {
        measured(world, activity)
    } else {
        json!({})
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
        "timeZoneId": ZONE_ID,
        "activityType": {
            "typeId": facts.type_id, "typeKey": facts.type_key, "parentTypeId": facts.parent_type_id,
            "isHidden": false, "restricted": false, "trimmable": true,
        },
        "eventType": { "typeId": 9, "typeKey": "uncategorized", "sortOrder": 10 },
        "sportTypeId": facts.sport_type_id,
        "parent": is_parent(activity),
        "parentId": activity.parent,
        "manualActivity": activity.origin == Origin::Hand,
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
        "movingDuration": (!is_parent(activity)).then_some(activity.moving),
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
fn measured(world: &World, activity: &Activity) -> Value {
    let [zone1, zone2, zone3, zone4, zone5] = activity.zone_seconds().map(hundredths);
    json!({
        "averageHR": float(activity.average_hr),
        "maxHR": float(activity.max_hr),
        "vO2MaxValue": (activity.sport == Sport::Running)
            .then(|| world.athlete.vo2max(activity.date).round()),
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
        "deviceId": world.athlete.watch(activity.date).device_id,
        "manufacturer": "GARMIN",
    })
}

/// What every row repeats.
fn furniture(activity: &Activity) -> Value {
    json!({
        "ownerId": PROFILE_ID,
        "ownerDisplayName": DISPLAY_NAME,
        "ownerFullName": FULL_NAME,
        "hasPolyline": has_track(activity),
        "hasSplits": activity.origin == Origin::Watch,
        "splitSummaries": [],
        "privacy": { "typeId": 2, "typeKey": "private" },
        "summarizedDiveInfo": { "summarizedDiveGases": [] },
        "favorite": false,
        "pr": false,
        "purposeful": false,
    })
}

/// The detail of one activity, or of one leg. Keys without a value are left out of the summary only.
pub(super) fn detail(world: &World, activity: &Activity) -> Value {
    let facts = activity.sport.facts();
    let zone = world.athlete.zone_name(activity.date);
    json!({
        "activityId": activity.id,
        "activityUUID": { "uuid": uuid_of(activity.id) },
        "activityName": activity.name,
        "userProfileId": PROFILE_ID,
        "isMultiSportParent": is_parent(activity),
        "activityTypeDTO": {
            "typeId": facts.type_id, "typeKey": facts.type_key, "parentTypeId": facts.parent_type_id,
            "isHidden": false, "restricted": false, "trimmable": true,
        },
        "eventTypeDTO": { "typeId": 9, "typeKey": "uncategorized", "sortOrder": 10 },
        "accessControlRuleDTO": { "typeId": 2, "typeKey": "private" },
        "timeZoneUnitDTO": { "unitId": ZONE_ID, "unitKey": zone, "factor": 0.0, "timeZone": zone },
        "metadataDTO": metadata(world, activity),
        "summaryDTO": summary(world, activity),
        "splitSummaries": [],
    })
}

fn metadata(world: &World, activity: &Activity) -> Value {
    let uploaded = activity.end();
    let watch = world.athlete.watch(activity.date);
    let is_recorded = activity.origin == Origin::Watch;
    // The numbers of gpx and tcx are unverified.
    let format = match activity.origin {
        Origin::Watch => json!({ "formatId": 7, "formatKey": "fit" }),
        Origin::Gpx => json!({ "formatId": 3, "formatKey": "gpx" }),
        Origin::Tcx => json!({ "formatId": 5, "formatKey": "tcx" }),
        Origin::Hand => Value::Null,
    };
    let device = is_recorded.then(|| {
        json!({
            // A number in the list, a text here.
            "deviceId": watch.device_id.to_string(),
            "deviceTypePk": watch.type_pk,
            "deviceVersionPk": 1_004_830,
        })
    });
    json!({
        "isOriginal": activity.origin != Origin::Hand,
        "deviceApplicationInstallationId": is_recorded.then_some(1_004_830),
        "agentApplicationInstallationId": null,
        "agentString": null,
        "fileFormat": format,
        "associatedCourseId": null,
        "lastUpdateDate": iso_tenths(gmt(activity.edited.unwrap_or(uploaded))),
        "uploadedDate": iso_tenths(gmt(uploaded)),
        "videoUrl": null,
        "hasPolyline": has_track(activity),
        "hasChartData": is_recorded,
        "hasHrTimeInZones": is_recorded && !is_parent(activity),
        "hasPowerTimeInZones": false,
        "userInfoDto": {
            "userProfilePk": PROFILE_ID, "displayname": DISPLAY_NAME, "fullname": FULL_NAME,
            "profileImageUrlLarge": null, "profileImageUrlMedium": null, "profileImageUrlSmall": null,
            "userPro": false,
        },
        "childIds": activity.children.iter().map(|leg| leg.id).collect::<Vec<_>>(),
        "childActivityTypes":
            activity.children.iter().map(|leg| leg.sport.facts().type_key).collect::<Vec<_>>(),
        "sensors": null,
        "activityImages": [],
        "manufacturer": is_recorded.then_some("GARMIN"),
        "diveNumber": null,
        "lapCount": laps(activity),
        "associatedWorkoutId": null,
        "isAtpActivity": null,
        "deviceMetaDataDTO": device,
        "hasIntensityIntervals": false,
        "hasSplits": is_recorded && !is_parent(activity),
        "favorite": false,
        "personalRecord": false,
        "manualActivity": activity.origin == Origin::Hand,
        "autoCalcCalories": false,
        "trimmed": false,
        "gcj02": false,
        "elevationCorrected": false,
    })
}

fn summary(world: &World, activity: &Activity) -> Value {
    let local = world
        .athlete
        .local(activity.start, activity.date)
        .datetime();
    let basics = json!({
        "startTimeLocal": iso_tenths(local),
        "startTimeGMT": iso_tenths(gmt(activity.start)),
        "distance": activity.distance,
        "duration": activity.duration,
        // A multisport parent has no moving time of its own.
        "movingDuration": (!is_parent(activity)).then_some(activity.moving),
        "elapsedDuration": activity.elapsed,
        "elevationGain": activity.distance.map(|_| activity.climb),
        "elevationLoss": activity.distance.map(|_| activity.climb),
        "averageSpeed": activity.speed(),
        "calories": float(activity.calories),
        "steps": activity.steps,
    });
    let measured = json!({
        "averageHR": (!is_parent(activity)).then(|| float(activity.average_hr)),
        "maxHR": float(activity.max_hr),
        "minHR": (!is_parent(activity)).then(|| float(activity.average_hr - 38)),
        "trainingEffect": hundredths(activity.aerobic_effect),
        "anaerobicTrainingEffect": hundredths(activity.aerobic_effect / 6.0),
        "trainingEffectLabel": effect_label(activity),
        "activityTrainingLoad": activity.training_load,
        "differenceBodyBattery": -activity.calories / 60,
    });
    let parts = [
        Some(basics),
        (activity.origin == Origin::Watch).then_some(measured),
    ];
    without_nulls(merged(parts.into_iter().flatten()))
}

fn is_parent(activity: &Activity) -> bool {
    activity.sport == Sport::Multisport
}

fn has_track(activity: &Activity) -> bool {
    let is_outside = activity.distance.is_some() && activity.sport != Sport::LapSwimming;
    is_outside && matches!(activity.origin, Origin::Watch | Origin::Gpx)
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

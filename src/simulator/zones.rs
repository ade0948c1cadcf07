//! Training zones (protocol.md 9.5.15, personal-api.md E22).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::server::Endpoint;
use super::world::World;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "zones.heart_rate",
            "/biometric-service/heartRateZones/",
            heart_rate(),
        ),
        Endpoint::bearer(
            "zones.heart_rate",
            "/biometric-service/heartRateZones",
            heart_rate(),
        ),
        Endpoint::bearer(
            "zones.power",
            "/biometric-service/powerZones/sports/all",
            get(power),
        ),
    ]
}

/// One for everything, one for running. Both lanes have the same.
pub(super) fn heart_rate() -> MethodRouter<Arc<World>> {
    get(async |State(world): State<Arc<World>>| {
        let floors = |sport: &str, method: &str, floors: [i64; 5]| -> Value {
            let [zone1, zone2, zone3, zone4, zone5] = floors;
            json!({
                "trainingMethod": method,
                "restingHeartRateUsed": 50,
                "lactateThresholdHeartRateUsed": 166,
                "zone1Floor": zone1,
                "zone2Floor": zone2,
                "zone3Floor": zone3,
                "zone4Floor": zone4,
                "zone5Floor": zone5,
                "maxHeartRateUsed": 188,
                "restingHrAutoUpdateUsed": true,
                "sport": sport,
                "changeState": "UNCHANGED",
            })
        };
        shown(
            &world,
            json!([
                floors("DEFAULT", "HR_RESERVE", [119, 133, 147, 160, 174]),
                floors("RUNNING", "HR_MAX", [94, 113, 132, 150, 169]),
            ]),
        )
    })
}

/// Never recorded: the members are unverified.
async fn power(State(world): State<Arc<World>>) -> Json<Value> {
    shown(
        &world,
        json!([{
            "sport": "CYCLING",
            "functionalThresholdPower": 201,
            "zone1Floor": 0,
            "zone2Floor": 111,
            "zone3Floor": 152,
            "zone4Floor": 183,
            "zone5Floor": 213,
            "zone6Floor": 243,
            "zone7Floor": 302,
        }]),
    )
}

/// None at all while they are hidden.
fn shown(world: &World, zones: Value) -> Json<Value> {
    let is_hidden = world.edits().hides(Dataset::Zones);
    Json(if is_hidden { json!([]) } else { zones })
}

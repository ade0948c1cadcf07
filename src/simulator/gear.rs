//! Shoes and a bike (protocol.md 9.7). Never recorded; members follow the document.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{Now, Sport, date_of, day_number, plus_days};
use super::profile::PROFILE_ID;
use super::range::Params;
use super::reply::{Answer, Refusal};
use super::server::Endpoint;
use super::wire::{hundredths, iso_tenths};
use super::world::World;
use crate::domain::dataset::Dataset;

/// Days until a pair of shoes is worn out.
const SHOE_LIFE: i64 = 240;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer("gear.list", "/gear-service/gear/filterGear", get(list)),
        Endpoint::bearer("gear.stats", "/gear-service/gear/stats/{uuid}", get(stats)),
    ]
}

/// A thing and the days it was used for one sport.
struct Gear {
    pk: i64,
    sport: Sport,
    since: Date,
    /// `None`: in use.
    retired: Option<Date>,
    kind: (i64, &'static str),
    model: &'static str,
    limit: Option<f64>,
}

impl Gear {
    /// Without hyphens, as lists have it.
    fn uuid(&self) -> String {
        format!("f5290c17b3a84e6d9c02{:012x}", self.pk)
    }

    fn row(&self) -> Value {
        let (kind_pk, kind) = self.kind;
        let midnight = |date: Date| iso_tenths(date.at(0, 0, 0, 0));
        json!({
            "gearPk": self.pk,
            "uuid": self.uuid(),
            "userProfilePk": PROFILE_ID,
            "gearMakeName": "Other",
            "gearModelName": "Unknown",
            "gearTypePk": kind_pk,
            "gearTypeName": kind,
            "gearStatusName": if self.retired.is_some() { "retired" } else { "active" },
            "displayName": self.model,
            "customMakeModel": self.model,
            "maximumMeters": self.limit,
            "notified": false,
            "dateBegin": midnight(self.since),
            "dateEnd": self.retired.map(midnight),
        })
    }
}

/// A new pair of shoes every few months, and one bike.
fn all(world: &World, now: &Now) -> Vec<Gear> {
    if world.edits().hides(Dataset::Gear) {
        return Vec::new();
    }
    let pairs =
        day_number(now.first).div_euclid(SHOE_LIFE)..=day_number(now.today).div_euclid(SHOE_LIFE);
    let shoes = pairs.map(|number| {
        let since = date_of(number * SHOE_LIFE);
        let end = plus_days(since, SHOE_LIFE - 1);
        Gear {
            pk: 4_000 + number,
            sport: Sport::Running,
            since,
            retired: (end < now.today).then_some(end),
            kind: (1, "Shoes"),
            model: if number % 2 == 0 {
                "Beispiel Läufer 3"
            } else {
                "Exemplo Trail"
            },
            limit: Some(650_000.0),
        }
    });
    let bike = Gear {
        pk: 3_999,
        sport: Sport::Cycling,
        since: now.first,
        retired: None,
        kind: (5, "Bike"),
        model: "Gravel",
        limit: None,
    };
    shoes.chain([bike]).collect()
}

/// Only the account's own; that another profile is 403 is unverified.
async fn list(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    match params.get("userProfilePk") {
        None => Err(Refusal::bad_request("userProfilePk is required")),
        Some(pk) if *pk == PROFILE_ID.to_string() => Ok(Json(
            all(&world, &world.now()).iter().map(Gear::row).collect(),
        )),
        Some(_) => Err(Refusal::forbidden()),
    }
}

/// Retired gear has none.
async fn stats(State(world): State<Arc<World>>, Path(uuid): Path<String>) -> Answer {
    let now = world.now();
    let gear = all(&world, &now)
        .into_iter()
        .find(|gear| gear.retired.is_none() && gear.uuid() == uuid)
        .ok_or_else(Refusal::not_found)?;
    let used: Vec<_> = world
        .activities_within(&now, gear.since, now.today)
        .into_iter()
        .filter(|activity| activity.sport == gear.sport)
        .collect();
    let metres: f64 = used.iter().filter_map(|activity| activity.distance).sum();
    Ok(Json(json!({
        "gearPk": gear.pk,
        "uuid": gear.uuid(),
        "totalDistance": hundredths(metres),
        "totalActivities": used.len(),
        "processing": false,
    })))
}

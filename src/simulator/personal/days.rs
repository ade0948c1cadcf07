//! Days on the Personal API: E1 to E5 of personal-api.md 6.1.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::routing::{MethodRouter, get};
use serde_json::{Value, json};

use super::reply::{Answer, Refusal};
use crate::domain::dataset::Dataset;
use crate::simulator::athlete::{Day, day_number, days, round};
use crate::simulator::daily;
use crate::simulator::graphql::summary;
use crate::simulator::profile::PROFILE_ID;
use crate::simulator::range::{self, Cap, Params};
use crate::simulator::server::Endpoint;
use crate::simulator::stats::{self, Row};
use crate::simulator::wire::{all_null_but, gmt, iso_tenths, merged, plus_seconds};
use crate::simulator::world::World;

/// Days of summaries: documented, and what fits into an answer (personal-api.md 8, quirk 2).
const SUMMARY_CAP: Cap = |_| 365;
const SUMMARY_FIT: i64 = 90;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::personal(
            "personal.summaries",
            "/usersummary-service/v2/dailysummaries",
            get(summaries),
        ),
        Endpoint::personal(
            "personal.day",
            "/usersummary-service/usersummary/daily",
            get(one_day),
        ),
        Endpoint::personal(
            "personal.steps",
            "/usersummary-service/stats/steps/daily/{start}/{end}",
            series("personal.steps", Dataset::Daily, |_| 28, stats::steps),
        ),
        Endpoint::personal(
            "personal.stress",
            "/usersummary-service/stats/stress/daily/{start}/{end}",
            series("personal.stress", Dataset::Daily, |_| 28, stats::stress),
        ),
        Endpoint::personal(
            "personal.hydration",
            "/usersummary-service/stats/hydration/daily/{start}/{end}",
            series("personal.hydration", Dataset::Hydration, |_| 31, hydration),
        ),
    ]
}

/// The rows of the GraphQL scalar, with a few members more (E1).
async fn summaries(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    let (start, end) = bounds(&params)?;
    let span = world.span("personal.summaries", SUMMARY_CAP, start, end)?;
    if day_number(*span.end()) - day_number(*span.start()) >= SUMMARY_FIT {
        return Err(Refusal::TooMuch);
    }
    let now = world.now();
    let rows = days(span).filter(|date| now.covers(*date)).map(|date| {
        let day = world.day(Dataset::Daily, date, &now);
        let mut row = summary::row(date, day.as_ref());
        if let Some(day) = day {
            extend(&mut row, "heartRate", json!({ "alertCount": 0 }));
            if let Some(floors) = day.floors {
                extend(&mut row, "movement", summary::floors(floors, whole));
            }
            if let Some(battery) = day.battery {
                let last = json!({ "endOfDayValue": battery.lowest });
                extend(&mut row, "bodyBattery", last);
            }
            if day.breath.is_some() {
                extend(&mut row, "respiration", json!({ "algorithmVersion": 200 }));
            }
        }
        row
    });
    Ok(Json(json!({ "data": rows.collect::<Vec<_>>() })))
}

/// Here floors are whole, rounded down; everywhere else they have a fraction.
fn whole(floors: f64) -> Value {
    json!(round(floors.floor()))
}

/// Adds members to a group of a row.
fn extend(row: &mut Value, group: &str, members: Value) {
    if let Some(group) = row.get_mut(group) {
        *group = merged([group.take(), members]);
    }
}

/// First and last day of a request with both in its query.
pub(super) fn bounds(params: &Params) -> Result<(&str, &str), Refusal> {
    let text = |name| {
        params
            .get(name)
            .map(String::as_str)
            .ok_or(Refusal::BadRequest)
    };
    Ok((text("startDate")?, text("endDate")?))
}

/// The flat object of one day (E2). The last sync of today is this lane's only change detector.
async fn one_day(State(world): State<Arc<World>>, Query(params): Query<Params>) -> Answer {
    const MISSING: [&str; 3] = [
        "privacyProtected",
        "wellnessKilocalories",
        "netRemainingKilocalories",
    ];
    let Json(mut day) = daily::summary(&world, &params)?;
    let now = world.now();
    let date = range::date_param(&params, "calendarDate")?;
    if day.get("includesWellnessData") == Some(&Value::Bool(false)) {
        day = all_null_but(day, &["userProfileId", "calendarDate"]);
    }
    if date == now.today {
        let synced = iso_tenths(gmt(world.last_upload(&now)));
        day = merged([day, json!({ "lastSyncTimestampGMT": synced })]);
    }
    if let Some(members) = day.as_object_mut() {
        members.retain(|key, _| !MISSING.contains(&key.as_str()));
    }
    Ok(Json(day))
}

fn series(name: &'static str, dataset: Dataset, cap: Cap, row: Row) -> MethodRouter<Arc<World>> {
    range::over_path::<Refusal, _>(name, cap, move |ask| stats::rows(ask, dataset, row).into())
}

/// What the phone's lane has, and what was sweated out (E5).
fn hydration(day: &Day) -> Value {
    if day.hydration.is_none() {
        return Value::Null;
    }
    let last_entry = plus_seconds(day.end, day.end_offset);
    let more = json!({
        "userId": PROFILE_ID,
        "sweatLossInML": day.active_kcal / 2,
        "activityIntakeInML": 0,
        "lastEntryTimestampLocal": iso_tenths(gmt(last_entry)),
    });
    merged([stats::hydration(day), more])
}

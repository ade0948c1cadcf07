//! Water of one day (protocol.md 9.5.10); spans are among the statistics.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::athlete::{DRINKING_GOAL, Day, float};
use super::profile::PROFILE_ID;
use super::range::{self, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{gmt, iso_tenths, merged, plus_seconds};
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "hydration.day",
        "/usersummary-service/usersummary/hydration/daily/{day}",
        range::one_day::<Refusal, _>(day),
    )]
}

fn day(ask: &Ask<'_>) -> Reply {
    let day = ask.world.day(Dataset::Hydration, ask.first, &ask.now);
    Reply::Data(of_day(ask.first, day.as_ref()))
}

/// Without an entry the goal is all there is.
fn of_day(date: Date, day: Option<&Day>) -> Value {
    let logged = day.and_then(|day| day.hydration.map(|water| (day, water)));
    let amounts = logged.map(|(day, water)| {
        json!({
            "valueInML": float(water.drunk),
            "dailyAverageinML": float(water.drunk),
            "lastEntryTimestampLocal": iso_tenths(gmt(plus_seconds(day.end, day.end_offset))),
            "sweatLossInML": float(day.active_kcal / 2),
            "activityIntakeInML": 0.0,
        })
    });
    let nothing = json!({
        "valueInML": null,
        "dailyAverageinML": null,
        "lastEntryTimestampLocal": null,
        "sweatLossInML": null,
        "activityIntakeInML": null,
    });
    merged([
        json!({ "userId": PROFILE_ID, "calendarDate": date.to_string(), "goalInML": float(DRINKING_GOAL) }),
        amounts.unwrap_or(nothing),
    ])
}

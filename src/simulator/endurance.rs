//! Endurance score: one day, and weeks that end on the last day asked for (protocol.md 9.5.15).

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::athlete::{Sport, days, plus_days, round};
use super::profile::PROFILE_ID;
use super::range::{self, A_YEAR, Ask, Reply};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::hundredths;
use crate::domain::dataset::Dataset;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::bearer(
            "endurance.stats",
            "/metrics-service/metrics/endurancescore/stats",
            // At least 12 weeks; where it ends is unverified.
            range::over_query::<Refusal, _>("endurance.stats", range::START_END, A_YEAR, weeks),
        ),
        Endpoint::bearer(
            "endurance.day",
            "/metrics-service/metrics/endurancescore",
            range::one_day_of::<Refusal, _>("calendarDate", day),
        ),
    ]
}

fn day(ask: &Ask<'_>) -> Reply {
    latest(ask).into()
}

/// Blocks of seven days; only days inside the span count, so that the first one may be short.
pub(super) fn weeks(ask: &Ask<'_>) -> Reply {
    if let Err(refusal) = ask.expect("aggregation", &["weekly"]) {
        return Reply::Refused(refusal);
    }
    let scores: Vec<_> = ask
        .days(Dataset::Endurance)
        .into_iter()
        .filter_map(|date| Some((date, score(ask, date)?)))
        .collect();
    let mut groups = Map::new();
    let mut end = ask.last;
    while end >= ask.first {
        let start = plus_days(end, -6);
        let week: Vec<_> = scores
            .iter()
            .filter(|(date, _)| start <= *date && *date <= end)
            .map(|(_, score)| *score)
            .collect();
        if let Some((mean, max)) = mean_and_max(&week) {
            let group = json!({
                "groupAverage": mean,
                "groupMax": max,
                "enduranceContributorDTOList": contributors(ask, start, end),
            });
            groups.insert(start.to_string(), group);
        }
        end = plus_days(end, -7);
    }
    let all: Vec<_> = scores.iter().map(|(_, score)| *score).collect();
    let known = mean_and_max(&all).map(|(mean, max)| {
        json!({
            "userProfilePK": PROFILE_ID,
            "startDate": ask.first.to_string(),
            "endDate": ask.last.to_string(),
            "avg": mean,
            "max": max,
            "groupMap": groups,
            "enduranceScoreDTO": latest(ask),
        })
    });
    known.into()
}

fn mean_and_max(scores: &[i64]) -> Option<(i64, i64)> {
    let count = i64::try_from(scores.len()).unwrap_or(0);
    let max = scores.iter().copied().max()?;
    Some((scores.iter().sum::<i64>() / count.max(1), max))
}

fn score(ask: &Ask<'_>, date: Date) -> Option<i64> {
    ask.world.athlete.endurance(date)
}

/// The score of the last day that has one.
fn latest(ask: &Ask<'_>) -> Option<Value> {
    let mut days = ask.days(Dataset::Endurance).into_iter().rev();
    let (date, score) = days.find_map(|date| Some((date, score(ask, date)?)))?;
    let classification = match score {
        ..5_000 => 1,
        5_000..5_700 => 2,
        5_700..6_400 => 3,
        _ => 4,
    };
    Some(json!({
        "userProfilePK": PROFILE_ID,
        "deviceId": ask.world.athlete.watch(date).device_id,
        "calendarDate": date.to_string(),
        "overallScore": score,
        "classification": classification,
        "feedbackPhrase": 30,
        "primaryTrainingDevice": true,
        "gaugeLowerLimit": 3_500,
        "classificationLowerLimitIntermediate": 5_000,
        "classificationLowerLimitTrained": 5_700,
        "classificationLowerLimitWellTrained": 6_400,
        "classificationLowerLimitExpert": 7_000,
        "classificationLowerLimitSuperior": 7_700,
        "classificationLowerLimitElite": 8_400,
        "gaugeUpperLimit": 10_080,
        "contributors": contributors(ask, plus_days(date, -27), date),
    }))
}

/// What contributed: a type of activity, or a group of them. Either is null.
type Contributor = (Option<u32>, Option<u32>);

/// Shares of the training load in percent: running (0) and cycling (1) are groups, others go by type.
fn contributors(ask: &Ask<'_>, first: Date, last: Date) -> Vec<Value> {
    let mut loads: Vec<(Contributor, f64)> = Vec::new();
    for date in days(first..=last) {
        for activity in ask.world.athlete.activities_of(date).iter() {
            let key = contributor(activity.sport);
            match loads.iter_mut().find(|(other, _)| *other == key) {
                Some((_, load)) => *load += activity.training_load,
                None => loads.push((key, activity.training_load)),
            }
        }
    }
    loads.retain(|(_, load)| *load > 0.0);
    loads.sort_by_key(|(_, load)| std::cmp::Reverse(round(*load)));
    let total: f64 = loads.iter().map(|(_, load)| load).sum();
    let share = |((activity_type, group), load): &(Contributor, f64)| {
        json!({
            "activityTypeId": activity_type,
            "group": group,
            "contribution": hundredths(load * 100.0 / total),
        })
    };
    loads.iter().map(share).collect()
}

fn contributor(sport: Sport) -> Contributor {
    match sport {
        Sport::Running | Sport::TrailRunning => (None, Some(0)),
        Sport::Cycling => (None, Some(1)),
        other => (Some(other.facts().type_id), None),
    }
}

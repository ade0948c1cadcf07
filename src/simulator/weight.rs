//! Weigh-ins, in grams, newest first (protocol.md 9.5.11).

use jiff::civil::{Date, Time};
use serde_json::{Value, json};

use super::athlete::{Body, WeighIn, float, plus_days, round};
use super::range::{self, Ask, Reply, UNCAPPED};
use super::reply::Refusal;
use super::server::Endpoint;
use super::wire::{all_null_but, local_millis, merged};
use super::world::World;
use crate::domain::dataset::Dataset;

/// The path of both lanes.
pub(super) const PATH: &str = "/weight-service/weight/range/{start}/{end}";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::bearer(
        "weight.range",
        PATH,
        range::over_path::<Refusal, _>("weight.range", UNCAPPED, range),
    )]
}

/// Single entries come with `includeAll=true` only.
pub(super) fn range(ask: &Ask<'_>) -> Reply {
    Reply::Data(document(ask, ask.wants("includeAll")))
}

/// As GraphQL has it: `allWeightMetrics` empty (protocol.md 10.2).
pub(super) fn scalar(ask: &Ask<'_>) -> Reply {
    Reply::Data(document(ask, false))
}

fn document(ask: &Ask<'_>, is_whole: bool) -> Value {
    let before = ask.world.weighed_next_to(ask.first, -1, &ask.now);
    let after = ask.world.weighed_next_to(ask.last, 1, &ask.now);
    let mut previous = before.clone();
    let mut latest = Vec::new();
    let mut summaries = Vec::new();
    for (date, entries) in weighed_days(ask) {
        let metrics: Vec<_> = entries
            .iter()
            .map(|entry| {
                let row = metric(ask.world, entry, previous.as_ref());
                previous = Some(entry.clone());
                row
            })
            .rev()
            .collect();
        summaries.push(summary(date, &entries, metrics, is_whole));
        latest.extend(entries.last().cloned());
    }
    summaries.reverse();
    json!({
        "dailyWeightSummaries": summaries,
        "totalAverage": average(ask, &latest),
        "previousDateWeight": neighbour(ask.world, before.as_ref()),
        "nextDateWeight": neighbour(ask.world, after.as_ref()),
    })
}

/// Days with at least one entry, oldest first.
fn weighed_days(ask: &Ask<'_>) -> impl Iterator<Item = (Date, Vec<WeighIn>)> {
    ask.days(Dataset::Weight).into_iter().filter_map(|date| {
        let entries = ask.world.weigh_ins(date, &ask.now);
        (!entries.is_empty()).then_some((date, entries))
    })
}

fn summary(date: Date, entries: &[WeighIn], metrics: Vec<Value>, is_whole: bool) -> Value {
    let weights = entries.iter().map(|entry| entry.grams);
    json!({
        "summaryDate": date.to_string(),
        "numOfWeightEntries": entries.len(),
        "minWeight": weights.clone().min().map(float),
        "maxWeight": weights.max().map(float),
        "latestWeight": metrics.first(),
        "allWeightMetrics": if is_whole { metrics } else { Vec::new() },
    })
}

fn metric(world: &World, entry: &WeighIn, previous: Option<&WeighIn>) -> Value {
    // Garmin subtracts kilograms, hence the dust behind the point.
    let kilograms = |weigh_in: &WeighIn| float(weigh_in.grams) / 1000.0;
    let delta = previous.map(|previous| (kilograms(entry) - kilograms(previous)) * 1000.0);
    let local = world.athlete.local(entry.at, entry.date).datetime();
    merged([
        json!({
            "samplePk": entry.pk,
            "date": local_millis(local),
            "calendarDate": entry.date.to_string(),
            "sourceType": if entry.body.is_some() { "INDEX_SCALE" } else { "MANUAL" },
            "timestampGMT": entry.at.as_millisecond(),
            "weightDelta": delta,
        }),
        composition(
            Some(float(entry.grams)),
            entry.body.map(|body| (body, entry.bmi())),
        ),
    ])
}

/// What entries and averages have in common; a typed-in weight is all there is to it.
fn composition(grams: Option<f64>, body: Option<(Body, f64)>) -> Value {
    json!({
        "weight": grams,
        "bmi": body.map(|(_, bmi)| bmi),
        "bodyFat": body.map(|(body, _)| body.fat),
        "bodyWater": body.map(|(body, _)| body.water),
        "boneMass": body.map(|(body, _)| body.bone),
        "muscleMass": body.map(|(body, _)| body.muscle),
        "physiqueRating": null,
        "visceralFat": null,
        "metabolicAge": null,
    })
}

/// Of the latest entry of each day, from midnight to midnight of the whole request.
fn average(ask: &Ask<'_>, latest: &[WeighIn]) -> Value {
    let mean = |values: Vec<f64>| {
        let count = i64::try_from(values.len()).unwrap_or(0);
        (count > 0).then(|| values.iter().sum::<f64>() / float(count))
    };
    let of_bodies = |value: fn(&Body) -> f64| {
        mean(
            latest
                .iter()
                .filter_map(|entry| entry.body.as_ref())
                .map(value)
                .collect(),
        )
    };
    let grams = mean(latest.iter().map(|entry| float(entry.grams)).collect());
    let bmi = mean(
        latest
            .iter()
            .filter(|entry| entry.body.is_some())
            .map(WeighIn::bmi)
            .collect(),
    );
    let tenth = |value: f64| (value * 10.0).round() / 10.0;
    let body = of_bodies(|body| body.fat).zip(bmi).map(|(fat, bmi)| {
        let whole = |value: fn(&Body) -> f64| of_bodies(value).map_or(0, round);
        let body = Body {
            fat: tenth(fat),
            water: tenth(of_bodies(|body| body.water).unwrap_or_default()),
            bone: whole(|body| float(body.bone)),
            muscle: whole(|body| float(body.muscle)),
        };
        (body, tenth(bmi))
    });
    let midnight = |date: Date| local_millis(date.to_datetime(Time::midnight()));
    merged([
        json!({ "from": midnight(ask.first), "until": midnight(plus_days(ask.last, 1)) - 1 }),
        composition(grams, body),
    ])
}

/// The entry before or after the span, without a difference; an object of nulls if there is none.
fn neighbour(world: &World, entry: Option<&WeighIn>) -> Value {
    let template = WeighIn {
        pk: 0,
        at: jiff::Timestamp::UNIX_EPOCH,
        date: Date::ZERO,
        grams: 0,
        body: None,
    };
    entry.map_or_else(
        || all_null_but(metric(world, &template, None), &[]),
        |entry| metric(world, entry, None),
    )
}

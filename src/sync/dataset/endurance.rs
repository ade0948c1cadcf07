//! Endurance score: the mean of each week by range, the score of a day by day
//! (`protocol.md` 9.5.15, 10.2).
//!
//! Garmin counts weeks back from the last day asked for: both recorded ranges
//! run from a weekday to the same weekday 84 days later, and their weeks *end* on it
//! (`recordings/NOTES.md` says "start"; the keys say otherwise). Asked as they
//! come, the weeks of two runs would overlap, and the first one would be the
//! mean of its last day only. So whole weeks from Monday to Sunday are asked for.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::{
    Ask, Call, Part, Reading, Route, Row, Unread, Window, document,
    shapes::{is_of_form, one_or_items},
    unread,
};
use crate::{
    central_db::{
        RowChange, WriteMode,
        rows::endurance::{DayContributor, EnduranceDay, EnduranceWeek, WeekContributor},
        table::{self, Cell, Listed, Stamp, TableRow},
    },
    domain::{
        dates::{DateSpan, back, forward},
        session::Lane,
    },
    garmin::{
        error::GarminError,
        wire::{fields::Fields, graphql},
    },
};

const SCALAR: &str = "enduranceScoreScalar";

/// Twelve weeks are recorded; 52 are what "365 days" of the other scalars would be.
const WEEKS: Window = Window::growing(12 * 7, 52 * 7).in_weeks();

/// The score of today, beside the weeks that are over.
const TODAY: Part = DAY.only_recent(1);

const DAY: Part = Part::day("endurance.day", ask_day, read_day);

pub(super) const ROUTES: &[Route] = &[
    Route {
        lane: Lane::Connect,
        parts: &[
            TODAY,
            Part::range("endurance.graphql", WEEKS, ask_scalar, read_scalar),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[
            TODAY,
            Part::range("endurance.range", WEEKS, ask_range, read_range),
        ],
    },
    Route {
        lane: Lane::Connect,
        parts: &[DAY],
    },
];

fn ask_scalar(ask: &Ask<'_>) -> Call {
    Call::scalar(SCALAR, whole_weeks(ask), ", aggregation:\"weekly\"")
}

fn ask_range(ask: &Ask<'_>) -> Call {
    Call::get_range(
        "/metrics-service/metrics/endurancescore/stats",
        whole_weeks(ask),
        &[("aggregation", "weekly")],
    )
}

fn ask_day(ask: &Ask<'_>) -> Call {
    Call::get(
        "/metrics-service/metrics/endurancescore",
        &[("calendarDate", &ask.span.last().to_string())],
    )
}

/// The weeks that the span touches and that are over today; when there is none
/// such, the one before.
fn whole_weeks(ask: &Ask<'_>) -> DateSpan {
    let since_monday = |day: Date| u32::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    let (first, last) = (ask.span.first(), ask.span.last());
    let (first, sunday) = (
        back(first, since_monday(first)),
        forward(last, 6 - since_monday(last)),
    );
    let last = if sunday > ask.today {
        back(sunday, 7)
    } else {
        sunday
    };
    DateSpan::new(first, last).unwrap_or_else(|| DateSpan::ending(last, 7))
}

fn read_scalar(body: &[u8]) -> Result<Reading, GarminError> {
    weeks(graphql::scalar(body, SCALAR)?)
}

fn read_range(body: &[u8]) -> Result<Reading, GarminError> {
    weeks(document(body)?)
}

fn read_day(body: &[u8]) -> Result<Reading, GarminError> {
    Ok(Reading::of_items(
        &one_or_items(document(body)?, &["overallScore", "calendarDate"])?,
        day,
    ))
}

/// Weeks in a map by their first day. The score of the range's last day stands
/// beside them and is left there: which days had a row would depend on how the
/// history happened to be cut into requests.
fn weeks(mut range: Value) -> Result<Reading, GarminError> {
    is_of_form(&range, &["groupMap", "startDate", "avg", "max"])?;
    let items: Vec<_> = match range.get_mut("groupMap").map(Value::take) {
        Some(Value::Object(weeks)) => weeks
            .into_iter()
            .filter(|(first, _)| is_whole(first, &range))
            .map(|(first, group)| json!({"first": first, "week": group}))
            .collect(),
        None | Some(Value::Null) => Vec::new(),
        Some(_) => return Err(GarminError::Unreadable("weeks in no map".to_owned())),
    };
    Ok(Reading::of_items(&items, week))
}

/// Whether all of a week lies in the range that was answered; of a part the
/// mean is another number.
fn is_whole(first: &str, range: &Value) -> bool {
    let Some((f, first)) = Fields::of(range).zip(first.parse().ok()) else {
        return true;
    };
    f.day("startDate").is_none_or(|start| first >= start)
        && f.day("endDate").is_none_or(|end| forward(first, 6) <= end)
}

fn week(item: &Value, odd: &mut Vec<String>) -> Result<Option<Week>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a week that is no object"))?;
    let has_score = f
        .measured("week/groupAverage")
        .or(f.measured("week/groupMax"));
    if has_score.is_none() {
        return Ok(None);
    }
    let week_on = f
        .day("first")
        .ok_or_else(|| unread(None, "a week without a date"))?;
    let shares = shares(f.value("week/enduranceContributorDTOList"), odd);
    let week = Week {
        score: EnduranceWeek {
            week_on,
            average_score: f.measured("week/groupAverage"),
            highest_score: f.measured("week/groupMax"),
        },
        shares: shares
            .map(|share| WeekContributor {
                week_on,
                kind: share.kind.to_owned(),
                number: share.number,
                share_percent: share.percent,
            })
            .collect(),
    };
    odd.extend(f.odd());
    Ok(Some(week))
}

/// The score of a day. It may be older than the day asked for: it counts for its own.
fn day(item: &Value, odd: &mut Vec<String>) -> Result<Option<Day>, Unread> {
    let f = Fields::of(item).ok_or_else(|| unread(None, "a score that is no object"))?;
    if f.measured("overallScore").is_none() {
        return Ok(None);
    }
    let day_on = f
        .day("calendarDate")
        .ok_or_else(|| unread(None, "a score without a date"))?;
    let limit = |level: &str| f.measured(&format!("classificationLowerLimit{level}"));
    let shares = shares(f.value("contributors"), odd);
    let day = Day {
        score: EnduranceDay {
            day_on,
            score: f.measured("overallScore"),
            classification: f.int("classification"),
            feedback: f.int("feedbackPhrase"),
            gauge_from: f.reading("gaugeLowerLimit"),
            intermediate_from: limit("Intermediate"),
            trained_from: limit("Trained"),
            well_trained_from: limit("WellTrained"),
            expert_from: limit("Expert"),
            superior_from: limit("Superior"),
            elite_from: limit("Elite"),
            gauge_to: f.measured("gaugeUpperLimit"),
            device_id: f.int("deviceId"),
        },
        shares: shares
            .map(|share| DayContributor {
                day_on,
                kind: share.kind.to_owned(),
                number: share.number,
                share_percent: share.percent,
            })
            .collect(),
    };
    odd.extend(f.odd());
    Ok(Some(day))
}

/// A score and what it is made of.
#[derive(Debug)]
struct Made<R, C> {
    score: R,
    shares: Vec<C>,
}

type Week = Made<EnduranceWeek, WeekContributor>;
type Day = Made<EnduranceDay, DayContributor>;

/// A recalculated score may have lost a contributor; the shares of the others
/// would then add up to more than all of it.
impl<R: TableRow, C: TableRow> Row for Made<R, C> {
    fn table(&self) -> &'static str {
        R::TABLE
    }

    fn day(&self) -> Option<Date> {
        self.score.day()
    }

    fn days(&self) -> Option<DateSpan> {
        Row::days(&self.score)
    }

    fn key(&self) -> Vec<Cell> {
        self.score.key()
    }

    fn is_hollow(&self) -> bool {
        Row::is_hollow(&self.score) && self.shares.is_empty()
    }

    fn store(&self, db: &Connection, stamp: Stamp) -> rusqlite::Result<RowChange> {
        let change = table::store(db, stamp, &self.score)?;
        let mut is_same = change == RowChange::Same;
        for share in &self.shares {
            is_same &= table::store(db, stamp, share)? == RowChange::Same;
        }
        let seen: Vec<_> = self.shares.iter().map(TableRow::key).collect();
        let days = C::DAY.zip(self.score.day().map(DateSpan::day));
        // Without a list there is nothing to be missed from it.
        if stamp.mode == WriteMode::Merge && days.is_some() && !seen.is_empty() {
            let listed = Listed {
                table: C::TABLE,
                days,
                spared: &BTreeSet::new(),
                among: "1",
                seen: &seen,
            };
            is_same &= table::mark_gone(db, stamp.account, &listed, stamp.now)?.rows == 0;
        }
        Ok(match change {
            RowChange::Same if !is_same => RowChange::Changed,
            change => change,
        })
    }
}

struct Share {
    kind: &'static str,
    number: i64,
    percent: f64,
}

/// Each names either an activity type or a group of them, the other is null. A bad
/// one is noted: the score stands without it.
fn shares(list: Option<&Value>, odd: &mut Vec<String>) -> impl Iterator<Item = Share> {
    let mut out = Vec::new();
    for item in list.and_then(Value::as_array).into_iter().flatten() {
        let Some(f) = Fields::of(item) else {
            odd.push("contributors".to_owned());
            continue;
        };
        let named = [("activity_type", "activityTypeId"), ("group", "group")]
            .into_iter()
            .find_map(|(kind, field)| Some((kind, f.int(field)?)));
        if let Some(((kind, number), percent)) = named.zip(f.reading_f("contribution")) {
            out.push(Share {
                kind,
                number,
                percent,
            });
        }
        odd.extend(f.odd());
    }
    out.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::dataset::testing;

    #[test]
    fn weeks_are_asked_whole_and_from_monday() {
        let weeks = |first, last| whole_weeks(&testing::ask(first, last)).to_string();
        // A Wednesday twelve weeks ago to a Tuesday: as many days, from Monday to Sunday.
        assert_eq!(weeks("2026-08-26", "2026-11-17"), "2026-08-24 … 2026-11-15");
        assert_eq!(weeks("2026-11-09", "2026-11-15"), "2026-11-09 … 2026-11-15");
        assert_eq!(weeks("2026-11-15", "2026-11-16"), "2026-11-09 … 2026-11-15");
        // In the midst of a week: the one before it.
        assert_eq!(weeks("2026-11-17", "2026-11-18"), "2026-11-09 … 2026-11-15");
        let most = testing::ask("2026-08-30", "2026-11-21");
        assert_eq!((most.span.len(), whole_weeks(&most).len()), (84, 84));
        // A part of a week that is over today.
        let part = Ask {
            today: most.today,
            ..testing::ask("2026-11-09", "2026-11-10")
        };
        let week = whole_weeks(&part).to_string();
        assert_eq!(week, "2026-11-09 … 2026-11-15");
        let call = ask_scalar(&testing::ask("2026-11-09", "2026-11-15")).to_string();
        let arguments = "startDate:\"2026-11-09\", endDate:\"2026-11-15\", aggregation:\"weekly\"";
        assert_eq!(call, format!("query{{{SCALAR}({arguments})}}"));
    }

    fn range() -> Value {
        json!({
            "startDate": "2026-11-02", "endDate": "2026-11-15", "avg": 5400, "max": 5500,
            "groupMap": {
                "2026-10-27": {"groupAverage": 5000, "groupMax": 5000, "enduranceContributorDTOList": []},
                "2026-11-02": {"groupAverage": 5408, "groupMax": "5441", "enduranceContributorDTOList": [
                    {"activityTypeId": null, "group": 0, "contribution": 13.5}, {"activityTypeId": 3, "group": null, "contribution": 86.5}, 7]},
                "2026-11-09": {"groupAverage": null, "groupMax": null, "enduranceContributorDTOList": null},
            },
            "enduranceScoreDTO": {"calendarDate": "2026-11-12", "overallScore": 5451, "classification": 2,
                "classificationLowerLimitTrained": 5700, "contributors": [{"activityTypeId": null, "group": 8, "contribution": 100.0}]},
        })
    }

    #[test]
    fn a_map_of_weeks_and_a_day_under_its_own_date() {
        let scalar = json!({"data": {SCALAR: range()}}).to_string();
        let rest = read_range(range().to_string().as_bytes()).unwrap();
        assert_eq!(rest.odd, ["contributors"]);
        let days: Vec<_> = rest.rows.iter().filter_map(|row| row.days()).collect();
        assert_eq!(
            days,
            [testing::ask("2026-11-02", "2026-11-08").span],
            "a week speaks for all of its days"
        );
        let score = range()["enduranceScoreDTO"].to_string();
        let readings = [
            rest,
            read_scalar(scalar.as_bytes()).unwrap(),
            read_day(score.as_bytes()).unwrap(),
        ];
        let kept = |sql| testing::kept(&readings, sql);
        assert_eq!(
            kept("SELECT * FROM v_endurance"),
            ["ada|2026-11-02|5408|5441"],
            "the part of a week before the range is left out"
        );
        assert_eq!(
            kept("SELECT week_on, kind, number, share_percent FROM v_endurance_week_contributor"),
            ["2026-11-02|activity_type|3|86.5", "2026-11-02|group|0|13.5"]
        );
        assert_eq!(
            kept("SELECT day_on, score, trained_from, elite_from FROM v_endurance_day"),
            ["2026-11-12|5451|5700|"]
        );
        assert_eq!(
            kept("SELECT day_on, kind, number FROM v_endurance_day_contributor"),
            ["2026-11-12|group|8"]
        );
    }

    #[test]
    fn a_contributor_that_is_no_more_is_marked_and_others_stay() {
        let read = |shares: Value| {
            let mut body = range();
            body["groupMap"]["2026-11-02"]["enduranceContributorDTOList"] = shares;
            read_range(body.to_string().as_bytes()).unwrap()
        };
        let fixture = testing::store(&[
            read(json!([{"group": 0, "contribution": 40.0}, {"group": 1, "contribution": 60.0}])),
            read(json!([{"group": 1, "contribution": 100.0}])),
            read(json!(null)),
        ]);
        assert_eq!(
            testing::lines(
                &fixture.connection,
                "SELECT number, share_percent FROM v_endurance_week_contributor"
            ),
            ["1|100"]
        );
    }

    #[test]
    fn every_form_of_no_data_is_no_row() {
        let nulls = "{\"groupMap\":null,\"enduranceScoreDTO\":null,\"avg\":null}";
        let empty = "{\"groupMap\":{},\"enduranceScoreDTO\":{\"overallScore\":null}}";
        testing::reads_nothing_from(read_range, &[nulls, empty]);
        testing::reads_nothing_from(read_day, &["{\"overallScore\":null}"]);
    }
}

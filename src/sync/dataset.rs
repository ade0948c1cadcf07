//! The registry of datasets. A new one is a file beside `daily` and a line in
//! [`source`].
//!
//! A dataset names the routes by which it can be fetched, best first, and one
//! mapper per shape. Rows look the same whichever route brought them.

mod activities;
mod blood_pressure;
mod body_battery;
mod daily;
mod day_summary;
mod devices;
mod endurance;
mod fitness_age;
mod gear;
mod health_status;
mod hill;
mod hrv;
mod hydration;
mod profile;
mod race_predictions;
mod readiness;
mod records;
mod settings;
mod shapes;
mod sleep;
#[cfg(test)]
mod testing;
mod thresholds;
mod training_status;
mod vo2max;
mod weight;
mod zones;

pub use activities::{DETAIL_ENDPOINT, activity_detail, leg, legs_of};

use std::fmt;

use jiff::civil::Date;
use rusqlite::{Connection, types::Value as SqlValue};
use serde_json::Value;

use crate::{
    central_db::{
        RowChange,
        table::{self, Cell, Stamp, TableRow},
    },
    domain::{
        dataset::Dataset,
        dates::{DateSpan, forward},
        session::Lane,
    },
    garmin::{
        error::GarminError,
        wire::{json, percent::encode},
    },
};

/// The routes of a dataset, best first. A refused route gives way to the next.
pub fn source(dataset: Dataset) -> &'static [Route] {
    match dataset {
        Dataset::Activities => activities::ROUTES,
        Dataset::Daily => daily::ROUTES,
        Dataset::Sleep => sleep::ROUTES,
        Dataset::Hrv => hrv::ROUTES,
        Dataset::BodyBattery => body_battery::ROUTES,
        Dataset::Weight => weight::ROUTES,
        Dataset::BloodPressure => blood_pressure::ROUTES,
        Dataset::Hydration => hydration::ROUTES,
        Dataset::Readiness => readiness::ROUTES,
        Dataset::TrainingStatus => training_status::ROUTES,
        Dataset::Vo2max => vo2max::ROUTES,
        Dataset::RacePredictions => race_predictions::ROUTES,
        Dataset::Endurance => endurance::ROUTES,
        Dataset::Hill => hill::ROUTES,
        Dataset::FitnessAge => fitness_age::ROUTES,
        Dataset::Thresholds => thresholds::ROUTES,
        Dataset::HealthStatus => health_status::ROUTES,
        Dataset::Profile => profile::ROUTES,
        Dataset::Settings => settings::ROUTES,
        Dataset::Devices => devices::ROUTES,
        Dataset::Gear => gear::ROUTES,
        Dataset::Records => records::ROUTES,
        Dataset::Zones => zones::ROUTES,
    }
}

/// Whatever reads an answer of a dataset: the parts of its routes, and what is
/// asked for single items beside them.
pub fn readers(dataset: Dataset) -> impl Iterator<Item = &'static Part> {
    let beside: &[Part] = match dataset {
        Dataset::Activities => &[activities::DETAIL],
        _ => &[],
    };
    source(dataset)
        .iter()
        .flat_map(|route| route.parts)
        .chain(beside)
}

/// One way to get a dataset: over one lane, with one request for each window of
/// days, or with several where Garmin spreads the data over endpoints.
#[derive(Debug)]
pub struct Route {
    pub lane: Lane,
    /// In the order of asking. The last one decides the coverage of its days;
    /// the ones before it fill in columns, or tables beside the main one.
    pub parts: &'static [Part],
}

/// One endpoint of a route.
#[derive(Debug)]
pub struct Part {
    /// Short stable name, for plan, tasks and log.
    pub endpoint: &'static str,
    pub window: Window,
    /// How many days back a day may still change and stays open (`protocol.md` 11.4).
    pub settles_after: u32,
    /// Rows one page may bring; `None`: the answer is always whole.
    pub page: Option<u32>,
    /// Asked only for this many days up to today; `None`: for all.
    pub only_recent: Option<u32>,
    /// Asked once for each day, after it has ended, and for no older ones.
    pub only_ended: bool,
    /// Fills in columns that the day is complete without: a failure costs them
    /// and no more.
    pub is_optional: bool,
    /// Its days lack columns that the routes before it bring.
    pub is_thin: bool,
    /// The table whose rows the answer lists completely: what is missing was deleted.
    pub lists: Option<Lists>,
    pub ask: fn(&Ask<'_>) -> Call,
    pub read: fn(&[u8]) -> Result<Reading, GarminError>,
}

/// How many days one request may span (`protocol.md` 9.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Known to work; where asking begins.
    pub safe: u32,
    /// Claimed to work; reached by doubling what worked.
    pub most: u32,
    /// Weeks are asked for, which no two requests may share.
    pub from_mondays: bool,
    /// Months are asked for, by one day of each.
    pub by_month: bool,
}

impl Window {
    /// A limit that is known: one day more is refused.
    pub const fn of(days: u32) -> Self {
        Self::growing(days, days)
    }

    /// `safe` days were seen to work, `most` are claimed or unknown.
    pub const fn growing(safe: u32, most: u32) -> Self {
        Self {
            safe,
            most,
            from_mondays: false,
            by_month: false,
        }
    }

    #[must_use]
    const fn in_weeks(mut self) -> Self {
        self.from_mondays = true;
        self
    }

    /// A value that changes slowly and is given day by day: one day stands for its month.
    pub const MONTH: Self = Self {
        safe: 31,
        most: 31,
        from_mondays: false,
        by_month: true,
    };

    /// No limit on days: all of anybody's history in one request.
    pub const UNLIMITED: Self = Self::of(36_500);
}

/// A table that an answer lists completely.
#[derive(Clone, Copy, Debug)]
pub struct Lists {
    pub table: &'static str,
    /// The column of the day; `None`: the answer lists the whole table.
    pub day: Option<&'static str>,
    /// What else holds for the rows that it lists, in SQL.
    pub among: &'static str,
}

impl Part {
    /// A range of days in one request. Its days are read again for a week.
    pub const fn range(
        endpoint: &'static str,
        window: Window,
        ask: fn(&Ask<'_>) -> Call,
        read: fn(&[u8]) -> Result<Reading, GarminError>,
    ) -> Self {
        Self {
            endpoint,
            window,
            settles_after: 7,
            page: None,
            only_recent: None,
            only_ended: false,
            is_optional: false,
            is_thin: false,
            lists: None,
            ask,
            read,
        }
    }

    /// One day in one request. Its days are read again for three days.
    pub const fn day(
        endpoint: &'static str,
        ask: fn(&Ask<'_>) -> Call,
        read: fn(&[u8]) -> Result<Reading, GarminError>,
    ) -> Self {
        let mut part = Self::range(endpoint, Window::of(1), ask, read);
        part.settles_after = 3;
        part
    }

    /// What is true now, whatever the day.
    pub const fn snapshot(
        endpoint: &'static str,
        ask: fn(&Ask<'_>) -> Call,
        read: fn(&[u8]) -> Result<Reading, GarminError>,
    ) -> Self {
        Self::range(endpoint, Window::of(1), ask, read)
    }

    /// Whether it is asked by GraphQL, where several may share a request.
    pub fn is_graphql(&self) -> bool {
        let ask = Ask {
            span: DateSpan::day(Date::ZERO),
            today: Date::ZERO,
            start: 0,
            display_name: None,
            user_id: None,
        };
        matches!((self.ask)(&ask), Call::GraphQl { .. })
    }

    #[must_use]
    pub const fn in_pages_of(mut self, rows: u32) -> Self {
        self.page = Some(rows);
        self
    }

    #[must_use]
    pub const fn only_recent(mut self, days: u32) -> Self {
        self.only_recent = Some(days);
        self
    }

    #[must_use]
    pub const fn only_ended(mut self) -> Self {
        self.only_ended = true;
        self
    }

    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.is_optional = true;
        self
    }

    #[must_use]
    pub const fn thin(mut self) -> Self {
        self.is_thin = true;
        self
    }

    /// Whether it is asked for every day, however old.
    pub const fn is_for_all_days(&self) -> bool {
        self.only_recent.is_none() && !self.only_ended
    }

    #[must_use]
    pub const fn lists<R: TableRow>(self) -> Self {
        self.lists_among::<R>("1")
    }

    /// [`Self::lists`] of the rows for which `among` holds, in SQL.
    #[must_use]
    pub const fn lists_among<R: TableRow>(mut self, among: &'static str) -> Self {
        self.lists = Some(Lists {
            table: R::TABLE,
            day: R::DAY,
            among,
        });
        self
    }
}

/// What to put into a request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub span: DateSpan,
    /// The account's today.
    pub today: Date,
    /// Rows to skip, on routes with pages.
    pub start: u32,
    /// May be unknown on brand-new profiles; name-less routes exist for that.
    pub display_name: Option<&'a str>,
    /// Garmin's `profileId`; unknown until a sign-in over the connect lane was validated.
    pub user_id: Option<&'a str>,
}

/// A request in the making. Its text is also the payload's key, so it must be
/// the same whenever the same is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    Get {
        path: String,
        query: Vec<(&'static str, String)>,
    },
    /// A GraphQL scalar with its arguments inline. Several may share a request.
    GraphQl {
        scalar: &'static str,
        arguments: String,
    },
}

impl Call {
    /// A REST call.
    fn get(path: impl Into<String>, query: &[(&'static str, &str)]) -> Self {
        Self::Get {
            path: path.into(),
            query: query
                .iter()
                .map(|&(name, value)| (name, value.to_owned()))
                .collect(),
        }
    }

    /// `…?startDate=…&endDate=…`, and what else there is to say.
    fn get_range(path: &str, span: DateSpan, more: &[(&'static str, &str)]) -> Self {
        let (first, last) = (span.first().to_string(), span.last().to_string());
        let mut query = vec![("startDate", first.as_str()), ("endDate", last.as_str())];
        query.extend(more);
        Self::get(path, &query)
    }

    /// `…/{first}/{last}`.
    fn get_path_range(path: &str, span: DateSpan, query: &[(&'static str, &str)]) -> Self {
        Self::get(format!("{path}/{}/{}", span.first(), span.last()), query)
    }

    /// A scalar of a range of days; `more` is appended to its arguments as it stands.
    fn scalar(scalar: &'static str, span: DateSpan, more: &str) -> Self {
        let (first, last) = (span.first(), span.last());
        Self::GraphQl {
            scalar,
            arguments: format!("startDate:\"{first}\", endDate:\"{last}\"{more}"),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Get { path, query } => {
                f.write_str(path)?;
                query.iter().enumerate().try_for_each(|(n, (name, value))| {
                    write!(f, "{}{name}={value}", if n == 0 { '?' } else { '&' })
                })
            }
            Self::GraphQl { scalar, arguments } => write!(f, "query{{{scalar}({arguments})}}"),
        }
    }
}

/// What a body held.
#[derive(Debug, Default)]
pub struct Reading {
    pub rows: Vec<Box<dyn Row>>,
    /// Items on the page, read or not: decides whether there may be more.
    pub items: u32,
    /// Items that could not be read at all, with the day if that much was clear.
    pub unread: Vec<Unread>,
    /// Fields that were there in a form nobody knows, by name.
    pub odd: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub day: Option<Date>,
    pub why: String,
}

/// One typed row on its way into CentralDB, whatever its table.
pub trait Row: fmt::Debug + Send {
    fn table(&self) -> &'static str;
    /// The day it counts for; `None`: it is about now.
    fn day(&self) -> Option<Date>;
    /// The days it speaks for, that day the first of them.
    fn days(&self) -> Option<DateSpan> {
        self.day().map(DateSpan::day)
    }
    fn key(&self) -> Vec<Cell>;
    /// Whether it says nothing: an item that had a date and no reading.
    fn is_hollow(&self) -> bool;
    fn store(&self, db: &Connection, stamp: Stamp) -> rusqlite::Result<RowChange>;
}

impl<R: TableRow> Row for R {
    fn table(&self) -> &'static str {
        R::TABLE
    }

    fn day(&self) -> Option<Date> {
        TableRow::day(self)
    }

    fn days(&self) -> Option<DateSpan> {
        let first = TableRow::day(self)?;
        DateSpan::new(first, forward(first, R::DAYS - 1))
    }

    fn key(&self) -> Vec<Cell> {
        TableRow::key(self)
    }

    fn is_hollow(&self) -> bool {
        let values = self.values();
        !values.is_empty() && values.iter().all(|(_, value)| *value == SqlValue::Null)
    }

    fn store(&self, db: &Connection, stamp: Stamp) -> rusqlite::Result<RowChange> {
        table::store(db, stamp, self)
    }
}

/// What one item can become: a row, none, or several of several tables.
trait IntoRows {
    fn add_to(self, rows: &mut Vec<Box<dyn Row>>);
}

impl<R: Row + 'static> IntoRows for Option<R> {
    fn add_to(self, rows: &mut Vec<Box<dyn Row>>) {
        rows.extend(self.map(|row| Box::new(row) as Box<dyn Row>));
    }
}

impl IntoRows for Vec<Box<dyn Row>> {
    fn add_to(self, rows: &mut Vec<Box<dyn Row>>) {
        rows.extend(self);
    }
}

impl Reading {
    /// Reads a list item by item; one bad item costs only itself. `read` gives
    /// nothing for an item that says "nothing was recorded".
    fn of_items<R: IntoRows>(
        items: &[Value],
        read: impl Fn(&Value, &mut Vec<String>) -> Result<R, Unread>,
    ) -> Self {
        let mut reading = Self {
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        for item in items.iter().filter(|item| !item.is_null()) {
            if let Some(why) = json::error_in(item) {
                reading.unread.push(unread(None, &why));
                continue;
            }
            match read(item, &mut reading.odd) {
                Ok(found) => found.add_to(&mut reading.rows),
                Err(unread) => reading.unread.push(unread),
            }
        }
        reading.rows.retain(|row| !row.is_hollow());
        reading.odd.sort();
        reading.odd.dedup();
        reading
    }
}

/// The document in a REST body; an empty body is "no data" (`recordings/NOTES.md` rule 2).
fn document(body: &[u8]) -> Result<Value, GarminError> {
    let document = json::parse(body)?;
    match json::error_in(&document) {
        Some(why) => Err(GarminError::Unreadable(why)),
        None => Ok(document),
    }
}

/// The items of a list in any of its forms: `[…]`, null, `{}`.
fn items(value: Value) -> Result<Vec<Value>, GarminError> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        Value::Object(object) if object.is_empty() => Ok(Vec::new()),
        _ => Err(GarminError::Unreadable("not a list".to_owned())),
    }
}

fn unread(day: Option<Date>, why: &str) -> Unread {
    Unread {
        day,
        why: why.to_owned(),
    }
}

/// A display name as one path segment; without one, the name-less form (`protocol.md` 9.2).
fn segment(display_name: Option<&str>) -> String {
    encode(display_name.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reader, with the scalar that a GraphQL answer is wrapped in.
    fn readers_and_scalars() -> impl Iterator<Item = (&'static Part, Option<&'static str>)> {
        Dataset::ALL.into_iter().flat_map(readers).map(|part| {
            let scalar = match (part.ask)(&testing::ask("2026-10-01", "2026-10-02")) {
                Call::GraphQl { scalar, .. } => Some(scalar),
                Call::Get { .. } => None,
            };
            (part, scalar)
        })
    }

    #[test]
    fn an_error_inside_a_200_is_a_failure_for_every_dataset() {
        let documents = [
            "{\"message\":\"HTTP 404 Not Found\",\"error\":\"NotFoundException\"}",
            "{\"message\":null,\"error\":\"NullPointerException\"}",
            "{\"clientMessage\":\"no\",\"errorId\":\"7f\"}",
            "{\"errorId\":\"7f\"}",
            "{\"message\":\"try later\"}",
            "{\"status\":500,\"title\":\"Internal Server Error\"}",
            "{\"timestamp\":\"2026-10-01T00:00:00\",\"status\":503,\"error\":\"Service Unavailable\",\"path\":\"/x\"}",
            "[{\"message\":\"no\",\"error\":\"BadRequestException\"}]",
            "{\"nobody\":\"knows\",\"this\":{\"form\":1}}",
            "<html><body>503</body></html>",
            "Service Unavailable",
            "\"maintenance\"",
            "42",
            "true",
        ];
        for (part, scalar) in readers_and_scalars() {
            for document in documents {
                let wrapped = scalar.map(|name| format!("{{\"data\":{{\"{name}\":{document}}}}}"));
                for body in [Some(document.to_owned()), wrapped].into_iter().flatten() {
                    let is_told = match (part.read)(body.as_bytes()) {
                        Ok(reading) => !reading.unread.is_empty() && reading.rows.is_empty(),
                        Err(_) => true,
                    };
                    assert!(is_told, "{}: {body}", part.endpoint);
                }
            }
        }
    }
}

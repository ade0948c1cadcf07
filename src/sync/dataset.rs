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
mod reading;
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

use reading::{InUtc, unread};
pub use reading::{Reading, Row, Unread};

pub use activities::{DETAIL_ENDPOINT, activity_detail, leg, legs_of};

use std::fmt;

use jiff::{Zoned, civil::Date};
use serde_json::Value;

use crate::{
    central_db::table::TableRow,
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

/// A day further ahead than this is a mistake: of the watch's clock, or of ours.
const FUTURE_DAYS: u32 = 7;

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

    /// Reads an answer as of `now`, in the account's zone: rows that only have a
    /// UTC time get their day, and what is dated far ahead becomes no row.
    pub fn reading(&self, body: &[u8], now: &Zoned) -> Result<Reading, GarminError> {
        let mut reading = (self.read)(body)?;
        let last = forward(now.date(), FUTURE_DAYS);
        for row in &mut reading.rows {
            row.locate(now.time_zone());
        }
        let (rows, ahead): (Vec<_>, Vec<_>) = reading
            .rows
            .into_iter()
            .partition(|row| row.day().is_none_or(|day| day <= last));
        reading.rows = rows;
        let ahead = ahead.into_iter().map(|row| {
            let day = row.day().unwrap_or(last);
            Unread {
                row: Some((row.table(), row.key())),
                ..unread(None, &format!("it is dated {day}, far in the future"))
            }
        });
        reading.unread.extend(ahead);
        Ok(reading)
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

/// A display name as one path segment; without one, the name-less form (`protocol.md` 9.2).
fn segment(display_name: Option<&str>) -> String {
    encode(display_name.unwrap_or_default())
}

//! What an answer held: rows, and items that could not be read.

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use rusqlite::{Connection, types::Value as SqlValue};
use serde_json::Value;

use crate::{
    central_db::{
        RowChange,
        table::{self, Cell, Stamp, TableRow},
    },
    domain::dates::{DateSpan, forward},
    garmin::wire::json,
};

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

/// An item that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Its day, if that much was clear.
    pub day: Option<Date>,
    /// Table and key of its row, if that much was clear.
    pub row: Option<(&'static str, Vec<Cell>)>,
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
    /// Gives a row that only has a UTC time its day in `zone`.
    fn locate(&mut self, _zone: &TimeZone) {}
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

/// A row whose item told a UTC time only: its day depends on the account's zone.
#[derive(Debug)]
pub(super) struct InUtc<R> {
    pub(super) row: R,
    pub(super) at: Timestamp,
    pub(super) set_local: fn(&mut R, DateTime),
}

impl<R: TableRow> Row for InUtc<R> {
    fn table(&self) -> &'static str {
        R::TABLE
    }

    fn day(&self) -> Option<Date> {
        self.row.day()
    }

    fn days(&self) -> Option<DateSpan> {
        Row::days(&self.row)
    }

    fn key(&self) -> Vec<Cell> {
        self.row.key()
    }

    fn is_hollow(&self) -> bool {
        Row::is_hollow(&self.row)
    }

    fn locate(&mut self, zone: &TimeZone) {
        (self.set_local)(&mut self.row, zone.to_datetime(self.at));
    }

    fn store(&self, db: &Connection, stamp: Stamp) -> rusqlite::Result<RowChange> {
        table::store(db, stamp, &self.row)
    }
}

/// What one item can become: a row, none, or several of several tables.
pub(super) trait IntoRows {
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
    pub(super) fn of_items<R: IntoRows>(
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

pub(super) fn unread(day: Option<Date>, why: &str) -> Unread {
    Unread {
        day,
        row: None,
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        domain::dataset::Dataset,
        sync::dataset::{Call, Part, readers, testing},
    };

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
                        Ok(reading) => {
                            let is_noted = !reading.unread.is_empty() || !reading.odd.is_empty();
                            is_noted && reading.rows.is_empty()
                        }
                        Err(_) => true,
                    };
                    assert!(is_told, "{}: {body}", part.endpoint);
                }
            }
        }
    }
}

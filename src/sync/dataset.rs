//! The registry of datasets. A new one is a file beside [`daily`] and a line in
//! [`source`].
//!
//! A dataset names the routes by which it can be fetched, best first, and one
//! mapper per shape. Rows look the same whichever route brought them.

mod activities;
mod daily;
mod sleep;

use std::fmt;

use jiff::civil::Date;
use rusqlite::Connection;
use serde_json::Value;

use crate::{
    central_db::RowChange,
    domain::{account::AccountId, dataset::Dataset, dates::DateSpan, session::Lane},
    garmin::{error::GarminError, wire::percent::encode},
};

/// The routes of a dataset, best first. A refused route gives way to the next.
pub fn source(dataset: Dataset) -> &'static [Route] {
    match dataset {
        Dataset::Activities => activities::ROUTES,
        Dataset::Daily => daily::ROUTES,
        Dataset::Sleep => sleep::ROUTES,
    }
}

/// One way to ask Garmin for a dataset.
#[derive(Debug)]
pub struct Route {
    /// Short stable name, for plan, tasks and log.
    pub endpoint: &'static str,
    pub lane: Lane,
    /// The most days one request may span (`protocol.md` 9.4).
    pub max_days: u32,
    /// How many days back a day may still change and stays open (`protocol.md` 11.4).
    pub settles_after: u32,
    /// Rows one page may bring; `None`: the answer is always whole.
    pub page: Option<u32>,
    pub ask: fn(&Ask<'_>) -> Call,
    pub read: fn(&[u8]) -> Result<Reading, GarminError>,
}

/// What to put into a request.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    pub span: DateSpan,
    /// Rows to skip, on routes with pages.
    pub start: u32,
    /// May be unknown on brand-new profiles; name-less routes exist for that.
    pub display_name: Option<&'a str>,
}

/// A request in the making. Its text is also the payload's key, so it must be
/// the same whenever the same is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    Get {
        path: String,
        query: Vec<(&'static str, String)>,
    },
    GraphQl {
        query: String,
    },
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
            Self::GraphQl { query } => f.write_str(query),
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

/// One typed row on its way into CentralDB.
pub trait Row: fmt::Debug + Send {
    /// The day it counts for.
    fn day(&self) -> Date;
    fn store(
        &self,
        db: &Connection,
        account: AccountId,
        payload_id: i64,
    ) -> rusqlite::Result<RowChange>;
}

impl Reading {
    /// Reads a list item by item; one bad item costs only itself. `read` gives
    /// `Ok(None)` for an item that says "nothing was recorded".
    fn of_items<R: Row + 'static>(
        items: &[Value],
        read: impl Fn(&Value, &mut Vec<String>) -> Result<Option<R>, Unread>,
    ) -> Self {
        let mut reading = Self {
            items: u32::try_from(items.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        for item in items.iter().filter(|item| !item.is_null()) {
            match read(item, &mut reading.odd) {
                Ok(Some(row)) => reading.rows.push(Box::new(row)),
                Ok(None) => {}
                Err(unread) => reading.unread.push(unread),
            }
        }
        reading.odd.sort();
        reading.odd.dedup();
        reading
    }
}

/// The document in a REST body; an empty body is "no data" (`recordings/NOTES.md` rule 2).
fn document(body: &[u8]) -> Result<Value, GarminError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|_| GarminError::Unreadable("no JSON".to_owned()))
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

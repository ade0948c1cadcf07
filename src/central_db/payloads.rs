//! Table `payload`: raw answers, compressed, one per request.

use std::io::{Read, Write};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::{ms, timestamp, word};
use crate::domain::{account::AccountId, dataset::Dataset, session::Lane};

/// The largest body that any version kept.
const MAX_BODY: u64 = 64 << 20;

/// An answer on its way into CentralDB.
#[derive(Clone, Copy, Debug)]
pub struct NewPayload<'a> {
    pub account: AccountId,
    pub dataset: Dataset,
    pub lane: Lane,
    /// Which reader understands it.
    pub endpoint: &'a str,
    /// Endpoint and span: what to ask to get it again. Holds no secret.
    pub request: &'a str,
    pub fetched_at: Timestamp,
    pub status: u16,
    /// Whether its shape was understood.
    pub is_read: bool,
    pub body: &'a [u8],
}

/// Keeps the answer and returns its id. An answer equal to the stored one
/// changes nothing, so that a second run writes no row.
pub fn store(connection: &Connection, payload: &NewPayload<'_>) -> rusqlite::Result<i64> {
    let key = named_params! {
        ":account": payload.account.get(), ":dataset": payload.dataset.name(), ":request": payload.request,
    };
    let known: Option<(i64, Vec<u8>, u16, bool)> = connection
        .prepare_cached(
            "SELECT id, body, status, is_read FROM payload
             WHERE account = :account AND dataset = :dataset AND request = :request",
        )?
        .query_row(key, |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    if let Some((id, body, status, is_read)) = &known
        && *status == payload.status
        && *is_read == payload.is_read
        && inflate(body).is_ok_and(|body| body == payload.body)
    {
        return Ok(*id);
    }
    connection
        .prepare_cached(
            "INSERT INTO payload (account, dataset, lane, endpoint, request, fetched_at, status, is_read, body)
             VALUES (:account, :dataset, :lane, :endpoint, :request, :fetched_at, :status, :is_read, :body)
             ON CONFLICT (account, dataset, request) DO UPDATE SET lane = excluded.lane,
                 endpoint = excluded.endpoint, fetched_at = excluded.fetched_at, status = excluded.status, is_read = excluded.is_read,
                 body = excluded.body
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":account": payload.account.get(),
                ":dataset": payload.dataset.name(),
                ":lane": payload.lane.name(),
                ":endpoint": payload.endpoint,
                ":request": payload.request,
                ":fetched_at": ms(payload.fetched_at),
                ":status": payload.status,
                ":is_read": payload.is_read,
                ":body": deflate(payload.body),
            },
            |row| row.get(0),
        )
}

/// The body as received.
pub fn body(connection: &Connection, id: i64) -> rusqlite::Result<Vec<u8>> {
    let blob: Vec<u8> = connection
        .prepare_cached("SELECT body FROM payload WHERE id = :id")?
        .query_row(named_params! { ":id": id }, |row| row.get(0))?;
    inflate(&blob).map_err(|e| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(e))
    })
}

/// An answer as kept.
#[derive(Debug)]
pub struct Kept {
    pub id: i64,
    pub account: AccountId,
    pub dataset: Dataset,
    /// `None` for answers from before endpoints were noted.
    pub endpoint: Option<String>,
    pub fetched_at: Timestamp,
    pub body: Vec<u8>,
}

/// All answers, newest first.
pub fn ids_newest_first(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached("SELECT id FROM payload ORDER BY fetched_at DESC, id DESC")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// `None`: it is damaged, and cannot be read again.
///
/// # Errors
/// When the database itself fails.
pub fn kept(connection: &Connection, id: i64) -> rusqlite::Result<Option<Kept>> {
    match whole(connection, id) {
        Ok(kept) => Ok(Some(kept)),
        Err(
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..),
        ) => Ok(None),
        Err(error) => Err(error),
    }
}

fn whole(connection: &Connection, id: i64) -> rusqlite::Result<Kept> {
    let mut kept = connection
        .prepare_cached(
            "SELECT account, dataset, endpoint, fetched_at FROM payload WHERE id = :id",
        )?
        .query_row(named_params! { ":id": id }, |row| {
            Ok(Kept {
                id,
                account: AccountId::new(row.get("account")?),
                dataset: word(row, "dataset", |name| name.parse().ok())?,
                endpoint: row.get("endpoint")?,
                fetched_at: timestamp(row, "fetched_at")?,
                body: Vec::new(),
            })
        })?;
    kept.body = body(connection, id)?;
    Ok(kept)
}

/// Whether the present readers understand it.
pub fn set_is_read(connection: &Connection, id: i64, is_read: bool) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE payload SET is_read = :is_read WHERE id = :id AND is_read <> :is_read",
        )?
        .execute(named_params! { ":id": id, ":is_read": is_read })?;
    Ok(())
}

/// By which version of the readers the rows were read; `None`: not noted yet.
pub fn reader_version(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT version FROM reader")?
        .query_row([], |row| row.get(0))
        .optional()
}

pub fn set_reader_version(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO reader (id, version) VALUES (1, :version)")?
        .execute(named_params! { ":version": version })?;
    Ok(())
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    // Writing into a Vec cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

/// # Errors
/// When it is damaged: no zlib, cut off, or larger than any body that was kept.
fn inflate(blob: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    let read = ZlibDecoder::new(blob)
        .take(MAX_BODY + 1)
        .read_to_end(&mut body)?;
    if read as u64 > MAX_BODY {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::central_db::fixture;

    #[test]
    fn the_same_answer_again_writes_nothing() {
        let f = fixture::connection();
        let payload = NewPayload {
            account: f.account,
            dataset: Dataset::Daily,
            lane: Lane::Connect,
            endpoint: "daily.day",
            request: "daily 2026-01-01",
            fetched_at: Timestamp::UNIX_EPOCH,
            status: 200,
            is_read: true,
            body: b"{\"steps\":1}",
        };
        let id = store(&f.connection, &payload).unwrap();
        let before = f.connection.total_changes();
        assert_eq!(store(&f.connection, &payload).unwrap(), id);
        assert_eq!(f.connection.total_changes(), before);
        let changed = NewPayload {
            body: b"{\"steps\":2}",
            ..payload
        };
        assert_eq!(store(&f.connection, &changed).unwrap(), id);
        assert_eq!(body(&f.connection, id).unwrap(), b"{\"steps\":2}");
    }
}

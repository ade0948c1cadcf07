//! Table `payload`: raw answers, compressed, one per request.

use std::io::{Read, Write};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, named_params};

use super::convert::ms;
use crate::domain::{account::AccountId, dataset::Dataset, session::Lane};

/// An answer on its way into CentralDB.
#[derive(Clone, Copy, Debug)]
pub struct NewPayload<'a> {
    pub account: AccountId,
    pub dataset: Dataset,
    pub lane: Lane,
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
            "INSERT INTO payload (account, dataset, lane, request, fetched_at, status, is_read, body)
             VALUES (:account, :dataset, :lane, :request, :fetched_at, :status, :is_read, :body)
             ON CONFLICT (account, dataset, request) DO UPDATE SET lane = excluded.lane,
                 fetched_at = excluded.fetched_at, status = excluded.status, is_read = excluded.is_read,
                 body = excluded.body
             RETURNING id",
        )?
        .query_row(
            named_params! {
                ":account": payload.account.get(),
                ":dataset": payload.dataset.name(),
                ":lane": payload.lane.name(),
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

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::with_capacity(body.len() / 4), Compression::default());
    // Writing into a Vec cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

fn inflate(blob: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    ZlibDecoder::new(blob).read_to_end(&mut body)?;
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

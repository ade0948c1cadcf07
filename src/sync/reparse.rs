//! Builds the typed rows again from the payloads, without the network.

use std::collections::BTreeMap;

use jiff::{Zoned, tz::TimeZone};
use rusqlite::Connection;

use super::dataset::{self, Part, Reading};
use crate::{
    central_db::{
        CentralDb, WriteMode, accounts,
        payloads::{self, Kept},
        reread,
        table::Stamp,
    },
    domain::{
        account::{Account, AccountId},
        failure::Failure,
        job::Reparsed,
    },
};

/// The version of the readers in [`dataset`]. Whoever changes what they make of
/// an answer raises it: the next start reads all payloads again.
pub const READERS: i64 = 4;

/// Reads everything again when the rows were read by an older version.
pub async fn if_outdated(central_db: &CentralDb) -> Result<Option<Reparsed>, Failure> {
    let version = central_db.read(payloads::reader_version).await?;
    if version == Some(READERS) {
        return Ok(None);
    }
    let reparsed = all(central_db).await?;
    tracing::info!(?reparsed, "payloads were read again by newer readers");
    Ok(Some(reparsed))
}

/// Reads every payload again, in one transaction: a crash leaves the rows as
/// they were.
pub async fn all(central_db: &CentralDb) -> Result<Reparsed, Failure> {
    let reparsed = central_db.write(|tx| {
        let mut reparsed = Reparsed::default();
        let before = reread::before(tx)?;
        let zones = zones(tx)?;
        // Newest first: each row anew from the answer it was read from last, also
        // where a reading is gone by now; then what older answers add to it.
        let ids = payloads::ids_newest_first(tx)?;
        for mode in [WriteMode::Anew, WriteMode::Fill] {
            for &id in &ids {
                match payloads::kept(tx, id)? {
                    Some(kept) => one(tx, &kept, mode, &zones, &mut reparsed)?,
                    // Its rows stay as they are: what they were read from is lost.
                    None if mode == WriteMode::Anew => {
                        reparsed.unread += 1;
                        payloads::set_is_read(tx, id, false)?;
                        tracing::warn!(
                            payload = id,
                            "a kept answer is damaged and cannot be read again"
                        );
                    }
                    None => {}
                }
            }
        }
        (reparsed.rows_new, reparsed.rows_changed) = before.differences(tx)?;
        payloads::set_reader_version(tx, READERS)?;
        Ok(reparsed)
    });
    Ok(reparsed.await?)
}

fn one(
    tx: &Connection,
    kept: &Kept,
    mode: WriteMode,
    zones: &BTreeMap<AccountId, TimeZone>,
    reparsed: &mut Reparsed,
) -> rusqlite::Result<()> {
    let is_first = mode == WriteMode::Anew;
    let zone = zones.get(&kept.account).cloned();
    let reading = read(
        kept,
        &kept.fetched_at.to_zoned(zone.unwrap_or(TimeZone::UTC)),
    );
    let Some(reading) = reading else {
        reparsed.unread += u32::from(is_first);
        return payloads::set_is_read(tx, kept.id, false);
    };
    payloads::set_is_read(tx, kept.id, true)?;
    let stamp = Stamp {
        account: kept.account,
        payload_id: kept.id,
        mode,
        now: kept.fetched_at,
    };
    reparsed.payloads += u32::from(is_first);
    for row in &reading.rows {
        row.store(tx, stamp)?;
    }
    Ok(())
}

/// By the reader of its endpoint. Answers from before endpoints were noted are
/// tried with each reader of their dataset.
fn read(kept: &Kept, now: &Zoned) -> Option<Reading> {
    let endpoint = kept.endpoint.as_deref();
    let fits = |part: &&Part| endpoint.is_none_or(|endpoint| part.endpoint == endpoint);
    let readings = dataset::readers(kept.dataset)
        .filter(fits)
        .filter_map(|part| part.reading(&kept.body, now).ok());
    readings.max_by_key(|reading| reading.rows.len())
}

/// The zone of each account, where it is known here.
fn zones(tx: &Connection) -> rusqlite::Result<BTreeMap<AccountId, TimeZone>> {
    let accounts = accounts::all(tx)?.into_iter();
    let zone = |account: Account| {
        let zone = TimeZone::get(account.time_zone.as_deref()?).ok()?;
        Some((account.id, zone))
    };
    Ok(accounts.filter_map(zone).collect())
}

//! What a sync would cost, without asking Garmin anything.

use super::{Workshop, files, first_day, known, probe};
use crate::{
    central_db::{backfill, jobs},
    domain::{
        account::Account,
        dataset::Dataset,
        failure::Failure,
        job::{Goal, OpenReason, Price, SyncRequest},
        session::Lane,
    },
    sync::{
        plan::{self, Known},
        store::FILE_ENDPOINT,
    },
};

/// Seconds that a request takes, beside the gap, before any job has told.
const FIRST_GUESS_S: f64 = 1.0;

/// The requests that are certain, and what only the first answers tell.
pub async fn price(
    shop: &Workshop,
    account: &Account,
    request: &SyncRequest,
) -> Result<Price, Failure> {
    let today = shop.clock.today(account.time_zone.as_deref());
    let lanes = known::lanes(shop, account.id).await?;
    let mut known = Known::nothing(today, request.goal, lanes);
    known::load(shop, account, request, &mut known, None).await?;
    let mut price = Price::default();
    if account.time_zone.is_none() {
        price.add(probe::TIME_ZONE, 1);
    }
    if probe::lacks_identity(account) && known.lanes.contains(&Lane::Connect) {
        price.add(probe::IDENTITY, 1);
    }
    if request.goal == Goal::Backfill {
        backfill_price(shop, account, known, &mut price).await?;
    } else {
        sync_price(shop, account, request, known, &mut price).await?;
    }
    price.seconds = seconds(shop, account, price.requests()).await?;
    Ok(price)
}

async fn sync_price(
    shop: &Workshop,
    account: &Account,
    request: &SyncRequest,
    known: Known,
    price: &mut Price,
) -> Result<(), Failure> {
    let mut whole = plan::price(&plan::plan(&known).batches);
    let has_files = add_files(shop, account, &known, &mut whole).await?;
    if probe::is_routine(request) {
        price.add(probe::LAST_UPLOAD, 1);
        if probe::is_up_to_date(shop, account, &known).await? {
            price.add_open(OpenReason::NewUpload, Some(whole.requests()));
        } else {
            price.endpoints.extend(whole.endpoints);
        }
        if let Some(left) = allowance(shop, account, &known).await? {
            price.add_open(OpenReason::Allowance, Some(left));
        }
    } else {
        price.endpoints.extend(whole.endpoints);
    }
    if has_files {
        price.add_open(OpenReason::Files, None);
    }
    Ok(())
}

async fn backfill_price(
    shop: &Workshop,
    account: &Account,
    mut known: Known,
    price: &mut Price,
) -> Result<(), Failure> {
    let id = account.id;
    let datasets = known.with_days();
    let unknown = shop
        .central_db
        .read(move |db| super::backfill::without_first_day(db, id, &datasets));
    if unknown.await?.is_empty() {
        let whole = plan::price(&plan::plan(&known).batches);
        price.endpoints.extend(whole.endpoints);
    } else {
        // Nothing of the history is certain before it is known where it begins; at
        // the very most it goes back to the first day there can be.
        let searches_days = known.holdings.contains_key(&Dataset::Daily);
        let least = first_day::fewest_requests(&known, searches_days);
        price.add(first_day::ENDPOINT, least);
        known::widen(&mut known, first_day::OLDEST);
        let history = plan::price(&plan::plan(&known).batches).requests();
        let most = first_day::most_requests(&known).saturating_sub(least);
        price.add_open(OpenReason::FirstDay, Some(history.saturating_add(most)));
    }
    if add_files(shop, account, &known, price).await? {
        price.add_open(OpenReason::Files, None);
    }
    Ok(())
}

/// The original files of activities that are here already. Whether files belong
/// to such a sync at all.
async fn add_files(
    shop: &Workshop,
    account: &Account,
    known: &Known,
    price: &mut Price,
) -> Result<bool, Failure> {
    let span = known.holdings.get(&Dataset::Activities).map(|it| it.span);
    let Some(span) = span.filter(|_| shop.settings.files) else {
        return Ok(false);
    };
    let missing = files::wanted(shop, account, known.goal, span).await?;
    let missing = u32::try_from(missing.len()).unwrap_or(u32::MAX);
    price.add(FILE_ENDPOINT, missing);
    Ok(true)
}

/// What is left of today's allowance for the backfill, if a person set one and the
/// history is not complete.
async fn allowance(
    shop: &Workshop,
    account: &Account,
    known: &Known,
) -> Result<Option<u32>, Failure> {
    let Some(most) = shop.settings.backfill_per_day else {
        return Ok(None);
    };
    let (id, today) = (account.id, known.today);
    let datasets = known.with_days();
    let read = shop.central_db.read(move |db| {
        let is_complete = super::backfill::is_complete(db, id, &datasets)?;
        Ok((is_complete, backfill::spent(db, id, today)?))
    });
    let (is_complete, spent) = read.await?;
    Ok((!is_complete).then(|| most.saturating_sub(spent)))
}

/// How long `requests` take, by what the last jobs took.
async fn seconds(shop: &Workshop, account: &Account, requests: u32) -> Result<u64, Failure> {
    let id = account.id;
    let seen = shop
        .central_db
        .read(move |db| jobs::pace_ms(db, id))
        .await?;
    let guess = shop.settings.gap.as_secs_f64() + FIRST_GUESS_S;
    let each = seen.map_or(guess, |ms| ms / 1000.0);
    let whole = std::time::Duration::try_from_secs_f64((each * f64::from(requests)).ceil());
    Ok(whole.unwrap_or_default().as_secs())
}

//! How long something that failed is left alone.

use jiff::SignedDuration;

/// After the 1st, 2nd, 3rd, ... and every further failure in a row. The first
/// costs nothing: the next run tries again.
const REST_HOURS: [i64; 5] = [0, 1, 6, 24, 168];

/// How long to leave it alone after `strikes` failures in a row.
pub fn rest_after(strikes: u32) -> SignedDuration {
    let step = usize::try_from(strikes.saturating_sub(1)).unwrap_or(usize::MAX);
    let hours = REST_HOURS.get(step).or(REST_HOURS.last());
    SignedDuration::from_hours(hours.copied().unwrap_or(0))
}

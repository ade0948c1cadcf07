//! Whether and when to ask again. Pure.

use std::time::Duration;

use crate::garmin::error::{GarminError, Retry};

/// Tries of one request, the first included (`protocol.md` 11.2).
const TRIES: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(400);

/// The wait before the next try after `tried` tries ended in `error`; `None`:
/// give up. `jitter` in 0..1 spreads clients that failed together.
pub fn delay(error: &GarminError, tried: u32, jitter: f64) -> Option<Duration> {
    // A plain 500 is often a verdict in disguise (`protocol.md` 9.1): one more try.
    let most = if *error == GarminError::Server(500) {
        2
    } else {
        TRIES
    };
    if error.retry() != Retry::Backoff || tried >= most {
        return None;
    }
    let doubled = FIRST_WAIT * 2_u32.saturating_pow(tried.saturating_sub(1));
    Some(doubled.mul_f64(1.0 + jitter.clamp(0.0, 1.0) / 2.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passing_errors_are_tried_thrice_and_verdicts_once() {
        let ms = |error: &GarminError, tried| delay(error, tried, 0.0).map(|wait| wait.as_millis());
        let server = GarminError::Server(502);
        assert_eq!(
            [1, 2, 3].map(|tried| ms(&server, tried)),
            [Some(400), Some(800), None]
        );
        let disguised = GarminError::Server(500);
        assert_eq!([1, 2].map(|tried| ms(&disguised, tried)), [Some(400), None]);
        for verdict in [
            GarminError::RateLimited { retry_after: None },
            GarminError::Blocked,
            GarminError::Unauthorized { not_active: false },
            GarminError::Refused {
                status: 404,
                message: None,
            },
        ] {
            assert_eq!(ms(&verdict, 1), None);
        }
    }
}

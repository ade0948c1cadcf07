//! A limit on waiting that counts only the time in which this process ran.
//!
//! After a stop (Ctrl-Z, a paused container, a laptop's sleep) an answer may lie in the
//! socket while the time is long over. A refresh whose answer is dropped is a lost
//! session, so after every wake the answer is looked for first.

use std::{pin::pin, time::Duration};

use tokio::time::{Instant, timeout};

/// Time is counted in steps of this.
const STEP: Duration = Duration::from_millis(500);
/// A step that took this much longer was slept through.
const SLEPT: Duration = Duration::from_secs(1);
/// What is left at least after a wake, so that what has arrived can be read.
const AFTER_WAKE: Duration = Duration::from_secs(5);
/// More wakes than this add nothing: a machine that stumbles all the time ends too.
const WAKES: u32 = 20;

/// `None`: `work` did not end within `limit` of running time.
pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let (mut left, mut wakes) = (limit, 0);
    while !left.is_zero() {
        let step = left.min(STEP);
        let began = Instant::now();
        if let Ok(done) = timeout(step, &mut work).await {
            return Some(done);
        }
        left -= step;
        if began.elapsed() > step + SLEPT && wakes < WAKES {
            wakes += 1;
            left = left.max(AFTER_WAKE);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::{advance, sleep};

    #[tokio::test(start_paused = true)]
    async fn waiting_ends_at_its_limit() {
        let began = Instant::now();
        let never = std::future::pending::<()>();
        assert_eq!(within(Duration::from_secs(30), never).await, None);
        assert_eq!(began.elapsed().as_secs(), 30);
        let soon = async {
            sleep(Duration::from_secs(29)).await;
            7
        };
        assert_eq!(within(Duration::from_secs(30), soon).await, Some(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_does_not_count_and_an_answer_after_it_is_read() {
        // The process is stopped for a minute, and the answer is read two seconds later.
        let work = async {
            sleep(Duration::from_secs(3)).await;
            advance(Duration::from_mins(1)).await;
            sleep(Duration::from_secs(2)).await;
            7
        };
        assert_eq!(within(Duration::from_secs(4), work).await, Some(7));
    }
}

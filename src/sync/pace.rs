//! Keeps a gap between the requests of one process.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// One request at a time, `gap` apart with a little jitter (`protocol.md` 11.2).
#[derive(Debug)]
pub struct Pacer {
    gap: Duration,
    next: Option<Instant>,
}

impl Pacer {
    pub const fn new(gap: Duration) -> Self {
        Self { gap, next: None }
    }

    /// Returns when the next request may be sent.
    pub async fn wait(&mut self) {
        if let Some(next) = self.next {
            sleep_until(next).await;
        }
        self.next = Some(Instant::now() + self.gap.mul_f64(1.0 + fastrand::f64() / 5.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_keep_their_distance() {
        let mut pacer = Pacer::new(Duration::from_millis(500));
        let start = Instant::now();
        for _ in 0..3 {
            pacer.wait().await;
        }
        let passed = start.elapsed();
        assert!((1000..=1250).contains(&passed.as_millis()), "{passed:?}");
    }
}

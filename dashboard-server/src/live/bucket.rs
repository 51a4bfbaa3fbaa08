//! How fast a client may talk.

use tokio::time::Instant;

/// Messages a second.
const RATE: f64 = 20.0;
/// Messages at once.
const BURST: f64 = 40.0;

/// A bucket of tokens, one a message.
#[derive(Debug)]
pub(super) struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

impl Bucket {
    /// Full.
    pub(super) fn full(now: Instant) -> Self {
        Self { tokens: BURST, filled_at: now }
    }

    /// Takes a token; false when there is none.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        self.tokens = (self.tokens + now.duration_since(self.filled_at).as_secs_f64() * RATE).min(BURST);
        self.filled_at = now;
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn bursts_pass_and_floods_do_not() {
        let begun = Instant::now();
        let mut bucket = Bucket::full(begun);
        let passed = (0..100).filter(|_| bucket.take(begun)).count();
        assert_eq!(passed, 40);
        let later = begun + Duration::from_millis(500);
        let passed = (0..100).filter(|_| bucket.take(later)).count();
        assert_eq!(passed, 10);
    }
}

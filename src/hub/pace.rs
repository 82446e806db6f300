//! How quickly bytes must come: a line that only trickles would hold a download for days.

use std::time::{Duration, Instant};

use super::config::RetryPolicy;

/// Bytes seen in a stretch of time.
pub(super) struct Pace {
    since: Instant,
    bytes: u64,
}

impl Pace {
    /// Begins now.
    pub(super) fn new() -> Self {
        Self {
            since: Instant::now(),
            bytes: 0,
        }
    }

    /// Notes bytes. Once a stretch of [`RetryPolicy::slow_for`] is over, says whether fewer
    /// came in it than [`RetryPolicy::slowest`] allows, and begins another.
    pub(super) fn is_too_slow(&mut self, bytes: u64, policy: &RetryPolicy) -> bool {
        self.bytes += bytes;
        let spent = self.since.elapsed();
        if spent < policy.slow_for {
            return false;
        }
        let slow = (self.bytes as f64) < policy.slowest as f64 * spent.as_secs_f64();
        *self = Self::new();
        slow
    }

    /// Leaves out a wait that the hub itself asked for.
    pub(super) fn leave_out(&mut self, wait: Duration) {
        self.since += wait;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_is_judged_at_its_end_and_by_its_own_bytes() {
        let policy = RetryPolicy {
            slowest: 1000,
            slow_for: Duration::from_millis(40),
            ..RetryPolicy::default()
        };
        let mut pace = Pace::new();
        assert!(!pace.is_too_slow(1_000_000, &policy), "not over yet");
        std::thread::sleep(policy.slow_for);
        assert!(!pace.is_too_slow(0, &policy), "it had many");
        std::thread::sleep(policy.slow_for);
        assert!(pace.is_too_slow(1, &policy));
        std::thread::sleep(policy.slow_for);
        pace.leave_out(policy.slow_for * 1000);
        assert!(!pace.is_too_slow(0, &policy), "the hub asked for patience");
    }
}

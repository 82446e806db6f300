//! How fast bytes come, over the last seconds, and how long the rest takes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The past that counts.
const WINDOW: Duration = Duration::from_secs(5);
/// Before this a pace is a guess.
const SETTLE: Duration = Duration::from_millis(500);
/// Least time between two reports.
const INTERVAL: Duration = Duration::from_millis(100);

/// Measures a download.
#[derive(Debug, Default)]
pub(super) struct Pace {
    samples: VecDeque<(Instant, u64)>,
    told: Option<Instant>,
}

impl Pace {
    /// Notes that `done` bytes are there; whether it's time to tell.
    pub(super) fn note(&mut self, now: Instant, done: u64) -> bool {
        if self.samples.back().is_some_and(|(_, last)| done < *last) {
            // Started over.
            self.samples.clear();
        }
        let due = self.told.is_none_or(|told| now - told >= INTERVAL);
        if due {
            self.told = Some(now);
            self.samples.push_back((now, done));
            while self
                .samples
                .front()
                .is_some_and(|(at, _)| now - *at > WINDOW)
            {
                self.samples.pop_front();
            }
        }
        due
    }

    /// Forgets the past, e.g. after a wait.
    pub(super) fn reset(&mut self) {
        self.samples.clear();
    }

    /// Bytes a second; none yet at the start.
    pub(super) fn speed(&self) -> Option<f64> {
        let ((t0, b0), (t1, b1)) = (self.samples.front()?, self.samples.back()?);
        let time = *t1 - *t0;
        (time >= SETTLE && b1 > b0).then(|| (b1 - b0) as f64 / time.as_secs_f64())
    }

    /// Time for so many bytes more.
    pub(super) fn left(&self, bytes: u64) -> Option<Duration> {
        Duration::try_from_secs_f64(bytes as f64 / self.speed()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_is_that_of_the_last_seconds() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        assert!(pace.note(start, 0));
        assert_eq!(pace.speed(), None);
        // Ten slow seconds, then ten fast ones.
        for tick in 1..=200u64 {
            let done = if tick <= 100 {
                tick * 10
            } else {
                1000 + (tick - 100) * 1000
            };
            pace.note(start + Duration::from_millis(tick * 100), done);
        }
        let speed = pace.speed().unwrap();
        assert!((speed - 10_000.0).abs() < 1.0, "{speed}");
        assert_eq!(pace.left(20_000).unwrap().as_secs(), 2);
    }

    #[test]
    fn ten_reports_a_second_at_most_and_a_start_over_is_no_negative_speed() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let told = (0..1000u64)
            .filter(|i| pace.note(start + Duration::from_millis(*i), *i))
            .count();
        assert_eq!(told, 10);
        pace.note(start + Duration::from_secs(2), 5);
        assert_eq!(pace.speed(), None);
    }
}

//! Speed of a download over the last seconds, and the time that is left at it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The past that counts.
const WINDOW: Duration = Duration::from_secs(5);
/// Least time between two reports.
const INTERVAL: Duration = Duration::from_millis(100);
/// Before this a speed is a guess.
const SETTLE: Duration = Duration::from_millis(400);

/// Bytes over time.
pub(super) struct Pace {
    marks: VecDeque<(Instant, u64)>,
}

impl Pace {
    /// Starts with what is there.
    pub(super) fn new(now: Instant, bytes: u64) -> Self {
        Self {
            marks: VecDeque::from([(now, bytes)]),
        }
    }

    /// Notes how many bytes are there; true when it's time for a report.
    pub(super) fn note(&mut self, now: Instant, bytes: u64) -> bool {
        match self.marks.back() {
            // Started over: the past says nothing any more.
            Some((_, last)) if bytes < *last => self.marks.clear(),
            Some((last, _)) if now - *last < INTERVAL => return false,
            _ => {}
        }
        self.marks.push_back((now, bytes));
        while self.marks.len() > 2 && now - self.marks[1].0 >= WINDOW {
            self.marks.pop_front();
        }
        true
    }

    /// Bytes a second.
    pub(super) fn speed(&self) -> Option<u64> {
        let ((start, first), (end, last)) = (self.marks.front()?, self.marks.back()?);
        let time = *end - *start;
        (time >= SETTLE).then(|| ((last - first) as f64 / time.as_secs_f64()) as u64)
    }

    /// Time for so many more bytes.
    pub(super) fn left(&self, bytes: u64) -> Option<Duration> {
        let speed = self.speed().filter(|s| *s > 0)?;
        Some(Duration::from_secs_f64(bytes as f64 / speed as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_follows_the_last_seconds_and_forgets_a_start_over() {
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut pace = Pace::new(start, 1_000_000);
        assert!(!pace.note(at(10), 1_000_100), "too early for a report");
        assert_eq!(pace.speed(), None);
        for second in 1..=20 {
            // Slow at first, then 2 MB a second.
            let bytes = if second < 10 {
                second * 1000
            } else {
                2_000_000 * (second - 9)
            };
            assert!(pace.note(at(second * 1000), 1_000_000 + bytes));
        }
        assert_eq!(pace.speed(), Some(2_000_000));
        assert_eq!(pace.left(4_000_000), Some(Duration::from_secs(2)));
        pace.note(at(21_000), 0);
        assert_eq!(pace.speed(), None);
    }
}

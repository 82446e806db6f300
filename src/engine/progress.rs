//! How far a job is: at most ten reports a second, with the time left from the
//! speed measured so far.

use std::time::{Duration, Instant};

use super::protocol::Stage;

/// Least time between two reports of a job.
const INTERVAL: Duration = Duration::from_millis(100);
/// Before this the speed is a guess, and no time left is reported.
const SETTLE: Duration = Duration::from_millis(400);

/// Measures the steps of a running job.
pub(crate) struct StepTimer {
    stage: Option<Stage>,
    stage_start: Instant,
    /// Steps that were done when the stage began.
    stage_done: u64,
    last: Option<Instant>,
}

impl StepTimer {
    /// Of a job that starts now.
    pub(crate) fn new() -> Self {
        Self {
            stage: None,
            stage_start: Instant::now(),
            stage_done: 0,
            last: None,
        }
    }

    /// Leaves a rest out of the speed.
    pub(crate) fn skip(&mut self, rest: Duration) {
        self.stage_start += rest;
    }

    /// Notes progress; `Some(time left)` when it is to be reported now. The first
    /// report of each stage always is.
    pub(crate) fn note(&mut self, stage: Stage, done: u64, total: u64) -> Option<Option<Duration>> {
        self.note_at(Instant::now(), stage, done, total)
    }

    fn note_at(
        &mut self,
        now: Instant,
        stage: Stage,
        done: u64,
        total: u64,
    ) -> Option<Option<Duration>> {
        let new_stage = self.stage != Some(stage);
        if new_stage {
            self.stage = Some(stage);
            self.stage_start = now;
            self.stage_done = done;
        }
        let due = self.last.is_none_or(|last| now - last >= INTERVAL);
        if !new_stage && !due {
            return None;
        }
        self.last = Some(now);
        let (spent, before) = (now - self.stage_start, self.stage_done);
        Some(left(
            spent,
            done.saturating_sub(before),
            total.saturating_sub(before),
        ))
    }
}

fn left(spent: Duration, done: u64, total: u64) -> Option<Duration> {
    if done == 0 || spent < SETTLE || total < done {
        return None;
    }
    let each = spent.as_secs_f64() / done as f64;
    Duration::try_from_secs_f64(each * (total - done) as f64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_reports_a_second_at_most() {
        let mut timer = StepTimer::new();
        let start = Instant::now();
        let reports = (0..1000u64)
            .filter(|i| {
                let now = start + Duration::from_millis(*i);
                timer.note_at(now, Stage::Rendering, *i, 1000).is_some()
            })
            .count();
        assert_eq!(reports, 10);
    }

    #[test]
    fn a_new_stage_is_reported_at_once() {
        let mut timer = StepTimer::new();
        let now = Instant::now();
        assert!(timer.note_at(now, Stage::Loading, 0, 1).is_some());
        assert!(timer.note_at(now, Stage::Loading, 1, 1).is_none());
        assert!(timer.note_at(now, Stage::Rendering, 0, 1).is_some());
    }

    #[test]
    fn a_rest_and_what_was_there_already_are_not_the_speed() {
        let second = Duration::from_secs(1);
        let mut timer = StepTimer::new();
        let start = Instant::now();
        timer.note_at(start, Stage::Rendering, 600, 1000);
        timer.skip(5 * second);
        let left = timer.note_at(start + 6 * second, Stage::Rendering, 700, 1000);
        assert_eq!(left, Some(Some(3 * second)));
    }

    #[test]
    fn time_left_follows_the_speed() {
        let second = Duration::from_secs(1);
        assert_eq!(left(second, 25, 100), Some(3 * second));
        assert_eq!(left(second, 0, 100), None, "no speed yet");
        assert_eq!(left(Duration::from_millis(1), 25, 100), None, "too early");
        assert_eq!(left(second, 100, 100), Some(Duration::ZERO));
    }
}

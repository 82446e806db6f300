//! How much time the window's own thread spends per frame.

use std::time::Duration;

/// Frames remembered.
const KEPT: usize = 2048;

/// UI time of the last frames: logic and ui together, without waiting for the screen.
#[derive(Debug, Default)]
pub struct FrameStats {
    millis: Vec<f32>,
    next: usize,
    total: u64,
}

impl FrameStats {
    /// Notes a frame.
    pub fn record(&mut self, time: Duration) {
        let ms = time.as_secs_f32() * 1000.0;
        if self.millis.len() < KEPT {
            self.millis.push(ms);
        } else {
            self.millis[self.next] = ms;
        }
        self.next = (self.next + 1) % KEPT;
        self.total += 1;
    }

    /// Frames since the start.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The time that this share of the remembered frames stays under, in ms;
    /// `share` 0..=1. Nothing without frames.
    pub fn percentile(&self, share: f32) -> Option<f32> {
        let mut sorted = self.millis.clone();
        sorted.sort_by(f32::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let at = (share.clamp(0.0, 1.0) * last as f32).round() as usize;
        sorted.get(at).copied()
    }

    /// The longest remembered frame, ms.
    pub fn worst(&self) -> Option<f32> {
        self.millis.iter().copied().max_by(f32::total_cmp)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_a_known_run() {
        let mut stats = FrameStats::default();
        for ms in 1..=101u64 {
            stats.record(Duration::from_millis(ms));
        }
        assert_eq!(stats.percentile(0.0), Some(1.0));
        assert_eq!(stats.percentile(0.5), Some(51.0));
        assert_eq!(stats.percentile(1.0), Some(101.0));
        assert_eq!(stats.worst(), Some(101.0));
        assert_eq!(FrameStats::default().percentile(0.5), None);
    }
}

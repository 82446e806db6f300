//! Stopping work that nobody waits for any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Tells a long computation to stop. Networks look at it between layers, jobs
/// between tiles and frames. Cheap to clone; clones share the state.
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    cancelled: Arc<AtomicBool>,
    paused: Arc<AtomicBool>,
    finishing: Arc<AtomicBool>,
    /// When set: stale as soon as the shared number exceeds ours.
    newest: Option<(Arc<AtomicU64>, u64)>,
    /// Until then a newer number changes nothing.
    patient_until: Option<Instant>,
}

impl CancelToken {
    /// A token that nobody has cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that also counts as cancelled once `newest` exceeds `mine`.
    pub fn latest_of(newest: Arc<AtomicU64>, mine: u64) -> Self {
        Self {
            cancelled: Arc::default(),
            newest: Some((newest, mine)),
            ..Self::default()
        }
    }

    /// The same token, which counts as cancelled also once `newest` exceeds `mine`.
    pub fn or_newer_than(&self, newest: Arc<AtomicU64>, mine: u64) -> Self {
        Self {
            newest: Some((newest, mine)),
            ..self.clone()
        }
    }

    /// The same token, for which newer numbers don't count for so long.
    pub fn patient(self, patience: Duration) -> Self {
        Self {
            patient_until: Some(Instant::now() + patience),
            ..self
        }
    }

    /// Cancels every clone.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Asks work that can wait between two steps to do so, or to go on.
    pub fn pause(&self, paused: bool) {
        self.paused.store(paused, Ordering::Release);
    }

    /// Asks work that has a result at every step to end with the one it has.
    pub fn finish(&self) {
        self.finishing.store(true, Ordering::Release);
    }

    /// Whether the work is to end with what it has.
    pub fn is_finishing(&self) -> bool {
        self.finishing.load(Ordering::Acquire)
    }

    /// Whether the work is to wait.
    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Acquire)
    }

    /// Whether somebody cancelled it: it is not only that something newer, or somebody else's turn, has
    /// come.
    pub fn is_given_up(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Whether the work may stop.
    pub fn is_cancelled(&self) -> bool {
        let newer = || {
            self.newest
                .as_ref()
                .is_some_and(|(n, mine)| n.load(Ordering::Acquire) > *mine)
        };
        let patient = || self.patient_until.is_some_and(|end| Instant::now() < end);
        self.cancelled.load(Ordering::Acquire) || (newer() && !patient())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_ends() {
        let newest = Arc::new(AtomicU64::new(1));
        let token = CancelToken::latest_of(Arc::clone(&newest), 1);
        let [long, short] = [Duration::from_secs(60), Duration::ZERO];
        let [patient, over] = [long, short].map(|p| token.clone().patient(p));
        assert!(!patient.is_cancelled() && !over.is_cancelled());
        newest.store(2, Ordering::Release);
        assert!(!patient.is_cancelled() && over.is_cancelled());
        patient.cancel();
        assert!(patient.is_cancelled());
    }
}

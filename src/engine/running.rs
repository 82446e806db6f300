//! The job at work, as the scheduler knows it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::cancel::CancelToken;
use crate::engine::progress::StepTimer;
use crate::engine::protocol::JobId;
use crate::engine::rank::Rank;

/// The job at work.
pub(super) struct Running {
    pub(super) id: JobId,
    /// Counts as cancelled once its turn has ended, too.
    pub(super) token: CancelToken,
    pub(super) timer: StepTimer,
    pub(super) rank: Rank,
    /// Of the paused job in whose place it runs: once that one is to go on, its turn ends.
    instead_of: Option<CancelToken>,
    /// More than zero once its turn has ended.
    turns: Arc<AtomicU64>,
}

impl Running {
    /// A job that begins; `token` is the one by which it is stopped and paused.
    pub(super) fn new(
        id: JobId,
        rank: Rank,
        token: &CancelToken,
        instead_of: Option<CancelToken>,
    ) -> Self {
        let turns = Arc::new(AtomicU64::new(0));
        Self {
            id,
            token: token.or_newer_than(Arc::clone(&turns), 0),
            timer: StepTimer::new(),
            rank,
            instead_of,
            turns,
        }
    }

    /// Whether it is to wait.
    pub(super) fn waits(&self) -> bool {
        waits(&self.token)
    }

    /// Whether its turn has ended.
    pub(super) fn turn_ended(&self) -> bool {
        let goes_on = |paused: &CancelToken| !waits(paused) || paused.is_cancelled();
        if self.instead_of.as_ref().is_some_and(goes_on) {
            self.turns.store(1, Ordering::Release);
        }
        self.turns.load(Ordering::Acquire) > 0
    }
}

fn waits(token: &CancelToken) -> bool {
    token.is_paused() && !token.is_finishing()
}

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
    /// Of the paused jobs in whose place it runs: once one of them is to go on, its turn ends if
    /// nobody waits for it, or while it is paused itself.
    instead_of: Vec<CancelToken>,
    /// More than zero once its turn has ended.
    turns: Arc<AtomicU64>,
}

impl Running {
    /// A job that begins; `token` is the one by which it is stopped and paused.
    pub(super) fn new(
        id: JobId,
        rank: Rank,
        token: &CancelToken,
        instead_of: Vec<CancelToken>,
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
        let gives_way = self.rank == Rank::Background || self.waits();
        if gives_way && self.instead_of.iter().any(goes_on) {
            self.end_turn();
        }
        self.turns.load(Ordering::Acquire) > 0
    }

    /// Ends its turn: it is to stop, and to begin again when it is next.
    pub(super) fn end_turn(&self) {
        self.turns.store(1, Ordering::Release);
    }

    /// The paused jobs in whose place another one runs, in front of this one.
    pub(super) fn paused(&self) -> Vec<CancelToken> {
        let own = self.waits().then(|| self.token.clone());
        self.instead_of.iter().cloned().chain(own).collect()
    }
}

fn waits(token: &CancelToken) -> bool {
    token.is_paused() && !token.is_finishing()
}

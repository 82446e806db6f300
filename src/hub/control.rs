//! Pause and cancel: heard within moments, even while the network is silent.

use std::sync::Arc;

use parking_lot::Mutex;

use super::client::{Halt, Hub};
use super::transfer::Flow;

/// What the user wants of a download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Run,
    Pause,
    Cancel,
}

struct Shared {
    wish: Wish,
    /// What to break off when the wish is to stop.
    at_work: Option<Halt>,
}

/// One handle per download; clones are the same handle.
#[derive(Clone)]
pub(super) struct Control(Arc<Mutex<Shared>>);

impl Default for Control {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Shared {
            wish: Wish::Run,
            at_work: None,
        })))
    }
}

impl Control {
    /// Stops what runs under this handle.
    pub(super) fn stop(&self, wish: Wish) {
        let mut shared = self.0.lock();
        shared.wish = wish;
        if let Some(at_work) = shared.at_work.take() {
            at_work.halt();
        }
    }

    /// Remembers what to break off.
    pub(super) fn guard(&self, hub: &Hub) {
        let mut shared = self.0.lock();
        if shared.wish == Wish::Run {
            shared.at_work = Some(hub.halt());
        } else {
            hub.halt().halt();
        }
    }

    /// What the user wants now.
    pub(super) fn wish(&self) -> Wish {
        self.0.lock().wish
    }

    /// For a transfer.
    pub(super) fn flow(&self) -> Flow {
        match self.wish() {
            Wish::Run => Flow::GoOn,
            Wish::Pause | Wish::Cancel => Flow::Stop,
        }
    }
}

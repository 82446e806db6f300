//! Pause and cancel: heard within moments, even while the network is silent.

use std::sync::Arc;

use parking_lot::Mutex;

use super::client::{Halt, Hub};
use super::transfer::Flow;

/// What a running download is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    Run,
    Pause,
    Cancel,
}

struct Shared {
    control: Control,
    /// What to break off when it is to stop.
    at_work: Option<Halt>,
}

/// One handle per download; clones are the same handle.
#[derive(Clone)]
pub(super) struct ControlHandle(Arc<Mutex<Shared>>);

impl Default for ControlHandle {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Shared {
            control: Control::Run,
            at_work: None,
        })))
    }
}

impl ControlHandle {
    /// Stops what runs under this handle.
    pub(super) fn stop(&self, control: Control) {
        let mut shared = self.0.lock();
        shared.control = control;
        if let Some(at_work) = shared.at_work.take() {
            at_work.halt();
        }
    }

    /// Remembers what to break off.
    pub(super) fn guard(&self, hub: &Hub) {
        let mut shared = self.0.lock();
        if shared.control == Control::Run {
            shared.at_work = Some(hub.halt());
        } else {
            hub.halt().halt();
        }
    }

    /// What it is to do now.
    pub(super) fn control(&self) -> Control {
        self.0.lock().control
    }

    /// For a transfer.
    pub(super) fn flow(&self) -> Flow {
        match self.control() {
            Control::Run => Flow::GoOn,
            Control::Pause | Control::Cancel => Flow::Stop,
        }
    }
}

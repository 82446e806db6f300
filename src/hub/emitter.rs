//! The hub's threads' way of telling the window something.

use crossbeam_channel::Sender;

use super::protocol::HubEvent;
use crate::waker::Waker;

/// Sends events and wakes the window.
#[derive(Clone)]
pub(super) struct Emitter {
    pub(super) events: Sender<HubEvent>,
    pub(super) waker: Waker,
}

impl Emitter {
    /// Waits for room.
    pub(super) fn emit(&self, event: HubEvent) {
        // Nobody listens at the end of the program.
        self.events.send(event).ok();
        (self.waker)();
    }

    /// Leaves the event out when there is no room; for progress.
    pub(super) fn offer(&self, event: HubEvent) {
        if self.events.try_send(event).is_ok() {
            (self.waker)();
        }
    }
}

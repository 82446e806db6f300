//! The way of the gallery's events to the window.

use crate::gallery::protocol::GalleryEvent;
use crate::waker::Waker;
use crate::weighed::Sender;

/// Sends events and wakes the window.
#[derive(Clone)]
pub(crate) struct EventSender {
    pub(super) events: Sender<GalleryEvent>,
    pub(super) waker: Waker,
}

impl EventSender {
    /// False when nobody listens any more.
    pub(super) fn emit(&self, event: GalleryEvent) -> bool {
        let heard = self.events.send(event).is_ok();
        (self.waker)();
        heard
    }

    pub(super) fn fail(&self, e: &dyn std::fmt::Display) {
        self.emit(GalleryEvent::Failed(e.to_string()));
    }
}

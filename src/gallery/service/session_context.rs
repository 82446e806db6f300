//! What the threads of one gallery share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::RwLock;

use crate::gallery::protocol::GallerySettings;
use crate::gallery::service::event_sender::EventSender;

/// What all threads of one gallery share.
#[derive(Clone)]
pub(crate) struct SessionContext {
    pub(crate) events: EventSender,
    pub(crate) settings: Arc<RwLock<GallerySettings>>,
    pub(crate) stop: Arc<AtomicBool>,
    /// Changed or closed index: counts rebuilds that replaced the file.
    pub(crate) replaced: Arc<AtomicU64>,
    /// The export that runs is to end.
    pub(crate) cancel_export: Arc<AtomicBool>,
}

impl SessionContext {
    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

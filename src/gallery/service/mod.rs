//! The gallery's threads behind [`GalleryRequest`] and [`GalleryEvent`]: the session
//! (index and labels), files (save, load, export), scan (folder and index kept in
//! line), and thumbnails.

mod aside;
mod event_sender;
mod files;
mod refused;
mod request_queue;
mod scan;
mod session;
mod session_context;
mod thumbnails;
mod weight;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use super::protocol::{GalleryEvent, GalleryRequest, GallerySettings};
use crate::waker::Waker;
use crate::weighed::{Bounds, Receiver, channel};
use event_sender::EventSender;
use request_queue::RequestQueue;

/// Events that wait for the window; workers wait when there are more.
const EVENTS: Bounds = Bounds {
    count: 128,
    bytes: 256 << 20,
};

/// The window's end of the gallery. Dropping it ends the threads.
pub struct GalleryHandle {
    requests: Arc<RequestQueue>,
    events: Option<Receiver<GalleryEvent>>,
    thread: Option<JoinHandle<()>>,
}

impl GalleryHandle {
    /// Asks for something; never waits. What finds too much waiting is refused by an
    /// event of its own.
    pub fn send(&self, request: GalleryRequest) {
        self.requests.put(request);
    }

    /// The next answer, if there is one; never waits.
    pub fn try_recv(&self) -> Option<GalleryEvent> {
        self.events.as_ref()?.try_recv().ok()
    }

    /// The next answer, waiting for it at most so long. For tests and the command line.
    pub fn recv_timeout(&self, timeout: std::time::Duration) -> Option<GalleryEvent> {
        self.events.as_ref()?.recv_timeout(timeout).ok()
    }
}

impl Drop for GalleryHandle {
    fn drop(&mut self) {
        self.requests.put(GalleryRequest::Shutdown);
        // Without a receiver no worker waits for space.
        self.events = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the gallery's thread ended in a panic");
        }
    }
}

/// Starts the gallery's threads on a folder (the usual one when absent).
///
/// # Errors
/// The system can't start a thread.
pub fn start(
    folder: Option<PathBuf>,
    settings: GallerySettings,
    waker: Waker,
) -> std::io::Result<GalleryHandle> {
    let (events, receiver) = channel(EVENTS);
    let requests = Arc::new(RequestQueue::default());
    let events = EventSender { events, waker };
    let inbox = requests.clone();
    let thread = std::thread::Builder::new()
        .name("limner-gallery".into())
        .spawn(move || session::run(folder, settings, &inbox, &events))?;
    Ok(GalleryHandle {
        requests,
        events: Some(receiver),
        thread: Some(thread),
    })
}

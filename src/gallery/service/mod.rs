//! The gallery's threads behind [`GalleryRequest`] and [`GalleryEvent`]: the desk
//! (index and labels), files (save, load, export), scan (folder and index kept in
//! line), and thumbnails.

mod files;
mod mailbox;
mod scan;
mod session;
mod thumbnails;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::protocol::{GalleryEvent, GalleryRequest, GallerySettings};
use crate::waker::Waker;
use mailbox::Mailbox;

/// Events that wait for the window; workers wait when there are more.
const EVENTS: usize = 128;

/// The window's end of the gallery. Dropping it ends the threads.
pub struct GalleryHandle {
    mailbox: Arc<Mailbox>,
    events: Option<Receiver<GalleryEvent>>,
    desk: Option<JoinHandle<()>>,
}

impl GalleryHandle {
    /// Asks for something; never waits.
    pub fn send(&self, request: GalleryRequest) {
        self.mailbox.put(request);
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
        self.mailbox.put(GalleryRequest::Shutdown);
        // Without a receiver no worker waits for room.
        self.events = None;
        if let Some(desk) = self.desk.take()
            && desk.join().is_err()
        {
            log::error!("the gallery's thread ended in a panic");
        }
    }
}

/// Sends events and wakes the window.
#[derive(Clone)]
struct Emitter {
    events: Sender<GalleryEvent>,
    waker: Waker,
}

impl Emitter {
    /// False when nobody listens any more.
    fn emit(&self, event: GalleryEvent) -> bool {
        let heard = self.events.send(event).is_ok();
        (self.waker)();
        heard
    }

    fn fail(&self, e: &dyn std::fmt::Display) {
        self.emit(GalleryEvent::Failed(e.to_string()));
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
    let (events, receiver) = bounded(EVENTS);
    let mailbox = Arc::new(Mailbox::default());
    let emitter = Emitter { events, waker };
    let inbox = mailbox.clone();
    let desk = std::thread::Builder::new()
        .name("limner-gallery".into())
        .spawn(move || session::run(folder, settings, &inbox, &emitter))?;
    Ok(GalleryHandle {
        mailbox,
        events: Some(receiver),
        desk: Some(desk),
    })
}

//! Engine, gallery and hub as the window's doors to them.

use crossbeam_channel::Receiver;

use crate::app::ports::{EngineLink, GalleryLink, HubLink};
use crate::engine::Engine;
use crate::engine::protocol::{Channel, EngineError, Event, Request};
use crate::gallery::protocol::{GalleryEvent, GalleryRequest};
use crate::gallery::service::GalleryHandle;
use crate::hub::protocol::{HubEvent, HubRequest};
use crate::hub::service::HubHandle;

/// The engine on its own thread.
pub struct RunningEngine {
    engine: Engine,
    events: Receiver<Event>,
    /// Answers to requests that the engine didn't take.
    refused: Vec<Event>,
}

impl RunningEngine {
    /// Takes a started engine.
    pub fn new(engine: Engine, events: Receiver<Event>) -> Self {
        Self {
            engine,
            events,
            refused: Vec::new(),
        }
    }
}

impl EngineLink for RunningEngine {
    fn send(&mut self, request: Request) {
        let answer = refusal(&request);
        if let Err(error) = self.engine.send(request)
            && let Some(answer) = answer
        {
            self.refused.push(answer(error));
        }
    }

    fn try_recv(&mut self) -> Option<Event> {
        self.refused.pop().or_else(|| self.events.try_recv().ok())
    }
}

/// How a request is answered when the engine doesn't take it.
fn refusal(request: &Request) -> Option<Box<dyn FnOnce(EngineError) -> Event>> {
    match request {
        Request::Preview { channel, seq, .. } => {
            let (channel, seq): (Channel, _) = (*channel, *seq);
            Some(Box::new(move |error| Event::PreviewFailed {
                channel,
                seq,
                error,
            }))
        }
        Request::Job { id, .. } => {
            let id = *id;
            Some(Box::new(move |error| Event::Done {
                id,
                result: Err(error),
            }))
        }
        Request::Open { path, .. } => {
            let path = path.clone();
            Some(Box::new(move |error| Event::Opened {
                path,
                result: Err(error),
            }))
        }
        Request::Cancel(_)
        | Request::Finish(_)
        | Request::Pause { .. }
        | Request::Estimate { .. }
        | Request::Rescan
        | Request::Device(..)
        | Request::Shutdown => None,
    }
}

/// The gallery on its own threads.
pub struct RunningGallery(pub GalleryHandle);

impl GalleryLink for RunningGallery {
    fn send(&mut self, request: GalleryRequest) {
        self.0.send(request);
    }

    fn try_recv(&mut self) -> Option<GalleryEvent> {
        self.0.try_recv()
    }
}

/// The hub on its own threads.
pub struct RunningHub(pub HubHandle);

impl HubLink for RunningHub {
    fn send(&mut self, request: HubRequest) {
        self.0.send(request);
    }

    fn try_recv(&mut self) -> Option<HubEvent> {
        self.0.try_recv()
    }
}

/// No hub: a window that is only measured.
pub struct NoHub;

impl HubLink for NoHub {
    fn send(&mut self, _request: HubRequest) {}

    fn try_recv(&mut self) -> Option<HubEvent> {
        None
    }
}

/// A gallery that can't be opened: every wish to keep something is answered with
/// the reason, so that nobody believes a picture to be safe.
pub struct ClosedGallery {
    reason: String,
    answers: Vec<GalleryEvent>,
}

impl ClosedGallery {
    /// Closed for a reason, in words for the user.
    pub fn new(reason: String) -> Self {
        Self {
            answers: vec![GalleryEvent::Failed(reason.clone())],
            reason,
        }
    }
}

impl GalleryLink for ClosedGallery {
    fn send(&mut self, request: GalleryRequest) {
        match request {
            GalleryRequest::Save { token, .. } => self.answers.push(GalleryEvent::Saved {
                token,
                result: Err(self.reason.clone()),
            }),
            GalleryRequest::Query { seq, .. } => self.answers.push(GalleryEvent::Listing {
                seq,
                entries: std::sync::Arc::default(),
            }),
            GalleryRequest::Thumbnails(_)
            | GalleryRequest::Settings(_)
            | GalleryRequest::Shutdown => {}
            _ => self.answers.push(GalleryEvent::Failed(self.reason.clone())),
        }
    }

    fn try_recv(&mut self) -> Option<GalleryEvent> {
        self.answers.pop()
    }
}

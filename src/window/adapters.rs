//! Engine, gallery and hub as the window's doors to them.

use std::collections::VecDeque;

use crate::app::ports::{EngineLink, GalleryLink, HubLink};
use crate::engine::Engine;
use crate::engine::protocol::{Channel, EngineError, Event, Request};
use crate::gallery::protocol::{GalleryEvent, GalleryRequest};
use crate::gallery::service::GalleryHandle;
use crate::hub::protocol::{HubEvent, HubRequest};
use crate::hub::service::HubHandle;
use crate::weighed::Receiver;
use crate::window::refusals::Refusals;

/// The engine on its own thread.
pub struct RunningEngine {
    /// None once it is to end.
    engine: Option<Engine>,
    events: Receiver<Event>,
    refusals: Refusals<Event>,
}

impl RunningEngine {
    /// Takes a started engine.
    pub fn new(engine: Engine, events: Receiver<Event>) -> Self {
        Self {
            engine: Some(engine),
            events,
            refusals: Refusals::default(),
        }
    }
}

impl Drop for RunningEngine {
    /// Waits for the engine, which stops at once: what is being learnt is put to disk first.
    fn drop(&mut self) {
        if let Some(engine) = self.engine.take() {
            engine.shut_down();
        }
    }
}

impl EngineLink for RunningEngine {
    fn send(&mut self, request: Request) {
        let answer = refusal(&request);
        if let Some(engine) = &self.engine
            && let Err(error) = engine.send(request)
            && let Some(answer) = answer
        {
            self.refusals.refuse(self.events.len(), answer(error));
        }
    }

    fn try_recv(&mut self) -> Option<Event> {
        self.refusals.next(|| self.events.try_recv().ok())
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
        Request::Estimate { seq, .. } => {
            let seq = *seq;
            Some(Box::new(move |error| Event::EstimateFailed { seq, error }))
        }
        // Only an engine that has ended refuses this: the job has ended with it.
        Request::Cancel(id) => {
            let id = *id;
            Some(Box::new(move |error| Event::Done {
                id,
                result: Err(error),
            }))
        }
        Request::Pause { paused, .. } => Some(refused(match paused {
            true => "The job can't be paused",
            false => "The job can't go on",
        })),
        Request::Finish(_) => Some(refused("The job goes on to its end")),
        Request::Rescan => Some(refused("The models aren't looked for")),
        Request::Device(..) => Some(refused("The device stays as it is")),
        // Nobody is there to hear it.
        Request::Shutdown => None,
    }
}

fn refused(what: &'static str) -> Box<dyn FnOnce(EngineError) -> Event> {
    Box::new(move |error| Event::Refused { what, error })
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
pub struct RunningHub {
    hub: HubHandle,
    refusals: Refusals<HubEvent>,
}

impl RunningHub {
    /// Takes a started hub.
    pub fn new(hub: HubHandle) -> Self {
        Self {
            hub,
            refusals: Refusals::default(),
        }
    }
}

impl HubLink for RunningHub {
    fn send(&mut self, request: HubRequest) {
        if let Err(request) = self.hub.try_send(request) {
            self.refusals
                .refuse(self.hub.waiting(), HubEvent::Refused(request));
        }
    }

    fn try_recv(&mut self) -> Option<HubEvent> {
        self.refusals.next(|| self.hub.try_recv())
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
    answers: VecDeque<GalleryEvent>,
}

impl ClosedGallery {
    /// Closed for a reason, in words for the user.
    pub fn new(reason: String) -> Self {
        Self {
            answers: [GalleryEvent::Failed(reason.clone())].into(),
            reason,
        }
    }
}

impl GalleryLink for ClosedGallery {
    fn send(&mut self, request: GalleryRequest) {
        let silent = matches!(
            request,
            GalleryRequest::Thumbnails(_)
                | GalleryRequest::Settings(_)
                | GalleryRequest::TidyAside(_)
                | GalleryRequest::Shutdown
        );
        if !silent {
            self.answers.push_back(request.refused(&self.reason));
        }
    }

    fn try_recv(&mut self) -> Option<GalleryEvent> {
        self.answers.pop_front()
    }
}

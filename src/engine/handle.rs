//! The two ways to hold an engine: with its own thread, or stepped by hand.

use std::thread::JoinHandle;

use super::config::EngineConfig;
use super::mailbox::{Mailbox, mailbox};
use super::protocol::{EngineError, Event, Request, Waker};
use crate::engine::backend::Backend;
use crate::engine::inference_worker::InferenceWorker;
use crate::engine::scheduler::Scheduler;
use crate::weighed::{Bounds, Receiver, channel};

/// Events that may wait to be read before the worker is held back.
const EVENTS: Bounds = Bounds {
    count: 256,
    bytes: 256 << 20,
};
/// Without a thread nobody reads while a step runs, so nothing may ever wait for a reader.
const ENDLESS: Bounds = Bounds {
    count: usize::MAX,
    bytes: usize::MAX,
};
/// The engine thread's stack: image decoders and candle like it roomy.
const STACK: usize = 8 << 20;

/// An engine with its own thread. Dropping it stops the work and lets the thread
/// end by itself.
pub struct Engine {
    mailbox: Mailbox,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the thread. It first sends [`Event::Ready`] and [`Event::Library`].
    /// `waker` is called after each event, from the engine's thread.
    ///
    /// # Errors
    /// [`EngineError::Internal`] if the system gives no thread.
    pub fn spawn(
        config: EngineConfig,
        waker: Waker,
    ) -> Result<(Self, Receiver<Event>), EngineError> {
        Self::spawn_with(move || InferenceWorker::new(config), waker)
    }

    pub(crate) fn spawn_with<B: Backend>(
        make: impl FnOnce() -> B + Send + 'static,
        waker: Waker,
    ) -> Result<(Self, Receiver<Event>), EngineError> {
        let (mailbox, rx) = mailbox();
        let (events, reader) = channel(EVENTS);
        let mut scheduler = Scheduler::new(rx, mailbox.state.clone(), events, waker);
        let thread = std::thread::Builder::new()
            .name("limner-engine".into())
            .stack_size(STACK)
            .spawn(move || {
                let mut backend = make();
                scheduler.announce(&mut backend);
                while !scheduler.stopping() {
                    if !scheduler.step(&mut backend) {
                        scheduler.wait();
                    }
                }
            })
            .map_err(|e| EngineError::Internal(format!("no thread for the engine: {e}")))?;
        let engine = Self {
            mailbox,
            thread: Some(thread),
        };
        Ok((engine, reader))
    }

    /// Posts a request; returns at once.
    ///
    /// # Errors
    /// [`EngineError::BadRequest`] when far too much is waiting,
    /// [`EngineError::Internal`] when the engine has ended.
    pub fn send(&self, request: Request) -> Result<(), EngineError> {
        self.mailbox.post(request)
    }

    /// Stops the work and waits for the thread: at most a network's layer or a
    /// picture's decoding long. Read or drop the events' receiver first or
    /// meanwhile; the engine doesn't wait for a reader once it is to end.
    pub fn shut_down(mut self) {
        self.mailbox.post(Request::Shutdown).ok();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the engine's thread ended in a panic");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.mailbox.post(Request::Shutdown).ok();
    }
}

/// The same worker without a thread: [`LocalEngine::step`] does one thing. For
/// tests and for programs that have nothing else to do.
pub struct LocalEngine {
    mailbox: Mailbox,
    scheduler: Scheduler,
    backend: Box<dyn Backend>,
    reader: Receiver<Event>,
}

impl LocalEngine {
    /// An engine that works when stepped. `waker` is called after each event.
    pub fn new(config: EngineConfig, waker: Waker) -> Self {
        Self::with_backend(Box::new(InferenceWorker::new(config)), waker)
    }

    pub(crate) fn with_backend(mut backend: Box<dyn Backend>, waker: Waker) -> Self {
        let (mailbox, rx) = mailbox();
        let (events, reader) = channel(ENDLESS);
        let mut scheduler = Scheduler::new(rx, mailbox.state.clone(), events, waker);
        scheduler.announce(backend.as_mut());
        Self {
            mailbox,
            scheduler,
            backend,
            reader,
        }
    }

    /// Posts a request.
    ///
    /// # Errors
    /// [`EngineError::BadRequest`] when far too much is waiting.
    pub fn send(&self, request: Request) -> Result<(), EngineError> {
        self.mailbox.post(request)
    }

    /// Does the most urgent thing that waits; false if there is none.
    pub fn step(&mut self) -> bool {
        self.scheduler.step(self.backend.as_mut())
    }

    /// Does everything that waits and gives the events since the last call.
    pub fn run(&mut self) -> Vec<Event> {
        while self.step() {}
        self.reader.try_iter().collect()
    }

    /// The events so far.
    pub fn events(&self) -> &Receiver<Event> {
        &self.reader
    }

    #[cfg(test)]
    pub(crate) fn mailbox(&self) -> Mailbox {
        self.mailbox.clone()
    }
}

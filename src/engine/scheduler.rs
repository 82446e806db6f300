//! The worker's desk: what waits, in which order it is served, and what is told
//! to the outside. Holds no networks.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError, Sender};

use crate::cancel::CancelToken;
use crate::engine::backend::Studio;
use crate::engine::config::{DeviceChoice, Precision};
use crate::engine::mailbox::{Message, Previews, SERVED, Shared};
use crate::engine::progress::Pace;
use crate::engine::protocol::{DeviceInfo, EngineError, Event, Job, JobId, Stage, Waker};
use crate::picture::Picture;

/// Previews served between two steps of a job; so many that a grid of variations
/// gets through, few enough that the job goes on while a slider is dragged.
const BETWEEN_STEPS: usize = 32;

/// How often a paused job looks whether it may go on, should nobody tell.
const RESTING: Duration = Duration::from_millis(200);

/// A job that waits.
struct Waiting {
    id: JobId,
    job: Box<Job>,
    token: CancelToken,
}

/// The job at work.
struct Running {
    id: JobId,
    token: CancelToken,
    pace: Pace,
    background: bool,
}

/// Inbox and outbox of the engine's thread.
pub(crate) struct Desk {
    rx: Receiver<Message>,
    shared: Arc<Shared>,
    events: Sender<Event>,
    waker: Waker,
    previews: [Option<Previews>; SERVED.len()],
    opens: VecDeque<(PathBuf, u32)>,
    jobs: VecDeque<Waiting>,
    running: Option<Running>,
    /// Jobs that let others go first, and wait for those to end.
    standing_back: usize,
    rescan: bool,
    device: Option<(DeviceChoice, Precision)>,
    told_device: Option<DeviceInfo>,
    disconnected: bool,
    told_queue: (usize, bool),
}

impl Desk {
    /// An empty desk.
    pub(crate) fn new(
        rx: Receiver<Message>,
        shared: Arc<Shared>,
        events: Sender<Event>,
        waker: Waker,
    ) -> Self {
        Self {
            rx,
            shared,
            events,
            waker,
            previews: Default::default(),
            opens: VecDeque::new(),
            jobs: VecDeque::new(),
            running: None,
            standing_back: 0,
            rescan: false,
            device: None,
            told_device: None,
            disconnected: false,
            told_queue: (0, false),
        }
    }

    /// The first words of an engine: what computes, and what there is.
    pub(crate) fn greet(&mut self, studio: &mut dyn Studio) {
        self.tell_device(studio);
        self.rescan = true;
        self.serve_rescan(studio);
    }

    /// Whether the engine is to end.
    pub(crate) fn stopping(&self) -> bool {
        self.disconnected || self.shared.stopping()
    }

    /// Sleeps until somebody posts something.
    pub(crate) fn wait(&mut self) {
        match self.rx.recv() {
            Ok(message) => self.take(message),
            Err(_) => self.disconnected = true,
        }
    }

    /// Serves the most urgent thing that waits; false if there is none.
    pub(crate) fn step(&mut self, studio: &mut dyn Studio) -> bool {
        self.collect();
        self.tell_queue();
        let busy = self.serve_device(studio)
            || self.serve_rescan(studio)
            || self.serve_preview(studio)
            || self.serve_open(studio)
            || self.serve_estimate(studio)
            || self.serve_job(studio);
        self.tell_device(studio);
        self.tell_queue();
        busy
    }

    /// Between two steps of a job: serves what is more urgent.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(crate) fn breathe(&mut self, studio: &mut dyn Studio) -> Result<(), EngineError> {
        self.check()?;
        for _ in 0..BETWEEN_STEPS {
            self.collect();
            self.tell_queue();
            let busy = self.serve_preview(studio)
                || self.serve_open(studio)
                || self.serve_estimate(studio);
            if !busy || self.check().is_err() {
                break;
            }
        }
        self.tell_queue();
        self.check()
    }

    /// As [`Desk::breathe`]; and while the running job is paused, serves what else comes.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(crate) fn rest(&mut self, studio: &mut dyn Studio) -> Result<(), EngineError> {
        self.breathe(studio)?;
        while self.running.as_ref().is_some_and(|r| r.token.is_paused()) {
            match self.rx.recv_timeout(RESTING) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.disconnected = true,
            }
            self.breathe(studio)?;
        }
        Ok(())
    }

    /// As [`Desk::breathe`]; and if the running job is one that nobody waits for,
    /// whole jobs that the user has asked for go first.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(crate) fn stand_back(&mut self, studio: &mut dyn Studio) -> Result<(), EngineError> {
        self.breathe(studio)?;
        if !self.running.as_ref().is_some_and(|r| r.background) {
            return Ok(());
        }
        while let Some(at) = self.jobs.iter().position(|w| !background(&w.job)) {
            let aside = self.running.take();
            self.standing_back += usize::from(aside.is_some());
            if let Some(waiting) = self.jobs.remove(at) {
                self.serve(waiting, studio);
            }
            self.standing_back -= usize::from(aside.is_some());
            self.running = aside;
            self.breathe(studio)?;
        }
        Ok(())
    }

    /// Whether the running job may go on.
    ///
    /// # Errors
    /// [`EngineError::Cancelled`] if the job is to stop.
    pub(crate) fn check(&self) -> Result<(), EngineError> {
        let cancelled = self
            .running
            .as_ref()
            .is_some_and(|r| r.token.is_cancelled());
        if cancelled || self.stopping() {
            return Err(EngineError::Cancelled);
        }
        Ok(())
    }

    /// The running job's token, for networks to look at between layers.
    pub(crate) fn token(&self) -> CancelToken {
        self.running
            .as_ref()
            .map_or_else(CancelToken::new, |r| r.token.clone())
    }

    /// Tells how far the running job is; drops reports that come too often.
    pub(crate) fn progress(&mut self, stage: Stage, done: u64, total: u64) {
        self.progress_with_look(stage, done, total, || None);
    }

    /// As [`Desk::progress`], with a picture that is only made if it is told.
    pub(crate) fn progress_with_look(
        &mut self,
        stage: Stage,
        done: u64,
        total: u64,
        look: impl FnOnce() -> Option<Picture>,
    ) {
        let Some(running) = &mut self.running else {
            return;
        };
        let id = running.id;
        if let Some(left) = running.pace.note(stage, done, total) {
            self.emit(Event::Progress {
                id,
                stage,
                done,
                total,
                left,
                look: look(),
            });
        }
    }

    /// Sends an event and wakes the reader. A reader that doesn't read holds the
    /// worker back, but not beyond the engine's end.
    pub(crate) fn emit(&self, event: Event) {
        let mut event = event;
        loop {
            match self.events.send_timeout(event, Duration::from_millis(100)) {
                Ok(()) => break,
                Err(SendTimeoutError::Timeout(back)) if !self.stopping() => event = back,
                Err(_) => return,
            }
        }
        (self.waker)();
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Open { path, max_side } => self.opens.push_back((path, max_side)),
            Message::Job { id, job, token } => self.jobs.push_back(Waiting { id, job, token }),
            Message::Rescan => self.rescan = true,
            Message::Device(choice, digits) => self.device = Some((choice, digits)),
            Message::Look | Message::Shutdown => {}
        }
    }

    /// Empties the mailbox onto the desk; newer previews replace older ones,
    /// waiting jobs that were cancelled are answered at once.
    fn collect(&mut self) {
        while let Ok(message) = self.rx.try_recv() {
            self.take(message);
        }
        for (slot, mine) in self.previews.iter_mut().enumerate() {
            if let Some(newer) = self.shared.take_previews(slot) {
                *mine = Some(newer);
            }
        }
        let (gone, kept): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut self.jobs)
            .into_iter()
            .partition(|w| w.token.is_cancelled());
        self.jobs = kept;
        for waiting in gone {
            self.finish(waiting.id, Err(EngineError::Cancelled));
        }
    }

    fn tell_queue(&mut self) {
        let jobs = self.jobs.len() + self.standing_back + usize::from(self.running.is_some());
        let previewing = self.previews.iter().any(Option::is_some);
        if self.told_queue != (jobs, previewing) {
            self.told_queue = (jobs, previewing);
            self.emit(Event::Queue { jobs, previewing });
        }
    }

    /// Tells which device computes when that has changed: asked for, or because a
    /// card could not do what it was given.
    fn tell_device(&mut self, studio: &dyn Studio) {
        let device = studio.device();
        if self.told_device.as_ref() != Some(device) {
            self.told_device = Some(device.clone());
            self.emit(Event::Ready(device.clone()));
        }
    }

    fn serve_device(&mut self, studio: &mut dyn Studio) -> bool {
        let Some((choice, digits)) = self.device.take() else {
            return false;
        };
        let moved = guarded(|| {
            studio.use_device(choice, digits);
            Ok(())
        });
        if moved.is_ok() {
            // Also when it's the same as before: somebody waits for an answer.
            self.told_device = None;
        }
        true
    }

    fn serve_rescan(&mut self, studio: &mut dyn Studio) -> bool {
        if !std::mem::take(&mut self.rescan) {
            return false;
        }
        if let Ok(library) = guarded(|| Ok(studio.rescan())) {
            self.emit(Event::Library(library));
        }
        true
    }

    fn serve_preview(&mut self, studio: &mut dyn Studio) -> bool {
        let Some(slot) = self.previews.iter().position(Option::is_some) else {
            return false;
        };
        let Some(mut previews) = self.previews[slot].take() else {
            return false;
        };
        let (index, seq, tier) = (previews.next, previews.seq, previews.tier);
        let Some(work) = previews.items.get(index) else {
            return true;
        };
        let stop = self.shared.preview_token(slot, seq);
        let start = Instant::now();
        let result = guarded(|| studio.preview(work, tier, &stop));
        let (channel, took) = (SERVED[slot], start.elapsed());
        previews.next += 1;
        if previews.next < previews.items.len() && !stop.is_cancelled() {
            self.previews[slot] = Some(previews);
        }
        match result {
            // Newer ones exist, nobody waits for this.
            Err(EngineError::Cancelled) => {}
            Ok(picture) => self.emit(Event::Preview {
                channel,
                seq,
                index,
                tier,
                picture,
                took,
            }),
            Err(error) => self.emit(Event::PreviewFailed {
                channel,
                seq,
                error,
            }),
        }
        true
    }

    fn serve_open(&mut self, studio: &mut dyn Studio) -> bool {
        let Some((path, max_side)) = self.opens.pop_front() else {
            return false;
        };
        let result = guarded(|| studio.open(&path, max_side));
        self.emit(Event::Opened { path, result });
        true
    }

    fn serve_estimate(&mut self, studio: &mut dyn Studio) -> bool {
        let Some(request) = self.shared.take_estimate() else {
            return false;
        };
        let seq = request.seq;
        self.emit(
            match guarded(|| studio.estimate(&request.params, &request.options)) {
                Ok(estimate) => Event::Estimate { seq, estimate },
                Err(error) => Event::EstimateFailed { seq, error },
            },
        );
        true
    }

    fn serve_job(&mut self, studio: &mut dyn Studio) -> bool {
        // What the user asked for goes before what runs in the background.
        let first = self.jobs.iter().position(|w| !background(&w.job));
        let Some(waiting) = self.jobs.remove(first.unwrap_or(0)) else {
            return false;
        };
        self.serve(waiting, studio);
        true
    }

    fn serve(&mut self, waiting: Waiting, studio: &mut dyn Studio) {
        let Waiting { id, job, token } = waiting;
        self.running = Some(Running {
            id,
            token,
            pace: Pace::new(),
            background: background(&job),
        });
        self.tell_queue();
        let result = guarded(|| studio.job(&job, self));
        self.running = None;
        self.finish(id, result);
    }

    fn finish(&mut self, id: JobId, result: Result<crate::engine::protocol::Output, EngineError>) {
        self.shared.forget(id);
        self.emit(Event::Done { id, result });
    }
}

/// Work that the studio begins by itself, and nobody waits for.
fn background(job: &Job) -> bool {
    matches!(job, Job::Directions { .. } | Job::LensDirections { .. })
}

/// Runs work so that a panic in it becomes an error and the engine goes on. What
/// the work leaves half done is its own caches, which hold only whole entries.
fn guarded<T>(work: impl FnOnce() -> Result<T, EngineError>) -> Result<T, EngineError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic_text(panic.as_ref());
        log::error!("caught a panic in the engine: {text}");
        Err(EngineError::Internal(text))
    })
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "unknown".to_owned()
    }
}

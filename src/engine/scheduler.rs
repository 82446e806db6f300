//! The worker's scheduler: what waits, in which order it is served, and which events
//! are sent. Holds no networks.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, SendTimeoutError};

use crate::cancel::CancelToken;
use crate::engine::backend::{Backend, JobBackend, JobControl, PreviewBackend};
use crate::engine::config::{DeviceChoice, Precision};
use crate::engine::mailbox::{MailboxState, PreviewRequest, QueuedRequest, SERVED};
use crate::engine::protocol::{
    Channel, DeviceInfo, EngineError, Event, Job, JobId, Output, Stage, Tier, Waker,
};
use crate::engine::rank::{may_be_paused, rank};
use crate::engine::running::Running;
use crate::picture::Picture;
use crate::weighed::Sender;

/// Previews served between two steps of a job; so many that a grid of variations
/// gets through, few enough that the job goes on while a slider is dragged.
const BETWEEN_STEPS: usize = 32;

/// How often a paused job looks whether it may go on, should nobody tell.
const PAUSE_CHECK: Duration = Duration::from_millis(200);

/// How long a draft on the canvas may take to be finished although the hand has moved on: pictures
/// come while it is on, and none waits longer for the newest one.
const DRAFT_PATIENCE: Duration = Duration::from_millis(1500);

/// A job that waits.
struct Waiting {
    id: JobId,
    job: Box<Job>,
    token: CancelToken,
}

/// Inbox and outbox of the engine's thread.
pub(crate) struct Scheduler {
    rx: Receiver<QueuedRequest>,
    mailbox: Arc<MailboxState>,
    events: Sender<Event>,
    waker: Waker,
    previews: [Option<PreviewRequest>; SERVED.len()],
    opens: VecDeque<(PathBuf, u32)>,
    jobs: VecDeque<Waiting>,
    running: Option<Running>,
    /// Jobs that let others go first, and wait for those to end.
    yielding: usize,
    rescan: bool,
    device: Option<(DeviceChoice, Precision)>,
    notified_device: Option<DeviceInfo>,
    disconnected: bool,
    notified_queue: (usize, bool),
    /// How long the canvas' drafts take now.
    draft_took: Duration,
}

impl Scheduler {
    /// Nothing waits yet.
    pub(crate) fn new(
        rx: Receiver<QueuedRequest>,
        mailbox: Arc<MailboxState>,
        events: Sender<Event>,
        waker: Waker,
    ) -> Self {
        Self {
            rx,
            mailbox,
            events,
            waker,
            previews: Default::default(),
            opens: VecDeque::new(),
            jobs: VecDeque::new(),
            running: None,
            yielding: 0,
            rescan: false,
            device: None,
            notified_device: None,
            disconnected: false,
            notified_queue: (0, false),
            draft_took: Duration::ZERO,
        }
    }

    /// The first events of an engine: what computes, and what there is.
    pub(crate) fn announce(&mut self, backend: &mut dyn Backend) {
        self.notify_device(backend);
        self.rescan = true;
        self.serve_rescan(backend);
    }

    /// Whether the engine is to end.
    pub(crate) fn stopping(&self) -> bool {
        self.disconnected || self.mailbox.stopping()
    }

    /// Sleeps until somebody posts something.
    pub(crate) fn wait(&mut self) {
        match self.rx.recv() {
            Ok(message) => self.take(message),
            Err(_) => self.disconnected = true,
        }
    }

    /// Serves the most urgent thing that waits; false if there is none.
    pub(crate) fn step(&mut self, backend: &mut dyn Backend) -> bool {
        self.collect();
        self.notify_queue();
        let busy = self.serve_device(backend)
            || self.serve_rescan(backend)
            || self.serve_preview(backend.jobs())
            || self.serve_open(backend.jobs())
            || self.serve_estimate(backend.jobs())
            || self.serve_job(backend.jobs());
        self.notify_device(backend);
        self.notify_queue();
        busy
    }

    fn take(&mut self, message: QueuedRequest) {
        match message {
            QueuedRequest::Open { path, max_side } => self.opens.push_back((path, max_side)),
            QueuedRequest::Job { id, job, token } => {
                self.jobs.push_back(Waiting { id, job, token })
            }
            QueuedRequest::Rescan => self.rescan = true,
            QueuedRequest::Device(choice, digits) => self.device = Some((choice, digits)),
            QueuedRequest::Look | QueuedRequest::Shutdown => {}
        }
    }

    /// Empties the mailbox; newer previews replace older ones,
    /// waiting jobs that were cancelled are answered at once.
    fn collect(&mut self) {
        while let Ok(message) = self.rx.try_recv() {
            self.take(message);
        }
        for (slot, mine) in self.previews.iter_mut().enumerate() {
            if let Some(newer) = self.mailbox.take_previews(slot) {
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

    fn notify_queue(&mut self) {
        let jobs = self.jobs.len() + self.yielding + usize::from(self.running.is_some());
        let previewing = self.previews.iter().any(Option::is_some);
        if self.notified_queue != (jobs, previewing) {
            self.notified_queue = (jobs, previewing);
            self.emit(Event::Queue { jobs, previewing });
        }
    }

    /// Sends which device computes when that has changed: asked for, or because a GPU
    /// could not do what it was given.
    fn notify_device(&mut self, backend: &dyn Backend) {
        let device = backend.device();
        if self.notified_device.as_ref() != Some(device) {
            self.notified_device = Some(device.clone());
            self.emit(Event::Ready(device.clone()));
        }
    }

    fn serve_device(&mut self, backend: &mut dyn Backend) -> bool {
        let Some((choice, digits)) = self.device.take() else {
            return false;
        };
        let moved = guarded(|| {
            backend.use_device(choice, digits);
            Ok(())
        });
        if moved.is_ok() {
            // Also when it's the same as before: somebody waits for an answer.
            self.notified_device = None;
        }
        true
    }

    fn serve_rescan(&mut self, backend: &mut dyn Backend) -> bool {
        if !std::mem::take(&mut self.rescan) {
            return false;
        }
        if let Ok(library) = guarded(|| Ok(backend.rescan())) {
            self.emit(Event::Library(library));
        }
        true
    }

    fn serve_preview(&mut self, backend: &mut dyn PreviewBackend) -> bool {
        let Some(slot) = self.previews.iter().position(Option::is_some) else {
            return false;
        };
        let Some(mut previews) = self.previews[slot].take() else {
            return false;
        };
        let (seq, tier) = (previews.seq, previews.tier);
        let Some(work) = previews.items.get(previews.next).cloned() else {
            return true;
        };
        let channel = SERVED[slot];
        let mut stop = self.mailbox.preview_token(slot, seq);
        let draft = channel == Channel::Canvas && matches!(tier, Tier::Draft(_));
        if draft && self.draft_took < DRAFT_PATIENCE {
            stop = stop.patient(DRAFT_PATIENCE);
        }
        let start = Instant::now();
        let result = guarded(|| backend.preview(&work, tier, &stop));
        let took = start.elapsed();
        if draft {
            self.draft_took = match result {
                Ok(_) => took,
                // It would have taken longer.
                Err(_) => self.draft_took.max(took),
            };
        }
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
                work,
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

    fn serve_open(&mut self, backend: &mut dyn PreviewBackend) -> bool {
        let Some((path, max_side)) = self.opens.pop_front() else {
            return false;
        };
        let result = guarded(|| backend.open(&path, max_side));
        self.mailbox.forget_open();
        self.emit(Event::Opened { path, result });
        true
    }

    fn serve_estimate(&mut self, backend: &mut dyn PreviewBackend) -> bool {
        let Some(request) = self.mailbox.take_estimate() else {
            return false;
        };
        let seq = request.seq;
        self.emit(
            match guarded(|| backend.estimate(&request.params, &request.rendering)) {
                Ok(estimate) => Event::Estimate { seq, estimate },
                Err(error) => Event::EstimateFailed { seq, error },
            },
        );
        true
    }

    fn serve_job(&mut self, backend: &mut dyn JobBackend) -> bool {
        let Some(waiting) = self.first().and_then(|first| self.jobs.remove(first)) else {
            return false;
        };
        self.run_job(waiting, Vec::new(), backend);
        true
    }

    /// The waiting job that is next.
    fn first(&self) -> Option<usize> {
        let highest = self.jobs.iter().map(|w| rank(&w.job)).max()?;
        self.jobs.iter().position(|w| rank(&w.job) == highest)
    }

    fn run_job(
        &mut self,
        waiting: Waiting,
        instead_of: Vec<CancelToken>,
        backend: &mut dyn JobBackend,
    ) {
        let Waiting { id, job, token } = waiting;
        self.running = Some(Running::new(id, rank(&job), &token, instead_of));
        self.notify_queue();
        let result = guarded(|| backend.job(&job, self));
        let turn_ended = self.running.take().is_some_and(|job| job.turn_ended());
        let stopped = matches!(result, Err(EngineError::Cancelled));
        if stopped && turn_ended && !token.is_cancelled() && !self.stopping() {
            self.jobs.push_front(Waiting { id, job, token });
        } else {
            self.finish(id, result);
        }
    }

    /// Runs a waiting job while the running one stands aside.
    fn run_in_front(&mut self, at: usize, backend: &mut dyn JobBackend) {
        let Some(waiting) = self.jobs.remove(at) else {
            return;
        };
        let aside = self.running.take();
        let instead_of = aside.as_ref().map_or_else(Vec::new, Running::paused);
        self.yielding += usize::from(aside.is_some());
        self.run_job(waiting, instead_of, backend);
        self.yielding -= usize::from(aside.is_some());
        self.running = aside;
    }

    /// Whether the running job is to wait.
    fn waits(&self) -> bool {
        self.running.as_ref().is_some_and(Running::waits)
    }

    fn finish(&mut self, id: JobId, result: Result<Output, EngineError>) {
        self.mailbox.forget(id);
        self.emit(Event::Done { id, result });
    }
}

impl JobControl for Scheduler {
    fn yield_to_previews(&mut self, backend: &mut dyn PreviewBackend) -> Result<(), EngineError> {
        self.check()?;
        for _ in 0..BETWEEN_STEPS {
            self.collect();
            self.notify_queue();
            let busy = self.serve_preview(backend)
                || self.serve_open(backend)
                || self.serve_estimate(backend);
            if !busy || self.check().is_err() {
                break;
            }
        }
        self.notify_queue();
        self.check()
    }

    fn yield_while_paused(&mut self, backend: &mut dyn JobBackend) -> Result<(), EngineError> {
        self.yield_to_previews(backend)?;
        let began = Instant::now();
        while self.waits() {
            if let Some(first) = self.first() {
                self.run_in_front(first, backend);
                self.check()?;
                continue;
            }
            match self.rx.recv_timeout(PAUSE_CHECK) {
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => self.disconnected = true,
            }
            self.yield_to_previews(backend)?;
        }
        if let Some(running) = &mut self.running {
            running.timer.skip(began.elapsed());
        }
        Ok(())
    }

    fn yield_to_jobs(&mut self, backend: &mut dyn JobBackend) -> Result<(), EngineError> {
        self.yield_to_previews(backend)?;
        let Some(own) = self.running.as_ref().map(|r| r.rank) else {
            return Ok(());
        };
        while let Some(at) = self.jobs.iter().position(|w| rank(&w.job) > own) {
            if let (true, Some(running)) = (may_be_paused(&self.jobs[at].job), &self.running) {
                // It would lie beneath that one for as long as it is paused.
                running.end_turn();
                return self.check();
            }
            let began = Instant::now();
            self.run_in_front(at, backend);
            if let Some(running) = &mut self.running {
                running.timer.skip(began.elapsed());
            }
            self.yield_to_previews(backend)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), EngineError> {
        let cancelled = self
            .running
            .as_ref()
            .is_some_and(|r| r.turn_ended() || r.token.is_cancelled());
        if cancelled || self.stopping() {
            return Err(EngineError::Cancelled);
        }
        Ok(())
    }

    fn id(&self) -> Option<JobId> {
        self.running.as_ref().map(|r| r.id)
    }

    fn token(&self) -> CancelToken {
        self.running
            .as_ref()
            .map_or_else(CancelToken::new, |r| r.token.clone())
    }

    fn token_before_canvas(&self) -> CancelToken {
        self.mailbox.before_canvas(&self.token())
    }

    fn progress(
        &mut self,
        stage: Stage,
        done: u64,
        total: u64,
        look: &mut dyn FnMut() -> Option<Picture>,
    ) {
        let Some(running) = &mut self.running else {
            return;
        };
        let id = running.id;
        if let Some(left) = running.timer.note(stage, done, total) {
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

    fn emit(&self, event: Event) {
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

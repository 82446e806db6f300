//! Where requests arrive: the newest previews, the cancel tokens
//! and the queue of everything else. Posting never blocks.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use parking_lot::Mutex;

use super::config::{DeviceChoice, Precision};
use super::protocol::{Channel, EngineError, Job, JobId, Rendering, Request, Seq, Tier, Work};
use super::weight::job_bytes;
use crate::cancel::CancelToken;
use crate::recipe::StyleParams;

/// Requests that may wait; more than anybody clicks together.
const QUEUE: usize = 1024;

/// Bytes of the jobs that wait or run: masks and lists of photos can be long.
const JOBS: usize = 128 << 20;

/// Preview channels in the order in which they are served.
pub(crate) const SERVED: [Channel; 9] = [
    Channel::Canvas,
    Channel::Compare,
    Channel::Hover,
    Channel::Variations,
    Channel::Strip,
    Channel::Keyframes,
    Channel::Finish,
    Channel::Film,
    Channel::Spaces,
];

/// Place of a channel in [`SERVED`] and in the arrays below.
pub(crate) fn slot(channel: Channel) -> usize {
    match channel {
        Channel::Canvas => 0,
        Channel::Compare => 1,
        Channel::Hover => 2,
        Channel::Variations => 3,
        Channel::Strip => 4,
        Channel::Keyframes => 5,
        Channel::Finish => 6,
        Channel::Film => 7,
        Channel::Spaces => 8,
    }
}

/// A preview request as it waits.
pub(crate) struct PreviewRequest {
    pub(crate) seq: Seq,
    pub(crate) tier: Tier,
    pub(crate) items: Vec<Work>,
    /// Next item to make.
    pub(crate) next: usize,
}

/// An estimate as it waits.
pub(crate) struct EstimateRequest {
    pub(crate) seq: Seq,
    pub(crate) params: Arc<StyleParams>,
    pub(crate) rendering: Rendering,
}

/// What must arrive in order and complete.
pub(crate) enum QueuedRequest {
    Open {
        path: PathBuf,
        max_side: u32,
    },
    Job {
        id: JobId,
        job: Box<Job>,
        token: CancelToken,
    },
    Rescan,
    Device(DeviceChoice, Precision),
    Shutdown,
    /// Something in [`MailboxState`] changed.
    Look,
}

/// A job that has not ended.
struct Asked {
    token: CancelToken,
    bytes: usize,
}

/// Latest-wins places and urgency flags.
pub(crate) struct MailboxState {
    previews: Mutex<[Option<PreviewRequest>; SERVED.len()]>,
    estimate: Mutex<Option<EstimateRequest>>,
    newest: [Arc<AtomicU64>; SERVED.len()],
    jobs: Mutex<HashMap<JobId, Asked>>,
    /// Files that wait to be read.
    opens: AtomicUsize,
    stopping: AtomicBool,
}

impl MailboxState {
    fn new() -> Self {
        Self {
            previews: Mutex::default(),
            estimate: Mutex::default(),
            newest: Default::default(),
            jobs: Mutex::default(),
            opens: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
        }
    }

    /// Takes what was asked of a channel, if anything new.
    pub(crate) fn take_previews(&self, slot: usize) -> Option<PreviewRequest> {
        self.previews.lock()[slot].take()
    }

    /// Takes the newest question for an estimate.
    pub(crate) fn take_estimate(&self) -> Option<EstimateRequest> {
        self.estimate.lock().take()
    }

    /// A token that is stale once the channel has a newer request.
    pub(crate) fn preview_token(&self, slot: usize, seq: Seq) -> CancelToken {
        CancelToken::latest_of(Arc::clone(&self.newest[slot]), seq)
    }

    /// A job's token that also counts as cancelled once the canvas waits for a picture.
    pub(crate) fn before_canvas(&self, token: &CancelToken) -> CancelToken {
        let newest = &self.newest[slot(Channel::Canvas)];
        token.or_newer_than(Arc::clone(newest), newest.load(Ordering::Acquire))
    }

    /// Forgets a job that has ended.
    pub(crate) fn forget(&self, id: JobId) {
        self.jobs.lock().remove(&id);
    }

    /// A file that waited is read.
    pub(crate) fn forget_open(&self) {
        self.opens.fetch_sub(1, Ordering::AcqRel);
    }

    /// The token of a job that has not ended.
    fn token(&self, id: JobId) -> Option<CancelToken> {
        self.jobs.lock().get(&id).map(|job| job.token.clone())
    }

    /// Notes a job until it is forgotten; none when too much is waiting.
    fn admit(&self, id: JobId, job: &Job) -> Option<CancelToken> {
        let bytes = job_bytes(job);
        let mut jobs = self.jobs.lock();
        let before: usize = jobs.values().map(|job| job.bytes).sum();
        let heavy = !jobs.is_empty() && before.saturating_add(bytes) > JOBS;
        if heavy || jobs.len() >= QUEUE {
            return None;
        }
        let token = CancelToken::new();
        let asked = Asked {
            token: token.clone(),
            bytes,
        };
        jobs.insert(id, asked);
        Some(token)
    }

    /// Whether the engine is to end.
    pub(crate) fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    fn stop_everything(&self) {
        self.stopping.store(true, Ordering::Release);
        for newest in &self.newest {
            newest.store(u64::MAX, Ordering::Release);
        }
        for job in self.jobs.lock().values() {
            job.token.cancel();
        }
    }
}

/// The sending half; part of every engine handle.
#[derive(Clone)]
pub(crate) struct Mailbox {
    tx: Sender<QueuedRequest>,
    pub(crate) state: Arc<MailboxState>,
}

/// A new mailbox and the worker's end of it.
pub(crate) fn mailbox() -> (Mailbox, Receiver<QueuedRequest>) {
    let (tx, rx) = bounded(QUEUE);
    let state = Arc::new(MailboxState::new());
    (Mailbox { tx, state }, rx)
}

impl Mailbox {
    /// Posts a request; returns at once.
    ///
    /// # Errors
    /// [`EngineError::BadRequest`] when far too much is waiting,
    /// [`EngineError::Internal`] when the engine has ended.
    pub(crate) fn post(&self, request: Request) -> Result<(), EngineError> {
        match request {
            Request::Preview {
                channel,
                seq,
                tier,
                items,
            } => {
                let slot = slot(channel);
                self.state.newest[slot].fetch_max(seq, Ordering::AcqRel);
                let mut waiting = self.state.previews.lock();
                if waiting[slot].as_ref().is_none_or(|old| old.seq <= seq) {
                    waiting[slot] = Some(PreviewRequest {
                        seq,
                        tier,
                        items,
                        next: 0,
                    });
                }
                drop(waiting);
                self.wake()
            }
            Request::Estimate {
                seq,
                params,
                rendering,
            } => {
                *self.state.estimate.lock() = Some(EstimateRequest {
                    seq,
                    params,
                    rendering,
                });
                self.wake()
            }
            Request::Open { path, max_side } => {
                if self.state.opens.load(Ordering::Acquire) >= QUEUE {
                    return Err(too_much());
                }
                self.state.opens.fetch_add(1, Ordering::AcqRel);
                let posted = self.queue(QueuedRequest::Open { path, max_side });
                if posted.is_err() {
                    self.state.forget_open();
                }
                posted
            }
            Request::Job { id, job } => {
                let token = self.state.admit(id, &job).ok_or_else(too_much)?;
                let job = Box::new(job);
                let posted = self.queue(QueuedRequest::Job { id, job, token });
                if posted.is_err() {
                    self.state.forget(id);
                }
                posted
            }
            Request::Cancel(id) => {
                if let Some(token) = self.state.token(id) {
                    token.cancel();
                }
                self.wake()
            }
            Request::Pause { id, paused } => {
                if let Some(token) = self.state.token(id) {
                    token.pause(paused);
                }
                self.wake()
            }
            Request::Finish(id) => {
                if let Some(token) = self.state.token(id) {
                    token.finish();
                }
                self.wake()
            }
            Request::Rescan => self.queue(QueuedRequest::Rescan),
            Request::Device(choice, digits) => self.queue(QueuedRequest::Device(choice, digits)),
            Request::Shutdown => {
                self.state.stop_everything();
                // A full queue is fine: the worker sees the flag before its next step.
                self.tx.try_send(QueuedRequest::Shutdown).ok();
                Ok(())
            }
        }
    }

    /// Makes the worker look at [`MailboxState`]; a full queue means that it will anyway.
    fn wake(&self) -> Result<(), EngineError> {
        match self.tx.try_send(QueuedRequest::Look) {
            Ok(()) | Err(TrySendError::Full(_)) => Ok(()),
            Err(TrySendError::Disconnected(_)) => Err(ended()),
        }
    }

    fn queue(&self, message: QueuedRequest) -> Result<(), EngineError> {
        self.tx.try_send(message).map_err(|e| match e {
            TrySendError::Full(_) => too_much(),
            TrySendError::Disconnected(_) => ended(),
        })
    }
}

fn too_much() -> EngineError {
    EngineError::BadRequest("too much is waiting already; let some of it finish first".into())
}

fn ended() -> EngineError {
    EngineError::Internal("the engine has ended".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{LensParams, Mask, MaskShape, SourceRef, Stroke};

    /// A job whose mask has about so many bytes.
    fn job(bytes: usize) -> Job {
        let source = SourceRef::of_file(std::path::Path::new("/a.png"), String::new());
        let mut params = LensParams::new("lens", source);
        let stroke = Stroke {
            points: vec![[0.123_456_7; 2]; bytes / 8].into(),
            radius: 0.1,
            feather: 0.5,
            erase: false,
        };
        params.mask = Some(Arc::new(Mask {
            shapes: vec![MaskShape::Stroke(stroke)],
            invert: false,
        }));
        Job::RenderLens(Arc::new(params))
    }

    #[test]
    fn waiting_jobs_are_bounded_by_their_bytes_until_they_end() {
        let (mailbox, _rx) = mailbox();
        let post = |id, bytes| {
            mailbox.post(Request::Job {
                id: JobId(id),
                job: job(bytes),
            })
        };
        let waiting = || mailbox.state.jobs.lock().values().map(|j| j.bytes).sum();
        let mut taken = 0;
        while post(taken, 16 << 20).is_ok() {
            taken += 1;
            assert!(taken < 100, "never full");
        }
        let bytes: usize = waiting();
        assert!(taken >= 2 && bytes <= JOBS && bytes >= taken as usize * (16 << 20));
        // A light one still has room, and an ended one makes some.
        post(200, 64).unwrap();
        mailbox.state.forget(JobId(0));
        post(201, 16 << 20).unwrap();
        // Nothing waits: however heavy, it is taken.
        (0..300).for_each(|id| mailbox.state.forget(JobId(id)));
        post(400, 2 * JOBS).unwrap();
    }

    #[test]
    fn files_that_wait_to_be_read_are_bounded_though_the_engine_has_taken_them_in() {
        let (mailbox, rx) = mailbox();
        let open = || {
            let path = PathBuf::from("a.png");
            mailbox.post(Request::Open { path, max_side: 8 })
        };
        for _ in 0..QUEUE {
            open().unwrap();
            rx.recv().unwrap();
        }
        assert!(open().is_err());
        mailbox.state.forget_open();
        open().unwrap();
    }
}

//! The hub's threads behind [`HubRequest`] and [`HubEvent`]: one that keeps order,
//! one for each running download, one for questions. The window waits for none
//! of them.

use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

use super::cache::RepoCache;
use super::catalog::Catalog;
use super::client::Hub;
use super::config::HubConfig;
use super::control::{Control, ControlHandle};
use super::emitter::Emitter;
use super::error::HubError;
use super::importing::{self, Importing};
use super::offer::offer;
use super::pending_downloads::PendingDownloads;
use super::protocol::{Added, Download, Ending, HubEvent, HubRequest, TaskId};
use super::worker::{Message, Worker};
use crate::unfinished;
use crate::waker::Waker;

/// Downloads at the same time; the others wait.
const AT_ONCE: usize = 3;
/// Messages that wait for the service.
const INBOX: usize = 256;
/// Events that wait for the window. Progress that finds no room is left out.
const EVENTS: usize = 256;
/// Answers of a search.
const HITS: usize = 30;

/// The window's end. Dropping it ends the threads; what came of downloads is kept.
pub struct HubHandle {
    inbox: Sender<Message>,
    events: Receiver<HubEvent>,
    thread: Option<JoinHandle<()>>,
}

impl HubHandle {
    /// Asks for something; never waits. For tests; the window wants to know when a request
    /// isn't taken.
    pub fn send(&self, request: HubRequest) {
        if self.try_send(request).is_err() {
            log::error!("the hub's service takes no more requests");
        }
    }

    /// Asks for something; never waits.
    ///
    /// # Errors
    /// The request itself, when too many wait already.
    pub fn try_send(&self, request: HubRequest) -> Result<(), Box<HubRequest>> {
        let full = match self.inbox.try_send(Message::Request(request)) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Full(message) | TrySendError::Disconnected(message)) => message,
        };
        match full {
            Message::Request(request) => Err(Box::new(request)),
            // Only requests are sent here.
            Message::Ended(..) => Ok(()),
        }
    }

    /// Answers that wait to be read.
    pub fn waiting(&self) -> usize {
        self.events.len()
    }

    /// The next answer, if there is one; never waits.
    pub fn try_recv(&self) -> Option<HubEvent> {
        self.events.try_recv().ok()
    }

    /// The next answer, waiting at most so long; for tests.
    pub fn recv_timeout(&self, time: std::time::Duration) -> Option<HubEvent> {
        self.events.recv_timeout(time).ok()
    }
}

impl Drop for HubHandle {
    fn drop(&mut self) {
        // Without a receiver nobody waits for room.
        self.events = bounded(0).1;
        self.inbox.send(Message::Request(HubRequest::Shutdown)).ok();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            log::error!("the hub's thread ended in a panic");
        }
    }
}

/// Where the threads work.
#[derive(Debug, Clone)]
pub struct HubPlaces {
    /// Whom to ask, as whom, how patiently.
    pub config: HubConfig,
    /// Folder where models go; none can be brought in without one.
    pub models: Option<PathBuf>,
    /// File that remembers unfinished downloads.
    pub pending_downloads: Option<PathBuf>,
}

/// Starts the threads. Nothing is asked or fetched until a request says so.
///
/// # Errors
/// The system gives no thread.
pub fn start(places: HubPlaces, waker: Waker) -> std::io::Result<HubHandle> {
    let (inbox, messages) = bounded(INBOX);
    let (events, receiver) = bounded(EVENTS);
    let own = inbox.clone();
    let thread = std::thread::Builder::new()
        .name("limner-hub".into())
        .spawn(move || {
            let mut service = HubService {
                pending: PendingDownloads::open(places.pending_downloads),
                // Set from outside, no switch in the window turns it on.
                forced_offline: places.config.offline,
                config: places.config,
                models: places.models,
                emitter: Emitter { events, waker },
                inbox: own,
                tasks: BTreeMap::new(),
                queue: VecDeque::new(),
                imports: Vec::new(),
                question: ControlHandle::default(),
            };
            service.recall();
            service.serve(&messages);
        })?;
    Ok(HubHandle {
        inbox,
        events: receiver,
        thread: Some(thread),
    })
}

/// A download that isn't finished.
struct Task {
    download: Download,
    state: State,
}

enum State {
    Waiting,
    Paused,
    Running(ControlHandle, JoinHandle<()>),
}

struct HubService {
    config: HubConfig,
    forced_offline: bool,
    models: Option<PathBuf>,
    emitter: Emitter,
    inbox: Sender<Message>,
    pending: PendingDownloads,
    tasks: BTreeMap<TaskId, Task>,
    queue: VecDeque<TaskId>,
    imports: Vec<Importing>,
    /// Stops the question that is being asked.
    question: ControlHandle,
}

impl HubService {
    /// Tells of the list, and of the downloads of earlier starts. Their numbers come
    /// from the top, so that they meet none of the window's.
    fn recall(&mut self) {
        if let Some(models) = &self.models {
            unfinished::sweep(models);
        }
        let list = Catalog::shipped().entries().to_vec();
        self.emitter.emit(HubEvent::Recommended(list));
        for (n, download) in (0u64..).zip(self.pending.all().to_vec()) {
            let id = TaskId(u64::MAX - n);
            self.emitter.emit(HubEvent::Pending(id, download.clone()));
            let state = State::Paused;
            self.tasks.insert(id, Task { download, state });
        }
    }

    fn serve(&mut self, messages: &Receiver<Message>) {
        for message in messages {
            match message {
                Message::Request(HubRequest::Shutdown) => break,
                Message::Request(request) => self.request(request),
                Message::Ended(id, result) => self.ended(id, result),
            }
            self.next();
        }
        self.shut_down();
    }

    fn request(&mut self, request: HubRequest) {
        match request {
            HubRequest::Search { seq, ref words } => {
                let words = words.clone();
                self.ask(request, move |hub| HubEvent::Found {
                    seq,
                    result: hub.search(&words, HITS).map_err(|e| e.trouble()),
                });
            }
            HubRequest::Look { seq, ref repo } => {
                let repo = repo.clone();
                self.ask(request, move |hub| HubEvent::Offered {
                    seq,
                    result: offer(hub, &repo).map_err(|e| e.trouble()),
                });
            }
            HubRequest::Pull { id, download } => {
                self.pending.put(&download);
                let state = State::Waiting;
                self.tasks.insert(id, Task { download, state });
                self.queue(id);
            }
            HubRequest::Pause(id) => self.stop(id, Control::Pause),
            HubRequest::Cancel(id) => self.stop(id, Control::Cancel),
            HubRequest::Resume(id) => {
                if let Some(task) = self.tasks.get_mut(&id)
                    && matches!(task.state, State::Paused)
                {
                    task.state = State::Waiting;
                    self.queue(id);
                }
            }
            HubRequest::Import { id, file } => self.import(id, file),
            HubRequest::Offline(offline) => self.offline(offline),
            HubRequest::Shutdown => {}
        }
    }

    fn queue(&mut self, id: TaskId) {
        self.queue.push_back(id);
        self.emitter.emit(HubEvent::Queued(id));
    }

    /// A question on a thread of its own; the one before it isn't of interest any more.
    fn ask(
        &mut self,
        request: HubRequest,
        question: impl FnOnce(&Hub) -> HubEvent + Send + 'static,
    ) {
        self.question.stop(Control::Cancel);
        self.question = ControlHandle::default();
        let (config, handle) = (self.config.clone(), self.question.clone());
        let emitter = self.emitter.clone();
        let asked = std::thread::Builder::new()
            .name("limner-hub-ask".into())
            .spawn(move || {
                let hub = Hub::new(config);
                handle.guard(&hub);
                let answer = question(&hub);
                if handle.control() == Control::Run {
                    emitter.emit(answer);
                }
            });
        if let Err(error) = asked {
            log::error!("no thread for a question to the hub: {error}");
            self.emitter.emit(HubEvent::Refused(Box::new(request)));
        }
    }

    /// Starts what waits, as far as there is room.
    fn next(&mut self) {
        let running = |task: &&Task| matches!(task.state, State::Running(..));
        while self.tasks.values().filter(running).count() < AT_ONCE {
            let Some(id) = self.queue.pop_front() else {
                return;
            };
            let Some(task) = self.tasks.get_mut(&id) else {
                continue;
            };
            if !matches!(task.state, State::Waiting) {
                continue;
            }
            let worker = Worker {
                id,
                config: self.config.clone(),
                models: self.models.clone(),
                download: task.download.clone(),
                handle: ControlHandle::default(),
                emitter: self.emitter.clone(),
                service: self.inbox.clone(),
            };
            match worker.start() {
                Ok((handle, thread)) => task.state = State::Running(handle, thread),
                Err(error) => self.ended(id, Err(error.into())),
            }
        }
    }

    fn stop(&mut self, id: TaskId, control: Control) {
        let import = self.imports.iter().find(|import| import.id == id);
        if let (Some(import), Control::Cancel) = (import, control) {
            import.stop.cancel();
        }
        let Some(task) = self.tasks.get_mut(&id) else {
            return;
        };
        match &task.state {
            State::Running(handle, _) => handle.stop(control),
            _ if control == Control::Cancel => self.cancelled(id),
            State::Waiting => {
                task.state = State::Paused;
                self.emitter.emit(HubEvent::Paused(id, None));
            }
            State::Paused => {}
        }
    }

    /// Throws away what came of a task that doesn't run any more.
    fn cancelled(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.remove(&id) {
            self.pending.remove(&task.download);
            let cache = RepoCache::new(&self.config.cache, &task.download.repo);
            if let Err(error) = cache.forget(&task.download.etag) {
                log::warn!(
                    "what came of {} can't be removed: {error}",
                    task.download.repo
                );
            }
        }
        let ending = Err(Ending::Cancelled);
        self.emitter.emit(HubEvent::Ended(id, ending));
    }

    fn import(&mut self, id: TaskId, file: PathBuf) {
        self.imports.retain(Importing::runs);
        let models = self.models.clone();
        match importing::start(id, file, models, self.emitter.clone()) {
            Ok(import) => self.imports.push(import),
            Err(why) => {
                let why = Ending::Failed(why.trouble());
                self.emitter.emit(HubEvent::Ended(id, Err(why)));
            }
        }
    }

    fn offline(&mut self, offline: bool) {
        self.config.offline = offline || self.forced_offline;
        if !self.config.offline {
            return;
        }
        self.question.stop(Control::Cancel);
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        for id in ids {
            self.stop(id, Control::Pause);
        }
    }

    fn ended(&mut self, id: TaskId, result: Result<Added, HubError>) {
        let control = match self.tasks.get(&id).map(|t| &t.state) {
            Some(State::Running(handle, _)) => handle.control(),
            _ => Control::Run,
        };
        let result = match result {
            Ok(added) => Ok(added),
            Err(_) if control == Control::Cancel => return self.cancelled(id),
            Err(error) if control == Control::Pause || keeps(&error) => {
                if let Some(task) = self.tasks.get_mut(&id) {
                    task.state = State::Paused;
                }
                let why = (control == Control::Run).then(|| error.trouble());
                return self.emitter.emit(HubEvent::Paused(id, why));
            }
            Err(error) => Err(Ending::Failed(error.trouble())),
        };
        if let Some(task) = self.tasks.remove(&id) {
            self.pending.remove(&task.download);
        }
        self.emitter.emit(HubEvent::Ended(id, result));
    }

    /// Breaks all connections and waits for the threads: what came is on disk then.
    fn shut_down(&mut self) {
        self.question.stop(Control::Cancel);
        self.imports.iter().for_each(|import| import.stop.cancel());
        for import in self.imports.drain(..) {
            import.end();
        }
        for task in std::mem::take(&mut self.tasks).into_values() {
            if let State::Running(handle, thread) = task.state {
                handle.stop(Control::Pause);
                if thread.join().is_err() {
                    log::error!("a download's thread ended in a panic");
                }
            }
        }
    }
}

/// Whether a download can go on later from what came.
fn keeps(error: &HubError) -> bool {
    matches!(
        error,
        HubError::Connection { .. }
            | HubError::TooMany(_)
            | HubError::TooSlow { .. }
            | HubError::Circle(_)
            | HubError::BadAnswer(_)
            | HubError::Proxy { .. }
            | HubError::Offline
            | HubError::NoRoom { .. }
            | HubError::Busy(_)
            | HubError::Stopped
    )
}

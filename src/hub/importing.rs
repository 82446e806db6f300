//! A file of the user's own brought in, on a thread of its own: told how far, stopped
//! when asked, and nothing left behind then.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::emitter::Emitter;
use super::error::HubError;
use super::protocol::{Added, Ending, HubEvent, ImportStep, TaskId};
use crate::cancel::CancelToken;
use crate::import::{self, ImportError, Origin, Watch};

/// Between two words about how far the reading is.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(100);

/// An import that runs, or has run.
pub(super) struct Importing {
    pub(super) id: TaskId,
    pub(super) stop: CancelToken,
    thread: JoinHandle<()>,
}

impl Importing {
    /// Whether it isn't over yet.
    pub(super) fn runs(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Waits for it: what it began is taken away then.
    pub(super) fn end(self) {
        if self.thread.join().is_err() {
            log::error!("an import's thread ended in a panic");
        }
    }
}

/// Starts the thread.
///
/// # Errors
/// No folder for models, or no thread.
pub(super) fn start(
    id: TaskId,
    file: PathBuf,
    models: Option<PathBuf>,
    emitter: Emitter,
) -> Result<Importing, HubError> {
    let models = models.ok_or_else(|| {
        HubError::Io(std::io::Error::other(
            "no home folder is known to keep models in",
        ))
    })?;
    let stop = CancelToken::new();
    let heard = stop.clone();
    let thread = std::thread::Builder::new()
        .name("limner-import".into())
        .spawn(move || {
            let mut told = None;
            let mut watch = Watch {
                stop: &heard,
                step: &mut |step| tell(id, step, &mut told, &emitter),
                check: None,
            };
            let made = import::import_watched(&file, &models, None, &Origin::default(), &mut watch);
            let result = match made {
                Ok(made) => Ok(Added {
                    name: made.name,
                    summary: made.summary,
                }),
                Err(ImportError::Cancelled) => Err(Ending::Cancelled),
                Err(error) => Err(Ending::Failed(HubError::Import(error).trouble())),
            };
            emitter.emit(HubEvent::Ended(id, result));
        })?;
    Ok(Importing { id, stop, thread })
}

/// Says how far it is: every new step, and reading at a pace.
fn tell(id: TaskId, step: ImportStep, told: &mut Option<(ImportStep, Instant)>, emitter: &Emitter) {
    let same = |a: ImportStep| std::mem::discriminant(&a) == std::mem::discriminant(&step);
    let now = Instant::now();
    if told.is_some_and(|(before, at)| same(before) && now - at < PROGRESS_INTERVAL) {
        return;
    }
    *told = Some((step, now));
    emitter.offer(HubEvent::Importing(id, step));
}

//! One download on its own thread.

use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Sender;

use super::client::{Hub, Repo};
use super::config::HubConfig;
use super::control::ControlHandle;
use super::emitter::Emitter;
use super::error::HubError;
use super::protocol::{Added, Download, HubEvent, HubRequest, TaskId};
use super::pull::pull;

/// For the service to take the last word.
const LAST_WORD: Duration = Duration::from_secs(5);

/// What the service hears.
pub(super) enum Message {
    Request(HubRequest),
    /// A worker has ended.
    Ended(TaskId, Result<Added, HubError>),
}

/// A download and all it needs.
pub(super) struct Worker {
    pub(super) id: TaskId,
    pub(super) config: HubConfig,
    pub(super) models: Option<PathBuf>,
    pub(super) download: Download,
    pub(super) handle: ControlHandle,
    pub(super) emitter: Emitter,
    pub(super) service: Sender<Message>,
}

impl Worker {
    /// Starts the thread; the handle stops it.
    pub(super) fn start(self) -> std::io::Result<(ControlHandle, JoinHandle<()>)> {
        let handle = self.handle.clone();
        let thread = std::thread::Builder::new()
            .name("limner-pull".into())
            .spawn(move || {
                let result = self.run();
                let ended = Message::Ended(self.id, result);
                // At the end of the program the service waits for this thread and doesn't
                // listen any more.
                self.service.send_timeout(ended, LAST_WORD).ok();
            })?;
        Ok((handle, thread))
    }

    fn run(&self) -> Result<Added, HubError> {
        let models = self.models.clone().ok_or_else(|| {
            HubError::Io(std::io::Error::other(
                "no home folder is known to keep models in",
            ))
        })?;
        let hub = Hub::new(self.config.clone());
        self.handle.guard(&hub);
        let repo = self.agreed(hub.look(&self.download.repo, &self.download.commit)?)?;
        let file = Some(self.download.file.as_str());
        let pulled = pull(&hub, &repo, file, &models, None, &mut |progress| {
            let event = if progress.done == progress.total {
                HubEvent::Opening(self.id)
            } else {
                HubEvent::Progress(self.id, progress.clone())
            };
            self.emitter.offer(event);
            self.handle.flow()
        })?;
        Ok(Added {
            name: pulled.imported.name,
            summary: pulled.imported.summary,
        })
    }

    /// The repository, if it is still what the user agreed to.
    fn agreed(&self, repo: Repo) -> Result<Repo, HubError> {
        let file = repo.files.iter().find(|f| f.name == self.download.file);
        let same = file.and_then(|f| f.etag()) == Some(&self.download.etag);
        if (&repo.licence, &repo.licence_text)
            != (&self.download.licence, &self.download.licence_text)
        {
            return Err(HubError::LicenceChanged {
                repo: repo.id,
                licence: repo.licence,
            });
        }
        if !same {
            return Err(HubError::WrongBytes(self.download.file.clone()));
        }
        Ok(repo)
    }
}

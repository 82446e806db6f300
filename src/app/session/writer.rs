//! The thread that writes the session file, and says how it went.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, bounded};

use crate::app::histories::Histories;
use crate::app::session::{Saved, history_file, steps_beside};
use crate::export::atomic::{Existing, write_bytes};

/// What is written.
pub(super) struct ToWrite {
    pub(super) saved: Saved,
    /// Only where something happened.
    pub(super) histories: Option<Histories>,
}

/// Answers that may wait: they are heard before more is sent.
const ANSWERS: usize = 16;

/// How a write went, or why not.
type Written = Result<(), String>;

/// The thread, and the lock that keeps other windows from its files.
pub(super) struct Writer {
    sender: Option<Sender<ToWrite>>,
    answers: Receiver<Written>,
    /// Answers that are still to come.
    unheard: u64,
    thread: Option<JoinHandle<()>>,
    /// Where the histories lie.
    steps: PathBuf,
    /// Held as long as this window is open.
    _lock: File,
}

impl Writer {
    /// Begins to write to `path` and the histories beside it.
    pub(super) fn start(lock: File, path: PathBuf) -> std::io::Result<Self> {
        let steps = steps_beside(&path);
        let (sender, receiver) = bounded(1);
        let (answer, answers) = bounded(ANSWERS);
        let thread = std::thread::Builder::new()
            .name("limner-session".to_owned())
            .spawn({
                let steps = steps.clone();
                move || {
                    for work in receiver {
                        answer.try_send(write(work, &path, &steps)).ok();
                    }
                }
            })?;
        Ok(Self {
            sender: Some(sender),
            answers,
            unheard: 0,
            thread: Some(thread),
            steps,
            _lock: lock,
        })
    }

    /// Where the histories lie.
    pub(super) fn steps(&self) -> &Path {
        &self.steps
    }

    /// Gives work to the thread unless it has enough.
    pub(super) fn send(&mut self, work: ToWrite) -> bool {
        let sent = self
            .sender
            .as_ref()
            .is_some_and(|s| s.try_send(work).is_ok());
        self.unheard += u64::from(sent);
        sent
    }

    /// How the next write went, if it has ended.
    pub(super) fn answer(&mut self) -> Option<Written> {
        let written = self.answers.try_recv().ok()?;
        self.unheard -= 1;
        Some(written)
    }

    /// Whether answers are still to come.
    pub(super) fn is_busy(&self) -> bool {
        self.unheard > 0
    }

    /// Writes this last and waits until it's on disk.
    pub(super) fn finish(mut self, work: ToWrite) {
        if let Some(sender) = self.sender.take() {
            sender.send(work).ok();
        }
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn write(work: ToWrite, path: &Path, steps: &Path) -> Written {
    let whole = || -> std::io::Result<()> {
        let bytes = serde_json::to_vec(&work.saved)?;
        write_bytes(path, Existing::Replace, &bytes).map_err(std::io::Error::other)?;
        match &work.histories {
            Some(all) => history_file::write(steps, all),
            None => Ok(()),
        }
    };
    whole().map_err(|error| {
        log::warn!("the session can't be written: {error}");
        error.to_string()
    })
}

//! What the engine told: device, networks, jobs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::app::action::Purpose;
use crate::app::finals::FinalOf;
use crate::app::plain_words::PlainWords;
use crate::engine::protocol::{
    DeviceInfo, DirectionInfo, Estimate, JobId, Library, ModelInfo, ModelKind, Stage,
};
use crate::picture::Picture;

/// What the engine told.
#[derive(Debug, Default)]
pub struct EngineState {
    /// What computes.
    pub device: Option<DeviceInfo>,
    /// The GPU whose memory was small, once that has been said.
    pub small_gpu: Option<String>,
    /// Models and styles.
    pub library: Arc<Library>,
    /// Whether the library has come.
    pub library_known: bool,
    /// Sliders by model.
    pub directions: HashMap<String, Arc<Vec<DirectionInfo>>>,
    /// Models whose sliders the user doesn't want measured now.
    pub declined: HashSet<String>,
    /// Jobs that wait or run, in order.
    pub jobs: Vec<JobEntry>,
    /// A preview is being computed.
    pub previewing: bool,
    /// Time of the last canvas picture.
    pub last_took: Option<Duration>,
    /// What a full-size stylisation would take.
    pub estimate: Option<Estimate>,
    /// Why there is no estimate, and what to do.
    pub estimate_error: Option<PlainWords>,
    next_job: u64,
    /// Number of the last estimate asked.
    pub estimate_seq: u64,
}

impl EngineState {
    /// A model by name.
    pub fn model(&self, name: &str) -> Option<&ModelInfo> {
        self.library.models.iter().find(|m| m.name == name)
    }

    /// What a generator's setting of variety is called, also of one that isn't here.
    pub fn variety(&self, model: &str) -> &'static str {
        self.model(model).map_or("Truncation", ModelInfo::variety)
    }

    /// Models of a kind.
    pub fn models(&self, kind: ModelKind) -> impl Iterator<Item = &ModelInfo> {
        self.library.models.iter().filter(move |m| m.kind == kind)
    }

    /// Forgets the sliders of networks that are others now, or gone; and that one had none.
    pub(in crate::app) fn forget_sliders_of_others(&mut self, now: &Library) {
        let hash_in = |library: &Library, name: &str| {
            let model = library.models.iter().find(|m| m.name == name);
            model.map(|m| m.sha256.clone())
        };
        let before = &self.library;
        let same = |name: &str| hash_in(before, name) == hash_in(now, name);
        self.directions
            .retain(|name, sliders| !sliders.is_empty() && same(name));
        self.declined.retain(|name| same(name));
    }

    /// A fresh job number.
    pub fn next_job(&mut self) -> JobId {
        self.next_job += 1;
        JobId(self.next_job)
    }

    /// The job for a purpose, if one waits or runs.
    pub fn job_for(&self, purpose: &Purpose) -> Option<&JobEntry> {
        self.jobs.iter().find(|j| j.purpose == *purpose)
    }
}

/// A job as the window knows it.
#[derive(Debug, Clone)]
pub struct JobEntry {
    /// Number.
    pub id: JobId,
    /// In words, e.g. `Keeping the picture`.
    pub title: String,
    /// Where the result goes.
    pub purpose: Purpose,
    /// Where else it goes.
    pub also: Vec<Purpose>,
    /// The picture that it makes.
    pub of: Option<FinalOf>,
    /// What it does now; nothing while it waits.
    pub stage: Option<Stage>,
    /// Steps done.
    pub done: u64,
    /// Steps in all.
    pub total: u64,
    /// Time left.
    pub left: Option<Duration>,
    /// The work so far.
    pub look: Option<Picture>,
    /// The user wants it stopped.
    pub cancelling: bool,
    /// It waits until the user lets it go on.
    pub paused: bool,
}

impl JobEntry {
    /// 0..=1.
    pub fn fraction(&self) -> f32 {
        if self.total == 0 {
            0.0
        } else {
            (self.done as f32 / self.total as f32).clamp(0.0, 1.0)
        }
    }
}

//! The whole state of the window. Panels read it; [`crate::app::dispatch`] and
//! [`crate::app::events`] change it.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::action::{Destination, FileRole, Purpose};
use crate::app::document::Document;
use crate::app::explore::random_walk::LatentWalk;
use crate::app::frame_stats::FrameStats;
use crate::app::history::History;
use crate::app::notice::Level;
use crate::app::prefs::Prefs;
use crate::app::previews::Previews;
use crate::app::view::ViewState;
use crate::engine::protocol::{
    DeviceInfo, DirectionInfo, Estimate, JobId, Library, ModelInfo, ModelKind, OpenedPhoto, Stage,
};
use crate::gallery::protocol::{Entry, ExportOptions, Family, PictureId, Query};
use crate::picture::Picture;
use crate::recipe::{Recipe, SourceRef};

/// Everything.
pub struct AppState {
    /// The work; undoable.
    pub doc: Document,
    /// How it's looked at.
    pub view: ViewState,
    /// What the artist prefers.
    pub prefs: Prefs,
    /// Undo and redo.
    pub history: History,
    /// What the engine told.
    pub engine: EngineState,
    /// Pictures from the engine.
    pub previews: Previews,
    /// Photos and style pictures that were read.
    pub photos: Photos,
    /// What the gallery told.
    pub gallery: GalleryState,
    /// The picture of Explore or Style that the export dialog is about.
    pub export: Option<crate::app::export::target::ExportTarget>,
    /// What is known of models from outside.
    pub hub: crate::app::hub::state::HubState,
    /// What became of the last folder of photos, until it was read.
    pub folder_report: Option<crate::app::style::folder_report::FolderReport>,
    /// Messages in the corner.
    pub toasts: Toasts,
    /// Time spent per frame.
    pub frames: FrameStats,
    /// The random walk, while it plays.
    pub latent_walk: Option<LatentWalk>,
    /// Dice.
    pub random: rand_chacha::ChaCha20Rng,
}

impl AppState {
    /// A start from a document, e.g. of the last session.
    pub fn new(doc: Document, view: ViewState, prefs: Prefs) -> Self {
        Self {
            history: History::new(&doc),
            doc,
            view,
            prefs,
            engine: EngineState::default(),
            previews: Previews::default(),
            photos: Photos::default(),
            gallery: GalleryState::default(),
            export: None,
            hub: crate::app::hub::state::HubState::default(),
            folder_report: None,
            toasts: Toasts::default(),
            frames: FrameStats::default(),
            latent_walk: None,
            random: crate::app::random::random_source(),
        }
    }

    /// The model that Explore uses.
    pub fn generator(&self) -> Option<&ModelInfo> {
        self.engine.model(&self.doc.explore.model)
    }

    /// The model that Style uses.
    pub fn style_model(&self) -> Option<&ModelInfo> {
        self.engine.model(&self.doc.style.model)
    }

    /// The sliders of Explore's model, once measured.
    pub fn directions(&self) -> Option<&Arc<Vec<DirectionInfo>>> {
        self.engine.directions.get(&self.doc.explore.model)
    }

    /// The photo of Lens, once read.
    pub fn lens_photo(&self) -> Option<&OpenedPhoto> {
        self.photos.of(self.doc.explore.lens_doc()?.photo.as_ref()?)
    }

    /// The photo of Style, once read.
    pub fn photo(&self) -> Option<&OpenedPhoto> {
        self.photos.of(self.doc.style.photo.as_ref()?)
    }
}

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
    pub declined: std::collections::HashSet<String>,
    /// Jobs that wait or run, in order.
    pub jobs: Vec<JobEntry>,
    /// A preview is being computed.
    pub previewing: bool,
    /// Time of the last canvas picture.
    pub last_took: Option<Duration>,
    /// What a full-size stylisation would take.
    pub estimate: Option<Estimate>,
    /// Why there is no estimate, and what to do.
    pub estimate_error: Option<String>,
    next_job: u64,
    /// Number of the last estimate asked.
    pub estimate_seq: u64,
}

impl EngineState {
    /// A model by name.
    pub fn model(&self, name: &str) -> Option<&ModelInfo> {
        self.library.models.iter().find(|m| m.name == name)
    }

    /// Models of a kind.
    pub fn models(&self, kind: ModelKind) -> impl Iterator<Item = &ModelInfo> {
        self.library.models.iter().filter(move |m| m.kind == kind)
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

/// Photos and style pictures that were read, by content.
#[derive(Debug, Default)]
pub struct Photos {
    by_hash: HashMap<String, OpenedPhoto>,
    /// Files being read, and what for.
    pub opening: HashMap<PathBuf, FileRole>,
    /// Files that couldn't be read, and why.
    pub failed: HashMap<PathBuf, String>,
}

impl Photos {
    /// The photo behind a reference.
    pub fn of(&self, source: &SourceRef) -> Option<&OpenedPhoto> {
        self.by_hash.get(&source.sha256)
    }

    /// Remembers a photo.
    pub fn insert(&mut self, photo: OpenedPhoto) {
        self.by_hash.insert(photo.source.sha256.clone(), photo);
    }
}

/// What the gallery told.
#[derive(Debug, Default)]
pub struct GalleryState {
    /// Its folder, once open.
    pub folder: Option<PathBuf>,
    /// Pictures in it.
    pub count: usize,
    /// What the grid shows.
    pub query: Query,
    /// Number of the last query.
    pub seq: u64,
    /// Hits in order.
    pub entries: Arc<Vec<Entry>>,
    /// Whether a listing has come.
    pub listed: bool,
    /// Thumbnails that came.
    pub thumbs: crate::app::gallery::thumb_store::ThumbStore,
    /// Thumbnails that can't be made, and why.
    pub thumb_errors: HashMap<PictureId, String>,
    /// Chosen pictures.
    pub selected: BTreeSet<PictureId>,
    /// The picture in single view.
    pub open: Option<PictureId>,
    /// Whole pictures that came (a few).
    pub loaded: Vec<(PictureId, Picture, Option<Box<Recipe>>)>,
    /// Why a whole picture can't be shown.
    pub load_errors: HashMap<PictureId, String>,
    /// Family of the chosen or open picture.
    pub lineage: Option<(PictureId, Family)>,
    /// What is known of one picture, in words.
    pub about: Option<(PictureId, Box<crate::gallery::protocol::About>)>,
    /// What an export of a picture would write beside the pixels, with which options.
    pub export_preview: Option<(PictureId, ExportOptions, String)>,
    /// Copies being written.
    pub exporting: Option<Exporting>,
    /// Index being rebuilt.
    pub rebuilding: Option<(usize, usize)>,
    /// Tokens of deletions, newest last.
    pub deleted: Vec<u64>,
    /// Pictures on their way to disk: token, and what comes after.
    pub saving: Vec<(u64, Option<Destination>)>,
    /// Number of the last save.
    pub save_token: u64,
    /// Whole pictures wanted for something else than showing.
    pub awaited: Vec<(PictureId, Destination)>,
}

/// Copies of gallery pictures being written.
#[derive(Debug, Clone, Copy)]
pub struct Exporting {
    /// Written.
    pub done: usize,
    /// In all, ≥ `done`.
    pub total: usize,
    /// Since when.
    pub since: Instant,
}

impl GalleryState {
    /// A whole picture, if it's there.
    pub fn picture(&self, id: PictureId) -> Option<(&Picture, Option<&Recipe>)> {
        self.loaded
            .iter()
            .find(|(i, _, _)| *i == id)
            .map(|(_, p, r)| (p, r.as_deref()))
    }

    /// A line of the listing.
    pub fn entry(&self, id: PictureId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.id == id)
    }
}

/// Messages in the corner.
#[derive(Debug, Default)]
pub struct Toasts {
    list: Vec<Toast>,
    next: u64,
}

/// A message.
#[derive(Debug, Clone)]
pub struct Toast {
    /// Number.
    pub id: u64,
    /// How serious.
    pub level: Level,
    /// What.
    pub text: String,
    /// Since when.
    pub since: Instant,
    /// A button that helps: its text and what it does.
    pub offer: Option<(String, Box<crate::app::action::Action>)>,
}

impl Toast {
    /// How long it stays; errors stay longer.
    pub fn life(&self) -> Duration {
        match self.level {
            Level::Info => Duration::from_secs(5),
            Level::Warning => Duration::from_secs(10),
            Level::Error => Duration::from_secs(20),
        }
    }
}

impl Toasts {
    /// Tells the user something.
    pub fn push(&mut self, level: Level, text: impl Into<String>) {
        self.offer(level, text, None);
    }

    /// Tells the user something, with a button.
    pub fn offer(
        &mut self,
        level: Level,
        text: impl Into<String>,
        offer: Option<(String, Box<crate::app::action::Action>)>,
    ) {
        let text = text.into();
        if let Some(same) = self.list.iter_mut().find(|t| t.text == text) {
            same.since = Instant::now();
            return;
        }
        self.next += 1;
        self.list.push(Toast {
            id: self.next,
            level,
            text,
            since: Instant::now(),
            offer,
        });
        if self.list.len() > 5 {
            self.list.remove(0);
        }
    }

    /// Those to show, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Toast> {
        self.list.iter()
    }

    /// Takes one away.
    pub fn dismiss(&mut self, id: u64) {
        self.list.retain(|t| t.id != id);
    }

    /// Drops those whose time is over. Returns the time until the next one goes.
    pub fn expire(&mut self) -> Option<Duration> {
        self.list.retain(|t| t.since.elapsed() < t.life());
        self.list
            .iter()
            .map(|t| t.life().saturating_sub(t.since.elapsed()))
            .min()
    }
}

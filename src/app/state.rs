//! The whole state of the window. Panels read it; [`crate::app::dispatch`] and the
//! areas' `apply` and `events` change it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::document::Document;
use crate::app::engine_state::EngineState;
use crate::app::explore::drag_state::DragState;
use crate::app::explore::random_walk::LatentWalk;
use crate::app::export::target::ExportTarget;
use crate::app::finals::Finals;
use crate::app::finish::state::{FinishState, FinishWork};
use crate::app::frame_stats::FrameStats;
use crate::app::gallery::state::GalleryState;
use crate::app::grow::grow_state::GrowState;
use crate::app::histories::Histories;
use crate::app::history::History;
use crate::app::hub::state::HubState;
use crate::app::photos::Photos;
use crate::app::prefs::Prefs;
use crate::app::previews::Previews;
use crate::app::spaces::spaces_state::SpacesState;
use crate::app::style::film_draft::FilmDraft;
use crate::app::style::fine_state::FineState;
use crate::app::style::folder_edit::FolderDraft;
use crate::app::style::folder_report::FolderReport;
use crate::app::style::own_styles_state::OwnStyles;
use crate::app::timeline::document::{KeyPicture, TimelineDoc};
use crate::app::toasts::Toasts;
use crate::app::view::{ViewState, Workspace};
use crate::engine::protocol::{DirectionInfo, ModelInfo, ModelKind, OpenedPhoto};
use crate::engine::protocol::{FilmEstimate, FilmJob};

/// Everything.
pub struct AppState {
    /// The work; undoable.
    pub doc: Document,
    /// How it's looked at.
    pub view: ViewState,
    /// What the artist prefers.
    pub prefs: Prefs,
    /// Undo and redo.
    pub history: Histories,
    /// What the engine told.
    pub engine: EngineState,
    /// Pictures from the engine.
    pub previews: Previews,
    /// Photos and style pictures that were read.
    pub photos: Photos,
    /// What the gallery told.
    pub gallery: GalleryState,
    /// The picture outside the gallery that the export dialog is about.
    pub export: Option<ExportTarget>,
    /// The number of the newest one.
    pub(in crate::app) exports: u64,
    /// What is known of models from outside.
    pub hub: HubState,
    /// Pictures at full size.
    pub finals: Finals,
    /// Pictures of *Fine*.
    pub fine: FineState,
    /// The picture that is being finished.
    pub finish: FinishState,
    /// Styles of the user's own.
    pub own_styles: OwnStyles,
    /// What is known of Grow's picture.
    pub grow: GrowState,
    /// Points of Explore's picture on their way.
    pub drag: DragState,
    /// The folders that are chosen for the next folder of photos.
    pub folder_draft: FolderDraft,
    /// What is known of Spaces' picture.
    pub spaces: SpacesState,
    /// What became of the last folder of photos, until it was read.
    pub folder_report: Option<FolderReport>,
    /// Files that other windows named when this one was opened.
    pub(crate) named_elsewhere: Vec<PathBuf>,
    /// Messages in the corner.
    pub toasts: Toasts,
    /// Time spent per frame.
    pub frames: FrameStats,
    /// The random walk, while it plays.
    pub latent_walk: Option<LatentWalk>,
    /// What the film would take that was tried last.
    pub film_estimate: Option<(Box<FilmJob>, FilmEstimate)>,
    /// The film that is about to be stylised.
    pub style_film: Option<FilmDraft>,
    /// Dice.
    pub random: rand_chacha::ChaCha20Rng,
}

impl AppState {
    /// A start from a document, e.g. of the last session.
    pub fn new(doc: Document, view: ViewState, prefs: Prefs) -> Self {
        Self {
            history: Histories::new(&doc),
            doc,
            view,
            prefs,
            engine: EngineState::default(),
            previews: Previews::default(),
            photos: Photos::default(),
            gallery: GalleryState::default(),
            export: None,
            exports: 0,
            hub: HubState::default(),
            finals: Finals::default(),
            fine: FineState::default(),
            finish: FinishState::default(),
            own_styles: OwnStyles::default(),
            grow: GrowState::default(),
            drag: DragState::default(),
            folder_draft: FolderDraft::default(),
            spaces: SpacesState::default(),
            folder_report: None,
            named_elsewhere: Vec::new(),
            toasts: Toasts::default(),
            frames: FrameStats::default(),
            latent_walk: None,
            film_estimate: None,
            style_film: None,
            random: crate::app::random::random_source(),
        }
    }

    /// The history of the workspace in front; the gallery has none.
    pub fn front_history(&self) -> Option<&History> {
        self.history.of(self.view.workspace)
    }

    /// The timeline in front: Style's there, everywhere else Explore's.
    pub fn timeline(&self) -> &TimelineDoc {
        match self.view.workspace {
            Workspace::Style => &self.doc.style.timeline,
            _ => &self.doc.explore.timeline,
        }
    }

    /// The picture that would become a keyframe now.
    pub fn key_picture(&self) -> Option<KeyPicture> {
        match self.view.workspace {
            Workspace::Style => self.doc.style.params().map(KeyPicture::from),
            _ => self.doc.explore.current().cloned().map(KeyPicture::from),
        }
    }

    /// The picture that is being finished, while it is in front.
    pub fn finishing(&self) -> Option<&FinishWork> {
        let work = self.finish.work.as_ref()?;
        (work.over == self.view.workspace && !self.view.start_page).then_some(work)
    }

    /// Whether the export dialog is about the picture on the canvas, not those of the gallery.
    pub fn exports_canvas(&self) -> bool {
        self.view.workspace != Workspace::Gallery || self.finishing().is_some()
    }

    /// The network that the user chose to enlarge pictures with, if it is there and can make them so
    /// many times as large. Without it, whoever enlarges takes the one of [`Self::upscaler`].
    pub fn chosen_upscaler(&self, scale: u32) -> Option<String> {
        let chosen = self.prefs.upscaler.as_deref()?;
        let mut all = self.engine.models(ModelKind::Upscaler);
        all.any(|model| model.name == chosen && model.enlarges(scale))
            .then(|| chosen.to_owned())
    }

    /// The network that makes a picture so many times as large: the one that the user chose, else the
    /// one for pictures of this generator, of those that can.
    pub fn upscaler(&self, made_by: Option<&str>, scale: u32) -> Option<&ModelInfo> {
        let chosen = self.prefs.upscaler.as_deref();
        self.engine
            .library
            .upscaler_for(chosen, made_by, Some(scale))
    }

    /// The network that the user chose to enlarge pictures with, or the one that ships.
    pub fn preferred_upscaler(&self) -> Option<&ModelInfo> {
        let chosen = self.prefs.upscaler.as_deref();
        self.engine.library.upscaler_for(chosen, None, None)
    }

    /// The network that Explore's small pictures are drawn through.
    pub fn drawn_through(&self) -> Option<&ModelInfo> {
        let library = &self.engine.library;
        library.upscaler_for(None, Some(&self.doc.explore.model), None)
    }

    /// The model that Explore uses.
    pub fn generator(&self) -> Option<&ModelInfo> {
        self.engine.model(&self.doc.explore.model)
    }

    /// The model that Style uses.
    pub fn style_model(&self) -> Option<&ModelInfo> {
        self.engine.model(&self.doc.style.model)
    }

    /// The model that Lens uses.
    pub fn lens_model(&self) -> Option<&ModelInfo> {
        self.engine.model(&self.doc.lens.model)
    }

    /// The model that a workspace uses.
    pub fn model_of(&self, workspace: Workspace) -> Option<&ModelInfo> {
        match workspace {
            Workspace::Explore => self.generator(),
            Workspace::Style => self.style_model(),
            Workspace::Lens => self.lens_model(),
            Workspace::Grow | Workspace::Spaces | Workspace::Gallery => None,
        }
    }

    /// The sliders of Explore's model, once measured.
    pub fn directions(&self) -> Option<&Arc<Vec<DirectionInfo>>> {
        self.engine.directions.get(&self.doc.explore.model)
    }

    /// The sliders of Lens' model, once measured.
    pub fn lens_directions(&self) -> Option<&Arc<Vec<DirectionInfo>>> {
        self.engine.directions.get(&self.doc.lens.model)
    }

    /// The photo of Lens, once read.
    pub fn lens_photo(&self) -> Option<&OpenedPhoto> {
        self.photos.of(self.doc.lens.photo()?)
    }

    /// The picture that Grow's grow from, once read.
    pub fn grow_source(&self) -> Option<&OpenedPhoto> {
        self.photos.of(self.doc.grow.source.as_ref()?)
    }

    /// The photo of Style, once read.
    pub fn photo(&self) -> Option<&OpenedPhoto> {
        self.photos.of(self.doc.style.photo.as_ref()?)
    }
}

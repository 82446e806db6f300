//! What panels ask for. They queue; [`crate::app::dispatch`] does.

use crate::app::explore::edit::ExploreEdit;
use crate::app::finish::edit::FinishEdit;
use crate::app::grow::edit::GrowEdit;
use crate::app::notice::Level;
use crate::app::spaces::edit::SpacesEdit;
use crate::app::spaces::export_choice::{SpacesExport, SpacesFiles};
use crate::app::spaces::looks::SpacesView;
use crate::app::style::edit::StyleEdit;
use crate::app::style::folder_edit::FolderEdit;
use crate::app::style::own_styles_edit::OwnStyleEdit;
use crate::app::style::preset::PresetEdit;
use crate::app::timeline::edit::TimelineEdit;
use std::path::PathBuf;
use std::sync::Arc;

use crate::app::command::Command;
use crate::app::lens::edit::LensEdit;
use crate::app::prefs::Prefs;
use crate::app::view::{CanvasView, Compare, Dialog, ViewState, Workspace};
use crate::engine::protocol::{
    Channel, FilmJob, Job, JobId, Rendering, StyleFilmJob, Tier, TurnJob, Work,
};
use crate::gallery::protocol::{ExportOptions, GalleryRequest, PictureId, Query, Sheet};
use crate::picture::Picture;
use crate::recipe::{ExploreParams, Recipe};

/// A request of a panel.
#[derive(Debug, Clone, strum::IntoStaticStr)]
pub enum Action {
    /// As if chosen in the menu.
    Command(Command),
    /// Changes Explore; undoable.
    Explore(ExploreEdit),
    /// Changes the timeline; undoable in Explore.
    Timeline(TimelineEdit),
    /// Changes Style; undoable.
    Style(StyleEdit),
    /// Presets of Style.
    StylePreset(PresetEdit),
    /// Styles of the user's own.
    OwnStyle(OwnStyleEdit),
    /// Changes Lens; undoable.
    Lens(LensEdit),
    /// Changes what is being finished; undoable there.
    Finish(FinishEdit),
    /// Changes Grow; undoable.
    Grow(GrowEdit),
    /// Changes Spaces; undoable.
    Spaces(SpacesEdit),
    /// Asks where to write files of Spaces.
    SpacesExport(SpacesExport),
    /// Writes files of Spaces: into a folder, or one file.
    SpacesWrite {
        /// What.
        what: SpacesExport,
        /// The folder or the file.
        to: PathBuf,
    },
    /// Make the whole tile of Spaces.
    SpacesWhole,
    /// Changes how things are looked at; not undoable.
    View(ViewEdit),
    /// New preferences.
    SetPrefs(Box<Prefs>),
    /// Back or forward to a step of the history strip.
    GoToStep(usize),
    /// Small pictures on a channel (swatches, strips, hover). Asked only when it
    /// differs from what the channel was asked last; see `state.previews`.
    Previews {
        /// Not `Canvas`: that one follows the document.
        channel: Channel,
        /// How good.
        tier: Tier,
        /// What.
        items: Vec<Work>,
    },
    /// Queue a job.
    Start {
        /// What to do.
        job: Box<Job>,
        /// What it is for.
        purpose: Purpose,
    },
    /// Stop a job; *Fine* keeps the picture so far.
    Cancel(JobId),
    /// Let a job of *Fine* wait, or go on.
    Pause(JobId, bool),
    /// Measure the sliders of a network after all.
    MeasureSliders(String),
    /// Ask what the full-size stylisation would take; answer in `state.estimate`.
    Estimate(Rendering),
    /// A picture goes on.
    Send {
        /// Where to.
        to: Destination,
        /// What.
        what: Subject,
    },
    /// Files were dropped onto the window: the workspace in front decides what for.
    DropFiles(Vec<PathBuf>),
    /// Files were picked or pasted.
    OpenFiles {
        /// Which.
        paths: Vec<PathBuf>,
        /// What for.
        role: FileRole,
    },
    /// Show the system's file dialog; the answer comes back as an action.
    Pick(Pick),
    /// Models from outside.
    Hub(crate::app::hub::state::HubEdit),
    /// To the gallery, as it is.
    Gallery(GalleryRequest),
    /// Change what the gallery lists.
    GalleryQuery(Query),
    /// Choose pictures in the gallery.
    Select(Vec<PictureId>),
    /// Show one picture of the gallery large; none closes it.
    OpenPicture(Option<PictureId>),
    /// To the gallery, with this picture open.
    ShowInGallery(PictureId),
    /// Show the folder of a file in the system's file manager.
    ShowInFolder(PathBuf),
    /// Write copies of gallery pictures: asks where, then does it.
    ExportPictures {
        /// Which.
        ids: Vec<PictureId>,
        /// How.
        options: ExportOptions,
        /// On one sheet rather than each in a file.
        sheet: Option<Sheet>,
    },
    /// Text to the clipboard.
    CopyText(String),
    /// A picture to the clipboard.
    CopyPicture(Picture),
    /// Files to the clipboard, to be pasted in a file manager, a mail, another program.
    CopyFiles(Vec<PathBuf>),
    /// Make a picture at full size and write it to a file.
    SaveTo {
        /// What makes it.
        job: Box<Job>,
        /// The file.
        path: PathBuf,
    },
    /// A folder of photos to stylise.
    StyleFolder(FolderEdit),
    /// The dialog about a film to stylise.
    StyleFilm {
        /// The film.
        film: PathBuf,
        /// SHA-256 of its bytes, hex.
        sha256: String,
        /// Frames in all.
        frames: u32,
        /// Frames a second.
        fps: f32,
    },
    /// Another gallery folder, from the next start on.
    SetGalleryFolder(PathBuf),
    /// Back to the workspace where a recipe was made.
    OpenRecipe(Box<Recipe>),
    /// A recipe as text from the clipboard.
    PasteRecipe(String),
    /// Tell the user.
    Notify {
        /// How serious.
        level: Level,
        /// What.
        text: String,
    },
    /// Take a message away.
    DismissToast(u64),
    /// Show what exactly a message is about, or hide it again.
    OpenToast(u64),
    /// The report of a folder was read.
    CloseFolderReport,
}

/// A change of view.
#[derive(Debug, Clone)]
pub enum ViewEdit {
    /// Workspace in front.
    Workspace(Workspace),
    /// Pan, zoom, divider.
    Canvas(Workspace, CanvasView),
    /// The scale that "fit" comes to on the front canvas (sent by the canvas).
    FitScale(f32),
    /// How to compare on a workspace's canvas.
    Compare(Workspace, Compare),
    /// Longer side of full-size stylised pictures; none is the photo's.
    StyleSide(Option<u32>),
    /// Grid of variations on or off.
    Variations(bool),
    /// Grow's grid of seeds on or off.
    GrowGrid(bool),
    /// How things are looked at in Spaces.
    Spaces(SpacesView),
    /// Distance of the variations, σ.
    Distance(f32),
    /// The timeline of this workspace, open.
    Timeline(Workspace),
    /// Which dialog.
    Dialog(Dialog),
    /// The compare key went down or up.
    HoldBefore(bool),
}

/// What a job is for, so that its end goes to the right place.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// Show the result on Style's canvas.
    Fine,
    /// Show the result on Grow's canvas.
    Grow,
    /// What Grow's picture would take.
    GrowEstimate,
    /// Show the result on Spaces' canvas.
    Seamless,
    /// Files of Spaces.
    Surface,
    /// The result is what these files of Spaces are made of.
    SpacesFile(SpacesFiles),
    /// The result becomes the picture of Spaces.
    SendToSpaces,
    /// Show the result at full size on the canvas.
    Full,
    /// Save the result to the gallery.
    Keep,
    /// Put the result onto the clipboard.
    Copy,
    /// Write the result to this file.
    SaveAs(PathBuf),
    /// The result becomes the photo of Style.
    SendToStyle,
    /// The result becomes a style.
    UseAsStyle,
    /// The result becomes the photo of Lens.
    SendToLens,
    /// The result is to be finished.
    SendToFinish,
    /// The result becomes the picture of Grow.
    SendToGrow,
    /// Sliders of a model.
    Directions(String),
    /// Move Explore to the latent.
    Project,
    /// Explore's picture with points of it elsewhere.
    Drag,
    /// A walk into a file.
    Walk,
    /// What this film would take.
    FilmEstimate(Box<FilmJob>),
    /// What this turn in a panorama would take.
    TurnEstimate(Box<TurnJob>),
    /// What stylising this film would take.
    StyleFilmEstimate(Box<StyleFilmJob>),
    /// A folder of photos.
    Folder,
    /// A style of the user's own, from pictures.
    Learn,
    /// Something with the user's own styles.
    OwnStyle,
    /// An enlarged picture, to keep.
    Upscale,
    /// A picture to enlarge by this factor.
    UpscaleNext(u32),
    /// The picture of this number, to export.
    Export(u64),
}

impl Purpose {
    /// Where a picture that was made for this goes on from its file.
    pub(in crate::app) fn destination(&self) -> Option<Destination> {
        match self {
            Self::SendToStyle => Some(Destination::StylePhoto),
            Self::UseAsStyle => Some(Destination::StyleStyle),
            Self::SendToLens => Some(Destination::LensPhoto),
            Self::SendToFinish => Some(Destination::Finish),
            Self::SendToGrow => Some(Destination::GrowSource),
            Self::SendToSpaces => Some(Destination::SpacesSource),
            Self::UpscaleNext(scale) => Some(Destination::Upscale(*scale)),
            _ => None,
        }
    }
}

/// A picture that can go on.
#[derive(Debug, Clone)]
pub enum Subject {
    /// Of the gallery.
    Gallery(PictureId),
    /// What Explore shows.
    Explore,
    /// What Style shows.
    Style,
    /// What Lens shows.
    Lens,
    /// What is being finished.
    Finish,
    /// What Grow shows.
    Grow,
    /// What Spaces shows.
    Spaces,
    /// Parameters, e.g. a kept point or a neighbour.
    Params(Arc<ExploreParams>),
}

/// Where a picture can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// As the photo of Style.
    StylePhoto,
    /// As one of the styles.
    StyleStyle,
    /// As the photo of Lens.
    LensPhoto,
    /// As the second picture of Lens.
    LensOther,
    /// As the picture that Grow's grow from.
    GrowSource,
    /// As the picture whose arrangement Grow follows.
    GrowStructure,
    /// As a further picture that Grow takes patches of.
    GrowOther,
    /// As the picture of Spaces.
    SpacesSource,
    /// As the photo of a wall in Spaces.
    SpacesRoom,
    /// Back into the workspace that its recipe belongs to.
    Explore,
    /// Enlarged by this factor and kept.
    Upscale(u32),
    /// At full size onto its canvas.
    Full,
    /// Into the gallery.
    Keep,
    /// To a file of the user's choice.
    SaveAs,
    /// To a file, by the export dialog.
    Export,
    /// Onto the clipboard.
    Clipboard,
    /// Onto the timeline, as a keyframe.
    Timeline,
    /// Into Finish.
    Finish,
    /// Its finish to the clipboard of Finish.
    CopyFinish,
}

/// What an opened file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// A picture with recipe goes where it was made; others become the photo of Lens, or the
    /// picture of Grow or Spaces, where that is in front, else Style's photo.
    Any,
    /// Style's photo.
    Photo,
    /// A style.
    Style,
    /// A picture that a style is to be learnt from.
    Learn,
    /// The photo of Lens.
    LensPhoto,
    /// The second picture of Lens.
    LensOther,
    /// The picture that Grow's grow from.
    GrowSource,
    /// The picture whose arrangement Grow follows.
    GrowStructure,
    /// A further picture that Grow takes patches of.
    GrowOther,
    /// The picture of Spaces.
    SpacesSource,
    /// The photo of a wall in Spaces.
    SpacesRoom,
    /// Start of a projection into the current generator.
    Project,
    /// Upscale it.
    Upscale,
    /// Into the gallery.
    Import,
    /// Named by the document; only read again.
    Reopen,
    /// To be finished.
    Finish,
    /// What a finished picture was, to be finished anew.
    FinishBefore,
}

impl FileRole {
    /// What files that are dropped or pasted into the window are for. The start page is no
    /// gallery, whatever is behind it.
    pub fn here(view: &ViewState) -> Self {
        match view.start_page {
            true => Self::Any,
            false => Self::of(view.workspace),
        }
    }

    /// What files that were dropped or pasted are for: in the gallery they are brought
    /// in, elsewhere the picture itself decides.
    pub fn of(workspace: Workspace) -> Self {
        match workspace {
            Workspace::Gallery => Self::Import,
            Workspace::Explore
            | Workspace::Style
            | Workspace::Lens
            | Workspace::Grow
            | Workspace::Spaces => Self::Any,
        }
    }
}

/// A file dialog.
#[derive(Debug, Clone)]
pub enum Pick {
    /// Picture files to open.
    Open(FileRole),
    /// A file for a film, whose suggested name stands in the job.
    Film(Box<FilmJob>),
    /// The same for a turn in a panorama.
    Turn(Box<TurnJob>),
    /// A file for the picture that this makes: as it was when it was asked for.
    SaveAs(Box<Job>),
    /// File or folder for exported gallery pictures.
    Export {
        /// Which.
        ids: Vec<PictureId>,
        /// How.
        options: ExportOptions,
        /// On one sheet rather than each in a file.
        sheet: Option<Sheet>,
    },
    /// A folder of photos to stylise.
    PhotoFolder,
    /// A folder for the results.
    ResultFolder,
    /// A film to stylise.
    StyleFilm,
    /// A file for a stylised film, whose suggested name stands in the job.
    StyleFilmTo(Box<StyleFilmJob>),
    /// A folder or a file for what Spaces writes.
    Spaces {
        /// What.
        what: SpacesExport,
        /// What the file is called at first, without its ending.
        name: String,
    },
    /// No dialog: the photo that ships.
    SamplePhoto(FileRole),
    /// The gallery's folder.
    GalleryFolder,
    /// A style's file to take over.
    StyleFile,
    /// A file for a style of the user's own.
    ExportStyle {
        /// What its files are named.
        style: String,
        /// What it is called.
        title: String,
    },
    /// A checkpoint to bring in.
    ModelFile,
}

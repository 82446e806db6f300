//! Requests of the window and the command line to the engine, and its events.
//! Plain data: no candle types, no window types.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::config::{DeviceChoice, Precision};
pub use super::contents::{Estimate, FinishLook, OpenedPhoto};
pub use super::device_info::DeviceInfo;
pub use super::drag_job::{DragJob, Movable};
pub use super::engine_error::EngineError;
pub use super::film_job::{
    FilmEstimate, FilmFile, FilmFormat, FilmJob, FilmParams, StyleFilmJob, StyleFilmLook, TurnJob,
};
pub use super::learn_job::LearnJob;
pub use super::preview::{Channel, Tier, Work};
pub use super::spaces_look::{MaterialView, SpacesLook, SpacesShow};
pub use super::style_task::{StyleDone, StyleTask};
pub use super::surface_job::SurfaceJob;
pub use crate::export::Writing;
pub use crate::fine::schedule::{Effort, STEPS as FINE_STEPS, Scale};
pub use crate::latent::attributes::Attribute;
pub use crate::latent::sliders::{ANSWER, DirectionInfo, TONES};
pub use crate::models::drag::{ARRIVED, DragPoint};
pub use crate::models::library::{
    Library, ModelInfo, ModelKind, OWN_STYLE_NETWORKS, Painter, StyleInfo, Unfinished,
    first_style_network, gives_way,
};
pub use crate::models::restyle::About as LearntAbout;
pub use crate::models::style_note::Plan as StylePlan;
use crate::picture::Picture;
use crate::recipe::{
    ExploreParams, FinishSettings, GrowParams, LensParams, Recipe, StyleParams, Wrap,
};
pub use crate::waker::Waker;

/// A job's number, given by the sender, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Rising number of preview requests within a channel.
pub type Seq = u64;

/// A request to the engine.
#[derive(Debug, Clone)]
pub enum Request {
    /// Show these pictures, one [`Event::Preview`] each, in order; whatever the
    /// channel had asked before is dropped. `Canvas` goes before all others, and
    /// previews go before jobs' next step.
    Preview {
        /// Stream.
        channel: Channel,
        /// Must rise within the channel.
        seq: Seq,
        /// How good.
        tier: Tier,
        /// What to show.
        items: Vec<Work>,
    },
    /// Read a photo or style picture from disk, upright and in sRGB; answered by
    /// [`Event::Opened`].
    Open {
        /// The file.
        path: PathBuf,
        /// Longer side of the picture that comes back.
        max_side: u32,
    },
    /// Work that must be finished; jobs run in order.
    Job {
        /// Number for progress and cancelling.
        id: JobId,
        /// What to do.
        job: Job,
    },
    /// Stop a queued or running job.
    Cancel(JobId),
    /// Let a running job that works step by step ([`Job::StylizeFine`]) wait, or go on.
    Pause {
        /// Which.
        id: JobId,
        /// Wait, or go on.
        paused: bool,
    },
    /// End a running [`Job::StylizeFine`] or [`Job::Drag`] with the picture so far: its result. The
    /// same job of *Fine* asked for again goes on from there.
    Finish(JobId),
    /// Estimate what a full-size stylisation would take, answered by [`Event::Estimate`].
    Estimate {
        /// Of the answer.
        seq: Seq,
        /// What would be made.
        params: Arc<StyleParams>,
        /// How.
        rendering: Rendering,
    },
    /// Look for models and styles again.
    Rescan,
    /// Compute elsewhere from now on; answered by [`Event::Ready`].
    Device(DeviceChoice, Precision),
    /// End the thread.
    Shutdown,
}

/// Work that is never dropped.
#[derive(Debug, Clone)]
pub enum Job {
    /// The full picture of a generator.
    Render(Arc<ExploreParams>),
    /// A photo stylised at full size.
    Stylize(Arc<StyleParams>, StylizeOptions),
    /// A photo that is optimised towards the styles, at full size; tells the picture so far
    /// with its progress, and may be paused.
    StylizeFine(Arc<StyleParams>, FineOptions),
    /// A photo in Lens, at full size.
    RenderLens(Arc<LensParams>),
    /// A picture made of the patches of another, at full size.
    Grow(Arc<GrowParams>),
    /// What [`Job::Grow`] would take: [`Output::Estimate`].
    EstimateGrow(Arc<GrowParams>),
    /// All photos of a list with one setting; files that can't be read are
    /// skipped and reported, files that are there already are left (resume).
    StylizeFolder(Box<FolderJob>),
    /// A film put into a style, with what the style takes from each frame held over a shot.
    StylizeFilm(Box<StyleFilmJob>),
    /// What [`Job::StylizeFilm`] would take: [`Output::FilmEstimate`].
    StylizeFilmEstimate(Box<StyleFilmJob>),
    /// Keyframes written as a film.
    Walk(Box<FilmJob>),
    /// What [`Job::Walk`] would take: [`Output::FilmEstimate`].
    WalkEstimate(Box<FilmJob>),
    /// A camera's turn around in a panorama, written as a film.
    Turn(Box<TurnJob>),
    /// What [`Job::Turn`] would take: [`Output::FilmEstimate`].
    TurnEstimate(Box<TurnJob>),
    /// A photo or picture file enlarged.
    Upscale {
        /// The file.
        path: PathBuf,
        /// One of the network's scales, or a part of one.
        scale: u32,
        /// The network; the one that ships when absent.
        model: Option<String>,
        /// How the picture goes on beyond its sides; when absent, a file that says to be a panorama
        /// is one.
        wrap: Option<Wrap>,
    },
    /// What [`Job::Upscale`] would take, answered by [`Output::Estimate`].
    UpscaleEstimate {
        /// The file.
        path: PathBuf,
        /// As for [`Job::Upscale`].
        scale: u32,
        /// As for [`Job::Upscale`].
        model: Option<String>,
    },
    /// A picture file finished at full size: its recipe is the file's, with the finish.
    Finish {
        /// The file.
        path: PathBuf,
        /// What is done to it.
        settings: Arc<FinishSettings>,
        /// Only light, colour and detail are new: a picture that was finished before keeps its part
        /// and shape, and is made anew from what it was, where that is there.
        keep_shape: bool,
    },
    /// As [`Job::Finish`], written to a file with as many bits and in the space that `writing`
    /// says: more than a picture in memory holds.
    FinishFile {
        /// The file.
        path: PathBuf,
        /// What is done to it.
        settings: Arc<FinishSettings>,
        /// File to write.
        out: PathBuf,
        /// How.
        writing: Box<Writing>,
    },
    /// Find the latent that comes closest to a photo.
    Project {
        /// The photo.
        path: PathBuf,
        /// Generator.
        model: String,
        /// The class to begin with, of generators that have classes.
        class: Option<u32>,
        /// Optimisation steps.
        steps: u32,
    },
    /// Points of a generated picture pulled to targets, answered by [`Output::Dragged`].
    Drag(Box<DragJob>),
    /// Directions of a generator's latent space, computed or from the cache.
    Directions {
        /// Generator.
        model: String,
    },
    /// The sliders of an autoencoder: those that it brings, which are there at once, or
    /// measured on some pictures and kept.
    LensDirections {
        /// Autoencoder.
        model: String,
    },
    /// The same pixels again from a recipe.
    Replay(Box<Recipe>),
    /// A style learnt from pictures, in the background; tells a sample with its progress, may be
    /// paused, and finished with what has been learnt so far. Cancelled, it goes on where it was when
    /// it is asked for again.
    Learn(Box<LearnJob>),
    /// A surface of a picture, as files: [`Output::Folder`].
    Surface(Box<SurfaceJob>),
    /// Something to do with the user's own styles; [`Event::Library`] tells what there is then.
    Styles(StyleTask),
}

/// Many photos with one setting, made and written as one photo is.
#[derive(Debug, Clone)]
pub struct FolderJob {
    /// Photos.
    pub photos: Vec<PathBuf>,
    /// Setting; its `photo` is ignored.
    pub params: Arc<StyleParams>,
    /// Photos that say to be panoramas are.
    pub panoramas: bool,
    /// Size and tiles.
    pub options: StylizeOptions,
    /// Each photo is optimised, as [`Job::StylizeFine`] does, in place of one pass.
    pub fine: Option<FineOptions>,
    /// Folder for the results.
    pub out: PathBuf,
    /// What goes into the files.
    pub writing: Writing,
}

/// Size and memory of a full-size stylisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StylizeOptions {
    /// Longer side of the result; the photo's own when absent.
    pub max_side: Option<u32>,
    /// Tile side in pixels; chosen from the budget when absent.
    pub tile: Option<u32>,
    /// Memory that may be used, in bytes.
    pub memory_budget: u64,
}

impl Default for StylizeOptions {
    fn default() -> Self {
        Self {
            max_side: None,
            tile: None,
            memory_budget: 1 << 30,
        }
    }
}

/// Size, memory and work of [`Job::StylizeFine`].
#[derive(Debug, Clone, PartialEq)]
pub struct FineOptions {
    /// Longer side of the result; the photo's own when absent.
    pub max_side: Option<u32>,
    /// Memory that may be used, in bytes.
    pub memory_budget: u64,
    /// How long to work.
    pub effort: Effort,
}

impl Default for FineOptions {
    fn default() -> Self {
        Self {
            max_side: None,
            memory_budget: 1536 << 20,
            effort: Effort::default(),
        }
    }
}

/// How a photo is stylised at full size.
#[derive(Debug, Clone, PartialEq)]
pub enum Rendering {
    /// One pass of a network, [`Job::Stylize`].
    Fast(StylizeOptions),
    /// Step by step, [`Job::StylizeFine`].
    Fine(FineOptions),
}

impl Rendering {
    /// The job that does so.
    pub fn job(self, params: Arc<StyleParams>) -> Job {
        match self {
            Self::Fast(options) => Job::Stylize(params, options),
            Self::Fine(options) => Job::StylizeFine(params, options),
        }
    }
}

/// What a job is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reading a network.
    Loading,
    /// Reading pictures.
    Reading,
    /// Running the network.
    Rendering,
    /// Sampling many latents.
    Sampling,
    /// Optimising a latent.
    Projecting,
    /// Pulling points of a picture.
    Dragging,
    /// Training a painter.
    Learning,
    /// Writing the file.
    Writing,
}

/// An answer of the engine.
#[derive(Debug, Clone)]
pub enum Event {
    /// The engine is up, or its device has changed.
    Ready(DeviceInfo),
    /// The memory of the GPU of this name was too small for a picture's tiles;
    /// smaller ones are tried.
    SmallerTiles(String),
    /// Models and styles that are there, after start and after a rescan.
    Library(Arc<Library>),
    /// One picture of a preview request.
    Preview {
        /// Stream.
        channel: Channel,
        /// Of the request.
        seq: Seq,
        /// What it shows: the item that was asked for.
        work: Work,
        /// Asked tier.
        tier: Tier,
        /// The picture.
        picture: Picture,
        /// Time of the network and what is around it.
        took: Duration,
    },
    /// A preview could not be made.
    PreviewFailed {
        /// Stream.
        channel: Channel,
        /// Of the request.
        seq: Seq,
        /// Why, and what to do.
        error: EngineError,
    },
    /// What a user should know of a picture file that a job has read; comes before
    /// [`Event::Done`]. The window learns it from [`Event::Opened`].
    PhotoNotes {
        /// Which file.
        path: PathBuf,
        /// One line each.
        notes: Vec<String>,
    },
    /// A picture file was read.
    Opened {
        /// As asked.
        path: PathBuf,
        /// What it is, or why not.
        result: Result<OpenedPhoto, EngineError>,
    },
    /// Answer to [`Request::Estimate`].
    Estimate {
        /// Of the request.
        seq: Seq,
        /// The figures.
        estimate: Estimate,
    },
    /// No estimate can be given.
    EstimateFailed {
        /// Of the request.
        seq: Seq,
        /// Why, and what to do.
        error: EngineError,
    },
    /// At most ten a second for each job.
    Progress {
        /// Which.
        id: JobId,
        /// What it does.
        stage: Stage,
        /// Steps done.
        done: u64,
        /// Steps in all.
        total: u64,
        /// Time left, once the speed has been measured.
        left: Option<Duration>,
        /// A look at the work so far (projection, *Fine*).
        look: Option<Picture>,
    },
    /// A step of a [`Job::Drag`] that is watched.
    Dragged {
        /// Which.
        id: JobId,
        /// Steps taken.
        steps: u32,
        /// Where the points are now.
        points: Vec<DragPoint>,
        /// The picture so far.
        picture: Picture,
    },
    /// A job ended.
    Done {
        /// Which.
        id: JobId,
        /// Result or reason.
        result: Result<Output, EngineError>,
    },
    /// A request without an answer of its own wasn't taken.
    Refused {
        /// What was asked, as the beginning of a sentence.
        what: &'static str,
        /// Why, and what to do.
        error: EngineError,
    },
    /// How much is waiting: shown in the status bar.
    Queue {
        /// Jobs waiting or running.
        jobs: usize,
        /// A preview is being computed.
        previewing: bool,
    },
}

/// What a job yields.
#[derive(Debug, Clone)]
pub enum Output {
    /// A picture with its recipe.
    Picture {
        /// Pixels.
        picture: Picture,
        /// How it was made.
        recipe: Box<Recipe>,
    },
    /// What a job would take.
    Estimate(Estimate),
    /// What a film would take.
    FilmEstimate(FilmEstimate),
    /// A file was written.
    File(PathBuf),
    /// A folder was worked through.
    Folder {
        /// Written.
        written: Vec<PathBuf>,
        /// There already.
        kept: Vec<PathBuf>,
        /// Not readable, and why.
        skipped: Vec<(PathBuf, String)>,
    },
    /// Directions of a generator.
    Directions {
        /// Generator.
        model: String,
        /// The sliders.
        directions: Arc<Vec<DirectionInfo>>,
    },
    /// A style was learnt.
    Learnt {
        /// Its file.
        file: PathBuf,
        /// Steps that it took.
        steps: u32,
        /// It was good enough before the time was over.
        early: bool,
        /// The user's photo couldn't be read and wasn't learnt with.
        without_photo: bool,
        /// Time of the steps.
        time: Duration,
        /// Content at the end, 0 for the photo's.
        content: f32,
        /// Style at the end, 1 for the photo's, 0 for the pictures'.
        style: f32,
    },
    /// Something was done with the user's own styles.
    Styles(StyleDone),
    /// A dragged picture.
    Dragged {
        /// Where the points are now.
        points: Vec<DragPoint>,
        /// Steps taken.
        steps: u32,
        /// Pixels.
        picture: Picture,
        /// How it was made.
        recipe: Box<Recipe>,
    },
    /// A latent for a photo.
    Projection {
        /// Start for Explore.
        params: Box<ExploreParams>,
        /// What it looks like.
        picture: Picture,
        /// 0..=1, 1 the same picture.
        likeness: f32,
    },
}

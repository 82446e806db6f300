//! Requests of the window and the command line to the engine, and its events.
//! Plain data: no candle types, no window types.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::config::{DeviceChoice, Precision};
pub use super::device_info::DeviceInfo;
pub use super::engine_error::EngineError;
pub use super::learn_job::LearnJob;
pub use crate::export::Writing;
pub use crate::fine::schedule::{Effort, STEPS as FINE_STEPS, Scale};
pub use crate::latent::attributes::Attribute;
pub use crate::latent::sliders::{ANSWER, DirectionInfo};
pub use crate::models::library::{Library, ModelInfo, ModelKind, Painter, StyleInfo};
pub use crate::models::restyle::About as LearntAbout;
use crate::picture::Picture;
use crate::recipe::{
    ExploreParams, GrowParams, LensParams, Recipe, SourceRef, StyleParams, WalkParams,
};
pub use crate::waker::Waker;

/// A job's number, given by the sender, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

/// Rising number of preview requests within a channel.
pub type Seq = u64;

/// Independent streams of latest-wins previews.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Channel {
    /// The canvas.
    Canvas,
    /// The other half of an A/B comparison.
    Compare,
    /// The grid of variations.
    Variations,
    /// The − / + thumbnails of a slider.
    Hover,
    /// Kept points, swatches and other small pictures.
    Strip,
}

/// How good a preview has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Quick, longer side at most this many pixels.
    Draft(u32),
    /// As good as the canvas needs: longer side at most this many pixels.
    Full(u32),
    /// As [`Tier::Full`]; a generator's picture that is small goes through the enlarging network
    /// besides, so that it is sharp where it is shown large.
    Crisp(u32),
}

impl Tier {
    /// The longer side at most, pixels.
    pub fn longest(self) -> u32 {
        let (Self::Draft(most) | Self::Full(most) | Self::Crisp(most)) = self;
        most
    }
}

/// What a preview shows.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// A generated picture.
    Explore(Arc<ExploreParams>),
    /// A stylised photo.
    Style(Arc<StyleParams>),
    /// A photo changed by way of its latents.
    Lens(Arc<LensParams>),
    /// A picture made of the patches of another: the finest size on its way that fits the tier.
    Grow(Arc<GrowParams>),
    /// One frame of a walk.
    WalkFrame(Arc<WalkParams>, u32),
}

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
    /// End a running [`Job::StylizeFine`] with the picture so far: its result. The same job
    /// asked for again goes on from there.
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
    /// An animation written to a file (`.gif` or `.png` as APNG).
    Walk {
        /// Points and frames.
        params: Arc<WalkParams>,
        /// Longer side for generators of any size; the network's own otherwise.
        max_side: u32,
        /// File to write.
        out: PathBuf,
    },
    /// A photo or picture file enlarged.
    Upscale {
        /// The file.
        path: PathBuf,
        /// One of the network's scales, or a part of one.
        scale: u32,
        /// The network; the one that ships when absent.
        model: Option<String>,
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
    /// Find the latent that comes closest to a photo.
    Project {
        /// The photo.
        path: PathBuf,
        /// Generator.
        model: String,
        /// Optimisation steps.
        steps: u32,
    },
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
}

/// Many photos with one setting, made and written as one photo is.
#[derive(Debug, Clone)]
pub struct FolderJob {
    /// Photos.
    pub photos: Vec<PathBuf>,
    /// Setting; its `photo` is ignored.
    pub params: Arc<StyleParams>,
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
        /// Time of the steps.
        time: Duration,
        /// Content at the end, 0 for the photo's.
        content: f32,
        /// Style at the end, 1 for the photo's, 0 for the pictures'.
        style: f32,
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

/// A picture file as read.
#[derive(Debug, Clone)]
pub struct OpenedPhoto {
    /// Content hash, name, path.
    pub source: SourceRef,
    /// Full size, upright.
    pub size: [u32; 2],
    /// At most the asked side.
    pub picture: Picture,
    /// Recipe inside the file, if it is one of ours.
    pub recipe: Option<Box<Recipe>>,
    /// What the user should know: reserved rights, first frame of an animation, …
    pub notes: Vec<String>,
}

/// What a stylisation, or enlarging a picture, will take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Result size.
    pub size: [u32; 2],
    /// Peak memory of the process, bytes.
    pub memory: u64,
    /// Time.
    pub time: Duration,
    /// Tiles.
    pub tiles: u32,
    /// Passes of networks over the photo: one for all styles that one network paints from their
    /// codes, one for each learnt style and each style with a mask.
    pub passes: u64,
    /// *Fine*: the size that is painted step by step, where the result is larger.
    pub painted: Option<[u32; 2]>,
}

//! The real studio: holds the networks and the photos in use, and hands each
//! request to the file that knows how.

use std::path::Path;
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::backend::Studio;
use crate::engine::config::{DeviceChoice, EngineConfig, Precision};
use crate::engine::device;
use crate::engine::explore::Explorer;
use crate::engine::jobs;
use crate::engine::lens::Lensing;
use crate::engine::photos::Photos;
use crate::engine::protocol::{
    DeviceInfo, EngineError, Estimate, Job, Library, ModelInfo, OpenedPhoto, Output,
    StylizeOptions, Tier, Work,
};
use crate::engine::scheduler::Desk;
use crate::engine::styling::Styling;
use crate::engine::swatches::Swatches;
use crate::export::{CardLines, Cards};
use crate::models::Registry;
use crate::nn::{gpu, pool};
use crate::picture::Picture;
use crate::recipe::{ModelRef, StyleParams};

/// Networks, photos and what is remembered of them.
pub(crate) struct ModelStudio {
    pub(crate) registry: Registry,
    pub(crate) photos: Photos,
    pub(crate) explore: Explorer,
    pub(crate) styling: Styling,
    pub(crate) lensing: Lensing,
    swatches: Swatches,
    pub(crate) memory_budget: u64,
    pub(crate) device: DeviceInfo,
}

impl ModelStudio {
    /// Sets up threads and device and looks for models; loads none.
    pub(crate) fn new(config: EngineConfig) -> Self {
        let threads = config.threads.unwrap_or_else(pool::default_threads);
        if let Err(error) = pool::init(threads) {
            // Another engine of this process was first; its pool serves both.
            log::warn!("{error}");
        }
        let (device, mut info) = device::open(config.device, config.precision.unwrap_or_default());
        if config.device == DeviceChoice::Auto && device::is_processor(&info) {
            info.note = info.note.or(config.card_trouble);
        }
        let hashes = config
            .cache_dir
            .as_ref()
            .map(|d| d.join("model-hashes.json"));
        let mut registry = Registry::open(config.model_dirs.clone(), hashes, device.clone());
        registry.set_device(device, info.precision == Precision::F16);
        registry.set_memory(config.memory_budget);
        Self {
            photos: Photos::new(),
            styling: Styling::new(),
            lensing: Lensing::new(config.cache_dir.as_deref()),
            swatches: Swatches::new(config.cache_dir.as_deref()),
            memory_budget: config.memory_budget,
            explore: Explorer::new(config.cache_dir.as_deref()),
            registry,
            device: info,
        }
    }

    /// The lines of the model cards that go into files.
    pub(crate) fn cards(&self) -> Cards {
        let library = self.registry.library();
        let lines = |m: &ModelInfo| CardLines {
            title: m.title.clone(),
            trained: m.trained,
            licence: m.licence.clone(),
            credit: m.credit.clone(),
        };
        library
            .models
            .iter()
            .map(|m| (m.name.clone(), lines(m)))
            .collect()
    }

    /// Computes on `device` from now on; networks in memory are read again when used.
    fn move_to(&mut self, (device, info): (candle_core::Device, DeviceInfo)) {
        let half = info.precision == Precision::F16;
        let before = self.registry.set_device(device, half);
        // Paces and statistics belong to the device; codes of styles don't.
        self.styling.start_afresh();
        self.lensing.start_afresh();
        gpu::give_back(&before);
        self.device = info;
    }

    /// Does `work`; when a card's memory is too small for it, again on the processor.
    fn on_any_device<T>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        match work(self) {
            Err(error) if device::out_of_memory(&error) && !device::is_processor(&self.device) => {
                log::warn!("{}: {error}", self.device.detail);
                let note = format!(
                    "the memory of {} was too small for what was asked",
                    self.device.detail
                );
                self.move_to(device::processor(Some(note)));
                work(self)
            }
            result => result,
        }
    }

    /// A model as recipes name it.
    pub(crate) fn model_ref(&self, name: &str) -> Result<ModelRef, EngineError> {
        let info = self.registry.info(name)?;
        Ok(ModelRef {
            name: info.name.clone(),
            sha256: info.sha256.clone(),
        })
    }
}

impl Studio for ModelStudio {
    fn device(&self) -> &DeviceInfo {
        &self.device
    }

    fn use_device(&mut self, choice: DeviceChoice, precision: Precision) {
        self.move_to(device::open(choice, precision));
    }

    fn rescan(&mut self) -> Arc<Library> {
        self.registry.rescan();
        let mut library = self.registry.library();
        self.swatches.fill(&mut library.styles, &mut self.registry);
        Arc::new(library)
    }

    fn preview(
        &mut self,
        work: &Work,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        self.on_any_device(|studio| studio.one_preview(work, tier, stop))
    }

    fn open(&mut self, path: &Path, max_side: u32) -> Result<OpenedPhoto, EngineError> {
        self.photos.open(path, max_side)
    }

    fn estimate(
        &mut self,
        params: &StyleParams,
        options: &StylizeOptions,
    ) -> Result<Estimate, EngineError> {
        self.style_estimate(params, options)
    }

    fn job(&mut self, job: &Job, desk: &mut Desk) -> Result<Output, EngineError> {
        self.on_any_device(|studio| studio.whole_job(job, desk))
    }
}

impl ModelStudio {
    fn one_preview(
        &mut self,
        work: &Work,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        device::room()?;
        match work {
            Work::Explore(params) => {
                let most = match tier {
                    Tier::Draft(side) | Tier::Full(side) => side,
                };
                let made = self
                    .explore
                    .picture(&mut self.registry, params, Some(most), stop)?;
                Ok(made.picture)
            }
            Work::Style(params) => self.style_preview(params, tier, stop),
            Work::Lens(params) => self.lens_preview(params, tier, stop),
            Work::WalkFrame(walk, index) => {
                let (Tier::Draft(most) | Tier::Full(most)) = tier;
                self.explore
                    .walk_frame(&mut self.registry, walk, *index, most, stop)
            }
        }
    }

    fn whole_job(&mut self, job: &Job, desk: &mut Desk) -> Result<Output, EngineError> {
        match job {
            Job::Render(params) => jobs::render::run(self, desk, params),
            Job::Stylize(params, options) => jobs::stylize::run(self, desk, params, options),
            Job::StylizeFine(params, options) => jobs::fine::run(self, desk, params, options),
            Job::RenderLens(params) => jobs::lens::run(self, desk, params),
            Job::StylizeFolder {
                photos,
                params,
                options,
                out,
            } => jobs::folder::run(self, desk, photos, params, options, out),
            Job::Walk {
                params,
                max_side,
                out,
            } => jobs::walk::run(self, desk, params, *max_side, out),
            Job::Upscale { path, scale } => jobs::upscale::run(self, desk, path, *scale),
            Job::Project { path, model, steps } => {
                jobs::project::run(self, desk, path, model, *steps)
            }
            Job::Directions { model } => jobs::directions::run(self, desk, model),
            Job::LensDirections { model } => jobs::lens::directions(self, desk, model),
            Job::Replay(recipe) => jobs::replay::run(self, desk, recipe),
        }
    }
}

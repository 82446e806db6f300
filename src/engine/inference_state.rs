//! Networks, photos and what is remembered of them: all that previews and jobs work with.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cancel::CancelToken;
use crate::engine::backend::PreviewBackend;
use crate::engine::cards::cards;
use crate::engine::config::{DeviceChoice, EngineConfig, Precision};
use crate::engine::device;
use crate::engine::enlarge::enlarge;
use crate::engine::explore::Explorer;
use crate::engine::fine_estimate;
use crate::engine::fine_unfinished::AllUnfinished;
use crate::engine::lens::LensRenderer;
use crate::engine::photos::PhotoCache;
use crate::engine::protocol::{
    DeviceInfo, EngineError, Estimate, FilmParams, JobId, Library, OpenedPhoto, Rendering, Tier,
    Work,
};
use crate::engine::spaces_preview::SpacesPreviews;
use crate::engine::styling::Stylizer;
use crate::engine::swatches::Swatches;
use crate::export::{Cards, ExportError};
use crate::finish;
use crate::models::upscaler::Upscaler;
use crate::models::{Registry, style_note};
use crate::nn::gpu;
use crate::photo::KnownPhotos;
use crate::picture::Picture;
use crate::recipe::{LEARNT, ModelRef, StyleParams, Wrap};
use crate::unfinished;

/// What previews and jobs share, on the device that computes.
pub(crate) struct InferenceState {
    pub(crate) registry: Registry,
    pub(crate) photos: PhotoCache,
    pub(crate) explorer: Explorer,
    pub(crate) stylizer: Stylizer,
    pub(crate) lens: LensRenderer,
    /// Pictures of Fine that were left before their end, to go on with.
    pub(crate) unfinished: AllUnfinished,
    /// Bytes that work may use unless a request says otherwise.
    pub(crate) memory_budget: u64,
    pub(crate) device: DeviceInfo,
    /// Folder of the user's own styles.
    pub(crate) own_styles: Option<PathBuf>,
    /// Files of styles that are being learnt, for jobs that name none.
    pub(crate) learning: HashMap<JobId, PathBuf>,
    swatches: Swatches,
    spaces: SpacesPreviews,
}

/// Removes what crashes left in the cache.
fn sweep(cache: &Path) {
    unfinished::sweep_own(cache);
    let inside = std::fs::read_dir(cache).into_iter().flatten().flatten();
    for entry in inside.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        unfinished::sweep_own(&entry.path());
    }
}

impl InferenceState {
    /// Opens the device and looks for models; loads none.
    pub(crate) fn new(config: EngineConfig) -> Self {
        let (device, mut info) = device::open(config.device, config.precision.unwrap_or_default());
        if config.device == DeviceChoice::Auto && device::is_processor(&info) {
            info.note = info.note.or(config.gpu_problem);
        }
        let cache_dir = config.cache_dir.as_deref();
        cache_dir.map(sweep);
        let hashes = cache_dir.map(|d| d.join("model-hashes.json"));
        let swatches = Swatches::new(cache_dir);
        let mut registry = Registry::open(config.model_dirs.clone(), hashes, device.clone());
        registry.set_device(device, info.precision == Precision::F16);
        registry.set_memory(config.memory_budget);
        Self {
            photos: PhotoCache::new(KnownPhotos::open(config.known_photos)),
            stylizer: Stylizer::new(),
            lens: LensRenderer::new(cache_dir),
            unfinished: AllUnfinished::default(),
            memory_budget: config.memory_budget,
            explorer: Explorer::new(cache_dir),
            registry,
            device: info,
            own_styles: config.own_styles,
            learning: HashMap::new(),
            swatches,
            spaces: SpacesPreviews::default(),
        }
    }

    /// A file for a new style of the user's own.
    ///
    /// # Errors
    /// When there is no place for them.
    pub(crate) fn own_style_file(&self, title: &str) -> Result<PathBuf, EngineError> {
        let none = "no folder for styles of your own is known on this system";
        let folder = self.own_styles.as_ref();
        let folder = folder.ok_or_else(|| EngineError::BadRequest(none.into()))?;
        std::fs::create_dir_all(folder).map_err(|error| ExportError::writing(folder, error))?;
        let name = style_note::free_name(folder, title, &self.own_styles_to_come());
        Ok(folder.join(format!("{name}.safetensors")))
    }

    /// Names of the user's own styles that are being learnt and may have no file yet.
    pub(crate) fn own_styles_to_come(&self) -> Vec<String> {
        let stems = self.learning.values().filter_map(|out| out.file_stem());
        stems
            .filter_map(|stem| Some(stem.to_str()?.to_lowercase()))
            .collect()
    }

    /// Looks for models and styles on disk again.
    pub(crate) fn look_again(&mut self) -> Arc<Library> {
        self.registry.rescan();
        let mut library = self.registry.library();
        self.swatches.fill(&mut library.styles, &mut self.registry);
        Arc::new(library)
    }

    /// The lines of the model cards that go into files.
    pub(crate) fn model_cards(&self) -> Cards {
        cards(&self.registry.library())
    }

    /// A model as recipes name it.
    pub(crate) fn model_ref(&self, name: &str) -> Result<ModelRef, EngineError> {
        if let Some(id) = name.strip_prefix(LEARNT) {
            return Ok(ModelRef {
                name: name.to_owned(),
                sha256: self.registry.learnt_hash(id)?,
            });
        }
        let info = self.registry.info(name)?;
        Ok(ModelRef {
            name: info.name.clone(),
            sha256: info.sha256.clone(),
        })
    }

    /// Computes on `device` from now on; networks in memory are read again when used.
    pub(crate) fn move_to(&mut self, (device, info): (candle_core::Device, DeviceInfo)) {
        let half = info.precision == Precision::F16;
        let before = self.registry.set_device(device, half);
        // Times and statistics belong to the device; codes of styles don't.
        self.stylizer.reset();
        self.lens.reset();
        gpu::give_back(&before);
        self.device = info;
    }

    /// Does `work`; when a GPU's memory is too small for it, again on the processor.
    pub(crate) fn on_any_device<T>(
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

    fn render_preview(
        &mut self,
        work: &Work,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        device::check_memory()?;
        let Self {
            registry, photos, ..
        } = self;
        match work {
            Work::Explore(params) => {
                let most = tier.longest();
                let made = self.explorer.picture(registry, params, Some(most), stop)?;
                let upscaler = registry.drawn_through(&params.model);
                match (tier, upscaler.map(|m| m.name.clone())) {
                    (Tier::Crisp(most), Some(name)) => {
                        let picture = (made.picture, params.domain.wrap());
                        crisp(&*registry.upscaler(&name)?, picture, most, stop)
                    }
                    _ => Ok(made.picture),
                }
            }
            Work::Style(params) => self.stylizer.preview(registry, photos, params, tier, stop),
            Work::Lens(params) => {
                let prepared = self.lens.prepare(registry, photos, params, None)?;
                let cache = &self.stylizer.cache;
                self.lens.preview(&prepared, cache, params, tier, stop)
            }
            Work::Grow(params) => super::grow::preview(photos, params, tier, stop),
            Work::FilmFrame(FilmParams::Walk(walk), index) => {
                let most = tier.longest();
                self.explorer.walk_frame(registry, walk, *index, most, stop)
            }
            Work::FilmFrame(FilmParams::Style(walk), index) => {
                self.stylizer
                    .walk_frame(registry, photos, (walk, *index), tier, stop)
            }
            Work::StyledFrame(look, number) => {
                self.stylizer
                    .film_frame(registry, photos, (look, *number), tier, stop)
            }
            Work::Spaces(look) => self.spaces.preview(photos, look, tier, stop),
            Work::Finish(look) => {
                let (most, settings) = (tier.longest(), &look.settings);
                Ok(finish::look(&look.copy, look.full, settings, most, stop)?)
            }
        }
    }
}

/// A small picture through an enlarging network, at the largest of its scales that fits.
fn crisp(
    network: &dyn Upscaler,
    (picture, wrap): (Picture, Wrap),
    most: u32,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let side = picture.width().max(picture.height());
    let scales = network.scales().into_iter();
    let Some(scale) = scales.filter(|scale| side * scale <= most).max() else {
        return Ok(picture);
    };
    enlarge(
        network,
        (&picture, wrap),
        scale,
        stop,
        &mut |_, _| match stop.is_cancelled() {
            true => Err(EngineError::Cancelled),
            false => Ok(()),
        },
    )
}

impl PreviewBackend for InferenceState {
    fn preview(
        &mut self,
        work: &Work,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        self.on_any_device(|state| state.render_preview(work, tier, stop))
    }

    fn open(&mut self, path: &Path, max_side: u32) -> Result<OpenedPhoto, EngineError> {
        self.photos.open(path, max_side)
    }

    fn estimate(
        &mut self,
        params: &StyleParams,
        rendering: &Rendering,
    ) -> Result<Estimate, EngineError> {
        match rendering {
            Rendering::Fast(options) => {
                self.stylizer
                    .estimate(&mut self.registry, &mut self.photos, params, options)
            }
            Rendering::Fine(options) => {
                let parts = (&mut self.stylizer, &mut self.registry, &mut self.photos);
                fine_estimate::estimate(parts, params, options)
            }
        }
    }
}

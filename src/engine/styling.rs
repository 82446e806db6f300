//! Style's part of the engine: from parameters to codes, previews, estimates and
//! whole pictures.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::estimate::{StyleCost, TimeModel};
use super::painter::StylePainter;
use super::photos::PhotoCache;
use super::protocol::{EngineError, Estimate, StylizeOptions, Tier};
use super::recent::Recent;
use super::resample::shrink;
use super::stylize::{
    AnyStyle, MemoryCost, Shot, StrokeScales, StyleCache, StyleNet, StylePhase, StylePlan,
    StyleProgress, StyleShare, StyleSpec, wraps,
};
use crate::cancel::CancelToken;
use crate::models::Registry;
use crate::models::transfer;
use crate::photo;
use crate::photo::Photo;
use crate::picture::Picture;
use crate::recipe::{ModelRef, SourceRef, StyleParams, StyleSource};

/// Short side to which style pictures are brought before the network looks.
const STYLE_SIDE: u32 = 512;
/// Codes of style pictures that are remembered.
const CODES: usize = 256;

/// Strokes of a film's frames: they are small, and what stands still is to stay still.
pub(super) const OF_FRAMES: StrokeScales = StrokeScales::One;

/// What Style keeps between requests.
pub(crate) struct Stylizer {
    pub(super) cache: Arc<StyleCache>,
    pub(super) times: TimeModel,
    /// Codes by model and picture hash.
    codes: Recent<(String, String), Vec<f32>>,
    /// The frame of a film that was looked at last: where, of which film, its number.
    pub(super) film_frame: Option<((PathBuf, SourceRef, u32), Arc<Photo>)>,
}

impl Stylizer {
    /// Nothing known yet.
    pub(crate) fn new() -> Self {
        Self {
            cache: Arc::new(StyleCache::new()),
            times: TimeModel::new(),
            codes: Recent::new(CODES),
            film_frame: None,
        }
    }

    /// Forgets what was measured on another device.
    pub(super) fn reset(&mut self) {
        self.cache = Arc::new(StyleCache::new());
        self.times = TimeModel::new();
    }
}

/// A stylisation, ready to be made.
pub(crate) struct PreparedStyle {
    pub(crate) photo: Arc<Photo>,
    pub(crate) styles: Vec<StyleShare<AnyStyle>>,
    /// The layers' codes before their slider edits, for the recipe.
    pub(crate) codes: Vec<Vec<f32>>,
    /// Networks in use, by name.
    pub(crate) models: BTreeSet<String>,
    /// The layers' learnt styles, as recipes name them.
    pub(crate) learnt: Vec<Option<ModelRef>>,
    /// At how many scales strokes are laid.
    pub(crate) scales: StrokeScales,
}

impl PreparedStyle {
    fn spec<'a>(&'a self, params: &StyleParams, plan: StylePlan) -> StyleSpec<'a, AnyStyle> {
        StyleSpec {
            photo: &self.photo.picture,
            photo_sha: &self.photo.source.sha256,
            styles: self.styles.clone(),
            strength: params.strength,
            keep_colors: params.keep_colors,
            plan,
        }
    }

    fn passes(&self) -> Vec<&str> {
        let share = |s: &'_ StyleShare<AnyStyle>| s.mask.is_some();
        passes(self.styles.iter().map(|s| (s.net_sha.as_str(), share(s))))
    }
}

/// The network of each pass: one for all styles of a network without masks, one for
/// each style with a mask.
fn passes<'a>(styles: impl Iterator<Item = (&'a str, bool)>) -> Vec<&'a str> {
    let (mut free, mut all) = (BTreeSet::new(), Vec::new());
    for (net, masked) in styles {
        if masked || free.insert(net) {
            all.push(net);
        }
    }
    all
}

impl Stylizer {
    /// A preview of a stylised photo.
    pub(super) fn preview(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        params: &StyleParams,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let prepared = self.prepare(registry, photos, params, stop)?;
        self.preview_of(&prepared, params, (tier, None), stop)
    }

    /// A preview of what is prepared; with strokes of these `scales`, or as the tier has them.
    pub(super) fn preview_of(
        &self,
        prepared: &PreparedStyle,
        params: &StyleParams,
        (tier, scales): (Tier, Option<StrokeScales>),
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let plan = StylePlan::preview(prepared.photo.picture.size(), params.brush, tier).wrapping(
            prepared.photo.picture.size(),
            params.brush,
            params.wrap,
        );
        let plan = scales.map_or(plan, |scales| plan.with_scales(scales));
        let spec = prepared.spec(params, plan);
        self.cache.stylize(&spec, stop, &mut |_, _, _| {
            if stop.is_cancelled() {
                return Err(EngineError::Cancelled);
            }
            Ok(())
        })
    }

    /// Reads the photo and finds the styles' codes.
    pub(super) fn prepare(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        params: &StyleParams,
        stop: &CancelToken,
    ) -> Result<PreparedStyle, EngineError> {
        check(params)?;
        let start = Instant::now();
        let (photo, fresh) = photos.source(&params.photo)?;
        wraps(params.wrap, photo.picture.size())?;
        if fresh {
            let [w, h] = photo.picture.size();
            let pixels = u64::from(w) * u64::from(h);
            self.times.learn_reading(start.elapsed(), pixels);
        }
        self.prepare_for(registry, photos, params, photo, stop)
    }

    /// As [`Stylizer::prepare`], for a picture that is there already.
    pub(super) fn prepare_for(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        params: &StyleParams,
        photo: Arc<Photo>,
        stop: &CancelToken,
    ) -> Result<PreparedStyle, EngineError> {
        check(params)?;
        let mut prepared = PreparedStyle {
            photo,
            styles: Vec::new(),
            codes: Vec::new(),
            models: BTreeSet::new(),
            learnt: Vec::new(),
            scales: StrokeScales::Every,
        };
        for layer in &params.styles {
            let StylePainter {
                net,
                sha256: net_sha,
                model,
                learnt,
            } = StylePainter::of(registry, &params.model, layer)?;
            let code = match (&layer.code, &learnt, &net) {
                (_, _, AnyStyle::Other(net)) if net.code_len() == 0 => Vec::new(),
                (Some(code), _, _) => code.clone(),
                (None, Some((code, _)), _) => code.clone(),
                (None, None, net) => {
                    self.style_code(registry, photos, net, (&net_sha, &layer.style), stop)?
                }
            };
            let mut moved = code.clone();
            // The sliders are directions of Restyle's codes.
            if matches!(net, AnyStyle::Restyle(_)) {
                let sliders = registry.code_sliders();
                sliders.apply(&mut moved, &layer.code_edits);
            }
            prepared.codes.push(code);
            prepared.models.insert(model);
            prepared.learnt.push(learnt.map(|(_, named)| named));
            prepared.styles.push(StyleShare {
                net,
                net_sha,
                code: moved,
                share: layer.weight,
                mask: layer.mask.clone(),
            });
        }
        if prepared.models.is_empty() {
            prepared.models.insert(params.model.clone());
        }
        Ok(prepared)
    }

    /// The code of a style: shipped, or found by looking at its picture. Networks that
    /// don't know the shipped codes look at the styles' swatches.
    fn style_code(
        &mut self,
        registry: &Registry,
        photos: &mut PhotoCache,
        net: &AnyStyle,
        (model_sha, style): (&str, &StyleSource),
        stop: &CancelToken,
    ) -> Result<Vec<f32>, EngineError> {
        let id = match style {
            StyleSource::Builtin(id) => id.clone(),
            StyleSource::File(source) => source.sha256.clone(),
        };
        let key = (model_sha.to_owned(), id);
        if let Some(code) = self.codes.get(&key) {
            return Ok(code);
        }
        let picture = match style {
            StyleSource::Builtin(id) => {
                let shipped = registry.style(id).ok_or_else(|| no_style(id))?;
                if let AnyStyle::Restyle(_) = net {
                    return shipped.code.clone().ok_or_else(|| no_style(id));
                }
                shipped.info.swatch.clone().ok_or_else(|| no_style(id))?
            }
            StyleSource::File(source) => at_style_size(&photos.source(source)?.0.picture),
        };
        let code = match net {
            AnyStyle::Restyle(net) => net.encode(&picture, stop)?,
            AnyStyle::Other(net) => transfer::code_of(net.as_ref(), &picture, stop)?,
        };
        self.codes.put(key, code.clone(), 1);
        Ok(code)
    }

    /// What a stylisation would take, without making it.
    pub(super) fn estimate(
        &mut self,
        registry: &mut Registry,
        photos: &mut PhotoCache,
        params: &StyleParams,
        options: &StylizeOptions,
    ) -> Result<Estimate, EngineError> {
        check(params)?;
        let in_memory = photos.knows(&params.photo);
        let size = match &in_memory {
            Some(photo) => photo.picture.size(),
            None => {
                let place = photos.find(&params.photo);
                photo::probe(&place.unwrap_or_else(|| params.photo.place()))?
            }
        };
        wraps(params.wrap, size)?;
        let mut nets = Vec::new();
        let mut memory = MemoryCost::default();
        let mut whole = true;
        for layer in &params.styles {
            let painter = StylePainter::of(registry, &params.model, layer)?;
            let (net, net_sha) = (painter.net, painter.sha256);
            let code = match &net {
                AnyStyle::Restyle(net) => vec![0.0; net.code_len()],
                AnyStyle::Other(net) => vec![0.0; net.code_len()],
            };
            memory = memory.and(memory_cost(std::iter::once(&net)));
            whole &= net.measures_whole();
            if painter.learnt.is_some() {
                // It is the same network with other numbers.
                let restyle = &registry.info(&painter.model)?.sha256;
                self.times.take_as(&net_sha, restyle);
            }
            self.times.try_out(&net, &net_sha, &code)?;
            nets.push((net_sha, layer.mask.is_some()));
        }
        let nets = passes(nets.iter().map(|(sha, masked)| (sha.as_str(), *masked)));
        let cost = StyleCost {
            photo: size,
            in_memory: in_memory.is_some(),
            passes: nets.len() as u64,
            whole,
            plan: StylePlan::full(size, params.brush, options)
                .wrapping(size, params.brush, params.wrap)
                .costing(memory),
        };
        let cost = match options.tile {
            Some(_) => cost,
            // What can't be done within the budget is refused when it is tried.
            None => cost.within(options.memory_budget).unwrap_or(cost),
        };
        let times = &self.times;
        Ok(cost.estimate(times, times.passes(nets)))
    }

    /// Makes the whole picture. `progress` is called between steps.
    pub(super) fn render(
        cache: &StyleCache,
        prepared: &PreparedStyle,
        params: &StyleParams,
        options: &StylizeOptions,
        stop: &CancelToken,
        progress: &mut StyleProgress<'_>,
    ) -> Result<(Picture, StylePlan, StyleTimes), EngineError> {
        Self::render_held(cache, prepared, params, options, None, stop, progress)
    }

    /// As [`Stylizer::render`], with what the networks measure held over a film's shot.
    pub(super) fn render_held(
        cache: &StyleCache,
        prepared: &PreparedStyle,
        params: &StyleParams,
        options: &StylizeOptions,
        shot: Option<&Shot<AnyStyle>>,
        stop: &CancelToken,
        progress: &mut StyleProgress<'_>,
    ) -> Result<(Picture, StylePlan, StyleTimes), EngineError> {
        let size = prepared.photo.picture.size();
        let nets = prepared.passes();
        let cost = StyleCost {
            photo: size,
            in_memory: true,
            passes: nets.len() as u64,
            whole: prepared.styles.iter().all(|s| s.net.measures_whole()),
            plan: StylePlan::full(size, params.brush, options)
                .wrapping(size, params.brush, params.wrap)
                .costing(memory_cost(prepared.styles.iter().map(|s| &s.net)))
                .with_scales(match shot {
                    Some(_) => OF_FRAMES,
                    None => prepared.scales,
                }),
        };
        let cost = cost.within(options.memory_budget)?;
        let mut times = StyleTimes::new(&nets, [cost.network_pixels(), cost.plan.level_pixels()]);
        let spec = prepared.spec(params, cost.plan);
        let picture = cache.stylize_held(&spec, shot, stop, &mut |phase, done, all| {
            times.note(phase);
            progress(phase, done, all)?;
            times.resume();
            Ok(())
        })?;
        times.end();
        Ok((picture, cost.plan, times))
    }
}

/// Where the time of a stylisation went, what was done in between left out.
pub(crate) struct StyleTimes {
    /// The network of all passes; none if there were several.
    network: Option<String>,
    network_pixels: u64,
    level_pixels: u64,
    painting: Duration,
    refining: Duration,
    finishing: Duration,
    phase: Option<StylePhase>,
    since: Instant,
}

impl StyleTimes {
    fn new(nets: &[&str], [pixels, level_pixels]: [u64; 2]) -> Self {
        let first = nets
            .first()
            .filter(|first| nets.iter().all(|n| n == *first));
        Self {
            network: first.map(|&net| net.to_owned()),
            network_pixels: pixels * nets.len() as u64,
            level_pixels: level_pixels * nets.len() as u64,
            painting: Duration::ZERO,
            refining: Duration::ZERO,
            finishing: Duration::ZERO,
            phase: None,
            since: Instant::now(),
        }
    }

    fn note(&mut self, phase: StylePhase) {
        self.end();
        self.phase = Some(phase);
    }

    fn resume(&mut self) {
        self.since = Instant::now();
    }

    fn end(&mut self) {
        let spent = self.since.elapsed();
        match self.phase {
            Some(StylePhase::Painting) => self.painting += spent,
            Some(StylePhase::Refining) => self.refining += spent,
            Some(StylePhase::Finishing) => self.finishing += spent,
            None => {}
        }
        self.since = Instant::now();
    }

    /// Corrects the time model. Strokes from memory teach nothing.
    pub(crate) fn teach(&self, model: &mut TimeModel, output: [u32; 2]) {
        if let Some(net) = self.network.as_ref().filter(|_| !self.painting.is_zero()) {
            model.learn_network(net, self.painting, self.network_pixels);
        }
        if let Some(net) = self.network.as_ref().filter(|_| !self.refining.is_zero()) {
            model.learn_refining(net, self.refining, self.level_pixels);
        }
        if self.finishing > Duration::ZERO {
            model.learn_finishing(self.finishing, u64::from(output[0]) * u64::from(output[1]));
        }
    }
}

fn no_style(id: &str) -> EngineError {
    EngineError::BadRequest(format!(
        "there is no style called '{id}' here for this network; `limner models list` shows those that are"
    ))
}

/// A style picture with a short side of at most [`STYLE_SIDE`].
fn at_style_size(picture: &Picture) -> Picture {
    let size = picture.size();
    let short = size[0].min(size[1]);
    if short <= STYLE_SIDE {
        return picture.clone();
    }
    let scaled = |s: u32| (u64::from(s) * u64::from(STYLE_SIDE) / u64::from(short)) as u32;
    shrink(picture, size.map(scaled))
}

/// What networks need for their tiles.
fn memory_cost<'a>(nets: impl Iterator<Item = &'a AnyStyle>) -> MemoryCost {
    let of = |net: &AnyStyle| MemoryCost {
        bytes_per_pixel: net.bytes_per_pixel(),
        overlap: net.reach() as u64,
    };
    nets.map(of).fold(MemoryCost::default(), MemoryCost::and)
}

/// Refuses numbers that make no picture.
fn check(params: &StyleParams) -> Result<(), EngineError> {
    let numbers = [params.strength, params.brush, params.keep_colors];
    let weights = params.styles.iter().map(|s| s.weight);
    if numbers.into_iter().chain(weights).all(f32::is_finite) && params.brush > 0.0 {
        return Ok(());
    }
    Err(EngineError::BadRequest(
        "a setting of the style is not a number; set it again".into(),
    ))
}

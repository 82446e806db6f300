//! Style's part of the studio: from parameters to codes, previews, estimates and
//! whole pictures.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cancel::CancelToken;
use super::estimate::{Needs, Pace};
use super::photo::{self, Photo};
use super::protocol::{EngineError, Estimate, StylizeOptions, Tier};
use super::recent::Recent;
use super::resample::shrink;
use super::rooms::ModelStudio;
use super::stylize::{Between, Easel, Order, Phase, Plan, StyleShare};
use crate::models::restyle::Restyle;
use crate::picture::Picture;
use crate::recipe::{StyleParams, StyleSource};

/// Short side to which style pictures are brought before the network looks.
const STYLE_SIDE: u32 = 512;
/// Codes of style pictures that are remembered.
const CODES: usize = 256;

/// What Style keeps between requests.
pub(crate) struct Styling {
    pub(super) easel: Arc<Easel>,
    pub(super) pace: Pace,
    /// Codes by model and picture hash.
    codes: Recent<(String, String), Vec<f32>>,
}

impl Styling {
    /// Nothing known yet.
    pub(crate) fn new() -> Self {
        Self {
            easel: Arc::new(Easel::new()),
            pace: Pace::new(),
            codes: Recent::new(CODES),
        }
    }
}

/// A stylisation, ready to be made.
pub(crate) struct Sitting {
    pub(crate) net: Arc<Restyle>,
    pub(crate) model_sha: String,
    pub(crate) photo: Arc<Photo>,
    pub(crate) styles: Vec<StyleShare>,
    /// The layers' codes before their slider edits, for the recipe.
    pub(crate) codes: Vec<Vec<f32>>,
}

impl Sitting {
    fn order<'a>(&'a self, params: &StyleParams, plan: Plan) -> Order<'a> {
        Order {
            photo: &self.photo.picture,
            photo_sha: &self.photo.source.sha256,
            model_sha: &self.model_sha,
            styles: self.styles.clone(),
            strength: params.strength,
            keep_colors: params.keep_colors,
            plan,
        }
    }

    /// Passes of the network: one for all styles without masks, one for each with.
    fn passes(&self) -> u64 {
        passes(self.styles.iter().map(|s| s.mask.is_some()))
    }
}

fn passes(masked: impl Iterator<Item = bool>) -> u64 {
    let (mut with, mut without) = (0, 0);
    for mask in masked {
        if mask {
            with += 1;
        } else {
            without = 1;
        }
    }
    with + without
}

impl ModelStudio {
    /// A preview of a stylised photo.
    pub(super) fn style_preview(
        &mut self,
        params: &StyleParams,
        tier: Tier,
        stop: &CancelToken,
    ) -> Result<Picture, EngineError> {
        let sitting = self.sitting(params, stop)?;
        let plan = Plan::preview(sitting.photo.picture.size(), params.brush, tier);
        let order = sitting.order(params, plan);
        self.styling
            .easel
            .stylize(sitting.net.as_ref(), &order, stop, &mut |_, _, _| {
                if stop.is_cancelled() {
                    return Err(EngineError::Cancelled);
                }
                Ok(())
            })
    }

    /// Reads the photo and finds the styles' codes.
    pub(super) fn sitting(
        &mut self,
        params: &StyleParams,
        stop: &CancelToken,
    ) -> Result<Sitting, EngineError> {
        check(params)?;
        let net = self.registry.restyle(&params.model)?;
        let model_sha = self.registry.info(&params.model)?.sha256.clone();
        let start = Instant::now();
        let (photo, fresh) = self.photos.source(&params.photo)?;
        if fresh {
            let [w, h] = photo.picture.size();
            let pixels = u64::from(w) * u64::from(h);
            self.styling.pace.learn_reading(start.elapsed(), pixels);
        }
        let (mut styles, mut codes) = (Vec::new(), Vec::new());
        for layer in &params.styles {
            let code = match &layer.code {
                Some(code) => code.clone(),
                None => self.style_code(&net, &model_sha, &layer.style, stop)?,
            };
            let mut moved = code.clone();
            self.registry
                .code_sliders()
                .apply(&mut moved, &layer.code_edits);
            codes.push(code);
            styles.push(StyleShare {
                code: moved,
                share: layer.weight,
                mask: layer.mask.clone(),
            });
        }
        Ok(Sitting {
            net,
            model_sha,
            photo,
            styles,
            codes,
        })
    }

    /// The code of a style: shipped, or found by looking at its picture.
    fn style_code(
        &mut self,
        net: &Restyle,
        model_sha: &str,
        style: &StyleSource,
        stop: &CancelToken,
    ) -> Result<Vec<f32>, EngineError> {
        let source = match style {
            StyleSource::Builtin(id) => {
                let shipped = self.registry.style(id).ok_or_else(|| {
                    EngineError::BadRequest(format!(
                        "there is no style called '{id}' here; `limner models list` shows those that are"
                    ))
                })?;
                return Ok(shipped.code.clone());
            }
            StyleSource::File(source) => source,
        };
        let key = (model_sha.to_owned(), source.sha256.clone());
        if let Some(code) = self.styling.codes.get(&key) {
            return Ok(code);
        }
        let (photo, _) = self.photos.source(source)?;
        let size = photo.picture.size();
        let short = size[0].min(size[1]);
        let small = if short > STYLE_SIDE {
            let scaled = |s: u32| (u64::from(s) * u64::from(STYLE_SIDE) / u64::from(short)) as u32;
            shrink(&photo.picture, size.map(scaled))
        } else {
            photo.picture.clone()
        };
        let code = net.encode(&small, stop)?;
        self.styling.codes.put(key, code.clone(), 1);
        Ok(code)
    }

    /// What a stylisation would take, without making it.
    pub(super) fn style_estimate(
        &mut self,
        params: &StyleParams,
        options: &StylizeOptions,
    ) -> Result<Estimate, EngineError> {
        check(params)?;
        let net = self.registry.restyle(&params.model)?;
        let in_memory = self.photos.knows(&params.photo);
        let size = match &in_memory {
            Some(photo) => photo.picture.size(),
            None => photo::probe(std::path::Path::new(&params.photo.path))?,
        };
        let code = vec![0.0; net.code_len()];
        self.styling.pace.try_out(net.as_ref(), &code)?;
        let needs = Needs {
            photo: size,
            in_memory: in_memory.is_some(),
            passes: passes(params.styles.iter().map(|s| s.mask.is_some())),
            plan: Plan::full(size, params.brush, options),
        };
        let needs = match options.tile {
            Some(_) => needs,
            // What can't be done within the budget is told when it is tried.
            None => needs.within(options.memory_budget).unwrap_or(needs),
        };
        Ok(needs.estimate(&self.styling.pace))
    }

    /// Makes the whole picture. `between` is called between steps.
    pub(super) fn style_full(
        easel: &Easel,
        sitting: &Sitting,
        params: &StyleParams,
        options: &StylizeOptions,
        stop: &CancelToken,
        between: &mut Between<'_>,
    ) -> Result<(Picture, Plan, Times), EngineError> {
        let size = sitting.photo.picture.size();
        let needs = Needs {
            photo: size,
            in_memory: true,
            passes: sitting.passes(),
            plan: Plan::full(size, params.brush, options),
        };
        let needs = needs.within(options.memory_budget)?;
        let mut times = Times::new(needs.network_pixels() * needs.passes);
        let order = sitting.order(params, needs.plan);
        let picture = easel.stylize(
            sitting.net.as_ref(),
            &order,
            stop,
            &mut |phase, done, all| {
                times.note(phase);
                between(phase, done, all)?;
                times.resume();
                Ok(())
            },
        )?;
        times.end();
        Ok((picture, needs.plan, times))
    }
}

/// Where the time of a stylisation went, what was done in between left out.
pub(crate) struct Times {
    network_pixels: u64,
    painting: Duration,
    finishing: Duration,
    phase: Option<Phase>,
    since: Instant,
}

impl Times {
    fn new(network_pixels: u64) -> Self {
        Self {
            network_pixels,
            painting: Duration::ZERO,
            finishing: Duration::ZERO,
            phase: None,
            since: Instant::now(),
        }
    }

    fn note(&mut self, phase: Phase) {
        self.end();
        self.phase = Some(phase);
    }

    fn resume(&mut self) {
        self.since = Instant::now();
    }

    fn end(&mut self) {
        let spent = self.since.elapsed();
        match self.phase {
            Some(Phase::Painting) => self.painting += spent,
            Some(Phase::Finishing) => self.finishing += spent,
            None => {}
        }
        self.since = Instant::now();
    }

    /// Teaches the pace. Strokes from memory teach nothing.
    pub(crate) fn teach(&self, pace: &mut Pace, output: [u32; 2]) {
        if self.painting > Duration::ZERO {
            pace.learn_network(self.painting, self.network_pixels);
        }
        if self.finishing > Duration::ZERO {
            pace.learn_finishing(self.finishing, u64::from(output[0]) * u64::from(output[1]));
        }
    }
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

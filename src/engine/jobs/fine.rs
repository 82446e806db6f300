//! A photo optimised towards its styles, from coarse to fine.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::cancel::CancelToken;
use crate::engine::fine::{StylePicture, Subject, finest, resized, to_picture};
use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{Effort, EngineError, FineOptions, Output, Stage, Tier};
use crate::engine::recipes::recipe;
use crate::engine::resample::{Planes, fit, planes};
use crate::engine::styling::PreparedStyle;
use crate::engine::stylize::{Fine, finish};
use crate::fine::schedule::{Scale, Schedule};
use crate::models::vgg19::{LEAST_SIDE, Vgg19};
use crate::picture::Picture;
use crate::recipe::{Making, Recipe, StyleLayer, StyleParams, StyleSource};

/// The network that measures.
const INSTRUMENT: &str = "vgg19";
/// Where recipes keep the size and the steps taken.
pub(super) const EXTRA: &str = "fine";
/// Longer side of the finest scale at brush size 1 and below.
const LONGER_SIDE: u32 = 768;
/// Longer side of the first look.
const LOOK_SIDE: u32 = 512;
/// Parts that progress is told in.
const PARTS: u64 = 1000;

/// Optimises one photo.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    options: &FineOptions,
) -> Result<Output, EngineError> {
    context.progress(Stage::Loading, 0, 1);
    context.yield_to_previews()?;
    let stop = context.token();
    let state = &mut *context.state;
    let vgg = state.registry.vgg19(INSTRUMENT)?;
    let prepared = state
        .stylizer
        .prepare(&mut state.registry, &mut state.photos, params, &stop)?;
    let (photo, source) = (&prepared.photo.picture, &prepared.photo.source);
    let size = photo.size();
    let side = size[0].max(size[1]);
    let output = options.max_side.map_or(side, |most| side.min(most.max(1)));
    let cache = Arc::clone(&state.stylizer.cache);
    let subject = Subject {
        photo: cache.at_size(photo, &source.sha256, fit(size, output)),
        styles: style_pictures(state, &params.styles)?,
        strength: params.strength,
        keep_colors: params.keep_colors,
        brush: params.brush,
    };
    let mut taken = Vec::new();
    let picture = match subject.styles.is_empty() || params.strength <= 0.0 {
        true => subject.photo.clone(),
        false => {
            let schedule = schedule(&subject, options)?;
            let first = first_look(state, params, &stop)?;
            let mut work = Work { context, vgg, stop };
            let painted = work.paint(&subject, &schedule, &first, &mut taken)?;
            work.finished(&subject, painted)?
        }
    };
    let recipe = written(context.state, params, &prepared, options, &taken)?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// The pictures of the styles.
fn style_pictures(
    state: &mut InferenceState,
    layers: &[StyleLayer],
) -> Result<Vec<StylePicture>, EngineError> {
    let picture = |state: &mut InferenceState, layer: &StyleLayer| match &layer.style {
        StyleSource::File(source) => Ok(state.photos.source(source)?.0.picture.clone()),
        StyleSource::Builtin(id) => {
            let swatch = state.registry.style(id).and_then(|s| s.info.swatch.clone());
            swatch.ok_or_else(|| {
                EngineError::BadRequest(format!(
                    "Fine works after the style's picture, and '{id}' has none here; choose a picture, or take Fast"
                ))
            })
        }
    };
    layers
        .iter()
        .filter(|layer| layer.weight > 0.0)
        .map(|layer| {
            Ok(StylePicture {
                picture: picture(state, layer)?,
                share: layer.weight,
                mask: layer.mask.clone(),
            })
        })
        .collect()
}

fn schedule(subject: &Subject, options: &FineOptions) -> Result<Schedule, EngineError> {
    let size = subject.photo.size();
    let finest = match &options.effort {
        Effort::Again(scales) => {
            let sides = LEAST_SIDE as u32..=LONGER_SIDE;
            let fits = |scale: &Scale| scale.size.iter().all(|side| sides.contains(side));
            if scales.is_empty() || !scales.iter().all(fits) {
                return Err(EngineError::BadRequest(
                    "this recipe's sizes are not those of a picture made by Fine".into(),
                ));
            }
            size
        }
        _ => finest(size, LONGER_SIDE, options.memory_budget)?,
    };
    Ok(Schedule::new(finest, &options.effort))
}

/// The picture as *Fast* makes it, to begin with.
fn first_look(
    state: &mut InferenceState,
    params: &StyleParams,
    stop: &CancelToken,
) -> Result<Picture, EngineError> {
    let unmixed = StyleParams {
        strength: params.strength.min(1.0),
        ..params.clone()
    };
    state.stylizer.preview(
        &mut state.registry,
        &mut state.photos,
        &unmixed,
        Tier::Full(LOOK_SIDE),
        stop,
    )
}

/// What the work goes on with.
struct Work<'a, 'b> {
    context: &'a mut JobContext<'b>,
    vgg: Arc<Vgg19>,
    stop: CancelToken,
}

impl Work<'_, '_> {
    /// From coarse to fine; the steps taken go to `taken`.
    fn paint(
        &mut self,
        subject: &Subject,
        schedule: &Schedule,
        first: &Picture,
        taken: &mut Vec<Scale>,
    ) -> Result<Planes, EngineError> {
        let mut painted: Option<Planes> = None;
        for (i, scale) in schedule.scales().iter().enumerate() {
            let [width, height] = scale.size.map(|s| s as usize);
            let start = match &painted {
                None => planes(first, width, height),
                Some(coarser) => resized(coarser, width, height),
            };
            let began = Instant::now();
            let mut painting = subject.painting(&self.vgg, scale.size, &start, &self.stop)?;
            let (mut spent, mut steps) = (began.elapsed(), 0);
            let planes = |data| Planes {
                width,
                height,
                data,
            };
            while schedule.goes_on(i, steps, spent) {
                let done = schedule.done(i, steps, spent);
                self.context.progress_with_look(
                    Stage::Rendering,
                    done,
                    PARTS,
                    &mut || match i == 0 && steps == 0 {
                        true => Some(first.clone()),
                        false => {
                            to_picture(&subject.composed(planes(painting.picture())).1.picture)
                        }
                    },
                );
                self.context.yield_while_paused()?;
                let began = Instant::now();
                painting.step(&self.vgg, &self.stop)?;
                spent += began.elapsed();
                steps += 1;
            }
            taken.push(Scale {
                size: scale.size,
                steps,
            });
            painted = Some(planes(painting.picture()));
        }
        painted.ok_or_else(|| EngineError::Internal("no size to paint at".into()))
    }

    /// What was painted, at the result's size.
    fn finished(&mut self, subject: &Subject, painted: Planes) -> Result<Picture, EngineError> {
        let (small, composed) = subject.composed(painted);
        let fine = Fine::Kept {
            colors: subject.keep_colors,
        };
        finish(&small, &composed, fine, &subject.photo, &mut |done, all| {
            self.context
                .progress(Stage::Writing, done as u64, all as u64);
            self.context.yield_to_previews()
        })
    }
}

fn written(
    state: &InferenceState,
    params: &StyleParams,
    prepared: &PreparedStyle,
    options: &FineOptions,
    taken: &[Scale],
) -> Result<Recipe, EngineError> {
    let mut params = params.clone();
    params.photo = params.photo.as_read(&prepared.photo.source);
    let mut sources = vec![params.photo.clone()];
    for (layer, code) in params.styles.iter_mut().zip(&prepared.codes) {
        layer.code = Some(code.clone());
        if let StyleSource::File(source) = &layer.style {
            sources.push(source.clone());
        }
    }
    let models = prepared
        .models
        .iter()
        .map(String::as_str)
        .chain([INSTRUMENT])
        .map(|name| state.model_ref(name))
        .collect::<Result<_, _>>()?;
    let mut recipe = recipe(Making::Style(params), models, sources, &state.device);
    recipe.extra.insert(
        EXTRA.into(),
        json!({ "max_side": options.max_side, "scales": taken }),
    );
    Ok(recipe)
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    recipe: &Recipe,
) -> Result<Output, EngineError> {
    let extra = recipe.extra.get(EXTRA);
    let field = |name: &str| extra.and_then(|extra| extra.get(name));
    let scales = field("scales").cloned().unwrap_or_default();
    let scales: Vec<Scale> = serde_json::from_value(scales).map_err(|error| {
        EngineError::BadRequest(format!(
            "the recipe doesn't say how Fine went about it ({error}); make the picture anew"
        ))
    })?;
    let options = FineOptions {
        max_side: field("max_side")
            .and_then(serde_json::Value::as_u64)
            .and_then(|side| u32::try_from(side).ok()),
        memory_budget: context.state.memory_budget,
        effort: Effort::Again(scales),
    };
    let Output::Picture { picture, .. } = run(context, params, &options)? else {
        return Err(EngineError::Internal("no picture came".into()));
    };
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}

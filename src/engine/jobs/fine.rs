//! A photo optimised towards its styles, from coarse to fine.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::cancel::CancelToken;
use crate::engine::fine::{INSTRUMENT, Subject, resized, to_picture};
use crate::engine::fine_tiles::Refinement;
use crate::engine::fine_unfinished::{At, Stand, Unfinished};
use crate::engine::fine_wrap::Begun;
use crate::engine::inference_state::InferenceState;
use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::fine_begin::{check, first_look, output, style_pictures, way};
use crate::engine::jobs::fine_sphere;
use crate::engine::jobs::stylize::style_recipe;
use crate::engine::protocol::{Effort, EngineError, FineOptions, Output, Stage};
use crate::engine::resample::{Planes, planes_wrapping};
use crate::engine::styling::PreparedStyle;
use crate::engine::stylize::{Fine, finish};
use crate::fine::Painting;
use crate::fine::schedule::{Scale, Schedule};
use crate::models::ModelError;
use crate::models::vgg19::Vgg19;
use crate::picture::Picture;
use crate::recipe::{Recipe, StyleParams};

/// Where recipes keep the size and the steps taken.
pub(super) const EXTRA: &str = "fine";
/// How often in a row the canvas may interrupt a step, so that a walk doesn't hold it up for ever.
const INTERRUPTIONS: u32 = 3;
/// Parts that progress is told in.
pub(super) const PARTS: u64 = 1000;

/// Optimises one photo.
pub(super) fn run(
    context: &mut JobContext<'_>,
    params: &StyleParams,
    options: &FineOptions,
) -> Result<Output, EngineError> {
    check(params)?;
    context.progress(Stage::Loading, 0, 1);
    context.yield_to_previews()?;
    let stop = context.token();
    let state = &mut *context.state;
    let vgg = state.registry.vgg19(INSTRUMENT)?;
    let prepared = state
        .stylizer
        .prepare(&mut state.registry, &mut state.photos, params, &stop)?;
    let (photo, source) = (&prepared.photo.picture, &prepared.photo.source);
    let cache = Arc::clone(&state.stylizer.cache);
    let subject = Subject {
        photo: cache.at_size(photo, &source.sha256, output(photo.size(), options)),
        styles: style_pictures(state, &params.styles)?,
        strength: params.strength,
        keep_colors: params.keep_colors,
        brush: params.brush,
        wrap: params.wrap.sides(),
    };
    let (mut taken, mut stopped) = (Vec::new(), false);
    let picture = match subject.styles.is_empty() || params.strength <= 0.0 {
        true => subject.photo.clone(),
        false if params.wrap.is_panorama() => {
            let first = first_look(state, params, &stop)?;
            let mut left = state.unfinished.take(params, options).map(|one| one.at);
            let mut work = Work::new(context, vgg, stop);
            let made = fine_sphere::paint(&mut work, &subject, (&first, options), &mut left);
            let made = made.and_then(|made| {
                (taken, stopped) = (made.taken, made.stopped);
                work.finished(&subject, made.painted)
            });
            if made.is_ok() && !stopped {
                left = None;
            }
            work.learn();
            work.keep((params, options), None, left);
            made?
        }
        false => {
            let first = first_look(state, params, &stop)?;
            let before = state.unfinished.take(params, options);
            let (way, mut left) = match before {
                Some(Unfinished {
                    way: Some(way), at, ..
                }) => (way, Some(at)),
                _ => (way(state, &subject, options)?, None),
            };
            let mut work = Work::new(context, vgg, stop);
            let made = work.picture(&subject, &way, &first, (&mut left, &mut taken));
            stopped = left.is_some();
            work.learn();
            work.keep((params, options), Some(way), left);
            made?
        }
    };
    let recipe = written(context.state, params, &prepared, options, (&taken, stopped))?;
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe),
    })
}

/// What the work goes on with.
pub(super) struct Work<'a, 'b> {
    pub(super) context: &'a mut JobContext<'b>,
    pub(super) vgg: Arc<Vgg19>,
    pub(super) stop: CancelToken,
    /// Time of the steps taken.
    spent: Duration,
    /// Pixels of each step, added up.
    pixel_steps: u64,
}

impl<'a, 'b> Work<'a, 'b> {
    fn new(context: &'a mut JobContext<'b>, vgg: Arc<Vgg19>, stop: CancelToken) -> Self {
        Self {
            context,
            vgg,
            stop,
            spent: Duration::ZERO,
            pixel_steps: 0,
        }
    }

    /// Remembers how fast it was.
    fn learn(&mut self) {
        let times = &mut self.context.state.stylizer.times;
        times.learn_fine(self.spent, self.pixel_steps);
    }

    /// Keeps where a picture was left, unless nobody wants it any more.
    fn keep(
        self,
        (params, options): (&StyleParams, &FineOptions),
        way: Option<(Schedule, Option<u32>)>,
        left: Option<At>,
    ) {
        if let (Some(at), false) = (left, self.stop.is_given_up()) {
            self.context.state.unfinished.keep(Unfinished {
                params: params.clone(),
                max_side: options.max_side,
                effort: options.effort.clone(),
                way,
                at,
            });
        }
    }

    /// The whole picture at its size, and the steps taken. It goes on where it was `left` before, and
    /// says where it is left now if that isn't its end.
    fn picture(
        &mut self,
        subject: &Subject,
        (schedule, tile_steps): &(Schedule, Option<u32>),
        first: &Picture,
        (left, taken): (&mut Option<At>, &mut Vec<Scale>),
    ) -> Result<Picture, EngineError> {
        let painted = match left.take() {
            Some(At::Painted {
                taken: before,
                painted,
            }) => {
                *taken = before;
                painted
            }
            before => {
                let stand = match before {
                    Some(At::Size(stand)) => Some(*stand),
                    _ => None,
                };
                self.paint(subject, schedule, (first, stand), (left, taken))?
            }
        };
        if left.is_some() {
            return self.finished(subject, painted);
        }
        *left = Some(At::Painted {
            taken: taken.clone(),
            painted: painted.clone(),
        });
        let mut picture = self.finished(subject, painted)?;
        if let &Some(steps) = tile_steps {
            let Some(refined) = self.refined(subject, &picture, steps)? else {
                return Ok(picture);
            };
            let size = picture.size();
            taken.push(Scale { size, steps });
            picture = refined;
        }
        *left = None;
        Ok(picture)
    }

    /// From coarse to fine; the steps taken go to `taken`, and what it needs to go on to `left` where
    /// it ends early.
    fn paint(
        &mut self,
        subject: &Subject,
        schedule: &Schedule,
        (first, before): (&Picture, Option<Stand>),
        (left, taken): (&mut Option<At>, &mut Vec<Scale>),
    ) -> Result<Planes, EngineError> {
        let mut before = before;
        if let Some(stand) = &before {
            taken.clone_from(&stand.taken);
        }
        let mut painted: Option<Planes> = None;
        for (i, scale) in schedule.scales().iter().enumerate().skip(taken.len()) {
            let mut stand = match before.take() {
                Some(stand) => stand,
                None => self.begun(subject, scale.size, painted.as_ref(), first, taken)?,
            };
            let whole = self.scale(subject, schedule, i, &mut stand, painted.is_some());
            let whole = match whole {
                Err(error) => {
                    if matches!(error, EngineError::Cancelled) {
                        stand.painting.rest();
                        *left = Some(At::Size(stand.into()));
                    }
                    return Err(error);
                }
                Ok(whole) => whole,
            };
            if stand.steps > 0 {
                taken.push(Scale {
                    size: scale.size,
                    steps: stand.steps,
                });
                painted = Some(planes_of(&stand.painting));
            }
            if let (false, Some(painted)) = (whole, painted.clone()) {
                stand.painting.rest();
                *left = Some(At::Size(stand.into()));
                return Ok(painted);
            }
        }
        painted.ok_or_else(|| EngineError::Internal("no size to paint at".into()))
    }

    /// A scale before its first step.
    pub(super) fn begun(
        &self,
        subject: &Subject,
        size: [u32; 2],
        coarser: Option<&Planes>,
        first: &Picture,
        taken: &[Scale],
    ) -> Result<Stand, EngineError> {
        let [width, height] = size.map(|s| s as usize);
        let start = match coarser {
            None => planes_wrapping(first, [width, height], subject.wrap),
            Some(coarser) => resized(coarser, [width, height], subject.wrap),
        };
        let began = Instant::now();
        let painting = subject.painting(&self.vgg, size, &start, &self.stop)?;
        Ok(Stand {
            taken: taken.to_vec(),
            painting,
            steps: 0,
            spent: began.elapsed(),
        })
    }

    /// Works at one scale; whether to its end. It may be left before its first step where there
    /// `is` a picture already.
    fn scale(
        &mut self,
        subject: &Subject,
        schedule: &Schedule,
        index: usize,
        stand: &mut Stand,
        is: bool,
    ) -> Result<bool, EngineError> {
        while schedule.goes_on(index, stand.steps, stand.spent) {
            let done = schedule.done(index, stand.steps, stand.spent);
            self.context
                .progress_with_look(Stage::Rendering, done, PARTS, &mut || {
                    to_picture(&subject.composed(planes_of(&stand.painting)).1.picture)
                });
            let may_end = is || stand.steps > 0;
            if self.stop.is_paused() {
                stand.painting.rest();
            }
            self.context.yield_while_paused()?;
            if may_end && self.stop.is_finishing() {
                return Ok(false);
            }
            self.step(stand)?;
        }
        Ok(true)
    }

    /// One step at a scale.
    pub(super) fn step(&mut self, stand: &mut Stand) -> Result<(), EngineError> {
        stand.spent += self.step_of(&mut stand.painting)?;
        stand.steps += 1;
        Ok(())
    }

    /// One step, and the time that it took. The canvas goes first: a step that it interrupts is
    /// done once more.
    fn step_of(&mut self, painting: &mut Painting) -> Result<Duration, EngineError> {
        let mut interrupted = 0;
        loop {
            let stop = match interrupted < INTERRUPTIONS {
                true => self.context.token_before_canvas(),
                false => self.stop.clone(),
            };
            let began = Instant::now();
            match painting.step(&self.vgg, &stop) {
                Ok(_) => {
                    let took = began.elapsed();
                    let (height, width) = painting.size();
                    self.spent += took;
                    self.pixel_steps += (height * width) as u64;
                    return Ok(took);
                }
                Err(ModelError::Cancelled) if !self.stop.is_cancelled() => {
                    interrupted += 1;
                    self.context.yield_to_previews()?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The enlarged picture with its strokes made sharp, tile by tile; none once it is to end: the
    /// enlarged picture is whole as it is.
    fn refined(
        &mut self,
        subject: &Subject,
        picture: &Picture,
        steps: u32,
    ) -> Result<Option<Picture>, EngineError> {
        let (vgg, stop) = (Arc::clone(&self.vgg), self.stop.clone());
        let begun = Begun::new(picture, subject.wrap)?;
        let mut refinement = Refinement::new(subject, vgg, &begun.picture, stop)?;
        while let Some((painting, done)) = refinement.next()? {
            self.context
                .progress(Stage::Writing, done.0 as u64, done.1 as u64);
            // The first only finds out where to go from the enlarged picture.
            for _ in 0..=steps {
                self.context.yield_while_paused()?;
                if self.stop.is_finishing() {
                    return Ok(None);
                }
                self.step_of(painting)?;
            }
        }
        Ok(Some(begun.closed(&refinement.picture()?)?))
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

/// The picture so far.
pub(super) fn planes_of(painting: &Painting) -> Planes {
    let (height, width) = painting.size();
    Planes {
        width,
        height,
        data: painting.picture(),
    }
}

fn written(
    state: &InferenceState,
    params: &StyleParams,
    prepared: &PreparedStyle,
    options: &FineOptions,
    (taken, stopped): (&[Scale], bool),
) -> Result<Recipe, EngineError> {
    let mut recipe = style_recipe(state, params, prepared, &[INSTRUMENT])?;
    let mut way = json!({ "max_side": options.max_side, "scales": taken });
    if stopped {
        way["stopped"] = json!(true);
    }
    recipe.extra.insert(EXTRA.into(), way);
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

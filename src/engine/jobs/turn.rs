//! A camera's turn around in a panorama, frame by frame into a film.

use crate::engine::explore::synthesize;
use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::film::{self, Showing};
use crate::engine::protocol::{EngineError, Output, Stage, TurnJob};
use crate::engine::recipes::recipe;
use crate::engine::resample::shrink;
use crate::export::format::Format;
use crate::export::{self, Labels, Provenance, WriteOptions};
use crate::picture::Picture;
use crate::recipe::{ExploreParams, Making, TurnPanorama, TurnParams};
use crate::spaces::panorama::{self, Camera, Views};

/// Most frames of a film.
const MOST_FRAMES: u32 = 100_000;
/// Sides of a frame, pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=3840;

/// Renders the frames and writes them as they come.
pub(super) fn run(context: &mut JobContext<'_>, job: &TurnJob) -> Result<Output, EngineError> {
    let turn = Turn::new(context, &job.params)?;
    let labels = labels(context, job)?;
    let mut draw = |_: &mut JobContext<'_>, number| turn.frame(number);
    film::write(context, &job.file, turn.showing(), &labels, &mut draw)?;
    Ok(Output::File(job.file.out.clone()))
}

/// What [`run`] will take: some frames are made and thrown away.
pub(super) fn estimate(context: &mut JobContext<'_>, job: &TurnJob) -> Result<Output, EngineError> {
    let began = std::time::Instant::now();
    let turn = Turn::new(context, &job.params)?;
    let before = began.elapsed();
    let labels = labels(context, job)?;
    let mut draw = |_: &mut JobContext<'_>, number| turn.frame(number);
    let mut estimate = film::estimate(context, &job.file, turn.showing(), &labels, &mut draw)?;
    estimate.time += before;
    Ok(Output::FilmEstimate(estimate))
}

/// A panorama as large as its frames need it, and the camera in it.
struct Turn<'a> {
    params: &'a TurnParams,
    panorama: Picture,
    views: Views,
}

impl<'a> Turn<'a> {
    fn new(context: &mut JobContext<'_>, params: &'a TurnParams) -> Result<Self, EngineError> {
        let camera = camera(params)?;
        let panorama = panorama_of(context, &params.panorama)?;
        panorama::check(panorama.size())?;
        // More pixels than a frame has would flicker.
        let width = camera.width_of_panorama(params.size).next_multiple_of(2);
        let panorama = match width < panorama.width() {
            true => shrink(&panorama, [width, width / 2]),
            false => panorama,
        };
        Ok(Self {
            views: Views::new(&camera, params.size)?,
            panorama,
            params,
        })
    }

    fn showing(&self) -> Showing {
        Showing {
            frames: self.params.frames,
            fps: self.params.fps,
            forever: true,
        }
    }

    /// A frame; the one behind the last is the first.
    fn frame(&self, number: u32) -> Result<Picture, EngineError> {
        let share = f64::from(number % self.params.frames) / f64::from(self.params.frames);
        let share = if self.params.leftwards { -share } else { share };
        let turned = f64::from(self.params.start) / 360.0 + share;
        Ok(self.views.seen(&self.panorama, turned)?)
    }
}

fn camera(params: &TurnParams) -> Result<Camera, EngineError> {
    if let [name, ..] = params.clone().confine().as_slice() {
        return Err(EngineError::BadRequest(format!(
            "the camera can't turn so: its `{name}` is out of range"
        )));
    }
    if !(2..=MOST_FRAMES).contains(&params.frames) {
        return Err(EngineError::BadRequest(
            "a turn has 2 to 100,000 frames; choose another time or frame rate".into(),
        ));
    }
    if params.size.iter().any(|side| !SIDES.contains(side)) {
        return Err(EngineError::BadRequest(format!(
            "a film of a turn is {} to {} pixels a side",
            SIDES.start(),
            SIDES.end()
        )));
    }
    Ok(Camera {
        pitch: params.tilt.to_radians(),
        height: params.view_angle.to_radians(),
    })
}

fn panorama_of(
    context: &mut JobContext<'_>,
    panorama: &TurnPanorama,
) -> Result<Picture, EngineError> {
    match panorama {
        TurnPanorama::Picture(source) => {
            context.progress(Stage::Reading, 0, 1);
            context.yield_to_previews()?;
            Ok(context.state.photos.source(source)?.0.picture.clone())
        }
        TurnPanorama::Generated(params) => generated(context, params),
    }
}

fn generated(context: &mut JobContext<'_>, params: &ExploreParams) -> Result<Picture, EngineError> {
    if !params.domain.is_sphere() {
        return Err(EngineError::BadRequest(
            "what is around the camera is no panorama: its domain is no sphere".into(),
        ));
    }
    if !params.edits.is_empty() {
        super::directions::ensure(context, &params.model)?;
    }
    context.progress(Stage::Loading, 0, 1);
    context.yield_to_previews()?;
    let stop = context.token();
    let state = &mut *context.state;
    let (generator, ws) = state.explorer.latents(&mut state.registry, params)?;
    synthesize(generator.as_ref(), params, &ws, None, &stop)
}

fn labels(context: &mut JobContext<'_>, job: &TurnJob) -> Result<Labels, EngineError> {
    let state = &mut *context.state;
    let params = &*job.params;
    let models = match params.generated() {
        Some(made) => vec![state.model_ref(&made.model)?],
        None => Vec::new(),
    };
    let sources = params.picture().cloned().into_iter().collect();
    let making = Making::Turn(params.clone());
    let mut recipe = recipe(making, models, sources, &state.device);
    state.photos.note_origins(&mut recipe);
    let provenance = Provenance::of(&recipe, &state.model_cards(), "", "");
    // The format is only asked of stills; films take theirs from the job.
    let options = WriteOptions {
        photo_credit: job.photo_credit,
        ..WriteOptions::new(Format::Png)
    };
    Ok(export::labels(Some(&recipe), &provenance, &options))
}

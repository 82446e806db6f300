//! A film in a style: frame after frame, with what the network measures held over each shot.

use std::sync::Arc;

use serde_json::json;

use crate::engine::film_hold::{Calm, Cuts, StillHold};
use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::film::{self, Showing};
use crate::engine::jobs::stylize;
use crate::engine::protocol::{EngineError, Output, StyleFilmJob};
use crate::engine::resample::shrink;
use crate::engine::styling::{PreparedStyle, Stylizer};
use crate::engine::stylize::{AnyStyle, Shot, StyleCache};
use crate::export::format::Format;
use crate::export::{self, Provenance, WriteOptions};
use crate::photo::film::Film;
use crate::photo::{Kind, Photo};
use crate::picture::Picture;
use crate::recipe::SourceRef;

/// Where recipes keep that they are of a film.
pub(super) const EXTRA: &str = "film";

/// Stylises a film.
pub(super) fn run(context: &mut JobContext<'_>, job: &StyleFilmJob) -> Result<Output, EngineError> {
    let mut source = Film::open(&job.film)?;
    let fps = job.fps.unwrap_or(source.fps);
    let showing = Showing {
        frames: source.frames,
        fps,
        forever: job.forever,
    };
    let mut styled = StyledFilm::new(context, job, &mut source)?;
    let labels = styled.labels(context, job, showing)?;
    let mut draw = |context: &mut JobContext<'_>, _| styled.next(context, job, &mut source);
    film::write(context, &job.file, showing, &labels, &mut draw)?;
    Ok(Output::File(job.file.out.clone()))
}

/// What [`run`] will take: some frames from the middle of the film are made and thrown away.
pub(super) fn estimate(
    context: &mut JobContext<'_>,
    job: &StyleFilmJob,
) -> Result<Output, EngineError> {
    let frames = Film::open(&job.film)?.frames;
    let mut source = Film::open_at(&job.film, film::first_tried(frames))?;
    let showing = Showing {
        frames,
        fps: job.fps.unwrap_or(source.fps),
        forever: job.forever,
    };
    let mut styled = StyledFilm::new(context, job, &mut source)?;
    let labels = styled.labels(context, job, showing)?;
    let mut draw = |context: &mut JobContext<'_>, _| styled.next(context, job, &mut source);
    let estimate = film::estimate(context, &job.file, showing, &labels, &mut draw)?;
    Ok(Output::FilmEstimate(estimate))
}

/// The styles, and what is held from frame to frame.
struct StyledFilm {
    prepared: PreparedStyle,
    /// The first frame, which was read to know the size.
    first: Option<Picture>,
    /// The last one in its style.
    last: Option<Picture>,
    shot: Shot<AnyStyle>,
    cuts: Cuts,
    calm: Calm,
    still: StillHold,
    number: u32,
}

impl StyledFilm {
    fn new(
        context: &mut JobContext<'_>,
        job: &StyleFilmJob,
        source: &mut Film,
    ) -> Result<Self, EngineError> {
        let first = source
            .next_frame()?
            .ok_or_else(|| EngineError::BadRequest("the film has no frame".into()))?;
        let stop = context.token();
        let state = &mut *context.state;
        // Under the film's own name, which goes into the recipe.
        let photo = Arc::new(photo_of(first.clone(), job.source.clone()));
        let prepared = state.stylizer.prepare_for(
            &mut state.registry,
            &mut state.photos,
            &job.params,
            photo,
            &stop,
        )?;
        Ok(Self {
            prepared,
            first: Some(first),
            last: None,
            shot: Shot::default(),
            cuts: Cuts::default(),
            calm: Calm::default(),
            still: StillHold::default(),
            number: 0,
        })
    }

    fn labels(
        &self,
        context: &JobContext<'_>,
        job: &StyleFilmJob,
        showing: Showing,
    ) -> Result<export::Labels, EngineError> {
        let mut recipe = stylize::style_recipe(context.state, &job.params, &self.prepared, &[])?;
        let about = json!({
            "frames": showing.frames,
            "fps": showing.fps,
            "forever": showing.forever,
            "max_side": job.options.max_side,
            "folder": job.film.is_dir(),
        });
        recipe.extra.insert(EXTRA.into(), about);
        let provenance = Provenance::of(&recipe, &context.state.model_cards(), "", "");
        // The format is only asked of stills; films take theirs from the job.
        let options = WriteOptions::new(Format::Png);
        Ok(export::labels(Some(&recipe), &provenance, &options))
    }

    /// The next frame in its style.
    fn next(
        &mut self,
        context: &mut JobContext<'_>,
        job: &StyleFilmJob,
        source: &mut Film,
    ) -> Result<Picture, EngineError> {
        let frame = match self.first.take() {
            Some(first) => first,
            None => match (source.next_frame()?, &self.last) {
                (Some(frame), _) => frame,
                // What was made isn't given up for an end that is missing: the last frame stands for it.
                (None, Some(last)) => {
                    let words = format!(
                        "the film ends after {} of {} frames; its last one stands for the rest",
                        self.number, source.frames
                    );
                    context.state.photos.note(&job.film, &[words]);
                    return Ok(last.clone());
                }
                (None, None) => {
                    return Err(EngineError::BadRequest("the film has no frame".into()));
                }
            },
        };
        let begins = self.cuts.begins(&frame);
        if begins {
            self.shot.begin();
        }
        let photo = photo_of(self.calm.calm(&frame, begins), job.source.clone());
        self.number += 1;
        self.prepared.photo = Arc::new(photo);
        // No frame comes twice, and what is kept of photos goes by the film's name: nothing of one
        // frame may be taken for another's.
        let cache = StyleCache::new();
        let stop = context.token();
        let (picture, plan, _) = Stylizer::render_held(
            &cache,
            &self.prepared,
            &job.params,
            &job.options,
            Some(&self.shot),
            &stop,
            &mut |_, _, _| context.yield_to_previews(),
        )?;
        let seen = match frame.size() == plan.output {
            true => frame,
            false => shrink(&frame, plan.output),
        };
        let made = self.still.hold(&seen, &picture, begins);
        self.last = Some(made.clone());
        Ok(made)
    }
}

fn photo_of(picture: Picture, source: SourceRef) -> Photo {
    Photo {
        picture,
        source,
        kind: Kind::Png,
        notes: Vec::new(),
    }
}

//! Keyframes, frame by frame into a film: a walk through latent space, or a photo on its way
//! through styles.

use std::sync::Arc;

use crate::engine::enlarge;
use crate::engine::explore::synthesize;
use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::film::{self, Showing};
use crate::engine::jobs::style_walk::StyleDrawer;
use crate::engine::protocol::{EngineError, FilmJob, FilmParams, Output, Stage};
use crate::engine::recipes::recipe;
use crate::export::format::Format;
use crate::export::{self, Labels, Provenance, WriteOptions};
use crate::latent::Walk;
use crate::models::Generator;
use crate::models::upscaler::Upscaler;
use crate::picture::Picture;
use crate::recipe::{ExploreParams, Making, Recipe, WalkParams};

/// Renders the frames and writes them as they come.
pub(super) fn run(context: &mut JobContext<'_>, job: &FilmJob) -> Result<Output, EngineError> {
    let mut drawer = Drawer::new(context, job)?;
    let recipe = drawer.recipe(context, job)?;
    let labels = labels(context, &recipe);
    let mut draw = |context: &mut JobContext<'_>, number| drawer.frame(context, number);
    film::write(context, &job.file, showing(job), &labels, &mut draw)?;
    Ok(Output::File(job.file.out.clone()))
}

/// What [`run`] will take: some frames from the middle are made and thrown away.
pub(super) fn estimate(context: &mut JobContext<'_>, job: &FilmJob) -> Result<Output, EngineError> {
    let mut drawer = Drawer::new(context, job)?;
    let recipe = drawer.recipe(context, job)?;
    let labels = labels(context, &recipe);
    let mut draw = |context: &mut JobContext<'_>, number| drawer.frame(context, number);
    let estimate = film::estimate(context, &job.file, showing(job), &labels, &mut draw)?;
    Ok(Output::FilmEstimate(estimate))
}

fn showing(job: &FilmJob) -> Showing {
    Showing {
        frames: job.params.frames(),
        fps: job.params.fps(),
        forever: job.params.looped(),
    }
}

fn labels(context: &JobContext<'_>, recipe: &Recipe) -> Labels {
    let provenance = Provenance::of(recipe, &context.state.model_cards(), "", "");
    // The format is only asked of stills; films take theirs from the job.
    export::labels(Some(recipe), &provenance, &WriteOptions::new(Format::Png))
}

/// Draws the frames.
enum Drawer {
    Walk(Box<WalkDrawer>),
    Style(StyleDrawer),
}

impl Drawer {
    fn new(context: &mut JobContext<'_>, job: &FilmJob) -> Result<Self, EngineError> {
        match &job.params {
            FilmParams::Walk(walk) => {
                let drawer = WalkDrawer::new(context, walk, job)?;
                Ok(Self::Walk(Box::new(drawer)))
            }
            FilmParams::Style(walk) => Ok(Self::Style(StyleDrawer::new(context, walk, job)?)),
        }
    }

    fn frame(&mut self, context: &mut JobContext<'_>, number: u32) -> Result<Picture, EngineError> {
        match self {
            Self::Walk(drawer) => drawer.frame(context, number),
            Self::Style(drawer) => drawer.frame(context, number),
        }
    }

    /// How the film is made.
    fn recipe(&self, context: &mut JobContext<'_>, job: &FilmJob) -> Result<Recipe, EngineError> {
        match self {
            Self::Walk(drawer) => drawer.recipe(context, job),
            Self::Style(drawer) => drawer.recipe(context, job),
        }
    }
}

/// Draws the frames of a walk.
struct WalkDrawer {
    params: Arc<WalkParams>,
    generator: Arc<dyn Generator>,
    walk: Walk,
    first: ExploreParams,
    longest: Option<u32>,
    /// The network, what it is recorded as, the scale.
    enlarger: Option<(Arc<dyn Upscaler>, Vec<String>, u32)>,
}

impl WalkDrawer {
    fn new(
        context: &mut JobContext<'_>,
        params: &Arc<WalkParams>,
        job: &FilmJob,
    ) -> Result<Self, EngineError> {
        let first = params
            .points
            .first()
            .ok_or_else(|| EngineError::BadRequest("a walk needs at least two points".into()))?;
        if params.points.iter().any(|p| p.model != first.model) {
            return Err(EngineError::BadRequest(
                "all points of a walk must be of one model".into(),
            ));
        }
        if params.points.iter().any(|p| !p.edits.is_empty()) {
            super::directions::ensure(context, &first.model)?;
        }
        context.progress(Stage::Loading, 0, 1);
        let generator = context.state.registry.generator(&first.model)?;
        let set = context.state.explorer.directions.known(
            &context.state.registry,
            &first.model,
            generator.spec().w_dim,
        );
        let walk = Walk::new(params, generator.as_ref(), &set.as_deref())?;
        let longest = generator.spec().resizable.then_some(job.max_side);
        let enlarger = match job.enlarge {
            0 | 1 => None,
            scale => {
                let (enlarger, model) = (job.enlarger.as_deref(), Some(first.model.as_str()));
                let (name, network) = super::upscale::network(context, enlarger, model, scale)?;
                let names = context.state.registry.upscalers_at(&name, scale)?;
                Some((network, names, scale))
            }
        };
        Ok(Self {
            params: Arc::clone(params),
            generator,
            walk,
            first: first.clone(),
            longest,
            enlarger,
        })
    }

    fn frame(&self, context: &mut JobContext<'_>, number: u32) -> Result<Picture, EngineError> {
        let stop = context.token();
        let ws = self.walk.frame(number, self.generator.as_ref())?;
        let params = ExploreParams {
            transform: self.walk.transform(number),
            ..self.first.clone()
        };
        let picture = synthesize(self.generator.as_ref(), &params, &ws, self.longest, &stop)?;
        let Some((network, _, scale)) = &self.enlarger else {
            return Ok(picture);
        };
        let mut between = |_, _| context.yield_to_previews();
        let wrap = self.first.domain.wrap();
        let picture = (&picture, wrap);
        enlarge::enlarge(network.as_ref(), picture, *scale, &stop, &mut between)
    }

    /// How the film is made.
    fn recipe(&self, context: &JobContext<'_>, job: &FilmJob) -> Result<Recipe, EngineError> {
        let mut models = vec![context.state.model_ref(&self.first.model)?];
        for name in self.enlarger.iter().flat_map(|(_, names, _)| names) {
            models.push(context.state.model_ref(name)?);
        }
        let making = Making::Walk((*self.params).clone());
        let mut recipe = recipe(making, models, vec![], &context.state.device);
        recipe.extra.insert("max_side".into(), job.max_side.into());
        if self.enlarger.is_some() {
            recipe.extra.insert("enlarge".into(), job.enlarge.into());
        }
        Ok(recipe)
    }
}

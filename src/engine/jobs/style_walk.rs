//! The frames of a photo on its way through styles.

use std::sync::Arc;

use crate::engine::jobs::context::JobContext;
use crate::engine::jobs::stylize;
use crate::engine::protocol::{EngineError, FilmJob, Stage, StylizeOptions};
use crate::engine::recipes::recipe;
use crate::engine::style_walk::{self, Moment};
use crate::engine::styling::{PreparedStyle, Stylizer};
use crate::picture::Picture;
use crate::recipe::{Making, Recipe, StyleParams, StyleWalkParams};

/// Draws the frames.
pub(super) struct StyleDrawer {
    walk: Arc<StyleWalkParams>,
    options: StylizeOptions,
    /// The two keyframes whose pictures go over into one another.
    ends: Vec<(StyleParams, Picture)>,
}

impl StyleDrawer {
    pub(super) fn new(
        context: &mut JobContext<'_>,
        walk: &Arc<StyleWalkParams>,
        job: &FilmJob,
    ) -> Result<Self, EngineError> {
        style_walk::check(walk)?;
        context.progress(Stage::Loading, 0, 1);
        Ok(Self {
            walk: Arc::clone(walk),
            options: StylizeOptions {
                max_side: Some(job.max_side),
                tile: None,
                memory_budget: context.state.memory_budget,
            },
            ends: Vec::new(),
        })
    }

    pub(super) fn frame(
        &mut self,
        context: &mut JobContext<'_>,
        number: u32,
    ) -> Result<Picture, EngineError> {
        match style_walk::moment(&self.walk, number)? {
            Moment::One(params) => self.styled(context, &params),
            Moment::Between(from, to, way) => {
                let (from, to) = (self.end(context, from)?, self.end(context, to)?);
                Ok(style_walk::fade(&from, &to, way))
            }
        }
    }

    /// A keyframe's picture, kept for the frames that follow.
    fn end(
        &mut self,
        context: &mut JobContext<'_>,
        params: StyleParams,
    ) -> Result<Picture, EngineError> {
        if let Some((_, picture)) = self.ends.iter().find(|(known, _)| *known == params) {
            return Ok(picture.clone());
        }
        let picture = self.styled(context, &params)?;
        if self.ends.len() > 1 {
            self.ends.remove(0);
        }
        self.ends.push((params, picture.clone()));
        Ok(picture)
    }

    fn styled(
        &self,
        context: &mut JobContext<'_>,
        params: &StyleParams,
    ) -> Result<Picture, EngineError> {
        let prepared = prepare(context, params)?;
        let cache = Arc::clone(&context.state.stylizer.cache);
        let stop = context.token();
        let (picture, _, _) = Stylizer::render(
            &cache,
            &prepared,
            params,
            &self.options,
            &stop,
            &mut |_, _, _| context.yield_to_previews(),
        )?;
        Ok(picture)
    }

    /// How the film is made, with the codes of all styles, so that it needs none of their pictures.
    pub(super) fn recipe(
        &self,
        context: &mut JobContext<'_>,
        job: &FilmJob,
    ) -> Result<Recipe, EngineError> {
        let mut walk = (*self.walk).clone();
        let (mut models, mut sources) = (Vec::new(), Vec::new());
        for point in &mut walk.points {
            let prepared = prepare(context, point)?;
            let made = stylize::style_recipe(context.state, point, &prepared, &[])?;
            if let Making::Style(params) = made.making {
                *point = params;
            }
            for model in made.models {
                if !models.contains(&model) {
                    models.push(model);
                }
            }
            for source in made.sources {
                if !sources.contains(&source) {
                    sources.push(source);
                }
            }
        }
        let making = Making::StyleWalk(walk);
        let mut recipe = recipe(making, models, sources, &context.state.device);
        recipe.extra.insert("max_side".into(), job.max_side.into());
        Ok(recipe)
    }
}

fn prepare(
    context: &mut JobContext<'_>,
    params: &StyleParams,
) -> Result<PreparedStyle, EngineError> {
    let stop = context.token();
    let state = &mut *context.state;
    state
        .stylizer
        .prepare(&mut state.registry, &mut state.photos, params, &stop)
}

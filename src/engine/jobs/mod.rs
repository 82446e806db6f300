//! One file for each kind of job, and which kind goes where.

mod context;
mod directions;
mod drag;
mod film;
mod fine;
mod fine_begin;
mod fine_sphere;
mod finish;
mod folder;
mod grow;
mod learn;
mod lens;
mod own_styles;
mod project;
mod render;
mod replay;
mod style_walk;
mod stylize;
mod stylize_film;
mod surface;
mod turn;
mod upscale;
mod walk;

use crate::engine::backend::{JobBackend, JobControl};
use crate::engine::inference_state::InferenceState;
use crate::engine::protocol::{EngineError, Event, Job, Output};
use context::JobContext;

impl JobBackend for InferenceState {
    fn job(&mut self, job: &Job, control: &mut dyn JobControl) -> Result<Output, EngineError> {
        // What was opened before concerned another answer.
        self.photos.take_notes();
        let mut result = self.on_any_device(|state| {
            let control = &mut *control;
            run(&mut JobContext { state, control }, job)
        });
        // What is made again or finished has its origins in its recipe.
        if let (Ok(Output::Picture { recipe, .. }), false) = (
            &mut result,
            matches!(job, Job::Replay(_) | Job::Finish { .. }),
        ) {
            self.photos.note_origins(recipe);
        }
        for (path, notes) in self.photos.take_notes() {
            control.emit(Event::PhotoNotes { path, notes });
        }
        result
    }
}

fn run(context: &mut JobContext<'_>, job: &Job) -> Result<Output, EngineError> {
    match job {
        Job::Render(params) => render::run(context, params),
        Job::Stylize(params, options) => stylize::run(context, params, options),
        Job::StylizeFine(params, options) => fine::run(context, params, options),
        Job::RenderLens(params) => lens::run(context, params),
        Job::Grow(params) => grow::run(context, params),
        Job::EstimateGrow(params) => grow::estimate(context, params),
        Job::StylizeFolder(job) => folder::run(context, job),
        Job::StylizeFilm(job) => stylize_film::run(context, job),
        Job::StylizeFilmEstimate(job) => stylize_film::estimate(context, job),
        Job::Walk(job) => walk::run(context, job),
        Job::WalkEstimate(job) => walk::estimate(context, job),
        Job::Turn(job) => turn::run(context, job),
        Job::TurnEstimate(job) => turn::estimate(context, job),
        Job::Upscale {
            path,
            scale,
            model,
            wrap,
        } => upscale::run(context, path, *scale, model.as_deref(), *wrap),
        Job::UpscaleEstimate { path, scale, model } => {
            upscale::estimate(context, path, *scale, model.as_deref())
        }
        Job::Finish {
            path,
            settings,
            keep_shape,
        } => match keep_shape {
            true => finish::tones(context, path, settings),
            false => finish::run(context, path, settings),
        },
        Job::FinishFile {
            path,
            settings,
            out,
            writing,
        } => finish::write(context, path, settings, out, writing),
        Job::Project {
            path,
            model,
            class,
            steps,
        } => project::run(context, path, model, *class, *steps),
        Job::Drag(job) => drag::run(context, job),
        Job::Directions { model } => directions::run(context, model),
        Job::LensDirections { model } => lens::directions(context, model),
        Job::Learn(job) => learn::run(context, job),
        Job::Surface(job) => surface::run(context, job),
        Job::Styles(task) => own_styles::run(context, task),
        Job::Replay(recipe) => replay::run(context, recipe),
    }
}

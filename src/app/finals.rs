//! Pictures that were made at full size: they stay at hand, so that the canvas shows them and
//! nothing is made twice to be saved, exported and sent on.

use std::sync::Arc;

use crate::app::action::Purpose;
use crate::app::job_events;
use crate::app::jobs;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::fine;
use crate::app::view::Workspace;
use crate::app::work;
use crate::engine::protocol::{Job, Rendering, StylizeOptions, Work};
use crate::picture::Picture;
use crate::recipe::Recipe;

/// Bytes of pictures that stay at hand; the newest one always does.
const KEPT: usize = 256 << 20;

/// What decides a picture at full size.
#[derive(Debug, Clone, PartialEq)]
pub struct FinalOf {
    work: Work,
    /// For a stylised photo.
    options: Option<StylizeOptions>,
}

impl FinalOf {
    /// What a job makes; nothing for one of *Fine*, which has its own place, and for those that
    /// make no picture of a document.
    pub(in crate::app) fn job(job: &Job) -> Option<Self> {
        let (work, options) = match job {
            Job::Render(params) => (Work::Explore(Arc::clone(params)), None),
            Job::RenderLens(params) => (Work::Lens(Arc::clone(params)), None),
            Job::Stylize(params, options) => (Work::Style(Arc::clone(params)), Some(*options)),
            _ => return None,
        };
        Some(Self { work, options })
    }
}

/// A picture at full size.
#[derive(Debug, Clone)]
struct Final {
    of: FinalOf,
    picture: Picture,
    recipe: Box<Recipe>,
}

/// The pictures at hand, the newest last.
#[derive(Debug, Default)]
pub struct Finals {
    made: Vec<Final>,
}

impl Finals {
    /// Keeps a picture at hand; older ones make room.
    pub(in crate::app) fn put(&mut self, of: FinalOf, picture: Picture, recipe: Box<Recipe>) {
        self.made.retain(|made| made.of != of);
        self.made.push(Final {
            of,
            picture,
            recipe,
        });
        let bytes = |made: &[Final]| made.iter().map(|m| m.picture.rgba().len()).sum::<usize>();
        while self.made.len() > 1 && bytes(&self.made) > KEPT {
            self.made.remove(0);
        }
    }

    /// Networks or the device have changed: what they make may look different.
    pub(in crate::app) fn clear(&mut self) {
        self.made.clear();
    }

    fn of(&self, of: &FinalOf) -> Option<&Final> {
        self.made.iter().find(|made| made.of == *of)
    }
}

/// The picture at full size that a workspace's document asks for, if it is at hand.
pub fn picture(workspace: Workspace, state: &AppState) -> Option<&Picture> {
    if state.finals.made.is_empty() {
        return None;
    }
    let options = match fine::rendering(state) {
        Rendering::Fast(options) => Some(options).filter(|_| workspace == Workspace::Style),
        Rendering::Fine(_) if workspace == Workspace::Style => return None,
        Rendering::Fine(_) => None,
    };
    let work = work::of(workspace, state)?;
    let made = state.finals.of(&FinalOf { work, options })?;
    Some(&made.picture)
}

/// Does something with a picture at full size, once it is there: at once, if it is at hand;
/// with the others that wait for it, if it is being made.
pub(in crate::app) fn make(
    job: Job,
    purpose: Purpose,
    state: &mut AppState,
    services: &mut Services,
) {
    let Some(of) = FinalOf::job(&job) else {
        jobs::start(job, purpose, state, services);
        return;
    };
    if let Some(made) = state.finals.of(&of).cloned() {
        job_events::picture_made(&purpose, made.picture, made.recipe, state, services);
        return;
    }
    // The export dialog stops its own job when it is closed.
    let shared = purpose != Purpose::Export;
    let at_work = state.engine.jobs.iter_mut().find(|job| {
        shared && job.of.as_ref() == Some(&of) && !job.cancelling && job.purpose != Purpose::Export
    });
    match at_work {
        Some(job) if job.purpose == purpose || job.also.contains(&purpose) => {}
        Some(job) => job.also.push(purpose),
        None => {
            jobs::start(job, purpose, state, services);
        }
    }
}

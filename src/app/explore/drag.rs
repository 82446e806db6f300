//! Dragging points of the picture: started, followed, stopped, and what becomes of the result.

use crate::app::action::Purpose;
use crate::app::arrival;
use crate::app::explore::drag_doc::{DragArrow, DragDoc, DragEdit};
use crate::app::explore::drag_state::{DragEnd, DragRun};
use crate::app::explore::edit::ExploreEdit;
use crate::app::finals::FinalOf;
use crate::app::jobs;
use crate::app::mask_shapes;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::ports::Services;
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::app::view::Workspace;
use crate::engine::protocol::{
    ARRIVED, DragJob, DragPoint, EngineError, Job, JobId, ModelInfo, Movable, Output, Request, Work,
};
use crate::picture::Picture;
use crate::recipe::Making;

/// Most steps of one run; it may be started again.
const STEPS: u32 = 300;

/// Whether a generator's pictures can be dragged.
pub fn can_drag(model: &ModelInfo) -> bool {
    model.can_drag
}

/// Points that are not where they are to be, and the farthest of them in pixels.
pub fn to_go(points: &[DragArrow], size: [u32; 2]) -> (usize, f32) {
    let longer = longer(size);
    let left = points.iter().map(|point| point.length() * longer);
    let going = left.filter(|left| *left > ARRIVED);
    going.fold((0, 0.0), |(count, most), left| (count + 1, most.max(left)))
}

fn longer(size: [u32; 2]) -> f32 {
    size[0].max(size[1]).max(1) as f32
}

/// Starts a run, or ends the one at work with the picture so far.
pub(in crate::app) fn start_or_stop(state: &mut AppState, services: &mut Services) {
    if let Some(id) = state.drag.run.as_ref().map(|run| run.id) {
        stop(id, state, services);
        return;
    }
    match job(state) {
        Ok(job) => start(job, state, services),
        Err(words) => {
            state.view.drag = true;
            state.toasts.push(Level::Info, words);
        }
    }
}

/// What is to be dragged, or what is missing for it.
fn job(state: &AppState) -> Result<DragJob, String> {
    let no_picture = || "There is no picture to drag yet.".to_owned();
    let model = state.generator().ok_or_else(no_picture)?;
    if !can_drag(model) {
        return Err(format!(
            "This network can't be dragged: it is {}. Choose a StyleGAN2 or StyleGAN3 network.",
            model.family
        ));
    }
    let params = state.doc.explore.current().ok_or_else(no_picture)?.clone();
    let doc = state.doc.explore.drag();
    if to_go(&doc.points, model.size).0 == 0 {
        let words = "Set a point on the picture first, and pull its arrow to where it is to go.";
        return Err(words.to_owned());
    }
    let longer = longer(model.size);
    let within = |at: [f32; 2]| {
        let pixel = |axis: usize| (at[axis] * longer).clamp(0.0, model.size[axis] as f32);
        [pixel(0), pixel(1)]
    };
    let points = doc.points.iter().map(|point| DragPoint {
        at: within(point.at),
        target: within(point.target),
    });
    Ok(DragJob {
        params,
        points: points.collect(),
        movable: doc.mask.clone().map(Movable::Painted),
        steps: STEPS,
        watched: true,
    })
}

fn start(job: DragJob, state: &mut AppState, services: &mut Services) {
    let (params, doc) = (job.params.clone(), state.doc.explore.drag().clone());
    state.latent_walk = None;
    state.view.variations = false;
    state.drag.last = None;
    let id = jobs::start(Job::Drag(Box::new(job)), Purpose::Drag, state, services);
    state.drag.run = Some(DragRun {
        id,
        params,
        points: doc.points.clone(),
        doc,
        steps: 0,
        picture: None,
    });
}

/// Ends a run that has begun with the picture so far. Whether the job was one.
pub(in crate::app) fn stop(id: JobId, state: &mut AppState, services: &mut Services) -> bool {
    if state.drag.run.as_ref().is_none_or(|run| run.id != id) {
        return false;
    }
    if let Some(entry) = state.engine.jobs.iter_mut().find(|entry| entry.id == id) {
        entry.cancelling = true;
        services.engine.send(Request::Finish(id));
    }
    true
}

/// A run ends when what it began with has changed: nobody waits for it any more.
pub(in crate::app) fn sync(state: &mut AppState, services: &mut Services) {
    let explore = &state.doc.explore;
    let stale = state
        .drag
        .run
        .as_ref()
        .filter(|run| explore.current() != Some(&run.params) || *explore.drag() != run.doc);
    if let Some(id) = stale.map(|run| run.id) {
        state.drag.run = None;
        jobs::cancel(id, state, services);
    }
}

/// A step was taken.
pub(in crate::app) fn stepped(
    id: JobId,
    steps: u32,
    points: &[DragPoint],
    picture: Picture,
    state: &mut AppState,
) {
    let size = state.generator().map_or([1, 1], |model| model.size);
    if let Some(run) = state.drag.run.as_mut().filter(|run| run.id == id) {
        run.steps = steps;
        run.points = arrows(points, size);
        run.picture = Some(picture);
    }
}

fn arrows(points: &[DragPoint], size: [u32; 2]) -> Vec<DragArrow> {
    let share = |at: [f32; 2]| at.map(|v| v / longer(size));
    let arrow = |point: &DragPoint| DragArrow {
        at: share(point.at),
        target: share(point.target),
    };
    points.iter().map(arrow).collect()
}

/// A run ended, well or not.
pub(in crate::app) fn ended(
    id: JobId,
    result: Result<Output, EngineError>,
    state: &mut AppState,
    follow: &mut Actions,
) {
    let Some(run) = state.drag.run.take_if(|run| run.id == id) else {
        // The picture was changed meanwhile, which ended it.
        return;
    };
    let (points, steps, picture, recipe) = match result {
        Ok(Output::Dragged {
            points,
            steps,
            picture,
            recipe,
        }) => (points, steps, picture, recipe),
        Ok(_) | Err(EngineError::Cancelled) => return,
        Err(error) => {
            let plain = PlainWords::of_engine(&error);
            state.toasts.error("The picture can't be dragged", plain);
            return;
        }
    };
    let Making::Explore(params) = &recipe.making else {
        return;
    };
    let params = params.clone();
    let left = points.iter().map(DragPoint::left).fold(0.0, f32::max);
    let end = DragEnd {
        steps,
        left,
        arrived: left <= ARRIVED,
        params: if steps > 0 {
            params.clone()
        } else {
            run.params
        },
    };
    if !(state.view.workspace == Workspace::Explore && state.view.drag) {
        let away = state.view.workspace != Workspace::Explore;
        let way = away.then(|| arrival::way_to(Workspace::Explore));
        state.toasts.offer(Level::Info, end.words(), way);
    }
    state.drag.last = Some(end);
    if steps == 0 {
        return;
    }
    let of = FinalOf {
        work: Work::Explore(params.clone().into()),
        options: None,
    };
    state.finals.put(of, picture, recipe);
    let size = state.generator().map_or([1, 1], |model| model.size);
    follow.explore(ExploreEdit::Dragged {
        points: arrows(&points, size),
        params: Box::new(params),
    });
}

impl DragEnd {
    /// For the user.
    pub fn words(&self) -> String {
        let steps = match self.steps {
            1 => "1 step".to_owned(),
            steps => format!("{steps} steps"),
        };
        match self.arrived {
            true => format!("Arrived after {steps}"),
            false => format!("Stopped after {steps}, {:.1} px left", self.left),
        }
    }
}

/// Changes what is to be dragged.
pub(in crate::app) fn apply(edit: DragEdit, doc: &mut DragDoc) {
    match edit {
        DragEdit::Add(arrow) => doc.points.push(arrow),
        DragEdit::Point(i, at) => {
            if let Some(point) = doc.points.get_mut(i) {
                point.at = at;
            }
        }
        DragEdit::Target(i, target) => {
            if let Some(point) = doc.points.get_mut(i) {
                point.target = target;
            }
        }
        DragEdit::Remove(i) => {
            if i < doc.points.len() {
                doc.points.remove(i);
            }
        }
        DragEdit::Clear => doc.points.clear(),
        DragEdit::SetMask(mask) => doc.mask = mask.map(Into::into),
        DragEdit::AddShape(shape) => mask_shapes::add(&mut doc.mask, shape),
        DragEdit::LastShape(shape) => mask_shapes::go_on(&mut doc.mask, shape),
        DragEdit::DropShape(shape) => mask_shapes::drop(&mut doc.mask, &shape),
    }
}

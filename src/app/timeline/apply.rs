//! Changes of the timeline, each noted in Explore's history.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::command::Command;
use crate::app::history_note;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::state::AppState;
use crate::app::timeline::document::{Keyframe, TimelineDoc};
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::Dialog;
use crate::engine::protocol::{EngineError, FilmJob, Output};
use crate::recipe::{ExploreParams, LatentOrigin, Making, ranges};

/// Sides that films of networks of any size may have, pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=3840;

/// Changes the timeline. A keyframe of another network than the film's is refused with a word.
pub fn edit(edit: TimelineEdit, state: &mut AppState, now: Now) {
    let label = label(&edit);
    let kind = matches!(
        edit,
        TimelineEdit::Seconds(..) | TimelineEdit::Length(_) | TimelineEdit::Fps(_)
    );
    let kind = kind.then(|| label.clone());
    let before = state.doc.clone();
    match edit {
        TimelineEdit::Add(params) => add([*params], state),
        TimelineEdit::AddCurrent => {
            let current = state.doc.explore.current().cloned();
            add(current, state);
        }
        TimelineEdit::AddSeed(seed) => {
            let current = state.doc.explore.current().cloned();
            let seeded = current.map(|params| ExploreParams {
                origin: LatentOrigin::Seed(seed),
                ..params
            });
            add(seeded, state);
        }
        TimelineEdit::AddBookmarks => {
            let bookmarks = state.doc.explore.film_bookmarks();
            add(bookmarks, state);
        }
        TimelineEdit::AddPicture(id) => {
            let recipe = state.gallery.picture(id).and_then(|(_, recipe)| recipe);
            match recipe.map(|recipe| recipe.making.clone()) {
                Some(Making::Explore(params)) => add([params], state),
                Some(Making::Walk(walk)) => add(walk.points, state),
                _ => state.toasts.push(
                    Level::Info,
                    "Only pictures from a generator can go on the timeline.",
                ),
            }
        }
        TimelineEdit::Put(at) => {
            let current = state.doc.explore.current().cloned();
            let model = state.doc.explore.timeline.model().map(str::to_owned);
            match current {
                Some(params) if Some(&params.model) == model.as_ref() => {
                    if let Some(key) = state.doc.explore.timeline.keyframes.get_mut(at) {
                        key.params = Arc::new(params);
                    }
                }
                _ => of_another(state),
            }
        }
        other => apply(other, &mut state.doc.explore.timeline),
    }
    history_note::note(&before, &label, kind.as_deref(), state, now);
    if !state.view.timeline && before.explore.timeline != state.doc.explore.timeline {
        let count = state.doc.explore.timeline.keyframes.len();
        let words = match count {
            1 => "On the timeline: one keyframe".to_owned(),
            _ => format!("On the timeline: {count} keyframes"),
        };
        let show = (
            "Show".to_owned(),
            Box::new(Action::Command(Command::Timeline)),
        );
        state.toasts.offer(Level::Info, words, Some(show));
    }
}

/// Opens the export dialog; an empty timeline takes the bookmarks.
pub fn export(state: &mut AppState, now: Now) {
    state.view.timeline = true;
    let explore = &state.doc.explore;
    if explore.timeline.keyframes.is_empty() && !explore.film_bookmarks().is_empty() {
        edit(TimelineEdit::AddBookmarks, state, now);
    }
    state.view.variations = false;
    state.view.dialog = Dialog::ExportWalk;
}

/// What a film will take, or why that can't be told.
pub(in crate::app) fn estimated(
    film: Box<FilmJob>,
    result: Result<Output, EngineError>,
    state: &mut AppState,
) {
    match result {
        Ok(Output::FilmEstimate(estimate)) => state.film_estimate = Some((film, estimate)),
        Ok(_) | Err(EngineError::Cancelled) => {}
        Err(error) => state
            .toasts
            .push(Level::Error, format!("Trying the film: {error}")),
    }
}

/// Puts pictures at the end.
fn add(pictures: impl IntoIterator<Item = ExploreParams>, state: &mut AppState) {
    for mut params in pictures {
        params.confine();
        let timeline = &mut state.doc.explore.timeline;
        match timeline.model() {
            Some(model) if *model != params.model => return of_another(state),
            _ => {}
        }
        // As long as the last way was.
        let seconds = timeline.keyframes.last().map(|key| key.seconds);
        let mut key = Keyframe::new(Arc::new(params));
        key.seconds = seconds.unwrap_or(key.seconds);
        timeline.keyframes.push(key);
    }
}

fn of_another(state: &mut AppState) {
    let words = "A film is of one network. Clear the timeline to begin one of another.";
    state.toasts.push(Level::Warning, words);
}

/// What needs nothing but the timeline.
fn apply(edit: TimelineEdit, timeline: &mut TimelineDoc) {
    let keys = &mut timeline.keyframes;
    match edit {
        TimelineEdit::Remove(at) if at < keys.len() => {
            keys.remove(at);
        }
        TimelineEdit::Move { from, to } if from < keys.len() => {
            let key = keys.remove(from);
            let to = if to > from { to - 1 } else { to };
            keys.insert(to.min(keys.len()), key);
        }
        TimelineEdit::Seconds(at, seconds) => {
            if let Some(key) = keys.get_mut(at) {
                key.seconds = ranges::SPAN.nearest(seconds);
            }
        }
        TimelineEdit::Easing(at, easing) => {
            if let Some(key) = keys.get_mut(at) {
                key.easing = easing;
            }
        }
        TimelineEdit::Length(seconds) => {
            let factor = f64::from(seconds) / timeline.seconds().max(1e-3);
            for key in &mut timeline.keyframes {
                key.seconds = ranges::SPAN.nearest((f64::from(key.seconds) * factor) as f32);
            }
        }
        TimelineEdit::Looped(looped) => timeline.looped = looped,
        TimelineEdit::Even(even) => timeline.even = even,
        TimelineEdit::Path(path) => timeline.path = path,
        TimelineEdit::Fps(fps) => timeline.fps = ranges::FPS.nearest(fps),
        TimelineEdit::MaxSide(side) => {
            timeline.max_side = side.clamp(*SIDES.start(), *SIDES.end());
        }
        TimelineEdit::Enlarge(scale) => timeline.enlarge = scale.clamp(1, 4),
        TimelineEdit::Clear => keys.clear(),
        TimelineEdit::Replace { timeline: new, .. } => *timeline = *new,
        _ => {}
    }
}

fn label(edit: &TimelineEdit) -> String {
    match edit {
        TimelineEdit::Add(_)
        | TimelineEdit::AddCurrent
        | TimelineEdit::AddSeed(_)
        | TimelineEdit::AddPicture(_) => "Add keyframe".to_owned(),
        TimelineEdit::AddBookmarks => "Add bookmarks to timeline".to_owned(),
        TimelineEdit::Put(_) => "Replace keyframe".to_owned(),
        TimelineEdit::Remove(_) => "Remove keyframe".to_owned(),
        TimelineEdit::Move { .. } => "Move keyframe".to_owned(),
        TimelineEdit::Seconds(at, _) => format!("Time after keyframe {}", at + 1),
        TimelineEdit::Easing(at, _) => format!("Easing after keyframe {}", at + 1),
        TimelineEdit::Length(_) => "Length of the film".to_owned(),
        TimelineEdit::Looped(_) => "Loop".to_owned(),
        TimelineEdit::Even(_) => "Even pace".to_owned(),
        TimelineEdit::Path(_) => "Way between keyframes".to_owned(),
        TimelineEdit::Fps(_) => "Frame rate".to_owned(),
        TimelineEdit::MaxSide(_) | TimelineEdit::Enlarge(_) => "Size of the film".to_owned(),
        TimelineEdit::Clear => "Clear timeline".to_owned(),
        TimelineEdit::Replace { label, .. } => (*label).to_owned(),
    }
}

//! Changes of the timelines, each noted in the history of its workspace.

use std::sync::Arc;

use crate::app::action::{Action, ViewEdit};
use crate::app::document::Document;
use crate::app::history_note;
use crate::app::notice::Level;
use crate::app::now::Now;
use crate::app::plain_words::PlainWords;
use crate::app::state::AppState;
use crate::app::timeline::document::{KeyPicture, Keyframe, TimelineDoc};
use crate::app::timeline::edit::TimelineEdit;
use crate::app::view::{Dialog, Workspace};
use crate::engine::protocol::{EngineError, FilmJob, Output};
use crate::gallery::protocol::PictureId;
use crate::recipe::{ExploreParams, LatentOrigin, Making, ranges};

/// Sides that films of networks of any size may have, pixels.
const SIDES: std::ops::RangeInclusive<u32> = 64..=3840;

/// Changes the timeline of the workspace that the change is of, in its history. A keyframe that
/// doesn't fit to the film's is refused with a word.
pub fn edit(edit: TimelineEdit, state: &mut AppState, now: Now) {
    let label = label(&edit);
    let kind = matches!(
        edit,
        TimelineEdit::Seconds(..) | TimelineEdit::Length(_) | TimelineEdit::Fps(_)
    );
    let kind = kind.then(|| label.clone());
    let before = state.doc.clone();
    let opened = matches!(edit, TimelineEdit::Replace { .. });
    match edit {
        TimelineEdit::Add(key) => add([key], state),
        TimelineEdit::AddCurrent => match state.key_picture() {
            Some(key) => add([key], state),
            None => no_picture(state),
        },
        TimelineEdit::AddSeed(seed) => {
            let current = state.doc.explore.current().cloned();
            let seeded = current.map(|params| ExploreParams {
                origin: LatentOrigin::Seed(seed),
                ..params
            });
            add(seeded.map(KeyPicture::from), state);
        }
        TimelineEdit::AddBookmarks => {
            let bookmarks = state.doc.explore.film_bookmarks();
            add(bookmarks.into_iter().map(KeyPicture::from), state);
        }
        TimelineEdit::AddPicture(id) => add_picture(id, state),
        TimelineEdit::Put(at) => put(at, state),
        TimelineEdit::Replace { timeline, .. } => {
            let style = timeline.photo().is_some();
            *place(style, state) = *timeline;
        }
        other => {
            let style = state.view.workspace == Workspace::Style;
            apply(other, place(style, state));
        }
    }
    history_note::note(&before, &label, kind.as_deref(), state, now);
    // What is opened comes to the front.
    if !opened {
        told(&before, state);
    }
}

/// Style's timeline, or Explore's.
fn place(style: bool, state: &mut AppState) -> &mut TimelineDoc {
    match style {
        true => &mut state.doc.style.timeline,
        false => &mut state.doc.explore.timeline,
    }
}

/// Where the timeline isn't seen, a word says what has come onto it.
fn told(before: &Document, state: &mut AppState) {
    let doc = &state.doc;
    let (workspace, count) = if before.style.timeline != doc.style.timeline {
        (Workspace::Style, doc.style.timeline.keyframes.len())
    } else if before.explore.timeline != doc.explore.timeline {
        (Workspace::Explore, doc.explore.timeline.keyframes.len())
    } else {
        return;
    };
    if state.view.timeline && state.view.workspace == workspace {
        return;
    }
    let words = match count {
        1 => "On the timeline: one keyframe".to_owned(),
        _ => format!("On the timeline: {count} keyframes"),
    };
    let show = Action::View(ViewEdit::Timeline(workspace));
    let show = ("Show".to_owned(), Box::new(show));
    state.toasts.offer(Level::Info, words, Some(show));
}

fn no_picture(state: &mut AppState) {
    let words = match state.view.workspace {
        Workspace::Style => "Open a photo first: its styles become the keyframes.",
        _ => "There is no picture yet.",
    };
    state.toasts.push(Level::Info, words);
}

/// The keyframes of a picture of the gallery: a film's, or the picture itself.
fn add_picture(id: PictureId, state: &mut AppState) {
    let recipe = state.gallery.picture(id).and_then(|(_, recipe)| recipe);
    match recipe.map(|recipe| recipe.making.clone()) {
        Some(Making::Explore(params)) => add([params.into()], state),
        Some(Making::Walk(walk)) => add(walk.points.into_iter().map(KeyPicture::from), state),
        Some(Making::Style(params)) => add([params.into()], state),
        Some(Making::StyleWalk(walk)) => add(walk.points.into_iter().map(KeyPicture::from), state),
        _ => state.toasts.push(
            Level::Info,
            "Only pictures from a generator and stylised photos can go on a timeline.",
        ),
    }
}

/// The picture on the canvas in a keyframe's place.
fn put(at: usize, state: &mut AppState) {
    let Some(key) = state.key_picture() else {
        return no_picture(state);
    };
    let style = matches!(key, KeyPicture::Style(_));
    if !fits(&key, place(style, state)) {
        return of_another(state);
    }
    if let Some(old) = place(style, state).keyframes.get_mut(at) {
        old.picture = key;
    }
}

/// Opens the export dialog; an empty timeline of Explore takes the bookmarks.
pub fn export(state: &mut AppState, now: Now) {
    state.view.timeline = true;
    let bookmarks = !state.doc.explore.film_bookmarks().is_empty();
    let style = state.view.workspace == Workspace::Style;
    if !style && state.timeline().keyframes.is_empty() && bookmarks {
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
            .error("Trying the film", PlainWords::of_engine(&error)),
    }
}

/// Puts pictures at the end: a generator's into Explore's film, stylised photos' settings into
/// that of Style's photo.
fn add(pictures: impl IntoIterator<Item = KeyPicture>, state: &mut AppState) {
    for mut picture in pictures {
        if let KeyPicture::Style(params) = &mut picture {
            let doc = &state.doc.style;
            let Some(photo) = doc.photo.clone() else {
                let words = "Open a photo in Style first: the film is of that one.";
                return state.toasts.push(Level::Info, words);
            };
            let params = Arc::make_mut(params);
            (params.photo, params.wrap) = (photo, doc.wrap);
        }
        let style = matches!(picture, KeyPicture::Style(_));
        let timeline = place(style, state);
        if !fits(&picture, timeline) {
            return of_another(state);
        }
        // As long as the last way was.
        let seconds = timeline.keyframes.last().map(|key| key.seconds);
        let mut key = Keyframe::new(picture.confined());
        key.seconds = seconds.unwrap_or(key.seconds);
        timeline.keyframes.push(key);
    }
}

/// Whether a film may come by it: films of generators are of one network.
fn fits(picture: &KeyPicture, timeline: &TimelineDoc) -> bool {
    match (picture, timeline.model()) {
        (KeyPicture::Explore(params), Some(model)) => *model == params.model,
        (KeyPicture::Style(_), _) | (_, None) => true,
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

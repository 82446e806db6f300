//! What comes back for Finish: pictures that were read, looks that were made.

use std::path::PathBuf;

use crate::app::action::{Action, FileRole};
use crate::app::finish::apply;
use crate::app::finish::state::{FinishWork, Reopening, Shown};
use crate::app::notice::Level;
use crate::app::previews::Received;
use crate::app::queue::Actions;
use crate::app::state::AppState;
use crate::engine::protocol::{EngineError, OpenedPhoto, Seq, Work};
use crate::recipe::FinishSettings;

/// A picture to finish was read. One that was finished before goes on from what it was.
pub fn opened(path: PathBuf, photo: OpenedPhoto, state: &mut AppState, follow: &mut Actions) {
    let finish = photo.recipe.as_ref().and_then(|r| r.finish.clone());
    let Some(finish) = finish.filter(|f| !f.picture.sha256.is_empty()) else {
        return show_as_it_is(path, photo, state);
    };
    let mut settings = finish.settings;
    settings.confine();
    let before = finish.picture.place();
    state.finish.reopening.push(Reopening {
        before: finish.picture,
        path,
        finished: photo,
        settings,
    });
    follow.push(Action::OpenFiles {
        paths: vec![before],
        role: FileRole::FinishBefore,
    });
}

/// The picture before a finished one was read, or not: then the finished one is all there is.
pub fn before_opened(
    path: PathBuf,
    result: Result<OpenedPhoto, EngineError>,
    state: &mut AppState,
) {
    let all = &mut state.finish.reopening;
    let Some(at) = all.iter().position(|r| r.before.place() == path) else {
        return;
    };
    let reopening = all.remove(at);
    match result {
        Ok(photo) if photo.source.sha256 == reopening.before.sha256 => {
            show(path, photo, reopening.settings, state);
        }
        _ => {
            let words = "The picture as it was before isn't there any more: this is the finished one, to be finished further.";
            state.toasts.push(Level::Info, words);
            show_as_it_is(reopening.path, reopening.finished, state);
        }
    }
}

/// Opens Finish on a picture itself, with what is remembered of it.
fn show_as_it_is(path: PathBuf, photo: OpenedPhoto, state: &mut AppState) {
    let settings = state.finish.settings_of(&photo.source.sha256);
    show(path, photo, settings.unwrap_or_default(), state);
}

/// Opens Finish for a user who waits for it where they asked; others are told the way.
fn show(path: PathBuf, photo: OpenedPhoto, settings: FinishSettings, state: &mut AppState) {
    let here = state.view.workspace;
    if state.finish.awaited_in.take() != Some(here) || state.view.start_page {
        let words = format!("{} is ready to be finished", photo.source.title());
        state.toasts.push(Level::Info, words);
        return;
    }
    apply::close(state);
    let path = match photo.source.path.is_empty() {
        true => path,
        false => photo.source.place(),
    };
    state.finish.work = Some(FinishWork::new(path, photo, here, settings));
    apply::fit(state);
}

/// The user waits here for a picture to finish.
pub fn wait_for(state: &mut AppState) {
    state.finish.awaited_in = Some(state.view.workspace);
}

/// A look came.
pub fn look(seq: Seq, shown: Received, state: &mut AppState) {
    let Some(work) = state.finish.work.as_mut() else {
        return;
    };
    let Some(asked) = work.asked.as_mut().filter(|asked| asked.seq == seq) else {
        return;
    };
    let Work::Finish(look) = &shown.work else {
        return;
    };
    let came = Shown {
        picture: shown.picture,
        settings: look.settings.clone(),
        side: asked.side,
    };
    let first = came.settings == asked.settings;
    asked.left = asked.left.saturating_sub(1);
    if asked.left == 0 {
        work.asked = None;
    }
    work.error = None;
    match first {
        true => work.shown = Some(came),
        false => work.before = Some(came),
    }
}

/// A look could not be made.
pub fn failed(seq: Seq, error: EngineError, state: &mut AppState) {
    if let Some(work) = state.finish.work.as_mut()
        && work.asked.as_ref().is_some_and(|asked| asked.seq == seq)
    {
        work.error = Some(error);
    }
}

//! A film in the styles that are chosen: looked at first, then written.

use std::path::PathBuf;
use std::sync::Arc;

use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::plain_words::PlainWords;
use crate::app::state::AppState;
use crate::app::style::film_draft::FilmDraft;
use crate::app::view::Dialog;
use crate::engine::protocol::{EngineError, FilmFile, Output, StyleFilmJob, StyleFilmLook};
use crate::recipe::SourceRef;

/// Opens the dialog about a film.
pub fn open(film: PathBuf, sha256: String, frames: u32, fps: f32, state: &mut AppState) {
    if state.doc.style.styles.is_empty() {
        return state.toasts.push(Level::Info, "Choose a style first.");
    }
    state.style_film = Some(FilmDraft {
        source: SourceRef::of_file(&film, sha256),
        film,
        frames: frames.max(1),
        fps,
        estimate: None,
    });
    state.view.dialog = Dialog::StyleFilm;
}

/// How the film's frames are looked at; none without a film, a style or a network.
pub fn look(state: &AppState) -> Option<StyleFilmLook> {
    let draft = state.style_film.as_ref()?;
    let mut doc = state.doc.style.clone();
    doc.photo = Some(draft.source.clone());
    let params = doc.params().filter(|p| !p.styles.is_empty())?;
    Some(StyleFilmLook {
        film: draft.film.clone(),
        source: draft.source.clone(),
        params: Arc::new(params),
    })
}

/// What writes it into a file, its longer side at most so many pixels.
pub fn job(state: &AppState, file: FilmFile, max_side: Option<u32>) -> Option<StyleFilmJob> {
    let look = look(state)?;
    let mut options = jobs::style_options(state);
    options.max_side = max_side;
    Some(StyleFilmJob {
        film: look.film,
        source: look.source,
        params: look.params,
        options,
        fps: None,
        forever: true,
        file,
    })
}

/// What a film will take, or why that can't be told.
pub(in crate::app) fn estimated(
    job: Box<StyleFilmJob>,
    result: Result<Output, EngineError>,
    state: &mut AppState,
) {
    match result {
        Ok(Output::FilmEstimate(estimate)) => {
            if let Some(draft) = &mut state.style_film {
                draft.estimate = Some((job, estimate));
            }
        }
        Ok(_) | Err(EngineError::Cancelled) => {}
        Err(error) => state
            .toasts
            .error("Trying the film", PlainWords::of_engine(&error)),
    }
}

//! A film in the styles that are chosen.

use std::path::PathBuf;

use crate::app::action::Purpose;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::protocol::{FilmFile, Job, StyleFilmJob};
use crate::recipe::SourceRef;

/// Stylises a film into a file, whose name tells its kind.
pub fn stylise(
    film: PathBuf,
    sha256: String,
    out: PathBuf,
    state: &mut AppState,
    services: &mut Services,
) {
    let file = match FilmFile::named(out) {
        Ok(file) => file,
        Err(words) => return state.toasts.push(Level::Warning, words),
    };
    let source = SourceRef::of_file(&film, sha256);
    let mut doc = state.doc.style.clone();
    doc.photo = Some(source.clone());
    let Some(params) = doc.params().filter(|p| !p.styles.is_empty()) else {
        return state.toasts.push(Level::Info, "Choose a style first.");
    };
    let job = StyleFilmJob {
        film,
        source,
        params: params.into(),
        options: jobs::style_options(state),
        fps: None,
        forever: true,
        file,
    };
    jobs::start(
        Job::StylizeFilm(Box::new(job)),
        Purpose::Folder,
        state,
        services,
    );
}

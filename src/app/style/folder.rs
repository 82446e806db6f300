//! A folder of photos at once.

use std::path::PathBuf;

use crate::app::action::Purpose;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::document::Quality;
use crate::engine::protocol::Job;
use crate::recipe::SourceRef;

/// Stylises photos into a folder.
pub fn stylise(photos: Vec<PathBuf>, out: PathBuf, state: &mut AppState, services: &mut Services) {
    if photos.is_empty() {
        state
            .toasts
            .push(Level::Warning, "There are no pictures in that folder.");
        return;
    }
    let mut doc = state.doc.style.clone();
    // The folder job has photos of its own; the recipe's one is ignored.
    doc.photo.get_or_insert_with(|| SourceRef {
        sha256: String::new(),
        name: String::new(),
        path: String::new(),
        artist: String::new(),
        licence: String::new(),
    });
    if doc.quality == Quality::Fine {
        let words = "A folder of photos is done in Fast; Fine takes one photo at a time.";
        state.toasts.push(Level::Info, words);
    }
    match doc.params().filter(|p| !p.styles.is_empty()) {
        Some(params) => {
            let job = Job::StylizeFolder {
                photos,
                params: params.into(),
                options: jobs::style_options(state),
                out,
            };
            jobs::start(job, Purpose::Folder, state, services);
        }
        None => state.toasts.push(Level::Info, "Choose a style first."),
    }
}

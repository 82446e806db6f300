//! A folder of photos at once.

use std::path::PathBuf;

use crate::app::action::Purpose;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::document::Quality;
use crate::app::style::fine;
use crate::engine::protocol::{Effort, FineOptions, FolderJob, Job, Writing};
use crate::export::WriteOptions;
use crate::export::format::Format;
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
    doc.photo.get_or_insert_with(SourceRef::default);
    match doc.params().filter(|p| !p.styles.is_empty()) {
        Some(params) => {
            let options = jobs::style_options(state);
            let fine = (doc.quality == Quality::Fine).then(|| FineOptions {
                // Steps of another picture fit that picture alone.
                effort: Effort::Steps(doc.fine.steps()),
                ..fine::options(state, &options)
            });
            let job = FolderJob {
                photos,
                params: params.into(),
                panoramas: true,
                options,
                fine,
                out,
                writing: writing(state),
            };
            let job = Job::StylizeFolder(Box::new(job));
            jobs::start(job, Purpose::Folder, state, services);
        }
        None => state.toasts.push(Level::Info, "Choose a style first."),
    }
}

/// As the command line writes them: equal requests give equal files.
fn writing(state: &AppState) -> Writing {
    let prefs = &state.prefs;
    Writing {
        options: WriteOptions {
            recipe: prefs.export_recipe,
            source_names: prefs.source_names,
            photo_credit: prefs.photo_credit,
            dated: false,
            ..WriteOptions::new(Format::Png)
        },
        creator: prefs.creator.trim().to_owned(),
        rights: prefs.rights.trim().to_owned(),
    }
}

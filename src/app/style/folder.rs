//! A folder of photos at once.

use std::path::PathBuf;

use crate::app::action::Purpose;
use crate::app::jobs;
use crate::app::notice::Level;
use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::style::document::Quality;
use crate::app::style::fine;
use crate::app::style::folder_edit::FolderEdit;
use crate::engine::protocol::{Effort, FineOptions, FolderJob, Job, StylizeOptions, Writing};
use crate::export::WriteOptions;
use crate::export::format::Format;
use crate::recipe::{SourceRef, Wrap};

/// Takes over a folder, or stylises the photos of one into the other.
pub fn edit(edit: FolderEdit, state: &mut AppState, services: &mut Services) {
    match edit {
        FolderEdit::From { folder, photos } => {
            state.folder_draft.from = Some(folder);
            state.folder_draft.photos = photos;
        }
        FolderEdit::Into(folder) => state.folder_draft.into = Some(folder),
        FolderEdit::Start { format, side } => {
            let photos = state.folder_draft.photos.clone();
            match state.folder_draft.out() {
                Some(out) => stylise(photos, out, (format, side), state, services),
                None => state
                    .toasts
                    .push(Level::Info, "Choose a folder of photos first."),
            }
        }
    }
}

/// Stylises photos into a folder.
fn stylise(
    photos: Vec<PathBuf>,
    out: PathBuf,
    (format, side): (Format, Option<u32>),
    state: &mut AppState,
    services: &mut Services,
) {
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
        Some(mut params) => {
            // The one in hand; which of these are panoramas, their files say.
            if params.wrap.is_panorama() {
                params.wrap = Wrap::None;
            }
            let options = StylizeOptions {
                max_side: side,
                ..jobs::style_options(state)
            };
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
                writing: writing(state, format),
            };
            let job = Job::StylizeFolder(Box::new(job));
            jobs::start(job, Purpose::Folder, state, services);
        }
        None => state.toasts.push(Level::Info, "Choose a style first."),
    }
}

/// As the command line writes them: equal requests give equal files.
fn writing(state: &AppState, format: Format) -> Writing {
    let prefs = &state.prefs;
    Writing {
        options: WriteOptions {
            recipe: prefs.export_recipe,
            source_names: prefs.source_names,
            photo_credit: prefs.photo_credit,
            dated: false,
            ..WriteOptions::new(format)
        },
        creator: prefs.creator.trim().to_owned(),
        rights: prefs.rights.trim().to_owned(),
    }
}

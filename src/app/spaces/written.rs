//! What is told when files of Spaces are there.

use std::path::PathBuf;

use crate::app::action::Action;
use crate::app::notice::Level;
use crate::app::state::AppState;

/// The files are there.
pub(in crate::app) fn told(files: &[PathBuf], state: &mut AppState) {
    let words = match files {
        [file] => {
            let name = file.file_name().unwrap_or_default();
            format!("Saved: {}", name.to_string_lossy())
        }
        files => format!("Saved {} files", files.len()),
    };
    let folder = files.first().cloned();
    let offer = folder.map(|file| {
        let show = Action::ShowInFolder(file);
        ("Show in folder".to_owned(), Box::new(show))
    });
    state.toasts.offer(Level::Info, words, offer);
}

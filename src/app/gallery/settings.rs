//! What the gallery writes into every file: the preferences and the model cards.

use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::engine::cards;
use crate::gallery::protocol::{GalleryRequest, GallerySettings};

/// As the state has it now.
pub fn of(state: &AppState) -> GallerySettings {
    GallerySettings {
        // Kept pictures always carry their recipe: opening them again needs it.
        recipe: true,
        source_names: state.prefs.source_names,
        photo_credit: state.prefs.photo_credit,
        creator: state.prefs.creator.trim().to_owned(),
        rights: state.prefs.rights.trim().to_owned(),
        sign: state.prefs.sign,
        credentials: Some(credentials_folder()),
        session_pictures: Some(crate::paths::data_dir().join("session-pictures")),
        cards: cards(&state.engine.library),
    }
}

/// Where certificate and key for Content Credentials lie.
pub fn credentials_folder() -> std::path::PathBuf {
    crate::paths::data_dir().join("credentials")
}

/// Tells the gallery; after the library has come and when preferences change.
pub fn send(state: &AppState, services: &mut Services) {
    let settings = Box::new(of(state));
    services.gallery.send(GalleryRequest::Settings(settings));
}

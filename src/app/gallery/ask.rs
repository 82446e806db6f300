//! What is asked of the gallery.

use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::Dialog;
use crate::gallery::protocol::GalleryRequest;

/// Asks for the listing of the current query.
pub fn ask_listing(state: &mut AppState, services: &mut Services) {
    state.gallery.seq += 1;
    services.gallery.send(GalleryRequest::Query {
        seq: state.gallery.seq,
        query: state.gallery.query.clone(),
    });
}

/// The export dialog for what is chosen.
pub fn export_dialog(state: &mut AppState) {
    state.view.dialog = Dialog::Export;
}

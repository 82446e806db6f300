//! What panels ask of the gallery, carried out.

use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::{CanvasView, Dialog, Workspace};
use crate::gallery::protocol::{GalleryRequest, PictureId};

/// Passes a request on.
pub fn request(request: GalleryRequest, state: &mut AppState, services: &mut Services) {
    if let GalleryRequest::Undelete(token) = &request {
        state.gallery.deleted.retain(|t| t != token);
    }
    if let GalleryRequest::Export { ids, .. } = &request {
        state.gallery.exporting_one = ids.len() == 1;
    }
    if let GalleryRequest::ExportSheet { .. } = &request {
        state.gallery.exporting_one = false;
    }
    services.gallery.send(request);
}

/// Shows one picture large; none closes it.
pub fn open_picture(id: Option<PictureId>, state: &mut AppState, services: &mut Services) {
    state.gallery.open = id;
    state.view.gallery = CanvasView::default();
    let Some(id) = id else { return };
    if state.gallery.picture(id).is_none() {
        services.gallery.send(GalleryRequest::Load(id));
    }
    services.gallery.send(GalleryRequest::Lineage(id));
}

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

/// Whether undo means the last deletion: in the gallery, while there is one.
pub fn can_bring_back(state: &AppState) -> bool {
    state.view.workspace == Workspace::Gallery && !state.gallery.deleted.is_empty()
}

/// Brings the pictures of the last deletion back.
pub fn bring_back(state: &mut AppState, services: &mut Services) {
    if let Some(token) = state.gallery.deleted.pop() {
        services.gallery.send(GalleryRequest::Undelete(token));
    }
}

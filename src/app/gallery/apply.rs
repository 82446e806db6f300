//! What panels ask of the gallery, carried out.

use crate::app::ports::Services;
use crate::app::state::AppState;
use crate::app::view::{CanvasView, Dialog};
use crate::gallery::protocol::{GalleryRequest, PictureId};

/// Passes a request on.
pub fn request(request: GalleryRequest, state: &mut AppState, services: &mut Services) {
    if let GalleryRequest::Undelete(token) = &request {
        return undelete(*token, state, services);
    }
    if let GalleryRequest::Delete(_) = &request {
        state.gallery.deleting.push_back(false);
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

/// Brings the pictures of the last deletion back, also of one that is still at work.
pub fn bring_back(state: &mut AppState, services: &mut Services) {
    let mut at_work = state.gallery.deleting.iter_mut();
    if let Some(undone) = at_work.rfind(|undone| !**undone) {
        *undone = true;
    } else if let Some(token) = state.gallery.deleted.last() {
        undelete(*token, state, services);
    }
}

/// The oldest deletion at work is done (its token), or couldn't be done.
pub fn deletion_ended(token: Option<u64>, state: &mut AppState, services: &mut Services) {
    let undone = state.gallery.deleting.pop_front().unwrap_or(false);
    let Some(token) = token else { return };
    state.gallery.deleted.push(token);
    if undone {
        undelete(token, state, services);
    }
}

fn undelete(token: u64, state: &mut AppState, services: &mut Services) {
    let gallery = &mut state.gallery;
    gallery.deleted.retain(|t| *t != token);
    if !gallery.coming_back.contains(&token) {
        gallery.coming_back.push(token);
        services.gallery.send(GalleryRequest::Undelete(token));
    }
}

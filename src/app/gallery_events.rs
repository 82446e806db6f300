//! What the gallery answers goes into the state here.

use super::action::{Action, Destination, Level, Subject};
use super::services::Services;
use super::state::AppState;
use super::view::Dialog;
use crate::gallery::protocol::{Entry, GalleryEvent, GalleryRequest};

/// Whole pictures kept in memory for the single view.
const LOADED: usize = 4;

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

/// Takes one answer in.
pub fn gallery_event(
    event: GalleryEvent,
    state: &mut AppState,
    services: &mut Services,
    follow: &mut Vec<Action>,
) {
    let gallery = &mut state.gallery;
    match event {
        GalleryEvent::Open(folder, count) => {
            gallery.folder = Some(folder);
            gallery.count = count;
            ask_listing(state, services);
        }
        GalleryEvent::Saved { token, result } => saved(token, result, state, follow),
        GalleryEvent::Listing { seq, entries } => {
            if seq == gallery.seq {
                gallery.entries = entries;
                gallery.listed = true;
                // Looked up from the few to the many: listings can be long.
                let selected = std::mem::take(&mut gallery.selected);
                if !selected.is_empty() {
                    let listed = gallery.entries.iter().map(|e| e.id);
                    gallery.selected = listed.filter(|id| selected.contains(id)).collect();
                }
            }
        }
        GalleryEvent::Thumbnail(id, picture) => {
            gallery.thumb_errors.remove(&id);
            gallery.thumbs.insert(id, picture);
        }
        GalleryEvent::ThumbnailFailed(id, reason) => {
            gallery.thumb_errors.insert(id, reason);
        }
        GalleryEvent::Picture { id, result } => match result {
            Ok((picture, recipe)) => {
                gallery.loaded.retain(|(i, _, _)| *i != id);
                gallery.loaded.push((id, picture, recipe));
                if gallery.loaded.len() > LOADED {
                    gallery.loaded.remove(0);
                }
                let (now, later) = std::mem::take(&mut gallery.awaited)
                    .into_iter()
                    .partition(|(i, _)| *i == id);
                gallery.awaited = later;
                let now: Vec<(_, Destination)> = now;
                for (id, to) in now {
                    follow.push(Action::Send {
                        to,
                        what: Subject::Gallery(id),
                    });
                }
            }
            Err(reason) => {
                gallery.awaited.retain(|(i, _)| *i != id);
                gallery.load_errors.insert(id, reason.clone());
                state.toasts.push(Level::Error, reason);
            }
        },
        GalleryEvent::Changed => ask_listing(state, services),
        GalleryEvent::Deleted { token, count } => {
            gallery.deleted.push(token);
            gallery.selected.clear();
            gallery.open = None;
            state.toasts.offer(
                Level::Info,
                format!("{count} in the bin"),
                Some((
                    "Bring back".to_owned(),
                    Box::new(Action::Gallery(GalleryRequest::Undelete(token))),
                )),
            );
            super::export_flow::forget(state);
            ask_listing(state, services);
        }
        GalleryEvent::Lineage { id, family } => gallery.lineage = Some((id, family)),
        GalleryEvent::Rebuilding(done, total) => {
            gallery.rebuilding = (done < total).then_some((done, total));
        }
        GalleryEvent::Failed(reason) => state.toasts.push(Level::Error, reason),
        other => super::gallery_news::receive(other, state),
    }
}

/// A picture is safe on disk: it may go on from its file.
fn saved(
    token: u64,
    result: Result<Entry, String>,
    state: &mut AppState,
    follow: &mut Vec<Action>,
) {
    let then = state
        .gallery
        .saving
        .iter()
        .position(|(t, _)| *t == token)
        .and_then(|at| state.gallery.saving.remove(at).1);
    match (result, then) {
        (Ok(entry), None) => {
            state.toasts.offer(
                Level::Info,
                "Kept in the gallery",
                Some(("Show".to_owned(), Box::new(Action::ShowInGallery(entry.id)))),
            );
        }
        (Ok(entry), Some(Destination::Export)) => super::export_flow::kept(entry, state),
        (Ok(entry), Some(to)) => follow.push(Action::Send {
            to,
            what: Subject::File(entry.path),
        }),
        (Err(reason), then) => {
            state.toasts.push(Level::Error, reason);
            if then == Some(Destination::Export) {
                super::export_flow::forget(state);
            }
        }
    }
}

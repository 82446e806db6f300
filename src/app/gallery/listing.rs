//! A new listing: what was kept of files that have changed since is let go.

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::gallery::state::GalleryState;
use crate::gallery::protocol::{Entry, FileState, PictureId};

/// Takes a listing in. Returns the picture in single view if it has to be read again: it
/// has changed, or isn't listed any more.
pub(super) fn take(gallery: &mut GalleryState, entries: Arc<Vec<Entry>>) -> Option<PictureId> {
    let before = states_of_failures(gallery);
    for entry in entries.iter() {
        let (id, state) = (entry.id, entry.state);
        gallery.thumbs.check(id, state);
        if before.get(&id).is_some_and(|before| *before != Some(state)) {
            if gallery.thumb_errors.remove(&id).is_some() {
                gallery.thumbs.forgive();
            }
            gallery.load_errors.remove(&id);
            gallery.about.take_if(|(about, _)| *about == id);
            gallery.export_preview.take_if(|(of, ..)| *of == id);
        }
    }
    let changed = |id: PictureId, state: Option<FileState>| {
        let now = entries.iter().find(|e| e.id == id);
        now.is_some_and(|now| Some(now.state) != state)
    };
    // The one in view stays until its new self is here.
    let open = gallery.open;
    let stale = |l: &crate::app::gallery::state::Loaded| changed(l.id, l.state);
    let again = gallery
        .loaded
        .iter()
        .any(|l| Some(l.id) == open && stale(l));
    gallery.loaded.retain(|l| Some(l.id) == open || !stale(l));
    let unlisted = open.is_some_and(|id| {
        gallery.entry(id).is_some() && !entries.iter().any(|entry| entry.id == id)
    });
    let failed = open.filter(|id| before.contains_key(id));
    let again = again || failed.is_some_and(|id| gallery.picture(id).is_none());
    let again = again && open.is_some_and(|id| !gallery.load_errors.contains_key(&id));
    gallery.entries = entries;
    gallery.listed = true;
    open.filter(|_| again || unlisted)
}

/// Leaves the single view of a picture that is neither listed nor in its place any more.
/// Whether it did.
pub(super) fn leave_gone(
    gallery: &mut GalleryState,
    id: PictureId,
    state: Option<FileState>,
) -> bool {
    let gone = gallery.open == Some(id) && state.is_none() && gallery.entry(id).is_none();
    if gone {
        gallery.open = None;
        gallery.loaded.retain(|loaded| loaded.id != id);
    }
    gone
}

/// The states, so far, of files of which something is said; `None` for those that
/// weren't listed.
fn states_of_failures(gallery: &GalleryState) -> HashMap<PictureId, Option<FileState>> {
    let failed = gallery
        .thumb_errors
        .keys()
        .chain(gallery.load_errors.keys());
    let told = gallery.about.iter().map(|(id, _)| id);
    let shown = gallery.export_preview.iter().map(|(id, ..)| id);
    let ids = failed.chain(told).chain(shown);
    let mut states: HashMap<PictureId, Option<FileState>> = ids.map(|id| (*id, None)).collect();
    if !states.is_empty() {
        for entry in gallery.entries.iter() {
            if let Some(state) = states.get_mut(&entry.id) {
                *state = Some(entry.state);
            }
        }
    }
    states
}

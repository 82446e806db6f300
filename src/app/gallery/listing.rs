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
    gallery.late.clear();
    open.filter(|_| again || unlisted)
}

/// Whether a thumbnail is of the file as it is listed, or the failure to make one. What isn't may
/// have come late, and is made anew; when just that comes again, it is the list that is late.
pub(super) fn is_current(gallery: &mut GalleryState, id: PictureId, of: FileState) -> bool {
    let listed = gallery.listed_state(id);
    if listed.is_none_or(|listed| listed == of) {
        gallery.late.remove(&id);
        return true;
    }
    let again = gallery.late.insert(id, of) == Some(of);
    if !again {
        gallery.thumbs.forgive();
    }
    again
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery::protocol::EntryKind;

    fn id(file: i64) -> PictureId {
        PictureId { folder: 0, file }
    }

    fn state(modified: i64) -> FileState {
        FileState { bytes: 1, modified }
    }

    fn listed(files: std::ops::Range<i64>) -> GalleryState {
        let entry = |file| Entry {
            id: id(file),
            path: format!("{file}.png").into(),
            title: String::new(),
            size: [1, 1],
            created: 0,
            stars: 0,
            tags: Vec::new(),
            albums: Vec::new(),
            model: String::new(),
            kind: EntryKind::Imported,
            sha256: None,
            state: state(2),
        };
        let mut gallery = GalleryState::default();
        take(&mut gallery, Arc::new(files.map(entry).collect()));
        gallery
    }

    #[test]
    fn what_comes_of_an_older_file_is_asked_for_once_more() {
        let mut gallery = listed(0..9);
        assert!(is_current(&mut gallery, id(3), state(2)));
        assert!(is_current(&mut gallery, id(99), state(1)), "not listed");
        assert_eq!(gallery.thumbs.forgotten(), 0);
        assert!(!is_current(&mut gallery, id(3), state(1)));
        assert_eq!(gallery.thumbs.forgotten(), 1, "asked for anew");
        assert!(is_current(&mut gallery, id(3), state(2)));
        // Files that the list doesn't know of yet aren't asked for again and again.
        assert!(!is_current(&mut gallery, id(4), state(3)));
        assert!(is_current(&mut gallery, id(4), state(3)));
        assert!(is_current(&mut gallery, id(4), state(3)));
        assert_eq!(gallery.thumbs.forgotten(), 2);
    }

    #[test]
    fn states_are_found_from_any_place() {
        let mut gallery = listed(0..9);
        for file in [8, 0, 4, 5, 3, 8] {
            assert_eq!(gallery.listed_state(id(file)), Some(state(2)));
        }
        assert_eq!(gallery.listed_state(id(9)), None);
        gallery.entries = Arc::default();
        assert_eq!(gallery.listed_state(id(8)), None);
    }
}

//! What the gallery told, and what is chosen in it.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::app::action::{Destination, Purpose};
use crate::app::gallery::thumb_store::ThumbStore;
use crate::gallery::protocol::{
    About, BinBatch, Entry, ExportOptions, Family, FileState, PictureId, Query,
};
use crate::picture::Picture;
use crate::recipe::Recipe;

/// Bytes of whole pictures kept for the single view and its neighbours; the newest stays
/// whatever its size.
const LOADED: usize = 256 << 20;
/// And never more than so many.
const MOST_LOADED: usize = 4;

/// What the gallery told.
#[derive(Debug, Default)]
pub struct GalleryState {
    /// Its folder, once open.
    pub folder: Option<PathBuf>,
    /// The folder that is to be opened.
    pub(crate) moving_to: Option<PathBuf>,
    /// Pictures in it.
    pub count: usize,
    /// What the grid shows.
    pub query: Query,
    /// Number of the last query.
    pub seq: u64,
    /// Hits in order.
    pub entries: Arc<Vec<Entry>>,
    /// Every album with its number of pictures, by name.
    pub albums: Vec<(String, usize)>,
    /// Whether a listing has come.
    pub listed: bool,
    /// Thumbnails that came.
    pub thumbs: ThumbStore,
    /// Thumbnails that came since the last listing and are of files in other states.
    pub(crate) late: HashMap<PictureId, FileState>,
    /// Where in the listing a picture was looked for last.
    near: usize,
    /// Thumbnails that can't be made, and why.
    pub thumb_errors: HashMap<PictureId, String>,
    /// Chosen pictures.
    pub selected: BTreeSet<PictureId>,
    /// The picture in single view.
    pub open: Option<PictureId>,
    /// Whole pictures that came (a few).
    pub loaded: Vec<Loaded>,
    /// Why a whole picture can't be shown.
    pub load_errors: HashMap<PictureId, String>,
    /// Family of the chosen or open picture.
    pub lineage: Option<(PictureId, Family)>,
    /// What is known of one picture, in words.
    pub about: Option<(PictureId, Box<About>)>,
    /// What an export of a picture would write beside the pixels, with which options.
    pub export_preview: Option<(PictureId, ExportOptions, String)>,
    /// Whether a copy of a picture can have more than 8 bits a channel.
    pub export_deep: Option<(PictureId, bool)>,
    /// Only one copy is being written: its own rows are counted.
    pub(crate) exporting_one: bool,
    /// Copies being written.
    pub exporting: Option<Exporting>,
    /// Index being rebuilt.
    pub rebuilding: Option<(usize, usize)>,
    /// Tokens of deletions, newest last, also of earlier sessions.
    pub deleted: Vec<u64>,
    /// Deletions at work, newest last: whether each is to be undone as soon as it is done.
    pub(crate) deleting: VecDeque<bool>,
    /// Tokens of deletions that are being brought back.
    pub(crate) coming_back: Vec<u64>,
    /// What is in the bin, newest first.
    pub bin: Vec<BinBatch>,
    /// Looks of pictures in the bin, by batch and place in it; none where one can't be read.
    pub bin_looks: HashMap<(u64, usize), Option<Picture>>,
    /// Pictures on their way to disk: token, and what for.
    pub saving: Vec<(u64, Purpose)>,
    /// Whether the pictures that were laid aside have been tidied.
    pub(crate) tidied: bool,
    /// Number of the last save.
    pub save_token: u64,
    /// Whole pictures wanted for something else than showing.
    pub awaited: Vec<(PictureId, Destination)>,
}

/// A whole picture as it was read.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Which.
    pub id: PictureId,
    /// Its file then.
    pub(crate) state: Option<FileState>,
    /// Pixels.
    pub picture: Picture,
    /// How it was made.
    pub recipe: Option<Box<Recipe>>,
}

/// Copies of gallery pictures being written.
#[derive(Debug, Clone, Copy)]
pub struct Exporting {
    /// Written.
    pub done: usize,
    /// In all, ≥ `done`.
    pub total: usize,
    /// These are rows of one picture, not pictures.
    pub rows: bool,
    /// Since when.
    pub since: Instant,
}

impl GalleryState {
    /// Another folder is open: nothing of the old one's pictures is left.
    pub(crate) fn forget_folder(&mut self) {
        let mut thumbs = std::mem::take(&mut self.thumbs);
        thumbs.clear();
        *self = Self {
            query: std::mem::take(&mut self.query),
            seq: self.seq,
            saving: std::mem::take(&mut self.saving),
            save_token: self.save_token,
            tidied: self.tidied,
            moving_to: self.moving_to.take(),
            thumbs,
            ..Self::default()
        };
    }

    /// Takes in a whole picture; those that came first leave when it gets too much.
    pub(crate) fn keep(&mut self, loaded: Loaded) {
        self.loaded.retain(|l| l.id != loaded.id);
        self.loaded.push(loaded);
        let bytes = |l: &Loaded| l.picture.rgba().len();
        let mut total: usize = self.loaded.iter().map(bytes).sum();
        while self.loaded.len() > 1 && (total > LOADED || self.loaded.len() > MOST_LOADED) {
            total -= bytes(&self.loaded.remove(0));
        }
    }

    /// A whole picture, if it's there.
    pub fn picture(&self, id: PictureId) -> Option<(&Picture, Option<&Recipe>)> {
        self.loaded
            .iter()
            .find(|l| l.id == id)
            .map(|l| (&l.picture, l.recipe.as_deref()))
    }

    /// Whether there is a deletion that undo would bring back.
    pub fn can_bring_back(&self) -> bool {
        !self.deleted.is_empty() || self.deleting.contains(&false)
    }

    /// The state of a picture's file as it is listed. Thumbnails come from around one place: it
    /// is looked for from the last one outwards.
    pub(crate) fn listed_state(&mut self, id: PictureId) -> Option<FileState> {
        let (count, near) = (self.entries.len(), self.near.min(self.entries.len()));
        let outwards = (0..count).flat_map(|step| {
            let after = near.checked_add(step).filter(|at| *at < count);
            [after, near.checked_sub(step + 1)]
        });
        let found = outwards.flatten().find(|at| self.entries[*at].id == id)?;
        self.near = found;
        Some(self.entries[found].state)
    }

    /// A line of the listing.
    pub fn entry(&self, id: PictureId) -> Option<&Entry> {
        self.entries.iter().find(|e| e.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pictures_are_bounded_by_their_bytes() {
        let loaded = |file: i64, megabytes: u32| {
            let pixels = vec![0; (megabytes as usize) << 20];
            Loaded {
                id: PictureId { folder: 0, file },
                state: None,
                picture: Picture::from_rgba(1024, 256 * megabytes, pixels).unwrap(),
                recipe: None,
            }
        };
        let mut gallery = GalleryState::default();
        let files = |g: &GalleryState| g.loaded.iter().map(|l| l.id.file).collect::<Vec<_>>();
        (1..=6).for_each(|file| gallery.keep(loaded(file, 1)));
        assert_eq!(files(&gallery), [3, 4, 5, 6]);
        gallery.keep(loaded(7, 254));
        assert_eq!(files(&gallery), [5, 6, 7]);
        gallery.keep(loaded(8, 300));
        assert_eq!(files(&gallery), [8], "however large, it can be looked at");
        gallery.keep(loaded(9, 1));
        assert_eq!(files(&gallery), [9]);
    }
}

//! Photos and style pictures in memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use crate::app::action::FileRole;
use crate::app::plain_words::PlainWords;
use crate::app::view::Workspace;
use crate::engine::protocol::OpenedPhoto;
use crate::recipe::SourceRef;

/// Bytes of photos kept; those that the document names always are.
const KEPT: usize = 192 << 20;

/// Photos and style pictures that were read, by content.
#[derive(Debug, Default)]
pub struct Photos {
    by_hash: HashMap<String, OpenedPhoto>,
    /// By hash, the longest there first.
    order: Vec<String>,
    /// Files being read, and what for, in the order asked: each asking has an answer.
    opening: HashMap<PathBuf, VecDeque<Opening>>,
    /// Files that couldn't be read, and why.
    pub failed: HashMap<PathBuf, PlainWords>,
}

/// A file that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// What for.
    pub role: FileRole,
    /// The workspace in which the user asked for it; `None` for what a job brings.
    pub asked_in: Option<Workspace>,
}

impl Photos {
    /// The photo behind a reference.
    pub fn of(&self, source: &SourceRef) -> Option<&OpenedPhoto> {
        self.by_hash.get(&source.sha256)
    }

    /// A file is asked for.
    pub(in crate::app) fn asked(&mut self, path: PathBuf, opening: Opening) {
        self.opening.entry(path).or_default().push_back(opening);
    }

    /// A file was read, or not: what it was asked for.
    pub(in crate::app) fn answered(&mut self, path: &Path) -> Option<Opening> {
        let waiting = self.opening.get_mut(path)?;
        let first = waiting.pop_front();
        if waiting.is_empty() {
            self.opening.remove(path);
        }
        first
    }

    /// Whether a file is being read.
    pub(in crate::app) fn is_opening(&self, path: &Path) -> bool {
        self.opening.contains_key(path)
    }

    /// Why the photo behind a reference couldn't be read.
    pub fn failure(&self, source: &SourceRef) -> Option<&PlainWords> {
        self.failed.get(&source.place())
    }

    /// Remembers a photo. When it gets too much, those leave that came first and that
    /// the document doesn't name (`named`: their hashes); they are read again when an undo
    /// brings them back.
    pub fn insert(&mut self, photo: OpenedPhoto, named: &HashSet<String>) {
        let hash = photo.source.sha256.clone();
        self.order.retain(|other| *other != hash);
        self.order.push(hash.clone());
        self.by_hash.insert(hash, photo);
        let mut bytes = self.bytes();
        let mut at = 0;
        while bytes > KEPT && at + 1 < self.order.len() {
            if named.contains(&self.order[at]) {
                at += 1;
                continue;
            }
            let gone = self.by_hash.remove(&self.order.remove(at));
            bytes -= gone.map_or(0, |photo| photo.picture.rgba().len());
        }
    }

    /// Bytes of all that is in memory.
    fn bytes(&self) -> usize {
        let pixels = self.by_hash.values().map(|p| p.picture.rgba().len());
        pixels.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Picture;

    fn photo(name: &str) -> OpenedPhoto {
        let side = 2048;
        let pixels = vec![0; side as usize * side as usize * 4];
        let mut source = SourceRef::of_file(std::path::Path::new(name), name.to_owned());
        source.path = name.to_owned();
        OpenedPhoto {
            source,
            size: [side, side],
            picture: Picture::from_rgba(side, side, pixels).unwrap(),
            panorama: false,
            recipe: None,
            notes: Vec::new(),
        }
    }

    #[test]
    fn photos_are_bounded_by_their_bytes_and_the_documents_stay() {
        let mut photos = Photos::default();
        let named = HashSet::from(["0".to_owned(), "3".to_owned()]);
        for n in 0..60 {
            photos.insert(photo(&n.to_string()), &named);
            assert!(photos.bytes() <= KEPT);
        }
        let there = |n: &str| photos.by_hash.contains_key(n);
        assert!(there("0") && there("3") && there("59") && !there("1") && !there("20"));
        assert_eq!(photos.order.len(), photos.by_hash.len());
        // All that the document names, however much it is.
        let all: HashSet<String> = (0..60).map(|n| n.to_string()).collect();
        (0..60).for_each(|n| photos.insert(photo(&n.to_string()), &all));
        assert_eq!(photos.by_hash.len(), 60);
    }
}

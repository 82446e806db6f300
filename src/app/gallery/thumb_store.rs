//! Thumbnails in memory: as many as fit, the longest there leave first.

use std::collections::{HashMap, VecDeque};

use crate::gallery::protocol::{FileState, PictureId};
use crate::picture::Picture;

/// Bytes of thumbnails kept: several screens full. Older ones come back from the disk.
const CAPACITY: usize = 40 << 20;

/// Thumbnails by picture.
#[derive(Debug, Default)]
pub struct ThumbStore {
    pictures: HashMap<PictureId, (FileState, Picture)>,
    order: VecDeque<PictureId>,
    bytes: usize,
    came: usize,
    forgotten: usize,
}

impl ThumbStore {
    /// A picture's thumbnail, if it is here.
    pub fn get(&self, id: &PictureId) -> Option<&Picture> {
        self.pictures.get(id).map(|(_, picture)| picture)
    }

    /// Whether a picture's thumbnail is here.
    pub fn contains_key(&self, id: &PictureId) -> bool {
        self.pictures.contains_key(id)
    }

    /// Thumbnails that came so far.
    pub fn came(&self) -> usize {
        self.came
    }

    /// How often something was forgotten because it isn't true any more; who remembers
    /// what was asked for asks anew then.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// Takes in a thumbnail of a file in a state; the one that was here longest may leave.
    pub fn insert(&mut self, id: PictureId, state: FileState, thumb: Picture) {
        self.came += 1;
        self.bytes += thumb.rgba().len();
        match self.pictures.insert(id, (state, thumb)) {
            Some((_, old)) => self.bytes -= old.rgba().len(),
            None => self.order.push_back(id),
        }
        // The newest stays whatever its size.
        while self.bytes > CAPACITY && self.order.len() > 1 {
            let oldest = self.order.pop_front();
            if let Some((_, old)) = oldest.and_then(|id| self.pictures.remove(&id)) {
                self.bytes -= old.rgba().len();
            }
        }
    }

    /// Forgets a thumbnail if its file is in another state now.
    pub(crate) fn check(&mut self, id: PictureId, state: FileState) {
        if self.pictures.get(&id).is_some_and(|(of, _)| *of != state)
            && let Some((_, old)) = self.pictures.remove(&id)
        {
            self.bytes -= old.rgba().len();
            self.order.retain(|other| *other != id);
            self.forgotten += 1;
        }
    }

    /// One that couldn't be made may be possible now.
    pub(crate) fn forgive(&mut self) {
        self.forgotten += 1;
    }

    /// Forgets everything, because another folder was opened.
    pub fn clear(&mut self) {
        *self = Self {
            came: self.came,
            forgotten: self.forgotten + 1,
            ..Self::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(file: i64) -> PictureId {
        PictureId { folder: 0, file }
    }

    fn state(modified: i64) -> FileState {
        FileState { bytes: 1, modified }
    }

    #[test]
    fn a_changed_file_loses_its_thumbnail() {
        let thumb = Picture::from_rgba(1, 1, vec![0; 4]).unwrap();
        let mut store = ThumbStore::default();
        store.insert(id(1), state(1), thumb.clone());
        store.check(id(1), state(1));
        store.check(id(2), state(9));
        assert_eq!((store.get(&id(1)), store.forgotten()), (Some(&thumb), 0));
        store.check(id(1), state(2));
        assert_eq!((store.get(&id(1)), store.forgotten()), (None, 1));
        assert_eq!((store.bytes, store.order.len()), (0, 0));
    }

    #[test]
    fn memory_is_bounded_and_a_new_picture_replaces_the_old_one() {
        let side = 256;
        let thumb = |v: u8| {
            let pixels = [v, 0, 0, 255].repeat(side * side);
            Picture::from_rgba(side as u32, side as u32, pixels).unwrap()
        };
        let fit = (CAPACITY / (side * side * 4)) as i64;
        let mut store = ThumbStore::default();
        for n in 0..fit + 10 {
            store.insert(id(n), state(1), thumb(1));
        }
        assert!(store.get(&id(9)).is_none() && store.contains_key(&id(10)));
        store.insert(id(10), state(1), thumb(2));
        assert_eq!(store.get(&id(10)), Some(&thumb(2)));
        assert!(
            store.contains_key(&id(11)),
            "a replacement takes nobody's place"
        );
        assert_eq!(store.bytes, store.pictures.len() * side * side * 4);
    }
}

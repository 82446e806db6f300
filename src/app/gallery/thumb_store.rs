//! Thumbnails in memory: as many as fit, the longest there leave first.

use std::collections::{HashMap, VecDeque};

use crate::gallery::protocol::PictureId;
use crate::picture::Picture;

/// Bytes of thumbnails kept: several screens full. Older ones come back from the disk.
const CAPACITY: usize = 40 << 20;

/// Thumbnails by picture.
#[derive(Debug, Default)]
pub struct ThumbStore {
    pictures: HashMap<PictureId, Picture>,
    order: VecDeque<PictureId>,
    bytes: usize,
    came: usize,
}

impl ThumbStore {
    /// A picture's thumbnail, if it is here.
    pub fn get(&self, id: &PictureId) -> Option<&Picture> {
        self.pictures.get(id)
    }

    /// Whether a picture's thumbnail is here.
    pub fn contains_key(&self, id: &PictureId) -> bool {
        self.pictures.contains_key(id)
    }

    /// Thumbnails that came so far.
    pub fn came(&self) -> usize {
        self.came
    }

    /// Takes a thumbnail in; the one that was here longest may leave.
    pub fn insert(&mut self, id: PictureId, thumb: Picture) {
        self.came += 1;
        self.bytes += thumb.rgba().len();
        match self.pictures.insert(id, thumb) {
            Some(old) => self.bytes -= old.rgba().len(),
            None => self.order.push_back(id),
        }
        // The newest stays whatever its size.
        while self.bytes > CAPACITY && self.order.len() > 1 {
            let oldest = self.order.pop_front();
            if let Some(old) = oldest.and_then(|id| self.pictures.remove(&id)) {
                self.bytes -= old.rgba().len();
            }
        }
    }

    /// Forgets everything, because another folder was opened.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            store.insert(PictureId(n), thumb(1));
        }
        assert!(store.get(&PictureId(9)).is_none() && store.contains_key(&PictureId(10)));
        store.insert(PictureId(10), thumb(2));
        assert_eq!(store.get(&PictureId(10)), Some(&thumb(2)));
        assert!(
            store.contains_key(&PictureId(11)),
            "a replacement takes nobody's place"
        );
        assert_eq!(store.bytes, store.pictures.len() * side * side * 4);
    }
}

//! Thumbnails in memory: a bounded number, the longest there leave first.

use std::collections::{HashMap, VecDeque};

use crate::gallery::protocol::PictureId;
use crate::picture::Picture;

/// Thumbnails kept: several screens full, about 100 MB.
const CAPACITY: usize = 600;

/// Thumbnails by picture.
#[derive(Debug, Default)]
pub struct ThumbStore {
    pictures: HashMap<PictureId, Picture>,
    order: VecDeque<PictureId>,
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
        if self.pictures.insert(id, thumb).is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > CAPACITY {
            if let Some(oldest) = self.order.pop_front() {
                self.pictures.remove(&oldest);
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
        let thumb = |v| Picture::from_rgba(1, 1, vec![v, 0, 0, 255]).unwrap();
        let mut store = ThumbStore::default();
        for n in 0..CAPACITY as i64 + 10 {
            store.insert(PictureId(n), thumb(1));
        }
        assert!(store.get(&PictureId(9)).is_none() && store.contains_key(&PictureId(10)));
        store.insert(PictureId(10), thumb(2));
        assert_eq!(store.get(&PictureId(10)), Some(&thumb(2)));
        assert!(
            store.contains_key(&PictureId(11)),
            "a replacement takes nobody's place"
        );
    }
}

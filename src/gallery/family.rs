//! The family of a picture: everything it was made from and everything that was made
//! from it, over the generations.

use std::collections::HashSet;

use super::protocol::{Family, PictureId, Relative};
use super::{Gallery, GalleryError};

/// Generations in each direction.
const GENERATIONS: u8 = 8;
/// Relatives in each direction; a picture may be the source of thousands.
const MOST: usize = 60;

impl Gallery {
    /// Ancestors and descendants as far as they are in the gallery, each in the order
    /// of a tree: a relative is followed by those of the next generation.
    ///
    /// # Errors
    /// The failure of SQLite.
    pub fn family(&self, id: PictureId) -> Result<Family, GalleryError> {
        let mut family = Family::default();
        let mut seen = HashSet::from([id]);
        let up = &|id| self.lineage(id).map(|(parents, _)| parents);
        grow(id, 1, up, &mut seen, &mut family.ancestors)?;
        let mut seen = HashSet::from([id]);
        let down = &|id| self.lineage(id).map(|(_, children)| children);
        grow(id, 1, down, &mut seen, &mut family.descendants)?;
        Ok(family)
    }
}

fn grow(
    id: PictureId,
    generation: u8,
    next: &dyn Fn(PictureId) -> Result<Vec<super::protocol::Entry>, GalleryError>,
    seen: &mut HashSet<PictureId>,
    tree: &mut Vec<Relative>,
) -> Result<(), GalleryError> {
    for entry in next(id)? {
        if tree.len() >= MOST {
            break;
        }
        let id = entry.id;
        // A picture that comes from two others hangs below one of them only.
        if !seen.insert(id) {
            continue;
        }
        tree.push(Relative { entry, generation });
        if generation < GENERATIONS {
            grow(id, generation + 1, next, seen, tree)?;
        }
    }
    Ok(())
}

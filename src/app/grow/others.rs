//! Further pictures that patches are taken from, and where theirs go.

use std::sync::Arc;

use crate::app::grow::document::GrowDoc;
use crate::app::grow::edit::MaskChange;
use crate::app::mask_shapes;
use crate::recipe::ranges::MOST_OTHERS;
use crate::recipe::{GrowOther, GrowPart, Mask, SourceRef};

/// The mask that is painted for one of them.
pub fn painted(other: &GrowOther) -> Option<&Mask> {
    match &other.part {
        Some(GrowPart::Painted(mask)) => Some(mask),
        _ => None,
    }
}

/// One more; nothing where there are as many as there may be.
pub(super) fn add(doc: &mut GrowDoc, picture: SourceRef) {
    if doc.others.len() < MOST_OTHERS {
        doc.others.push(GrowOther {
            picture,
            weight: 1.0,
            part: None,
        });
    }
}

/// Changes where the patches of one go.
pub(super) fn mask(other: &mut GrowOther, change: MaskChange) {
    let mut mask = match other.part.take() {
        Some(GrowPart::Painted(mask)) => Some(mask),
        // Another kind of part gives way.
        _ => None,
    };
    match change {
        MaskChange::Set(new) => mask = new.map(Arc::new),
        MaskChange::Add(shape) => mask_shapes::add(&mut mask, shape),
        MaskChange::Last(shape) => mask_shapes::go_on(&mut mask, shape),
        MaskChange::Drop(shape) => mask_shapes::drop(&mut mask, &shape),
    }
    other.part = mask.map(GrowPart::Painted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::MaskShape;

    #[test]
    fn pictures_come_to_the_source_until_there_are_enough_and_get_regions() {
        let mut doc = GrowDoc::default();
        for _ in 0..MOST_OTHERS + 3 {
            add(&mut doc, SourceRef::default());
        }
        assert_eq!(doc.others.len(), MOST_OTHERS);
        let other = &mut doc.others[1];
        mask(other, MaskChange::Add(MaskShape::Fill(1.0)));
        assert_eq!(painted(other).unwrap().shapes.len(), 1);
        mask(other, MaskChange::Drop(MaskShape::Fill(1.0)));
        mask(other, MaskChange::Set(None));
        assert_eq!(other.part, None);
    }
}

//! What is painted over a picture, and where parts of it are put.

use std::sync::Arc;

use crate::app::grow::document::{GrowDoc, GrowWay};
use crate::recipe::{
    GrowChange, GrowEdit, GrowPart, GrowPlacement, Mask, MaskShape, PixelRegion, ranges,
};

/// Longer side of the raster on which it is seen whether anything is painted.
const SEEN_SIDE: u32 = 512;
/// Coverage from which on a mask counts.
const COVERED: f32 = 0.5;

/// The colour and the mask of what is painted; nothing for other edits.
pub fn painted(edit: &GrowEdit) -> Option<([u8; 3], &Arc<Mask>)> {
    match (&edit.change, &edit.part) {
        (GrowChange::Paint(colour), Some(GrowPart::Painted(mask))) => Some((*colour, mask)),
        _ => None,
    }
}

/// Where a part is put; nothing for edits that put none anywhere.
pub fn placement(edit: &GrowEdit) -> Option<GrowPlacement> {
    match &edit.change {
        GrowChange::Move(placement) | GrowChange::Copy(placement) => Some(*placement),
        _ => None,
    }
}

/// What becomes of a part that is put elsewhere, in words.
pub(super) fn changed(doc: &GrowDoc, at: usize, to: &GrowPlacement) -> &'static str {
    match doc.edits.get(at).and_then(placement) {
        Some(now) if now.flip != to.flip => "Flip part",
        Some(now) if now.turn != to.turn => "Turn part",
        Some(now) if now.by != to.by => "Move part",
        _ => "Part size",
    }
}

/// Puts the part of an edit elsewhere.
pub(super) fn place(doc: &mut GrowDoc, at: usize, mut placement: GrowPlacement) {
    placement.scale = ranges::PART_SCALE.nearest(placement.scale);
    placement.turn %= 4;
    if at >= doc.edits.len() {
        return;
    }
    if let GrowChange::Move(now) | GrowChange::Copy(now) =
        &mut Arc::make_mut(&mut doc.edits)[at].change
    {
        *now = placement;
    }
}

/// One more stroke over a picture of `size` pixels; of the same colour as the last as a part of the
/// same edit. Nothing where it lies beyond the picture.
pub(super) fn paint(doc: &mut GrowDoc, colour: [u8; 3], stroke: MaskShape, size: [u32; 2]) {
    let alone = Mask {
        shapes: vec![stroke.clone()],
        invert: false,
    };
    if !is_there(&alone, size) {
        return;
    }
    doc.way = GrowWay::Edit;
    let edits = Arc::make_mut(&mut doc.edits);
    if let Some(last) = edits.last_mut()
        && last.change == GrowChange::Paint(colour)
        && let Some(GrowPart::Painted(mask)) = &mut last.part
    {
        Arc::make_mut(mask).shapes.push(stroke);
        return;
    }
    edits.push(GrowEdit {
        part: Some(GrowPart::Painted(Arc::new(alone))),
        change: GrowChange::Paint(colour),
    });
}

/// Takes away from all that is painted; what nothing is left of goes.
pub(super) fn erase(doc: &mut GrowDoc, stroke: &MaskShape, size: [u32; 2]) {
    if doc.edits.iter().all(|edit| painted(edit).is_none()) {
        return;
    }
    let edits = Arc::make_mut(&mut doc.edits);
    for edit in edits.iter_mut() {
        if let (GrowChange::Paint(_), Some(GrowPart::Painted(mask))) =
            (&edit.change, &mut edit.part)
        {
            Arc::make_mut(mask).shapes.push(stroke.clone());
        }
    }
    edits.retain(|edit| painted(edit).is_none_or(|(_, mask)| is_there(mask, size)));
}

/// Whether a mask covers anything of a picture.
fn is_there(mask: &Mask, size: [u32; 2]) -> bool {
    let longer = size[0].max(size[1]).max(1);
    let size = size.map(|side| {
        ((u64::from(side) * u64::from(SEEN_SIDE.min(longer)) / u64::from(longer)) as u32).max(1)
    });
    let cover = mask.coverage(size, PixelRegion::whole(size));
    cover.into_iter().any(|share| share >= COVERED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Stroke;

    const SIZE: [u32; 2] = [400, 300];

    fn stroke(x: f32, erase: bool) -> MaskShape {
        MaskShape::Stroke(Stroke {
            points: [[x, 0.3]].into(),
            radius: if erase { 0.1 } else { 0.05 },
            feather: 0.0,
            erase,
        })
    }

    #[test]
    fn strokes_of_a_colour_are_one_edit_and_what_is_erased_goes() {
        let mut doc = GrowDoc::default();
        erase(&mut doc, &stroke(0.2, true), SIZE);
        assert!(doc.edits.is_empty());
        let (red, blue) = ([200, 0, 0], [0, 0, 200]);
        paint(&mut doc, red, stroke(0.2, false), SIZE);
        paint(&mut doc, red, stroke(0.6, false), SIZE);
        paint(&mut doc, blue, stroke(0.9, false), SIZE);
        assert_eq!(doc.way, GrowWay::Edit);
        paint(&mut doc, [0; 3], stroke(1.5, false), SIZE);
        assert_eq!(doc.edits.len(), 2, "beyond the edge nothing is painted");
        let count = |doc: &GrowDoc| -> Vec<usize> {
            let masks = doc.edits.iter().filter_map(painted);
            masks.map(|(_, mask)| mask.shapes.len()).collect()
        };
        assert_eq!(count(&doc), [2, 1]);
        erase(&mut doc, &stroke(0.9, true), SIZE);
        assert_eq!(count(&doc), [3], "nothing is left of the blue");
        erase(&mut doc, &stroke(0.2, true), SIZE);
        assert_eq!(count(&doc), [4]);
        erase(&mut doc, &stroke(0.6, true), SIZE);
        assert!(doc.edits.is_empty());
    }

    #[test]
    fn a_part_is_put_elsewhere_within_what_may_be() {
        let mut doc = GrowDoc::default();
        let to = GrowPlacement::AS_IT_IS;
        for change in [GrowChange::Copy(to), GrowChange::Remove] {
            Arc::make_mut(&mut doc.edits).push(GrowEdit { part: None, change });
        }
        let far = GrowPlacement {
            scale: 1e9,
            turn: 5,
            ..to
        };
        for at in [0, 1, 7] {
            place(&mut doc, at, far);
        }
        let now = placement(&doc.edits[0]).unwrap();
        assert_eq!((now.scale, now.turn), (20.0, 1));
        assert_eq!(doc.edits[1].change, GrowChange::Remove);
    }
}

//! Shapes of a mask as they are drawn: the same in Style and in Lens.

use std::sync::Arc;

use crate::recipe::{Mask, MaskShape};

/// Lays one more shape onto a mask, or begins one with it.
pub(in crate::app) fn add(mask: &mut Option<Arc<Mask>>, shape: MaskShape) {
    let mask = mask.get_or_insert_with(|| Arc::new(Mask::before(&shape)));
    Arc::make_mut(mask).shapes.push(shape);
}

/// The shape that is being drawn has gone further.
pub(in crate::app) fn go_on(mask: &mut Option<Arc<Mask>>, shape: MaskShape) {
    let Some(mask) = mask else { return };
    let last = mask.shapes.last();
    if last.is_some_and(|last| last.begins_like(&shape))
        && let Some(last) = Arc::make_mut(mask).shapes.last_mut()
    {
        *last = shape;
    }
}

/// Takes the shape that is being drawn away, and an empty mask with it.
pub(in crate::app) fn drop(mask: &mut Option<Arc<Mask>>, shape: &MaskShape) {
    let Some(drawn) = mask else { return };
    let last = drawn.shapes.last();
    if last.is_some_and(|last| last.begins_like(shape)) {
        Arc::make_mut(drawn).shapes.pop();
    }
    if **drawn == Mask::before(shape) {
        *mask = None;
    }
}

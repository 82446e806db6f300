//! The red veil that shows where a mask lets a style through.

use egui::{Color32, ColorImage, Context, TextureHandle, TextureId, TextureOptions};

use crate::recipe::{MaskCanvas, MaskShape, PixelRegion};

/// Longer side of the veil in pixels: soft edges need no more.
const SIDE: u32 = 320;

/// The shapes that lie on a mask for good, and whether they count inside out.
#[derive(Debug, Clone, Copy)]
pub struct SettledMask<'a> {
    /// In the order they were laid down.
    pub shapes: &'a [MaskShape],
    /// See [`crate::recipe::Mask::invert`].
    pub invert: bool,
}

/// Keeps what was laid down already, so that a new stroke costs only itself.
#[derive(Default)]
pub struct MaskOverlay {
    size: [u32; 2],
    laid: Vec<MaskShape>,
    canvas: Option<MaskCanvas>,
    shown: Option<(bool, Option<MaskShape>)>,
    texture: Option<TextureHandle>,
}

impl MaskOverlay {
    /// The veil for a photo of `photo` pixels; `pending` is the shape being drawn.
    pub fn texture(
        &mut self,
        ctx: &Context,
        photo: [u32; 2],
        mask: SettledMask<'_>,
        pending: Option<&MaskShape>,
    ) -> TextureId {
        let changed = self.lay(photo, mask.shapes);
        let shown = (mask.invert, pending.cloned());
        if !changed
            && self.shown.as_ref() == Some(&shown)
            && let Some(texture) = &self.texture
        {
            return texture.id();
        }
        let image = self.image(mask.invert, pending);
        self.shown = Some(shown);
        match &mut self.texture {
            Some(texture) => {
                texture.set(image, TextureOptions::LINEAR);
                texture.id()
            }
            None => {
                let texture = ctx.load_texture("mask veil", image, TextureOptions::LINEAR);
                self.texture.insert(texture).id()
            }
        }
    }

    /// Brings the canvas up to date; whether anything was new.
    fn lay(&mut self, photo: [u32; 2], shapes: &[MaskShape]) -> bool {
        let size = veil_size(photo);
        let goes_on = self.size == size
            && self.canvas.is_some()
            && shapes.get(..self.laid.len()) == Some(&self.laid[..]);
        if !goes_on {
            self.size = size;
            self.laid.clear();
            self.canvas = Some(MaskCanvas::new(size, PixelRegion::whole(size)));
        }
        let new = &shapes[self.laid.len()..];
        if let Some(canvas) = &mut self.canvas {
            for shape in new {
                canvas.lay(shape);
            }
        }
        let changed = !goes_on || !new.is_empty();
        self.laid.extend_from_slice(new);
        changed
    }

    fn image(&self, invert: bool, pending: Option<&MaskShape>) -> ColorImage {
        let mut canvas = self
            .canvas
            .clone()
            .unwrap_or_else(|| MaskCanvas::new(self.size, PixelRegion::whole(self.size)));
        if let Some(shape) = pending {
            canvas.lay(shape);
        }
        let [w, h] = self.size.map(|s| s as usize);
        let pixels = canvas
            .finish(invert)
            .into_iter()
            .map(|v| Color32::from_rgba_unmultiplied(255, 64, 72, (v * 140.0) as u8))
            .collect();
        ColorImage::new([w, h], pixels)
    }
}

fn veil_size(photo: [u32; 2]) -> [u32; 2] {
    let longer = photo[0].max(photo[1]).max(1);
    photo.map(|side| {
        let scaled = u64::from(side) * u64::from(SIDE.min(longer)) / u64::from(longer);
        (scaled as u32).max(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{Mask, Stroke};

    fn stroke(x: f32, erase: bool) -> MaskShape {
        MaskShape::Stroke(Stroke {
            points: [[x, 0.3]].into(),
            radius: 0.1,
            feather: 0.3,
            erase,
        })
    }

    #[test]
    fn going_on_gives_what_starting_anew_gives() {
        let photo = [900, 600];
        let mut step = MaskOverlay::default();
        let mut mask = Mask::default();
        for shape in [stroke(0.3, false), stroke(0.5, false), stroke(0.4, true)] {
            mask.shapes.push(shape);
            assert!(step.lay(photo, &mask.shapes));
        }
        assert!(!step.lay(photo, &mask.shapes), "nothing new, nothing to do");
        let mut anew = MaskOverlay::default();
        anew.lay(photo, &mask.shapes);
        assert_eq!(step.image(true, None).pixels, anew.image(true, None).pixels);
        // Undo of the eraser, and a shape in the hand.
        let erased = mask.shapes.pop();
        step.lay(photo, &mask.shapes);
        assert_eq!(
            step.image(false, erased.as_ref()).pixels,
            anew.image(false, None).pixels
        );
        assert_ne!(
            step.image(false, None).pixels,
            anew.image(false, None).pixels
        );
    }

    #[test]
    fn the_veil_has_the_photos_proportions() {
        assert_eq!(veil_size([6000, 3000]), [320, 160]);
        assert_eq!(veil_size([10, 3]), [10, 3]);
        assert_eq!(veil_size([10000, 1]), [320, 1]);
    }
}

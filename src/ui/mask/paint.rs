//! Painting a mask: from the pointer's way over the photo to shapes of a recipe.
//! One press-drag-release is one shape, and so one step of undo.

use crate::recipe::{MaskShape, Stroke, ranges};

/// What the pointer does to the mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaskTool {
    /// Adds.
    #[default]
    Brush,
    /// Takes away.
    Eraser,
    /// Drag from nothing to all.
    Linear,
    /// Drag from the centre outwards.
    Radial,
}

impl MaskTool {
    /// All tools in the order of the tool bar.
    pub const ALL: [Self; 4] = [Self::Brush, Self::Eraser, Self::Linear, Self::Radial];

    /// Name on the button.
    pub fn name(self) -> &'static str {
        match self {
            Self::Brush => "Brush",
            Self::Eraser => "Eraser",
            Self::Linear => "Linear",
            Self::Radial => "Radial",
        }
    }

    /// What the tool does, for its tooltip.
    pub fn help(self) -> &'static str {
        match self {
            Self::Brush => "Paint onto the mask (P). Shift-click draws a straight line.",
            Self::Eraser => "Erase from the mask (E)",
            Self::Linear => "Linear gradient: drag from no effect to full effect (L)",
            Self::Radial => {
                "Radial gradient: drag from the centre outwards; Feather softens its edge (O)"
            }
        }
    }
}

/// Smallest and largest brush radius, as fractions of the photo's longer side.
pub const RADIUS: std::ops::RangeInclusive<f32> =
    ranges::STROKE_RADIUS.least..=ranges::STROKE_RADIUS.most;

/// Tool, size and softness, and the shape being drawn. Coordinates as in
/// [`crate::recipe::Mask`].
#[derive(Debug, Clone, PartialEq)]
pub struct MaskPainter {
    /// Tool in the hand.
    pub tool: MaskTool,
    /// Brush radius.
    pub radius: f32,
    /// Soft part of it, 0..=1.
    pub feather: f32,
    drawing: Option<Vec<[f32; 2]>>,
    /// End of the last stroke, where Shift goes on.
    last_end: Option<[f32; 2]>,
}

impl Default for MaskPainter {
    fn default() -> Self {
        Self {
            tool: MaskTool::Brush,
            radius: 0.06,
            feather: 0.5,
            drawing: None,
            last_end: None,
        }
    }
}

impl MaskPainter {
    /// A brush with a hard edge.
    pub fn hard(radius: f32) -> Self {
        Self {
            radius,
            feather: 0.0,
            ..Self::default()
        }
    }

    /// A step of the `[` and `]` keys: a sixth smaller or larger.
    pub fn resize(&mut self, larger: bool) {
        let factor = if larger { 1.2 } else { 1.0 / 1.2 };
        self.radius = (self.radius * factor).clamp(*RADIUS.start(), *RADIUS.end());
    }

    /// Whether a shape is being drawn.
    pub fn is_drawing(&self) -> bool {
        self.drawing.is_some()
    }

    /// The pointer goes down. `straight` (Shift) draws a line from the end of the
    /// last stroke.
    pub fn press(&mut self, at: [f32; 2], straight: bool) {
        let mut points = Vec::new();
        if straight && self.paints() {
            points.extend(self.last_end);
        }
        points.push(at);
        self.drawing = Some(points);
    }

    /// The pointer moves while down.
    pub fn drag(&mut self, at: [f32; 2]) {
        let paints = self.paints();
        let step = self.radius * 0.08;
        let Some(points) = &mut self.drawing else {
            return;
        };
        if !paints {
            points.truncate(1);
            points.push(at);
        } else if points.last().is_none_or(|&last| distance(last, at) >= step) {
            points.push(at);
        }
    }

    /// The pointer goes up: the finished shape, or nothing if it was none (a
    /// gradient without a way).
    pub fn release(&mut self) -> Option<MaskShape> {
        let shape = self.pending();
        let points = self.drawing.take()?;
        if self.paints() {
            self.last_end = points.last().copied();
        }
        shape.map(|shape| match shape {
            MaskShape::Stroke(stroke) => MaskShape::Stroke(Stroke {
                points: simplify(&stroke.points, self.radius * 0.03).into(),
                ..stroke
            }),
            other => other,
        })
    }

    /// Escape, or a second button: nothing was drawn.
    pub fn cancel(&mut self) {
        self.drawing = None;
    }

    /// The shape as far as it is drawn.
    pub fn pending(&self) -> Option<MaskShape> {
        let points = self.drawing.as_ref()?;
        let (first, last) = (*points.first()?, *points.last()?);
        let way = distance(first, last);
        match self.tool {
            MaskTool::Brush | MaskTool::Eraser => Some(MaskShape::Stroke(Stroke {
                points: points.as_slice().into(),
                radius: self.radius,
                feather: self.feather,
                erase: self.tool == MaskTool::Eraser,
            })),
            MaskTool::Linear if way > 0.005 => Some(MaskShape::Linear {
                from: first,
                to: last,
            }),
            MaskTool::Radial if way > 0.005 => Some(MaskShape::Radial {
                center: first,
                radius: way,
                feather: self.feather,
            }),
            MaskTool::Linear | MaskTool::Radial => None,
        }
    }

    fn paints(&self) -> bool {
        matches!(self.tool, MaskTool::Brush | MaskTool::Eraser)
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Leaves out points that lie within `tolerance` of the line between their
/// neighbours (Douglas and Peucker), so that recipes stay small.
fn simplify(points: &[[f32; 2]], tolerance: f32) -> Vec<[f32; 2]> {
    if points.len() < 3 {
        return points.to_vec();
    }
    let mut keep = vec![false; points.len()];
    keep[0] = true;
    keep[points.len() - 1] = true;
    let mut open = vec![(0, points.len() - 1)];
    while let Some((a, b)) = open.pop() {
        let farthest = (a + 1..b)
            .map(|i| (i, off_line(points[i], points[a], points[b])))
            .max_by(|x, y| x.1.total_cmp(&y.1));
        if let Some((i, off)) = farthest
            && off > tolerance
        {
            keep[i] = true;
            open.extend([(a, i), (i, b)]);
        }
    }
    let kept = points.iter().zip(keep);
    kept.filter_map(|(p, k)| k.then_some(*p)).collect()
}

fn off_line(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let length = distance(a, b);
    if length < 1e-9 {
        return distance(p, a);
    }
    ((b[0] - a[0]) * (a[1] - p[1]) - (a[0] - p[0]) * (b[1] - a[1])).abs() / length
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{Mask, PixelRegion};

    #[test]
    fn a_click_is_a_dab_and_a_drag_is_one_stroke() {
        let mut p = MaskPainter::default();
        p.press([0.2, 0.2], false);
        let Some(MaskShape::Stroke(dab)) = p.release() else {
            panic!("a dab");
        };
        assert_eq!(*dab.points, [[0.2, 0.2]]);
        assert!(p.release().is_none(), "nothing more without a press");

        p.press([0.2, 0.2], false);
        for n in 0..200 {
            p.drag([0.2 + n as f32 * 0.003, 0.2]);
        }
        let Some(MaskShape::Stroke(line)) = p.release() else {
            panic!("a stroke");
        };
        assert_eq!(line.points.len(), 2, "a straight drag needs two points");
    }

    #[test]
    fn thinning_a_stroke_does_not_show() {
        let mut p = MaskPainter::default();
        p.press([0.2, 0.4], false);
        for n in 0..300 {
            let t = n as f32 * 0.02;
            p.drag([0.2 + t * 0.1, 0.4 + 0.2 * t.sin()]);
        }
        let full = p.pending().unwrap();
        let thin = p.release().unwrap();
        let (MaskShape::Stroke(a), MaskShape::Stroke(b)) = (&full, &thin) else {
            panic!("strokes");
        };
        assert!(
            b.points.len() * 2 < a.points.len(),
            "{} {}",
            a.points.len(),
            b.points.len()
        );
        let size = [256, 256];
        let cover = |s: MaskShape| {
            let mask = Mask {
                shapes: vec![s],
                invert: false,
            };
            mask.coverage(size, PixelRegion::whole(size))
        };
        let (a, b) = (cover(full), cover(thin));
        let worst = a
            .iter()
            .zip(&b)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(worst < 0.12, "{worst}");
    }

    #[test]
    fn shift_goes_on_from_the_last_stroke() {
        let mut p = MaskPainter::default();
        p.press([0.1, 0.1], false);
        p.release();
        p.press([0.8, 0.1], true);
        let Some(MaskShape::Stroke(line)) = p.release() else {
            panic!("a line");
        };
        assert_eq!(*line.points, [[0.1, 0.1], [0.8, 0.1]]);
    }

    #[test]
    fn a_gradient_needs_a_way_and_escape_forgets() {
        let mut p = MaskPainter {
            tool: MaskTool::Radial,
            ..MaskPainter::default()
        };
        p.press([0.5, 0.5], false);
        assert!(p.release().is_none());
        p.press([0.5, 0.5], false);
        p.drag([0.7, 0.5]);
        p.drag([0.8, 0.5]);
        assert!(
            matches!(p.pending(), Some(MaskShape::Radial { radius, .. }) if (radius - 0.3).abs() < 1e-6)
        );
        p.cancel();
        assert!(p.release().is_none());
    }

    #[test]
    fn bracket_keys_stop_at_the_ends() {
        let mut p = MaskPainter::default();
        for _ in 0..100 {
            p.resize(true);
        }
        assert_eq!(p.radius, *RADIUS.end());
        for _ in 0..100 {
            p.resize(false);
        }
        assert_eq!(p.radius, *RADIUS.start());
    }
}

//! Masks as numbers: the one place that says what a painted mask means, for the
//! overlay in the window and for the networks alike.

use super::{Mask, MaskShape, Stroke};

/// A rectangle of pixels of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PixelRegion {
    /// First column.
    pub x: u32,
    /// First row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

impl PixelRegion {
    /// The whole of a picture of `size` pixels.
    pub fn whole(size: [u32; 2]) -> Self {
        Self {
            x: 0,
            y: 0,
            width: size[0],
            height: size[1],
        }
    }
}

/// Coverage 0..=1 of each pixel of a region, onto which shapes are laid one after
/// the other. It starts at 0 everywhere.
///
/// Strokes and gradients add (the larger value stays), an eraser takes away its
/// share, `Fill` sets everything. Any tiling of a picture gives the same numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct MaskCanvas {
    region: PixelRegion,
    /// Pixels per unit of the mask's coordinates.
    longer: f32,
    values: Vec<f32>,
}

impl Mask {
    /// Coverage of a region of a picture of `size` pixels, row by row.
    pub fn coverage(&self, size: [u32; 2], region: PixelRegion) -> Vec<f32> {
        let mut canvas = MaskCanvas::new(size, region);
        for shape in &self.shapes {
            canvas.lay(shape);
        }
        canvas.finish(self.invert)
    }
}

impl MaskCanvas {
    /// An empty canvas for a region of a picture of `size` pixels.
    pub fn new(size: [u32; 2], region: PixelRegion) -> Self {
        Self {
            region,
            longer: size[0].max(size[1]).max(1) as f32,
            values: vec![0.0; region.width as usize * region.height as usize],
        }
    }

    /// The numbers, with inside and outside swapped if asked.
    pub fn finish(self, invert: bool) -> Vec<f32> {
        let mut values = self.values;
        if invert {
            for v in &mut values {
                *v = 1.0 - *v;
            }
        }
        values
    }

    /// The numbers so far, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Lays down one more shape.
    pub fn lay(&mut self, shape: &MaskShape) {
        match shape {
            MaskShape::Fill(value) => self.values.fill(value.clamp(0.0, 1.0)),
            MaskShape::Linear { from, to } => self.linear(*from, *to),
            MaskShape::Radial {
                center,
                radius,
                feather,
            } => self.add(&[*center], *radius, *feather),
            MaskShape::Stroke(stroke) if stroke.erase => self.erase(stroke),
            MaskShape::Stroke(stroke) => self.add(&stroke.points, stroke.radius, stroke.feather),
        }
    }

    fn linear(&mut self, from: [f32; 2], to: [f32; 2]) {
        let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
        let length2 = dx * dx + dy * dy;
        if length2.is_nan() || length2 <= 1e-10 {
            return;
        }
        let whole = self.all();
        self.each(whole, |value, p| {
            let t = ((p[0] - from[0]) * dx + (p[1] - from[1]) * dy) / length2;
            *value = value.max(smooth(t.clamp(0.0, 1.0)));
        });
    }

    fn add(&mut self, points: &[[f32; 2]], radius: f32, feather: f32) {
        let brush = Falloff::new(radius, feather, self.longer);
        for (a, b) in segments(points) {
            let bounds = self.bounds(a, b, brush.reach);
            self.each(bounds, |value, p| {
                *value = value.max(brush.at(distance(p, a, b)));
            });
        }
    }

    /// An eraser takes `1 - coverage` of what is there; overlapping parts of one
    /// stroke count once.
    fn erase(&mut self, stroke: &Stroke) {
        let brush = Falloff::new(stroke.radius, stroke.feather, self.longer);
        let before = self.values.clone();
        let width = self.region.width as usize;
        for (a, b) in segments(&stroke.points) {
            let [x0, x1, y0, y1] = self.bounds(a, b, brush.reach);
            for y in y0..y1 {
                for x in x0..x1 {
                    let at = y * width + x;
                    let p = self.center(x, y);
                    let kept = before[at] * (1.0 - brush.at(distance(p, a, b)));
                    self.values[at] = self.values[at].min(kept);
                }
            }
        }
    }

    fn all(&self) -> [usize; 4] {
        [
            0,
            self.region.width as usize,
            0,
            self.region.height as usize,
        ]
    }

    /// Centre of a pixel of the region in the mask's coordinates.
    fn center(&self, x: usize, y: usize) -> [f32; 2] {
        [
            ((self.region.x as usize + x) as f32 + 0.5) / self.longer,
            ((self.region.y as usize + y) as f32 + 0.5) / self.longer,
        ]
    }

    /// Columns and rows of the region that lie within `reach` of a line.
    fn bounds(&self, a: [f32; 2], b: [f32; 2], reach: f32) -> [usize; 4] {
        let axis = |a: f32, b: f32, first: u32, len: u32| {
            let low = (a.min(b) - reach) * self.longer - first as f32;
            let high = (a.max(b) + reach) * self.longer - first as f32;
            let len = len as f32;
            // `as` turns NaN into 0 and saturates.
            [
                low.floor().clamp(0.0, len) as usize,
                high.ceil().clamp(0.0, len) as usize,
            ]
        };
        let [x0, x1] = axis(a[0], b[0], self.region.x, self.region.width);
        let [y0, y1] = axis(a[1], b[1], self.region.y, self.region.height);
        [x0, x1, y0, y1]
    }

    fn each(&mut self, [x0, x1, y0, y1]: [usize; 4], mut f: impl FnMut(&mut f32, [f32; 2])) {
        let width = self.region.width as usize;
        for y in y0..y1 {
            for x in x0..x1 {
                let p = self.center(x, y);
                f(&mut self.values[y * width + x], p);
            }
        }
    }
}

/// Full inside, soft towards the rim; even a hard brush has a rim of one pixel.
struct Falloff {
    full: f32,
    reach: f32,
}

impl Falloff {
    fn new(radius: f32, feather: f32, longer: f32) -> Self {
        let radius = if radius.is_finite() {
            radius.max(0.0)
        } else {
            0.0
        };
        let half_pixel = 0.5 / longer;
        Self {
            full: (radius * (1.0 - feather.clamp(0.0, 1.0))).min(radius - half_pixel),
            reach: radius + half_pixel,
        }
    }

    fn at(&self, distance: f32) -> f32 {
        if distance >= self.reach || self.reach.is_nan() {
            return 0.0;
        }
        let t = (self.reach - distance) / (self.reach - self.full);
        smooth(t.clamp(0.0, 1.0))
    }
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

/// The lines between points; a lone point is a line to itself. Points that are no
/// numbers are left out.
fn segments(points: &[[f32; 2]]) -> impl Iterator<Item = ([f32; 2], [f32; 2])> + '_ {
    let dab = match points {
        [one] => Some((*one, *one)),
        _ => None,
    };
    let lines = points.windows(2).map(|w| (w[0], w[1]));
    dab.into_iter()
        .chain(lines)
        .filter(|(a, b)| a.iter().chain(b).all(|c| c.is_finite()))
}

fn distance(p: [f32; 2], a: [f32; 2], b: [f32; 2]) -> f32 {
    let (abx, aby) = (b[0] - a[0], b[1] - a[1]);
    let (apx, apy) = (p[0] - a[0], p[1] - a[1]);
    let length2 = abx * abx + aby * aby;
    let t = if length2 > 0.0 {
        ((apx * abx + apy * aby) / length2).clamp(0.0, 1.0)
    } else {
        0.0
    };
    (apx - t * abx).hypot(apy - t * aby)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: [u32; 2] = [80, 60];

    fn dot(x: f32, y: f32, radius: f32, erase: bool) -> MaskShape {
        MaskShape::Stroke(Stroke {
            points: [[x, y]].into(),
            radius,
            feather: 0.5,
            erase,
        })
    }

    fn whole(mask: &Mask) -> Vec<f32> {
        mask.coverage(SIZE, PixelRegion::whole(SIZE))
    }

    fn at(values: &[f32], x: usize, y: usize) -> f32 {
        values[y * SIZE[0] as usize + x]
    }

    #[test]
    fn a_stroke_covers_its_middle_and_nothing_far_away() {
        let mask = Mask {
            shapes: vec![MaskShape::Stroke(Stroke {
                points: [[0.25, 0.25], [0.75, 0.25]].into(),
                radius: 0.1,
                feather: 0.5,
                erase: false,
            })],
            invert: false,
        };
        let v = whole(&mask);
        assert_eq!(at(&v, 40, 20), 1.0);
        assert_eq!(at(&v, 40, 50), 0.0);
        let rim = at(&v, 40, 26);
        assert!(rim > 0.0 && rim < 1.0, "{rim}");
        let inverted = whole(&Mask {
            invert: true,
            ..mask
        });
        assert_eq!(at(&inverted, 40, 20), 0.0);
        assert_eq!(at(&inverted, 40, 50), 1.0);
    }

    #[test]
    fn the_eraser_takes_away_once_per_stroke() {
        let scrub = MaskShape::Stroke(Stroke {
            points: [[0.5, 0.3], [0.55, 0.3], [0.5, 0.3], [0.55, 0.3]].into(),
            radius: 0.2,
            feather: 1.0,
            erase: true,
        });
        let once = MaskShape::Stroke(Stroke {
            points: [[0.5, 0.3], [0.55, 0.3]].into(),
            radius: 0.2,
            feather: 1.0,
            erase: true,
        });
        let mask = |s: MaskShape| Mask {
            shapes: vec![MaskShape::Fill(1.0), s],
            invert: false,
        };
        assert_eq!(whole(&mask(scrub)), whole(&mask(once.clone())));
        let v = whole(&mask(once));
        assert!(at(&v, 41, 24) < 0.05);
        assert_eq!(at(&v, 2, 2), 1.0);
    }

    #[test]
    fn gradients_run_from_nothing_to_all() {
        let v = whole(&Mask {
            shapes: vec![MaskShape::Linear {
                from: [0.0, 0.0],
                to: [1.0, 0.0],
            }],
            invert: false,
        });
        assert!(at(&v, 0, 30) < 0.01 && at(&v, 79, 30) > 0.99);
        assert!((at(&v, 40, 3) - 0.5).abs() < 0.02);
        let round = whole(&Mask {
            shapes: vec![MaskShape::Radial {
                center: [0.5, 0.375],
                radius: 0.25,
                feather: 1.0,
            }],
            invert: false,
        });
        assert!(at(&round, 40, 30) > 0.98 && at(&round, 40, 58) == 0.0);
    }

    #[test]
    fn nonsense_is_left_out() {
        let mask = Mask {
            shapes: vec![
                dot(f32::NAN, 0.2, 0.1, false),
                dot(0.2, 0.2, f32::NAN, false),
                MaskShape::Linear {
                    from: [0.5, 0.5],
                    to: [0.5, 0.5],
                },
                MaskShape::Stroke(Stroke {
                    points: Default::default(),
                    radius: 0.1,
                    feather: 0.0,
                    erase: false,
                }),
            ],
            invert: false,
        };
        assert!(whole(&mask).iter().all(|v| *v < 0.6 && v.is_finite()));
    }

    proptest! {
        /// Tiles of a picture give the numbers of the whole, whatever is painted.
        #[test]
        fn tiles_agree_with_the_whole(
            dots in prop::collection::vec((0f32..1.0, 0f32..0.75, 0.0f32..0.3, any::<bool>()), 0..6),
            x in 0u32..60, y in 0u32..40,
        ) {
            let shapes = dots.into_iter().map(|(x, y, r, e)| dot(x, y, r, e)).collect();
            let mask = Mask { shapes, invert: false };
            let all = whole(&mask);
            let region = PixelRegion { x, y, width: 20, height: 20 };
            let tile = mask.coverage(SIZE, region);
            for ty in 0..20 {
                for tx in 0..20 {
                    prop_assert_eq!(tile[ty * 20 + tx], at(&all, x as usize + tx, y as usize + ty));
                }
            }
            prop_assert!(all.iter().all(|v| (0.0..=1.0).contains(v)));
        }
    }
}

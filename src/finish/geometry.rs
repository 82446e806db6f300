//! Where each pixel of the result lies in the picture: turned, flipped, straightened, cropped,
//! resized, in this order.

use crate::recipe::FinishSettings;

/// Most pixels of a result.
pub const MOST_PIXELS: u64 = 200_000_000;

/// A picture turned by quarters and flipped: its size, and the way from pixel to pixel in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turned {
    /// Width and height.
    pub(super) size: [u32; 2],
    /// Number of the pixel at the upper left.
    pub(super) origin: isize,
    /// From a pixel to the one on its right, and to the one below.
    pub(super) steps: [isize; 2],
}

impl Turned {
    fn new(size: [u32; 2], settings: &FinishSettings) -> Self {
        let [w, h] = size.map(|side| side as isize);
        let (origin, mut steps) = match settings.quarter_turns % 4 {
            0 => (0, [1, w]),
            1 => ((h - 1) * w, [-w, 1]),
            2 => (w * h - 1, [-1, -w]),
            _ => (w - 1, [w, -1]),
        };
        let size = turned_size(size, settings);
        let mut origin = origin;
        for axis in 0..2 {
            if settings.flip[axis] {
                origin += (size[axis] as isize - 1) * steps[axis];
                steps[axis] = -steps[axis];
            }
        }
        Self {
            size,
            origin,
            steps,
        }
    }
}

fn turned_size([w, h]: [u32; 2], settings: &FinishSettings) -> [u32; 2] {
    match settings.quarter_turns % 2 {
        0 => [w, h],
        _ => [h, w],
    }
}

/// Width and height, in pixels, of the turned and straightened picture without empty corners:
/// what crops are fractions of. The largest rectangle of the picture's aspect that fits into the
/// picture turned by the angle.
pub fn frame(size: [u32; 2], settings: &FinishSettings) -> [f64; 2] {
    let [w, h] = turned_size(size, settings).map(f64::from);
    let (sin, cos) = f64::from(settings.straighten).to_radians().sin_cos();
    let sin = sin.abs();
    let scale = (w / (w * cos + h * sin)).min(h / (w * sin + h * cos));
    [w * scale, h * scale]
}

/// The largest part, as fractions, with this aspect (width by height, in pixels) around the middle
/// of what is turned and straightened.
pub fn largest_part(size: [u32; 2], settings: &FinishSettings, aspect: f64) -> [f32; 4] {
    let [w, h] = frame(size, settings);
    let own = w / h;
    let (along, across) = match aspect > own {
        true => (1.0, own / aspect),
        false => (aspect / own, 1.0),
    };
    let [left, top] = [along, across].map(|side: f64| (1.0 - side) / 2.0);
    [left, top, left + along, top + across].map(|side| side as f32)
}

/// The part of the frame that stays, in its pixels: left, top, right, bottom.
fn part(size: [u32; 2], settings: &FinishSettings) -> [f64; 4] {
    let [w, h] = frame(size, settings);
    let [left, top, right, bottom] = settings.part().map(f64::from);
    if settings.straighten != 0.0 {
        return [left * w, top * h, right * w, bottom * h];
    }
    // Whole pixels, so that they stay what they are.
    let side = |from: f64, to: f64, all: f64| {
        let from = (from * all).round().min(all - 1.0);
        (from, (to * all).round().max(from + 1.0))
    };
    let ((left, right), (top, bottom)) = (side(left, right, w), side(top, bottom, h));
    [left, top, right, bottom]
}

/// Width and height of the result for a picture of `size` pixels.
pub fn output_size(size: [u32; 2], settings: &FinishSettings) -> [u32; 2] {
    settings.size.unwrap_or_else(|| {
        let [left, top, right, bottom] = part(size, settings);
        [right - left, bottom - top].map(|side| (side.round() as u32).max(1))
    })
}

/// From the result's pixels to the picture's.
#[derive(Debug, Clone)]
pub(super) struct Geometry {
    /// The picture, upright.
    pub(super) turned: Turned,
    /// The part's upper left, in the frame's pixels.
    left: f64,
    top: f64,
    /// Pixels of the frame for one of the result, along and across.
    pub(super) scale: [f64; 2],
    /// Sine and cosine of the angle, and half of the frame; none when straight.
    angle: Option<([f64; 2], [f64; 2])>,
    /// Whether every pixel is one of the picture's.
    pub(super) exact: bool,
}

impl Geometry {
    pub(super) fn new(size: [u32; 2], settings: &FinishSettings, out: [u32; 2]) -> Self {
        let [left, top, right, bottom] = part(size, settings);
        let scale = [
            (right - left) / f64::from(out[0]),
            (bottom - top) / f64::from(out[1]),
        ];
        let angle = (settings.straighten != 0.0).then(|| {
            let (sin, cos) = f64::from(settings.straighten).to_radians().sin_cos();
            ([sin, cos], frame(size, settings).map(|side| side / 2.0))
        });
        Self {
            turned: Turned::new(size, settings),
            left,
            top,
            scale,
            exact: angle.is_none() && scale == [1.0, 1.0],
            angle,
        }
    }

    /// Whether rows of the result are rows of the picture.
    pub(super) fn is_straight(&self) -> bool {
        self.angle.is_none()
    }

    /// Where the middle of a pixel of the result lies in the turned picture, in pixels from the
    /// middle of its first one.
    #[inline]
    pub(super) fn place(&self, x: usize, y: usize) -> [f64; 2] {
        let u = self.left + (x as f64 + 0.5) * self.scale[0];
        let v = self.top + (y as f64 + 0.5) * self.scale[1];
        let Some(([sin, cos], half)) = self.angle else {
            return [u - 0.5, v - 0.5];
        };
        // Back by the angle, around the middle.
        let (u, v) = (u - half[0], v - half[1]);
        let [w, h] = self.turned.size.map(f64::from);
        [
            w / 2.0 + cos * u + sin * v - 0.5,
            h / 2.0 - sin * u + cos * v - 0.5,
        ]
    }
}

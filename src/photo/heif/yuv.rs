//! Planes of luma and chroma to RGB (ITU-T H.273).

use rayon::prelude::*;

use crate::photo::error::Fault;

/// A decoded frame.
pub(crate) struct Frame {
    /// Columns and rows.
    pub(crate) size: [usize; 2],
    pub(crate) bits: u32,
    /// Pixels that share a chroma sample; nothing in grey pictures.
    pub(crate) subsampling: Option<[usize; 2]>,
    /// One or three planes.
    pub(crate) planes: Vec<Vec<u16>>,
    pub(crate) full_range: bool,
    /// What the frame itself says about its matrix.
    pub(crate) matrix: u8,
}

/// How luma and chroma become RGB.
pub(crate) struct Matrix {
    kind: Kind,
    full_range: bool,
}

enum Kind {
    /// Weights of red and blue in luma.
    Weights(f32, f32),
    /// The planes are green, blue and red.
    Identity,
    /// YCgCo.
    Green,
}

impl Matrix {
    /// From the container's code points or, without them, from the frame's own.
    pub(crate) fn new(points: Option<([u8; 3], bool)>, frame: &Frame) -> Result<Self, Fault> {
        let (matrix, full_range) = match points {
            Some(([_, _, matrix], full_range)) => (matrix, full_range),
            None => (frame.matrix, frame.full_range),
        };
        let kind = match matrix {
            0 => Kind::Identity,
            1 => Kind::Weights(0.2126, 0.0722),
            2 | 5 | 6 => Kind::Weights(0.299, 0.114),
            4 => Kind::Weights(0.3, 0.11),
            7 => Kind::Weights(0.212, 0.087),
            8 => Kind::Green,
            9 => Kind::Weights(0.2627, 0.0593),
            other => {
                return Err(Fault::unread(format!("an AVIF with colour matrix {other}")));
            }
        };
        Ok(Self { kind, full_range })
    }
}

impl Frame {
    /// Draws the frame into RGBA pixels of `full` size with its corner at `at`; what
    /// sticks out is left out.
    pub(crate) fn paint<T: Copy + Send>(
        &self,
        matrix: &Matrix,
        pixels: &mut [T],
        full: [u32; 2],
        at: [usize; 2],
        store: &(impl Fn(f32) -> T + Sync),
    ) {
        let [width, height] = full.map(|side| side as usize);
        let columns = self.size[0].min(width.saturating_sub(at[0]));
        let rows = self.size[1].min(height.saturating_sub(at[1]));
        let levels = Levels::new(self.bits, matrix.full_range);
        pixels
            .par_chunks_exact_mut(width * 4)
            .skip(at[1])
            .take(rows)
            .enumerate()
            .for_each(|(y, line)| {
                let line = &mut line[at[0] * 4..(at[0] + columns) * 4];
                let luma = &self.planes[0][y * self.size[0]..];
                for (x, pixel) in line.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    let y_value = levels.luma(f32::from(luma[x]));
                    let rgb = match self.subsampling {
                        None => [y_value; 3],
                        Some(sub) => {
                            let cb = self.chroma(1, [x, y], sub);
                            let cr = self.chroma(2, [x, y], sub);
                            matrix.rgb(y_value, cb, cr, &levels)
                        }
                    };
                    for (o, value) in pixel.iter_mut().zip(rgb) {
                        *o = store(value.clamp(0.0, 1.0));
                    }
                }
            });
    }

    /// Draws the frame's luma as transparency.
    pub(crate) fn paint_alpha<T: Copy>(
        &self,
        pixels: &mut [T],
        full: [u32; 2],
        at: [usize; 2],
        store: impl Fn(f32) -> T,
    ) {
        let [width, height] = full.map(|side| side as usize);
        let columns = self.size[0].min(width.saturating_sub(at[0]));
        let rows = self.size[1].min(height.saturating_sub(at[1]));
        let levels = Levels::new(self.bits, self.full_range);
        for y in 0..rows {
            let line = &mut pixels[((at[1] + y) * width + at[0]) * 4..][..columns * 4];
            let luma = &self.planes[0][y * self.size[0]..];
            for (pixel, &value) in line.as_chunks_mut::<4>().0.iter_mut().zip(luma) {
                pixel[3] = store(levels.luma(f32::from(value)).clamp(0.0, 1.0));
            }
        }
    }

    /// A chroma sample at a pixel, interpolated between the middles of the samples.
    fn chroma(&self, plane: usize, [x, y]: [usize; 2], [h, v]: [usize; 2]) -> f32 {
        let plane = &self.planes[plane];
        let stride = self.size[0].div_ceil(h);
        let rows = self.size[1].div_ceil(v);
        let pair = |at: usize, by: usize, count: usize| {
            let near = at / by;
            if by == 1 {
                return (near, near);
            }
            let far = if at.is_multiple_of(2) {
                near.saturating_sub(1)
            } else {
                (near + 1).min(count - 1)
            };
            (near, far)
        };
        let (x0, x1) = pair(x, h, stride);
        let (y0, y1) = pair(y, v, rows);
        let at = |x: usize, y: usize| f32::from(plane[y * stride + x]);
        let across = |y: usize| 0.75 * at(x0, y) + 0.25 * at(x1, y);
        if y0 == y1 {
            across(y0)
        } else {
            0.75 * across(y0) + 0.25 * across(y1)
        }
    }
}

/// Black, white and the middle of stored numbers.
struct Levels {
    black: f32,
    luma: f32,
    middle: f32,
    chroma: f32,
}

impl Levels {
    fn new(bits: u32, full_range: bool) -> Self {
        let unit = (1_u32 << (bits - 8)) as f32;
        let top = ((1_u32 << bits) - 1) as f32;
        let middle = 128.0 * unit;
        if full_range {
            Self {
                black: 0.0,
                luma: top,
                middle,
                chroma: top,
            }
        } else {
            Self {
                black: 16.0 * unit,
                luma: 219.0 * unit,
                middle,
                chroma: 224.0 * unit,
            }
        }
    }

    fn luma(&self, value: f32) -> f32 {
        (value - self.black) / self.luma
    }

    fn chroma(&self, value: f32) -> f32 {
        (value - self.middle) / self.chroma
    }
}

impl Matrix {
    fn rgb(&self, y: f32, cb: f32, cr: f32, levels: &Levels) -> [f32; 3] {
        match self.kind {
            Kind::Identity => [levels.luma(cr), y, levels.luma(cb)],
            Kind::Green => {
                let (cg, co) = (levels.chroma(cb), levels.chroma(cr));
                [y - cg + co, y + cg, y - cg - co]
            }
            Kind::Weights(red, blue) => {
                let (cb, cr) = (levels.chroma(cb), levels.chroma(cr));
                let r = y + cr * 2.0 * (1.0 - red);
                let b = y + cb * 2.0 * (1.0 - blue);
                [r, (y - red * r - blue * b) / (1.0 - red - blue), b]
            }
        }
    }
}

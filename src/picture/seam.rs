//! How well a picture's opposite sides go on in one another.

use rayon::prelude::*;

use super::Picture;

/// Lines on each side of a place that it is compared with, not counting those whose squares reach
/// over it.
const NEAR: usize = 2;
/// Places within that stand for all.
const PLACES: usize = 128;
/// Added to every step: an eighth of a grey level, so that nothing is divided by zero.
const FLOOR: f64 = 0.125;

/// Largest [`Seam::ratio`] that counts as seamless: photos have 5 and more.
pub const SEAMLESS: f32 = 1.6;

/// What is to be seen of a seam where two opposite sides meet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seam {
    /// How much the picture changes from the last column (or row) to the first, over how much it
    /// does close to there on both sides: 1 where no seam is to be seen, more where there
    /// is one. Squares of four pixels are compared, so that dither has no say.
    pub ratio: f32,
    /// The same at places within: 19 of 20 lie between these.
    pub usual: [f32; 2],
    /// The share of places within that are smoother than the border, 0..=1: about 0.5 where it is a
    /// place like others.
    pub rank: f32,
}

impl Seam {
    /// Whether the picture goes on at its opposite side: the border is smooth, or one as there are
    /// within.
    pub fn closes(&self) -> bool {
        self.ratio <= SEAMLESS || self.is_usual()
    }

    /// Whether the border is a place like others: not rougher than all but one in forty within.
    pub fn is_usual(&self) -> bool {
        self.ratio <= self.usual[1]
    }
}

/// The seams in x and y.
pub fn seams(picture: &Picture) -> [Seam; 2] {
    let [width, height] = picture.size().map(|side| side as usize);
    let pixels = picture.rgba();
    let across = Lines {
        pixels,
        side: width,
        other: height,
        strides: [4, 4 * width],
    };
    let down = Lines {
        pixels,
        side: height,
        other: width,
        strides: [4 * width, 4],
    };
    [across.seam(), down.seam()]
}

/// Columns or rows of a picture.
struct Lines<'a> {
    pixels: &'a [u8],
    /// How many.
    side: usize,
    /// Pixels in each.
    other: usize,
    /// Bytes from line to line, and within one.
    strides: [usize; 2],
}

impl Lines<'_> {
    fn seam(&self) -> Seam {
        if self.side < 8 {
            return Seam {
                ratio: 1.0,
                usual: [1.0; 2],
                rank: 0.5,
            };
        }
        let inside = NEAR + 2..self.side - NEAR - 3;
        let every = (inside.len() / PLACES).max(1);
        let mut usual: Vec<f32> = inside
            .step_by(every)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|place| self.ratio(place))
            .collect();
        usual.sort_by(f32::total_cmp);
        let at = |share: f32| match usual.len() {
            0 => 1.0,
            count => usual[((count - 1) as f32 * share).round() as usize],
        };
        let ratio = self.ratio(self.side - 1);
        let smoother = usual.iter().filter(|within| **within < ratio).count();
        let alike = usual.iter().filter(|within| **within == ratio).count();
        Seam {
            ratio,
            usual: [at(0.025), at(0.975)],
            rank: (smoother as f32 + 0.5 * alike as f32) / usual.len().max(1) as f32,
        }
    }

    /// The step behind a line, over those near it.
    fn ratio(&self, line: usize) -> f32 {
        let near = 2..2 + NEAR;
        let near = near.map(|n| self.step(line + self.side - n) + self.step(line + n));
        let near = near.sum::<f64>() / (2 * NEAR) as f64;
        ((self.step(line) + FLOOR) / (near + FLOOR)) as f32
    }

    /// How much a line and the one before differ from the next two, in grey levels a pixel and
    /// channel.
    fn step(&self, line: usize) -> f64 {
        let lines = [self.side - 1, 0, 1, 2].map(|n| (line + n) % self.side * self.strides[0]);
        let mut sum = 0u64;
        let pairs = (self.other / 2).max(1);
        for pair in 0..pairs {
            let first = 2 * pair * self.strides[1];
            let second = (2 * pair + 1).min(self.other - 1) * self.strides[1];
            for channel in 0..4 {
                let of = |line: usize| {
                    let [a, b] = [first, second].map(|at| self.pixels[line + at + channel]);
                    u32::from(a) + u32::from(b)
                };
                let [before, here, next, after] = lines.map(of);
                sum += u64::from((before + here).abs_diff(next + after));
            }
        }
        sum as f64 / (16 * pairs) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(shade: impl Fn(f32, f32) -> f32) -> Picture {
        let pixels = (0..64 * 48)
            .flat_map(|i| {
                let v = shade((i % 64) as f32 / 64.0, (i / 64) as f32 / 48.0);
                let v = (v * 255.0) as u8;
                [v, v, v, 255]
            })
            .collect();
        Picture::from_rgba(64, 48, pixels).unwrap()
    }

    /// A wave that closes is within its own spread wherever it is cut: also at a crest, where all
    /// of its steps are small at once.
    #[test]
    fn a_wave_that_closes_has_none_wherever_it_is_cut() {
        let turn = std::f32::consts::TAU;
        for cut in 0..8 {
            let phase = cut as f32 / 8.0 * turn;
            let wave = picture(|x, y| {
                0.5 + 0.25 * (turn * x + phase).sin() + 0.25 * (turn * 2.0 * y + phase).cos()
            });
            for seam in seams(&wave) {
                assert!(seam.is_usual(), "{cut} {seam:?}");
            }
        }
    }

    #[test]
    fn a_ramp_has_one_and_only_there() {
        let turn = std::f32::consts::TAU;
        let ramp = picture(|x, y| 0.5 * x + 0.25 + 0.25 * (turn * y).sin());
        let [across, down] = seams(&ramp);
        assert!(across.ratio > 5.0 && !across.is_usual(), "{across:?}");
        assert!(down.ratio < 1.15, "{down:?}");
    }
}

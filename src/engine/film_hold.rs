//! What keeps a styled film from flickering: where the source stands still, the result follows
//! no faster than the source changes there. A style makes noise and small shifts of light
//! stronger; on a still place that is seen as a boil of strokes.

use rayon::prelude::*;

use crate::picture::Picture;

/// Half the side of the square over which changes are averaged, pixels.
const REACH: usize = 3;
/// Still is what changes less than so many times the film's noise, and moving what changes
/// more than so many; levels of 255 are added to both.
const STILL: (f32, f32) = (2.0, 1.5);
const MOVES: (f32, f32) = (4.0, 4.0);
/// A film's noise is at most this, levels of 255: more is motion everywhere.
const MOST_NOISE: f32 = 4.0;
/// Levels of 255 by which a still place may always come nearer to its new look, so that a slow
/// change of light arrives.
const CREEP: f32 = 0.1;
/// A cut: the mean change of a small copy, levels of 255, and as a multiple of the usual one.
const CUT: (f32, f32) = (22.0, 4.0);
/// Side of that copy in cells.
const CELLS: usize = 24;
/// How fast the usual change is learnt.
const LEARN: f32 = 0.2;

/// Looks for cuts.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    before: Option<Vec<f32>>,
    usual: f32,
}

impl Cuts {
    /// Whether a frame begins a shot.
    pub(crate) fn begins(&mut self, frame: &Picture) -> bool {
        let cells = cells(frame);
        let Some(before) = self.before.replace(cells.clone()) else {
            return true;
        };
        let sum: f32 = cells.iter().zip(&before).map(|(a, b)| (a - b).abs()).sum();
        let change = sum / cells.len().max(1) as f32;
        let cut = change > CUT.0 && change > CUT.1 * self.usual;
        self.usual = match cut {
            true => 0.0,
            false => self.usual + LEARN * (change - self.usual),
        };
        cut
    }
}

/// Means of a grid of cells, red, green, blue.
fn cells(frame: &Picture) -> Vec<f32> {
    let [w, h] = frame.size().map(|n| n as usize);
    let mut sums = vec![[0.0f32; 4]; CELLS * CELLS];
    for (y, row) in frame.rgba().chunks_exact(w * 4).enumerate() {
        for (x, px) in row.chunks_exact(4).enumerate() {
            let cell = &mut sums[y * CELLS / h * CELLS + x * CELLS / w];
            for c in 0..3 {
                cell[c] += f32::from(px[c]);
            }
            cell[3] += 1.0;
        }
    }
    let mean = |cell: &[f32; 4]| [0, 1, 2].map(|c| cell[c] / cell[3].max(1.0));
    sums.iter().flat_map(mean).collect()
}

/// The last frame of a shot, as it was and as it became.
#[derive(Debug, Default)]
pub(crate) struct StillHold {
    before: Option<(Picture, Vec<f32>)>,
}

impl StillHold {
    /// A styled frame, held where its source stands still; the same size as that.
    pub(crate) fn hold(&mut self, source: &Picture, styled: &Picture, begins: bool) -> Picture {
        let fresh = || colours(styled);
        let held = match self.before.take() {
            Some((last, out)) if !begins && last.size() == source.size() => {
                follow([&last, source], &out, &fresh())
            }
            _ => fresh(),
        };
        let alphas = styled.rgba().chunks_exact(4).map(|px| px[3]);
        let pixels = held.chunks_exact(3).zip(alphas);
        let bytes = pixels.flat_map(|(px, alpha)| {
            let [r, g, b] = [0, 1, 2].map(|c| px[c].round().clamp(0.0, 255.0) as u8);
            [r, g, b, alpha]
        });
        let [w, h] = styled.size();
        let picture = Picture::from_rgba(w, h, bytes.collect());
        self.before = Some((source.clone(), held));
        // Of just as many pixels as the styled one.
        picture.unwrap_or_else(|_| styled.clone())
    }
}

/// Red, green, blue as numbers.
fn colours(picture: &Picture) -> Vec<f32> {
    let pixels = picture.rgba().chunks_exact(4);
    pixels
        .flat_map(|px| [px[0], px[1], px[2]].map(f32::from))
        .collect()
}

/// From what was shown towards the new frame: all the way where the source moves, as far as the
/// source itself changed where it stands still.
fn follow([last, source]: [&Picture; 2], shown: &[f32], new: &[f32]) -> Vec<f32> {
    let [w, h] = source.size().map(|n| n as usize);
    let pairs = last
        .rgba()
        .chunks_exact(4)
        .zip(source.rgba().chunks_exact(4));
    let changes = pairs.map(|(a, b)| {
        let sum: u32 = (0..3).map(|c| u32::from(a[c].abs_diff(b[c]))).sum();
        sum as f32 / 3.0
    });
    let source_change = averaged(&changes.collect::<Vec<f32>>(), [w, h]);
    let wanted = shown
        .chunks_exact(3)
        .zip(new.chunks_exact(3))
        .map(|(a, b)| {
            let sum: f32 = (0..3).map(|c| (a[c] - b[c]).abs()).sum();
            sum / 3.0
        });
    let wanted_change = averaged(&wanted.collect::<Vec<f32>>(), [w, h]);
    let noise = median(&source_change).min(MOST_NOISE);
    let (still, moves) = (STILL.0 * noise + STILL.1, MOVES.0 * noise + MOVES.1);
    let mut out = vec![0.0; new.len()];
    out.par_chunks_exact_mut(3).enumerate().for_each(|(i, px)| {
        let change = source_change[i];
        let moving = ((change - still) / (moves - still)).clamp(0.0, 1.0);
        let moving = moving * moving * (3.0 - 2.0 * moving);
        let held = ((change + CREEP) / wanted_change[i].max(1e-3)).min(1.0);
        let share = held + (1.0 - held) * moving;
        for c in 0..3 {
            let at = i * 3 + c;
            px[c] = shown[at] + share * (new[at] - shown[at]);
        }
    });
    out
}

/// Each number as the mean of the square around it.
fn averaged(values: &[f32], [w, h]: [usize; 2]) -> Vec<f32> {
    let mut across = vec![0.0; values.len()];
    across
        .par_chunks_exact_mut(w)
        .zip(values.par_chunks_exact(w))
        .for_each(|(out, row)| window(row.len(), |i| row[i], |i, mean| out[i] = mean));
    let mut out = vec![0.0; values.len()];
    for x in 0..w {
        window(h, |y| across[y * w + x], |y, mean| out[y * w + x] = mean);
    }
    out
}

/// Running means of a line.
fn window(count: usize, value: impl Fn(usize) -> f32, mut put: impl FnMut(usize, f32)) {
    let mut sum = 0.0f64;
    let (mut first, mut next) = (0, 0);
    for i in 0..count {
        while next < count.min(i + REACH + 1) {
            sum += f64::from(value(next));
            next += 1;
        }
        while first + REACH < i {
            sum -= f64::from(value(first));
            first += 1;
        }
        put(i, (sum / (next - first) as f64).max(0.0) as f32);
    }
}

fn median(values: &[f32]) -> f32 {
    let mut some: Vec<f32> = values.iter().step_by(7).copied().collect();
    let middle = some.len() / 2;
    match some.is_empty() {
        true => 0.0,
        false => *some.select_nth_unstable_by(middle, f32::total_cmp).1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(level: impl Fn(u32, u32) -> u8) -> Picture {
        let (w, h) = (48, 40);
        let pixels = (0..w * h).flat_map(|i| {
            let v = level(i % w, i / w);
            [v, v, v, 255]
        });
        Picture::from_rgba(w, h, pixels.collect()).unwrap()
    }

    #[test]
    fn means_of_squares_are_those_of_their_numbers() {
        let values: Vec<f32> = (0..12 * 9).map(|i| (i * 37 % 11) as f32).collect();
        let means = averaged(&values, [12, 9]);
        for (x, y) in [(0usize, 0usize), (5, 4), (11, 8)] {
            let (mut sum, mut count) = (0.0, 0.0);
            for v in y.saturating_sub(3)..(y + 4).min(9) {
                for u in x.saturating_sub(3)..(x + 4).min(12) {
                    sum += values[v * 12 + u];
                    count += 1.0;
                }
            }
            assert!((means[y * 12 + x] - sum / count).abs() < 1e-4);
        }
    }

    #[test]
    fn a_still_place_stays_and_a_moving_one_is_new_at_once() {
        let mut hold = StillHold::default();
        let source = |right: u8| grey(move |x, _| if x < 24 { 100 } else { right });
        hold.hold(&source(50), &grey(|_, _| 80), true);
        // The style flickers by 60 levels everywhere; the source moved on the right alone.
        let shown = hold.hold(&source(200), &grey(|_, _| 140), false);
        assert_eq!(shown.rgba()[(20 * 48 + 5) * 4], 80);
        assert_eq!(shown.rgba()[(20 * 48 + 40) * 4], 140);
        // After a cut all is new.
        let shown = hold.hold(&source(200), &grey(|_, _| 20), true);
        assert_eq!(shown.rgba()[(20 * 48 + 5) * 4], 20);
    }

    #[test]
    fn cuts_are_found_and_motion_is_none() {
        let mut cuts = Cuts::default();
        let at = |left: u32| {
            grey(move |x, y| {
                if (x + 48 - left) % 48 < 16 {
                    200
                } else {
                    (y * 3) as u8
                }
            })
        };
        assert!(cuts.begins(&at(0)));
        for left in 1..20 {
            assert!(!cuts.begins(&at(left)), "{left}");
        }
        assert!(cuts.begins(&grey(|x, _| (250 - x * 4) as u8)));
        assert!(!cuts.begins(&grey(|x, _| (250 - x * 4) as u8)));
    }
}

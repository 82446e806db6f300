//! What keeps a styled film from flickering. A style makes noise and small shifts of light
//! stronger: on a still place that is seen as a boil of strokes. So the style is given frames whose
//! still places are averaged over time ([`Calm`]), and where the source stands still, the result
//! follows no faster than the source changes there ([`StillHold`]).

use rayon::prelude::*;

use crate::picture::Picture;

/// Half the sides of the squares over which changes are averaged, pixels: to see what moves, and
/// to compare how much is still.
const EDGE: usize = 1;
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
/// How far still places of a calmed frame follow the film's own.
const FOLLOW: f32 = 0.1;
/// How much more of a change is let through where something moved just now, as a multiple, and
/// what is left of that with each frame.
const YOUNG: f32 = 4.0;
const AGES: f32 = 0.8;
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

/// Frames whose still places are averaged over time, so that noise doesn't make strokes.
#[derive(Debug, Default)]
pub(crate) struct Calm {
    before: Option<(Picture, Vec<f32>)>,
}

impl Calm {
    /// A frame for the style.
    pub(crate) fn calm(&mut self, frame: &Picture, begins: bool) -> Picture {
        let new = colours(frame);
        let calmed = match self.before.take() {
            Some((last, calm)) if !begins && last.size() == frame.size() => {
                let size = frame.size().map(|n| n as usize);
                let of = |a: &[f32]| stillness(&averaged(&apart(a, &new), size, EDGE));
                let (by_time, by_place) = (of(&colours(&last)), of(&calm));
                let still = by_time.iter().zip(&by_place).map(|(a, b)| a.min(*b));
                let shares = still.map(|still| 1.0 - still * (1.0 - FOLLOW));
                toward(&calm, &new, shares)
            }
            _ => new,
        };
        let picture = as_picture(&calmed, frame);
        self.before = Some((frame.clone(), calmed));
        picture
    }
}

/// The last frame of a shot, as it was and as it became.
#[derive(Debug, Default)]
pub(crate) struct StillHold {
    before: Option<Shown>,
}

#[derive(Debug)]
struct Shown {
    source: Picture,
    colours: Vec<f32>,
    /// How lately something moved there, 1 just now.
    young: Vec<f32>,
}

impl StillHold {
    /// A styled frame, held where its source stands still; the same size as that.
    pub(crate) fn hold(&mut self, source: &Picture, styled: &Picture, begins: bool) -> Picture {
        let new = colours(styled);
        let (held, young) = match self.before.take() {
            Some(shown) if !begins && shown.source.size() == source.size() => {
                follow(&shown, source, &new)
            }
            _ => (new, vec![0.0; source.rgba().len() / 4]),
        };
        let picture = as_picture(&held, styled);
        self.before = Some(Shown {
            source: source.clone(),
            colours: held,
            young,
        });
        picture
    }
}

/// Numbers as a picture with another's transparency.
fn as_picture(colours: &[f32], like: &Picture) -> Picture {
    let alphas = like.rgba().chunks_exact(4).map(|px| px[3]);
    let bytes = colours.chunks_exact(3).zip(alphas).flat_map(|(px, alpha)| {
        let [r, g, b] = [0, 1, 2].map(|c| px[c].round().clamp(0.0, 255.0) as u8);
        [r, g, b, alpha]
    });
    let [w, h] = like.size();
    // Of just as many pixels.
    Picture::from_rgba(w, h, bytes.collect()).unwrap_or_else(|_| like.clone())
}

/// Each colour a share of the way from one to another.
fn toward(from: &[f32], to: &[f32], shares: impl Iterator<Item = f32>) -> Vec<f32> {
    let pixels = from.chunks_exact(3).zip(to.chunks_exact(3)).zip(shares);
    pixels
        .flat_map(|((a, b), share)| [0, 1, 2].map(|c| a[c] + share * (b[c] - a[c])))
        .collect()
}

/// How far two pictures are apart at each pixel, levels of 255.
fn apart(a: &[f32], b: &[f32]) -> Vec<f32> {
    let pairs = a.chunks_exact(3).zip(b.chunks_exact(3));
    pairs
        .map(|(a, b)| (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f32>() / 3.0)
        .collect()
}

/// Red, green, blue as numbers.
fn colours(picture: &Picture) -> Vec<f32> {
    let pixels = picture.rgba().chunks_exact(4);
    pixels
        .flat_map(|px| [px[0], px[1], px[2]].map(f32::from))
        .collect()
}

/// From what was shown towards the new frame: all the way where the source moves, as far as the
/// source itself changed where it stands still; some more where something moved lately, for strokes
/// there were made beside it.
fn follow(shown: &Shown, source: &Picture, new: &[f32]) -> (Vec<f32>, Vec<f32>) {
    let size = source.size().map(|n| n as usize);
    let changes = apart(&colours(&shown.source), &colours(source));
    let wanted = apart(&shown.colours, new);
    let still = stillness(&averaged(&changes, size, EDGE));
    let youth = shown.young.iter().zip(&still);
    let young: Vec<f32> = youth.map(|(y, s)| (y * AGES).max(1.0 - s)).collect();
    // Beside what moves, only what stands still counts.
    let weights = averaged(&still, size, REACH);
    let of_still = |values: &[f32]| {
        let weighed: Vec<f32> = values.iter().zip(&still).map(|(v, w)| v * w).collect();
        averaged(&weighed, size, REACH)
    };
    let (changed, wants) = (of_still(&changes), of_still(&wanted));
    let shares = (0..still.len()).map(|i| {
        let room = 1.0 + YOUNG * young[i];
        let allowed = (changed[i] + CREEP * weights[i]) * room;
        let held = (allowed / wants[i].max(1e-6)).min(1.0);
        held + (1.0 - held) * (1.0 - still[i])
    });
    (toward(&shown.colours, new, shares), young)
}

/// 1 where a change is no more than noise, 0 where something moves.
fn stillness(change: &[f32]) -> Vec<f32> {
    let noise = median(change).min(MOST_NOISE);
    let (still, moves) = (STILL.0 * noise + STILL.1, MOVES.0 * noise + MOVES.1);
    let smooth = |change: &f32| {
        let t = ((change - still) / (moves - still)).clamp(0.0, 1.0);
        1.0 - t * t * (3.0 - 2.0 * t)
    };
    change.iter().map(smooth).collect()
}

/// Each number as the mean of the square around it.
fn averaged(values: &[f32], [w, h]: [usize; 2], reach: usize) -> Vec<f32> {
    let mut across = vec![0.0; values.len()];
    across
        .par_chunks_exact_mut(w)
        .zip(values.par_chunks_exact(w))
        .for_each(|(out, row)| window(row.len(), reach, |i| row[i], |i, mean| out[i] = mean));
    let mut out = vec![0.0; values.len()];
    for x in 0..w {
        window(
            h,
            reach,
            |y| across[y * w + x],
            |y, mean| out[y * w + x] = mean,
        );
    }
    out
}

/// Running means of a line.
fn window(
    count: usize,
    reach: usize,
    value: impl Fn(usize) -> f32,
    mut put: impl FnMut(usize, f32),
) {
    let mut sum = 0.0f64;
    let (mut first, mut next) = (0, 0);
    for i in 0..count {
        while next < count.min(i + reach + 1) {
            sum += f64::from(value(next));
            next += 1;
        }
        while first + reach < i {
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
        let means = averaged(&values, [12, 9], REACH);
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

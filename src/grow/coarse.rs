//! The coarse sizes of large pictures, made from pictures that were reduced before: what is shown
//! first needn't touch all pixels, and the whole goes on from the very same.

use rayon::prelude::*;

use super::LEAST_SIDE;
use super::begin::begin;
use super::breed;
use super::canvas::Canvas;
use super::growing::{Growing, Span, Whole};
use super::task::{Material, Settings, Task, check};
use super::work::{Steps, line, look};
use super::{GrowError, MOST_SIDE};
use crate::cancel::CancelToken;
use crate::picture::Picture;

/// Pictures with a longer side are reduced.
const LARGE: u32 = 2048;
/// Longer side that is left of them, at most.
const LEFT: u32 = 512;

/// By how many halvings all pictures are reduced where the longest side of sources and result is
/// this: none where they are small.
pub fn halvings(longest: u32) -> u32 {
    match longest > LARGE {
        true => (longest.min(MOST_SIDE).div_ceil(LEFT))
            .next_power_of_two()
            .ilog2(),
        false => 0,
    }
}

/// A number of pixels after so many halvings, rounded.
pub fn halved(pixels: u32, halvings: u32) -> u32 {
    let whole = u64::from(pixels) + (1u64 << halvings) / 2;
    (whole >> halvings) as u32
}

/// A picture's size after so many halvings, large enough to be grown from.
pub fn halved_size(size: [u32; 2], halvings: u32) -> [u32; 2] {
    size.map(|side| halved(side, halvings).max(LEAST_SIDE.min(side)).max(1))
}

/// A picture reduced by so many halvings: each pixel the mean of what it covers, by opacity.
pub fn reduced(picture: &Picture, halvings: u32) -> Picture {
    let own = picture.size().map(|side| side as usize);
    let size = halved_size(picture.size(), halvings);
    if size == picture.size() {
        return picture.clone();
    }
    let [width, height] = size.map(|side| side as usize);
    let span = |at: usize, from: usize, to: usize| {
        let first = at * from / to;
        first..((at + 1) * from / to).max(first + 1)
    };
    let mut pixels = vec![0; width * height * 4];
    pixels
        .par_chunks_mut(width * 4)
        .enumerate()
        .for_each(|(y, row)| {
            let rows = span(y, own[1], height);
            for (x, pixel) in row.chunks_exact_mut(4).enumerate() {
                let columns = span(x, own[0], width);
                let (mut sums, mut opaque) = ([0u64; 3], 0u64);
                for y in rows.clone() {
                    let line = &picture.rgba()[(y * own[0] + columns.start) * 4..];
                    for from in line[..columns.len() * 4].chunks_exact(4) {
                        let alpha = u64::from(from[3]);
                        for (sum, &value) in sums.iter_mut().zip(&from[..3]) {
                            *sum += alpha * u64::from(value);
                        }
                        opaque += alpha;
                    }
                }
                let count = (rows.len() * columns.len()) as u64;
                for (value, sum) in pixel.iter_mut().zip(sums) {
                    *value = ((sum + opaque / 2) / opaque.max(1)) as u8;
                }
                pixel[3] = ((opaque + count / 2) / count) as u8;
            }
        });
    // The length is right by construction.
    Picture::from_rgba(size[0], size[1], pixels).unwrap_or_else(|_| picture.clone())
}

/// What is asked for, with all pictures reduced.
pub struct Small<'a> {
    /// Reduced pictures, regions of the reduced result.
    pub material: Material<'a>,
    /// With what it names reduced, too.
    pub task: Task<'a>,
    /// The result's reduced size; the rest as asked for.
    pub settings: Settings,
    /// Sizes of the sources as they are, the first one's first.
    pub sizes: Vec<[u32; 2]>,
}

/// The finest of the coarse sizes.
pub struct Coarse {
    pub(super) whole: Whole,
    /// The size to go on with.
    pub(super) next: usize,
}

impl Coarse {
    /// How many sizes were gone through.
    pub fn count(&self) -> usize {
        self.next
    }

    /// It as a picture.
    pub fn picture(&self) -> Option<Picture> {
        look(&self.whole.picture)
    }
}

/// Whoever is told how much work is done, and may have the picture so far.
pub type Told<'a> = &'a mut dyn FnMut(u64, &dyn Fn() -> Option<Picture>) -> Result<(), GrowError>;

/// Goes through the coarse sizes of what `settings` ask for: those of the first `count` that are at
/// most half as large as the reduced pictures. None where that can't
/// be: the pictures as they are must say why, or hold what is too small here.
///
/// # Errors
/// [`GrowError::Cancelled`], what `progress` says.
pub fn coarse(
    small: &Small<'_>,
    settings: &Settings,
    count: usize,
    stop: &CancelToken,
    progress: Told<'_>,
) -> Result<Option<Coarse>, GrowError> {
    let Small {
        material,
        task,
        settings: own,
        sizes,
    } = small;
    if matches!(task, Task::Tile) || check(material, task, own).is_err() {
        return Ok(None);
    }
    let Ok(line) = line(sizes, task, settings, &settings.genes) else {
        return Ok(None);
    };
    let source = Canvas::of(material.source);
    let begun = match begin(&source, material, task, own, stop) {
        Ok(begun) => begun,
        Err(GrowError::Cancelled) => return Err(GrowError::Cancelled),
        Err(_) => return Ok(None),
    };
    let half = |level: [usize; 2], all: [u32; 2]| (0..2).all(|i| 2 * level[i] <= all[i] as usize);
    let fits = |level: &&super::Level| {
        half(level.own, material.source.size()) && half(level.result, own.size)
    };
    let until = line.levels.iter().take(count).take_while(fits).count();
    let growing = Growing {
        sources: &begun.sources,
        start: begun.start.as_deref(),
        region: &begun.region,
        tuning: &line.tuning,
        stop,
    };
    let crossing = line
        .cross
        .as_ref()
        .map_or(0, |_| breed::crossing(&line.levels));
    let first = growing.first(&line.levels).max(crossing);
    if first >= until || begun.kept.all(&begun.region).is_some() {
        return Ok(None);
    }
    let steps = Steps::new(&line.levels, settings);
    let span = Span {
        coarser: None,
        first: 0,
        until,
    };
    let whole = growing.run(&line, span, &mut |step| {
        progress(steps.done(&step), &|| step.picture.and_then(look))
    });
    match whole {
        Ok(whole) => Ok(Some(Coarse { whole, next: until })),
        Err(GrowError::NothingKnown) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_pictures_are_halved_until_they_are_small() {
        assert_eq!([100, 2048].map(halvings), [0, 0]);
        for longest in [2049, 3000, 4000, 4096, 4097, 5000, 16_384, 32_768] {
            let by = halvings(longest);
            let left = longest >> by;
            assert!((256..=512).contains(&left), "{longest}: {left}");
        }
        assert_eq!(halved(1001, 2), 250);
        assert_eq!(halved_size([4000, 20], 2), [1000, 16]);
        assert_eq!(halved_size([4000, 9], 2), [1000, 9]);
    }

    #[test]
    fn a_reduced_picture_is_the_mean_of_what_is_opaque() {
        let mut pixels = Vec::new();
        for y in 0..64 {
            for x in 0..64 {
                let bright = (x / 2 + y / 2) % 2 == 0;
                let opaque = x < 32 || y % 2 == 0;
                pixels.extend([
                    if bright { 200 } else { 100 },
                    7,
                    0,
                    if opaque { 255 } else { 0 },
                ]);
            }
        }
        let picture = Picture::from_rgba(64, 64, pixels).unwrap();
        let small = reduced(&picture, 2);
        assert_eq!(small.size(), [16, 16]);
        assert_eq!(small.rgba()[..4], [150, 7, 0, 255]);
        assert_eq!(small.rgba()[15 * 4..16 * 4], [150, 7, 0, 128]);
    }
}

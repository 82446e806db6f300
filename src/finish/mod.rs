//! Finish: the last step of a picture. Part and shape, light and colour, sharpness, grain and
//! size, as [`FinishSettings`] say; the picture itself stays as it is.
//!
//! Work goes in bands of rows through all steps, several at once: beside the picture and the
//! result only the bands at work take memory. Bands are cut by the result's shape alone and every
//! row's grain has a random stream of its own, so that equal settings make equal bytes with any
//! number of threads.

mod curve;
mod error;
mod geometry;
mod grain;
mod output;
mod sample;
mod sharpen;
mod tone;
mod transfer;

pub use curve::Curve;
pub use error::FinishError;
pub use geometry::{MOST_PIXELS, frame, largest_part, output_size};

use rayon::prelude::*;

use crate::cancel::CancelToken;
use crate::picture::{ColorSpace, DeepPicture, Picture};
use crate::recipe::FinishSettings;
use geometry::Geometry;
use grain::Grain;
use output::Sample;
use sample::Sampler;
use tone::Tones;

/// Rows of a band.
const BAND: usize = 48;
/// Bands from one report of progress to the next.
const AT_ONCE: usize = 16;

/// Told how many of how many parts are done; says whether to go on.
pub type Progress<'a> = dyn FnMut(u64, u64) -> Result<(), FinishError> + 'a;

/// The finished picture.
///
/// # Errors
/// [`FinishError::Size`] for results that are too large, [`FinishError::Cancelled`].
pub fn finish(
    picture: &Picture,
    settings: &FinishSettings,
    stop: &CancelToken,
    progress: &mut Progress<'_>,
) -> Result<Picture, FinishError> {
    if settings.is_nothing() {
        return Ok(picture.clone());
    }
    let size = output_size(picture.size(), settings);
    let work = Work::new(picture, settings, size, 1.0, ColorSpace::Srgb)?;
    work.eight_bits(stop, progress)
}

/// The finished picture with 16 bits a channel, in a space: what lies beyond sRGB by the settings
/// stays, where the space has it.
///
/// # Errors
/// As [`finish`].
pub fn finish_deep(
    picture: &Picture,
    settings: &FinishSettings,
    space: ColorSpace,
    stop: &CancelToken,
    progress: &mut Progress<'_>,
) -> Result<DeepPicture, FinishError> {
    let size = output_size(picture.size(), settings);
    let work = Work::new(picture, settings, size, 1.0, space)?;
    let samples = work.samples::<u16>(stop, progress)?;
    DeepPicture::from_rgba(size[0], size[1], samples, space)
        .map_err(|_| FinishError::Size(size[0], size[1]))
}

/// A look at the finished picture whose longer side is at most `longest` pixels, from a smaller
/// copy of a picture of `full` pixels. Sharpness and grain are as they look from there.
///
/// # Errors
/// As [`finish`].
pub fn look(
    copy: &Picture,
    full: [u32; 2],
    settings: &FinishSettings,
    longest: u32,
    stop: &CancelToken,
) -> Result<Picture, FinishError> {
    let whole = output_size(full, settings);
    // No more pixels than the copy has to give.
    let own = output_size(
        copy.size(),
        &FinishSettings {
            size: None,
            ..settings.clone()
        },
    );
    let longest = longest.min(own[0].max(own[1])).max(1);
    let scale = (f64::from(longest) / f64::from(whole[0].max(whole[1]))).min(1.0);
    let size = whole.map(|side| ((f64::from(side) * scale).round() as u32).max(1));
    let work = Work::new(copy, settings, size, scale as f32, ColorSpace::Srgb)?;
    work.eight_bits(stop, &mut |_, _| Ok(()))
}

/// One picture on its way.
struct Work<'a> {
    sampler: Sampler<'a>,
    tones: Tones,
    sharpen: f32,
    grain: Option<Grain>,
    size: [u32; 2],
    space: ColorSpace,
}

impl<'a> Work<'a> {
    /// `scale` is the result's side against that at full size.
    fn new(
        picture: &'a Picture,
        settings: &FinishSettings,
        size: [u32; 2],
        scale: f32,
        space: ColorSpace,
    ) -> Result<Self, FinishError> {
        let mut settings = settings.clone();
        settings.confine();
        let pixels = u64::from(size[0]) * u64::from(size[1]);
        if pixels > MOST_PIXELS {
            return Err(FinishError::Size(size[0], size[1]));
        }
        let geometry = Geometry::new(picture.size(), &settings, size);
        Ok(Self {
            sampler: Sampler::new(picture, geometry, size[0]),
            tones: Tones::new(&settings, size),
            // Seen from afar an edge is sharp already.
            sharpen: settings.sharpen * scale.min(1.0),
            grain: Grain::new(&settings, size, scale),
            size,
            space,
        })
    }

    fn eight_bits(
        &self,
        stop: &CancelToken,
        progress: &mut Progress<'_>,
    ) -> Result<Picture, FinishError> {
        let pixels = self.samples::<u8>(stop, progress)?;
        Picture::from_rgba(self.size[0], self.size[1], pixels)
            .map_err(|_| FinishError::Size(self.size[0], self.size[1]))
    }

    fn samples<S: Sample>(
        &self,
        stop: &CancelToken,
        progress: &mut Progress<'_>,
    ) -> Result<Vec<S>, FinishError> {
        let [width, height] = self.size.map(|side| side as usize);
        let mut samples = vec![S::default(); width * height * 4];
        let row = width * 4;
        let all = height.div_ceil(BAND * AT_ONCE) as u64;
        for (part, out) in samples.chunks_mut(row * BAND * AT_ONCE).enumerate() {
            progress(part as u64, all)?;
            let first = part * BAND * AT_ONCE;
            out.par_chunks_mut(row * BAND)
                .enumerate()
                .try_for_each(|(band, out)| {
                    if stop.is_cancelled() {
                        return Err(FinishError::Cancelled);
                    }
                    self.band(first + band * BAND, out);
                    Ok(())
                })?;
        }
        Ok(samples)
    }

    /// The rows from `first` on, as many as `out` holds.
    fn band<S: Sample>(&self, first: usize, out: &mut [S]) {
        let [width, height] = self.size.map(|side| side as usize);
        let rows = out.len() / (width * 4);
        let reach = if self.sharpen > 0.0 {
            sharpen::REACH
        } else {
            0
        };
        let from = first.saturating_sub(reach);
        let to = (first + rows + reach).min(height);
        let mut pixels = vec![[0.0f32; 4]; (to - from) * width];
        for (y, row) in (from..to).zip(pixels.chunks_exact_mut(width)) {
            self.sampler.row(y, row);
            self.tones.row(y, row);
        }
        let mut pixels = if self.sharpen > 0.0 {
            sharpen::sharpen(&pixels, width, first - from, rows, self.sharpen)
        } else {
            pixels
        };
        for (y, (row, out)) in (first..).zip(
            pixels
                .chunks_exact_mut(width)
                .zip(out.chunks_exact_mut(width * 4)),
        ) {
            if let Some(grain) = &self.grain {
                grain.row(y, row);
            }
            output::row(row, self.space, out);
        }
    }
}

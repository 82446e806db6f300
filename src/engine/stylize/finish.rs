//! From what was composed at working size to the result: as it is, or enlarged with the
//! photo's fine detail.

use std::time::{Duration, Instant};

use super::compose::{Composed, compose};
use super::detail::Detail;
use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, shrink_planes, to_byte};
use crate::picture::Picture;

/// Output pixels between two checks for more urgent requests.
const PIXELS_AT_ONCE: usize = 2_000_000;
/// Sides of the picture on which finishing is timed: at working size, and large.
const TRIAL: [usize; 2] = [192, 1024];

/// What becomes of the photo's fine detail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fine {
    /// Put back as far as its structure was kept; 1 with its colours, 0 as light only.
    Kept {
        /// Of its colours, 0..=1.
        colors: f32,
    },
    /// Left out: the picture is what was composed.
    Redrawn,
}

/// Brings what was composed at the size of `small` to the size of `photo`. `between` is
/// called with rows done and in all.
pub(crate) fn finish(
    small: &Planes,
    composed: &Composed,
    fine: Fine,
    photo: &Picture,
    between: &mut dyn FnMut(usize, usize) -> Result<(), EngineError>,
) -> Result<Picture, EngineError> {
    let [width, height] = photo.size().map(|s| s as usize);
    if width <= small.width && height <= small.height {
        return small_result(composed, photo);
    }
    large_result(small, composed, fine, photo, between)
}

/// At most working size: the composed picture itself, with the photo's alpha.
fn small_result(composed: &Composed, photo: &Picture) -> Result<Picture, EngineError> {
    let [width, height] = photo.size().map(|s| s as usize);
    let small = shrink_planes(&composed.picture, width, height);
    let n = small.pixels();
    let mut out = zeroed(n * 4)?;
    for (i, (pixel, own)) in out
        .chunks_exact_mut(4)
        .zip(photo.rgba().chunks_exact(4))
        .enumerate()
    {
        for c in 0..3 {
            pixel[c] = to_byte(small.data[c * n + i].clamp(0.0, 1.0));
        }
        pixel[3] = own[3];
    }
    finished(photo, out)
}

/// Larger than working size: with the photo's detail, some rows at a time.
fn large_result(
    small: &Planes,
    composed: &Composed,
    fine: Fine,
    photo: &Picture,
    between: &mut dyn FnMut(usize, usize) -> Result<(), EngineError>,
) -> Result<Picture, EngineError> {
    let [width, height] = photo.size().map(|s| s as usize);
    let detail = match fine {
        Fine::Kept { colors } => Detail::new(small, composed, colors, [width, height]),
        Fine::Redrawn => Detail::new(small, composed, 0.0, [width, height]).redrawn(),
    };
    let mut out = zeroed(width * height * 4)?;
    let rows = (PIXELS_AT_ONCE / width).clamp(1, height);
    for (i, part) in out.chunks_mut(rows * width * 4).enumerate() {
        between(i * rows, height)?;
        detail.rows(photo, i * rows, part);
    }
    finished(photo, out)
}

/// Brings an empty picture to a larger size, to see what that takes here: time and
/// pixels.
pub(crate) fn try_finishing() -> Result<(Duration, u64), EngineError> {
    let small = Planes::zeros(TRIAL[0], TRIAL[0]);
    let composed = compose(&small, &[], 1.0);
    let side = TRIAL[1] as u32;
    let empty = Picture::from_rgba(side, side, zeroed(TRIAL[1] * TRIAL[1] * 4)?)
        .map_err(|e| EngineError::Internal(e.to_string()))?;
    let mut took = Duration::MAX;
    // The first run wakes the threads.
    for _ in 0..2 {
        let start = Instant::now();
        let fine = Fine::Kept { colors: 0.0 };
        large_result(&small, &composed, fine, &empty, &mut |_, _| Ok(()))?;
        took = took.min(start.elapsed());
    }
    Ok((took, u64::from(side) * u64::from(side)))
}

pub(super) fn finished(photo: &Picture, pixels: Vec<u8>) -> Result<Picture, EngineError> {
    Picture::from_rgba(photo.width(), photo.height(), pixels)
        .map_err(|e| EngineError::Internal(e.to_string()))
}

/// Memory for a result, or an error that says there is too little.
pub(super) fn zeroed(bytes: usize) -> Result<Vec<u8>, EngineError> {
    let mut out = Vec::new();
    out.try_reserve_exact(bytes).map_err(|_| {
        EngineError::Memory(format!(
            "the result alone needs {} MB; choose a smaller size",
            bytes >> 20
        ))
    })?;
    out.resize(bytes, 0);
    Ok(out)
}

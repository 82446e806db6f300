//! A network that enlarges over a whole picture, in tiles.

use std::time::{Duration, Instant};

use candle_core::Tensor;

use crate::cancel::CancelToken;
use crate::engine::memory;
use crate::engine::protocol::{EngineError, Estimate};
use crate::engine::resample::{Planes, to_byte};
use crate::engine::stylize::{margin, tiles, tiles_wrapping, wraps};
use crate::models::upscaler::Upscaler;
use crate::photo::MAX_PIXELS;
use crate::picture::Picture;
use crate::recipe::Wrap;

/// Side of the piece on which a network is timed.
const TRIAL_SIDE: usize = 64;

/// Enlarges a picture. Before each tile `between` is told how many of how many are done. A
/// network that only knows a multiple of `scale` makes the larger picture, of which each tile
/// is averaged down. Where the picture goes on beyond its sides, the result does.
///
/// # Errors
/// A result of more than [`MAX_PIXELS`], a scale that the network doesn't have, too little
/// memory, what `between` says, or the network's failure.
pub(crate) fn enlarge(
    network: &dyn Upscaler,
    (picture, wrap): (&Picture, Wrap),
    scale: u32,
    stop: &CancelToken,
    between: &mut dyn FnMut(u64, u64) -> Result<(), EngineError>,
) -> Result<Picture, EngineError> {
    let own = own_scale(network, scale)?;
    let large = large_size(picture.size(), scale)?;
    has_room(network, picture.size(), [scale, own])?;
    let size = picture.size().map(|s| s as usize);
    let scale = scale as usize;
    let mut out = vec![0u8; size[0] * size[1] * scale * scale * 4];
    wraps(wrap, picture.size())?;
    let sides = sides(wrap, size, network.multiple())?;
    let (reach, step) = (network.reach(), network.multiple());
    let pieces = tiles_wrapping(size, network.tile(), reach, step, sides);
    let beside = margin(reach, step, sides);
    for (done, tile) in pieces.iter().enumerate() {
        between(done as u64, pieces.len() as u64)?;
        let at = |place: usize, axis: usize| place as isize - beside[axis] as isize;
        let size_in = [tile.width, tile.height];
        let input = match wrap.is_none() {
            true => Planes::of(picture, [tile.x, tile.y], size_in),
            false => Planes::around(picture, [at(tile.x, 0), at(tile.y, 1)], size_in, wrap),
        };
        let made = run_network(network, &input, own, stop)?;
        let made = averaged(made, own as usize / scale);
        let [left, top, right, bottom] = tile.core.map(|v| v * scale);
        let [x, y] = tile.core_at(beside).map(|place| place * scale);
        let n = made.pixels();
        for row in top..bottom {
            let line = &mut out[(row * size[0] * scale + left) * 4..][..(right - left) * 4];
            let from = (row - top + y) * made.width + x;
            for (i, pixel) in line.chunks_exact_mut(4).enumerate() {
                for c in 0..3 {
                    pixel[c] = to_byte(made.data[c * n + from + i].clamp(0.0, 1.0));
                }
                // Transparency grows with its pixels.
                let own = (row / scale) * size[0] + (left + i) / scale;
                pixel[3] = picture.rgba()[own * 4 + 3];
            }
        }
    }
    Picture::from_rgba(large[0], large[1], out).map_err(|e| EngineError::Internal(e.to_string()))
}

/// The sides beyond which the network sees something else than the border repeated; those of a
/// panorama's poles, too.
///
/// # Errors
/// [`EngineError::BadRequest`] for a side that the network's grid doesn't close around.
fn sides(wrap: Wrap, size: [usize; 2], multiple: usize) -> Result<[bool; 2], EngineError> {
    let sides = match wrap {
        Wrap::Panorama => [true; 2],
        wrap => wrap.sides(),
    };
    for (side, wraps) in size.into_iter().zip(sides) {
        if wraps && !side.is_multiple_of(multiple) {
            return Err(EngineError::BadRequest(format!(
                "this network keeps a picture seamless only where its sides are multiples of {multiple}, not {side}; crop it, or take 'crisp'"
            )));
        }
    }
    Ok(sides)
}

/// What [`enlarge`] will take: sizes and memory are worked out, the time is that of a small
/// piece.
///
/// # Errors
/// As [`enlarge`], but for the memory, which is told.
pub(crate) fn estimate(
    network: &dyn Upscaler,
    size: [u32; 2],
    scale: u32,
    stop: &CancelToken,
) -> Result<Estimate, EngineError> {
    let own = own_scale(network, scale)?;
    let large = large_size(size, scale)?;
    let piece = Planes::zeros(TRIAL_SIDE, TRIAL_SIDE);
    // The first run packs the weights.
    run_network(network, &piece, own, stop)?;
    let start = Instant::now();
    run_network(network, &piece, own, stop)?;
    let each = start.elapsed().as_secs_f64() / piece.pixels() as f64;
    let side = size.map(|s| s as usize);
    let pieces = tiles(side, network.tile(), network.reach(), network.multiple());
    let seen: usize = pieces.iter().map(|tile| tile.width * tile.height).sum();
    Ok(Estimate {
        size: large,
        memory: memory::resident() + needed(network, size, [scale, own]),
        time: Duration::from_secs_f64(each * seen as f64),
        tiles: pieces.len() as u32,
        passes: 1,
        painted: None,
    })
}

/// The scale at which the network has to run for a picture at `scale`.
fn own_scale(network: &dyn Upscaler, scale: u32) -> Result<u32, EngineError> {
    let scales = network.scales();
    let fits = |own: &&u32| scale > 0 && own.is_multiple_of(scale);
    if let Some(own) = scales.iter().filter(fits).min() {
        return Ok(*own);
    }
    let known: Vec<String> = scales.iter().map(u32::to_string).collect();
    Err(EngineError::BadRequest(format!(
        "this network upscales pictures {} times, not {scale} times",
        known.join(" or ")
    )))
}

fn large_size(size: [u32; 2], scale: u32) -> Result<[u32; 2], EngineError> {
    let large = size.map(|s| u64::from(s) * u64::from(scale));
    match large[0] * large[1] > MAX_PIXELS {
        false => Ok(large.map(|s| s as u32)),
        true => Err(EngineError::Memory(format!(
            "{} x {} is beyond 200 megapixels; upscale a smaller picture",
            large[0], large[1]
        ))),
    }
}

/// Most bytes beside what the process uses now: the result, and the largest tile in the network
/// and behind it.
fn needed(network: &dyn Upscaler, size: [u32; 2], [scale, own]: [u32; 2]) -> u64 {
    let pixels = |[w, h]: [u64; 2]| w * h;
    let result = 4 * pixels(size.map(u64::from)) * u64::from(scale * scale);
    let side = (network.tile() + 2 * network.reach()) as u64;
    let tile = pixels(size.map(|s| u64::from(s).min(side)));
    result + network.bytes(tile, own) + 24 * tile * u64::from(own * own)
}

fn has_room(network: &dyn Upscaler, size: [u32; 2], scales: [u32; 2]) -> Result<(), EngineError> {
    let needed = needed(network, size, scales);
    match memory::available() {
        Some(free) if needed > free => Err(EngineError::Memory(format!(
            "this needs about {} MB and {} MB are free; upscale a smaller picture or close other programs",
            needed >> 20,
            free >> 20
        ))),
        _ => Ok(()),
    }
}

fn run_network(
    network: &dyn Upscaler,
    input: &Planes,
    scale: u32,
    stop: &CancelToken,
) -> Result<Planes, EngineError> {
    let shape = (1, 3, input.height, input.width);
    let tensor = Tensor::from_slice(&input.data, shape, network.device())?;
    let made = network.enlarge(&tensor, scale, stop)?;
    Ok(Planes {
        width: input.width * scale as usize,
        height: input.height * scale as usize,
        data: made.flatten_all()?.to_vec1()?,
    })
}

/// Each square of `by` pixels as one.
fn averaged(planes: Planes, by: usize) -> Planes {
    if by == 1 {
        return planes;
    }
    let mut small = Planes::zeros(planes.width / by, planes.height / by);
    let share = 1.0 / (by * by) as f32;
    for (row, line) in planes.data.chunks_exact(planes.width).enumerate() {
        let to = &mut small.data[row / by * small.width..][..small.width];
        for (to, values) in to.iter_mut().zip(line.chunks_exact(by)) {
            // What lies beyond white or black counts as such.
            *to += share * values.iter().map(|v| v.clamp(0.0, 1.0)).sum::<f32>();
        }
    }
    small
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_become_their_mean() {
        let mut planes = Planes::zeros(4, 2);
        for (i, value) in planes.data.iter_mut().enumerate() {
            *value = (i % 8) as f32 / 8.0;
        }
        let small = averaged(planes, 2);
        assert_eq!(small.size(), [2, 1]);
        assert_eq!(small.data, [2.5 / 8.0, 4.5 / 8.0].repeat(3));
    }
}

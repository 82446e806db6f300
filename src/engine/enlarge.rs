//! *Crisp* over a whole picture, in tiles.

use candle_core::Tensor;

use crate::cancel::CancelToken;
use crate::engine::protocol::EngineError;
use crate::engine::resample::{Planes, to_byte};
use crate::engine::stylize::tiles;
use crate::models::crisp::Crisp;
use crate::photo::MAX_PIXELS;
use crate::picture::Picture;

/// Side of a tile in the small picture.
const TILE: usize = 192;

/// Enlarges a picture. Before each tile `between` is told how many of how many are done.
///
/// # Errors
/// A result of more than [`MAX_PIXELS`], what `between` says, or the network's failure.
pub(crate) fn enlarge(
    network: &Crisp,
    picture: &Picture,
    scale: u32,
    stop: &CancelToken,
    between: &mut dyn FnMut(u64, u64) -> Result<(), EngineError>,
) -> Result<Picture, EngineError> {
    let size = picture.size().map(|s| s as usize);
    let large = picture.size().map(|s| u64::from(s) * u64::from(scale));
    if large[0] * large[1] > MAX_PIXELS {
        return Err(EngineError::Memory(format!(
            "{} x {} is beyond 200 megapixels; upscale a smaller picture",
            large[0], large[1]
        )));
    }
    let scale = scale as usize;
    let mut out = vec![0u8; size[0] * size[1] * scale * scale * 4];
    let pieces = tiles(size, TILE, network.receptive_radius(), network.multiple());
    for (done, tile) in pieces.iter().enumerate() {
        between(done as u64, pieces.len() as u64)?;
        let input = Planes::of(picture, [tile.x, tile.y], [tile.width, tile.height]);
        let made = run_network(network, &input, scale, stop)?;
        let [left, top, right, bottom] = tile.core.map(|v| v * scale);
        let (x, y) = (tile.x * scale, tile.y * scale);
        let n = made.pixels();
        for row in top..bottom {
            let line = &mut out[(row * size[0] * scale + left) * 4..][..(right - left) * 4];
            let from = (row - y) * made.width + left - x;
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
    Picture::from_rgba(large[0] as u32, large[1] as u32, out)
        .map_err(|e| EngineError::Internal(e.to_string()))
}

fn run_network(
    network: &Crisp,
    input: &Planes,
    scale: usize,
    stop: &CancelToken,
) -> Result<Planes, EngineError> {
    let shape = (1, 3, input.height, input.width);
    let tensor = Tensor::from_slice(&input.data, shape, network.device())?;
    let made = network.enlarge(&tensor, scale as u32, stop)?;
    Ok(Planes {
        width: input.width * scale,
        height: input.height * scale,
        data: made.flatten_all()?.to_vec1()?,
    })
}

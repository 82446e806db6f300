//! A picture enlarged by *Crisp*, in tiles.

use std::path::Path;
use std::sync::Arc;

use candle_core::Tensor;

use crate::cancel::CancelToken;
use crate::engine::jobs::context::JobContext;
use crate::engine::protocol::{EngineError, ModelKind, Output, Stage};
use crate::engine::recipes::recipe;
use crate::engine::resample::{Planes, to_byte};
use crate::engine::stylize::tiles;
use crate::models::crisp::Crisp;
use crate::photo::{MAX_PIXELS, Photo};
use crate::picture::Picture;
use crate::recipe::{Making, Recipe};

/// Side of a tile in the small picture.
const TILE: usize = 192;

/// Enlarges a picture file.
pub(super) fn run(
    context: &mut JobContext<'_>,
    path: &Path,
    scale: u32,
) -> Result<Output, EngineError> {
    if !Crisp::SCALES.contains(&scale) {
        return Err(EngineError::BadRequest(format!(
            "pictures can be upscaled 2 or 4 times, not {scale} times"
        )));
    }
    let Some(model) = context.state.registry.first_of(ModelKind::Upscaler) else {
        return Err(EngineError::BadRequest(
            "there is no upscaling network here; put one into the models folder".into(),
        ));
    };
    let name = model.name.clone();
    context.progress(Stage::Reading, 0, 1);
    let photo = context.state.photos.read(path)?;
    let network = context.state.registry.crisp(&name)?;
    let picture = enlarge(context, &network, &photo, scale)?;
    let models = vec![context.state.model_ref(&name)?];
    let sources = vec![photo.source.clone()];
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe(
            Making::Upscale { scale },
            models,
            sources,
            &context.state.device,
        )),
    })
}

/// The same pixels from a recipe.
pub(super) fn again(
    context: &mut JobContext<'_>,
    recipe: &Recipe,
    scale: u32,
) -> Result<Output, EngineError> {
    let source = recipe.sources.first().ok_or_else(|| {
        EngineError::BadRequest("this recipe doesn't say which picture was upscaled".into())
    })?;
    let path = context.state.photos.source(source)?.0.source.place();
    let Output::Picture { picture, .. } = run(context, &path, scale)? else {
        return Err(EngineError::Internal("no picture came".into()));
    };
    Ok(Output::Picture {
        picture,
        recipe: Box::new(recipe.clone()),
    })
}

fn enlarge(
    context: &mut JobContext<'_>,
    network: &Arc<Crisp>,
    photo: &Photo,
    scale: u32,
) -> Result<Picture, EngineError> {
    let picture = &photo.picture;
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
    let stop = context.token();
    for (done, tile) in pieces.iter().enumerate() {
        context.progress(Stage::Rendering, done as u64, pieces.len() as u64);
        context.yield_to_previews()?;
        let input = Planes::of(picture, [tile.x, tile.y], [tile.width, tile.height]);
        let made = run_network(network, &input, scale, &stop)?;
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

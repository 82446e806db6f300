//! A photo's latents are computed once and kept, so that a slider costs one run of the
//! decoder.

use std::sync::Arc;

use candle_core::Tensor;
use parking_lot::Mutex;

use crate::cancel::CancelToken;
use crate::engine::lens::frame;
use crate::engine::lens::prepared_photo::{LensSpec, PreparedPhoto};
use crate::engine::protocol::EngineError;
use crate::engine::recent::Recent;
use crate::engine::resample::Planes;
use crate::engine::stylize::{Composed, Fine, StyleCache, finish, to_planes, to_tensor};
use crate::latent::grid::{Grid, GridError, Loan};
use crate::models::ModelError;
use crate::photo::Photo;
use crate::picture::Picture;
use crate::recipe::{LensOther, LensParams, PixelRegion, Wrap};

/// Memory for what can be made again, in bytes each: latents, and pictures of unmoved
/// latents.
const KEPT: [usize; 2] = [32 << 20, 48 << 20];

/// What a rendering is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LensPhase {
    /// The network: reading and making.
    Network,
    /// The result: rows.
    Finishing,
}

/// Called between steps with done and in all; an error stops the work.
pub(crate) type LensProgress<'a> =
    dyn FnMut(LensPhase, usize, usize) -> Result<(), EngineError> + 'a;

/// Network, picture, size; whether the picture was cut to cover the size; where it goes on.
type Key = (String, String, [u32; 2], bool, [bool; 2]);

/// What sliders don't change.
pub(crate) struct LatentCache {
    grids: Mutex<Recent<Key, Arc<Grid>>>,
    unmoved: Mutex<Recent<Key, Arc<Planes>>>,
}

impl LatentCache {
    /// An empty cache.
    pub(crate) fn new() -> Self {
        Self {
            grids: Mutex::new(Recent::new(KEPT[0])),
            unmoved: Mutex::new(Recent::new(KEPT[1])),
        }
    }

    /// Makes a picture. With all sliders at rest and the detail kept it is the photo.
    pub(crate) fn render(
        &self,
        spec: &LensSpec<'_>,
        cache: &StyleCache,
        stop: &CancelToken,
        progress: &mut LensProgress<'_>,
    ) -> Result<Picture, EngineError> {
        let picture = self.without_tones(spec, cache, stop, progress)?;
        let mask = spec.params.mask.as_deref();
        spec.prepared.numbers.tones.apply(picture, mask, stop)
    }

    /// What the network makes.
    fn without_tones(
        &self,
        spec: &LensSpec<'_>,
        cache: &StyleCache,
        stop: &CancelToken,
        progress: &mut LensProgress<'_>,
    ) -> Result<Picture, EngineError> {
        let (prepared, params) = (spec.prepared, spec.params);
        let photo = &prepared.photo;
        let own = cache.at_size(&photo.picture, &photo.source.sha256, spec.output);
        let other = params.other.as_ref().is_some_and(LensOther::acts);
        if params.keep_detail && prepared.numbers.leaves_latents() && !other {
            return Ok(own);
        }
        progress(LensPhase::Network, 0, 3)?;
        let small = cache.planes_of(
            &photo.picture,
            &photo.source.sha256,
            spec.working,
            params.wrap,
        );
        let grid = self.grid(spec, &small, stop)?;
        progress(LensPhase::Network, 1, 3)?;
        let cover = params
            .mask
            .as_ref()
            .map(|mask| mask.coverage(spec.working, PixelRegion::whole(spec.working)));
        let moved = self.moved(spec, &grid, cover.as_deref(), stop)?;
        let picture = decode(prepared, &moved, small.size(), params.wrap, stop)?;
        progress(LensPhase::Network, 2, 3)?;
        let picture = match params.keep_detail {
            true => added(
                &small,
                &*self.unmoved(spec, &grid, stop)?,
                picture,
                own_share(params),
            ),
            false => picture,
        };
        let composed = Composed {
            touch: vec![1.0; picture.pixels()],
            wrap: params.wrap.sides(),
            picture: gated(&small, picture, cover.as_deref()),
        };
        let fine = match params.keep_detail {
            true => Fine::Kept { colors: 1.0 },
            false => Fine::Redrawn,
        };
        finish(&small, &composed, fine, &own, &mut |done, all| {
            progress(LensPhase::Finishing, done, all)
        })
    }

    /// The photo's latents.
    fn grid(
        &self,
        spec: &LensSpec<'_>,
        small: &Planes,
        stop: &CancelToken,
    ) -> Result<Arc<Grid>, EngineError> {
        let key = key(spec, &spec.prepared.photo, false);
        self.encoded(key, spec.prepared, stop, || small.clone())
    }

    fn encoded(
        &self,
        key: Key,
        prepared: &PreparedPhoto,
        stop: &CancelToken,
        picture: impl FnOnce() -> Planes,
    ) -> Result<Arc<Grid>, EngineError> {
        if let Some(grid) = self.grids.lock().get(&key) {
            return Ok(grid);
        }
        let picture = picture();
        let net = &prepared.net;
        // As at its sides the picture goes on, so that no border is seen there.
        let sides = key.4;
        let beside = frame::beside(sides, net.factor());
        let picture = picture.with_margin(beside.map(|n| n * net.factor()), Wrap::Tile(sides));
        let whole = frame::mirrored(&picture, frame::padded(picture.size(), net.factor()));
        let latents = net.encode(&to_tensor(&whole, net.device())?, stop)?;
        let (_, channels, height, width) = latents.dims4()?;
        let data = latents.flatten_all()?.to_vec1()?;
        let grid = Grid::new(channels, [width, height], data).map_err(ModelError::from)?;
        let grid = Arc::new(match beside {
            [0, 0] => grid,
            beside => frame::without_margin(&grid, beside)?,
        });
        let weight = grid.data().len() * 4;
        self.grids.lock().put(key, Arc::clone(&grid), weight);
        Ok(grid)
    }

    /// The picture of the unmoved latents.
    fn unmoved(
        &self,
        spec: &LensSpec<'_>,
        grid: &Grid,
        stop: &CancelToken,
    ) -> Result<Arc<Planes>, EngineError> {
        let key = key(spec, &spec.prepared.photo, false);
        if let Some(planes) = self.unmoved.lock().get(&key) {
            return Ok(planes);
        }
        let size = spec.working.map(|s| s as usize);
        let planes = Arc::new(decode(spec.prepared, grid, size, spec.params.wrap, stop)?);
        let weight = planes.data.len() * 4;
        self.unmoved.lock().put(key, Arc::clone(&planes), weight);
        Ok(planes)
    }

    /// The latents as the sliders want them: the second picture first, then gains, then
    /// directions, all of it where the mask is.
    fn moved(
        &self,
        spec: &LensSpec<'_>,
        grid: &Grid,
        cover: Option<&[f32]>,
        stop: &CancelToken,
    ) -> Result<Grid, EngineError> {
        let (prepared, params) = (spec.prepared, spec.params);
        let mut moved = grid.clone();
        if let (Some(other), Some(picture)) = (&params.other, &prepared.other) {
            let second = self.encoded(key(spec, picture, true), prepared, stop, || {
                frame::covering(&picture.picture, spec.working.map(|s| s as usize))
            })?;
            bring_in(&mut moved, &second, other)?;
        }
        let work = |moved: &mut Grid| -> Result<(), GridError> {
            if let Some(change) = &prepared.numbers.change {
                moved.weigh(change)?;
            }
            moved.shift(&prepared.numbers.offset)?;
            if let Some(cover) = cover {
                let size = spec.working.map(|s| s as usize);
                moved.restrict(grid, &frame::on_grid(cover, size, prepared.net.factor()))?;
            }
            Ok(())
        };
        work(&mut moved).map_err(ModelError::from)?;
        Ok(moved)
    }
}

fn key(spec: &LensSpec<'_>, picture: &Photo, cut: bool) -> Key {
    let net = spec.prepared.net_sha.clone();
    // The second picture ends at its sides.
    let sides = if cut {
        [false; 2]
    } else {
        spec.params.wrap.sides()
    };
    (net, picture.source.sha256.clone(), spec.working, cut, sides)
}

/// Blends the second picture in, and borrows from it.
fn bring_in(grid: &mut Grid, second: &Grid, other: &LensOther) -> Result<(), ModelError> {
    if other.blend != 0.0 {
        grid.blend(second, other.blend.clamp(0.0, 1.0))?;
    }
    let loan = Loan {
        averages: other.light.clamp(0.0, 1.0),
        deviations: other.texture.clamp(0.0, 1.0),
    };
    if loan.averages != 0.0 || loan.deviations != 0.0 {
        grid.borrow(&second.averages(), &second.deviations(), loan)?;
    }
    Ok(())
}

/// The picture of latents, without what was mirrored around it.
fn decode(
    prepared: &PreparedPhoto,
    grid: &Grid,
    size: [usize; 2],
    wrap: Wrap,
    stop: &CancelToken,
) -> Result<Planes, EngineError> {
    let sides = wrap.sides();
    let beside = frame::beside(sides, prepared.net.factor());
    let grid = match beside {
        [0, 0] => grid.clone(),
        beside => frame::with_margin(grid, beside, Wrap::Tile(sides))?,
    };
    let [width, height] = grid.size();
    let shape = (1, grid.channels(), height, width);
    let latents = Tensor::from_slice(grid.data(), shape, prepared.net.device())?;
    let whole = to_planes(&prepared.net.decode(&latents, stop)?)?;
    let [left, top] = beside.map(|places| places * prepared.net.factor());
    let mut picture = whole.crop(left, top, size[0], size[1]);
    picture.data.iter_mut().for_each(|v| *v = v.clamp(0.0, 1.0));
    Ok(picture)
}

/// How much of what the network lost of the photo comes back: where another picture
/// comes in, the photo's goes.
fn own_share(params: &LensParams) -> f32 {
    let blend = params.other.as_ref().map_or(0.0, |other| other.blend);
    1.0 - blend.clamp(0.0, 1.0)
}

/// `moved` with `share` of what the photo has beyond `unmoved`: the photo itself with
/// what changed, where all of it is.
fn added(photo: &Planes, unmoved: &Planes, moved: Planes, share: f32) -> Planes {
    let mut out = moved;
    for ((value, before), own) in out.data.iter_mut().zip(&unmoved.data).zip(&photo.data) {
        *value = (*value + share * (own - before)).clamp(0.0, 1.0);
    }
    out
}

/// Leaves the photo alone where the mask is not. Latents reach further than their
/// places; the mask's own soft edge is in them already, so that this one is short.
fn gated(photo: &Planes, picture: Planes, cover: Option<&[f32]>) -> Planes {
    let Some(cover) = cover else { return picture };
    let mut out = picture;
    let pixels = photo.pixels();
    for (i, (value, own)) in out.data.iter_mut().zip(&photo.data).enumerate() {
        let share = (4.0 * cover[i % pixels]).min(1.0);
        *value = own + share * (*value - own);
    }
    out
}

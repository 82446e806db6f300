//! What every generator can do, whatever network is behind it.

use crate::cancel::CancelToken;
use crate::latent::{self, LatentError, Mapping};
use crate::picture::Picture;
use crate::recipe::{Domain, NoiseMode, Transform};

use super::ModelError;

/// Sizes of a generator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorSpec {
    /// Length of `z`.
    pub z_dim: usize,
    /// Length of `w`.
    pub w_dim: usize,
    /// Style inputs of the synthesis network.
    pub num_ws: usize,
    /// Classes of a conditional network; 0 for others.
    pub c_dim: usize,
    /// `[width, height]` of the picture; a default for resizable ones.
    pub size: [u32; 2],
    /// Renders at any size.
    pub resizable: bool,
    /// Seeds give the `z` that NumPy draws from them, as in the authors' programs.
    pub numpy_seeds: bool,
}

/// A network that makes pictures from latents.
///
/// Same inputs, same bytes, whatever the number of threads.
pub trait Generator: Send + Sync {
    /// Sizes.
    fn spec(&self) -> &GeneratorSpec;

    /// `z` (`z_dim` numbers each) to `w` (`w_dim` numbers each), before truncation.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] if a row has another length than `z_dim`;
    /// [`ModelError::Candle`] if the network fails.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError>;

    /// The same for a class of a conditional network.
    ///
    /// # Errors
    /// As [`Generator::map_batch`], and [`ModelError::BadRequest`] for a class that the
    /// network has not.
    fn map_of_class(
        &self,
        zs: &[Vec<f32>],
        class: Option<u32>,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        match class {
            None => self.map_batch(zs),
            Some(_) => Err(ModelError::BadRequest(
                "this network has no classes; leave the class out".into(),
            )),
        }
    }

    /// Centre of the truncation, `w_dim` numbers.
    fn w_avg(&self) -> &[f32];

    /// The same for a class, where each has its own.
    fn w_avg_of(&self, _class: Option<u32>) -> &[f32] {
        self.w_avg()
    }

    /// The picture of `ws` (`num_ws` rows of `w_dim` numbers).
    ///
    /// `size` is `[width, height]` for resizable generators (the default size when
    /// absent); others ignore it.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `cancel` is; [`ModelError::Latent`] if
    /// `ws` doesn't fit; [`ModelError::BadRequest`] for a size of zero or beyond
    /// 100 megapixels; [`ModelError::Candle`] if the network fails.
    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError>;

    /// The same over another domain than the plane; only networks that compute each pixel
    /// from its place know some.
    ///
    /// # Errors
    /// As [`Generator::synthesize`], and [`ModelError::BadRequest`] for a domain that the
    /// network doesn't know or numbers outside their ranges.
    fn synthesize_on(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        size: Option<[u32; 2]>,
        domain: &Domain,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        match domain {
            Domain::Plane => self.synthesize(ws, noise, size, cancel),
            Domain::Torus { .. } | Domain::Sphere { .. } => Err(ModelError::BadRequest(
                "this network makes plain pictures only; seamless tiles and panoramas come from cppn"
                    .into(),
            )),
        }
    }

    /// Whether it can move and turn what it draws.
    fn can_move(&self) -> bool {
        false
    }

    /// The picture moved and turned, see [`Transform`].
    ///
    /// # Errors
    /// As [`Generator::synthesize`], and [`ModelError::BadRequest`] from networks that can't.
    fn synthesize_moved(
        &self,
        _ws: &[Vec<f32>],
        _transform: &Transform,
        _cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        Err(ModelError::BadRequest(
            "this network can't move or turn its pictures; only StyleGAN3's can".into(),
        ))
    }

    /// `z` of a seed.
    fn z_of_seed(&self, seed: u64) -> Vec<f32> {
        let spec = self.spec();
        match spec.numpy_seeds {
            true => latent::numpy_random::randn(seed, spec.z_dim),
            false => latent::rng::z_of_seed(seed, spec.z_dim),
        }
    }

    /// One `z` to its `w`.
    ///
    /// # Errors
    /// As [`Generator::map_batch`].
    fn map(&self, z: &[f32]) -> Result<Vec<f32>, ModelError> {
        self.map_batch(&[z.to_vec()])?
            .pop()
            .ok_or_else(|| ModelError::BadRequest("the mapping gave nothing".into()))
    }
}

/// Generators that come from programs with seeds of their own.
pub trait Seeded: Generator + Sized {
    /// Sizes, to be changed.
    fn spec_mut(&mut self) -> &mut GeneratorSpec;

    /// Whether seeds give the `z` that the authors' programs draw from them.
    fn with_numpy_seeds(mut self, numpy_seeds: bool) -> Self {
        self.spec_mut().numpy_seeds = numpy_seeds;
        self
    }
}

impl<G: Generator + ?Sized> Mapping for G {
    fn z_dim(&self) -> usize {
        self.spec().z_dim
    }

    fn w_dim(&self) -> usize {
        self.spec().w_dim
    }

    fn num_ws(&self) -> usize {
        self.spec().num_ws
    }

    fn w_avg(&self) -> &[f32] {
        Generator::w_avg(self)
    }

    fn w_avg_of(&self, class: Option<u32>) -> &[f32] {
        Generator::w_avg_of(self, class)
    }

    fn z_of_seed(&self, seed: u64) -> Vec<f32> {
        Generator::z_of_seed(self, seed)
    }

    fn map_all(&self, zs: &[Vec<f32>], class: Option<u32>) -> Result<Vec<Vec<f32>>, LatentError> {
        if zs.is_empty() {
            return Ok(Vec::new());
        }
        self.map_of_class(zs, class)
            .map_err(|error| LatentError::Mapping(error.to_string()))
    }
}

/// Pixels that a generated picture may have.
pub const MAX_PIXELS: u64 = 100_000_000;

/// A wanted size, checked.
///
/// # Errors
/// [`ModelError::BadRequest`] for a side of zero or more than [`MAX_PIXELS`].
pub fn checked_size(size: [u32; 2]) -> Result<[u32; 2], ModelError> {
    let pixels = u64::from(size[0]) * u64::from(size[1]);
    if pixels == 0 || pixels > MAX_PIXELS {
        return Err(ModelError::BadRequest(format!(
            "{} x {} is no size for a picture; choose at least 1 x 1 and at most 100 megapixels",
            size[0], size[1]
        )));
    }
    Ok(size)
}

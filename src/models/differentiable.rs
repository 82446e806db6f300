//! Generators whose pictures, or features too, can be followed back to the latents: what projection
//! and dragging descend on.

use candle_core::{Device, Tensor};

use super::stylegan2::{NoiseSource, class_row};
use super::{Generator, ModelError};
use crate::cancel::CancelToken;
use crate::latent::Ws;
use crate::recipe::{NoiseMode, Transform};

/// Features are taken where the picture is sampled at most this finely: the sixth block of a
/// StyleGAN2 network, which Pan et al. 2023 found best.
pub(super) const FEATURE_RATE: usize = 128;

/// What besides the latents decides a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Setting {
    /// Noise, for networks with noise.
    pub noise: NoiseMode,
    /// Moved and turned, for networks that can.
    pub transform: Transform,
}

impl Default for Setting {
    /// The network's own noise, not moved.
    fn default() -> Self {
        Self {
            noise: NoiseMode::Fixed,
            transform: Transform::default(),
        }
    }
}

/// What a layer in the middle of a network makes of latents.
pub struct Features {
    /// `[1, channels, h, w]`.
    pub map: Tensor,
    /// Features over the picture's width and height; the rest of the map lies beyond the
    /// picture's edges, as much on either side.
    pub rate: [f32; 2],
    pub(super) rest: Rest,
}

/// What the layers behind the features need besides them.
#[derive(Clone)]
pub(super) struct Rest {
    /// The first style that they take.
    pub(super) layer: usize,
    /// The picture so far, of networks that add it up.
    pub(super) picture: Option<Tensor>,
    /// The noise that comes next.
    pub(super) noise: NoiseSource,
}

/// Seeds that a search in a space without average picture is begun from.
const STARTS: u64 = 16;

/// The only row of networks whose latent is `z`.
///
/// # Errors
/// [`ModelError::BadRequest`] if there is none.
pub(super) fn one_row(ws: &[Tensor]) -> Result<&Tensor, ModelError> {
    ws.first()
        .ok_or_else(|| ModelError::BadRequest("there is no latent to draw from".into()))
}

/// [`Differentiable::starts`] of networks whose latent is `z`: what lies in the middle is no mean of
/// their pictures, so that a search may begin at any of some seeds as well.
///
/// # Errors
/// As [`Generator::map_of_class`].
pub(super) fn some_starts(
    generator: &dyn Generator,
    class: Option<u32>,
) -> Result<Vec<Vec<f32>>, ModelError> {
    let zs: Vec<Vec<f32>> = (0..STARTS).map(|seed| generator.z_of_seed(seed)).collect();
    let mut starts = generator.map_of_class(&zs, class)?;
    starts.push(generator.w_avg_of(class).to_vec());
    Ok(starts)
}

/// A generator with gradients.
///
/// `ws` are `num_ws` rows `[1, w_dim]`; gradients come back to those that candle tracks.
pub trait Differentiable: Generator {
    /// Where it computes.
    fn device(&self) -> &Device;

    /// `[1, channels, height, width]`, about -1..1.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], [`ModelError::Candle`].
    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError>;

    /// Rows of `w_dim` numbers at which a search for a picture may begin, for all layers alike; one
    /// at least.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a class that the network has not.
    fn starts(&self, class: Option<u32>) -> Result<Vec<Vec<f32>>, ModelError> {
        class_row(class, self.spec().c_dim)?;
        Ok(vec![self.w_avg_of(class).to_vec()])
    }

    /// The latents of the same picture that lie where seeds' do.
    fn settled(&self, ws: Ws) -> Ws {
        ws
    }
}

/// A generator with styles for each layer, whose features can be followed back as well.
pub trait Draggable: Differentiable {
    /// What the network has made of `ws` half way through.
    ///
    /// # Errors
    /// As [`Differentiable::picture_of`].
    fn features_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Features, ModelError>;

    /// The picture of features, `[1, 3, height, width]`; without gradients.
    ///
    /// # Errors
    /// As [`Differentiable::picture_of`].
    fn picture_from(
        &self,
        features: &Features,
        ws: &[Tensor],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError>;
}

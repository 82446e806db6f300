//! StyleGAN3 generators (Karras et al. 2021, "Alias-Free Generative Adversarial Networks"),
//! parameter names and semantics of `G_ema` in the authors' repository (networks_stylegan3).

mod config;
mod input;
mod synthesis;

pub use config::Config;
pub(crate) use config::{InputConfig, LayerConfig, StackedConfig};
pub use synthesis::SynthesisNetwork;

use candle_core::{Device, Tensor};

use super::ModelError;
use super::differentiable::{Differentiable, Draggable, Features, Setting};
use super::generator::{Generator, GeneratorSpec, Seeded};
use super::pixels::picture_of_signed;
use super::stylegan2::{MappingNetwork, class_row};
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::latent;
use crate::nn::pool;
use crate::picture::Picture;
use crate::recipe::{NoiseMode, Transform};

/// Mapping and synthesis.
pub struct StyleGan3 {
    spec: GeneratorSpec,
    mapping: MappingNetwork,
    synthesis: SynthesisNetwork,
    device: Device,
}

impl StyleGan3 {
    /// Loads `mapping` and `synthesis` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        let sizes = [config.z_dim, config.c_dim, config.w_dim];
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: config.z_dim,
                w_dim: config.w_dim,
                num_ws: config.num_ws(),
                c_dim: config.c_dim,
                size: [config.img_resolution as u32; 2],
                resizable: false,
                numpy_seeds: false,
            },
            mapping: MappingNetwork::with(sizes, &config.mapping_kwargs, &vb.pp("mapping"))?,
            synthesis: SynthesisNetwork::new(config, &vb.pp("synthesis"))?,
            device: device.clone(),
        })
    }

    /// `[1, 3, height, width]`, about -1..1.
    ///
    /// # Errors
    /// As [`Generator::synthesize`].
    pub fn tensor(
        &self,
        ws: &[Vec<f32>],
        transform: &Transform,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        latent::check(ws, self.spec.num_ws, self.spec.w_dim)?;
        pool::within(&self.device, || {
            self.synthesis.forward(ws, transform, &self.device, cancel)
        })
    }
}

impl Seeded for StyleGan3 {
    fn spec_mut(&mut self) -> &mut GeneratorSpec {
        &mut self.spec
    }
}

impl Generator for StyleGan3 {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    /// Conditional networks: no class, the embedding of zero; StyleGAN-XL's, the first.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.map_of_class(zs, None)
    }

    fn map_of_class(
        &self,
        zs: &[Vec<f32>],
        class: Option<u32>,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        latent::check(zs, zs.len(), self.spec.z_dim)?;
        let row = class_row(class, self.spec.c_dim)?;
        Ok(self.mapping.forward(zs, &row))
    }

    fn w_avg(&self) -> &[f32] {
        &self.mapping.w_avg
    }

    fn w_avg_of(&self, class: Option<u32>) -> &[f32] {
        self.mapping.w_avg_of(class)
    }

    /// There is no noise in these networks.
    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        _noise: NoiseMode,
        _size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        self.synthesize_moved(ws, &Transform::default(), cancel)
    }

    fn can_move(&self) -> bool {
        true
    }

    fn synthesize_moved(
        &self,
        ws: &[Vec<f32>],
        transform: &Transform,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        picture_of_signed(&self.tensor(ws, transform, cancel)?)
    }
}

impl Differentiable for StyleGan3 {
    fn device(&self) -> &Device {
        &self.device
    }

    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        self.synthesis.graded(ws, &setting.transform, cancel)
    }
}

impl Draggable for StyleGan3 {
    fn features_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Features, ModelError> {
        self.synthesis.features(ws, &setting.transform, cancel)
    }

    fn picture_from(
        &self,
        features: &Features,
        ws: &[Tensor],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        self.synthesis.picture_from(features, ws, cancel)
    }
}

//! StyleGAN2 generators (Karras et al. 2020), parameter names and semantics of
//! `G_ema` in the authors' stylegan3 repository (networks_stylegan2); `init_size`
//! makes them non-square.

mod config;
pub(in crate::models) mod gradient;
mod mapping;
mod synthesis;
mod window;

pub use config::{Config, MappingConfig, SynthesisArchitecture};
pub use mapping::MappingNetwork;
pub use synthesis::{NoiseSource, SynthesisNetwork};

use candle_core::{Device, Tensor};

use super::ModelError;
use super::differentiable::{Differentiable, Draggable, Features, Setting};
use super::generator::{Generator, GeneratorSpec, Seeded};
use super::pixels::picture_of_signed;
use super::weights::Weights;
use crate::cancel::CancelToken;
use crate::latent;
use crate::nn::pool;
use crate::picture::Picture;
use crate::recipe::NoiseMode;

/// Mapping and synthesis.
pub struct StyleGan2 {
    spec: GeneratorSpec,
    mapping: MappingNetwork,
    synthesis: SynthesisNetwork,
    device: Device,
}

impl StyleGan2 {
    /// Loads `mapping` and `synthesis` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights, device: &Device) -> Result<Self, ModelError> {
        Ok(Self {
            spec: GeneratorSpec {
                z_dim: config.z_dim,
                w_dim: config.w_dim,
                num_ws: config.num_ws(),
                c_dim: config.c_dim,
                size: config.picture_size(),
                resizable: false,
                numpy_seeds: false,
            },
            mapping: MappingNetwork::new(config, &vb.pp("mapping"))?,
            synthesis: SynthesisNetwork::new(config, &vb.pp("synthesis"))?,
            device: device.clone(),
        })
    }

    /// `z` and a class (`c_dim` numbers, one-hot) to `w`.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for wrong lengths.
    pub fn map_class(&self, zs: &[Vec<f32>], c: &[f32]) -> Result<Vec<Vec<f32>>, ModelError> {
        if c.len() != self.spec.c_dim {
            return Err(ModelError::BadRequest(format!(
                "this network has {} classes, {} were given",
                self.spec.c_dim,
                c.len()
            )));
        }
        latent::check(zs, zs.len(), self.spec.z_dim)?;
        Ok(self.mapping.forward(zs, c))
    }

    /// `[1, 3, height, width]`, about -1..1.
    ///
    /// # Errors
    /// As [`Generator::synthesize`].
    pub fn tensor(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        latent::check(ws, self.spec.num_ws, self.spec.w_dim)?;
        // Brought over in one go.
        let all = Tensor::from_vec(ws.concat(), (ws.len(), self.spec.w_dim), &self.device)?;
        let ws = (0..ws.len())
            .map(|i| all.narrow(0, i, 1))
            .collect::<Result<Vec<_>, _>>()?;
        let mut source = NoiseSource::of(noise);
        pool::within(&self.device, || {
            self.synthesis.forward(&ws, &mut source, cancel)
        })
    }
}

impl Seeded for StyleGan2 {
    fn spec_mut(&mut self) -> &mut GeneratorSpec {
        &mut self.spec
    }
}

impl Generator for StyleGan2 {
    fn spec(&self) -> &GeneratorSpec {
        &self.spec
    }

    /// Conditional networks: no class, the embedding of zero.
    fn map_batch(&self, zs: &[Vec<f32>]) -> Result<Vec<Vec<f32>>, ModelError> {
        self.map_class(zs, &vec![0.0; self.spec.c_dim])
    }

    fn map_of_class(
        &self,
        zs: &[Vec<f32>],
        class: Option<u32>,
    ) -> Result<Vec<Vec<f32>>, ModelError> {
        self.map_class(zs, &class_row(class, self.spec.c_dim)?)
    }

    fn w_avg(&self) -> &[f32] {
        &self.mapping.w_avg
    }

    fn synthesize(
        &self,
        ws: &[Vec<f32>],
        noise: NoiseMode,
        _size: Option<[u32; 2]>,
        cancel: &CancelToken,
    ) -> Result<Picture, ModelError> {
        picture_of_signed(&self.tensor(ws, noise, cancel)?)
    }
}

impl Differentiable for StyleGan2 {
    fn device(&self) -> &Device {
        &self.device
    }

    fn picture_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let mut noise = NoiseSource::of(setting.noise);
        self.synthesis.forward(ws, &mut noise, cancel)
    }
}

impl Draggable for StyleGan2 {
    fn features_of(
        &self,
        ws: &[Tensor],
        setting: &Setting,
        cancel: &CancelToken,
    ) -> Result<Features, ModelError> {
        let noise = NoiseSource::of(setting.noise);
        self.synthesis.features(ws, noise, cancel)
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

/// `c_dim` numbers, one of them 1 for a class, all of them 0 for none.
///
/// # Errors
/// [`ModelError::BadRequest`] for a class that the network has not.
pub(super) fn class_row(class: Option<u32>, c_dim: usize) -> Result<Vec<f32>, ModelError> {
    let mut row = vec![0.0; c_dim];
    if let Some(class) = class {
        let one = row.get_mut(class as usize);
        *one.ok_or_else(|| no_class(class, c_dim))? = 1.0;
    }
    Ok(row)
}

fn no_class(class: u32, count: usize) -> ModelError {
    ModelError::BadRequest(match count {
        0 => "this network has no classes; leave the class out".into(),
        _ => format!(
            "this network has {count} classes, 0 to {}; {class} is none of them",
            count - 1
        ),
    })
}

//! Constructor arguments of a StyleGAN2 generator, named as in the authors' code.

use serde::Deserialize;
use serde_json::Value;

use crate::models::ModelError;

/// Arguments of `Generator(**kwargs)`; unknown ones (training, half precision) are
/// passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// Length of `z`.
    pub z_dim: usize,
    /// Classes; 0 for an unconditional network.
    #[serde(default)]
    pub c_dim: usize,
    /// Length of `w`.
    pub w_dim: usize,
    /// Side of the picture where the first block is square; a power of two.
    pub img_resolution: usize,
    /// 1 (grey), 3 (RGB) or 4 (RGB and alpha).
    #[serde(default = "three")]
    pub img_channels: usize,
    /// Channels of a block are `channel_base` by its name (4, 8, …), …
    #[serde(default = "default_base")]
    pub channel_base: usize,
    /// … at most this many.
    #[serde(default = "default_max")]
    pub channel_max: usize,
    /// Skip, resnet or orig.
    #[serde(default)]
    pub architecture: SynthesisArchitecture,
    /// `[height, width]` of the first block, 1 to 64 each; `[4, 4]` in the authors' code.
    #[serde(default = "default_init")]
    pub init_size: [usize; 2],
    /// Activations are cut off at plus and minus this.
    #[serde(default = "default_clamp")]
    pub conv_clamp: Option<f32>,
    /// Low-pass taps for resizing.
    #[serde(default = "default_filter")]
    pub resample_filter: Vec<f32>,
    /// Side of the layers' convolutions: 3 or 5.
    #[serde(default = "three")]
    pub kernel_size: usize,
    /// Whether layers have noise.
    #[serde(default = "yes")]
    pub use_noise: bool,
    /// Arguments of the mapping network.
    #[serde(default)]
    pub mapping_kwargs: MappingConfig,
}

/// How blocks make the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SynthesisArchitecture {
    /// Every block adds to the picture.
    #[default]
    Skip,
    /// Blocks have residual paths; the last one makes the picture.
    Resnet,
    /// Neither; the last block makes the picture.
    Orig,
}

/// Arguments of `MappingNetwork(**mapping_kwargs)`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct MappingConfig {
    /// Layers.
    pub num_layers: usize,
    /// Width of the class embedding; `w_dim` when absent.
    pub embed_features: Option<usize>,
    /// Width of inner layers; `w_dim` when absent.
    pub layer_features: Option<usize>,
    /// Learning rate multiplier, part of the weights' scale.
    pub lr_multiplier: f32,
}

impl Default for MappingConfig {
    fn default() -> Self {
        Self {
            num_layers: 8,
            embed_features: None,
            layer_features: None,
            lr_multiplier: 0.01,
        }
    }
}

fn three() -> usize {
    3
}
fn default_base() -> usize {
    32_768
}
fn default_max() -> usize {
    512
}
fn default_init() -> [usize; 2] {
    [4, 4]
}
fn default_clamp() -> Option<f32> {
    Some(256.0)
}
fn default_filter() -> Vec<f32> {
    vec![1.0, 3.0, 3.0, 1.0]
}
fn yes() -> bool {
    true
}

impl Config {
    /// Reads keyword arguments; those in a `synthesis_kwargs` object count too.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for a missing argument, one of another type, or
    /// sizes that no StyleGAN2 has.
    pub fn from_kwargs(kwargs: &Value) -> Result<Self, ModelError> {
        let mut flat = kwargs.clone();
        if let Some(object) = flat.as_object_mut()
            && let Some(Value::Object(inner)) = object.remove("synthesis_kwargs")
        {
            object.extend(inner);
        }
        let config: Self = serde_json::from_value(flat)
            .map_err(|error| ModelError::BadRequest(format!("config.json: {error}")))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ModelError> {
        let sane = [self.z_dim, self.w_dim, self.channel_base, self.channel_max]
            .iter()
            .all(|&n| (1..=1 << 20).contains(&n))
            && self.img_resolution.is_power_of_two()
            && (4..=4096).contains(&self.img_resolution)
            && self.init_size.iter().all(|side| (1..=64).contains(side))
            && matches!(self.img_channels, 1 | 3 | 4)
            && matches!(self.kernel_size, 3 | 5)
            && (1..=64).contains(&self.mapping_kwargs.num_layers)
            && self.channels(self.img_resolution) > 0;
        if sane {
            Ok(())
        } else {
            Err(ModelError::BadRequest(
                "config.json: these sizes are not those of a StyleGAN2 generator".into(),
            ))
        }
    }

    /// Names of the blocks, how often they are doubled: 4, 8, … `img_resolution`.
    pub fn block_resolutions(&self) -> Vec<usize> {
        std::iter::successors(Some(4), |r| Some(r * 2))
            .take_while(|&r| r <= self.img_resolution)
            .collect()
    }

    /// Channels of the block of this name.
    pub fn channels(&self, resolution: usize) -> usize {
        (self.channel_base / resolution).min(self.channel_max)
    }

    /// `[height, width]` of the block of this name.
    pub fn block_size(&self, resolution: usize) -> [usize; 2] {
        self.init_size.map(|side| side * (resolution / 4))
    }

    /// Style inputs of the synthesis network.
    pub fn num_ws(&self) -> usize {
        2 * self.block_resolutions().len()
    }

    /// `[width, height]` of the picture.
    pub fn picture_size(&self) -> [u32; 2] {
        let [height, width] = self.block_size(self.img_resolution);
        [width as u32, height as u32]
    }
}

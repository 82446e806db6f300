//! Constructor arguments of a StyleGAN3 generator, named as in the authors' code, and what
//! follows from them for each layer (Karras et al. 2021, appendix C.1; `SynthesisNetwork`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::models::ModelError;
use crate::models::stylegan2::MappingConfig;

/// Arguments of `Generator(**kwargs)`; unknown ones (training, half precision) are passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Length of `z`.
    pub z_dim: usize,
    /// Classes; 0 for an unconditional network.
    pub c_dim: usize,
    /// Length of `w`.
    pub w_dim: usize,
    /// Width and height of the picture.
    pub img_resolution: usize,
    /// 1 (grey) or 3 (RGB).
    pub img_channels: usize,
    /// Channels of a layer are half of `channel_base` by its cutoff, …
    pub channel_base: f64,
    /// … at most this many.
    pub channel_max: f64,
    /// Layers between the Fourier features and the picture.
    pub num_layers: usize,
    /// How many of the last are critically sampled.
    pub num_critical: usize,
    /// Cutoff of the first layer, in cycles over the picture.
    pub first_cutoff: f64,
    /// Least stopband of the first layer.
    pub first_stopband: f64,
    /// Least stopband of the last layer, over its cutoff.
    pub last_stopband_rel: f64,
    /// Pixels beyond the picture on each side.
    pub margin_size: usize,
    /// Factor of the picture.
    pub output_scale: f64,
    /// Side of the convolutions: 3 (configuration T) or 1 (R).
    pub conv_kernel: usize,
    /// Taps of the filters by the smaller sampling rate.
    pub filter_size: usize,
    /// Sampling rate of the nonlinearity over the layer's.
    pub lrelu_upsampling: usize,
    /// Whether filters behind the nonlinearity are radially symmetric (configuration R).
    pub use_radial_filters: bool,
    /// Activations are cut off at plus and minus this.
    pub conv_clamp: Option<f32>,
    /// Arguments of the mapping network.
    pub mapping_kwargs: MappingConfig,
    /// The layers, where they follow no such rule: StyleGAN-XL's (Sauer et al. 2022) are those of
    /// several networks, each laid onto the one before.
    pub stacked: Option<StackedConfig>,
}

/// Layers as they were counted when each part was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StackedConfig {
    /// What the network begins with.
    pub(crate) input: InputConfig,
    /// The layers in order; the last makes the picture.
    pub(crate) layers: Vec<LayerConfig>,
}

/// The Fourier features.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct InputConfig {
    pub(crate) channels: usize,
    /// Side, with margins.
    pub(crate) size: usize,
    /// In pixels over the picture.
    pub(crate) sampling_rate: f64,
    /// In cycles over the picture.
    pub(crate) bandwidth: f64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            z_dim: 512,
            c_dim: 0,
            w_dim: 512,
            img_resolution: 0,
            img_channels: 3,
            channel_base: 32_768.0,
            channel_max: 512.0,
            num_layers: 14,
            num_critical: 2,
            first_cutoff: 2.0,
            first_stopband: 2f64.powf(2.1),
            last_stopband_rel: 2f64.powf(0.3),
            margin_size: 10,
            output_scale: 0.25,
            conv_kernel: 3,
            filter_size: 6,
            lrelu_upsampling: 2,
            use_radial_filters: false,
            conv_clamp: Some(256.0),
            mapping_kwargs: MappingConfig {
                num_layers: 2,
                ..MappingConfig::default()
            },
            stacked: None,
        }
    }
}

/// What a layer works with.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rate {
    /// Its output's sampling rate, in pixels over the picture.
    pub(super) sampling_rate: usize,
    /// Its output's cutoff, in cycles over the picture.
    pub(super) cutoff: f64,
    /// Side of its output, with margins.
    pub(super) size: usize,
    pub(super) channels: usize,
}

/// One layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerConfig {
    pub(crate) name: String,
    pub(crate) channels: [usize; 2],
    pub(crate) kernel: usize,
    pub(crate) to_rgb: bool,
    pub(crate) up: usize,
    pub(crate) down: usize,
    /// 1 for none.
    pub(crate) up_taps: usize,
    pub(crate) down_taps: usize,
    pub(crate) radial: bool,
    /// Before and behind, on either axis.
    pub(crate) padding: [isize; 2],
}

impl Config {
    /// Reads keyword arguments; those in a `synthesis_kwargs` object count too.
    ///
    /// # Errors
    /// [`ModelError::BadRequest`] for an argument of another type, or sizes that no StyleGAN3
    /// has.
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
        let among = |n: f64, from: f64, to: f64| n.is_finite() && (from..=to).contains(&n);
        let sane = [self.z_dim, self.w_dim]
            .iter()
            .all(|n| (1..=1 << 16).contains(n))
            && self.c_dim <= 1 << 20
            && (8..=4096).contains(&self.img_resolution)
            && self.img_resolution.is_power_of_two()
            && matches!(self.img_channels, 1 | 3)
            && (3..=64).contains(&self.num_layers)
            && (1..self.num_layers).contains(&self.num_critical)
            && self.margin_size <= 256
            && matches!(self.conv_kernel, 1 | 3)
            && (2..=64).contains(&self.filter_size)
            && (1..=8).contains(&self.lrelu_upsampling)
            && (1..=64).contains(&self.mapping_kwargs.num_layers)
            && among(self.channel_base, 1.0, 1e8)
            && among(self.channel_max, 1.0, 65_536.0)
            && among(self.first_cutoff, 0.1, 1e4)
            && among(self.first_stopband, 0.1, 1e4)
            && among(self.last_stopband_rel, 0.1, 100.0)
            && among(self.output_scale, 1e-3, 1e3);
        let stacked = self.stacked.as_ref().is_none_or(StackedConfig::is_sane);
        let rates = if sane { self.rates() } else { Vec::new() };
        let rises = rates
            .windows(2)
            .all(|pair| pair[0].sampling_rate <= pair[1].sampling_rate);
        if sane && self.stacked.is_some() && stacked {
            return Ok(());
        }
        if sane
            && stacked
            && rises
            && rates
                .iter()
                .all(|rate| rate.channels > 0 && rate.sampling_rate > 1)
        {
            Ok(())
        } else {
            Err(ModelError::BadRequest(
                "config.json: these sizes are not those of a StyleGAN3 generator".into(),
            ))
        }
    }

    /// Style inputs of the synthesis network: the Fourier features', each layer's, the
    /// picture's.
    pub fn num_ws(&self) -> usize {
        self.num_layers + 2
    }

    /// Geometric progression of cutoffs and stopbands, and what follows.
    pub(super) fn rates(&self) -> Vec<Rate> {
        let resolution = self.img_resolution as f64;
        let last_cutoff = resolution / 2.0;
        let last_stopband = last_cutoff * self.last_stopband_rel;
        let steps = (self.num_layers - self.num_critical) as f64;
        (0..=self.num_layers)
            .map(|i| {
                let exponent = (i as f64 / steps).min(1.0);
                let cutoff = self.first_cutoff * (last_cutoff / self.first_cutoff).powf(exponent);
                let ratio = last_stopband / self.first_stopband;
                let stopband = self.first_stopband * ratio.powf(exponent);
                let rate = (stopband * 2.0).min(resolution).log2().ceil().exp2();
                let channels = (self.channel_base / 2.0 / cutoff).min(self.channel_max);
                let picture = i + 1 >= self.num_layers;
                Rate {
                    sampling_rate: rate as usize,
                    cutoff,
                    size: match picture {
                        true => self.img_resolution,
                        false => rate as usize + 2 * self.margin_size,
                    },
                    channels: match i == self.num_layers {
                        true => self.img_channels,
                        false => channels.round_ties_even() as usize,
                    },
                }
            })
            .collect()
    }

    /// What the network begins with.
    pub(super) fn input(&self) -> InputConfig {
        if let Some(stacked) = &self.stacked {
            return stacked.input;
        }
        let rates = self.rates();
        let first = rates.first();
        InputConfig {
            channels: first.map_or(0, |rate| rate.channels),
            size: first.map_or(0, |rate| rate.size),
            sampling_rate: first.map_or(0.0, |rate| rate.sampling_rate as f64),
            bandwidth: first.map_or(0.0, |rate| rate.cutoff),
        }
    }

    /// The layers in order; the last makes the picture.
    pub(crate) fn layers(&self) -> Vec<LayerConfig> {
        if let Some(stacked) = &self.stacked {
            return stacked.layers.clone();
        }
        let rates = self.rates();
        (0..=self.num_layers)
            .map(|i| self.layer(i, &rates[i.saturating_sub(1)], &rates[i]))
            .collect()
    }

    fn layer(&self, index: usize, from: &Rate, to: &Rate) -> LayerConfig {
        let to_rgb = index == self.num_layers;
        let critical = index >= self.num_layers - self.num_critical;
        let finer = if to_rgb { 1 } else { self.lrelu_upsampling };
        let rate = from.sampling_rate.max(to.sampling_rate) * finer;
        let (up, down) = (rate / from.sampling_rate, rate / to.sampling_rate);
        let taps = |factor: usize| match factor > 1 && !to_rgb {
            true => self.filter_size * factor,
            false => 1,
        };
        let (up_taps, down_taps) = (taps(up), taps(down));
        let kernel = if to_rgb { 1 } else { self.conv_kernel };
        // What is wanted before the down-sampling, less what the up-sampling makes, plus what
        // the filters take away.
        let wanted = ((to.size - 1) * down + 1) as isize;
        let made = ((from.size + kernel - 1) * up) as isize;
        let total = wanted - made + (up_taps + down_taps) as isize - 2;
        let before = (total + up as isize).div_euclid(2);
        LayerConfig {
            name: format!("L{index}_{}_{}", to.size, to.channels),
            channels: [from.channels, to.channels],
            kernel,
            to_rgb,
            up,
            down,
            up_taps,
            down_taps,
            radial: self.use_radial_filters && !critical,
            padding: [before, total - before],
        }
    }
}

impl StackedConfig {
    /// Whether each layer takes what the one before gives, and nothing grows beyond all bounds.
    fn is_sane(&self) -> bool {
        let input = &self.input;
        let small = |n: usize, most: usize| (1..=most).contains(&n);
        let mut channels = input.channels;
        let begins = small(channels, 1 << 16)
            && small(input.size, 4096)
            && input.sampling_rate.is_finite()
            && input.sampling_rate >= 1.0
            && input.bandwidth.is_finite();
        let fits = |layer: &LayerConfig| {
            let [inputs, outputs] = layer.channels;
            let joined = inputs == channels;
            channels = outputs;
            joined
                && small(outputs, 1 << 16)
                && matches!(layer.kernel, 1 | 3)
                && small(layer.up, 64)
                && small(layer.down, 64)
                && small(layer.up_taps, 1024)
                && small(layer.down_taps, 1024)
                && layer.padding.iter().all(|p| p.abs() <= 4096)
        };
        begins && small(self.layers.len(), 128) && self.layers.iter().all(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and sizes as the published networks have them (stylegan3-t-ffhq-1024x1024).
    #[test]
    fn layers_bear_the_names_of_the_published_networks() {
        let config = Config {
            img_resolution: 1024,
            ..Config::default()
        };
        config.check().unwrap();
        let names: Vec<String> = config.layers().into_iter().map(|l| l.name).collect();
        let known = [
            "L0_36_512",
            "L1_36_512",
            "L2_52_512",
            "L3_52_512",
            "L4_84_512",
            "L5_148_512",
            "L6_148_512",
            "L7_276_323",
            "L8_276_203",
            "L9_532_128",
            "L10_1044_81",
            "L11_1044_51",
            "L12_1044_32",
            "L13_1024_32",
            "L14_1024_3",
        ];
        assert_eq!(names, known);
    }
}

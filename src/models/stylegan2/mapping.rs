//! Mapping network of StyleGAN2 (Karras et al. 2020; `MappingNetwork` of
//! networks_stylegan2 in the authors' stylegan3 repository), on the CPU always, so
//! that a seed is the same `w` on every device.

use super::config::{Config, MappingConfig};
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;

/// `z` and a class to `w`.
pub struct MappingNetwork {
    embed: Option<Linear>,
    layers: Vec<Linear>,
    /// Mean of `w`, the centre of truncation.
    pub w_avg: Vec<f32>,
}

impl MappingNetwork {
    /// Loads `embed`, `fc0` …, `w_avg` below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let sizes = [config.z_dim, config.c_dim, config.w_dim];
        Self::with(sizes, &config.mapping_kwargs, vb)
    }

    /// The same for other networks that have it: `sizes` are `z_dim`, `c_dim` and `w_dim`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn with(
        sizes: [usize; 3],
        kwargs: &MappingConfig,
        vb: &Weights,
    ) -> Result<Self, ModelError> {
        let [z_dim, c_dim, w_dim] = sizes;
        let hidden = kwargs.layer_features.unwrap_or(w_dim);
        let embedded = match c_dim {
            0 => 0,
            _ => kwargs.embed_features.unwrap_or(w_dim),
        };
        let embed = match c_dim {
            0 => None,
            c_dim => Some(fully_connected(c_dim, embedded, 1.0, &vb.pp("embed"))?),
        };
        let layers = (0..kwargs.num_layers)
            .map(|i| {
                let inputs = if i == 0 { z_dim + embedded } else { hidden };
                let last = i + 1 == kwargs.num_layers;
                let outputs = if last { w_dim } else { hidden };
                let vb = vb.pp(format_args!("fc{i}"));
                fully_connected(inputs, outputs, kwargs.lr_multiplier, &vb)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            embed,
            layers,
            w_avg: vb.get(&[w_dim], "w_avg")?.to_vec1()?,
        })
    }

    /// `w` of each `z`; `c` is one-hot or a mixture of classes, all zero for none.
    pub fn forward(&self, zs: &[Vec<f32>], c: &[f32]) -> Vec<Vec<f32>> {
        let class = self
            .embed
            .as_ref()
            .map(|embed| normalize_2nd_moment(&embed.forward(c)));
        let mut rows: Vec<Vec<f32>> = zs
            .iter()
            .map(|z| {
                let mut row = normalize_2nd_moment(z);
                row.extend(class.iter().flatten());
                row
            })
            .collect();
        for layer in &self.layers {
            rows = layer.forward_all(&rows);
            for value in rows.iter_mut().flatten() {
                let slope = if *value < 0.0 { 0.2 } else { 1.0 };
                *value *= slope * std::f32::consts::SQRT_2;
            }
        }
        rows
    }
}

/// `FullyConnectedLayer`: stored weights are scaled at run time.
fn fully_connected(
    inputs: usize,
    outputs: usize,
    lr_multiplier: f32,
    vb: &Weights,
) -> Result<Linear, ModelError> {
    Linear::new(
        &vb.get(&[outputs, inputs], "weight")?,
        lr_multiplier / (inputs as f32).sqrt(),
        &vb.get(&[outputs], "bias")?,
        lr_multiplier,
    )
}

fn normalize_2nd_moment(x: &[f32]) -> Vec<f32> {
    let square = x.iter().map(|v| v * v).sum::<f32>() / x.len() as f32;
    let scale = 1.0 / (square + 1e-8).sqrt();
    x.iter().map(|v| v * scale).collect()
}

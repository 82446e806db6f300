//! Mapping network of StyleGAN2 (Karras et al. 2020; `MappingNetwork` of
//! networks_stylegan2 in the authors' stylegan3 repository), on the CPU always, so
//! that a seed is the same `w` on every device.

use super::config::{Config, MappingConfig};
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;

/// What a class becomes before it stands beside `z`.
enum ClassInput {
    None,
    /// A fully connected layer of its one-hot row.
    Linear(Linear),
    /// A row of a table, and a fully connected layer with leaky ReLU of it (StyleGAN-XL, Sauer et
    /// al. 2022).
    Table(Vec<Vec<f32>>, Linear),
}

impl ClassInput {
    /// `c` is one-hot or a mixture; a table takes its largest, the first of equals.
    fn forward(&self, c: &[f32]) -> Vec<f32> {
        let row = match self {
            Self::None => return Vec::new(),
            Self::Linear(embed) => embed.forward(c),
            Self::Table(rows, project) => {
                let largest = c.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let class = c.iter().position(|v| *v == largest).unwrap_or(0);
                let mut row = rows
                    .get(class)
                    .map_or(Vec::new(), |row| project.forward(row));
                row.iter_mut().for_each(bend);
                row
            }
        };
        normalize_2nd_moment(&row)
    }
}

/// Leaky ReLU with the gain that keeps the variance.
fn bend(value: &mut f32) {
    let slope = if *value < 0.0 { 0.2 } else { 1.0 };
    *value *= slope * std::f32::consts::SQRT_2;
}

/// `z` and a class to `w`.
pub struct MappingNetwork {
    embed: ClassInput,
    layers: Vec<Linear>,
    /// Mean of `w`, the centre of truncation; of the first class where each has its own.
    pub w_avg: Vec<f32>,
    /// The other classes' means, the first's with them; empty where all have one.
    class_means: Vec<Vec<f32>>,
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
        let table = c_dim > 0 && vb.contains("embed_proj.weight");
        let embedded = match c_dim {
            0 => 0,
            _ if table => z_dim,
            _ => kwargs.embed_features.unwrap_or(w_dim),
        };
        let embed = match c_dim {
            0 => ClassInput::None,
            c_dim if table => {
                let rows = vb.any("embed.weight")?.to_vec2::<f32>()?;
                let width = rows.first().map_or(0, Vec::len);
                if rows.len() < c_dim || width == 0 {
                    let line = format!("it has {} rows for {c_dim} classes", rows.len());
                    return Err(ModelError::BadWeights(line));
                }
                let project = fully_connected(width, z_dim, 1.0, &vb.pp("embed_proj"))?;
                ClassInput::Table(rows, project)
            }
            c_dim => ClassInput::Linear(fully_connected(c_dim, embedded, 1.0, &vb.pp("embed"))?),
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
        let class_means = match table {
            true => vb.get(&[c_dim, w_dim], "w_avg")?.to_vec2()?,
            false => Vec::new(),
        };
        Ok(Self {
            embed,
            layers,
            w_avg: match class_means.first() {
                Some(first) => first.clone(),
                None => vb.get(&[w_dim], "w_avg")?.to_vec1()?,
            },
            class_means,
        })
    }

    /// The centre of truncation of a class.
    pub fn w_avg_of(&self, class: Option<u32>) -> &[f32] {
        let own = self.class_means.get(class.unwrap_or(0) as usize);
        own.unwrap_or(&self.w_avg)
    }

    /// `w` of each `z`; `c` is one-hot or a mixture of classes, all zero for none.
    pub fn forward(&self, zs: &[Vec<f32>], c: &[f32]) -> Vec<Vec<f32>> {
        let class = self.embed.forward(c);
        let mut rows: Vec<Vec<f32>> = zs
            .iter()
            .map(|z| {
                let mut row = normalize_2nd_moment(z);
                row.extend(&class);
                row
            })
            .collect();
        for layer in &self.layers {
            rows = layer.forward_all(&rows);
            rows.iter_mut().flatten().for_each(bend);
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

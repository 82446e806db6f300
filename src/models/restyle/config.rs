//! Sizes of *Restyle*.

use serde::Deserialize;

use super::colours::Palette;
use crate::models::ModelError;

/// Sizes of the network, as in its `config.json`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    /// Numbers of a style's strokes.
    pub code_dim: usize,
    /// Numbers of its palette; 9.
    pub palette_dim: usize,
    /// Width of the mapping from strokes to normalisations.
    pub hidden: usize,
    /// Channels of the two halving convolutions.
    pub down: [usize; 2],
    /// Residual blocks.
    pub blocks: usize,
    /// Channels of the two doubling convolutions.
    pub up: [usize; 2],
    /// Channels of the style encoder.
    pub encoder_channels: Vec<usize>,
    /// Side of the square that the encoder looks at.
    pub encoder_size: usize,
    /// Added to variances in normalisations.
    pub eps_norm: f64,
    /// Added to variances of colours.
    pub eps_colour: f64,
    /// Slope of the mapping's leaky ReLU.
    pub leaky_slope: f32,
    /// Sides must be multiples of this.
    pub multiple: usize,
    /// Pixels around an output pixel that can influence it.
    pub receptive_radius: usize,
    /// Experts of its convolutions (see [`super::Experts`]); 0 where all styles have the same weights.
    #[serde(default)]
    pub experts: usize,
}

impl Config {
    /// # Errors
    /// [`ModelError::BadRequest`] for sizes that no such network has.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        let sane = self.palette_dim == Palette::LEN
            && (1..=247).contains(&self.code_dim)
            && (1..=4096).contains(&self.hidden)
            && self.blocks <= 64
            && (1..=8).contains(&self.encoder_channels.len())
            && (1 << self.encoder_channels.len()..=4096).contains(&self.encoder_size)
            && (1..=64).contains(&self.multiple)
            && self.receptive_radius <= 1024
            && self.experts <= 256;
        sane.then_some(()).ok_or_else(|| {
            ModelError::BadRequest("config.json: these sizes are not those of Restyle".into())
        })
    }

    /// Numbers of a style code.
    pub fn code_len(&self) -> usize {
        self.palette_dim + self.code_dim
    }

    /// Whether a style's weights in one are of the shapes that they have in the other.
    pub fn paints_like(&self, other: &Self) -> bool {
        let experts = self.experts;
        let other = other.clone();
        *self == Self { experts, ..other }
    }
}

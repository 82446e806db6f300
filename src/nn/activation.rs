//! What happens to a convolution's sum before it is stored: activation, gain, clamp.

use std::sync::Arc;

use candle_core::{Result, Tensor};

/// A pointwise function applied to an operator's result.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Activation {
    /// The value itself.
    #[default]
    None,
    /// `max(v, 0)`.
    Relu,
    /// `v` above zero, `slope · v` below.
    LeakyRelu(f32),
    /// Leaky ReLU with one slope per output channel (or one for all, when the list has length 1).
    PRelu(Arc<[f32]>),
    /// `v · sigmoid(v)`.
    Silu,
    /// `tanh(v)`.
    Tanh,
    /// `1 / (1 + e^-v)`.
    Sigmoid,
}

impl Activation {
    /// One value, for channel `c`.
    #[inline(always)]
    pub fn apply(&self, v: f32, c: usize) -> f32 {
        match self {
            Activation::None => v,
            Activation::Relu => v.max(0.0),
            Activation::LeakyRelu(slope) => {
                if v >= 0.0 {
                    v
                } else {
                    v * slope
                }
            }
            Activation::PRelu(slopes) => {
                let slope = slopes[if slopes.len() == 1 { 0 } else { c }];
                if v >= 0.0 { v } else { v * slope }
            }
            Activation::Silu => v / (1.0 + (-v).exp()),
            Activation::Tanh => v.tanh(),
            Activation::Sigmoid => 1.0 / (1.0 + (-v).exp()),
        }
    }

    /// The slope below zero for channel `c`, when the function is piecewise linear through zero.
    pub(crate) fn negative_slope(&self, c: usize) -> Option<f32> {
        match self {
            Activation::None => Some(1.0),
            Activation::Relu => Some(0.0),
            Activation::LeakyRelu(slope) => Some(*slope),
            Activation::PRelu(slopes) => Some(slopes[if slopes.len() == 1 { 0 } else { c }]),
            Activation::Silu | Activation::Tanh | Activation::Sigmoid => None,
        }
    }

    /// The same through candle's operators, on any device. `x` is `[N, C, H, W]`.
    pub(crate) fn apply_tensor(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Activation::None => Ok(x.clone()),
            Activation::Relu => x.relu(),
            // Fewer steps, but with another gradient at 0.
            Activation::LeakyRelu(slope) if !x.track_op() && (0.0..=1.0).contains(slope) => {
                x.maximum(&(x * f64::from(*slope))?)
            }
            Activation::LeakyRelu(slope) => {
                let negative = (x.minimum(0f32)? * f64::from(*slope))?;
                x.maximum(0f32)? + negative
            }
            Activation::PRelu(slopes) => {
                let slopes = Tensor::from_slice(slopes, (1, slopes.len(), 1, 1), x.device())?
                    .to_dtype(x.dtype())?;
                x.relu()? - x.neg()?.relu()?.broadcast_mul(&slopes)?
            }
            Activation::Silu => x.silu(),
            Activation::Tanh => x.tanh(),
            Activation::Sigmoid => candle_nn::ops::sigmoid(x),
        }
    }
}

/// Activation, then a gain, then a symmetric clamp: StyleGAN2's `bias_act` without the bias.
#[derive(Clone, Debug, PartialEq)]
pub struct Post {
    /// The pointwise function.
    pub activation: Activation,
    /// What the activated value is multiplied with (1 leaves it).
    pub gain: f32,
    /// Values are held within `-clamp ..= clamp`.
    pub clamp: Option<f32>,
}

impl Default for Post {
    fn default() -> Self {
        Self {
            activation: Activation::None,
            gain: 1.0,
            clamp: None,
        }
    }
}

impl Post {
    /// One value, for channel `c`.
    #[inline(always)]
    pub fn apply(&self, v: f32, c: usize) -> f32 {
        let v = self.activation.apply(v, c) * self.gain;
        match self.clamp {
            Some(limit) => v.clamp(-limit, limit),
            None => v,
        }
    }

    pub(crate) fn apply_tensor(&self, x: &Tensor) -> Result<Tensor> {
        let mut y = self.activation.apply_tensor(x)?;
        if self.gain != 1.0 {
            y = (y * f64::from(self.gain))?;
        }
        match self.clamp {
            Some(limit) => y.clamp(-limit, limit),
            None => Ok(y),
        }
    }
}

impl From<Activation> for Post {
    fn from(activation: Activation) -> Self {
        Self {
            activation,
            ..Self::default()
        }
    }
}

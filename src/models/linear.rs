//! Fully connected layers on plain numbers: for mapping networks and style codes,
//! where rows must not depend on what else is computed beside them.

use std::sync::OnceLock;

use candle_core::{Device, Tensor};
use rayon::prelude::*;

use super::ModelError;

/// A vector that goes into a layer.
#[derive(Clone, Copy)]
pub(super) enum Row<'a> {
    /// Numbers.
    Plain(&'a [f32]),
    /// `[1, numbers]`, to which gradients come back.
    Graded(&'a Tensor),
}

impl<'a> Row<'a> {
    /// Its numbers, if it has no gradient.
    pub(super) fn numbers(self) -> Option<&'a [f32]> {
        match self {
            Self::Plain(numbers) => Some(numbers),
            Self::Graded(_) => None,
        }
    }

    /// The row with a gradient.
    pub(super) fn tensor(self) -> Option<&'a Tensor> {
        match self {
            Self::Plain(_) => None,
            Self::Graded(row) => Some(row),
        }
    }
}

/// `y = W x + b` with `W` of `outputs` × `inputs`.
#[derive(Debug, Clone)]
pub struct Linear {
    inputs: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
    /// `[inputs, outputs]` and `[outputs]`, once gradients are wanted.
    tensors: OnceLock<(Tensor, Tensor)>,
}

impl Linear {
    /// Takes `weight` `[outputs, inputs]` times `weight_gain` and `bias` `[outputs]`
    /// times `bias_gain`.
    ///
    /// # Errors
    /// [`ModelError::Candle`] if the tensors have another rank.
    pub fn new(
        weight: &Tensor,
        weight_gain: f32,
        bias: &Tensor,
        bias_gain: f32,
    ) -> Result<Self, ModelError> {
        let (_, inputs) = weight.dims2()?;
        let scaled = |tensor: &Tensor, gain: f32| -> Result<Vec<f32>, ModelError> {
            let values = tensor.flatten_all()?.to_vec1::<f32>()?;
            Ok(values.iter().map(|v| v * gain).collect())
        };
        Ok(Self {
            inputs,
            weight: scaled(weight, weight_gain)?,
            bias: scaled(bias, bias_gain)?,
            tensors: OnceLock::new(),
        })
    }

    /// Rows `[N, inputs]` to `[N, outputs]`, with their gradient.
    ///
    /// # Errors
    /// [`ModelError::Candle`] for rows of another length.
    pub fn forward_tensor(&self, x: &Tensor) -> Result<Tensor, ModelError> {
        let (weight, bias) = match self.tensors.get() {
            Some(tensors) => tensors,
            None => {
                let shape = (self.outputs(), self.inputs);
                let weight = Tensor::from_slice(&self.weight, shape, x.device())?;
                let bias = Tensor::from_slice(&self.bias, self.outputs(), x.device())?;
                let tensors = (weight.t()?.contiguous()?, bias);
                self.tensors.get_or_init(|| tensors)
            }
        };
        Ok(x.matmul(weight)?.broadcast_add(bias)?)
    }

    /// One vector of either kind to `[1, outputs]`.
    ///
    /// # Errors
    /// [`ModelError::Candle`] for a row of another length.
    pub(super) fn of(&self, row: Row<'_>, device: &Device) -> Result<Tensor, ModelError> {
        match row {
            Row::Plain(x) => {
                let y = self.forward(x);
                Ok(Tensor::from_vec(y, (1, self.outputs()), device)?)
            }
            Row::Graded(x) => self.forward_tensor(x),
        }
    }

    /// Numbers that go in.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Numbers that come out.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// One vector of `inputs` numbers; `outputs` come back.
    pub fn forward(&self, x: &[f32]) -> Vec<f32> {
        self.weight
            .chunks_exact(self.inputs)
            .zip(&self.bias)
            .map(|(row, bias)| dot(row, x) + bias)
            .collect()
    }

    /// Many vectors, in parallel, each as if alone.
    pub fn forward_all(&self, xs: &[Vec<f32>]) -> Vec<Vec<f32>> {
        xs.par_iter().map(|x| self.forward(x)).collect()
    }
}

/// Scalar product, summed in eight lanes in a fixed order.
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0f32; 8];
    let (a8, a_rest) = a.as_chunks::<8>();
    let (b8, b_rest) = b.as_chunks::<8>();
    for (a, b) in a8.iter().zip(b8) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    lanes.iter().sum::<f32>() + rest
}

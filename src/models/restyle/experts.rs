//! Conditionally parameterised convolutions (Yang et al. 2019, "CondConv: Conditionally Parameterized
//! Convolutions for Efficient Inference"): a style's own weights are sums of what experts add to the
//! network's, worked out once from the style's whole code: what a stroke's contrast must be depends on
//! the colours that it is painted with.

use std::collections::VecDeque;
use std::sync::Arc;

use candle_core::{DType, Device, Tensor};
use parking_lot::Mutex;

use super::config::Config;
use super::transform::Transform;
use crate::models::ModelError;
use crate::models::linear::Linear;
use crate::models::weights::Weights;

/// So many styles' transforms are kept.
const KEPT: usize = 6;

/// A parameter that experts add to: its name, its shape, the convolution whose shares count, and for
/// each expert the numbers.
struct Part {
    name: String,
    shape: Vec<usize>,
    layer: usize,
    experts: Vec<Vec<f32>>,
}

/// The experts of a weights file, and what makes of a code how much each counts: a linear layer, and
/// one with a hidden layer beside it.
pub struct Experts {
    plain: Linear,
    hidden: Linear,
    out: Linear,
    slope: f32,
    count: usize,
    parts: Vec<Part>,
}

impl Experts {
    /// Of the weights below `transform.`: `routing`, `routing.hidden`, `routing.out` (without bias),
    /// `X.experts` of every convolution, `[experts · outputs, inputs, 3, 3]`, and of every affine layer, `[experts, 2
    /// channels]`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, weights: &Weights) -> Result<Self, ModelError> {
        let vb = weights.pp("transform").half(false);
        let count = config.experts;
        let layers = config.convolutions();
        let outputs = layers.len() * count;
        let get = |shape: &[usize], name: &str| -> Result<Vec<Vec<f32>>, ModelError> {
            let values: Vec<f32> = vb.get(shape, name)?.flatten_all()?.to_vec1()?;
            let each = (values.len() / count.max(1)).max(1);
            Ok(values.chunks(each).map(<[f32]>::to_vec).collect())
        };
        let mut parts = Vec::new();
        for (k, layer) in layers.iter().enumerate() {
            let shape = vec![layer.outputs, layer.inputs, 3, 3];
            let all = [count * layer.outputs, layer.inputs, 3, 3];
            parts.push(Part {
                experts: get(&all, &format!("{}.experts", layer.name))?,
                name: format!("{}.weight", layer.name),
                shape,
                layer: k,
            });
        }
        for (k, channels) in config.norms().into_iter().enumerate() {
            parts.push(Part {
                experts: get(&[count, 2 * channels], &format!("affine.{k}.experts"))?,
                name: format!("affine.{k}.bias"),
                shape: vec![2 * channels],
                layer: k,
            });
        }
        let linear = |name: &str, [inputs, outputs]: [usize; 2], bias: Option<Tensor>| {
            let weight = vb.get(&[outputs, inputs], &format!("{name}.weight"))?;
            let bias = match bias {
                Some(bias) => bias,
                None => vb.get(&[outputs], &format!("{name}.bias"))?,
            };
            Linear::new(&weight, 1.0, &bias, 1.0)
        };
        let none = Tensor::zeros(outputs, DType::F32, &Device::Cpu)?;
        Ok(Self {
            plain: linear("routing", [config.code_len(), outputs], None)?,
            hidden: linear("routing.hidden", [config.code_len(), config.hidden], None)?,
            out: linear("routing.out", [config.hidden, outputs], Some(none))?,
            slope: config.leaky_slope,
            count,
            parts,
        })
    }

    /// How much each expert counts in each convolution for a style, convolution by convolution.
    fn shares(&self, code: &[f32]) -> Vec<f32> {
        let mut hidden = self.hidden.forward(code);
        for value in hidden.iter_mut().filter(|value| **value < 0.0) {
            *value *= self.slope;
        }
        let (plain, out) = (self.plain.forward(code), self.out.forward(&hidden));
        plain.iter().zip(out).map(|(a, b)| a + b).collect()
    }

    /// The network's weights `own` with what the experts add for a style of this code.
    ///
    /// # Errors
    /// [`ModelError::MissingTensor`], [`ModelError::WrongShape`] for weights of another network.
    pub fn onto(&self, own: &Weights, code: &[f32]) -> Result<Weights, ModelError> {
        let shares = self.shares(code);
        let mut added = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let shares = shares.chunks_exact(self.count).nth(part.layer);
            let mut sum = vec![0.0; part.shape.iter().product()];
            for (share, expert) in shares.unwrap_or_default().iter().zip(&part.experts) {
                sum.iter_mut()
                    .zip(expert)
                    .for_each(|(sum, e)| *sum += share * e);
            }
            let sum = Tensor::from_vec(sum, part.shape.as_slice(), &Device::Cpu)?;
            added.push((format!("transform.{}", part.name), sum));
        }
        own.plus(added)
    }
}

/// Who paints: one transform for all styles, or one for each.
pub(super) enum Painters {
    /// The same for all.
    One(Arc<Transform>),
    /// Each style's own, by its code, as long as there is room.
    Each {
        experts: Box<Experts>,
        weights: Weights,
        ready: Mutex<VecDeque<(Vec<f32>, Arc<Transform>)>>,
    },
}

impl Painters {
    /// Of a weights file.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub(super) fn new(config: &Config, weights: &Weights) -> Result<Self, ModelError> {
        // With experts, too: a file that lacks something of it is refused here.
        let own = Transform::new(config, &weights.pp("transform"))?;
        Ok(match config.experts {
            0 => Self::One(Arc::new(own)),
            _ => Self::Each {
                experts: Box::new(Experts::new(config, weights)?),
                weights: weights.clone(),
                ready: Mutex::default(),
            },
        })
    }

    /// The transform for a style of this code.
    ///
    /// # Errors
    /// [`ModelError::Candle`].
    pub(super) fn of(&self, config: &Config, code: &[f32]) -> Result<Arc<Transform>, ModelError> {
        let (experts, weights, ready) = match self {
            Self::One(transform) => return Ok(Arc::clone(transform)),
            Self::Each {
                experts,
                weights,
                ready,
            } => (experts, weights, ready),
        };
        if let Some((_, found)) = ready.lock().iter().find(|(of, _)| of == code) {
            return Ok(Arc::clone(found));
        }
        let own = experts.onto(weights, code)?;
        let made = Arc::new(Transform::new(config, &own.pp("transform"))?);
        let mut ready = ready.lock();
        ready.push_front((code.to_vec(), Arc::clone(&made)));
        ready.truncate(KEPT);
        Ok(made)
    }
}

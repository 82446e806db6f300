//! The numbers that are learnt.

use crate::models::ModelError;
use crate::models::restyle::Config;
use crate::models::weights::Weights;

/// Everything that a learnt style changes, or gradients with respect to it: the convolutions'
/// weights, the bias of the last one (the others' vanish in the normalisations), the biases of the
/// affine layers, and the strokes of the style's code.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Weight of each convolution, `[outputs, inputs, 3, 3]`.
    pub weights: Vec<Vec<f32>>,
    /// Bias of the last convolution.
    pub bias: Vec<f32>,
    /// Bias of each affine layer: scales less 1, then shifts.
    pub affine: Vec<Vec<f32>>,
    /// The strokes in the style's code.
    pub strokes: Vec<f32>,
}

impl Parameters {
    /// As many zeros as a network of these sizes has numbers.
    pub fn zeros(config: &Config) -> Self {
        let layers = config.convolutions();
        Self {
            weights: layers
                .iter()
                .map(|l| vec![0.0; l.outputs * l.inputs * 9])
                .collect(),
            bias: vec![0.0; layers.last().map_or(0, |l| l.outputs)],
            affine: config.norms().iter().map(|c| vec![0.0; 2 * c]).collect(),
            strokes: vec![0.0; config.code_dim],
        }
    }

    /// Those of *Restyle*'s weights file, or of one with a learnt style's differences added to it
    /// ([`Adapter::onto`](crate::models::restyle::Adapter::onto)); strokes left 0.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn of(config: &Config, weights: &Weights) -> Result<Self, ModelError> {
        let weights = weights.pp("transform");
        let get = |name: String, shape: &[usize]| -> Result<Vec<f32>, ModelError> {
            Ok(weights.get(shape, &name)?.flatten_all()?.to_vec1()?)
        };
        let mut all = Self::zeros(config);
        for (k, layer) in config.convolutions().iter().enumerate() {
            let shape = [layer.outputs, layer.inputs, 3, 3];
            all.weights[k] = get(format!("{}.weight", layer.name), &shape)?;
            // The last one's stays.
            all.bias = get(format!("{}.bias", layer.name), &shape[..1])?;
        }
        for (k, channels) in config.norms().into_iter().enumerate() {
            all.affine[k] = get(format!("affine.{k}.bias"), &[2 * channels])?;
        }
        Ok(all)
    }

    /// The mean of several; `None` for none.
    pub fn mean(of: &[&Self]) -> Option<Self> {
        let (first, others) = of.split_first()?;
        let mut mean = (*first).clone();
        for other in others {
            for (mean, other) in mean.groups_mut().zip(other.groups()) {
                mean.iter_mut().zip(other).for_each(|(m, o)| *m += o);
            }
        }
        let share = 1.0 / of.len() as f32;
        for group in mean.groups_mut() {
            group.iter_mut().for_each(|m| *m *= share);
        }
        Some(mean)
    }

    /// All of them, group by group, always in the same order: the strokes are the last group.
    pub fn groups(&self) -> impl Iterator<Item = &Vec<f32>> {
        let one = [&self.bias].into_iter();
        let strokes = [&self.strokes].into_iter();
        self.weights
            .iter()
            .chain(one)
            .chain(&self.affine)
            .chain(strokes)
    }

    /// As [`groups`](Self::groups), to be changed.
    pub fn groups_mut(&mut self) -> impl Iterator<Item = &mut Vec<f32>> {
        let one = [&mut self.bias].into_iter();
        let strokes = [&mut self.strokes].into_iter();
        self.weights
            .iter_mut()
            .chain(one)
            .chain(&mut self.affine)
            .chain(strokes)
    }

    /// Sets all to 0.
    pub fn clear(&mut self) {
        self.groups_mut().for_each(|group| group.fill(0.0));
    }

    /// Root of the sum of the squares.
    pub fn norm(&self) -> f32 {
        let square = |v: &f32| f64::from(*v) * f64::from(*v);
        let sum: f64 = self.groups().flatten().map(square).sum();
        sum.sqrt() as f32
    }
}

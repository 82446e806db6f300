//! *Restyle*'s transform with the gradients of what is learnt; one picture at a time, on the
//! processor.

use super::parameters::Parameters;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::restyle::Config;
use crate::models::weights::Weights;
use crate::nn::backward::{Instance, Size, Spread, TrainedConv, double, of_double};

/// What happens around a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Normalised, then ReLU.
    Plain,
    /// Normalised, added to what went into the block.
    Closing,
    /// On twice the size; normalised, then ReLU.
    Doubling,
    /// The last: neither.
    Last,
}

/// A network with what isn't learnt; what is, is given.
pub struct Painter {
    config: Config,
    convs: Vec<(TrainedConv, Role)>,
    biases: Vec<Vec<f32>>,
    /// `[hidden, code_dim + 1]`, `[hidden]`.
    mapping: (Vec<f32>, Vec<f32>),
    /// `[2 channels, hidden]` of each normalisation.
    affine: Vec<Vec<f32>>,
    start: Parameters,
}

/// One convolution's part of a picture's way.
#[derive(Default)]
struct Stage {
    /// What went in, where it isn't what the stage before gave.
    doubled: Vec<f32>,
    /// The convolution's sums.
    sums: Vec<f32>,
    /// What came out.
    out: Vec<f32>,
    spreads: Vec<Spread>,
    scale: Vec<f32>,
    shift: Vec<f32>,
}

/// What a gradient needs of a picture's way through the network, and room to work in.
pub struct Passage {
    size: Size,
    white: Vec<f32>,
    input: Vec<f32>,
    /// The mapping's sums before its ReLU.
    mapped: Vec<f32>,
    stages: Vec<Stage>,
    work: [Vec<f32>; 2],
    gradients: [Vec<f32>; 3],
}

impl Passage {
    /// For pictures of this height and width, multiples of four.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            white: Vec::new(),
            input: Vec::new(),
            mapped: Vec::new(),
            stages: Vec::new(),
            work: Default::default(),
            gradients: Default::default(),
        }
    }

    /// The whitened picture that came out, `[3, h, w]`.
    pub fn painted(&self) -> &[f32] {
        self.stages.last().map_or(&[], |stage| &stage.sums)
    }

    /// Height and width.
    pub fn size(&self) -> Size {
        self.size
    }
}

impl Painter {
    /// Of *Restyle*'s weights file.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, own: &Weights) -> Result<Self, ModelError> {
        let start = Parameters::of(config, own)?;
        let own = own.pp("transform");
        let get = |name: String, shape: &[usize]| -> Result<Vec<f32>, ModelError> {
            Ok(own.get(shape, &name)?.flatten_all()?.to_vec1()?)
        };
        let (mut convs, mut biases) = (Vec::new(), Vec::new());
        for layer in config.convolutions() {
            biases.push(get(format!("{}.bias", layer.name), &[layer.outputs])?);
            let (role, stride) = match layer.name.as_str() {
                "down1" | "down2" => (Role::Plain, 2),
                "up1" | "up2" => (Role::Doubling, 1),
                "out" => (Role::Last, 1),
                name if name.ends_with("conv2") => (Role::Closing, 1),
                _ => (Role::Plain, 1),
            };
            let conv = TrainedConv {
                inputs: layer.inputs,
                outputs: layer.outputs,
                stride,
            };
            convs.push((conv, role));
        }
        let mut affine = Vec::new();
        for (k, channels) in config.norms().into_iter().enumerate() {
            let shape = [2 * channels, config.hidden];
            affine.push(get(format!("affine.{k}.weight"), &shape)?);
        }
        let shape = [config.hidden, config.code_dim + 1];
        let mapping = get("mapping.weight".into(), &shape)?;
        Ok(Self {
            config: config.clone(),
            convs,
            biases,
            mapping: (mapping, get("mapping.bias".into(), &shape[..1])?),
            affine,
            start,
        })
    }

    /// Its sizes.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// *Restyle*'s own numbers, strokes left 0.
    pub fn start(&self) -> &Parameters {
        &self.start
    }

    /// With what this painter paints a style of these `strokes` as `other`, a *Restyle* with other
    /// weights, paints it at full strength: what other's mapping and affine layers make of the
    /// strokes goes into the biases. `None` where their sizes differ.
    pub fn in_place_of(&self, other: &Self, strokes: &[f32]) -> Option<Parameters> {
        if !self.config.paints_like(&other.config) {
            return None;
        }
        let mut at = other.start.clone();
        at.strokes = strokes.to_vec();
        let hidden = |painter: &Self| {
            let input = input(strokes, 1.0);
            painter.leaky(&linear(&painter.mapping.0, &painter.mapping.1, &input))
        };
        let (own, others) = (hidden(self), hidden(other));
        for (k, bias) in at.affine.iter_mut().enumerate() {
            let still = vec![0.0; bias.len()];
            let theirs = linear(&other.affine[k], bias, &others);
            let ours = linear(&self.affine[k], &still, &own);
            for ((bias, theirs), ours) in bias.iter_mut().zip(theirs).zip(ours) {
                *bias = theirs - ours;
            }
        }
        Some(at)
    }

    /// Takes a whitened picture through the network: [`Passage::painted`] is what comes out.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`; [`ModelError::BadRequest`] for sides that are no
    /// multiples of four.
    pub fn forward(
        &self,
        at: &Parameters,
        white: &[f32],
        strength: f32,
        passage: &mut Passage,
        stop: &CancelToken,
    ) -> Result<(), ModelError> {
        let size = passage.size;
        if !size.0.is_multiple_of(4)
            || !size.1.is_multiple_of(4)
            || white.len() != 3 * size.0 * size.1
        {
            return Err(ModelError::BadRequest(
                "pictures to learn from must have sides that are multiples of 4".into(),
            ));
        }
        passage.white.clear();
        passage.white.extend_from_slice(white);
        passage.stages.resize_with(self.convs.len(), Stage::default);
        let hidden = self.hidden(at, strength, passage);
        let mut size = size;
        for k in 0..self.convs.len() {
            go_on(stop)?;
            let (conv, role) = self.convs[k];
            let (before, rest) = passage.stages.split_at_mut(k);
            let stage = &mut rest[0];
            let from: &[f32] = match before.last() {
                Some(stage) => &stage.out,
                None => &passage.white,
            };
            if role == Role::Doubling {
                stage.doubled.resize(4 * from.len(), 0.0);
                double(from, size, &mut stage.doubled);
                size = (2 * size.0, 2 * size.1);
            }
            let x = match role {
                Role::Doubling => &stage.doubled,
                _ => from,
            };
            let output = conv.output(size);
            let bias = match role {
                Role::Last => &at.bias,
                _ => &self.biases[k],
            };
            stage.sums.resize(conv.outputs * output.0 * output.1, 0.0);
            conv.forward((&at.weights[k], bias), x, size, &mut stage.sums);
            size = output;
            if role == Role::Last {
                continue;
            }
            (stage.scale, stage.shift) = self.modulation(at, k, &hidden);
            let norm = norm(&stage.scale, &stage.shift, role, self.config.eps_norm);
            stage.out.resize(stage.sums.len(), 0.0);
            let residual = match role {
                Role::Closing => Some(self.block_input(before, &passage.white)),
                _ => None,
            };
            stage.spreads = norm.forward(&stage.sums, residual, &mut stage.out);
        }
        Ok(())
    }

    /// What went into the block that ends here.
    fn block_input<'a>(&self, before: &'a [Stage], white: &'a [f32]) -> &'a [f32] {
        // The block's first convolution is the last stage, its input came one before.
        match before.len().checked_sub(2) {
            Some(k) => &before[k].out,
            None => white,
        }
    }

    /// Adds to `gradient` what `g` says, the gradient with respect to [`Passage::painted`], after
    /// [`forward`](Self::forward).
    ///
    /// # Errors
    /// [`ModelError::Cancelled`] soon after `stop`.
    pub fn backward(
        &self,
        at: &Parameters,
        passage: &mut Passage,
        g: &[f32],
        gradient: &mut Parameters,
        stop: &CancelToken,
    ) -> Result<(), ModelError> {
        let Passage {
            stages,
            white,
            work,
            gradients: [now, next, kept],
            ..
        } = passage;
        now.clear();
        now.extend_from_slice(g);
        let mut of_hidden = vec![0.0; self.config.hidden];
        let mut size = passage.size;
        for k in (0..self.convs.len()).rev() {
            go_on(stop)?;
            let (conv, role) = self.convs[k];
            if role == Role::Last {
                let area = size.0 * size.1;
                for (bias, g) in gradient.bias.iter_mut().zip(now.chunks_exact(area)) {
                    *bias += g.iter().map(|v| f64::from(*v)).sum::<f64>() as f32;
                }
            } else {
                if role == Role::Closing {
                    kept.clear();
                    kept.extend_from_slice(now);
                }
                self.through_norm(k, &stages[k], now, gradient, &mut of_hidden);
            }
            let input = (size.0 * conv.stride, size.1 * conv.stride);
            let x: &[f32] = match (role, k.checked_sub(1)) {
                (Role::Doubling, _) => &stages[k].doubled,
                (_, Some(before)) => &stages[before].out,
                (_, None) => white,
            };
            conv.of_weight(x, input, now, &mut gradient.weights[k]);
            size = input;
            if k == 0 {
                break;
            }
            next.resize(next.len().max(x.len()), 0.0);
            conv.of_picture(&at.weights[k], now, input, work, next);
            now.clear();
            if role == Role::Doubling {
                size = (size.0 / 2, size.1 / 2);
                now.resize(x.len() / 4, 0.0);
                of_double(&next[..x.len()], size, now);
            } else {
                now.extend_from_slice(&next[..x.len()]);
            }
            // Before the first convolution of a block: what went around it comes back.
            if self
                .convs
                .get(k + 1)
                .is_some_and(|(_, r)| *r == Role::Closing)
            {
                for (now, kept) in now.iter_mut().zip(kept.iter()) {
                    *now += kept;
                }
            }
        }
        self.through_mapping(passage, &of_hidden, gradient);
        Ok(())
    }

    /// A normalisation's gradient: `g` becomes that of the convolution's sums.
    fn through_norm(
        &self,
        k: usize,
        stage: &Stage,
        g: &mut [f32],
        gradient: &mut Parameters,
        of_hidden: &mut [f32],
    ) {
        let role = self.convs[k].1;
        let norm = norm(&stage.scale, &stage.shift, role, self.config.eps_norm);
        let channels = stage.scale.len();
        let mut of_affine = vec![0.0; 2 * channels];
        let (of_scale, of_shift) = of_affine.split_at_mut(channels);
        norm.backward(&stage.sums, &stage.spreads, g, (of_scale, of_shift));
        let hidden = of_hidden.len();
        for (row, of) in of_affine.iter().enumerate() {
            gradient.affine[k][row] += of;
            let weights = &self.affine[k][row * hidden..(row + 1) * hidden];
            for (of_hidden, w) in of_hidden.iter_mut().zip(weights) {
                *of_hidden += w * of;
            }
        }
    }

    /// The strokes' gradient.
    fn through_mapping(&self, passage: &Passage, of_hidden: &[f32], gradient: &mut Parameters) {
        let inputs = self.config.code_dim + 1;
        for (row, (of, mapped)) in of_hidden.iter().zip(&passage.mapped).enumerate() {
            let of = if *mapped < 0.0 {
                of * self.config.leaky_slope
            } else {
                *of
            };
            let weights = &self.mapping.0[row * inputs..(row + 1) * inputs];
            for (strokes, w) in gradient.strokes.iter_mut().zip(weights) {
                *strokes += w * of;
            }
        }
    }

    /// What the code and the strength make of the mapping.
    fn hidden(&self, at: &Parameters, strength: f32, passage: &mut Passage) -> Vec<f32> {
        passage.input = input(&at.strokes, strength);
        passage.mapped = linear(&self.mapping.0, &self.mapping.1, &passage.input);
        self.leaky(&passage.mapped)
    }

    fn leaky(&self, mapped: &[f32]) -> Vec<f32> {
        let slope = self.config.leaky_slope;
        let leaky = |v: &f32| if *v < 0.0 { v * slope } else { *v };
        mapped.iter().map(leaky).collect()
    }

    /// Scales and shifts of a normalisation.
    fn modulation(&self, at: &Parameters, k: usize, hidden: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let mut scale = linear(&self.affine[k], &at.affine[k], hidden);
        let shift = scale.split_off(scale.len() / 2);
        scale.iter_mut().for_each(|s| *s += 1.0);
        (scale, shift)
    }
}

fn norm<'a>(scale: &'a [f32], shift: &'a [f32], role: Role, eps: f64) -> Instance<'a> {
    Instance {
        scale,
        shift,
        relu: role != Role::Closing,
        eps: eps as f32,
    }
}

/// What goes into the mapping.
fn input(strokes: &[f32], strength: f32) -> Vec<f32> {
    strokes.iter().copied().chain([strength]).collect()
}

/// `weight · x + bias`, rows of `x`'s length.
fn linear(weight: &[f32], bias: &[f32], x: &[f32]) -> Vec<f32> {
    weight
        .chunks_exact(x.len())
        .zip(bias)
        .map(|(row, bias)| row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>() + bias)
        .collect()
}

fn go_on(stop: &CancelToken) -> Result<(), ModelError> {
    match stop.is_cancelled() {
        true => Err(ModelError::Cancelled),
        false => Ok(()),
    }
}

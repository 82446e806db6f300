//! Synthesis network of StyleGAN3 (Karras et al. 2021; `SynthesisNetwork` of
//! networks_stylegan3 in the authors' repository), configurations T and R.

use candle_core::{DType, Device, Tensor};

use super::config::{Config, LayerConfig};
use super::input::SynthesisInput;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::differentiable::{FEATURE_RATE, Features, Rest};
use crate::models::error::stop;
use crate::models::linear::{Linear, Row};
use crate::models::stylegan2::NoiseSource;
use crate::models::stylegan2::gradient::StyledConv;
use crate::models::weights::Weights;
use crate::nn::{
    Activation, DownFilter, FilteredLrelu, FilteredLreluConfig, Fir, ModulatedConv2dConfig, Post,
};
use crate::recipe::Transform;

/// Modulated convolution with filtered leaky ReLU; the last one is the picture's.
struct SynthesisLayer {
    affine: Linear,
    conv: StyledConv,
    bend: FilteredLrelu,
    /// Whether styles are normalised and results brought to unit variance.
    demodulate: bool,
    /// Its output's sampling rate.
    rate: usize,
}

impl SynthesisLayer {
    fn new(
        config: &Config,
        layer: &LayerConfig,
        rate: usize,
        vb: &Weights,
    ) -> Result<Self, ModelError> {
        let [inputs, outputs] = layer.channels;
        let (kernel, demodulate) = (layer.kernel, !layer.to_rgb);
        let mut weight = vb.get(&[outputs, inputs, kernel, kernel], "weight")?;
        let mut gain = 1.0;
        if demodulate {
            let mean = weight.sqr()?.mean_keepdim((1, 2, 3))?;
            weight = weight.broadcast_div(&mean.sqrt()?)?;
        } else {
            gain = 1.0 / (inputs as f32).sqrt();
        }
        let affine = vb.pp("affine");
        let w_gain = gain / (config.w_dim as f32).sqrt();
        let magnitude = vb.get(&[], "magnitude_ema")?.to_scalar::<f32>()?;
        let bent = FilteredLreluConfig {
            up: layer.up,
            down: layer.down,
            padding: [0, 1, 0, 1].map(|end: usize| layer.padding[end]),
            input_gain: 1.0 / magnitude.sqrt(),
            slope: if demodulate { 0.2 } else { 1.0 },
            gain: if demodulate {
                std::f32::consts::SQRT_2
            } else {
                1.0
            },
            clamp: config.conv_clamp,
        };
        // It comes with the nonlinearity.
        let no_bias = Tensor::zeros(outputs, DType::F32, weight.device())?;
        let bias = vb.get(&[outputs], "bias")?.to_vec1()?;
        Ok(Self {
            affine: Linear::new(
                &affine.get(&[inputs, config.w_dim], "weight")?,
                w_gain,
                &affine.get(&[inputs], "bias")?,
                gain,
            )?,
            conv: StyledConv::new(
                weight,
                no_bias,
                ModulatedConv2dConfig {
                    up: false,
                    demodulate,
                    full: true,
                    post: Post {
                        activation: Activation::None,
                        gain: 1.0,
                        clamp: None,
                    },
                },
                // For networks that double; these filter in their nonlinearity.
                Fir::stylegan2(),
            )?,
            bend: FilteredLrelu::new(bent, up_filter(layer, vb)?, down_filter(layer, vb)?, bias)?,
            demodulate,
            rate,
        })
    }

    fn forward(&self, x: &Tensor, w: Row<'_>) -> Result<Tensor, ModelError> {
        let styles = self.styles(w, x.device())?;
        let x = self.conv.forward(x, &styles, None)?;
        Ok(self.bend.forward(&x)?)
    }

    fn styles(&self, w: Row<'_>, device: &Device) -> Result<Tensor, ModelError> {
        match w {
            Row::Plain(w) => {
                let mut styles = self.affine.forward(w);
                if self.demodulate {
                    let square = styles.iter().map(|s| s * s).sum::<f32>() / styles.len() as f32;
                    styles.iter_mut().for_each(|s| *s /= square.sqrt());
                }
                let styles = Tensor::from_vec(styles, (1, self.affine.outputs()), device)?;
                Ok(styles)
            }
            Row::Graded(w) => {
                let styles = self.affine.forward_tensor(w)?;
                if !self.demodulate {
                    return Ok(styles);
                }
                let square = styles.sqr()?.mean_keepdim(1)?;
                Ok(styles.broadcast_div(&square.sqrt()?)?)
            }
        }
    }
}

/// The file's own filter; none is stored where it would do nothing.
fn up_filter(layer: &LayerConfig, vb: &Weights) -> Result<Vec<f32>, ModelError> {
    match layer.up_taps {
        1 => Ok(vec![1.0]),
        taps => Ok(vb.get(&[taps], "up_filter")?.to_vec1()?),
    }
}

fn down_filter(layer: &LayerConfig, vb: &Weights) -> Result<DownFilter, ModelError> {
    Ok(match (layer.down_taps, layer.radial) {
        (1, _) => DownFilter::Separable(vec![1.0]),
        (taps, false) => DownFilter::Separable(vb.get(&[taps], "down_filter")?.to_vec1()?),
        (taps, true) => {
            let rows = vb.get(&[taps, taps], "down_filter")?;
            DownFilter::Radial(rows.flatten_all()?.to_vec1()?)
        }
    })
}

/// `ws` to the picture.
pub struct SynthesisNetwork {
    input: SynthesisInput,
    layers: Vec<SynthesisLayer>,
    output_scale: f64,
}

impl SynthesisNetwork {
    /// Loads `input` and the layers, `L0_36_512` and so on, below `vb`.
    ///
    /// # Errors
    /// Missing or misshapen tensors.
    pub fn new(config: &Config, vb: &Weights) -> Result<Self, ModelError> {
        let (layers, rates) = (config.layers(), config.rates());
        let layers = layers
            .iter()
            .zip(&rates)
            .map(|(layer, rate)| {
                SynthesisLayer::new(config, layer, rate.sampling_rate, &vb.pp(&layer.name))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            input: SynthesisInput::new(config, &vb.pp("input"))?,
            layers,
            output_scale: config.output_scale,
        })
    }

    /// `[1, img_channels, height, width]`, about -1..1, of `num_ws` rows. Looks at `cancel`
    /// between layers.
    ///
    /// # Errors
    /// [`ModelError::Cancelled`], or what the tensor library says.
    pub fn forward(
        &self,
        ws: &[Vec<f32>],
        transform: &Transform,
        device: &Device,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let rows: Vec<Row<'_>> = ws.iter().map(|row| Row::Plain(row)).collect();
        let x = self.input.forward(first(ws)?, transform, device)?;
        let x = self.through(&self.layers, x, rows.get(1..), cancel)?;
        Ok((x * self.output_scale)?)
    }

    /// The same of rows `[1, w_dim]`, with gradients.
    ///
    /// # Errors
    /// As [`SynthesisNetwork::forward`].
    pub(in crate::models) fn graded(
        &self,
        ws: &[Tensor],
        transform: &Transform,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let rows: Vec<Row<'_>> = ws.iter().map(Row::Graded).collect();
        let x = self.input.graded(first(ws)?, transform)?;
        let x = self.through(&self.layers, x, rows.get(1..), cancel)?;
        Ok((x * self.output_scale)?)
    }

    /// Layers up to the features: none that is finer than [`FEATURE_RATE`], and not the last two,
    /// which make the picture of them.
    fn feature_layers(&self) -> usize {
        let fine = self
            .layers
            .iter()
            .position(|layer| layer.rate > FEATURE_RATE);
        let most = self.layers.len().saturating_sub(2);
        fine.unwrap_or(most).min(most).max(1)
    }

    /// What the first layers make of rows `[1, w_dim]`.
    ///
    /// # Errors
    /// As [`SynthesisNetwork::forward`].
    pub(in crate::models) fn features(
        &self,
        ws: &[Tensor],
        transform: &Transform,
        cancel: &CancelToken,
    ) -> Result<Features, ModelError> {
        let rows: Vec<Row<'_>> = ws.iter().map(Row::Graded).collect();
        let x = self.input.graded(first(ws)?, transform)?;
        let layers = &self.layers[..self.feature_layers()];
        let rate = layers.last().map_or(0, |layer| layer.rate) as f32;
        Ok(Features {
            map: self.through(layers, x, rows.get(1..), cancel)?,
            rate: [rate; 2],
            rest: Rest {
                layer: 1 + layers.len(),
                picture: None,
                noise: NoiseSource::None,
            },
        })
    }

    /// The picture of [`SynthesisNetwork::features`], without gradient.
    ///
    /// # Errors
    /// As [`SynthesisNetwork::forward`].
    pub(in crate::models) fn picture_from(
        &self,
        features: &Features,
        ws: &[Tensor],
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let ws: Vec<Tensor> = ws.iter().map(Tensor::detach).collect();
        let rows: Vec<Row<'_>> = ws.iter().map(Row::Graded).collect();
        let layers = &self.layers[self.feature_layers()..];
        let rest = rows.get(features.rest.layer..);
        let x = self.through(layers, features.map.detach(), rest, cancel)?;
        Ok((x * self.output_scale)?)
    }

    /// Through some layers, each with its row.
    fn through(
        &self,
        layers: &[SynthesisLayer],
        mut x: Tensor,
        rows: Option<&[Row<'_>]>,
        cancel: &CancelToken,
    ) -> Result<Tensor, ModelError> {
        let rows = rows.unwrap_or_default();
        if rows.len() < layers.len() {
            return Err(too_few());
        }
        for (layer, row) in layers.iter().zip(rows) {
            stop(cancel)?;
            x = layer.forward(&x, *row)?;
        }
        Ok(x)
    }
}

fn first<T>(ws: &[T]) -> Result<&T, ModelError> {
    ws.first().ok_or_else(too_few)
}

fn too_few() -> ModelError {
    ModelError::BadRequest("there are fewer styles than layers".into())
}

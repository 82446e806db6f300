//! Synthesis network of StyleGAN3 (Karras et al. 2021; `SynthesisNetwork` of
//! networks_stylegan3 in the authors' repository), configurations T and R.

use candle_core::{Device, Tensor};

use super::config::{Config, LayerConfig};
use super::input::SynthesisInput;
use crate::cancel::CancelToken;
use crate::models::ModelError;
use crate::models::error::stop;
use crate::models::linear::Linear;
use crate::models::weights::Weights;
use crate::nn::{
    Activation, DownFilter, FilteredLrelu, FilteredLreluConfig, ModulatedConv2d,
    ModulatedConv2dConfig, Post,
};
use crate::recipe::Transform;

/// Modulated convolution with filtered leaky ReLU; the last one is the picture's.
struct SynthesisLayer {
    affine: Linear,
    conv: ModulatedConv2d,
    bend: FilteredLrelu,
    /// Whether styles are normalised and results brought to unit variance.
    demodulate: bool,
}

impl SynthesisLayer {
    fn new(config: &Config, layer: &LayerConfig, vb: &Weights) -> Result<Self, ModelError> {
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
        let bias = vb.get(&[outputs], "bias")?.to_vec1()?;
        Ok(Self {
            affine: Linear::new(
                &affine.get(&[inputs, config.w_dim], "weight")?,
                w_gain,
                &affine.get(&[inputs], "bias")?,
                gain,
            )?,
            conv: ModulatedConv2d::new(
                weight,
                None,
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
            )?,
            bend: FilteredLrelu::new(bent, up_filter(layer, vb)?, down_filter(layer, vb)?, bias)?,
            demodulate,
        })
    }

    fn forward(&self, x: &Tensor, w: &[f32]) -> Result<Tensor, ModelError> {
        let mut styles = self.affine.forward(w);
        if self.demodulate {
            let square = styles.iter().map(|s| s * s).sum::<f32>() / styles.len() as f32;
            styles.iter_mut().for_each(|s| *s /= square.sqrt());
        }
        let styles = Tensor::from_vec(styles, (1, self.affine.outputs()), x.device())?;
        let x = self.conv.forward(x, &styles, None)?;
        Ok(self.bend.forward(&x)?)
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
        let layers = config.layers();
        let layers = layers
            .iter()
            .map(|layer| SynthesisLayer::new(config, layer, &vb.pp(&layer.name)))
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
        let mut rows = ws.iter();
        let mut row = || {
            let missing = || ModelError::BadRequest("there are fewer styles than layers".into());
            rows.next().ok_or_else(missing)
        };
        let mut x = self.input.forward(row()?, transform, device)?;
        for layer in &self.layers {
            stop(cancel)?;
            x = layer.forward(&x, row()?)?;
        }
        Ok((x * self.output_scale)?)
    }
}

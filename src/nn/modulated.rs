//! StyleGAN2's modulated convolution (Karras et al. 2020, "Analyzing and Improving the Image
//! Quality of StyleGAN"; official `modulated_conv2d` and `conv2d_resample`).

use std::sync::{Arc, OnceLock};

use candle_core::{D, DType, Result, Tensor, bail};

use super::conv::own::{Convolution, Extras, Kernels, Taps};
use super::doubling::{around, filtered_taps, phases};
use super::upfirdn::{Fir, upfirdn2d};
use super::{Activation, Conv2dConfig, Post, own_path, pixel_shuffle, values};

/// Settings of a [`ModulatedConv2d`].
#[derive(Clone, Debug, PartialEq)]
pub struct ModulatedConv2dConfig {
    /// Double the picture's sides (transposed convolution and the `[1, 3, 3, 1]` filter).
    pub up: bool,
    /// Bring the result back to unit variance.
    pub demodulate: bool,
    /// Keep every place that the kernel reaches: the sides grow by k − 1. Not with `up`.
    pub full: bool,
    /// What happens after noise and bias.
    pub post: Post,
}

impl Default for ModulatedConv2dConfig {
    /// A synthesis layer without up-sampling: demodulated, leaky ReLU 0.2, gain √2, no clamp.
    fn default() -> Self {
        Self {
            up: false,
            demodulate: true,
            full: false,
            post: Post {
                activation: Activation::LeakyRelu(0.2),
                gain: std::f32::consts::SQRT_2,
                clamp: None,
            },
        }
    }
}

impl ModulatedConv2dConfig {
    /// A `ToRGB` layer: not demodulated, linear, clamped.
    pub fn to_rgb(clamp: Option<f32>) -> Self {
        Self {
            up: false,
            demodulate: false,
            full: false,
            post: Post {
                activation: Activation::None,
                gain: 1.0,
                clamp,
            },
        }
    }

    fn padding(&self, kernel: usize) -> usize {
        if self.full { kernel - 1 } else { kernel / 2 }
    }
}

/// A modulated convolution with its weights laid out once.
///
/// Weight `[out, in, k, k]` (k odd; padding is `k / 2`, or `k - 1` where all is kept), bias `[out]`.
#[derive(Clone, Debug)]
pub struct ModulatedConv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    cfg: ModulatedConv2dConfig,
    own: Option<Arc<Own>>,
    /// For candle's operators, once they are needed.
    ready: Arc<OnceLock<Ready>>,
}

impl ModulatedConv2d {
    /// Packs `weight`. `bias` is added after the noise, before the activation.
    ///
    /// # Errors
    /// When the shapes don't fit each other, or `up` is asked for with a kernel other than 3×3
    /// or 5×5.
    pub fn new(weight: Tensor, bias: Option<Tensor>, cfg: ModulatedConv2dConfig) -> Result<Self> {
        check(&weight, bias.as_ref(), &cfg)?;
        let tracked = weight.track_op() || bias.as_ref().is_some_and(Tensor::track_op);
        let single = weight.dtype() == DType::F32;
        let own = match weight.device().is_cpu() && single && !tracked {
            true => Some(Arc::new(Own::new(&weight, bias.as_ref(), &cfg)?)),
            false => None,
        };
        Ok(Self {
            weight,
            bias,
            cfg,
            own,
            ready: Arc::default(),
        })
    }

    /// `x` `[N, in, H, W]`, `styles` `[N, in]` (the affine layer's output), `noise` already times
    /// its strength: `[H', W']` for all pictures or `[N, 1, H', W']`. Result `[N, out, H', W']`
    /// where `H' = 2H` with `up`, `H + k − 1` with `full`, else `H`; half numbers where the weights are.
    ///
    /// # Errors
    /// When the shapes don't fit each other.
    pub fn forward(&self, x: &Tensor, styles: &Tensor, noise: Option<&Tensor>) -> Result<Tensor> {
        check_inputs(x, &self.weight, styles, noise, &self.cfg)?;
        if let Some(own) = &self.own
            && [Some(x), Some(styles), noise]
                .into_iter()
                .flatten()
                .all(own_path)
        {
            return own.forward(x, styles, noise);
        }
        let given = [Some(x), Some(&self.weight), Some(styles), noise];
        let tracked = given.into_iter().flatten().any(Tensor::track_op);
        if !tracked && !self.bias.as_ref().is_some_and(Tensor::track_op) {
            let ready = match self.ready.get() {
                Some(ready) => ready,
                None => {
                    let ready = Ready::new(&self.weight, self.bias.as_ref(), &self.cfg)?;
                    self.ready.get_or_init(|| ready)
                }
            };
            return ready.forward(x, styles, noise, &self.cfg);
        }
        // Gradients want full numbers.
        let full = |t: &Tensor| t.to_dtype(x.dtype());
        let bias = self.bias.as_ref().map(full).transpose()?;
        plain(
            x,
            &full(&self.weight)?,
            styles,
            noise,
            bias.as_ref(),
            &self.cfg,
        )
    }
}

/// What the CPU kernels need.
#[derive(Debug)]
struct Own {
    kernels: Kernels,
    bias: Option<Vec<f32>>,
    conv: Conv2dConfig,
    up: bool,
    /// Rows and columns that the result has more.
    grows: usize,
    /// Sum of the squared taps, `[out, in]`, when demodulating.
    power: Option<Vec<f32>>,
}

impl Own {
    fn new(weight: &Tensor, bias: Option<&Tensor>, cfg: &ModulatedConv2dConfig) -> Result<Self> {
        let kernel = weight.dim(3)?;
        let taps = if cfg.up {
            filtered_taps(kernel)
        } else {
            Taps::Plain
        };
        let area = kernel * kernel;
        let power = match cfg.demodulate {
            true => Some(
                values(weight)?
                    .chunks_exact(area)
                    .map(|taps| taps.iter().map(|w| w * w).sum())
                    .collect(),
            ),
            false => None,
        };
        let conv = Conv2dConfig {
            post: cfg.post.clone(),
            padding: cfg.padding(kernel),
            ..Conv2dConfig::default()
        };
        Ok(Self {
            kernels: Kernels::new(weight, 1, taps)?,
            bias: bias.map(values).transpose()?,
            conv,
            up: cfg.up,
            grows: 2 * cfg.padding(kernel) + 1 - kernel,
            power,
        })
    }

    fn forward(&self, x: &Tensor, styles: &Tensor, noise: Option<&Tensor>) -> Result<Tensor> {
        let (_, inputs, h, w) = x.dims4()?;
        let styles = values(styles)?;
        let scale = self
            .power
            .as_ref()
            .map(|power| demodulation(&styles, power, inputs));
        let noise = noise.map(Tensor::contiguous).transpose()?;
        let convolution = Convolution {
            kernels: &self.kernels,
            cfg: &self.conv,
            extras: Extras {
                input_scale: Some(&styles),
                output_scale: scale.as_deref(),
                bias: self.bias.as_deref(),
                noise: noise.as_ref(),
                residual: None,
            },
            output: if self.up {
                (2 * h, 2 * w)
            } else {
                (h + self.grows, w + self.grows)
            },
        };
        convolution.run(x)
    }
}

/// `1 / sqrt(Σ s² · power + 1e-8)` for each picture and output.
fn demodulation(styles: &[f32], power: &[f32], inputs: usize) -> Vec<f32> {
    let mut scale = Vec::with_capacity(styles.len() / inputs * (power.len() / inputs));
    for styles in styles.chunks_exact(inputs) {
        let squares: Vec<f32> = styles.iter().map(|s| s * s).collect();
        scale.extend(power.chunks_exact(inputs).map(|power| {
            // Eight running sums, so that the compiler may use vectors; the order is fixed.
            let mut sums = [0f32; 8];
            let (power, power_rest) = power.as_chunks::<8>();
            let (squares, squares_rest) = squares.as_chunks::<8>();
            for (p, s) in power.iter().zip(squares) {
                for ((sum, p), s) in sums.iter_mut().zip(p).zip(s) {
                    *sum += p * s;
                }
            }
            let rest: f32 = power_rest
                .iter()
                .zip(squares_rest)
                .map(|(p, s)| p * s)
                .sum();
            (sums.iter().sum::<f32>() + rest + 1e-8).sqrt().recip()
        }));
    }
    scale
}

/// What candle's operators need, made once: nothing of it changes from picture to picture.
#[derive(Debug)]
struct Ready {
    /// `[out, in, k, k]`, or with `up` the phases of each output, `[4 · out, in, k, k]`.
    weight: Tensor,
    /// Sums of the squared taps, `[in, out]`, `f32`.
    power: Option<Tensor>,
    /// Times the gain, `[1, out, 1, 1]`.
    bias: Option<Tensor>,
}

impl Ready {
    fn new(weight: &Tensor, bias: Option<&Tensor>, cfg: &ModulatedConv2dConfig) -> Result<Self> {
        let dtype = weight.dtype();
        let mut weight = weight.to_dtype(DType::F32)?;
        if scaled(dtype, cfg) {
            // The authors' way with half numbers: demodulation takes the factor out again.
            let (_, inputs, kernel, _) = weight.dims4()?;
            let largest = (weight.abs()?.flatten_from(1)?.max_keepdim(1)? + f64::MIN_POSITIVE)?;
            let largest = largest.reshape(((), 1, 1, 1))?;
            let usual = 1.0 / ((inputs * kernel * kernel) as f64).sqrt();
            weight = (weight.broadcast_div(&largest)? * usual)?;
        }
        let power = match cfg.demodulate {
            true => Some(weight.sqr()?.sum((2, 3))?.t()?.contiguous()?),
            false => None,
        };
        let weight = if cfg.up { phases(&weight)? } else { weight };
        let gain = f64::from(early_gain(&cfg.post));
        let bias = match bias {
            Some(bias) => {
                let bias = (bias.to_dtype(DType::F32)? * gain)?.to_dtype(dtype)?;
                Some(bias.reshape((1, (), 1, 1))?)
            }
            None => None,
        };
        Ok(Self {
            weight: weight.to_dtype(dtype)?.contiguous()?,
            power,
            bias,
        })
    }

    fn forward(
        &self,
        x: &Tensor,
        styles: &Tensor,
        noise: Option<&Tensor>,
        cfg: &ModulatedConv2dConfig,
    ) -> Result<Tensor> {
        let (n, c, _, _) = x.dims4()?;
        let dtype = self.weight.dtype();
        let gain = early_gain(&cfg.post);
        let mut styles = styles.to_dtype(DType::F32)?;
        if scaled(dtype, cfg) {
            let largest = (styles.abs()?.max_keepdim(D::Minus1)? + f64::MIN_POSITIVE)?;
            styles = styles.broadcast_div(&largest)?;
        }
        let each = styles.to_dtype(dtype)?.reshape((n, c, 1, 1))?;
        let x = x.to_dtype(dtype)?.broadcast_mul(&each)?;
        let kernel = self.weight.dim(3)?;
        let mut y = x.conv2d(&self.weight, cfg.padding(kernel), 1, 1, 1)?;
        if cfg.up {
            y = pixel_shuffle(&y, 2)?;
        }
        match &self.power {
            Some(power) => {
                let power = styles.sqr()?.matmul(power)?;
                let scale = ((power + 1e-8)?.sqrt()?.recip()? * f64::from(gain))?;
                y = y.broadcast_mul(&scale.to_dtype(dtype)?.reshape((n, (), 1, 1))?)?;
            }
            None if gain != 1.0 => y = (y * f64::from(gain))?,
            None => {}
        }
        if let Some(noise) = noise {
            let noise = (noise.to_dtype(DType::F32)? * f64::from(gain))?;
            y = y.broadcast_add(&noise.to_dtype(dtype)?)?;
        }
        if let Some(bias) = &self.bias {
            y = y.broadcast_add(bias)?;
        }
        let rest = Post {
            gain: cfg.post.gain / gain,
            ..cfg.post.clone()
        };
        rest.apply_tensor(&y)
    }
}

/// Whether weights and styles are brought to a size where half numbers do.
fn scaled(dtype: DType, cfg: &ModulatedConv2dConfig) -> bool {
    dtype == DType::F16 && cfg.demodulate
}

/// The gain, where it may as well come before the activation: small tensors take it then.
fn early_gain(post: &Post) -> f32 {
    match post.activation.negative_slope(0) {
        Some(_) if post.gain > 0.0 => post.gain,
        _ => 1.0,
    }
}

fn check(weight: &Tensor, bias: Option<&Tensor>, cfg: &ModulatedConv2dConfig) -> Result<()> {
    let (out, _, kh, kw) = weight.dims4()?;
    if kh != kw || kh % 2 == 0 || (cfg.up && (!matches!(kh, 3 | 5) || cfg.full)) {
        bail!("modulated convolution: kernel {kh}×{kw} is not supported")
    }
    match bias {
        Some(bias) if bias.dims() != [out] => {
            bail!(
                "modulated convolution: bias {:?} for {out} output channels",
                bias.dims()
            )
        }
        _ => Ok(()),
    }
}

fn check_inputs(
    x: &Tensor,
    weight: &Tensor,
    styles: &Tensor,
    noise: Option<&Tensor>,
    cfg: &ModulatedConv2dConfig,
) -> Result<()> {
    let (n, c, h, w) = x.dims4()?;
    if weight.dim(1)? != c || styles.dims() != [n, c] {
        bail!(
            "modulated convolution: picture {:?}, styles {:?}, weight {:?}",
            x.dims(),
            styles.dims(),
            weight.dims()
        )
    }
    let up = if cfg.up { 2 } else { 1 };
    let grows = 2 * cfg.padding(weight.dim(2)?) + 1 - weight.dim(2)?;
    match noise {
        Some(noise)
            if noise.dims() != [up * h + grows, up * w + grows]
                && noise.dims() != [n, 1, up * h + grows, up * w + grows]
                && noise.dims() != [1, 1, up * h + grows, up * w + grows] =>
        {
            bail!(
                "modulated convolution: noise {:?} for picture {:?}",
                noise.dims(),
                x.dims()
            )
        }
        _ => Ok(()),
    }
}

/// The same with weights that change at each call; see [`ModulatedConv2d::forward`].
///
/// # Errors
/// When the shapes don't fit each other.
pub fn modulated_conv2d(
    x: &Tensor,
    weight: &Tensor,
    styles: &Tensor,
    noise: Option<&Tensor>,
    bias: Option<&Tensor>,
    cfg: &ModulatedConv2dConfig,
) -> Result<Tensor> {
    check(weight, bias, cfg)?;
    check_inputs(x, weight, styles, noise, cfg)?;
    if [Some(x), Some(weight), Some(styles), noise, bias]
        .into_iter()
        .flatten()
        .all(own_path)
    {
        return Own::new(weight, bias, cfg)?.forward(x, styles, noise);
    }
    plain(x, weight, styles, noise, bias, cfg)
}

/// Through candle's operators.
fn plain(
    x: &Tensor,
    weight: &Tensor,
    styles: &Tensor,
    noise: Option<&Tensor>,
    bias: Option<&Tensor>,
    cfg: &ModulatedConv2dConfig,
) -> Result<Tensor> {
    let (n, c, _, _) = x.dims4()?;
    let (out, _, kernel, _) = weight.dims4()?;
    let x = x.broadcast_mul(&styles.reshape((n, c, 1, 1))?)?;
    let mut y = if cfg.up {
        let transposed = weight.transpose(0, 1)?.contiguous()?;
        let (y, zeros) = (x.conv_transpose2d(&transposed, 0, 0, 2, 1)?, around(kernel));
        upfirdn2d(&y, &Fir::stylegan2(), 1, 1, (zeros, zeros), 4.0)?
    } else {
        x.conv2d(&weight.contiguous()?, cfg.padding(kernel), 1, 1, 1)?
    };
    if cfg.demodulate {
        // 1 / sqrt(Σ (w·s)² + 1e-8) = 1 / sqrt(s² · Σ_k w² + 1e-8)
        let squares = weight.sqr()?.sum((2, 3))?;
        let power = styles.sqr()?.matmul(&squares.t()?)?;
        let scale = ((power + 1e-8)?.sqrt()?.recip()?).reshape((n, out, 1, 1))?;
        y = y.broadcast_mul(&scale)?;
    }
    if let Some(noise) = noise {
        y = y.broadcast_add(noise)?;
    }
    if let Some(bias) = bias {
        y = y.broadcast_add(&bias.reshape((1, out, 1, 1))?)?;
    }
    cfg.post.apply_tensor(&y)
}

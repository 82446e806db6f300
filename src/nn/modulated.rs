//! StyleGAN2's modulated convolution (Karras et al. 2020, "Analyzing and Improving the Image
//! Quality of StyleGAN"; official `modulated_conv2d` and `conv2d_resample`).

use candle_core::{Result, Tensor, bail};

use super::upfirdn::{Fir, upfirdn2d};
use super::{Activation, Post};

/// Settings of a [`ModulatedConv2d`].
#[derive(Clone, Debug, PartialEq)]
pub struct ModulatedConv2dConfig {
    /// Double the picture's sides (transposed convolution and the `[1, 3, 3, 1]` filter).
    pub up: bool,
    /// Bring the result back to unit variance.
    pub demodulate: bool,
    /// What happens after noise and bias.
    pub post: Post,
}

impl Default for ModulatedConv2dConfig {
    /// A synthesis layer without up-sampling: demodulated, leaky ReLU 0.2, gain √2, no clamp.
    fn default() -> Self {
        Self {
            up: false,
            demodulate: true,
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
            post: Post {
                activation: Activation::None,
                gain: 1.0,
                clamp,
            },
        }
    }
}

/// A modulated convolution with its weights laid out once.
///
/// Weight `[out, in, k, k]` (k odd; padding is `k / 2`), bias `[out]`.
#[derive(Clone, Debug)]
pub struct ModulatedConv2d {
    weight: Tensor,
    bias: Option<Tensor>,
    cfg: ModulatedConv2dConfig,
}

impl ModulatedConv2d {
    /// Packs `weight`. `bias` is added after the noise, before the activation.
    ///
    /// # Errors
    /// When the shapes don't fit each other, or `up` is asked for with a kernel other than 3×3.
    pub fn new(weight: Tensor, bias: Option<Tensor>, cfg: ModulatedConv2dConfig) -> Result<Self> {
        let (out, _, kh, kw) = weight.dims4()?;
        if kh != kw || kh % 2 == 0 || (cfg.up && kh != 3) {
            bail!("modulated convolution: kernel {kh}×{kw} is not supported")
        }
        if let Some(bias) = &bias
            && bias.dims() != [out]
        {
            bail!(
                "modulated convolution: bias {:?} for {out} output channels",
                bias.dims()
            )
        }
        Ok(Self { weight, bias, cfg })
    }

    /// `x` `[N, in, H, W]`, `styles` `[N, in]` (the affine layer's output), `noise` already times
    /// its strength: `[H', W']` for all pictures or `[N, 1, H', W']`. Result `[N, out, H', W']`
    /// where `H' = 2H` with `up`, else `H`.
    ///
    /// # Errors
    /// When the shapes don't fit each other.
    pub fn forward(&self, x: &Tensor, styles: &Tensor, noise: Option<&Tensor>) -> Result<Tensor> {
        modulated_conv2d(
            x,
            &self.weight,
            styles,
            noise,
            self.bias.as_ref(),
            &self.cfg,
        )
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
    let (n, c, _, _) = x.dims4()?;
    let (out, per, kernel, _) = weight.dims4()?;
    if per != c || styles.dims() != [n, c] {
        bail!(
            "modulated convolution: picture {:?}, styles {:?}, weight {:?}",
            x.dims(),
            styles.dims(),
            weight.dims()
        )
    }
    let x = x.broadcast_mul(&styles.reshape((n, c, 1, 1))?)?;
    let mut y = if cfg.up {
        let transposed = weight.transpose(0, 1)?.contiguous()?;
        let y = x.conv_transpose2d(&transposed, 0, 0, 2, 1)?;
        upfirdn2d(&y, &Fir::stylegan2(), 1, 1, (1, 1), 4.0)?
    } else {
        x.conv2d(&weight.contiguous()?, kernel / 2, 1, 1, 1)?
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

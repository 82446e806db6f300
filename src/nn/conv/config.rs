//! How a convolution is set up.

use candle_core::{Result, Tensor, bail};

use crate::nn::{Activation, Post};

/// What lies beyond the border of the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PaddingMode {
    /// Zeros.
    #[default]
    Zero,
    /// The picture mirrored at its border pixels (`dcb|abcd|cba`).
    Reflect,
    /// The border pixel repeated (`aaa|abcd|ddd`).
    Replicate,
}

/// Settings of a [`Conv2d`](super::Conv2d). `Default` is stride 1, no padding, one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv2dConfig {
    /// Step between outputs, in pixels.
    pub stride: usize,
    /// Rows and columns added on every side.
    pub padding: usize,
    /// What they hold.
    pub padding_mode: PaddingMode,
    /// Channel groups (`in` for a depthwise convolution).
    pub groups: usize,
    /// Distance between the kernel's taps, in pixels.
    pub dilation: usize,
    /// Enlarge the picture ×2 by nearest neighbour first. The enlarged picture is never made:
    /// four small convolutions on the original compute the same.
    pub upsample: bool,
    /// What happens to the sum (with its bias).
    pub post: Post,
}

impl Default for Conv2dConfig {
    fn default() -> Self {
        Self {
            stride: 1,
            padding: 0,
            padding_mode: PaddingMode::Zero,
            groups: 1,
            dilation: 1,
            upsample: false,
            post: Post::default(),
        }
    }
}

impl Conv2dConfig {
    /// Stride 1 with the padding that keeps the size for an odd kernel of side `kernel`.
    pub fn same(kernel: usize) -> Self {
        Self {
            padding: kernel / 2,
            ..Self::default()
        }
    }

    /// With another stride.
    pub fn stride(mut self, stride: usize) -> Self {
        self.stride = stride;
        self
    }

    /// With another padding mode.
    pub fn pad_with(mut self, mode: PaddingMode) -> Self {
        self.padding_mode = mode;
        self
    }

    /// With channel groups.
    pub fn groups(mut self, groups: usize) -> Self {
        self.groups = groups;
        self
    }

    /// With nearest ×2 up-sampling first.
    pub fn upsample(mut self) -> Self {
        self.upsample = true;
        self
    }

    /// With an activation.
    pub fn activation(mut self, activation: Activation) -> Self {
        self.post.activation = activation;
        self
    }

    /// With a gain and a clamp after the activation.
    pub fn gain_clamp(mut self, gain: f32, clamp: Option<f32>) -> Self {
        self.post.gain = gain;
        self.post.clamp = clamp;
        self
    }

    /// Output side for an input side, before the result is checked for being positive.
    pub fn output_side(&self, side: usize, kernel: usize) -> Option<usize> {
        let side = if self.upsample { 2 * side } else { side };
        let span = self.dilation * (kernel - 1) + 1;
        let padded = side + 2 * self.padding;
        padded.checked_sub(span).map(|rest| rest / self.stride + 1)
    }

    pub(crate) fn check(&self, weight: &Tensor, bias: Option<&Tensor>) -> Result<()> {
        let (out, per_group, kh, kw) = weight.dims4()?;
        if self.stride == 0 || self.groups == 0 || self.dilation == 0 {
            bail!("convolution: stride, groups and dilation start at 1, got {self:?}")
        }
        if out == 0 || per_group == 0 || kh == 0 || kw == 0 || out % self.groups != 0 {
            bail!(
                "convolution: weight {:?} does not fit {} groups",
                weight.dims(),
                self.groups
            )
        }
        if let Some(bias) = bias
            && bias.dims() != [out]
        {
            bail!(
                "convolution: bias {:?} for {out} output channels",
                bias.dims()
            )
        }
        if let Activation::PRelu(slopes) = &self.post.activation
            && slopes.len() != 1
            && slopes.len() != out
        {
            bail!(
                "convolution: {} PReLU slopes for {out} output channels",
                slopes.len()
            )
        }
        Ok(())
    }

    /// The output's `(H', W')`, or an error that says what doesn't fit.
    pub(crate) fn output_size(&self, x: &Tensor, weight: &Tensor) -> Result<(usize, usize)> {
        let (_, channels, h, w) = x.dims4()?;
        let (_, per_group, kh, kw) = weight.dims4()?;
        if channels != per_group * self.groups {
            bail!(
                "convolution: the picture has {channels} channels, the weight wants {}",
                per_group * self.groups
            )
        }
        let up = if self.upsample { 2 } else { 1 };
        if self.padding_mode == PaddingMode::Reflect && self.padding >= up * h.min(w) {
            bail!(
                "convolution: {h}×{w} is too small to be mirrored by {} pixels",
                self.padding
            )
        }
        match (self.output_side(h, kh), self.output_side(w, kw)) {
            (Some(oh), Some(ow)) if h > 0 && w > 0 => Ok((oh, ow)),
            _ => bail!("convolution: {h}×{w} is smaller than the kernel {kh}×{kw}"),
        }
    }
}

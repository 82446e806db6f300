"""StyleGAN2 generator (Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", CVPR 2020).

Parameter names, buffers and arithmetic are those of the authors' `networks_stylegan2.Generator`, so a state dict of the
official `G_ema` loads as it is. One addition: `init_size` (height, width) of the constant input, for pictures that are not
square. Blocks keep the name of their width: `init_size=(6, 4)` and `img_resolution=128` give b4 (6x4) ... b128 (192x128).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def normalize_2nd_moment(x: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """`x / sqrt(mean(x^2) + eps)` along `dim`."""
    return x * (x.square().mean(dim=dim, keepdim=True) + eps).rsqrt()


def bias_act(x: Tensor, b: Tensor | None, act: str, gain: float = 1.0, clamp: float | None = None) -> Tensor:
    """Bias, activation (`linear`, or `lrelu` with slope 0.2), gain, then a clamp to +-`clamp`."""
    if b is not None:
        x = x + b.to(x.dtype).reshape([1, -1] + [1] * (x.ndim - 2))
    if act == "lrelu":
        x = F.leaky_relu(x, 0.2)
    elif act != "linear":
        raise ValueError(f"activation {act!r} is not supported")
    if gain != 1.0:
        x = x * gain
    return x if clamp is None else x.clamp(-clamp, clamp)


def default_gain(act: str) -> float:
    """Gain that keeps the variance: sqrt(2) for `lrelu`, 1 for `linear`."""
    return math.sqrt(2.0) if act == "lrelu" else 1.0


def setup_filter(taps: list[float]) -> Tensor:
    """Outer product of `taps`, normalised to sum 1."""
    f = torch.tensor(taps, dtype=torch.float32)
    f = torch.outer(f, f)
    return f / f.sum()


def blur(x: Tensor, f: Tensor, gain: float = 1.0) -> Tensor:
    """Depthwise FIR with the filter `f`, the outer product of four taps with themselves (true convolution), no padding."""
    if x.device.type == "cpu":  # two passes over slices: twice as fast as a grouped convolution there
        t = (f.sum(0) * math.sqrt(gain)).tolist()
        n = x.shape[-1] - 3
        x = x[..., :n] * t[3] + x[..., 1:n + 1] * t[2] + x[..., 2:n + 2] * t[1] + x[..., 3:] * t[0]
        n = x.shape[-2] - 3
        return x[..., :n, :] * t[3] + x[..., 1:n + 1, :] * t[2] + x[..., 2:n + 2, :] * t[1] + x[..., 3:, :] * t[0]
    c = x.shape[1]
    w = (f * gain).flip([0, 1]).to(x.dtype)[None, None].expand(c, 1, *f.shape)
    return F.conv2d(x, w, groups=c)


def upsample2d(x: Tensor, f: Tensor) -> Tensor:
    """Doubles both sides: zeros between the samples, padding (2, 1), FIR `f` with gain 4."""
    n, c, h, w = x.shape
    y = x.new_zeros(n, c, h, 2, w, 2)
    y[:, :, :, 0, :, 0] = x
    fw = f.shape[-1]
    p0, p1 = (fw + 1) // 2, (fw - 2) // 2
    return blur(F.pad(y.reshape(n, c, h * 2, w * 2), [p0, p1, p0, p1]), f, 4.0)


def modulated_conv2d(x: Tensor, weight: Tensor, styles: Tensor, demodulate: bool, up: int, f: Tensor) -> Tensor:
    """Convolution whose input channels are scaled by `styles` [N, in]; output channels have unit norm if `demodulate`.

    `up=2`: stride-2 transposed convolution (weights not flipped), then the FIR `f` with padding 1 and gain 4.
    """
    n = x.shape[0]
    if x.dtype == torch.float16 and demodulate:  # keep half precision in range, as the authors do
        weight = weight * (1 / math.sqrt(weight[0].numel()) / weight.abs().amax(dim=[1, 2, 3], keepdim=True))
        styles = styles / styles.abs().amax(dim=1, keepdim=True)
    y = x * styles.to(x.dtype).reshape(n, -1, 1, 1)
    w = weight.to(x.dtype)
    if up == 1:
        y = F.conv2d(y, w, padding=weight.shape[-1] // 2)
    elif weight.shape[-1] == 3:
        y = F.conv_transpose2d(y, w.transpose(0, 1), stride=2)
        p0, p1 = (f.shape[-1] + 1) // 2 - 1, (f.shape[-1] - 2) // 2
        y = blur(F.pad(y, [p0, p1, p0, p1]), f, 4.0)
    else:
        raise ValueError("up-sampling is defined for 3x3 kernels only")
    if demodulate:
        energy = styles.float().square() @ weight.float().square().sum(dim=[2, 3]).t()
        y = y * (energy + 1e-8).rsqrt().to(y.dtype).reshape(n, -1, 1, 1)
    return y


class FullyConnectedLayer(nn.Module):
    """Dense layer with run-time scaling: weight * lr_multiplier / sqrt(in), bias * lr_multiplier."""

    def __init__(self, in_features: int, out_features: int, activation: str = "linear", lr_multiplier: float = 1.0,
                 bias_init: float = 0.0):
        super().__init__()
        self.activation = activation
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_multiplier)
        self.bias = nn.Parameter(torch.full([out_features], float(bias_init)))
        self.weight_gain = lr_multiplier / math.sqrt(in_features)
        self.bias_gain = lr_multiplier

    def forward(self, x: Tensor) -> Tensor:
        y = F.linear(x, self.weight * self.weight_gain)
        return bias_act(y, self.bias * self.bias_gain, self.activation, default_gain(self.activation))


class MappingNetwork(nn.Module):
    """z [N, z_dim] (and label c) -> ws [N, num_ws, w_dim]; truncation pulls the first `cutoff` towards `w_avg`."""

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, num_ws: int, num_layers: int = 8,
                 embed_features: int | None = None, layer_features: int | None = None, activation: str = "lrelu",
                 lr_multiplier: float = 0.01, w_avg_beta: float = 0.998):
        super().__init__()
        self.z_dim, self.c_dim, self.w_dim = z_dim, c_dim, w_dim
        self.num_ws, self.num_layers, self.w_avg_beta = num_ws, num_layers, w_avg_beta
        embed_features = 0 if c_dim == 0 else (embed_features or w_dim)
        layer_features = layer_features or w_dim
        widths = [z_dim + embed_features] + [layer_features] * (num_layers - 1) + [w_dim]
        if c_dim > 0:
            self.embed = FullyConnectedLayer(c_dim, embed_features)
        for i in range(num_layers):
            setattr(self, f"fc{i}", FullyConnectedLayer(widths[i], widths[i + 1], activation, lr_multiplier))
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def forward(self, z: Tensor, c: Tensor | None = None, truncation_psi: float = 1.0,
                truncation_cutoff: int | None = None, update_emas: bool = False) -> Tensor:
        parts = []
        if self.z_dim > 0:
            parts.append(normalize_2nd_moment(z.float()))
        if self.c_dim > 0:
            parts.append(normalize_2nd_moment(self.embed(c.float())))
        x = torch.cat(parts, dim=1)
        for i in range(self.num_layers):
            x = getattr(self, f"fc{i}")(x)
        if update_emas:
            self.w_avg.copy_(x.detach().mean(dim=0).lerp(self.w_avg, self.w_avg_beta))
        x = x.unsqueeze(1).repeat(1, self.num_ws, 1)
        if truncation_psi != 1:
            cut = self.num_ws if truncation_cutoff is None else truncation_cutoff
            x = torch.cat([self.w_avg.lerp(x[:, :cut], truncation_psi), x[:, cut:]], dim=1)
        return x


class SynthesisLayer(nn.Module):
    """Modulated 3x3 convolution (optionally up-sampling by 2), noise, bias, leaky ReLU."""

    def __init__(self, in_channels: int, out_channels: int, w_dim: int, size: tuple[int, int], up: int = 1,
                 conv_clamp: float | None = None, resample_filter: list[float] = (1, 3, 3, 1), use_noise: bool = True):
        super().__init__()
        self.up, self.size, self.conv_clamp, self.use_noise = up, size, conv_clamp, use_noise
        self.register_buffer("resample_filter", setup_filter(list(resample_filter)))
        self.affine = FullyConnectedLayer(w_dim, in_channels, bias_init=1)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, 3, 3))
        if use_noise:
            self.register_buffer("noise_const", torch.randn(*size))
            self.noise_strength = nn.Parameter(torch.zeros([]))
        self.bias = nn.Parameter(torch.zeros(out_channels))

    def forward(self, x: Tensor, w: Tensor, noise_mode: str = "random", gain: float = 1.0) -> Tensor:
        x = modulated_conv2d(x, self.weight, self.affine(w), True, self.up, self.resample_filter)
        if self.use_noise and noise_mode == "const":
            x = x + (self.noise_const * self.noise_strength).to(x.dtype)
        elif self.use_noise and noise_mode == "random":
            noise = torch.randn(x.shape[0], 1, *self.size, device=x.device)
            x = x + (noise * self.noise_strength).to(x.dtype)
        clamp = None if self.conv_clamp is None else self.conv_clamp * gain
        return bias_act(x, self.bias, "lrelu", math.sqrt(2.0) * gain, clamp)


class ToRGBLayer(nn.Module):
    """Modulated 1x1 convolution to the picture, without demodulation."""

    def __init__(self, in_channels: int, out_channels: int, w_dim: int, conv_clamp: float | None = None):
        super().__init__()
        self.conv_clamp = conv_clamp
        self.affine = FullyConnectedLayer(w_dim, in_channels, bias_init=1)
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.weight_gain = 1 / math.sqrt(in_channels)

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        x = modulated_conv2d(x, self.weight, self.affine(w) * self.weight_gain, False, 1, None)
        return bias_act(x, self.bias, "linear", clamp=self.conv_clamp)


class SkipConv(nn.Module):
    """1x1 convolution and up-sampling by 2, without bias: the residual path of the `resnet` architecture."""

    def __init__(self, in_channels: int, out_channels: int, resample_filter: list[float]):
        super().__init__()
        self.register_buffer("resample_filter", setup_filter(list(resample_filter)))
        self.weight = nn.Parameter(torch.randn(out_channels, in_channels, 1, 1))
        self.weight_gain = 1 / math.sqrt(in_channels)

    def forward(self, x: Tensor, gain: float) -> Tensor:
        y = F.conv2d(x, (self.weight * self.weight_gain).to(x.dtype))
        return upsample2d(y, self.resample_filter) * gain


class SynthesisBlock(nn.Module):
    """One resolution: conv0 (up-sampling) and conv1, then toRGB added to the up-sampled picture so far."""

    def __init__(self, in_channels: int, out_channels: int, w_dim: int, size: tuple[int, int], img_channels: int,
                 is_last: bool, architecture: str = "skip", resample_filter: list[float] = (1, 3, 3, 1),
                 conv_clamp: float | None = 256, use_noise: bool = True):
        super().__init__()
        self.in_channels, self.architecture = in_channels, architecture
        self.register_buffer("resample_filter", setup_filter(list(resample_filter)))
        layer = dict(w_dim=w_dim, size=size, conv_clamp=conv_clamp, resample_filter=resample_filter, use_noise=use_noise)
        if in_channels == 0:
            self.const = nn.Parameter(torch.randn(out_channels, *size))
        else:
            self.conv0 = SynthesisLayer(in_channels, out_channels, up=2, **layer)
        self.conv1 = SynthesisLayer(out_channels, out_channels, **layer)
        self.num_conv = 1 if in_channels == 0 else 2
        self.num_torgb = int(is_last or architecture == "skip")
        if self.num_torgb:
            self.torgb = ToRGBLayer(out_channels, img_channels, w_dim, conv_clamp)
        if in_channels != 0 and architecture == "resnet":
            self.skip = SkipConv(in_channels, out_channels, resample_filter)

    def forward(self, x: Tensor | None, img: Tensor | None, ws: Tensor, noise_mode: str = "random",
                dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor | None]:
        w = iter(ws.unbind(dim=1))
        if self.in_channels == 0:
            x = self.const.to(dtype).unsqueeze(0).repeat(ws.shape[0], 1, 1, 1)
            x = self.conv1(x, next(w), noise_mode)
        elif self.architecture == "resnet":
            x = x.to(dtype)
            y = self.skip(x, math.sqrt(0.5))
            x = self.conv1(self.conv0(x, next(w), noise_mode), next(w), noise_mode, math.sqrt(0.5)) + y
        else:
            x = self.conv1(self.conv0(x.to(dtype), next(w), noise_mode), next(w), noise_mode)
        if img is not None:
            img = upsample2d(img, self.resample_filter)
        if self.num_torgb:
            y = self.torgb(x, next(w)).float()
            img = y if img is None else img + y
        return x, img


class SynthesisNetwork(nn.Module):
    """ws [N, num_ws, w_dim] -> picture [N, img_channels, H, W], about -1..1.

    Block i takes `num_conv + num_torgb` entries of ws from the running index; the index advances by `num_conv` only,
    so toRGB shares its w with the next block's first convolution.
    """

    def __init__(self, w_dim: int, img_resolution: int, img_channels: int, channel_base: int = 32768,
                 channel_max: int = 512, num_fp16_res: int = 0, init_size: tuple[int, int] = (4, 4), **block_kwargs):
        super().__init__()
        self.init_size = tuple(init_size)
        self.block_resolutions = [2**i for i in range(2, int(math.log2(img_resolution)) + 1)]
        self.fp16_from = img_resolution if num_fp16_res == 0 else img_resolution >> (num_fp16_res - 1)
        self.num_fp16_res = num_fp16_res
        channels = {r: min(channel_base // r, channel_max) for r in self.block_resolutions}
        self.num_ws = 0
        for r in self.block_resolutions:
            scale = r // 4
            block = SynthesisBlock(channels[r // 2] if r > 4 else 0, channels[r], w_dim,
                                   (self.init_size[0] * scale, self.init_size[1] * scale), img_channels,
                                   is_last=r == img_resolution, **block_kwargs)
            self.num_ws += block.num_conv + (block.num_torgb if r == img_resolution else 0)
            setattr(self, f"b{r}", block)

    def forward(self, ws: Tensor, noise_mode: str = "random", up_to: int | None = None) -> Tensor:
        """`up_to`: stop after that block (progressive training); the picture is then smaller."""
        x = img = None
        idx = 0
        for r in self.block_resolutions:
            block = getattr(self, f"b{r}")
            half = self.num_fp16_res > 0 and r >= self.fp16_from and ws.is_cuda
            x, img = block(x, img, ws.narrow(1, idx, block.num_conv + block.num_torgb), noise_mode,
                           torch.float16 if half else torch.float32)
            idx += block.num_conv
            if r == up_to:
                break
        return img


class Generator(nn.Module):
    """`forward(z, c)` = `synthesis(mapping(z, c))`. The constructor takes the authors' keyword arguments."""

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, img_resolution: int, img_channels: int = 3,
                 mapping_kwargs: dict | None = None, **synthesis_kwargs):
        super().__init__()
        self.z_dim, self.c_dim, self.w_dim = z_dim, c_dim, w_dim
        self.synthesis = SynthesisNetwork(w_dim, img_resolution, img_channels, **synthesis_kwargs)
        self.num_ws = self.synthesis.num_ws
        self.mapping = MappingNetwork(z_dim, c_dim, w_dim, self.num_ws, **(mapping_kwargs or {}))

    def forward(self, z: Tensor, c: Tensor | None = None, truncation_psi: float = 1.0,
                truncation_cutoff: int | None = None, noise_mode: str = "const") -> Tensor:
        return self.synthesis(self.mapping(z, c, truncation_psi, truncation_cutoff), noise_mode)


def macs(kwargs: dict) -> int:
    """Multiply-adds of one picture's convolutions (batch 1)."""
    h, w = kwargs.get("init_size", (4, 4))
    total, prev, r = 0, 0, 4
    while r <= kwargs["img_resolution"]:
        c = min(kwargs.get("channel_base", 32768) // r, kwargs.get("channel_max", 512))
        px = h * w * (r // 4) ** 2
        total += px * (9 * c * c + 3 * c) + (px // 4) * 9 * prev * c + (px * 16 * c if prev else 0)
        prev, r = c, r * 2
    return total

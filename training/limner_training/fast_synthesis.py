"""A fast training pass through `stylegan2.SynthesisNetwork`: same parameters and picture up to rounding, fewer
kernels.

The up-sampling convolution and the blur after it are one linear map: a stride-2 transposed convolution with the 6x6
kernel `weight * filter`. Split by the parity of the output row and column it is one 3x3 convolution at the low
resolution with four times the channels and a rearrangement (polyphase decomposition), without depthwise kernels and
without zeros in between. Modulation, demodulation, noise, bias and activation are folded into as few passes over
memory as possible; the gain of the activation goes through it (leaky ReLU is homogeneous). No clamp: values stay far
below 256 in bfloat16 training.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .stylegan2 import SynthesisLayer, SynthesisNetwork, ToRGBLayer

GAIN = math.sqrt(2.0)


def phase_matrix(f: Tensor) -> Tensor:
    """[9, 36]: a 3x3 kernel -> the four 3x3 kernels of the output's parities (row, column), for the 4x4 filter `f`."""
    unit = torch.eye(9, device=f.device).reshape(9, 1, 3, 3)
    k = F.conv2d(unit, (f * 4.0).flip([0, 1])[None, None], padding=3)  # 6x6
    k = k.flip([2, 3])  # output row 2b + p is the sum over t of input row b - 1 + t times tap 4 + p - 2t of the 6
    return torch.stack([k[:, 0, 1 - p::2, 1 - q::2] for p in (0, 1) for q in (0, 1)], 1).reshape(9, 36)


def prepare(net: SynthesisNetwork) -> SynthesisNetwork:
    """Gives the up-sampling layers their phase matrix (not part of the state dict)."""
    for m in net.modules():
        if isinstance(m, SynthesisLayer) and m.up == 2:
            m.register_buffer("phases", phase_matrix(m.resample_filter), persistent=False)
    return net


def up_convolution(x: Tensor, weight: Tensor, phases: Tensor) -> Tensor:
    """The transposed convolution by 2 and the blur after it: [N, in, h, w] -> [N, out, 2h, 2w], channels last."""
    o, i = weight.shape[:2]
    kernel = (weight.reshape(o, i, 9) @ phases).to(x.dtype).reshape(o, i, 4, 3, 3)
    kernel = kernel.permute(2, 0, 1, 3, 4).reshape(4 * o, i, 3, 3).contiguous(memory_format=torch.channels_last)
    y = F.conv2d(x, kernel, padding=1).permute(0, 2, 3, 1)
    n, h, w, c = y.shape
    y = y.reshape(n, h, w, 2, 2, c // 4).permute(0, 1, 3, 2, 4, 5).reshape(n, 2 * h, 2 * w, c // 4)
    return y.permute(0, 3, 1, 2)


def up_picture(img: Tensor) -> Tensor:
    """`upsample2d` with [1, 3, 3, 1] is bilinear doubling with zeros beyond the edge."""
    img = F.interpolate(F.pad(img, [1, 1, 1, 1]), scale_factor=2, mode="bilinear", align_corners=False)
    return img[:, :, 2:-2, 2:-2]


def convolution(layer: SynthesisLayer, x: Tensor, w: Tensor, noise_mode: str) -> Tensor:
    """The layer's forward pass; `x` in its working type, `w` float32."""
    n, dtype = len(x), x.dtype
    styles = layer.affine(w)
    energy = styles.square() @ layer.weight.square().sum(dim=[2, 3]).t()
    scale = ((energy + 1e-8).rsqrt() * GAIN).to(dtype).reshape(n, -1, 1, 1)
    x = x * styles.to(dtype).reshape(n, -1, 1, 1)
    if layer.up == 2:
        y = up_convolution(x, layer.weight, layer.phases)
    else:
        y = F.conv2d(x, layer.weight.to(dtype), padding=1)
    if noise_mode == "none":
        y = y * scale
    else:
        if noise_mode == "const":
            noise = layer.noise_const.to(dtype).reshape(1, 1, *layer.size)
        else:
            noise = torch.randn(n, 1, *layer.size, device=x.device, dtype=dtype)
        y = torch.addcmul(noise * (layer.noise_strength * GAIN).to(dtype), y, scale)
    return F.leaky_relu(y + (layer.bias * GAIN).to(dtype).reshape(1, -1, 1, 1), 0.2)


def to_rgb(layer: ToRGBLayer, x: Tensor, w: Tensor) -> Tensor:
    """The layer's forward pass, float32 out."""
    styles = layer.affine(w) * layer.weight_gain
    x = x * styles.to(x.dtype).reshape(len(x), -1, 1, 1)
    return F.conv2d(x, layer.weight.to(x.dtype)).float() + layer.bias.reshape(1, -1, 1, 1)


def synthesis(net: SynthesisNetwork, ws: Tensor, noise_mode: str = "random",
              dtype: torch.dtype = torch.bfloat16, up_to: int | None = None) -> Tensor:
    """ws [N, num_ws, w_dim] -> picture [N, 3, H, W], for `skip` networks with noise, once they are prepared. `up_to`: the
    picture as it is after that block, which is smaller."""
    index, img = 0, None
    for r in net.block_resolutions:
        block = getattr(net, f"b{r}")
        w = ws.narrow(1, index, block.num_conv + block.num_torgb).unbind(dim=1)
        index += block.num_conv
        if block.in_channels == 0:
            x = block.const.to(dtype).unsqueeze(0).repeat(len(ws), 1, 1, 1)
            x = x.contiguous(memory_format=torch.channels_last)
        else:
            x = convolution(block.conv0, x, w[0], noise_mode)
        x = convolution(block.conv1, x, w[block.num_conv - 1], noise_mode)
        y = to_rgb(block.torgb, x, w[block.num_conv])
        img = y if img is None else up_picture(img) + y
        if r == up_to:
            break
    return img

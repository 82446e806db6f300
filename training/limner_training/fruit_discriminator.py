"""StyleGAN2 discriminator (residual, minibatch standard deviation) and the augmentations in front of it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .stylegan2 import FullyConnectedLayer, bias_act, setup_filter


class Conv(nn.Module):
    """Convolution with run-time scaling; `down`: blurred with [1,3,3,1] and strided by 2."""

    def __init__(self, cin: int, cout: int, kernel: int, down: bool = False, bias: bool = True, act: str = "lrelu"):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cout, cin, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(cout)) if bias else None
        self.scale, self.down, self.act = 1 / math.sqrt(cin * kernel**2), down, act
        self.register_buffer("resample_filter", setup_filter([1, 3, 3, 1]), persistent=False)

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        w = (self.weight * self.scale).to(x.dtype)
        k = w.shape[-1]
        if self.down:
            p = 2 if k == 3 else 1
            f = self.resample_filter.to(x.dtype)[None, None].expand(x.shape[1], 1, 4, 4)
            if k == 1:
                x = F.conv2d(F.conv2d(x, f, stride=2, padding=1, groups=x.shape[1]), w)
            else:
                x = F.conv2d(F.conv2d(x, f, padding=p, groups=x.shape[1]), w, stride=2)
        else:
            x = F.conv2d(x, w, padding=k // 2)
        return bias_act(x, self.bias, self.act, (math.sqrt(2) if self.act == "lrelu" else 1.0) * gain)


class Discriminator(nn.Module):
    """Picture [N, 3, 6 k, 4 k] -> logit [N]. Blocks are named by width, as in the generator."""

    def __init__(self, resolution: int = 128, channel_base: int = 6144, channel_max: int = 192,
                 init_size: tuple[int, int] = (6, 4), group: int = 4):
        super().__init__()
        ch = lambda r: min(channel_base // r, channel_max)
        self.resolution, self.group = resolution, group
        self.fromrgb = Conv(3, ch(resolution), 1)
        r = resolution
        while r > 4:
            setattr(self, f"b{r}", nn.ModuleDict(dict(
                conv0=Conv(ch(r), ch(r), 3), conv1=Conv(ch(r), ch(r // 2), 3, down=True),
                skip=Conv(ch(r), ch(r // 2), 1, down=True, bias=False, act="linear"))))
            r //= 2
        self.conv = Conv(ch(4) + 1, ch(4), 3)
        self.fc = FullyConnectedLayer(ch(4) * init_size[0] * init_size[1], ch(4), "lrelu")
        self.out = FullyConnectedLayer(ch(4), 1)

    def forward(self, img: Tensor) -> Tensor:
        x = self.fromrgb(img)
        r = self.resolution
        while r > 4:
            b = getattr(self, f"b{r}")
            y = b["skip"](x, math.sqrt(0.5))
            x = b["conv1"](b["conv0"](x), math.sqrt(0.5)) + y
            r //= 2
        x = x.float()
        n, c, h, w = x.shape
        g = self.group if n % self.group == 0 else n
        s = x.reshape(g, n // g, c, h, w)
        s = (s - s.mean(0)).square().mean(0).add(1e-8).sqrt().mean((1, 2, 3)).reshape(n // g, 1, 1, 1).repeat(g, 1, h, w)
        x = self.conv(torch.cat([x, s], 1))
        return self.out(self.fc(x.flatten(1))).squeeze(1)


def augment(x: Tensor, p: float) -> Tensor:
    """Differentiable augmentation (Zhao et al. 2020) with the adaptive probability of ADA (Karras et al. 2020): each kind
    is applied to each picture with probability `p`. Colour (brightness, saturation, contrast), shift, scale and turn,
    erased window."""
    if p <= 0:
        return x
    n, _, h, w = x.shape
    on = lambda: (torch.rand(n, 1, 1, 1, device=x.device) < p).float()
    uni = lambda a, b: torch.rand(n, 1, 1, 1, device=x.device) * (b - a) + a
    x = x + on() * uni(-0.5, 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + on() * uni(-1, 1))
    mid = x.mean((1, 2, 3), keepdim=True)
    x = mid + (x - mid) * (1 + on() * uni(-0.5, 0.5))
    scale = (on() * uni(-0.3, 0.3)).exp().flatten()
    angle = (on() * uni(-0.25, 0.25)).flatten()
    tx, ty = (on() * uni(-0.25, 0.25)).flatten(), (on() * uni(-0.25, 0.25)).flatten()
    ratio = h / w
    theta = torch.stack([torch.stack([scale * angle.cos(), -scale * angle.sin() * ratio, tx], 1),
                         torch.stack([scale * angle.sin() / ratio, scale * angle.cos(), ty], 1)], 1)
    grid = F.affine_grid(theta.float(), [n, 3, h, w], align_corners=False)
    x = F.grid_sample(x.float(), grid, padding_mode="reflection", align_corners=False)
    ch, cw = h // 2, w // 2
    top, left = uni(0, h) - ch / 2, uni(0, w) - cw / 2
    ys = torch.arange(h, device=x.device).view(1, 1, h, 1)
    xs = torch.arange(w, device=x.device).view(1, 1, 1, w)
    hole = ((ys >= top) & (ys < top + ch) & (xs >= left) & (xs < left + cw)).float() * on()
    return x * (1 - hole)

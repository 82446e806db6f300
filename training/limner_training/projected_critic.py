"""Projected discriminator (Sauer et al., "Projected GANs Converge Faster", NeurIPS 2021, arXiv 2111.01007) for
pictures of any aspect.

Pictures pass differentiable augmentation (Zhao et al. 2020), a frozen EfficientNet-Lite0, and fixed random
convolutions that mix the channels of each scale and add the coarser scale to the finer one. Four small discriminators
with spectral norm (Miyato et al. 2018) judge the four scales. Differences from the paper: a finest scale of 1/4 (the
doubling after the last mixing holds no information), and features scaled to unit variance before they are mixed. A
fifth discriminator without normalisation sees the picture itself at four times the generator's constant (16 to 60 pixels
a side): batch normalisation takes the mean of each batch away, so that the others are slow to notice a wrong overall
colour.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .efficientnet_lite import CHANNELS, EfficientNetLite0

SPREAD = (9.0, 7.0, 5.6, 2.5)  # standard deviation of the four features on photos
MIXED = (64, 128, 256, 320)  # channels after mixing
LEAST_SIDE = 128  # of the pictures that the critic sees: below, the coarsest discriminator runs out of pixels
HEADS = ((64, 96, 160, 256), (128, 160, 256), (256, 256), (320, 256), (3, 64, 128))  # along each; pixels last
SMALL_HEADS = ((64, 16, 16, 16), (128, 16, 16), (256, 16), (320, 16), (3, 16, 32))


def draw_augmentation(n: int, device: torch.device) -> Tensor:
    """The chances of `augment` for n pictures; the same ones make a picture and its copy comparable."""
    return torch.rand(7, n, 1, 1, 1, device=device)


def augment(x: Tensor, height: int, width: int, colour: float = 0.5, r: Tensor | None = None) -> Tensor:
    """Brightness, saturation, contrast (`colour` times the strength of the paper); shift by up to an eighth, zeros from
    outside, together with the resize to `height` x `width`; a window of half the side lengths set to zero. `r`: chances
    drawn before (`draw_augmentation`)."""
    n = len(x)
    r = draw_augmentation(n, x.device) if r is None else r
    x = x + colour * (r[0] - 0.5)
    grey = x.mean(1, keepdim=True)
    x = grey + (x - grey) * (1 + colour * (2 * r[1] - 1))
    mid = x.mean((1, 2, 3), keepdim=True)
    x = mid + (x - mid) * (1 + colour * (r[2] - 0.5))
    step_y = torch.linspace(-1 + 1 / height, 1 - 1 / height, height, device=x.device).view(1, height, 1)
    step_x = torch.linspace(-1 + 1 / width, 1 - 1 / width, width, device=x.device).view(1, 1, width)
    grid_y = (step_y + (r[3, :, 0] - 0.5) * 0.5).expand(n, height, width)
    grid_x = (step_x + (r[4, :, 0] - 0.5) * 0.5).expand(n, height, width)
    x = F.grid_sample(x, torch.stack([grid_x, grid_y], 3), align_corners=False)
    far = ((step_y - (2 * r[5, :, 0] - 1)).abs() > 0.5) | ((step_x - (2 * r[6, :, 0] - 1)).abs() > 0.5)
    return x * far.unsqueeze(1).to(x.dtype)


def heads_of(tensors: dict[str, Tensor]) -> tuple[tuple[int, ...], ...]:
    """The channels along each discriminator of a stored state dict of `Heads`."""
    towers: dict[int, list[tuple[int, int]]] = {}
    for name, t in tensors.items():
        if name.endswith(".weight"):
            _, tower, layer, _ = name.split(".")
            towers.setdefault(int(tower), []).append((int(layer), t.shape[1]))
    return tuple(tuple(c for _, c in sorted(towers[i])) for i in sorted(towers))


class Projector(nn.Module):
    """Picture [N, 3, H, W] -> four mixed features at 1/4 ... 1/32, and the picture averaged to `pixels` (rows,
    columns). Frozen; the mixing weights come from `seed`."""

    def __init__(self, path: str | None, seed: int, dtype: torch.dtype, pixels: tuple[int, int]):
        super().__init__()
        self.pixels = pixels
        self.net = EfficientNetLite0(path)
        self.dtype = dtype
        gen = torch.Generator().manual_seed(seed)
        for i, (cin, spread, cout) in enumerate(zip(CHANNELS, SPREAD, MIXED)):
            self.register_buffer(f"channel{i}", torch.randn(cout, cin, 1, 1, generator=gen) / cin**0.5 / spread)
            if i:
                self.register_buffer(f"scale{i}", torch.randn(MIXED[i - 1], cout, 1, 1, generator=gen) / cout**0.5)
        self.to(dtype).requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = x.to(self.dtype)
        if self.net.stem.weight.is_contiguous(memory_format=torch.channels_last):
            x = x.contiguous(memory_format=torch.channels_last)
        out: list[Tensor] = []
        coarser = None
        for i, f in reversed(list(enumerate(self.net(x)))):
            y = F.conv2d(f, getattr(self, f"channel{i}"))
            if coarser is not None:  # a 1x1 convolution and the enlargement commute; the convolution is cheaper first
                up = F.conv2d(coarser, getattr(self, f"scale{i + 1}"))
                y = y + F.interpolate(up, size=y.shape[2:], mode="bilinear", align_corners=False)
            out.insert(0, y)
            coarser = y
        return [*out, F.adaptive_avg_pool2d(x, self.pixels)]


class Layer(nn.Module):
    """Convolution with spectral norm, batch normalisation by the batch at hand (if `norm`), leaky ReLU; or the bare
    convolution."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int, padding: int, norm: bool = True,
                 bare: bool = False):
        super().__init__()
        self.stride, self.padding, self.bare, self.norm = stride, padding, bare, norm
        self.weight = nn.Parameter(torch.empty(cout, cin, kernel, kernel))
        nn.init.kaiming_normal_(self.weight, 0.2)
        if not bare:
            self.bias = nn.Parameter(torch.zeros(cout))
            if norm:
                self.gain = nn.Parameter(torch.ones(cout))
        self.register_buffer("u", F.normalize(torch.randn(cout), dim=0))

    def normalised(self, iterations: int) -> Tensor:
        """The weight over its spectral norm; power iterations improve `u`."""
        w = self.weight.flatten(1)
        with torch.no_grad():
            u = self.u
            for _ in range(iterations):
                u = F.normalize(w @ F.normalize(u @ w, dim=0), dim=0, eps=1e-12)
            v = F.normalize(u @ w, dim=0, eps=1e-12)
            self.u.copy_(u)
        return self.weight / torch.dot(u.clone(), w @ v)

    def forward(self, x: Tensor, weight: Tensor) -> Tensor:
        y = F.conv2d(x, weight.to(x.dtype), stride=self.stride, padding=self.padding)
        if self.bare:
            return y.float().flatten(1)
        if not self.norm:
            return F.leaky_relu(y + self.bias.to(y.dtype).view(1, -1, 1, 1), 0.2)
        return F.leaky_relu(F.batch_norm(y, None, None, self.gain, self.bias, True, 0.0, 1e-5), 0.2)


class Heads(nn.Module):
    """Mixed features and small picture -> logits of the discriminators. The weights are normalised once for several
    passes; real and generated pictures go through in passes of their own, since each batch is normalised by itself."""

    def __init__(self, channels: tuple[tuple[int, ...], ...] = HEADS):
        super().__init__()
        self.towers = nn.ModuleList()
        for i, tower in enumerate(channels):
            how = (3, 1, 1) if i == 3 else (4, 2, 1)  # the coarsest scale is small already
            layers = [Layer(a, b, *how, norm=i < 4) for a, b in zip(tower, tower[1:])]
            self.towers.append(nn.ModuleList([*layers, Layer(tower[-1], 1, 4, 1, 0, bare=True)]))
        self.normalised(10)

    def normalised(self, iterations: int = 1) -> list[list[Tensor]]:
        return [[layer.normalised(iterations) for layer in tower] for tower in self.towers]

    def forward(self, features: list[Tensor], weights: list[list[Tensor]]) -> list[Tensor]:
        out = []
        for x, tower, ws in zip(features, self.towers, weights):
            for layer, w in zip(tower, ws):
                x = layer(x, w)
            out.append(x)
        return out


def hinge(logits: list[Tensor], sign: float) -> Tensor:
    """Mean of max(0, 1 - sign * logit), equal shares for the scales."""
    return sum(F.relu(1 - sign * x).mean() for x in logits) / len(logits)

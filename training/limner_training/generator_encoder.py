"""Encoder of a generator: picture -> w. One dense layer on a small copy (it can start as a whitened projection on the
collection's principal pictures) plus a small convolutional correction (an amortised posterior in the sense of Kingma &
Welling 2014)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .stylegan2 import Generator


class GeneratorEncoder(nn.Module):
    """x [N, 3, H, W] in -1..1 -> w [N, w_dim].

    Averages to `height` x `width`, eight times the generator's constant (128x192 pixels: 4x4 averages); `linear` on the flattened picture (channel, row, column order) plus three stride-2
    3x3 convolutions with leaky ReLU (slope 0.2) and a dense layer.
    """

    def __init__(self, w_dim: int = 128, height: int = 48, width: int = 32, channels: tuple[int, ...] = (24, 48, 96)):
        super().__init__()
        self.height, self.width = height, width
        self.linear = nn.Linear(3 * height * width, w_dim)
        self.conv0 = nn.Conv2d(3, channels[0], 3, stride=2, padding=1)
        self.conv1 = nn.Conv2d(channels[0], channels[1], 3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(channels[1], channels[2], 3, stride=2, padding=1)
        self.fc = nn.Linear(channels[2] * (height // 8) * (width // 8), w_dim)
        nn.init.zeros_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    @classmethod
    def for_generator(cls, g: Generator) -> GeneratorEncoder:
        """An untrained one of the size that belongs to the generator."""
        rows, columns = g.synthesis.init_size
        return cls(g.w_dim, 8 * rows, 8 * columns)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[-1] != self.width:
            x = F.avg_pool2d(x, x.shape[-1] // self.width)
        h = F.leaky_relu(self.conv0(x), 0.2)
        h = F.leaky_relu(self.conv1(h), 0.2)
        h = F.leaky_relu(self.conv2(h), 0.2)
        return self.linear(x.flatten(1)) + self.fc(h.flatten(1))

    @torch.no_grad()
    def start_from_pca(self, x: Tensor, noise: float = 4.0) -> Tensor:
        """Sets `linear` to the whitened principal components of x [N, 3, h, w]; returns the log variance of each
        component's posterior (components as weak as the last are mostly noise)."""
        x = F.avg_pool2d(x, 2)  # the leading components are smooth: a quarter of the pixels gives them
        shape, x = x.shape[1:], x.flatten(1)
        mean = x.mean(0)
        cov = (x - mean).t() @ (x - mean) / len(x)
        lam, vec = torch.linalg.eigh(cov)
        k = self.linear.out_features
        lam, vec = lam.flip(0)[:k], vec.flip(1)[:, :k]
        var = (noise * lam[-1] / lam).clamp(max=0.8)
        weight = vec.t() * ((1 - var) / lam).sqrt()[:, None]
        fine = F.interpolate(weight.reshape(k, *shape), scale_factor=2, mode="nearest") / 4
        self.linear.weight.copy_(fine.flatten(1))
        self.linear.bias.copy_(-weight @ mean)
        return var.log()

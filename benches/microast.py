"""MicroAST (Wang et al. 2023, "MicroAST: Towards Super-Fast Ultra-Resolution Arbitrary Style Transfer",
github.com/EndyWon/MicroAST) with random weights: the same sizes and operations, for timing only.

Two encoders of the same kind, one for the photo and one for the style; the style's features give means and
deviations at two depths and, by depthwise convolutions and averaging, a factor and an offset for each channel
of the decoder's residual blocks. About 0.47 million parameters.
"""

import torch
from torch import nn
from torch.nn import functional as F

WIDTH = 64


def reflected(inputs, outputs, kernel, stride=1, groups=1):
    """A convolution on a picture that is mirrored at its border."""
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, padding_mode="reflect")


def separable(inputs, outputs, mixed, stride):
    """3x3 within channels, then 1x1 across them."""
    groups = min(inputs, outputs)
    return nn.Sequential(
        reflected(inputs, outputs, 3, stride, groups), nn.ReLU(), nn.Conv2d(outputs, mixed, 1), nn.ReLU()
    )


class Residual(nn.Module):
    """Two convolutions beside the identity; with a style each is scaled and gets a share of its input."""

    def __init__(self):
        super().__init__()
        self.first = reflected(WIDTH, WIDTH, 3)
        self.second = reflected(WIDTH, WIDTH, 3)

    def forward(self, x, factor=None, offset=None):
        if factor is None:
            return x + self.second(F.relu(self.first(x)))
        h = F.relu(factor * self.first(x) + offset * x)
        return x + factor * self.second(h) + offset * h


class Encoder(nn.Module):
    """A quarter of the side, 64 channels; features at two depths."""

    def __init__(self):
        super().__init__()
        self.shallow = nn.Sequential(
            reflected(3, 16, 9), nn.ReLU(), separable(16, 32, 32, 2), separable(32, 64, 64, 2), Residual()
        )
        self.deep = Residual()

    def forward(self, x):
        shallow = self.shallow(x)
        return shallow, self.deep(shallow)


class Modulator(nn.Module):
    """From the style's features a factor and an offset for each channel, at both depths."""

    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList(reflected(WIDTH, WIDTH, 3, groups=WIDTH) for _ in range(4))

    def forward(self, features):
        mean = [part(features[i // 2]).mean((2, 3), keepdim=True) for i, part in enumerate(self.parts)]
        return mean[0:2], mean[2:4]


def like(x, style, eps=1e-5):
    """Mean and deviation of each channel of `x` become the style's."""
    deviation = lambda v: (v.var((2, 3), keepdim=True) + eps).sqrt()
    own = (x - x.mean((2, 3), keepdim=True)) / deviation(x)
    return own * deviation(style) + style.mean((2, 3), keepdim=True)


class MicroAst(nn.Module):
    """Photo and style `[1, 3, h, w]` to the photo in the style."""

    def __init__(self):
        super().__init__()
        self.content, self.style, self.modulator = Encoder(), Encoder(), Modulator()
        self.blocks = nn.ModuleList([Residual(), Residual()])
        self.up = nn.ModuleList([separable(64, 32, 32, 1), separable(32, 16, 16, 1)])
        self.out = reflected(16, 3, 9)

    def forward(self, photo, style):
        (_, x), features = self.content(photo), self.style(style)
        shallow, deep = self.modulator(features)
        x = self.blocks[0](like(x, features[1]), *deep)
        x = self.blocks[1](like(x, features[0]), *shallow)
        for up in self.up:
            x = up(F.interpolate(x, scale_factor=2, mode="bilinear"))
        return self.out(x)


if __name__ == "__main__":
    print(sum(p.numel() for p in MicroAst().parameters()), "parameters")
    print(MicroAst()(torch.rand(1, 3, 64, 64), torch.rand(1, 3, 64, 64)).shape)

"""*Crisp*: super-resolution x2 and x4 in the manner of ESPCN (Shi et al. 2016) and Real-ESRGAN's compact SRVGG.

One trunk, one pixel-shuffle head for each scale, added to the enlarged input (nearest neighbour). *Painterly* is one too.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Crisp(nn.Module):
    """x [N, 3, H, W] in 0..1 -> [N, 3, scale H, scale W], about 0..1 (not clamped).

    first: conv 3x3 3 -> C, PReLU (one slope for each channel); body.0 .. body.(layers-1): conv 3x3 C -> C, PReLU each;
    headS for each scale S: conv 3x3 C -> 3 S^2 and pixel shuffle. All convolutions pad with zeros by 1. The trunk sees x - 0.5.
    State dict: first.weight|bias, first_act.weight, body.I.weight|bias, body_act.I.weight, headS.weight|bias.
    """

    def __init__(self, channels: int = 32, layers: int = 4, scales: tuple[int, ...] = (2, 4)):
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.first_act = nn.PReLU(channels)
        self.body = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(layers))
        self.body_act = nn.ModuleList(nn.PReLU(channels) for _ in range(layers))
        self.scales = tuple(scales)
        for scale in self.scales:
            setattr(self, f"head{scale}", nn.Conv2d(channels, 3 * scale**2, 3, padding=1))

    def forward(self, x: Tensor, scale: int) -> Tensor:
        if scale not in self.scales:
            raise ValueError(f"scale is one of {self.scales}")
        h = self.first_act(self.first(x - 0.5))
        for conv, act in zip(self.body, self.body_act):
            h = act(conv(h))
        return F.pixel_shuffle(getattr(self, f"head{scale}")(h), scale) + F.interpolate(x, scale_factor=scale, mode="nearest")

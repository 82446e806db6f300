"""*Crisp*: super-resolution x2 and x4 in the manner of ESPCN (Shi et al. 2016) and Real-ESRGAN's compact SRVGG.

One trunk, one pixel-shuffle head for each scale, added to the enlarged input (nearest neighbour).
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class Crisp(nn.Module):
    """x [N, 3, H, W] in 0..1 -> [N, 3, scale H, scale W], about 0..1 (not clamped).

    first: conv 3x3 3 -> C, PReLU (one slope for each channel); body.0 .. body.(layers-1): conv 3x3 C -> C, PReLU each;
    head2 / head4: conv 3x3 C -> 3 scale^2 and pixel shuffle. All convolutions pad with zeros by 1. The trunk sees x - 0.5.
    State dict: first.weight|bias, first_act.weight, body.I.weight|bias, body_act.I.weight, head2.weight|bias, head4.*.
    """

    def __init__(self, channels: int = 32, layers: int = 4):
        super().__init__()
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.first_act = nn.PReLU(channels)
        self.body = nn.ModuleList(nn.Conv2d(channels, channels, 3, padding=1) for _ in range(layers))
        self.body_act = nn.ModuleList(nn.PReLU(channels) for _ in range(layers))
        self.head2 = nn.Conv2d(channels, 3 * 4, 3, padding=1)
        self.head4 = nn.Conv2d(channels, 3 * 16, 3, padding=1)

    def forward(self, x: Tensor, scale: int) -> Tensor:
        if scale not in (2, 4):
            raise ValueError("scale is 2 or 4")
        h = self.first_act(self.first(x - 0.5))
        for conv, act in zip(self.body, self.body_act):
            h = act(conv(h))
        head = self.head2 if scale == 2 else self.head4
        return F.pixel_shuffle(head(h), scale) + F.interpolate(x, scale_factor=scale, mode="nearest")

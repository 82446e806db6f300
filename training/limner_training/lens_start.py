"""Where *Lens* starts: as the best linear autoencoder, so that a short training need not find that first.

Encoder: principal components of the colours, then of 2 x 2 patches of those, and so on (a data-driven wavelet
transform). Decoder: each enlargement by least squares, back to the encoder's own features of that level. Blocks add
nothing at first.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .lens_net import Block, Lens


def components(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Unit directions (as rows, widest first) and variances of centred vectors."""
    values, vectors = torch.linalg.eigh((rows.T @ rows / len(rows)).double())
    return vectors.flip(1).T.float(), values.flip(0).clamp(min=1e-8).float()


def solve(conv: nn.Conv2d, x: Tensor, want: Tensor, ridge: float = 1e-3) -> Tensor:
    """Least squares for a 3x3 convolution; returns what it makes of x."""
    a = F.unfold(x, 3, padding=1).transpose(1, 2).flatten(0, 1).double()
    b = want.permute(0, 2, 3, 1).flatten(0, 2).double()
    gram = a.T @ a
    gram.diagonal().add_(ridge * gram.diagonal().mean())
    conv.weight.copy_(torch.linalg.solve(gram, a.T @ b).T.reshape(conv.weight.shape).float())
    return F.conv2d(x, conv.weight, padding=1)


@torch.no_grad()
def start(net: Lens, x: Tensor) -> None:
    """Sets the weights from some pictures [n, 3, h, w], 0..1; blocks keep their random inner layers."""
    for m in net.modules():
        if isinstance(m, Block):
            m.conv[4].weight.zero_()
    down = [m for m in net.encoder if isinstance(m, nn.Conv2d)]
    up = [m for m in net.decoder if isinstance(m, nn.Conv2d)]
    mean = x.mean((0, 2, 3))
    ways, _ = components((x - mean.view(1, 3, 1, 1)).permute(0, 2, 3, 1).reshape(-1, 3))
    down[0].weight[:3].zero_()
    down[0].weight[:3, :, 1, 1] = ways
    down[0].weight[3:] -= down[0].weight[3:].mean((1, 2, 3), keepdim=True)
    down[0].bias.copy_(-down[0].weight.sum((2, 3)) @ mean)
    levels, known = [down[0](x)], 3
    for conv in down[1:-1]:
        h = levels[-1]
        patches = F.pixel_unshuffle(h[:, :known], 2)
        ways, _ = components(patches.permute(0, 2, 3, 1).reshape(-1, 4 * known))
        keep = min(conv.out_channels, 4 * known)
        conv.weight[:keep].zero_()
        conv.weight[:keep, :known, 1:, 1:] = ways[:keep].view(keep, known, 2, 2)
        conv.weight[keep:] *= 0.5
        levels.append(conv(h))
        known = keep
    top, c = levels[-1], net.config.latent_channels
    last = down[-1]
    last.weight.zero_()
    spread = top[:, :c].std((0, 2, 3))
    last.weight[torch.arange(c), torch.arange(c), 1, 1] = 1 / spread
    last.bias.zero_()
    last.bias[c:] = -6
    h = solve(up[0], net.decoder[0](net.encode(x)[0]), top)
    up[0].bias.zero_()
    for conv, want in zip(up[1:-1], levels[-2::-1]):
        h = solve(conv, F.interpolate(h, scale_factor=2.0, mode="nearest"), want)
    solve(up[-1], h, x - mean.view(1, 3, 1, 1))
    up[-1].bias.copy_(mean)

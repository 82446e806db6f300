"""Trains the encoder of a finished generator: pictures of known w, and training pictures whose reconstruction counts.

Used by `fruit_projected --encoder-minutes`; by itself: python -m limner_training.fruit_encoder_train --state DIR
--data ... Losses: distance in w (in units of its spread), L1 on 4x4 and 8x8 averages, distance of EfficientNet-Lite0
features; for training pictures a pull towards the mean of w instead of the first. The rate falls to zero over the
time given.
"""

from __future__ import annotations

import argparse
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from . import fruit_data
from .efficientnet_lite import EfficientNetLite0
from .fruit_encoder import FruitEncoder
from .fruit_synthesis import prepare, synthesis
from .stylegan2 import Generator


def picture_loss(y: Tensor, x: Tensor, net: EfficientNetLite0) -> Tensor:
    """Low-resolution L1 and feature distance, relative to the features' size."""
    a, b = F.avg_pool2d(y, 4), F.avg_pool2d(x, 4)
    loss = 4 * (a - b).abs().mean() + 4 * (F.avg_pool2d(a, 2) - F.avg_pool2d(b, 2)).abs().mean()
    dtype = net.stem.weight.dtype
    with torch.no_grad():
        fx = net(x.to(dtype))
    for p, q in zip(net(y.to(dtype)), fx):
        loss = loss + 0.25 * ((p - q).abs().float().mean() / q.abs().float().mean())
    return loss


def train_encoder(g: Generator, data: Tensor, net: EfficientNetLite0, until: float, batch: int = 64,
                  dtype: torch.dtype = torch.bfloat16, lr: float = 2e-3) -> tuple[FruitEncoder, dict]:
    """Encoder for `g` (frozen, on its device), trained until `time.time()` reaches `until`; and how it went."""
    dev = g.mapping.w_avg.device
    with torch.no_grad():
        w = torch.cat([g.mapping(torch.randn(1000, g.z_dim, device=dev))[:, 0] for _ in range(5)])
    mean, spread = w.mean(0), w.std(0).clamp_min(1e-4)
    scale = spread.square().mean().sqrt()
    e = FruitEncoder(g.w_dim).to(dev)
    torch.nn.init.zeros_(e.linear.weight)
    e.linear.bias.data.copy_(mean)
    fused = dict(fused=True) if dev.type == "cuda" else {}
    opt = torch.optim.Adam(e.parameters(), lr, (0.9, 0.99), **fused)
    start = shown = time.time()
    steps, half, seen = 0, batch // 2, {}
    while True:
        part = (time.time() - start) / max(until - start, 1e-3)
        if part >= 1 and steps:
            break
        opt.param_groups[0]["lr"] = lr * min(1, (steps + 1) / 50) * max(0.02, 1 - part)
        with torch.no_grad():
            w = g.mapping(torch.randn(half, g.z_dim, device=dev))[:, 0]
            w = mean + (w - mean) * (0.5 + 0.5 * torch.rand(half, 1, device=dev))
            fake = synthesis(g.synthesis, w[:, None].expand(-1, g.num_ws, -1), "random", dtype).clamp(-1, 1)
            real = data[torch.randint(len(data), (batch - half,), device=dev)].float() / 127.5 - 1
            x = torch.cat([fake, real])
        guess = e(x)
        known = (guess[:half] - w).square().mean() / scale.square()
        calm = ((guess[half:] - mean) / scale).square().mean()
        y = synthesis(g.synthesis, guess[:, None].expand(-1, g.num_ws, -1), "random", dtype)
        picture = picture_loss(y, x, net)
        loss = known + 0.05 * calm + picture
        opt.zero_grad(set_to_none=True)
        loss.backward()
        opt.step()
        steps += 1
        for k, v in (("w", known), ("picture", picture), ("real_w", calm)):
            seen[k] = v.detach() if k not in seen else torch.lerp(seen[k], v.detach(), 0.05)
        if time.time() - shown > 10:
            shown = time.time()
            print(f"encoder {shown - start:5.0f} s  {steps * batch / (shown - start):.0f} img/s  "
                  + "  ".join(f"{k} {float(v):.3f}" for k, v in seen.items()), flush=True)
    losses = {k: round(float(v), 4) for k, v in seen.items()}
    if not all(v == v for v in losses.values()):
        raise RuntimeError("the encoder's losses are not numbers")
    how = dict(steps=steps, images=steps * batch, seconds=round(time.time() - start), losses=losses)
    return e.requires_grad_(False), how


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True, help="folder of fruit_projected")
    p.add_argument("--data", required=True)
    p.add_argument("--features", required=True)
    p.add_argument("--minutes", type=float, default=2)
    p.add_argument("--batch", type=int, default=64)
    a = p.parse_args()
    from .fruit_state import read_average, write_average
    g, _, about = read_average(a.state)
    prepare(g.synthesis)
    dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if dev.type == "cuda" else torch.float32
    data = torch.from_numpy(fruit_data.load(a.data)).to(dev)
    net = EfficientNetLite0(a.features).to(dev, dtype)
    e, how = train_encoder(g.to(dev), data, net, time.time() + a.minutes * 60, a.batch, dtype)
    about["encoder"] = how
    write_average(a.state, g, e, about)


if __name__ == "__main__":
    main()

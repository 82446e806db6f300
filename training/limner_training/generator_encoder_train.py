"""Trains the encoder of a finished generator: pictures of known w, and training pictures whose reconstruction counts.

usage: python -m limner_training.generator_encoder_train --state DIR --data SET.npz --features FILE --minutes 10 [--best]

`projected_gan --encoder-minutes` does the same at the end of a training. It starts at the best linear guess (ridge
regression of w on small copies of samples, in closed form), which is most of what a processor gets in minutes. Losses
from there: distance in w (in units of its spread), L1 on 4x4 and 8x8 averages, distance of EfficientNet-Lite0 features;
for training pictures a pull towards the mean of w instead of the first. The rate falls to zero over the time given.
"""

from __future__ import annotations

import argparse
import time

import torch
import torch.nn.functional as F
from torch import Tensor

from . import picture_set
from .efficientnet_lite import EfficientNetLite0
from .fast_synthesis import prepare, synthesis
from .generator_encoder import GeneratorEncoder
from .projected_state import AVERAGE, BEST, read_average, write_average
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


@torch.no_grad()
def linear_start(e: GeneratorEncoder, g: Generator, dtype: torch.dtype, count: int) -> float:
    """Sets `linear` to the ridge regression of w on the small copies of `count` samples; returns the share of w's
    variance that it explains on samples that it was not fitted to."""
    dev = g.mapping.w_avg.device
    xs, ws = [], []
    for _ in range(count // 64):
        w = g.mapping(torch.randn(64, g.z_dim, device=dev))[:, 0]
        x = synthesis(g.synthesis, w[:, None].expand(-1, g.num_ws, -1), "random", dtype).float().clamp(-1, 1)
        xs.append(F.avg_pool2d(x, x.shape[-1] // e.width).flatten(1).double())
        ws.append(w.double())
    x, w = torch.cat(xs), torch.cat(ws)
    cut = len(x) * 7 // 8
    mean_x, mean_w = x[:cut].mean(0), w[:cut].mean(0)
    a, b = x[:cut] - mean_x, w[:cut] - mean_w
    gram, unseen, rest = a @ a.t(), x[cut:] - mean_x, w[cut:] - mean_w
    best, explained = None, -1.0
    for strength in (1e-4, 1e-3, 1e-2, 1e-1):
        ridge = strength * gram.diagonal().mean() * torch.eye(cut, device=dev, dtype=gram.dtype)
        slope = a.t() @ torch.linalg.solve(gram + ridge, b)  # [pixels, w_dim]
        share = 1 - ((unseen @ slope - rest).square().sum() / rest.square().sum()).item()
        if share > explained:
            best, explained = slope, share
    e.linear.weight.copy_(best.t())
    e.linear.bias.copy_(mean_w - mean_x @ best)
    return explained


def train_encoder(g: Generator, data: Tensor, net: EfficientNetLite0, until: float, batch: int = 64,
                  dtype: torch.dtype = torch.bfloat16, lr: float = 1e-3, samples: int = 4096) -> tuple[GeneratorEncoder, dict]:
    """Encoder for `g` (frozen, on its device), trained until `time.time()` reaches `until`; and how it went."""
    dev = g.mapping.w_avg.device
    with torch.no_grad():
        w = torch.cat([g.mapping(torch.randn(1000, g.z_dim, device=dev))[:, 0] for _ in range(5)])
    mean, spread = w.mean(0), w.std(0).clamp_min(1e-4)
    scale = spread.square().mean().sqrt()
    e = GeneratorEncoder.for_generator(g).to(dev)
    begin = time.time()
    explained = linear_start(e, g, dtype, samples)
    print(f"linear guess: {explained:.1%} of the variance of w, {time.time() - begin:.0f} s", flush=True)
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
    how = dict(samples=samples, explained=round(explained, 3), steps=steps, images=steps * batch,
               seconds=round(time.time() - begin), losses=losses)
    return e.requires_grad_(False), how


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True, help="folder of projected_gan")
    p.add_argument("--best", action="store_true", help="for the weights that measured best")
    p.add_argument("--data", required=True, help="made by picture_set")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--minutes", type=float, default=2)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU too")
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    name = BEST if a.best else AVERAGE
    g, _, about = read_average(a.state, name)
    prepare(g.synthesis)
    dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    dtype = torch.bfloat16 if dev.type == "cuda" or a.half else torch.float32
    data = torch.from_numpy(picture_set.load(a.data)).to(dev)
    net = EfficientNetLite0(a.features).to(dev, dtype)
    torch.manual_seed(about["steps"])
    e, how = train_encoder(g.to(dev), data, net, time.time() + a.minutes * 60, a.batch, dtype)
    about["encoder"] = how
    write_average(a.state, g, e, about, name)


if __name__ == "__main__":
    main()

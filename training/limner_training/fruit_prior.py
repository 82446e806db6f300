"""Fits the mapping network of *Fruit* to the encodings of the training pictures, after `fruit_vae`.

usage: python -m limner_training.fruit_prior --state DIR --minutes 2
       python -m limner_training.fruit_prior --state DIR --minutes 20 --flow --layers 5

Without `--flow` the network starts as the exact linear map from z to the Gaussian of the encodings' mean and covariance
(identity and its negative through the leaky ReLU), then an energy distance (Szekely & Rizzo) between its outputs and the
encodings bends it towards their true distribution. With `--flow`, which needs many minutes, it starts from a rectified
flow (Liu et al. 2023) instead: the trajectories from normalised z to w are distilled into the network first.
The w space is shifted by a constant so that the last leaky ReLU of the mapping network is linear where the data lies;
`affine` biases take the shift back exactly.
"""

from __future__ import annotations

import argparse
import os
import time

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .fruit_vae import KWARGS, Model, cached, save_grid, to_float
from .stylegan2 import MappingNetwork, normalize_2nd_moment

clock = time.process_time  # budgets are processor time: the machine may be busy
SHIFT_MARGIN = 1.0  # w entries of the data stay at least this far above zero


class Flow(nn.Module):
    """Velocity of w at (point, time)."""

    def __init__(self, dim: int, hidden: int = 512, blocks: int = 3):
        super().__init__()
        self.inp = nn.Linear(dim + 16, hidden)
        self.blocks = nn.ModuleList(nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
                                    for _ in range(blocks))
        self.out = nn.Linear(hidden, dim)

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        angle = t[:, None] * torch.arange(1, 9) * (torch.pi / 2)
        h = self.inp(torch.cat([x, angle.sin(), angle.cos()], 1))
        for b in self.blocks:
            h = h + b(h)
        return self.out(F.silu(h))


def energy_distance(x: Tensor, y: Tensor) -> Tensor:
    """2 E|x - y| - E|x - x'| - E|y - y'| (unbiased)."""
    n, m = len(x), len(y)
    return 2 * torch.cdist(x, y).mean() - torch.cdist(x, x).sum() / (n * (n - 1)) - torch.cdist(y, y).sum() / (m * (m - 1))


def train_flow(w: Tensor, noise: Tensor, minutes: float) -> Flow:
    """`noise`: standard deviation of the posterior, part of the target distribution."""
    flow = Flow(w.shape[1])
    avg = Flow(w.shape[1]).requires_grad_(False)
    avg.load_state_dict(flow.state_dict())
    opt = torch.optim.AdamW(flow.parameters(), lr=1e-3, weight_decay=1e-3)
    start, step, mean, shown = clock(), 0, None, clock()
    while (part := (clock() - start) / 60 / minutes) < 1:
        for g in opt.param_groups:
            g["lr"] = 1e-3 * min(1, (step + 1) / 100) * min(1, (1 - part) / 0.5 + 0.02)
        x1 = w[torch.randint(len(w), (512,))]
        x1 = x1 + noise * torch.randn_like(x1)
        x0 = normalize_2nd_moment(torch.randn_like(x1))
        t = torch.rand(512)
        loss = (flow(x0.lerp(x1, t[:, None]), t) - (x1 - x0)).square().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
        beta = min(0.999, step / (step + 10))
        for q, r in zip(avg.parameters(), flow.parameters()):
            q.lerp_(r.detach(), 1 - beta)
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if clock() - shown > 15:
            shown = clock()
            print(f"flow step {step}  loss {mean:.4f}", flush=True)
    return avg


@torch.no_grad()
def integrate(flow: Flow, z: Tensor, steps: int = 16) -> Tensor:
    """Midpoint rule from t = 0 to 1."""
    x, h = normalize_2nd_moment(z), 1 / steps
    for i in range(steps):
        t = torch.full([len(x)], i * h)
        mid = x + flow(x, t) * (h / 2)
        x = x + flow(mid, t + h / 2) * h
    return x


@torch.no_grad()
def start_from_gaussian(mapping: MappingNetwork, mean: Tensor, root: Tensor) -> None:
    """Sets fc0 and fc1 so that the output is `mean + root z` wherever that is positive; units left over start idle."""
    first, last = mapping.fc0, mapping.fc1
    k = first.weight.shape[1]
    if mapping.num_layers != 2 or first.weight.shape[0] < 2 * k:
        raise SystemExit("the Gaussian start needs two layers and features for z and -z: --layers 2 --features 384")
    eye = torch.eye(k) / first.weight_gain
    first.weight[:k], first.weight[k:2 * k] = eye, -eye
    unit = 2**0.5 * 1.2  # lrelu(x) - lrelu(-x) = 1.2 x, times the gain
    both = torch.cat([root, -root, torch.zeros(len(root), first.weight.shape[0] - 2 * k)], 1)
    last.weight.copy_(both / unit / 2**0.5 / last.weight_gain)
    last.bias.copy_(mean / 2**0.5 / last.bias_gain)


def fit(mapping: MappingNetwork, pairs: tuple[Tensor, Tensor] | None, w: Tensor, noise: Tensor, shift: Tensor,
        minutes: float) -> None:
    """Energy distance to the encodings; with `pairs` (z, w), regression on them for the first half and beside it after."""
    lr = 0.3 if pairs else 0.05  # the run-time scale of 0.01 makes this 0.003 (0.0005) of a weight of scale 1
    opt = torch.optim.Adam(mapping.parameters(), lr=lr, betas=(0.9, 0.99))
    params = list(mapping.parameters())
    avg = [q.detach().clone() for q in params]
    scale = w.std(0)
    start, step, means, shown = clock(), 0, {}, clock()
    while (part := (clock() - start) / 60 / minutes) < 1:
        for g in opt.param_groups:
            g["lr"] = lr * min(1, (step + 1) / 100) * min(1, (1 - part) / 0.7 + 0.01)
        loss = torch.zeros([])
        if pairs:
            i = torch.randint(len(pairs[0]), (512,))
            out = mapping(pairs[0][i])[:, 0] - shift
            mse = ((out - pairs[1][i]) / scale).square().mean()
            means["error"] = 0.98 * means.get("error", mse.item()) + 0.02 * mse.item()
            loss = loss + mse * (1 if part < 0.5 else 0.3)
        else:
            out = mapping(torch.randn(768, mapping.z_dim))[:, 0] - shift
        if not pairs or part > 0.5:
            x = w[torch.randint(len(w), (768,))]
            ed = energy_distance(out / scale, (x + noise * torch.randn_like(x)) / scale)
            means["energy distance"] = 0.98 * means.get("energy distance", ed.item()) + 0.02 * ed.item()
            loss = loss + ed
        opt.zero_grad()
        loss.backward()
        opt.step()
        step += 1
        beta = min(0.995, step / (step + 10))
        for q, r in zip(avg, params):
            q.lerp_(r.detach(), 1 - beta)
        if clock() - shown > 10:
            shown = clock()
            print(f"mapping step {step}  " + "  ".join(f"{k} {v:.4f}" for k, v in means.items()), flush=True)
    with torch.no_grad():
        for q, r in zip(params, avg):
            q.copy_(r)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True)
    p.add_argument("--minutes", type=float, default=2, help="processor time")
    p.add_argument("--noise", type=float, default=0.5, help="share of the posterior's spread kept in the samples")
    p.add_argument("--flow", action="store_true", help="start from a flow instead of a Gaussian")
    p.add_argument("--layers", type=int, default=2)
    p.add_argument("--features", type=int, default=384)
    p.add_argument("--width", type=int, default=128)
    a = p.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(11)
    s = torch.load(os.path.join(a.state, "state.pt"))
    model = Model()
    model.load_state_dict(s["ema"])
    model.silence_above(max(e["width"] for e in s["log"]))
    model.requires_grad_(False)
    low = cached("", a.state, 32, False)
    w = torch.cat([model.e(to_float(low[i:i + 500])) for i in range(0, len(low), 500)])
    noise = (0.5 * model.logvar).exp() * a.noise
    print(f"encodings: standard deviation {w.std(0).min():.2f}..{w.std(0).max():.2f}, largest {w.abs().max():.1f}")

    fresh = w + noise * torch.randn_like(w)
    root = torch.linalg.cholesky(torch.cov(fresh.t()))
    gaussian = w.mean(0) + torch.randn(6000, w.shape[1]) @ root.t()
    print(f"energy distance: Gaussian {energy_distance(gaussian[:2000], fresh[:2000]):.4f}, "
          f"data halves {energy_distance(fresh[:2000], fresh[2000:4000]):.4f}", flush=True)
    pairs, low_end = None, torch.minimum(w.min(0).values, gaussian.min(0).values)
    if a.flow:
        flow = train_flow(w, noise, a.minutes * 0.4)
        z = torch.randn(60000, KWARGS["z_dim"])
        pairs = (z, torch.cat([integrate(flow, c) for c in z.split(2000)]))
        low_end = torch.minimum(low_end, pairs[1].min(0).values)
        print(f"energy distance of the flow {energy_distance(pairs[1][:2000], fresh[:2000]):.4f}", flush=True)
    shift = (SHIFT_MARGIN - low_end).clamp(min=0)
    mapping_kwargs = dict(num_layers=a.layers, layer_features=a.features)
    mapping = MappingNetwork(KWARGS["z_dim"], 0, KWARGS["w_dim"], model.g.num_ws, **mapping_kwargs)
    if a.flow:
        with torch.no_grad():
            last = getattr(mapping, f"fc{a.layers - 1}")
            last.bias.copy_((w.mean(0) + shift) / 2**0.5 / last.bias_gain)
            last.weight.mul_(0.5)
    else:
        start_from_gaussian(mapping, w.mean(0) + shift, root)
    fit(mapping, pairs, w, noise, shift, a.minutes * (0.5 if a.flow else 1))
    with torch.no_grad():
        many = mapping(torch.randn(20000, KWARGS["z_dim"]))[:, 0]
        mapping.w_avg.copy_(many.mean(0))
        print(f"energy distance of the mapping network {energy_distance(many[:2000] - shift, fresh[:2000]):.4f}; "
              f"spread {((many - shift).std(0) / w.std(0)).mean():.3f} of the data's")
    torch.save(dict(mapping=mapping.state_dict(), mapping_kwargs=mapping_kwargs, shift=shift, noise=a.noise,
                    minutes=a.minutes), os.path.join(a.state, "prior.pt"))
    for psi in (0.7, 1.0):
        ws = mapping(torch.randn(64, KWARGS["z_dim"], generator=torch.Generator().manual_seed(1)), truncation_psi=psi)
        y = model.g.synthesis(ws - shift, "const", up_to=a.width)
        save_grid(y.detach(), os.path.join(a.state, f"prior_psi{psi}.png"), 16, max(1, 64 // a.width))


if __name__ == "__main__":
    main()

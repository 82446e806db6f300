"""Averages a `vae` with an earlier stage of the same run, and spreads its prior: both made the pictures nearer to those
kept aside than the run's end was.

usage: python -m limner_training.vae_blend --state DIR --earlier MODEL --share 0.6 --spread 1.12 --out STATE

`--earlier` is a folder that `generator_export` wrote of the run's state before; `--share` its part of the average (a longer
average than the run's own, Izmailov et al. 2018). `--spread` is a temperature that becomes the prior's 1. OUT goes to `generator_ship`.
"""

from __future__ import annotations

import argparse
import os

import torch

from .generator_export import load_encoder, load_model
from .projected_state import read_average, write_average
from .stylegan2 import Generator


@torch.no_grad()
def spread(g: Generator, by: float) -> None:
    """Samples lie `by` times as far from the average. The last activation passes what is positive unchanged, and
    nearly all of w is (`vae_prior.SHIFT`)."""
    last = getattr(g.mapping, f"fc{g.mapping.num_layers - 1}")
    z = torch.randn(10000, g.z_dim, generator=torch.Generator().manual_seed(3))
    mean = torch.cat([g.mapping(c)[:, 0] for c in z.split(1000)]).mean(0)
    gain = 2**0.5  # of the activation
    last.weight.mul_(by)
    last.bias.mul_(by).add_((1 - by) * mean / gain / last.bias_gain)


@torch.no_grad()
def blend(a: argparse.Namespace) -> None:
    g, e, about = read_average(a.state)
    other, config = load_model(a.earlier)
    if config["training"]["steps"] > about["steps"]:
        raise SystemExit(f"{a.earlier} is not of an earlier stage")
    for net, earlier in ((g, other), (e, load_encoder(a.earlier))):
        theirs = earlier.state_dict()
        for name, t in net.state_dict().items():
            t.lerp_(theirs[name], a.share)
    spread(g, a.spread)
    about["log"][-1]["remark"] = f"averaged with {a.share:g} of step {config['training']['steps']}; spread {a.spread:g}"
    os.makedirs(a.out, exist_ok=True)
    write_average(a.out, g, e, about)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True)
    p.add_argument("--earlier", required=True)
    p.add_argument("--share", type=float, default=0.6)
    p.add_argument("--spread", type=float, default=1.12)
    p.add_argument("--out", required=True)
    blend(p.parse_args())


if __name__ == "__main__":
    main()

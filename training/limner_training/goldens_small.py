"""Golden files of *Crisp* and of *Fruit*'s encoder with small random weights, for the Rust side.

usage: python -m limner_training.goldens_small tests/golden
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from .crisp_net import Crisp
from .generator_encoder import GeneratorEncoder


def save(path: Path, net: torch.nn.Module, kwargs: dict, values: dict[str, torch.Tensor]) -> None:
    """Weights, inputs, outputs and the constructor's arguments in one file."""
    tensors = dict(net.state_dict()) | values
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, {"kwargs": json.dumps(kwargs)})


@torch.no_grad()
def main() -> None:
    folder = Path(sys.argv[1])
    torch.manual_seed(7)
    kwargs = dict(channels=5, layers=2)
    net = Crisp(**kwargs).eval()
    for p in net.parameters():
        p.add_(torch.randn_like(p) * 0.1)
    x = torch.rand(1, 3, 9, 13)
    save(folder / "crisp_tiny.safetensors", net, kwargs, {"_in.x": x, "_out.x2": net(x, 2), "_out.x4": net(x, 4)})

    kwargs = dict(w_dim=12, height=16, width=8, channels=[3, 4, 5])
    net = GeneratorEncoder(**kwargs).eval()
    for p in net.parameters():
        p.add_(torch.randn_like(p) * 0.1)
    x = torch.rand(1, 3, 64, 32) * 2 - 1
    save(folder / "fruit_encoder_tiny.safetensors", net, kwargs, {"_in.x": x, "_out.w": net(x)})


if __name__ == "__main__":
    main()

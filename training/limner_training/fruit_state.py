"""The files of `fruit_projected`: `fruit_ema.safetensors` (average, encoder, the record as metadata) and
`fruit_train.safetensors` (what training goes on from), both f16."""

from __future__ import annotations

import json
import os

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from .fruit_encoder import FruitEncoder
from .stylegan2 import Generator


def write_half(tensors: dict[str, Tensor], path: str, about: dict | None = None) -> None:
    """f16 safetensors, whole or not at all."""
    half = {k: v.detach().to("cpu", torch.float16).contiguous() for k, v in tensors.items()}
    save_file(half, path + ".new", {"about": json.dumps(about)} if about else None)
    os.replace(path + ".new", path)


def part(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Entries `name.*` without the prefix, f32."""
    return {k[len(name) + 1:]: v.float() for k, v in tensors.items() if k.startswith(name + ".")}


def named(name: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{k}": v for k, v in tensors.items()}


def read_average(folder: str) -> tuple[Generator, FruitEncoder | None, dict]:
    """The averaged generator, its encoder if it has one, and the record of the training."""
    path = os.path.join(folder, "fruit_ema.safetensors")
    with safe_open(path, "pt") as f:
        about = json.loads(f.metadata()["about"])
    tensors = load_file(path)
    g = Generator(**about["kwargs"]).requires_grad_(False)
    g.load_state_dict(part(tensors, "ema"))
    e = None
    if part(tensors, "encoder"):
        e = FruitEncoder(g.w_dim).requires_grad_(False)
        e.load_state_dict(part(tensors, "encoder"))
    return g, e, about


def write_average(folder: str, g: Generator, e: FruitEncoder | None, about: dict) -> None:
    tensors = named("ema", g.state_dict()) | (named("encoder", e.state_dict()) if e else {})
    write_half(tensors, os.path.join(folder, "fruit_ema.safetensors"), about)


def row_roots(opt: torch.optim.Adam, net: nn.Module) -> dict[str, Tensor]:
    """Root of Adam's second moment, averaged over all but the first axis, times 1000 to keep f16 digits."""
    return {n: opt.state[p]["exp_avg_sq"].reshape(len(p) if p.ndim else 1, -1).mean(1).sqrt() * 1e3
            for n, p in net.named_parameters() if p in opt.state}


def restore_rows(opt: torch.optim.Adam, net: nn.Module, roots: dict[str, Tensor]) -> None:
    for n, p in net.named_parameters():
        if n in roots:
            v = (roots[n].to(p.device) / 1e3).clamp_min(1e-8).square().reshape([-1] + [1] * max(p.ndim - 1, 0))
            step = torch.tensor(1000.0, device=p.device if opt.defaults["fused"] else "cpu")
            opt.state[p] = dict(step=step, exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p) + v.reshape(
                p.shape if p.ndim == 0 else v.shape))

"""The files of `projected_gan`, f16: `average.safetensors` (average, encoder if there is one, the record as metadata),
`training.safetensors` (what training goes on from) and `best.safetensors` (the average that measured best)."""

from __future__ import annotations

import json
import os

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from .generator_encoder import GeneratorEncoder
from .stylegan2 import Generator

AVERAGE, TRAINING, BEST = "average.safetensors", "training.safetensors", "best.safetensors"
FORMER = {AVERAGE: "fruit_ema.safetensors", TRAINING: "fruit_train.safetensors"}  # names that older states have
FILE_LIMIT = 16 * 2**20


def path_of(folder: str, name: str) -> str:
    """Where this file of a state is: under its name, else under the one that older states have."""
    path = os.path.join(folder, name)
    former = os.path.join(folder, FORMER.get(name, name))
    return former if not os.path.exists(path) and os.path.exists(former) else path


def write_half(tensors: dict[str, Tensor], path: str, about: dict | None = None) -> None:
    """f16 safetensors, whole or not at all; refuses a file too large to travel."""
    half = {k: v.detach().to("cpu", torch.float16).contiguous() for k, v in tensors.items()}
    size = sum(v.nbytes for v in half.values())
    if size > FILE_LIMIT:
        raise SystemExit(f"{path} would have {size >> 20} MiB, more than {FILE_LIMIT >> 20}: use fewer channels")
    save_file(half, path + ".new", {"about": json.dumps(about)} if about else None)
    os.replace(path + ".new", path)


def part(tensors: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """Entries `name.*` without the prefix, f32."""
    return {k[len(name) + 1:]: v.float() for k, v in tensors.items() if k.startswith(name + ".")}


def named(name: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{name}.{k}": v for k, v in tensors.items()}


def read_record(path: str) -> dict:
    """The record of the training that stands in an average's metadata."""
    with safe_open(path, "pt") as f:
        return json.loads(f.metadata()["about"])


def read_average(folder: str, name: str = AVERAGE) -> tuple[Generator, GeneratorEncoder | None, dict]:
    """The averaged generator (`name`: or the best one), its encoder if it has one, and the record of the training."""
    path = path_of(folder, name)
    about, tensors = read_record(path), load_file(path)
    g = Generator(**about["kwargs"]).requires_grad_(False)
    g.load_state_dict(part(tensors, "ema"))
    e, encoder = None, part(tensors, "encoder")
    if encoder:
        e = GeneratorEncoder.for_generator(g).requires_grad_(False)
        e.load_state_dict(encoder)
    return g, e, about


def write_average(folder: str, g: Generator, e: GeneratorEncoder | None, about: dict, name: str = AVERAGE) -> None:
    tensors = named("ema", g.state_dict()) | (named("encoder", e.state_dict()) if e else {})
    write_half(tensors, os.path.join(folder, name), about)


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

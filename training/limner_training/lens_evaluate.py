"""Figures of *Lens* on pictures that no training saw: `python -m limner_training.evaluate lens --model
../models/lens --vgg FILE`.

For photos and paintings: PSNR and SSIM of what comes back, distance of VGG-19 features as in training. How the
latents bear moving: PSNR of the decoded half-size grid against the half-size picture, and how far, in sigmas, a
latent that was moved by 2 sigma in one of the six directions that change most, decoded and encoded again, is from
where it was put.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from . import lens_data
from .crisp import ssim
from .data import source_dir
from .lens import feature_distance
from .lens_net import Config, Lens
from .lens_sheet import duals_of, latents, places, principal, responses
from .vgg import Vgg


def load_state(path: Path) -> tuple[Lens, dict]:
    """The averaged network of a training state, and the state."""
    s = torch.load(path, map_location="cpu", weights_only=True)
    net = Lens(Config.from_kwargs(s["config"])).requires_grad_(False).eval()
    net.load_state_dict({k: v.float() for k, v in s["ema"].items()})
    return net, s


def load_model(folder: Path) -> tuple[Lens, dict]:
    """The shipped network (f32 arithmetic on the stored f16 weights) and its config."""
    config = json.loads((folder / "config.json").read_text())
    net = Lens(Config.from_kwargs(config["kwargs"])).requires_grad_(False).eval()
    return net.load_shipped(load_file(folder / "weights.safetensors")), config


def psnr(a: Tensor, b: Tensor) -> float:
    return -10 * (a - b).square().mean().clamp(min=1e-10).log10().item()


@torch.no_grad()
def moved(net: Lens, pictures: list, directions: int = 6) -> tuple[float, float]:
    """(PSNR of the halved grid, distance in sigmas from where latents moved by 2 sigma were put)."""
    grids = latents(net, pictures, most=128)
    _, sigma, ways = principal(places(grids))
    steps, _ = responses(net, grids[:8], sigma, ways)
    duals = duals_of(steps)
    halved, off = [], []
    for i, (p, z) in enumerate(zip(pictures, grids)):
        x, z, k = lens_data.fitted(p, most=128), z[None], i % directions
        small = [s // 16 * 8 for s in x.shape[2:]]
        half = F.interpolate(z, [s // 8 for s in small], mode="bilinear", antialias=True)
        halved.append(psnr(net.decode(half).clamp(0, 1), F.interpolate(x, small, mode="bilinear", antialias=True)))
        put = z + 2 * steps[k].view(1, -1, 1, 1)
        back = net.encode(net.decode(put).clamp(0, 1))[0]
        off.append(((back - put) * duals[k].view(1, -1, 1, 1)).sum(1).square().mean().sqrt().item())
    return sum(halved) / len(halved), sum(off) / len(off)


@torch.no_grad()
def evaluate(net: Lens, pictures: dict[str, list], vgg: Vgg, most: int = 192) -> dict:
    """All figures, by kind of picture."""
    out = {}
    for kind, some in pictures.items():
        rows = []
        for p in some:
            x = lens_data.fitted(p, most=most)
            y = net.decode(net.encode(x)[0]).clamp(0, 1)
            rows.append((psnr(y, x), ssim(y, x), feature_distance(vgg(y), vgg(x)).item()))
        a, b, c = (sum(r[i] for r in rows) / len(rows) for i in range(3))
        halved, off = moved(net, some[:48])
        out[kind] = dict(
            pictures=len(rows),
            psnr=round(a, 2),
            ssim=round(b, 4),
            vgg=round(c, 4),
            psnr_halved_grid=round(halved, 2),
            sigmas_off_after_a_move_of_2=round(off, 3),
        )
    return out


def main(argv: list[str]) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", type=Path, help="lens.pt of a training, or")
    p.add_argument("--model", type=Path, help="folder of the shipped network: figures go into its config.json")
    p.add_argument(
        "--vgg", type=Path, help="VGG-19 features (default: weights/vgg19_features.safetensors in the data folder)"
    )
    p.add_argument("--data", help="folder with data/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--fruit", type=Path, help="packed watercolours with their test pictures")
    p.add_argument("--count", type=int, help="pictures of each kind, for a quick look")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    net, about = load_state(a.state) if a.state else load_model(a.model)
    source = source_dir(a.data)
    seen = about.get("seen") or about["training"]["pack"]
    pictures = lens_data.unseen(source, seen)
    if a.fruit:
        from . import picture_set

        pictures["fruit"] = list(picture_set.load(str(a.fruit), test=True)[:100].transpose(0, 2, 3, 1))
    pictures = {k: v[: a.count] for k, v in pictures.items()}
    vgg = Vgg(a.vgg or source / "weights/vgg19_features.safetensors", last=(4, 1))
    figures = evaluate(net, pictures, vgg)
    print(json.dumps(figures, indent=1))
    if a.model and not a.count:
        from .lens_card import write_card

        about["figures"] = figures
        (a.model / "config.json").write_text(json.dumps(about, indent=2) + "\n")
        write_card(a.model)

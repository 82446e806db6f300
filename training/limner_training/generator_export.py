"""Writes a generator's folder (`models/NAME/`) from a training state, with sample sheets.

usage: python -m limner_training.generator_export export --preset landscapes --state DIR [--best] --out ../models/landscapes
       python -m limner_training.generator_export sheets --model ../models/landscapes
       python -m limner_training.generator_export samples --model ../models/landscapes --out DIR --count 400 [--psi 1]

`export` takes the folder of `projected_gan` or `vae` (or of Fruit's other way to train, `fruit_former`); names and credits are
the preset's. `samples` are PNG files for any measuring program. `generator_ship` does all that shipping needs at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os

import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from . import fruit_former
from .generator_encoder import GeneratorEncoder
from .picture_set import save_grid
from .presets import Preset
from .projected_state import AVERAGE, BEST, path_of, read_average
from .stylegan2 import Generator, macs


def from_projected(state: str, name: str) -> tuple[dict, dict[str, Tensor], GeneratorEncoder | None, dict]:
    """(kwargs, state dict of the average, encoder, recipe)."""
    g, e, about = read_average(state, name)
    log = about["log"]
    vae = about["kind"] == "vae"
    recipe = dict(method="VAE-GAN" if vae else "projected GAN", critic="frozen EfficientNet-Lite0 (ImageNet weights, Apache-2.0)",
                  images=about["images"], steps=about["steps"], minutes=round(sum(r["minutes"] for r in log), 1),
                  hardware=log[-1]["device"], seed=log[-1]["seed"], projector_seed=about["projector_seed"],
                  encoder=about["encoder"], runs=log)
    if vae:
        recipe |= {k: about[k] for k in ("coarse_images", "prior", "posterior")}
    return about["kwargs"], g.state_dict(), e, recipe


def read_state(state: str, best: bool) -> tuple[dict, dict[str, Tensor], GeneratorEncoder | None, dict]:
    """What there is in this folder, by what trained it."""
    name = BEST if best else AVERAGE
    if os.path.exists(path_of(state, name)):
        return from_projected(state, name)
    if best:
        raise SystemExit(f"{state} has no {BEST}: train with --evaluate-every, or run projected_best")
    return fruit_former.from_gan(state)


def sha256(path: str) -> str:
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


@torch.no_grad()
def export(preset: Preset, state: str, out: str, best: bool = False, sketch: bool = False) -> None:
    """weights.safetensors (f16), config.json, encoder.safetensors if there is one; removes files of other weights."""
    kwargs, weights, encoder, recipe = read_state(state, best)
    g = Generator(**kwargs).requires_grad_(False).eval()
    g.load_state_dict(weights)
    z = torch.randn(10000, kwargs["z_dim"], generator=torch.Generator().manual_seed(3))
    w = torch.cat([g.mapping(c)[:, 0] for c in z.split(1000)])
    g.mapping.w_avg.copy_(w.mean(0))
    reach = (w - g.mapping.w_avg).norm(dim=1)
    full = g(z[:16], truncation_psi=0.7)
    half = {k: v.half().contiguous() for k, v in g.state_dict().items()}
    g.load_state_dict({k: v.float() for k, v in half.items()})
    loss = (g(z[:16], truncation_psi=0.7) - full).abs()
    print(f"f16 changes the picture by {loss.mean() * 127.5:.3f} of 255 on average, {loss.max() * 127.5:.2f} at most")
    os.makedirs(out, exist_ok=True)
    path = os.path.join(out, "weights.safetensors")
    save_file(half, path)
    h, wd = kwargs["init_size"]
    scale = kwargs["img_resolution"] // 4
    title = f"{preset.title} (first sketch)" if sketch else preset.title
    quantiles = {q: round(float(reach.quantile(float(q))), 4) for q in ("0.05", "0.5", "0.95")}
    config = dict(kind="stylegan2", name=preset.title, title=title, sketch=sketch, licence="CC0-1.0",
                  credit=preset.credit, kwargs=kwargs, width=wd * scale, height=h * scale, num_ws=g.num_ws,
                  resample_filter=[1, 3, 3, 1], macs=macs(kwargs), parameters=sum(q.numel() for q in g.parameters()),
                  truncation=dict(w_std=round(float(w.std(0).square().mean().sqrt()), 5),
                                  distance_quantiles=quantiles),
                  dtype="f16", sha256=sha256(path), training=recipe)
    if preset.upscaler:
        config["upscaler"] = preset.upscaler
    if recipe.get("method") == "VAE-GAN":
        # Truncation is the prior's temperature: at 1 it draws as it learnt to.
        config |= dict(prior="vae", truncation_psi=1.0)
    for name, key in (("encoder.safetensors", None), ("directions.json", "model_sha256")):
        old = os.path.join(out, name)
        if os.path.exists(old) and (key is None or json.load(open(old)).get(key) != config["sha256"]):
            os.remove(old)
            print(f"removed {name}: it belongs to other weights")
    if encoder is not None:
        enc = os.path.join(out, "encoder.safetensors")
        save_file({k: v.half().contiguous() for k, v in encoder.state_dict().items()}, enc)
        channels = [c.out_channels for c in (encoder.conv0, encoder.conv1, encoder.conv2)]
        config["encoder"] = dict(kind="generator_encoder", file="encoder.safetensors", w_dim=kwargs["w_dim"],
                                 height=encoder.height, width=encoder.width, channels=channels, sha256=sha256(enc))
    old = os.path.join(out, "config.json")
    if os.path.exists(old):
        with open(old) as f:
            previous = json.load(f)
        if previous["sha256"] == config["sha256"] and "figures" in previous:
            config["figures"] = previous["figures"]
    write_json(config, old)


def write_json(value: dict, path: str) -> None:
    with open(path, "w") as f:
        json.dump(value, f, indent=2)
        f.write("\n")


def load_model(folder: str) -> tuple[Generator, dict]:
    """The shipped generator, f32."""
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    g = Generator(**config["kwargs"]).requires_grad_(False).eval()
    g.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, "weights.safetensors")).items()})
    return g, config


def load_encoder(folder: str) -> GeneratorEncoder | None:
    """The shipped encoder, f32, if there is one."""
    with open(os.path.join(folder, "config.json")) as f:
        c = json.load(f).get("encoder")
    if c is None:
        return None
    e = GeneratorEncoder(c["w_dim"], c["height"], c["width"], tuple(c["channels"])).requires_grad_(False)
    e.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, c["file"])).items()})
    return e


@torch.no_grad()
def sheets(folder: str) -> None:
    """8 x 8 random samples at psi 0.7 and 1, first seeds, not chosen; and an interpolation in z."""
    g, _ = load_model(folder)
    z = torch.randn(64, g.z_dim, generator=torch.Generator().manual_seed(0))
    for psi in (0.7, 1.0):
        save_grid(g(z, truncation_psi=psi), os.path.join(folder, f"sheet_psi{psi:g}.jpg"), 8)
    t = torch.linspace(0, 1, 8).view(1, 8, 1) * torch.pi / 2
    path = z[:4, None] * t.cos() + z[4:8, None] * t.sin()
    save_grid(g(path.reshape(32, -1), truncation_psi=0.7), os.path.join(folder, "interpolation.jpg"), 8)


@torch.no_grad()
def samples(folder: str, out: str, count: int, psi: float) -> None:
    """`count` samples as PNG files, of the z that `generator_evaluate` measures."""
    g, _ = load_model(folder)
    os.makedirs(out, exist_ok=True)
    z = torch.randn(count, g.z_dim, generator=torch.Generator().manual_seed(500))
    for start in range(0, count, 20):
        x = (g(z[start:start + 20], truncation_psi=psi).clamp(-1, 1) + 1).mul(127.5).round().byte()
        for i, picture in enumerate(x.permute(0, 2, 3, 1).numpy()):
            Image.fromarray(picture).save(os.path.join(out, f"{start + i:05}.png"))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["export", "sheets", "samples"])
    p.add_argument("--preset", help="training/presets/NAME.toml, or a .toml of your own (export)")
    p.add_argument("--state", help="what to export")
    p.add_argument("--best", action="store_true", help="the weights that measured best")
    p.add_argument("--out", help="folder to write (export, samples)")
    p.add_argument("--model", help="folder to read (sheets, samples)")
    p.add_argument("--sketch", action="store_true", help="say in the title that it is one")
    p.add_argument("--count", type=int, default=400)
    p.add_argument("--psi", type=float, default=1.0)
    a = p.parse_args()
    needed = dict(export=("preset", "state", "out"), sheets=("model",), samples=("model", "out"))[a.what]
    for name in needed:
        if not getattr(a, name):
            p.error(f"{a.what} needs --{name}")
    torch.set_num_threads(1)
    if a.what == "export":
        export(Preset.named(a.preset), a.state, a.out, a.best, a.sketch)
    elif a.what == "sheets":
        sheets(a.model)
    else:
        samples(a.model, a.out, a.count, a.psi)


if __name__ == "__main__":
    main()

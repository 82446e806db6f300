"""Writes `models/fruit/` from a training state, renders sample sheets, measures samples against unseen pictures.

usage: python -m limner_training.fruit_export export --state DIR --out ../models/fruit
       python -m limner_training.fruit_export sheets --model ../models/fruit
       python -m limner_training.fruit_evaluate ... (afterwards; see there)

`export` takes the folder of `fruit_projected`, that of `fruit_gan`, or that of `fruit_vae` + `fruit_prior`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from .fruit_encoder import FruitEncoder
from .stylegan2 import Generator, macs

CREDIT = ("Made with Fruit, trained on the U.S. Department of Agriculture Pomological Watercolor Collection (public "
          "domain). Rare and Special Collections, National Agricultural Library, Beltsville, MD 20705.")


def from_vae(state: str) -> tuple[dict, dict[str, Tensor], FruitEncoder, dict]:
    """(kwargs, G_ema state dict, encoder, recipe). The shift of w goes into the affine biases and the encoder's bias."""
    from .fruit_vae import KWARGS, Model
    s = torch.load(os.path.join(state, "state.pt"))
    prior = torch.load(os.path.join(state, "prior.pt"))
    model = Model().requires_grad_(False)
    model.load_state_dict(s["ema"])
    model.silence_above(max(e["width"] for e in s["log"]))
    kwargs = KWARGS | dict(mapping_kwargs=prior["mapping_kwargs"])
    g = Generator(**kwargs).requires_grad_(False)
    g.mapping.load_state_dict(prior["mapping"])
    g.synthesis.load_state_dict(model.g.synthesis.state_dict())
    for m in g.synthesis.modules():
        if hasattr(m, "affine"):
            m.affine.bias.sub_(m.affine.weight @ prior["shift"] * m.affine.weight_gain)
    model.e.linear.bias.add_(prior["shift"])
    stages = [{k: (round(v, 5) if isinstance(v, float) else v) for k, v in e.items()} for e in s["log"] if e["steps"]]
    full = any(not e.get("linear") for e in stages)
    method = "variational autoencoder" if full else "linear decoder of principal components"
    recipe = dict(method=method + ", mapping network fitted to the encodings", hardware="CPU, 1 thread",
                  images=sum(e["images"] for e in stages), steps=sum(e["steps"] for e in stages),
                  minutes=round(sum(e["minutes"] for e in stages), 1),
                  cpu_minutes=round(sum(e["cpu_minutes"] for e in stages), 1), prior_minutes=prior["minutes"],
                  seed=6, stages=stages)
    return kwargs, g.state_dict(), model.e, recipe


def from_gan(state: str) -> tuple[dict, dict[str, Tensor], None, dict]:
    """(kwargs, G_ema state dict, no encoder, recipe)."""
    with open(os.path.join(state, "state.json")) as f:
        s = json.load(f)
    weights = {k: v.float() for k, v in load_file(os.path.join(state, "ema.safetensors")).items()}
    recipe = dict(method="StyleGAN2 with adaptive augmentation", images=s["images"],
                  minutes=round(sum(e["minutes"] for e in s["log"]), 1), hardware=s["log"][-1]["device"],
                  seed=s["log"][-1]["seed"], slices=s["log"])
    return s["kwargs"], weights, None, recipe


def from_projected(state: str) -> tuple[dict, dict[str, Tensor], FruitEncoder | None, dict]:
    """(kwargs, G_ema state dict, encoder, recipe)."""
    from .fruit_state import read_average
    g, e, about = read_average(state)
    log = about["log"]
    recipe = dict(method="projected GAN", critic="frozen EfficientNet-Lite0 (ImageNet weights, Apache-2.0)",
                  images=about["images"], steps=about["steps"], minutes=round(sum(r["minutes"] for r in log), 1),
                  hardware=log[-1]["device"], seed=log[-1]["seed"], projector_seed=about["projector_seed"],
                  encoder=about["encoder"], runs=log)
    return about["kwargs"], g.state_dict(), e, recipe


def source_of(state: str):
    """The reader for this state folder."""
    if os.path.exists(os.path.join(state, "fruit_ema.safetensors")):
        return from_projected
    return from_gan if os.path.exists(os.path.join(state, "state.json")) else from_vae


def sha256(path: str) -> str:
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


@torch.no_grad()
def export(state: str, out: str, sketch: bool) -> None:
    """weights.safetensors (f16), config.json, encoder.safetensors if there is one; removes files of other weights."""
    kwargs, weights, encoder, recipe = source_of(state)(state)
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
    config = dict(kind="stylegan2", name="Fruit", title="Fruit (first sketch)" if sketch else "Fruit", sketch=sketch,
                  licence="CC0-1.0", credit=CREDIT, kwargs=kwargs, width=wd * scale, height=h * scale, num_ws=g.num_ws,
                  resample_filter=[1, 3, 3, 1], macs=macs(kwargs), parameters=sum(q.numel() for q in g.parameters()),
                  truncation=dict(w_std=round(float(w.std(0).square().mean().sqrt()), 5),
                                  distance_quantiles={q: round(float(reach.quantile(float(q))), 4) for q in ("0.05", "0.5", "0.95")}),
                  dtype="f16", sha256=sha256(path), training=recipe)
    for name, key in (("encoder.safetensors", None), ("directions.json", "model_sha256")):
        old = os.path.join(out, name)
        if os.path.exists(old) and (key is None or json.load(open(old)).get(key) != config["sha256"]):
            os.remove(old)
            print(f"removed {name}: it belongs to other weights")
    if encoder is not None:
        enc = os.path.join(out, "encoder.safetensors")
        save_file({k: v.half().contiguous() for k, v in encoder.state_dict().items()}, enc)
        config["encoder"] = dict(kind="fruit_encoder", file="encoder.safetensors", w_dim=kwargs["w_dim"], height=encoder.height,
                                 width=encoder.width, channels=[encoder.conv0.out_channels, encoder.conv1.out_channels,
                                                                encoder.conv2.out_channels], sha256=sha256(enc))
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


def load_encoder(folder: str) -> FruitEncoder | None:
    """The shipped encoder, f32, if there is one."""
    with open(os.path.join(folder, "config.json")) as f:
        c = json.load(f).get("encoder")
    if c is None:
        return None
    e = FruitEncoder(c["w_dim"], c["height"], c["width"], tuple(c["channels"])).requires_grad_(False)
    e.load_state_dict({k: v.float() for k, v in load_file(os.path.join(folder, c["file"])).items()})
    return e


@torch.no_grad()
def sheets(folder: str) -> None:
    """8 x 8 random samples at psi 0.7 and 1, first seeds, not chosen; and an interpolation in z."""
    g, _ = load_model(folder)
    from .fruit_vae import save_grid
    z = torch.randn(64, g.z_dim, generator=torch.Generator().manual_seed(0))
    for psi in (0.7, 1.0):
        save_grid(g(z, truncation_psi=psi), os.path.join(folder, f"sheet_psi{psi:g}.jpg"), 8)
    t = torch.linspace(0, 1, 8).view(1, 8, 1) * torch.pi / 2
    path = z[:4, None] * t.cos() + z[4:8, None] * t.sin()
    save_grid(g(path.reshape(32, -1), truncation_psi=0.7), os.path.join(folder, "interpolation.jpg"), 8)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["export", "sheets"])
    p.add_argument("--state")
    p.add_argument("--out", default="../models/fruit")
    p.add_argument("--model", default="../models/fruit")
    p.add_argument("--sketch", action="store_true", help="say in the title that it is one")
    a = p.parse_args()
    torch.set_num_threads(1)
    if a.what == "export":
        export(a.state, a.out, a.sketch)
    else:
        sheets(a.model)


if __name__ == "__main__":
    main()

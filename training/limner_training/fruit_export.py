"""Writes `models/fruit/` from a training state, renders sample sheets, measures samples against unseen pictures.

usage: python -m limner_training.fruit_export export --state DIR --out ../models/fruit
       python -m limner_training.fruit_export sheets --model ../models/fruit
       python -m limner_training.fruit_export evaluate --model ../models/fruit --data fruit128.npz --shared ../shared

`export` takes the folder of `fruit_vae` + `fruit_prior`, or that of `fruit_gan`. `evaluate` uses the features and the
distances of `shared/eval/gan_distance.py`, n = 500 for samples, test pictures and the floor (training pictures against
test pictures), and looks for the nearest training picture of each sample.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from . import fruit_data
from .fruit_encoder import FruitEncoder
from .stylegan2 import Generator, macs

N = 500


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


def sha256(path: str) -> str:
    return hashlib.sha256(open(path, "rb").read()).hexdigest()


@torch.no_grad()
def export(state: str, out: str) -> None:
    """weights.safetensors (f16), config.json, and encoder.safetensors where there is one."""
    kwargs, weights, encoder, recipe = (from_gan if os.path.exists(os.path.join(state, "state.json")) else from_vae)(state)
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
    config = dict(kind="stylegan2", name="Fruit", kwargs=kwargs, width=wd * scale, height=h * scale, num_ws=g.num_ws,
                  resample_filter=[1, 3, 3, 1], macs=macs(kwargs), parameters=sum(q.numel() for q in g.parameters()),
                  truncation=dict(w_std=round(float(w.std(0).square().mean().sqrt()), 5),
                                  distance_quantiles={q: round(float(reach.quantile(float(q))), 4) for q in ("0.05", "0.5", "0.95")}),
                  dtype="f16", sha256=sha256(path), training=recipe)
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


def measured(shared: str):
    """The shared measuring script as a module."""
    spec = importlib.util.spec_from_file_location("gan_distance", os.path.join(shared, "eval", "gan_distance.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@torch.no_grad()
def evaluate(folder: str, data: str, shared: str, sheet: str | None) -> None:
    """Adds `figures` to config.json; `sheet`: where to show samples beside their nearest training pictures."""
    gd = measured(shared)
    cache = data + ".features.npz"
    feats = lambda x: torch.cat([gd.feats((c.float() / 255)) for c in x.split(20)]).double().numpy()
    if os.path.exists(cache):
        real = dict(np.load(cache))
    else:
        train = fruit_data.load(data)
        pick = np.random.RandomState(0).permutation(len(train))[:N]
        real = dict(test=feats(torch.from_numpy(fruit_data.load(data, test=True))), train=feats(torch.from_numpy(train[pick])))
        np.savez(cache, **real)
    g, config = load_model(folder)
    z = torch.randn(N, g.z_dim, generator=torch.Generator().manual_seed(500))
    figures = dict(n=N, floor=dict(fd=round(gd.fd(real["train"], real["test"])), kid_x1000=round(1e3 * gd.kid(real["train"], real["test"]), 1)))
    for psi in (1.0, 0.7):
        x = torch.cat([g(c, truncation_psi=psi) for c in z.split(20)])
        x = ((x.clamp(-1, 1) + 1) * 127.5).round().byte()
        f = feats(x)
        figures[f"psi{psi:g}"] = dict(fd=round(gd.fd(f, real["test"])), kid_x1000=round(1e3 * gd.kid(f, real["test"]), 1))
        if psi == 1:
            figures["memorisation"] = neighbours(x, data, sheet)
    config["figures"] = figures
    write_json(config, os.path.join(folder, "config.json"))
    print(json.dumps(figures, indent=1))


def neighbours(x: Tensor, data: str, sheet: str | None) -> dict:
    """Mean L1 distance (of 255, on 32x48) of samples, and of test pictures, to their nearest training picture."""
    small = lambda a: F.adaptive_avg_pool2d(a.float(), (48, 32)).flatten(1)
    train = small(torch.from_numpy(fruit_data.load(data, 32)))
    test = small(torch.from_numpy(fruit_data.load(data, 32, test=True)))
    d = torch.cdist(small(x), train, p=1) / train.shape[1]
    dt = torch.cdist(test, train, p=1) / train.shape[1]
    if sheet:
        near = fruit_data.load(data, 128)[d[:32].argmin(1).numpy()]
        rows = torch.stack([x[:32], torch.from_numpy(near)], 1).reshape(64, *x.shape[1:])
        from .fruit_vae import save_grid
        save_grid(rows.float() / 127.5 - 1, sheet, 16)
    return dict(sample_to_nearest_training=round(d.min(1).values.mean().item(), 2), smallest=round(d.min().item(), 2),
                test_to_nearest_training=round(dt.min(1).values.mean().item(), 2))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["export", "sheets", "evaluate"])
    p.add_argument("--state")
    p.add_argument("--out", default="../models/fruit")
    p.add_argument("--model", default="../models/fruit")
    p.add_argument("--data", default="fruit128.npz")
    p.add_argument("--shared", default="../shared")
    p.add_argument("--sheet", help="samples beside their nearest training pictures (kept out of the repository)")
    a = p.parse_args()
    torch.set_num_threads(1)
    if a.what == "export":
        export(a.state, a.out)
    elif a.what == "sheets":
        sheets(a.model)
    else:
        evaluate(a.model, a.data, a.shared, a.sheet)


if __name__ == "__main__":
    main()

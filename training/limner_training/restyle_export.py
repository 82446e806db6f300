"""What Restyle ships: weights (f16), config, style codes, swatches, and the reference values of the tests.

`python -m limner_training.export restyle --state STATE/state.pt --repo .. --push 1.2 --figures "..."`
"""
import argparse
import json
from datetime import date
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from . import shipped_styles as shipped
from .data import short_side, source_dir, square, to_chw
from .restyle import whiten
from .restyle_card import write_card
from .restyle_data import generated_shipped, shipped_pictures
from .restyle_evaluate import half, load

PAINTING_ORIGIN = "Painting or print of the {era}, public domain by the age of the movement; artist not recorded in the source"
GENERATED_ORIGIN = "Made by code (training/limner_training/styles.py, {gen}, seed {seed}); free of rights of others"
LICENCE = {
    "licence": "MIT OR Apache-2.0, as the project; rights in the data: see the card",
    "credit": "Made with Restyle, trained on Caltech-101 (CC BY 4.0), the Grocery Store Dataset (MIT), paintings in the "
              "public domain, and generated pictures."}
ERAS = {"baroque": "Baroque (17th-18th century)", "romanticism": "Romantic movement (late 18th-19th century)"}


def index():
    """Entries of models/styles/index.json, in the order of the codes."""
    out = []
    for i, name, f in shipped.PAINTINGS:
        origin = PAINTING_ORIGIN.format(era=ERAS[f.split("_")[0]])
        out.append({"id": i, "name": name, "kind": "painting", "origin": origin, "licence": "public domain"})
    for i, name, g, seed, pal in shipped.GENERATED:
        extra = "" if pal is None else f", palette {pal}"
        origin = GENERATED_ORIGIN.format(gen=g, seed=f"{seed}{extra}")
        out.append({"id": i, "name": name, "kind": "generated", "origin": origin, "licence": "same as Limner"})
    for e in out:
        e["swatch"] = f"swatches/{e['id']}.jpg"
    return out


@torch.no_grad()
def golden(net, photo, style):
    """Reference values on small pictures; `in.*` go in, `out.*` must come out within 1e-3."""
    code = net.encode(style)
    (m, root, inv), norms = net.measure(photo, code)
    t = {"in.photo": photo, "in.style": style, "in.code": code, "out.code": code, "out.y": net.stylise(photo, code),
         "out.y_s0.5_keep0.5": net.stylise(photo, code, 0.5, 0.5), "out.photo_mean": m, "out.photo_root": root,
         "out.photo_inv": inv, "out.white": whiten(photo, m, inv)}
    crop = photo[:, :, : photo.shape[2] // 2, photo.shape[3] // 4:]
    t |= {"in.crop": crop, "out.crop_with_photo_stats": net.stylise(crop, code, 1.0, 0.0, ((m, root, inv), norms))}
    for k, (a, b) in enumerate(norms):
        t |= {f"out.norm{k}.mean": a, f"out.norm{k}.std": b}
    return {k: v.clone().contiguous() for k, v in t.items()}


def sample_photo(repo):
    return Image.open(repo / "assets/sample/photo.jpg").convert("RGB")


@torch.no_grad()
def write_swatches(net, repo, entries, codes, side):
    """The sample photo in each style of the index that is a code."""
    photo = to_chw(np.asarray(square(short_side(sample_photo(repo), 352), 352, (0.75, 0.5))))[None]
    for e, c in zip(entries, codes, strict=True):
        y = net.stylise(photo, c[None])
        im = Image.fromarray((y[0].permute(1, 2, 0) * 255 + 0.5).byte().numpy())
        im.resize((side, side), Image.LANCZOS).save(repo / "models/styles" / e["swatch"], quality=86)


@torch.no_grad()
def write_golden(net, repo, name):
    """Reference values of the network that ships as `name`, on small pictures."""
    small = to_chw(np.asarray(square(short_side(sample_photo(repo), 60), 60).resize((64, 48))))[None]
    style = torch.nn.functional.interpolate(to_chw(generated_shipped()[-2])[None], (64, 64), mode="area")
    save_file(golden(net, small, style), repo / f"tests/golden/{name}.safetensors",
              metadata={"kwargs": json.dumps(net.cfg.to_json()), "weights": f"models/{name}/weights.safetensors"})


@torch.no_grad()
def main(argv):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--state", type=Path, required=True, help="state.pt or weights.safetensors")
    p.add_argument("--data", help="folder with data/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--push", type=float, default=1.0, help="strength of training that counts as strength 1")
    p.add_argument("--repo", type=Path, required=True, help="root of the repository")
    p.add_argument("--swatch", type=int, default=144)
    p.add_argument("--figures", default="not measured for these weights", help="what evaluate printed, for the card")
    p.add_argument("--hardware", default="a share of one NVIDIA H100")
    p.add_argument("--date", default=date.today().isoformat())
    a = p.parse_args(argv)
    net = half(load(a.state, a.push))
    cfg = net.cfg.to_json() | LICENCE
    models, styles = a.repo / "models/restyle", a.repo / "models/styles"
    (styles / "swatches").mkdir(parents=True, exist_ok=True)
    models.mkdir(parents=True, exist_ok=True)
    save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, models / "weights.safetensors",
              metadata={"format": "pt", "arch": net.cfg.arch})
    (models / "config.json").write_text(json.dumps(cfg, indent=1) + "\n")

    pics = [to_chw(x)[None] for x in shipped_pictures(source_dir(a.data))]
    codes = torch.cat([net.encode(x) for x in pics])
    entries = index()
    save_file({"codes": codes.contiguous()}, styles / "styles.safetensors",
              metadata={"ids": json.dumps([e["id"] for e in entries]), "arch": net.cfg.arch})
    (styles / "index.json").write_text(json.dumps({"codes": "styles.safetensors", "styles": entries}, indent=1) + "\n")

    write_swatches(net, a.repo, entries, codes, a.swatch)
    write_golden(net, a.repo, "restyle")
    write_card(models, net, a, len(entries))
    print(f"{len(entries)} styles; weights {(models / 'weights.safetensors').stat().st_size} bytes")

"""What *Lens* ships: `python -m limner_training.export lens --state DIR/lens.pt --pictures SET/pictures.npz [--fruit
F] --repo ..`

Writes models/lens/ (weights.safetensors as f16, config.json, directions.json, card.md, sheet.jpg) and
tests/golden/lens.safetensors. `limner_training.evaluate lens --model` then adds the figures to config.json and
card.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor

from . import lens_data, lens_directions
from .data import short_side, square, to_chw
from .lens_card import CREDIT, LICENCE, write_card
from .lens_evaluate import load_state
from .lens_net import Lens
from .lens_sheet import sheet, weigh


def shown(repo: Path) -> list[np.ndarray]:
    """Pictures that may be shown: parts of the sample photo, and pictures of *Fruit*."""
    photo = Image.open(repo / "assets/sample/photo.jpg").convert("RGB")
    whole = short_side(photo, 128)
    parts = [square(whole, 128, at) for at in ((0.0, 0.5), (1.0, 0.5))]
    close = [square(short_side(photo, 384), 128, at) for at in ((0.5, 0.3), (0.5, 0.7))]
    fruit = Image.open(repo / "models/fruit/sheet_psi1.jpg").convert("RGB")
    fruits = [fruit.crop((x, y + 24, x + 128, y + 152)) for x, y in ((384, 576), (640, 1344), (768, 768))]
    return [np.asarray(p) for p in (*parts, *close, *fruits)]


def golden(net: Lens, photo: Tensor, found: dict) -> dict[str, Tensor]:
    """`_in.*` go in, `_out.*` must come out: the grid, its picture, that of the grid moved by `_in.step` and that of
    the grid whose directions are weighed by `_in.gains`.
    """
    grid, step = net.encode(photo)[0], 2 * torch.tensor(found["directions"][0]["step"])
    steps = torch.tensor([d["step"] for d in found["directions"] if d["id"].startswith("answer.")])
    gains = torch.linspace(0.5, 2, len(steps))
    weighed = weigh(grid, steps, torch.tensor(found["duals"]), gains)
    return {
        "_in.photo": photo,
        "_in.step": step,
        "_in.gains": gains,
        "_out.grid": grid,
        "_out.photo": net.decode(grid),
        "_out.moved": net.decode(grid + step.view(1, -1, 1, 1)),
        "_out.weighed_grid": weighed,
        "_out.weighed": net.decode(weighed),
    }


@torch.no_grad()
def main(argv: list[str]) -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", type=Path, required=True)
    p.add_argument("--pictures", type=Path, required=True)
    p.add_argument("--fruit", type=Path)
    p.add_argument("--repo", type=Path, required=True, help="root of the repository")
    p.add_argument("--limit", type=int, default=300, help="pictures of each kind for the directions")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    net, state = load_state(a.state)
    half = {k: v.half().contiguous() for k, v in net.shipped().items()}
    if not all(torch.isfinite(v).all() for v in half.values()):
        raise SystemExit("not finite: not exported")
    net.load_shipped(half)
    out = a.repo / "models/lens"
    out.mkdir(parents=True, exist_ok=True)
    weights = out / "weights.safetensors"
    save_file(half, weights, metadata={"format": "pt"})
    sha = hashlib.sha256(weights.read_bytes()).hexdigest()
    log = state["log"]
    encode, decode = net.config.macs(256)
    config = dict(
        architecture="lens",
        kind="autoencoder",
        title="Lens",
        licence=LICENCE,
        credit=CREDIT,
        kwargs=net.config.kwargs(),
        parameters=sum(v.numel() for v in half.values()),
        gmac_256=dict(encode=round(encode / 1e9, 3), decode=round(decode / 1e9, 3)),
        dtype="f16",
        sha256=sha,
        training=dict(
            steps=sum(e["steps"] for e in log),
            images=sum(e["images"] for e in log),
            minutes=round(sum(e["minutes"] for e in log), 1),
            device=log[-1]["device"],
            pack=state["seen"],
            slices=log,
        ),
    )
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    pictures = lens_data.load(a.pictures, a.fruit, limit=a.limit)
    watched = [p for kind in lens_data.load(a.pictures, None, True).values() for p in kind]
    found = lens_directions.find(
        net, [p for kind in pictures.values() for p in kind], watched[:: max(1, len(watched) // 24)], sha
    )
    (out / "directions.json").write_text(json.dumps(found, indent=None) + "\n")
    print("sliders:", ", ".join(f"{d['name']} ({d['strength']:.2f})" for d in found["directions"]))
    sheet(net, shown(a.repo), out / "sheet.jpg")
    sample = short_side(Image.open(a.repo / "assets/sample/photo.jpg").convert("RGB"), 64)
    photo = to_chw(np.asarray(square(sample, 64, (0.75, 0.5)))[:48])[None]
    tensors = {k: v.detach().contiguous().clone() for k, v in golden(net, photo, found).items()}
    save_file(
        tensors, a.repo / "tests/golden/lens.safetensors", metadata={"weights": "models/lens/weights.safetensors"}
    )
    write_card(out)
    print(f"{weights.stat().st_size} bytes of weights, {(encode + decode) / 1e9:.2f} GMAC there and back at 256 x 256")

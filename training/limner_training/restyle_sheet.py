"""The sheet of *Restyle* that may be shown: six photos free of rights in six styles made by code.

`python -m limner_training.restyle_sheet --photos WHEEL --out ../models/restyle/sheet.jpg`
WHEEL is scikit-image's (its photos are in the public domain or CC0); the sixth photo is the project's own sample.
"""
import argparse
import io
import zipfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from . import shipped_styles as shipped
from .data import short_side, square, to_chw
from .restyle_data import generated_shipped
from .restyle_evaluate import load

# Chelsea (S. van der Walt), coffee (R. Michetti), rocket (SpaceX), camera (L. Varshney): CC0. Astronaut: NASA.
PHOTOS = ("chelsea.png", "astronaut.png", "coffee.png", "rocket.jpg", "camera.png")
STYLES = ("woodcut", "marbled-paper", "stained-glass", "night-swirls", "loaded-brush", "comic-dots")
TILE, GAP = 132, 4


def photo(im, side):
    return to_chw(np.asarray(square(short_side(im.convert("RGB"), side), side)))[None]


def tile(t):
    im = Image.fromarray((t[0].permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().numpy())
    return im.resize((TILE, TILE), Image.LANCZOS)


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).parents[2]
    p.add_argument("--weights", type=Path, default=root / "models/restyle/weights.safetensors")
    p.add_argument("--photos", type=Path, required=True, help="scikit_image wheel")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--size", type=int, default=512)
    a = p.parse_args()
    net = load(a.weights)
    names = [s[0] for s in shipped.GENERATED]
    made = generated_shipped()
    styles = [to_chw(made[names.index(s)])[None] for s in STYLES]
    with zipfile.ZipFile(a.photos) as wheel:
        photos = [Image.open(io.BytesIO(wheel.read(f"skimage/data/{f}"))) for f in PHOTOS]
    photos.append(Image.open(root / "assets/sample/photo.jpg"))
    rows = [[None, *styles]]
    for im in photos:
        x = photo(im, a.size)
        rows.append([x, *(net.stylise(x, net.encode(s)) for s in styles)])
    step = TILE + GAP
    sheet = Image.new("RGB", (step * len(rows[0]) + GAP, step * len(rows) + GAP), "white")
    for i, row in enumerate(rows):
        for k, t in enumerate(row):
            if t is not None:
                sheet.paste(tile(t), (GAP + k * step, GAP + i * step))
    sheet.save(a.out, quality=80, optimize=True)


if __name__ == "__main__":
    main()

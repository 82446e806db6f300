"""A sheet of two photos in every learnt style, for the README: `python -m limner_training.learnt_sheet --out FILE PHOTO PHOTO`."""
import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from .data import short_side, square
from .learnt_evaluate import adapted
from .learnt_list import STYLES
from .restyle_evaluate import load

CELL, COLUMNS = 200, 8


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("photos", type=Path, nargs=2)
    p.add_argument("--repo", type=Path, default=Path(".."))
    p.add_argument("--out", type=Path, required=True)
    a = p.parse_args()
    photos = []
    for file in a.photos:
        view = np.asarray(square(short_side(Image.open(file).convert("RGB"), 400), 400))
        photos.append(torch.from_numpy(view.copy()).permute(2, 0, 1)[None].float() / 255)
    folder = a.repo / "models/styles/learnt"
    shown = [s for s in STYLES if (folder / f"{s.id}.safetensors").exists()]
    rows = -(-len(shown) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * CELL, rows * 2 * CELL))
    for n, style in enumerate(shown):
        tensors = load_file(folder / f"{style.id}.safetensors")
        net = adapted(load(a.repo / "models/restyle/weights.safetensors"), tensors)
        for k, photo in enumerate(photos):
            y = net.stylise(photo, tensors["code"][None])[0].permute(1, 2, 0)
            im = Image.fromarray((y * 255 + 0.5).byte().numpy()).resize((CELL, CELL), Image.LANCZOS)
            sheet.paste(im, (n % COLUMNS * CELL, (n // COLUMNS * 2 + k) * CELL))
    sheet.save(a.out, quality=85, optimize=True)


if __name__ == "__main__":
    main()

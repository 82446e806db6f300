"""Where training data lies, and small helpers to read pictures.  Nothing here knows a machine's paths."""
import io
import os
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image


def source_dir(arg=None):
    """Folder with the raw archives: the argument, else $LIMNER_DATA, else ../shared beside the repository."""
    p = Path(arg or os.environ.get("LIMNER_DATA") or Path(__file__).resolve().parents[3] / "shared")
    if not p.exists():
        raise SystemExit(f"training data not found at {p}: give --data or set LIMNER_DATA (see training/README.md)")
    return p


def tar_pictures(path):
    """(name, RGB picture) of every JPEG or PNG in an archive, in order of name."""
    with tarfile.open(path) as t:
        for m in sorted((m for m in t.getmembers() if m.isfile()), key=lambda m: m.name):
            if m.name.lower().endswith((".jpg", ".jpeg", ".png")):
                yield Path(m.name).stem, Image.open(io.BytesIO(t.extractfile(m).read())).convert("RGB")


def short_side(im, s):
    """Resized so that the short side is s pixels."""
    k = s / min(im.size)
    return im.resize((max(s, round(im.width * k)), max(s, round(im.height * k))), Image.LANCZOS if k < 1 else Image.BICUBIC)


def square(im, s, at=(0.5, 0.5)):
    """A square crop of s pixels; `at` places it between the left/top (0) and right/bottom (1)."""
    x, y = round((im.width - s) * at[0]), round((im.height - s) * at[1])
    return im.crop((x, y, x + s, y + s))


def to_chw(a):
    """uint8 [..., H, W, 3] -> float32 [..., 3, H, W] in 0..1."""
    import torch
    t = torch.from_numpy(np.array(a)).float() / 255
    return t.movedim(-1, -3).contiguous()

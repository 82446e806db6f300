"""The USDA fruit watercolours as one array: scan border cropped, resized, split into training and test pictures.

usage: python -m limner_training.fruit_data ../shared/data/usda_watercolours.tar fruit128.npz
       python -m limner_training.fruit_data ../shared/data/usda_watercolours.tar fruit_slice.npz --webp 80 --train-only

The test split is the first 500 names of a seeded permutation; training never sees it. The file keeps coded pictures and
`load` decodes them once. The first form (JPEG 90, 52 MiB) is for work at home and for measuring; the second (WebP 80,
about 20 MiB) leaves room for a resume state beside it when the training set travels to a borrowed accelerator.
"""

from __future__ import annotations

import argparse
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

TEST = 500
SEED = 20
BORDER = 3  # dark edge of the scans, pixels


def split(names: list[str]) -> tuple[list[str], list[str]]:
    """(training, test): 500 test names by a fixed permutation of the sorted names."""
    names = sorted(names)
    order = np.random.RandomState(SEED).permutation(len(names))
    return [names[i] for i in sorted(order[TEST:])], [names[i] for i in sorted(order[:TEST])]


def pictures(tar: str, width: int):
    """Yields (name, RGB picture of width x 1.5 width) in name order, border cropped."""
    with tarfile.open(tar) as t:
        members = {m.name: m for m in t if m.name.lower().endswith(".jpg")}
        for name in sorted(members):
            im = Image.open(io.BytesIO(t.extractfile(members[name]).read())).convert("RGB")
            w, h = im.size
            im = im.crop((BORDER, BORDER, w - BORDER, h - BORDER))
            yield name, im.resize((width, width * 3 // 2), Image.BICUBIC)


def build(tar: str, out: str, width: int, webp: int, train_only: bool) -> None:
    """Writes names, test flags and coded pictures into one .npz."""
    names, blobs = [], []
    with tarfile.open(tar) as t:
        held = set(split([m.name for m in t if m.name.lower().endswith(".jpg")])[1])
    for name, im in pictures(tar, width):
        if train_only and name in held:
            continue
        b = io.BytesIO()
        if webp:
            im.save(b, "WEBP", quality=webp, method=4)
        else:
            im.save(b, "JPEG", quality=90, subsampling=0)
        names.append(name)
        blobs.append(b.getvalue())
    np.savez(out, names=np.array(names), test=np.array([n in held for n in names]), width=width,
             sizes=np.array([len(b) for b in blobs]), data=np.frombuffer(b"".join(blobs), np.uint8))


def load(path: str, width: int | None = None, test: bool = False, threads: int = 1) -> np.ndarray:
    """uint8 [n, 3, 1.5 width, width] of the training (or test) pictures, area-averaged down if `width` is smaller."""
    f = np.load(path)
    ends = np.cumsum(f["sizes"])
    sizes, data, flags, full = f["sizes"], f["data"], f["test"], int(f["width"])
    width = width or full
    chosen = np.flatnonzero(flags == test)
    out = np.empty((len(chosen), 3, width * 3 // 2, width), np.uint8)

    def decode(i: int) -> None:
        n = chosen[i]
        im = Image.open(io.BytesIO(data[ends[n] - sizes[n]:ends[n]].tobytes()))
        if width != full:
            im = im.reduce(full // width)
        out[i] = np.asarray(im.convert("RGB")).transpose(2, 0, 1)

    with ThreadPoolExecutor(threads) as pool:  # the decoders release the interpreter's lock
        list(pool.map(decode, range(len(chosen))))
    return out


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("tar")
    p.add_argument("out")
    p.add_argument("--width", type=int, default=128)
    p.add_argument("--webp", type=int, default=0, help="quality of WebP instead of JPEG 90")
    p.add_argument("--train-only", action="store_true", help="leave the test pictures out")
    a = p.parse_args()
    build(a.tar, a.out, a.width, a.webp, a.train_only)

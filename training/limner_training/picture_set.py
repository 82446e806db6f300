"""Any collection of pictures as one array of a size: cropped, squeezed or cut to the aspect, some kept aside for
measuring.

usage: python -m limner_training.picture_set SOURCE ... OUT.npz --preset landscapes
       python -m limner_training.picture_set SOURCE ... OUT.npz --size 160x128 [--border 3] [--cut] [--aside 500 | LIST]
           [--webp 84] [--train-only]

SOURCE is a folder (with what lies below it), a .tar, or a text file of paths relative to it. Pictures kept aside are never trained on: a seeded choice of a number of them, or those whose file names stand
in a list (lines with # are skipped). Scans with a dark edge lose `--border` pixels on every side; then a picture is
squeezed to the size, or with `--cut` its middle is cut out in the aspect first.

The file keeps coded pictures and `load` decodes them once. JPEG 95 by default, for work at home and for measuring;
`--webp 80 --train-only` where the set travels to a borrowed accelerator with a state beside it.
"""

from __future__ import annotations

import argparse
import io
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image
from torch import Tensor

from .presets import Preset, init_size, size_of

ENDINGS = (".jpg", ".jpeg", ".png", ".webp")
SEED = 20  # of the choice of what is kept aside


def is_picture(name: str) -> bool:
    return name.lower().endswith(ENDINGS)


def read(source: str) -> Iterator[tuple[str, bytes]]:
    """(name, file) of every picture of a folder, tar or list, in name order."""
    path = Path(source)
    if source.lower().endswith(".tar"):
        with tarfile.open(path) as t:
            members = {m.name: m for m in t if m.isfile() and is_picture(m.name)}
            for name in sorted(members):
                yield name, t.extractfile(members[name]).read()
    elif path.is_dir():
        for p in sorted(p for p in path.rglob("*") if is_picture(p.name)):
            yield str(p.relative_to(path)), p.read_bytes()
    elif path.is_file():
        lines = (line.strip() for line in path.read_text().splitlines())
        for line in sorted(line for line in lines if line and not line.startswith("#")):
            yield line, (path.parent / line).read_bytes()
    else:
        raise SystemExit(f"{source} is no folder, .tar or list of pictures")


def split(names: list[str], aside: int) -> tuple[list[str], list[str]]:
    """(training, kept aside): the first of a fixed permutation of the sorted names are kept aside."""
    names = sorted(names)
    order = np.random.RandomState(SEED).permutation(len(names))
    return [names[i] for i in sorted(order[aside:])], [names[i] for i in sorted(order[:aside])]


def kept_aside(names: list[str], aside: str) -> set[str]:
    """The names kept aside: so many of them, or those that the file `aside` lists."""
    if aside.isdigit():
        return set(split(names, int(aside))[1])
    with open(aside) as f:
        wanted = {line.strip() for line in f if line.strip() and not line.startswith("#")}
    held = {n for n in names if n in wanted or Path(n).name in wanted}
    missing = wanted - held - {Path(n).name for n in held}
    if missing:
        raise SystemExit(f"{aside} names {len(missing)} pictures that are not there, e.g. {min(missing)}")
    return held


def fitted(im: Image.Image, size: tuple[int, int], border: int = 0, cut: bool = False) -> Image.Image:
    """The picture without its border, in `size` (width, height): squeezed, or its middle in that aspect."""
    w, h = im.size
    im = im.crop((border, border, w - border, h - border))
    if cut:
        w, h = im.size
        k = min(w / size[0], h / size[1])
        w2, h2 = size[0] * k, size[1] * k
        box = ((w - w2) / 2, (h - h2) / 2, (w + w2) / 2, (h + h2) / 2)
        return im.resize(size, Image.LANCZOS, box)
    return im.resize(size, Image.LANCZOS)


def build(sources: list[str], out: str, a: argparse.Namespace) -> None:
    """Writes names, flags of those kept aside and coded pictures into one .npz."""
    names, blobs = [], []
    for source in sources:
        for name, file in read(source):
            im = fitted(Image.open(io.BytesIO(file)).convert("RGB"), a.size, a.border, a.cut)
            b = io.BytesIO()
            im.save(b, "WEBP", quality=a.webp, method=4) if a.webp else im.save(b, "JPEG", quality=95, subsampling=0)
            names.append(name)
            blobs.append(b.getvalue())
    held = kept_aside(names, a.aside or str(min(500, len(names) // 10)))
    if a.train_only:
        names, blobs = zip(*((n, b) for n, b in zip(names, blobs) if n not in held))
    np.savez(out, names=np.array(names), test=np.array([n in held for n in names]), width=a.size[0], height=a.size[1],
             sizes=np.array([len(b) for b in blobs]), data=np.frombuffer(b"".join(blobs), np.uint8))
    print(f"{len(names)} pictures, {0 if a.train_only else len(held)} of them kept aside")


def load(path: str, width: int | None = None, test: bool = False, threads: int = 1) -> np.ndarray:
    """uint8 [n, 3, height, width] of the training pictures (or of those kept aside), area-averaged down if `width` is
    smaller than the file's."""
    f = np.load(path)
    ends = np.cumsum(f["sizes"])
    sizes, data, flags, full = f["sizes"], f["data"], f["test"], int(f["width"])
    tall = int(f["height"]) if "height" in f else full * 3 // 2  # Fruit's first files don't say
    width = width or full
    chosen = np.flatnonzero(flags == test)
    out = np.empty((len(chosen), 3, tall * width // full, width), np.uint8)

    def decode(i: int) -> None:
        n = chosen[i]
        im = Image.open(io.BytesIO(data[ends[n] - sizes[n]:ends[n]].tobytes()))
        if width != full:
            im = im.reduce(full // width)
        out[i] = np.asarray(im.convert("RGB")).transpose(2, 0, 1)

    with ThreadPoolExecutor(threads) as pool:  # the decoders release the interpreter's lock
        list(pool.map(decode, range(len(chosen))))
    return out


def names_of(path: str, test: bool = False) -> list[str]:
    """File names of the training pictures (or of those kept aside), in the order of `load`."""
    f = np.load(path)
    return [Path(n).name for n in f["names"][f["test"] == test]]


def save_grid(x: Tensor, path: str, columns: int, zoom: int = 1) -> None:
    """Pictures in -1..1 [N, 3, H, W] side by side, JPEG or PNG by the file's name."""
    n, c, h, w = x.shape
    grid = x.reshape(n // columns, columns, c, h, w).permute(0, 3, 1, 4, 2).reshape(n // columns * h, columns * w, c)
    im = Image.fromarray(((grid.clamp(-1, 1) + 1) * 127.5).round().byte().numpy())
    im.resize((im.width * zoom, im.height * zoom), Image.BICUBIC).save(path)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("source", nargs="+")
    p.add_argument("out")
    p.add_argument("--preset", help="takes size, border and what is kept aside from there")
    p.add_argument("--size", type=size_of, help="WIDTHxHEIGHT")
    p.add_argument("--border", type=int, help="pixels cut from every side")
    p.add_argument("--cut", action="store_true", help="cut to the aspect instead of squeezing")
    p.add_argument("--aside", help="how many (default: a tenth, 500 at most), or a list of names")
    p.add_argument("--data", help="that folder (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--webp", type=int, default=0, help="quality of WebP instead of JPEG 95")
    p.add_argument("--train-only", action="store_true", help="leave the pictures kept aside out")
    a = p.parse_args()
    if a.preset:
        preset = Preset.named(a.preset)
        a.size = a.size or preset.size
        a.border = preset.border if a.border is None else a.border
        a.aside = a.aside or preset.aside_of(a.data)
    if not a.size:
        p.error("--size or --preset is needed")
    init_size(*a.size)  # refuses sizes that no generator makes
    a.border = a.border or 0
    build(a.source, a.out, a)


if __name__ == "__main__":
    main()

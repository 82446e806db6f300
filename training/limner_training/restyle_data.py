"""The packed training set of Restyle: small enough for a borrowed accelerator, and the only one there is.

`python -m limner_training.prepare restyle --out SET [--small] [--drawings DIR]` writes `pictures.npz` and VGG-19 cut at
relu4_1.  Groups, all square: photos 224, paintings 176, paintings_large 512 (the shipped ones first), drawings 128 with
alpha.  Every group is `GROUP_bytes` (uint8, WebP files one after another) and `GROUP_ends` (where each file ends).
"""
import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from . import shipped_styles as shipped
from .data import short_side, square, tar_pictures
from .styles import generate

PHOTO, PAINTING, LARGE, DRAWING, SHIPPED = 224, 176, 512, 128, 512
COUNTS = {"photos": 1500, "paintings": 1200, "paintings_large": 300, "drawings": 300}
SMALL = {"photos": 620, "paintings": 480, "paintings_large": 136, "drawings": 96}
# Small copies of the public evaluation's style pictures, which nothing may be trained on.
JUDGED = {"romanticism_01727", "baroque_00982", "romanticism_01573", "baroque_00376", "romanticism_01371"}
QUALITY = {"photos": 82, "paintings": 82, "paintings_large": 80, "drawings": 82}


def photos(src, n):
    """Squares of photos at their own size; those with a short side of 200 pixels at least."""
    rng = np.random.default_rng(1)
    pics = [im for _, im in tar_pictures(src / "data/photos.tar") if min(im.size) >= 200]
    return [square(short_side(pics[i], PHOTO), PHOTO, rng.random(2)) for i in rng.permutation(len(pics))[:n]]


def paintings(src, n):
    rng = np.random.default_rng(2)
    pics = [im for name, im in tar_pictures(src / "data/paintings.tar") if min(im.size) >= 160 and name not in JUDGED]
    return [square(short_side(pics[i], PAINTING), PAINTING, rng.random(2)) for i in rng.permutation(len(pics))[:n]]


def paintings_large(src, n):
    """Squares with visible brushwork: the shipped paintings' middles first, then any others."""
    rng = np.random.default_rng(3)
    pics = dict(tar_pictures(src / "data/paintings_large.tar"))
    first = [f for _, _, f in shipped.PAINTINGS]
    rest = [f for f in sorted(pics) if f not in first and min(pics[f].size) >= 480]
    out = [square(short_side(pics[f], LARGE), LARGE) for f in first]
    return out + [square(short_side(pics[rest[i]], LARGE), LARGE, rng.random(2))
                  for i in rng.permutation(len(rest))[:max(0, n - len(out))]]


def drawings(folder, n):
    """Bright drawings (an unpacked picture package, MIT), with alpha."""
    files = sorted(folder.glob("*.webp")) if folder else []
    pick = np.random.default_rng(4).permutation(len(files))[:n]
    return [Image.open(files[i]).convert("RGBA").resize((DRAWING, DRAWING), Image.LANCZOS) for i in pick]


def shipped_pictures(src):
    """Pictures of the shipped styles, uint8 [h,w,3], in the order of `shipped_styles.ids()`."""
    large = dict(tar_pictures(src / "data/paintings_large.tar"))
    out = [np.asarray(square(short_side(large[f], SHIPPED), SHIPPED)) for _, _, f in shipped.PAINTINGS]
    return out + generated_shipped()


def generated_shipped():
    """The generated ones among them, as they are looked at: `shipped_styles.VIEW` pixels a side."""
    made = [generate(g, seed, shipped.MADE, pal=pal) for _, _, g, seed, pal in shipped.GENERATED]
    return [np.asarray(Image.fromarray(a).resize((shipped.VIEW, shipped.VIEW), Image.BICUBIC)) for a in made]


def webp(im, quality):
    b = io.BytesIO()
    im.save(b, "WEBP", quality=quality, method=6)
    return b.getvalue()


def pack(groups, path):
    out = {}
    for name, pics in groups.items():
        files = [webp(p, QUALITY[name]) for p in pics]
        out[f"{name}_bytes"] = np.frombuffer(b"".join(files), np.uint8)
        out[f"{name}_ends"] = np.cumsum([len(f) for f in files], dtype=np.int64)
    np.savez(path, **out)


def load_group(z, name, mode="RGB", limit=None, threads=8):
    """Pictures of one group of an opened `pictures.npz`, uint8 [n,h,w,channels]; decoded by several threads."""
    if not len(z[f"{name}_ends"]):
        return np.zeros((0, DRAWING, DRAWING, len(mode)), np.uint8)
    files = np.split(z[f"{name}_bytes"], z[f"{name}_ends"][:-1])[:limit]
    decode = lambda f: np.asarray(Image.open(io.BytesIO(f.tobytes())).convert(mode))
    with ThreadPoolExecutor(threads) as pool:
        return np.stack(list(pool.map(decode, files)))


def cut_vgg(src, out):
    """VGG-19 up to relu4_1, f16: all that the losses use."""
    from safetensors.torch import load_file, save_file
    w = load_file(src / "weights/vgg19_features.safetensors")
    keep = {k: v.half() for k, v in w.items() if (int(k[4]), int(k[6])) <= (4, 1)}
    save_file(keep, out / "vgg19_relu4_1.safetensors")


def prepare(src, out, small=False, drawings_folder=None):
    """Writes the set to `out`; `small` keeps it under 22 MB with VGG, for a borrowed accelerator."""
    out.mkdir(parents=True, exist_ok=True)
    n = SMALL if small else COUNTS
    groups = {"photos": photos(src, n["photos"]), "paintings": paintings(src, n["paintings"]),
              "paintings_large": paintings_large(src, n["paintings_large"]),
              "drawings": drawings(drawings_folder, n["drawings"])}
    pack(groups, out / "pictures.npz")
    cut_vgg(src, out)
    print("restyle:", ", ".join(f"{len(v)} {k}" for k, v in groups.items()), f"in {out}")

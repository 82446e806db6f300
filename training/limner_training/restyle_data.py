"""The compact training set of Restyle: fixed photo crops, fixed style crops, and the shipped styles' pictures.

Written as three uint8 arrays, so that a training process only maps them into memory:
contents.npy [n,160,160,3], styles.npy [n,128,128,3], shipped.npy [n,256,256,3].
Or, for slices on borrowed accelerators, as one `pack.npz` of JPEG files with VGG-19 cut at relu4_1 beside it.
"""
import io

import numpy as np
from PIL import Image

from . import shipped_styles as shipped
from .data import short_side, square, tar_pictures
from .styles import GENERATORS, generate, scene

CONTENT, CROP, STYLE, SHIPPED = 160, 112, 128, 256


def crop_offset(i):
    """Left and top of the crop of content i (fixed, so that its features can be kept)."""
    r = np.random.default_rng([11, i])
    return tuple(int(v) * 4 for v in r.integers(0, (CONTENT - CROP) // 4 + 1, 2))


def contents(src, n):
    rng, out = np.random.default_rng(1), []
    pics = [im for _, im in tar_pictures(src / "data/photos.tar")]
    for i in rng.permutation(len(pics))[:n]:
        im = short_side(pics[i], int(rng.choice([160, 176, 200, 224])))
        out.append(np.asarray(square(im, CONTENT, rng.random(2))))
    return np.stack(out)


def paintings(src, small, large):
    rng, out = np.random.default_rng(2), []
    pics = [im for _, im in tar_pictures(src / "data/paintings.tar")]
    for i in rng.permutation(len(pics))[:small]:
        out.append(np.asarray(square(short_side(pics[i], int(rng.integers(STYLE, 160))), STYLE, rng.random(2))))
    pics = [im for _, im in tar_pictures(src / "data/paintings_large.tar")]
    for _ in range(large):
        im = short_side(pics[rng.integers(len(pics))], int(rng.choice([200, 256, 320, 440])))
        out.append(np.asarray(square(im, STYLE, rng.random(2))))
    return out


def colourful(rng, a):
    """Permuted channels, more or less saturation and contrast: the paintings are brown and dark."""
    a = a[..., rng.permutation(3)].astype(np.float32) / 255
    grey = a.mean(-1, keepdims=True)
    a = grey + (a - grey) * rng.uniform(0.6, 2.2)
    a = (a - a.mean()) * rng.uniform(0.8, 1.5) + rng.uniform(0.35, 0.65)
    return (np.clip(a, 0, 1) * 255).astype(np.uint8)


def generated(n, bases):
    """Generated textures; half of them render a photo or painting, half a made-up scene."""
    out, names = [], list(GENERATORS)
    for i in range(n):
        rng = np.random.default_rng([3, i])
        size = int(rng.choice([160, 200, 256]))
        if rng.random() < 0.5:
            b = Image.fromarray(colourful(rng, bases[rng.integers(len(bases))])).resize((size, size), Image.BICUBIC)
            base = np.asarray(b) / 255.0
        else:
            base = scene(rng, size)
        im = Image.fromarray(generate(names[i % len(names)], 1000 + i, size, base))
        zoom = int(rng.uniform(STYLE, size))
        out.append(np.asarray(square(im, zoom, rng.random(2)).resize((STYLE, STYLE), Image.LANCZOS)))
    return out


def drawn_objects(folder, n):
    """Bright drawings (an unpacked picture package, MIT): several tiled over a coloured ground."""
    files = sorted(folder.glob("*.webp")) if folder else []
    rng, out = np.random.default_rng(4), []
    for _ in range(n if files else 0):
        ground = scene(rng, STYLE) * 0.5 + rng.random(3) * 0.5
        im = Image.fromarray((ground * 255).astype(np.uint8))
        for _ in range(int(rng.integers(3, 8))):
            a = Image.open(files[rng.integers(len(files))]).convert("RGBA")
            s = int(rng.integers(36, 90))
            a = a.resize((s, s), Image.LANCZOS).rotate(float(rng.uniform(0, 360)))
            im.paste(a, tuple(int(v) for v in rng.integers(-s // 3, STYLE - s // 2, 2)), a)
        out.append(np.asarray(im))
    return out


def shipped_pictures(src):
    """Pictures of the shipped styles, in the order of `shipped_styles.ids()`."""
    large = dict(tar_pictures(src / "data/paintings_large.tar"))
    out = [np.asarray(square(short_side(large[f], SHIPPED), SHIPPED)) for _, _, f in shipped.PAINTINGS]
    return np.stack(out + [generate(g, seed, SHIPPED, pal=pal) for _, _, g, seed, pal in shipped.GENERATED])


def pack(arrays, path, quality=92):
    """All pictures as JPEG in one file: per array its bytes and where each picture ends."""
    out = {}
    for name, pics in arrays.items():
        files = []
        for p in pics:
            b = io.BytesIO()
            Image.fromarray(p).save(b, "JPEG", quality=quality, subsampling=0)
            files.append(b.getvalue())
        out[f"{name}_bytes"] = np.frombuffer(b"".join(files), np.uint8)
        out[f"{name}_ends"] = np.cumsum([len(f) for f in files])
    np.savez(path, **out)


def load_set(folder):
    """contents, styles, shipped: mapped arrays, or decoded from `pack.npz`."""
    names = ("contents", "styles", "shipped")
    if not (folder / "pack.npz").exists():
        return [np.load(folder / f"{n}.npy", mmap_mode="r") for n in names]
    z = np.load(folder / "pack.npz")
    return [np.stack([np.asarray(Image.open(io.BytesIO(f.tobytes()))) for f in np.split(z[f"{n}_bytes"], z[f"{n}_ends"][:-1])])
            for n in names]


def cut_vgg(src, out):
    """VGG-19 up to relu4_1, f16: all that the losses use."""
    from safetensors.torch import load_file, save_file
    w = load_file(src / "weights/vgg19_features.safetensors")
    keep = {k: v.half() for k, v in w.items() if (int(k[4]), int(k[6])) <= (4, 1)}
    save_file(keep, out / "vgg19_relu4_1.safetensors")


def prepare(src, out, small=False, drawings=None):
    """Writes the set to `out`; `small` packs it (about 45 MB with VGG) for a borrowed accelerator."""
    out.mkdir(parents=True, exist_ok=True)
    c = contents(src, 1500)
    s = paintings(src, 900, 900) + drawn_objects(drawings, 240)
    s += generated(1200, list(c) + s)
    rng = np.random.default_rng(5)
    arrays = {"contents": c, "styles": np.stack(s)[rng.permutation(len(s))], "shipped": shipped_pictures(src)}
    if small:
        pack(arrays, out / "pack.npz")
        cut_vgg(src, out)
    else:
        for name, a in arrays.items():
            np.save(out / f"{name}.npy", a)
    print(f"restyle: {len(c)} photos, {len(s)} style crops, {len(shipped.ids())} shipped styles in {out}")

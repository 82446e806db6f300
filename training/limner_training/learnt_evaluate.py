"""Learnt styles on the six public photos, which nothing trains on: content and style by the measure of
`eval/style_losses.py`, *Restyle* beside each, and a sheet.

A painting is taken in its own shape, its short side in the photos' size: that is what a style is learnt from and what
anyone sees. `--squeezed` stretches it to a square, as the script does with pictures that are nearly square; a work twice
as wide as high then has strokes of another kind.

usage: python -m limner_training.learnt_evaluate --repo .. --out DIR [--state DIR] [--size 512] [--only ID ...]
The adapters are those of models/styles/learnt, or those of a training's state.
"""
import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file

from . import restyle_loss as L
from .data import short_side, source_dir, to_chw
from .learn import is_free, read_state
from .learnt_list import STYLES, pictures_of
from .restyle_evaluate import load, picture, style_input
from .vgg import Vgg, moments


def adapted(net, tensors):
    """The network with an adapter's differences added, 8-bit ones with their scales."""
    state = net.transform.state_dict()
    for name in list(state):
        if name in tensors:
            d = tensors[name].float()
            if name + ".scale" in tensors:
                d = d * tensors[name + ".scale"].view(-1, 1, 1, 1)
            state[name] = state[name] + d
        elif is_free(name):
            raise SystemExit(f"the adapter has no {name}")
    net.transform.load_state_dict(state)
    return net


def in_own_shape(path, size):
    """[1, 3, h, w], the short side `size`."""
    return to_chw(np.asarray(short_side(Image.open(path).convert("RGB"), size)))[None]


def ratios(got, photo, style):
    """(content, style) as the public figures are computed."""
    content = F.mse_loss(F.instance_norm(got[-1]), F.instance_norm(photo[-1])).item()
    d = [(L.distance(g, s) / L.distance(p, s)).item() for g, p, s in zip(*map(moments, (got, photo, style)))]
    return content, sum(d) / 4


@torch.no_grad()
def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--repo", type=Path, default=Path(".."))
    p.add_argument("--data")
    p.add_argument("--state", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--size", type=int, default=512)
    p.add_argument("--photos", type=int, default=6)
    p.add_argument("--squeezed", action="store_true", help="paintings stretched to squares")
    p.add_argument("--only", nargs="*")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    shared = source_dir(a.data)
    a.out.mkdir(parents=True, exist_ok=True)
    vgg = Vgg(shared / "weights/vgg19_features.safetensors")
    names = sorted((shared / "eval/content").glob("*"))[:a.photos]
    photos = [picture(f, a.size) for f in names]
    features = [vgg(x) for x in photos]
    weights, tile, rows, totals = a.repo / "models/restyle/weights.safetensors", 256, [], []
    folder = a.state or a.repo / "models/styles/learnt"
    for style in STYLES:
        path = folder / f"{style.id}.safetensors"
        if not path.exists() or (a.only and style.id not in a.only):
            continue
        tensors = read_state(path)[0] if a.state else load_file(path)
        first = a.out / "style.png"
        first.write_bytes(pictures_of(style, shared)[0][0])
        s = picture(first, a.size) if a.squeezed else in_own_shape(first, a.size)
        want, plain, net = vgg(s), load(weights), adapted(load(weights), tensors)
        code = tensors["code"].float()[None]
        own = plain.encode(style_input(first, plain.cfg.encoder_size))
        figures, row = [], [picture(first, a.size)]
        for name, x, f in zip(names, photos, features):
            y, z = net.stylise(x, code), plain.stylise(x, own)
            figures.append((*ratios(vgg(y), f, want), *ratios(vgg(z), f, want)))
            Image.fromarray((y[0].permute(1, 2, 0) * 255 + 0.5).byte().numpy()).save(a.out / f"{name.stem}__{style.id}.png")
            row.append(y)
        mean = [sum(v) / len(v) for v in zip(*figures)]
        totals.append(mean)
        print(f"{style.id:32} learnt {mean[0]:.3f} {mean[1]:.3f}   Restyle {mean[2]:.3f} {mean[3]:.3f}", flush=True)
        rows.append(torch.cat([F.interpolate(v, (tile, tile), mode="area") for v in row], 3))
    if rows:
        print("mean over {} styles: learnt {:.3f} {:.3f}   Restyle {:.3f} {:.3f}".format(len(rows), *(sum(v) / len(v) for v in zip(*totals))))
        sheet = torch.cat(rows, 2)[0].permute(1, 2, 0)
        Image.fromarray((sheet * 255 + 0.5).clamp(0, 255).byte().numpy()).save(a.out / "sheet.jpg", quality=88)


if __name__ == "__main__":
    main()

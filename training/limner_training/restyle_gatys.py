"""What optimising every picture by itself reaches (Gatys et al. 2016): the ceiling beside Restyle's figures.

`python -m limner_training.restyle_gatys --out DIR [--size 256] [--rounds 200] [--pairs 6]`
Starts from the photo in the style's palette and follows the public figures' own terms by Adam on the pixels, with the
style weighted so that the content ends near `--content`.
"""
import argparse
import time
from pathlib import Path

import torch

from . import restyle_loss as L
from .data import source_dir
from .restyle import colour, colour_stats, whiten
from .restyle_evaluate import picture, save
from .vgg import Vgg


def ratio(got, want, own):
    """Style over the photo's, the public figure, per picture."""
    return sum(L.distance(g, w) / L.distance(o, w) for g, w, o in zip(got[:4], want, own)) / 4


def optimise(vgg, photo, style, rounds, weight, target=None):
    """The picture and its (content, style) after `rounds`; `target`: weight of the style follows this content."""
    with torch.no_grad():
        fp, want = vgg(photo), L.describe(vgg(style))[:4]
        own = L.describe(fp)[:4]
        (m, _, inv), (ms, rs, _) = colour_stats(photo, 4e-4), colour_stats(style, 4e-4)
        start = colour(whiten(photo, m, inv), ms, rs).clamp(0, 1)
    x = start.clone().requires_grad_()
    opt = torch.optim.Adam([x], lr=0.03, betas=(0.9, 0.99))
    for k in range(rounds):
        opt.param_groups[0]["lr"] = 0.03 * (1 - k / rounds) + 1e-3
        f = vgg(x.clamp(0, 1) + 0.1 * (x - x.clamp(0, 1)))
        con, sty = L.content_distance(f[3], fp[3]), ratio(L.describe(f), want, own)
        (con + weight * sty).sum().backward()
        opt.step()
        opt.zero_grad()
        if target and k % 10 == 9:
            weight *= 1.15 if con.item() < target else 1 / 1.15
    with torch.no_grad():
        y = x.clamp(0, 1)
        f = vgg(y)
        return y, L.content_distance(f[3], fp[3]).item(), ratio(L.describe(f), want, own).item()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--vgg", type=Path)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--size", type=int, default=256)
    p.add_argument("--rounds", type=int, default=200)
    p.add_argument("--pairs", type=int, default=6, help="photo k in style k")
    p.add_argument("--weight", type=float, default=20.0, help="of the style at the beginning")
    p.add_argument("--content", type=float, default=0.70)
    p.add_argument("--seconds", type=float, default=1e9, help="begins no further pair after this long")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = p.parse_args()
    torch.set_num_threads(1)
    src, begun, rows = source_dir(a.data), time.time(), []
    a.out.mkdir(parents=True, exist_ok=True)
    vgg = Vgg(a.vgg or src / "weights/vgg19_features.safetensors", a.device)
    photos, styles = (sorted((src / "eval" / k).glob("*")) for k in ("content", "style"))
    for c, s in list(zip(photos, styles))[:a.pairs]:
        if time.time() - begun > a.seconds:
            break
        photo, style = (picture(f, a.size).to(a.device) for f in (c, s))
        y, con, sty = optimise(vgg, photo, style, a.rounds, a.weight, a.content)
        save(y.cpu(), a.out / f"{c.stem}__{s.stem}.png")
        rows.append((con, sty))
        print(f"{c.stem} {s.stem}: content {con:.3f} style/photo {sty:.3f}", flush=True)
    con, sty = (sum(v) / len(v) for v in zip(*rows))
    print(f"{len(rows)} pairs at {a.size}, {a.rounds} rounds: content {con:.3f} style/photo {sty:.3f}")


if __name__ == "__main__":
    main()

"""*Restyle 2*: *Restyle*'s encoder, and a painter with experts: `python -m limner_training.restyle_painter --state DIR`.

usage: ... --state DIR [--minutes 100] [--weight 6]
       again to go on; `restyle_painter_export` writes what ships

The painter begins as the mean of the learnt styles that ship, its experts as the principal components of what they differ
by (`restyle_experts.py`). Codes keep their meaning, so every style that ships or was kept is painted by the new painter too, and learnt styles
(`learn.py`) still belong to the weights that they are differences to. Losses are those of `learn.py`: one weight of the
style against the content instead of the range that `restyle_train` sweeps. Statistics of some thousand views of paintings,
prints, ornament and pictures made by code are taken once and kept in the state; the ten works that learnt styles are
measured with, and all of the public evaluation, are left out.
"""
from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not take others' time

import numpy as np
import torch
from PIL import Image

from .data import short_side, source_dir, square, tar_pictures, to_chw
from .learn import Learner, Photos, describe
from .restyle_batches import colour_matrices, generated, mirrored
from .restyle_data import JUDGED, generated_shipped
from .restyle_experts import with_experts
from .learnt_list import MEASURED

# Share of the batches, and how many views are kept.
SOURCES = {"famous": (0.4, 320), "ornament": (0.1, 110), "paintings": (0.22, 640), "landscapes": (0.08, 100),
           "ukiyoe": (0.08, 100), "made": (0.12, 120)}


def famous(src, rng, n):
    """Windows of well-known works, with strokes as large as a picture of 512 pixels shows them."""
    works = [im for name, im in tar_pictures(src / "data/famous_paintings.tar") if name.replace("_", "-") not in MEASURED]
    for k in range(n):
        im = short_side(works[k % len(works)], int(rng.integers(448, 640)))
        yield square(im, int(rng.integers(384, min(im.size) + 1)), rng.random(2))


def ornament(src, rng, n):
    works = [im for _, im in tar_pictures(src / "data/ornament.tar")]
    for k in rng.permutation(len(works))[:n]:
        im = short_side(works[k], int(rng.integers(400, 560)))
        yield square(im, 400, rng.random(2))


def small(archive, unsqueeze):
    """Whole small pictures, mirrored to four, or enlarged; squeezed ones in their own shape again."""
    def views(src, rng, n):
        works = [(name, im) for name, im in tar_pictures(src / f"data/{archive}.tar") if min(im.size) >= 150 and name not in JUDGED]
        for k in rng.permutation(len(works))[:n]:
            im = works[k][1]
            im = im.resize((round(im.width * unsqueeze), im.height), Image.BICUBIC)
            yield im if rng.random() < 0.6 else short_side(im, int(rng.integers(260, 360)))
    return views


def made(_, rng, n):
    """The styles made by code that ship, then others."""
    shipped = generated_shipped()
    for k in range(n):
        yield Image.fromarray(shipped[k] if k < len(shipped) else generated(k))


VIEWS = {"famous": famous, "ornament": ornament, "paintings": small("paintings", 1.0),
         "landscapes": small("landscapes", 1.25), "ukiyoe": small("ukiyoe", 1.0), "made": made}


@torch.no_grad()
def statistics(learner, src, seed, part=1.0):
    """Per source: codes [n,137], and the statistics of `learn.describe`, [n,...] each in bfloat16."""
    rng, out = np.random.default_rng(seed), {}
    for name, (_, n) in SOURCES.items():
        begun, codes, stats = time.time(), [], []
        for im in VIEWS[name](src, rng, max(2, round(n * part))):
            x = to_chw(np.asarray(im))
            if min(im.size) < 250:
                x = mirrored(x)
            a, b = (torch.from_numpy(v) for v in colour_matrices(rng, 1, 0.15 if name == "famous" else 0.4))
            x = (torch.einsum("ij,jhw->ihw", a[0], x) + b[0].view(-1, 1, 1)).clamp(0, 1)[None]
            codes.append(learner.net.encode(x))
            stats.append(describe(learner.vgg(x)))
        out[name] = torch.cat(codes), [torch.cat(s).bfloat16() for s in zip(*stats)]
        print(f"{len(codes)} views of {name} in {time.time() - begun:.0f} s", flush=True)
    return out


class Trainer:
    """The painter, its optimiser and its moving average; `run` until the time is over."""

    def __init__(self, a, learner, src):
        self.a, self.learner, self.path = a, learner, a.state / "state.pt"
        kept = a.state / "styles.pt"
        self.styles = torch.load(kept, weights_only=True) if kept.exists() else statistics(learner, src, a.seed, a.part)
        if not kept.exists():
            torch.save(self.styles, kept)
        saved = torch.load(self.path, map_location="cpu", weights_only=True) if self.path.exists() else None
        codes = torch.cat([code for code, _ in self.styles.values()])
        self.net = learner.net.transform = with_experts(learner, a.experts, codes)
        self.average, self.done, self.seconds, self.figures = None, 0, 0.0, {}
        if saved:
            self.net.load_state_dict(saved["net"])
        own = [p for k, p in self.net.named_parameters() if k.startswith("routing")]
        rest = [p for k, p in self.net.named_parameters() if not k.startswith("routing")]
        self.opt = torch.optim.Adam([{"params": rest, "k": 1.0}, {"params": own, "k": a.routing}], lr=a.lr, betas=(0.9, 0.99))
        if saved:
            self.opt.load_state_dict(saved["opt"])
            self.average, self.done, self.seconds = saved["average"], saved["steps"], saved["seconds"]
            self.figures, self.learner.mean = saved["figures"], saved["mean"]
        self.average = self.average or {k: v.clone() for k, v in self.net.state_dict().items()}
        # Large pictures are smooth at the size of a stroke: most crops are near.
        self.photos = Photos(src / "data/photos.tar", learner, a.crops, a.size, a.seed, whole=0.3, nearest=3.2)

    def save(self):
        s = {"net": self.net.state_dict(), "opt": self.opt.state_dict(), "average": self.average, "steps": self.done,
             "seconds": self.seconds, "mean": self.learner.mean, "figures": self.figures, "base": self.learner.base,
             "weight": self.a.weight, "experts": self.a.experts}
        torch.save(s, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)

    def batch(self, rng):
        """Codes [batch,137] and statistics of styles, each of a source by its share."""
        names = rng.choice(list(SOURCES), size=self.a.batch, p=[v[0] for v in SOURCES.values()])
        codes, stats = [], []
        for name in names:
            code, each = self.styles[name]
            k = int(rng.integers(len(code)))
            codes.append(code[k])
            stats.append([s[k].float() for s in each])
        return torch.stack(codes), [torch.stack(s) for s in zip(*stats)]

    def step(self, share):
        """`share`: of the time that is over, 0..1."""
        a, rng = self.a, np.random.default_rng([self.a.seed, self.done])
        lr = a.lr * min(1, (self.done + 1) / 50) * (0.03 + 0.485 * (1 + np.cos(np.pi * share)))
        for g in self.opt.param_groups:
            g["lr"] = float(lr * g["k"])
        loss, log = self.learner.loss(rng, self.photos, *self.batch(rng), a.weight)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        if torch.isfinite(torch.nn.utils.clip_grad_norm_(self.net.parameters(), 2.0)):
            self.opt.step()
        self.done += 1
        state = self.net.state_dict()
        with torch.no_grad():
            torch._foreach_lerp_([self.average[k] for k in state], list(state.values()), 1 - a.ema)
        for k, v in log.items():
            self.figures[k] = self.figures.get(k, v) * 0.99 + v * 0.01

    def run(self):
        begun = kept = time.time()
        first, before = self.done, self.seconds
        while (now := time.time()) < begun + self.a.minutes * 60:
            self.seconds = before + now - begun
            self.step(min(1.0, self.seconds / 60 / (self.a.horizon or before / 60 + self.a.minutes)))
            if self.done % 50 == 0:
                print(f"{now - begun:.0f} s  step {self.done}  {(now - begun) / (self.done - first):.2f} s/step  "
                      + "  ".join(f"{k} {v:.3f}" for k, v in self.figures.items()), flush=True)
            if now - kept > self.a.save_seconds:
                kept = now
                self.save()
        self.save()


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", type=Path, required=True)
    p.add_argument("--repo", type=Path, default=Path(".."))
    p.add_argument("--data", help="folder with data/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--minutes", type=float, default=100)
    p.add_argument("--horizon", type=float, help="minutes of all runs, for the learning rate (default: this one ends it)")
    p.add_argument("--weight", type=float, default=6.0, help="of the style against the content")
    p.add_argument("--experts", type=int, default=12)
    p.add_argument("--routing", type=float, default=3.0, help="its rate over the others'")
    p.add_argument("--covariance", type=float, default=0.06)
    p.add_argument("--lr", type=float, default=6e-4)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--size", type=int, default=224, help="side of the photo crops")
    p.add_argument("--crops", type=int, default=500)
    p.add_argument("--part", type=float, default=1.0, help="of the styles' views, for a trial")
    p.add_argument("--ema", type=float, default=0.995)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--nice", type=int, default=19)
    p.add_argument("--save-seconds", type=float, default=180)
    p.add_argument("--seed", type=int, default=21)
    p.add_argument("--float", action="store_true", help="f32 instead of bfloat16")
    a = p.parse_args()
    os.nice(a.nice)
    torch.set_num_threads(a.threads)
    a.state.mkdir(parents=True, exist_ok=True)
    src = source_dir(a.data)
    Trainer(a, Learner(a, a.repo / "models/restyle", src / "weights/vgg19_features.safetensors"), src).run()


if __name__ == "__main__":
    main()

"""Learns one style: *Restyle*'s painter (`restyle.py`) with other numbers, trained on a single style's pictures.

Every convolution's weights and biases, the biases of the affine layers and the strokes of the style's code are free; the
palette stays the picture's own. Losses as in `restyle_train`, in VGG-19 features: content at relu4_1, means and
deviations at relu1_1 to relu4_1 and covariances at relu2_1 to relu4_1 over the photo's own distance, tone of 8 x 8 cells.
The style's statistics are taken once, from its whole pictures at the size at which their strokes are to be painted; the
photo crops' features once for all styles.
"""
from __future__ import annotations

import hashlib
import io
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file

from . import restyle_loss as L
from .data import short_side, square, tar_pictures, to_chw
from .restyle import colour, colour_stats, unpack_palette, whiten
from .restyle_evaluate import load
from .vgg import Vgg

FLOOR = 0.15  # of the mean distance between a photo and the style: nearer photos don't count more than this
FREE = ("down1.", "down2.", "res.", "up1.", "up2.", "out.")


def is_free(name):
    """Whether an adapter changes this parameter of the transform."""
    return name.startswith(FREE) or (name.startswith("affine.") and name.endswith(".bias"))


def read_state(path):
    """(tensors, record) of a style's training, or of what shipped of it; both empty when there is none."""
    if not path.exists():
        return {}, {}
    with safe_open(path, "pt") as f:
        t = {k: f.get_tensor(k).float() for k in f.keys()}
        about = json.loads(f.metadata()["about"])
    for k in [k for k in t if k.endswith(".scale")]:  # numbers of 8 bits
        t[k.removesuffix(".scale")] *= t.pop(k).view(-1, 1, 1, 1)
    return t, about


def state_of(style_id, state, shipped):
    """What was reached for a style: in the folder `state`, else in what ships."""
    saved = read_state(state / f"{style_id}.safetensors")
    return saved if saved[0] else read_state(shipped / f"{style_id}.safetensors")


def describe(features):
    """`restyle_loss.describe`, with the covariance of relu4_1 too."""
    out = L.describe(features)
    x = features[3].flatten(2).float()
    x = x - x.mean(2, keepdim=True)
    return out + [x @ x.transpose(1, 2) / x.shape[2]]


class Photos:
    """Crops of photos, and what the losses need of them. `whole`: share that shows all of a photo; the others come up to
    `nearest` times nearer."""

    def __init__(self, archive, learner, n, size, seed, whole=0.6, nearest=1.8):
        rng, begun = np.random.default_rng(seed), time.time()
        pictures = list(tar_pictures(archive))
        self.crops, self.relu4, self.own = [], [], []
        for i in rng.permutation(len(pictures))[:n]:
            k = 1.0 if rng.random() < whole else rng.uniform(1.1, nearest)
            im = short_side(pictures[i][1], round(size * k))
            x = to_chw(np.asarray(square(im, size, rng.random(2))))[None]
            x = (x + 0.5 * (x - F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1))).clamp(0, 1)  # enlarged: soft
            with torch.no_grad():
                f = learner.vgg(x)
                self.crops.append(x)
                self.relu4.append(F.instance_norm(f[3].float()).bfloat16())
                self.own.append([v.bfloat16() if v.dim() > 2 else v for v in describe(f)])
        print(f"{n} photo crops in {time.time() - begun:.0f} s", flush=True)

    def batch(self, rng, n):
        pick = rng.integers(len(self.crops), size=n)
        own = [torch.cat([self.own[i][k] for i in pick]).float() for k in range(len(self.own[0]))]
        return torch.cat([self.crops[i] for i in pick]), torch.cat([self.relu4[i] for i in pick]).float(), own


class StylePictures:
    """A style's pictures: code, statistics and hashes."""

    def __init__(self, learner, pictures):
        self.hashes = [hashlib.sha256(data).hexdigest() for data, _ in pictures]
        codes, stats = [], []
        with torch.no_grad():
            for data, side in pictures:
                im = short_side(Image.open(io.BytesIO(data)).convert("RGB"), side)
                x = to_chw(np.asarray(im))[None]
                view = square(short_side(im, learner.net.cfg.encoder_size), learner.net.cfg.encoder_size)
                m, root, _ = colour_stats(x, learner.net.cfg.eps_colour)
                code = learner.net.encode(to_chw(np.asarray(view))[None])
                palette = torch.cat([m, root[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]], 1)
                codes.append(torch.cat([palette, code[:, learner.net.cfg.palette_dim:]], 1))
                stats.append(describe(learner.vgg(x)))
        self.code = torch.stack(codes).mean(0)
        self.stats = [torch.stack(s).mean(0) for s in zip(*stats)]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stats = None


class Learner:
    """The network, its starting values, and a step."""

    def __init__(self, a, folder, vgg):
        self.a = a
        self.dtype = torch.float32 if a.float else torch.bfloat16
        self.net = load(folder / "weights.safetensors")
        self.shipped = folder.parent / "styles/learnt"
        self.base = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
        self.start = {k: v.clone() for k, v in self.net.transform.state_dict().items()}
        self.vgg = Vgg(vgg, "cpu", self.dtype)
        self.mean, self.joint = {}, None
        self.params = {k: p for k, p in self.net.transform.named_parameters() if is_free(k)}
        for k, p in self.net.named_parameters():
            p.requires_grad_(k.startswith("transform.") and is_free(k.removeprefix("transform.")))

    def run(self, style, pictures, photos, path, round_no, end):
        """One round; False when the time is over (what was reached is kept, the round is not counted)."""
        a, t = self.a, self.net.transform
        saved, about = state_of(style.id, path.parent, self.shipped)
        if not saved and self.joint:
            saved = self.joint[style.id]
        with torch.no_grad():
            t.load_state_dict(self.start)
            for k, p in self.params.items():
                if k in saved:
                    p.add_(saved[k])
        strokes = saved["code"][None, 9:] if saved else pictures.code[:, 9:]
        strokes = torch.nn.Parameter(strokes.clone())
        opt = torch.optim.Adam([{"params": list(self.params.values())}, {"params": [strokes], "k": 3.0}],
                               lr=a.lr, betas=(0.9, 0.99))
        palette, stats = pictures.code[:, :9], [v.expand(a.batch, *v.shape[1:]) for v in pictures.stats]
        average = {k: p.detach().clone() for k, p in [*self.params.items(), ("code", strokes)]}
        rng = np.random.default_rng([a.seed, round_no, int(hashlib.sha256(style.id.encode()).hexdigest()[:8], 16)])
        about = about | {"id": style.id, "restyle": self.base, "pictures": pictures.hashes, "seed": a.seed}
        first, before = time.time(), about.get("seconds", 0)
        begun, kept, shown = first, first, first
        sums = {}
        for i in range(a.steps):
            lr = a.lr * min(1, (i + 1) / 15) * (0.03 + 0.485 * (1 + np.cos(np.pi * i / a.steps)))
            for g in opt.param_groups:
                g["lr"] = float(lr * g.get("k", 1.0))
            loss, log = self.loss(rng, photos, torch.cat([palette, strokes], 1).expand(a.batch, -1), stats, a.style or style.weight)
            opt.zero_grad(set_to_none=True)
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_([*self.params.values(), strokes], 2.0)
            if torch.isfinite(norm):
                opt.step()
            decay = min(0.97, (1 + i) / (10 + i))
            with torch.no_grad():
                for k, p in [*self.params.items(), ("code", strokes)]:
                    average[k].lerp_(p, 1 - decay)
            for k, v in log.items():
                sums[k] = sums.get(k, 0.0) * 0.95 + v * 0.05
            norms = 1 - 0.95 ** (i + 1)
            now = time.time()
            if now - shown > 20 or i == a.steps - 1:
                shown = now
                print(f"{style.id} round {round_no} step {i + 1} {(now - begun) / (i + 1):.2f} s/step  "
                      + "  ".join(f"{k} {v / norms:.3f}" for k, v in sums.items()), flush=True)
            over = now > end
            if over or now - kept > a.save_seconds or i == a.steps - 1:
                kept = now
                done = about | {"steps": about.get("steps", 0) + i + 1, "seconds": round(before + now - first),
                                "figures": {k: round(v / norms, 4) for k, v in sums.items()}}
                if i == a.steps - 1:
                    done["rounds"] = round_no
                self.save(path, average, pictures.code, done)
            if over:
                return False
        return True

    def save(self, path, average, code, about):
        out = {k: (v - self.start[k]).half() for k, v in average.items() if k != "code"}
        out["code"] = torch.cat([code[0, :9], average["code"][0]])
        save_file({k: v.contiguous() for k, v in out.items()}, path.with_suffix(".tmp"), {"about": json.dumps(about)})
        os.replace(path.with_suffix(".tmp"), path)

    def loss(self, rng, photos, code, stats, weight, shifts=None):
        """Of a batch of photos, each in its own style: `code` [N,137], `stats` as `describe` gives them; `weight` of the
        style against the content."""
        a, n = self.a, self.a.batch
        crop, relu4, own = photos.batch(rng, n)
        m, _, inv = colour_stats(crop, self.net.cfg.eps_colour)
        x = whiten(crop, m, inv)
        s = torch.from_numpy(np.where(rng.random(n) < 0.8, 1.0, rng.uniform(0.2, 1, n)).astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype is torch.bfloat16):
            y, _ = self.net.transform(x, code[:, 9:], s, None, shifts, code[:, :9])
        y = y.float()
        sm, sroot = unpack_palette(code[:, :9])
        blend = (s * (2 - s)).view(-1, 1, 1, 1)
        out = crop + blend * (colour(y, sm, sroot) - crop)
        inside = out.clamp(0, 1)
        f = self.vgg(inside + 0.1 * (out - inside))
        got = describe(f)
        mom, cov = [], []
        for k, (g, o, t) in enumerate(zip(got, own, stats)):
            want = torch.lerp(o, t, s.view(-1, *[1] * (o.dim() - 1)))
            base = L.distance(o, t)
            if k >= 4:  # a pale work's strokes count as much as a loud one's
                base = torch.minimum(base, 0.3 * t.square().flatten(1).mean(1))
            self.mean[k] = torch.lerp(self.mean[k], base.mean(), 0.05) if k in self.mean else base.mean()
            (mom if k < 4 else cov).append(L.distance(g, want) / torch.maximum(base, FLOOR * self.mean[k]))
        con = L.distance(F.instance_norm(f[3].float()), relu4)
        mom, cov = sum(mom) / 4, sum(cov) / len(cov)
        each = con + weight * (mom + a.covariance * cov) + 0.1 * L.tone_distance(y, x) + 2 * L.distance(out, inside)
        full = (s == 1).float()
        part = lambda v: ((v.detach() * full).sum() / full.sum().clamp_min(1)).item() if full.sum() else v.mean().item()
        return each.mean() / weight ** 0.5, {"content": part(con), "style": part(mom), "cov": part(cov)}

"""Training of Restyle: `python -m limner_training.restyle --set DIR --state DIR --minutes N`.

A step paints `batch` photo crops; every photo and every style of it is used twice.  A quarter to a half of the steps
work on larger pictures, at which the network is judged.  Resumable at any moment: the state (weights, moving average,
optimiser moments, step) is one file of about 12 MB.

One run gives a whole range of networks: the strength input goes up to `--most`, and the more of it, the more the style
counts against the photo.  `limner_training.export restyle --push` picks what strength 1 shall be.
"""
import argparse
import itertools
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import restyle_loss as L
from .data import source_dir
from .restyle import Config, Restyle, colour, whiten
from .restyle_batches import Bank, Batches
from .restyle_evaluate import load as load_weights
from .vgg import Vgg

RESERVE = 12.0          # seconds kept for the last state and sheet


class Trainer:
    """Everything that a step needs; `step` runs one and leaves its losses on the device."""

    def __init__(self, a, batches):
        self.a, self.dev, self.data = a, torch.device(a.device), batches
        self.cuda = self.dev.type == "cuda"
        torch.manual_seed(a.seed)
        self.path = a.state / "state.pt"
        saved = torch.load(self.path, map_location="cpu", weights_only=True) if self.path.exists() else None
        begun = load_weights(a.start / "weights.safetensors") if a.start and not saved else None
        own = Config(**({} if a.blocks is None else {"blocks": a.blocks}))
        self.cfg = Config.of(saved["config"]) if saved else begun.cfg if begun else own
        self.net = (begun or Restyle(self.cfg)).train().to(self.dev)
        for name, p in self.net.named_parameters():
            p.requires_grad_(name.startswith(a.only))
        groups = [{"params": [p for p in part.parameters() if p.requires_grad], "k": k}
                  for part, k in ((self.net.transform, 1.0), (self.net.encoder, 0.5))]
        self.groups = [g for g in groups if g["params"]]
        self.opt = torch.optim.Adam(self.groups, lr=a.lr, betas=(0.9, 0.99), fused=self.cuda)
        self.vgg = Vgg(a.vgg or source_dir(a.data) / "weights/vgg19_features.safetensors", self.dev,
                       torch.bfloat16 if self.cuda else torch.float32)
        self.step_no, self.seconds, self.images, self.runs = 0, 0.0, 0, []
        self.pairs = {}
        if saved:
            self.load(saved)
        else:
            self.start(fresh=begun is None)
        self.transform = torch.compile(self.net.transform) if a.compile else self.net.transform

    # ---- state ---------------------------------------------------------------------------------------------------

    @torch.no_grad()
    def start(self, fresh):
        """Distances that style losses are divided by at least; for a fresh encoder its descriptor standardised over the
        styles, and its linear layer set to principal components."""
        enc, rng = self.net.encoder, np.random.default_rng([self.a.seed, 1 << 30])
        n = 8 if self.a.size >= 128 else 4
        d, scale = [], []
        for k in range(self.a.start_batches if fresh else 4):
            x, style = self.data.contents(rng, n, self.a.size)[0], self.data.styles(rng, n, self.a.size)
            d.append(enc.describe(self.white(style)))
            if k < 4:
                both = zip(L.describe(self.vgg(x)), L.describe(self.vgg(style)))
                scale.append([L.distance(p, q).mean() for p, q in both])
        self.base = [torch.stack(s).mean() for s in zip(*scale)]
        if fresh:
            self.principal(torch.cat(d))
        self.ema = {k: v.clone() for k, v in self.net.state_dict().items()}

    def principal(self, d):
        enc = self.net.encoder
        enc.d_mean.copy_(d.mean(0))
        enc.d_std.copy_(d.std(0) + 1e-3)
        z = (d - enc.d_mean) / enc.d_std
        val, vec = torch.linalg.eigh(z.T @ z / len(z))
        val, vec = val.flip(0)[:enc.fc.out_features], vec.flip(1)[:, :enc.fc.out_features]
        enc.fc.weight.copy_((vec / (val.clamp_min(0) + 0.02 * val[0]).sqrt()).T)
        enc.fc.bias.zero_()

    def save(self):
        s = {"net": self.net.state_dict(), "ema": self.ema, "opt": self.opt.state_dict(), "config": self.cfg.to_json(),
             "base": self.base, "step": self.step_no, "seconds": self.seconds, "images": self.images,
             "seed": self.a.seed, "batch": self.a.batch, "runs": self.runs}
        torch.save(s, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)

    def load(self, s):
        self.net.load_state_dict(s["net"])
        self.opt.load_state_dict(s["opt"])
        for g, mine in zip(self.opt.param_groups, self.groups):
            g["fused"], g["k"] = self.cuda, mine["k"]
        for v in self.opt.state.values():
            v["step"] = v["step"].to(self.dev if self.cuda else "cpu", torch.float32)
        self.ema = {k: v.to(self.dev) for k, v in s["ema"].items()}
        self.base = [b.to(self.dev) for b in s["base"]]
        self.step_no, self.seconds, self.images, self.runs = s["step"], s["seconds"], s["images"], s["runs"]

    # ---- a step ----------------------------------------------------------------------------------------------------

    def white(self, x):
        (m, _, inv), = L.roots([x], self.cfg.eps_colour)
        return whiten(x, m, inv)

    def index(self, n, h):
        """n pairs of h photos and h styles, each equally often, as two index tensors on the device."""
        if (n, h) not in self.pairs:
            i = np.arange(n)
            self.pairs[n, h] = [torch.from_numpy(v).to(self.dev) for v in (i % h, (i + i // h) % h)]
        return self.pairs[n, h]

    def push(self, values):
        return torch.from_numpy(np.asarray(values, np.float32)).to(self.dev, non_blocking=True)

    def step(self, done):
        """`done`: share of the training that is over, 0..1."""
        a, rng = self.a, np.random.default_rng([self.a.seed, self.step_no])
        warm = not a.start and self.step_no < a.warm_steps
        large = not warm and rng.random() < a.large_first + (a.large_last - a.large_first) * done
        crops = a.first_size if done < a.first_share else a.size
        size, n = (a.large, max(2, a.batch // 4)) if large else (crops, a.batch)
        h = max(2, n * 3 // 4 if large else n // 2)
        ci, si = self.index(n, h)
        crop, copy = self.data.contents(rng, h, size)
        style = self.data.styles(rng, h, size)
        whole = rng.random() < 0.5                      # statistics of a small copy of the whole photo
        (m, _, inv), (sm, sroot, sinv) = L.roots([copy if whole else crop, style], self.cfg.eps_colour)
        x, white_style = whiten(crop, m, inv), whiten(style, sm, sinv)
        if rng.random() < a.common_share:               # strokes in a palette common to photo and style
            sm, sroot = L.canon_palette(sm)
            crop, style = colour(x, sm, sroot), colour(white_style, sm, sroot)
        s = np.where(rng.random(n) < 0.75, 1.0, rng.uniform(0.1, 1, n))
        more = rng.random(n)
        weight = self.push(a.style * (a.style_most / a.style) ** more)
        strength = self.push(s * (1 + (a.most - 1) * more))
        s = self.push(s)
        white_copy = whiten(copy, m, inv)[ci] if whole else None
        with torch.autocast(self.dev.type, torch.bfloat16, enabled=self.cuda):
            code = self.net.encoder(white_style).float().index_select(0, si)
            stats = None
            if whole:
                with torch.no_grad():
                    stats = self.transform(white_copy, code, strength)[1]
            y, _ = self.transform(x[ci], code, strength, stats)
        y = y.float()
        if warm:
            loss = F.mse_loss(y, x[ci])
            return self.update(loss, {"identity": loss}, n, done)
        photo = crop[ci]
        blend = (s * (2 - s)).view(-1, 1, 1, 1)
        out = photo + blend * (colour(y, sm[si], sroot[si]) - photo)
        inside = out.clamp(0, 1)
        beyond = L.distance(out, inside)
        with torch.no_grad():
            f = self.vgg(torch.cat([crop, style]))
            relu4 = f[3][:h][ci]
            d = L.describe(f)
            own = [t[:h][ci] for t in d]
            want = [torch.lerp(o, t[h:][si], s.view(-1, *[1] * (o.dim() - 1))) for o, t in zip(own, d)]
            base = [L.distance(o, t[h:][si]) for o, t in zip(own, d)]
            self.base = [torch.lerp(b, v.mean(), 0.01) for b, v in zip(self.base, base)]
        f = self.vgg(inside + 0.1 * (out - inside))
        mom, cov = L.style_ratios(L.describe(f), want, base, [a.floor * b for b in self.base])
        con = L.content_distance(f[3], relu4)
        tone = L.tone_distance(y, x[ci])
        each = con + weight * (mom + a.covariance * cov) + a.tone * tone + a.beyond * beyond
        loss = (each / weight.sqrt()).mean()
        full = (s == 1).float()
        part = lambda v: (v.detach() * full).sum() / full.sum().clamp_min(1)
        k = "_large" if large else ""
        log = {"content" + k: part(con), "style" + k: part(mom), "cov": part(cov), "tone": tone.detach().mean(),
               "beyond": beyond.detach().mean()}
        return self.update(loss, log, n, done)

    def update(self, loss, log, n, done):
        a = self.a
        lr = a.lr * min(1.0, (self.step_no + 1) / a.ramp) * (0.01 + 0.495 * (1 + np.cos(np.pi * min(1.0, done))))
        for g in self.opt.param_groups:
            g["lr"] = float(lr * g["k"])
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        params = [p for g in self.groups for p in g["params"]]
        norm = torch.nn.utils.clip_grad_norm_(params, a.clip)
        if self.cuda:                                   # skips the step on the device, without waiting for it
            self.opt.found_inf = (~torch.isfinite(norm)).float()
            self.opt.step()
        elif torch.isfinite(norm):
            self.opt.step()
        self.step_no, self.images = self.step_no + 1, self.images + n
        decay = min(a.ema, (1 + self.step_no) / (20 + self.step_no))
        state = self.net.state_dict()
        with torch.no_grad():
            torch._foreach_lerp_([self.ema[k] for k in state], list(state.values()), 1 - decay)
        return log | {"gradient": norm.detach(), "loss": loss.detach()}

    # ---- how it does -------------------------------------------------------------------------------------------

    @torch.no_grad()
    def judge(self, path, size):
        """Held-out photos in held-out and shipped styles: a sheet, and (content, style) at strengths 1 and `most`."""
        net = Restyle(self.cfg).to(self.dev).eval()
        net.load_state_dict(self.ema)
        photos, styles = self.data.held_out(size)
        ship = torch.stack([F.interpolate(p[None].float() / 255, (size, size), mode="area")[0]
                            for p in self.data.pics["shipped"][::4]])
        shown, figures = [], []
        f_photo, f_style = ([self.vgg(x[None]) for x in group] for group in (photos, styles))
        for strength in (1.0, self.a.most):
            con, sty = [], []
            for p, fp in zip(photos, f_photo):
                own, row = L.describe(fp)[:4], [p]
                for s, fs in zip(itertools.chain(styles, ship), itertools.chain(f_style, itertools.repeat(None))):
                    if fs is None and strength > 1:
                        continue
                    code = net.encode(s[None])
                    (m, _, inv), (ms, rs, _) = L.roots([p[None], s[None]], self.cfg.eps_colour)
                    full = torch.full((1,), strength, device=self.dev)
                    y, _ = net.transform(whiten(p[None], m, inv), code[:, self.cfg.palette_dim:], full)
                    y = colour(y, ms, rs).clamp(0, 1)
                    row.append(y[0])
                    if fs is not None:
                        fy, want = self.vgg(y), L.describe(fs)[:4]
                        con.append(L.content_distance(fy[3], fp[3]))
                        sty.append(sum(L.distance(g, w) / L.distance(o, w)
                                       for g, w, o in zip(L.describe(fy)[:4], want, own)) / 4)
                if strength == 1:
                    shown.append(row)
            figures += [torch.stack(con).mean().item(), torch.stack(sty).mean().item()]
        tile = lambda t: F.interpolate(t[None], (144, 144), mode="area")[0]
        head = [torch.ones_like(photos[0]), *styles, *ship]
        img = torch.cat([torch.cat([tile(t) for t in row], 2) for row in [head, *shown]], 1)
        Image.fromarray((img.permute(1, 2, 0).clamp(0, 1) * 255).byte().cpu().numpy()).save(path, quality=85)
        print("held out at {}: content {:.3f} style {:.3f} at strength 1, content {:.3f} style {:.3f} at {}".format(
            size, *figures, self.a.most), flush=True)


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--set", type=Path, required=True, help="folder written by limner_training.prepare restyle")
    p.add_argument("--state", type=Path, required=True, help="gets state.pt and sheet.jpg; goes on from state.pt")
    p.add_argument("--data", help="folder with weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--vgg", type=Path, help="VGG-19 (default: beside the set, else in the data folder)")
    p.add_argument("--minutes", type=float, default=10, help="all of this run, from start-up to the last file")
    p.add_argument("--horizon", type=float, help="minutes of all runs, for the learning rate (default: this one ends it)")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--workers", type=int, default=4, help="processes that generate styles at the beginning")
    p.add_argument("--bank", type=int, default=600, help="generated styles")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--size", type=int, default=256, help="side of the crops")
    p.add_argument("--first-size", type=int, default=176, help="side of the crops at the beginning")
    p.add_argument("--first-share", type=float, default=0.25, help="share of the training for which that holds")
    p.add_argument("--large", type=int, default=512, help="side of the larger pictures, a quarter as many a step")
    p.add_argument("--large-first", type=float, default=0.2, help="share of steps with larger pictures, at first")
    p.add_argument("--large-last", type=float, default=0.6, help="and at the end")
    p.add_argument("--blocks", type=int, help="residual blocks, other than Config's")
    p.add_argument("--start", type=Path, help="folder of a shipped network (config.json, weights.safetensors) to go on from")
    p.add_argument("--only", default="", help="train only parameters whose names begin so, such as encoder.fc")
    p.add_argument("--seed", type=int, default=20)
    p.add_argument("--lr", type=float, default=1.5e-3)
    p.add_argument("--ramp", type=int, default=200, help="steps until the learning rate is reached")
    p.add_argument("--clip", type=float, default=2.0)
    p.add_argument("--ema", type=float, default=0.998)
    p.add_argument("--warm-steps", type=int, default=120, help="first steps only reproduce the photo, without VGG")
    p.add_argument("--start-batches", type=int, default=40)
    p.add_argument("--style", type=float, default=3.0, help="weight of the style against the content at strength 1")
    p.add_argument("--style-most", type=float, default=20.0, help="and at the highest strength")
    p.add_argument("--most", type=float, default=1.5, help="highest strength")
    p.add_argument("--covariance", type=float, default=0.15)
    p.add_argument("--floor", type=float, default=0.2, help="least divisor of style distances, in means over the set")
    p.add_argument("--tone", type=float, default=0.1)
    p.add_argument("--beyond", type=float, default=2.0, help="weight of values beyond black and white")
    p.add_argument("--common-share", type=float, default=0.1)
    p.add_argument("--shipped-share", type=float, default=0.5)
    p.add_argument("--sheet-minutes", type=float, default=2.5)
    p.add_argument("--judge-size", type=int, default=512)
    p.add_argument("--limit", type=int, help="pictures of each group, for a quick trial")
    p.add_argument("--compile", action="store_true", help="torch.compile the transform; goes on without if that fails")
    return p.parse_args()


def main():
    begun, a = time.time(), arguments()
    torch.set_num_threads(a.threads)
    a.state.mkdir(parents=True, exist_ok=True)
    beside = a.set / "vgg19_relu4_1.safetensors"
    a.vgg = a.vgg or (beside if beside.exists() else None)
    batches = Batches(a.set / "pictures.npz", a.limit)
    bank = Bank(a.bank, a.workers, [p for k in ("photos", "small") for p in batches.cpu[k][:200]])
    try:
        if a.device.startswith("cuda"):
            torch.backends.cudnn.benchmark = True
            torch.set_float32_matmul_precision("high")
        if a.compile:
            import torch._dynamo as dynamo
            dynamo.config.suppress_errors = True
        run(a, Trainer(a, batches.to(torch.device(a.device), a.shipped_share)), bank, begun)
    finally:
        bank.close()


def run(a, t, bank, begun):
    first, before = time.time(), t.seconds
    reserve = min(RESERVE, 0.1 * a.minutes * 60)
    planned = a.horizon * 60 if a.horizon else before + max(1.0, begun + a.minutes * 60 - reserve - first)
    t.runs.append({k: str(v) for k, v in vars(a).items()} | {"from_step": str(t.step_no)})
    print(f"start-up {first - begun:.1f} s on {a.device}, from step {t.step_no}", flush=True)
    last = saved = sheet = first
    sums, counts, im = {}, {}, t.images
    while (now := time.time()) < begun + a.minutes * 60 - reserve:
        t.seconds = before + now - first
        for k, v in t.step(t.seconds / planned).items():
            sums[k], counts[k] = sums.get(k, 0) + v, counts.get(k, 0) + 1
        if t.step_no % 50 == 0:
            t.data.add(bank.take())
        if now - last > 10:
            line = "  ".join(f"{k} {sums[k].item() / counts[k]:.3f}" for k in sums)
            now = time.time()
            speed = (t.images - im) / (now - last)
            print(f"{now - begun:.0f} s  step {t.step_no}  {speed:.1f} images/s  {line}", flush=True)
            last, sums, counts, im = now, {}, {}, t.images
        if now - saved > 60:
            t.save()
            saved = now
        if now - sheet > a.sheet_minutes * 60:
            t.judge(a.state / "sheet.jpg", a.judge_size)
            sheet = time.time()
    t.seconds = before + time.time() - first
    t.save()
    print(f"saved at step {t.step_no}, {t.images} images, {t.seconds / 60:.1f} minutes in all", flush=True)
    t.judge(a.state / "sheet.jpg", a.judge_size)
    print(f"over after {time.time() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    main()

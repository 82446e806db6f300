"""Training of Restyle: `python -m limner_training.restyle --set DIR --state DIR --minutes N [--device cpu|cuda]`.

Resumable at any moment: the state (weights, moving average, optimiser moments, step) is one file of about 6 MB.
A step renders `batch` photo crops, each in its own style; half of the styles are those that ship.
"""
import argparse
import json
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import restyle_loss as L
from .data import source_dir, to_chw
from .restyle import Restyle, colour_stats, whiten
from .restyle_data import CROP, SHIPPED, crop_offset, load_set
from .vgg import Vgg


class Trainer:
    """Everything that a step needs; `step` runs one and returns its losses."""

    def __init__(self, a):
        self.a, self.dev = a, torch.device(a.device)
        self.amp = self.dev.type == "cuda"
        self.contents, self.styles, self.shipped = load_set(a.set)
        self.contents, self.styles = self.contents[:a.max_contents], self.styles[:a.max_styles]
        torch.manual_seed(a.seed)
        self.net = Restyle().to(self.dev)
        self.opt = torch.optim.Adam([{"params": self.net.transform.parameters(), "k": 1.0},
                                     {"params": self.net.encoder.parameters(), "k": 0.3}], betas=(0.9, 0.99))
        self.vgg = Vgg(a.vgg or source_dir(a.data) / "weights/vgg19_features.safetensors", self.dev, torch.float16 if self.amp else torch.float32)
        self.proj = L.Projections(self.dev)
        self.stores()
        self.step_no, self.seconds, self.images = 0, 0.0, 0
        self.path = a.state / "state.pt"
        if self.path.exists():
            self.load()
        else:
            self.start()

    # ---- features that never change ----------------------------------------------------------------------------

    def stores(self):
        c, nc = self.a.cache or self.a.state / "cache", len(self.contents)
        self.dims = [2 * c for c in L.CHANNELS] + [L.PROJECT ** 2] * 3
        n = sum(self.dims)
        self.c_feat = L.Store(c, "content_relu4_1", nc, (512, CROP // 8, CROP // 8), np.float16)
        self.c_mid = L.Store(c, "content_relu3_1", nc, (256, CROP // 8, CROP // 8), np.float16)
        self.c_mom = L.Store(c, "content_moments", nc, (n,), np.float32)
        self.s_mom = L.Store(c, "style_moments", len(self.styles), (n,), np.float32)
        self.p_mom = L.Store(c, "shipped_moments", len(self.shipped), (n,), np.float32)

    def white(self, pics):
        x = to_chw(pics).to(self.dev)
        m, root, inv = colour_stats(x, self.net.cfg.eps_colour)
        return whiten(x, m, inv)

    @torch.no_grad()
    def style_target(self, store, pics, idx):
        for i in store.missing(idx):
            d = L.describe(self.vgg(L.canon(self.white(pics[i:i + 1]))), self.proj)
            store.put([i], torch.cat(d, 1))
        return store.get(idx, self.dev)

    @torch.no_grad()
    def content_target(self, idx, crops):
        for k, i in enumerate(idx):
            if not self.c_feat.done[i]:
                f = self.vgg(L.canon(crops[k:k + 1]))
                self.c_feat.put([i], F.instance_norm(f[3].float()))
                self.c_mid.put([i], L.middle(f[2]))
                self.c_mom.put([i], torch.cat(L.describe(f, self.proj), 1))
        return self.c_feat.get(idx, self.dev), self.c_mid.get(idx, self.dev), self.c_mom.get(idx, self.dev)

    # ---- state ---------------------------------------------------------------------------------------------------

    @torch.no_grad()
    def start(self):
        """Encoder's descriptor standardised over the styles, its linear layer set to principal components."""
        enc = self.net.encoder
        d = torch.cat([enc.describe(self.white(self.styles[i:i + 16])) for i in range(0, 512, 16)])
        d = torch.cat([d] + [enc.describe(self.white(self.shipped[i:i + 4])) for i in range(0, len(self.shipped), 4)])
        enc.d_mean.copy_(d.mean(0))
        enc.d_std.copy_(d.std(0) + 1e-3)
        z = (d - enc.d_mean) / enc.d_std
        val, vec = torch.linalg.eigh(z.T @ z / len(z))
        val, vec = val.flip(0)[:enc.fc.out_features], vec.flip(1)[:, :enc.fc.out_features]
        enc.fc.weight.copy_((vec / (val + 0.02 * val[0]).sqrt()).T)
        enc.fc.bias.zero_()
        t = self.style_target(self.s_mom, self.styles, list(range(40)))
        t = torch.cat([t, self.style_target(self.p_mom, self.shipped, list(range(0, len(self.shipped), 2)))])
        t = t[torch.randperm(len(t), generator=torch.Generator().manual_seed(3)).to(t.device)]
        self.scale = L.scales(t.split(self.dims, 1))
        self.ema = {k: v.clone() for k, v in self.net.state_dict().items()}

    def save(self):
        s = {"net": self.net.state_dict(), "ema": self.ema, "opt": self.opt.state_dict(), "scale": self.scale,
             "step": self.step_no, "seconds": self.seconds, "images": self.images, "seed": self.a.seed, "batch": self.a.batch}
        torch.save(s, self.path.with_suffix(".tmp"))
        os.replace(self.path.with_suffix(".tmp"), self.path)

    def load(self):
        s = torch.load(self.path, map_location=self.dev, weights_only=True)
        self.net.load_state_dict(s["net"])
        self.opt.load_state_dict(s["opt"])
        self.ema, self.scale = s["ema"], s["scale"]
        self.step_no, self.seconds, self.images = s["step"], s["seconds"], s["images"]

    # ---- a step ----------------------------------------------------------------------------------------------------

    def batch(self, rng, n):
        """Whitened photos (whole, small), crops, their indices."""
        idx = [int(i) for i in rng.integers(0, len(self.contents), n)]
        whole = self.white(self.contents[idx])
        off = [crop_offset(i) for i in idx]
        crops = torch.stack([w[:, y:y + CROP, x:x + CROP] for w, (x, y) in zip(whole, off)])
        return idx, crops, F.interpolate(whole, size=(CROP, CROP), mode="area")

    def style_batch(self, rng, n):
        """Codes and style statistics: first shipped styles (a large crop; statistics of the whole), the rest any style."""
        k = min(n, int(n * self.a.shipped_share + rng.random()))
        ship = [int(i) for i in rng.integers(0, len(self.shipped), k)]
        free = [int(i) for i in rng.integers(0, len(self.styles), n - k)]
        codes, targets = [], []
        if ship:
            x, y = (int(v) for v in rng.integers(0, SHIPPED - 160 + 1, 2))
            codes.append(self.net.encoder(self.white(self.shipped[ship])[:, :, y:y + 160, x:x + 160]))
            targets.append(self.style_target(self.p_mom, self.shipped, ship))
        if free:
            codes.append(self.net.encoder(self.white(self.styles[free])))
            targets.append(self.style_target(self.s_mom, self.styles, free))
        return torch.cat(codes), torch.cat(targets)

    def step(self):
        a, rng = self.a, np.random.default_rng([self.a.seed, self.step_no])
        warm = self.step_no < a.warm_steps
        n = a.batch * (2 if warm else 1)
        idx, x, thumb = self.batch(rng, n)
        code, want = self.style_batch(rng, n)
        s = torch.from_numpy(np.where(rng.random(n) < 0.75, 1.0, rng.uniform(0.1, 1, n)).astype(np.float32)).to(self.dev)
        with torch.autocast(self.dev.type, torch.float16, enabled=self.amp):
            with torch.no_grad():
                stats = self.net.transform(thumb, code, s)[1] if rng.random() < 0.5 else None
            y, _ = self.net.transform(x, code, s, stats)
        y = y.float()
        blend = (s * (2 - s)).view(-1, 1, 1, 1)
        y = x + blend * (y - x)
        if warm:
            loss = F.mse_loss(y, x)
            log = {"identity": loss.item()}
        else:
            cf, cmid, cm = self.content_target(idx, x)
            want = torch.lerp(cm, want, s[:, None])
            deep = rng.random() < a.deep_share
            f = self.vgg(L.canon(y), (4, 1) if deep else (3, 1))
            mom, cov = L.style_terms(f, want.split(self.dims, 1), self.scale, self.proj)
            con = 0.5 * F.mse_loss(L.middle(f[2]), cmid)
            con = con + 0.5 * L.content_term(f[3], cf) if deep else 2 * con
            tone = F.mse_loss(F.avg_pool2d(y.mean(1, keepdim=True), 8), F.avg_pool2d(x.mean(1, keepdim=True), 8))
            tv = (y[:, :, 1:] - y[:, :, :-1]).square().mean() + (y[:, :, :, 1:] - y[:, :, :, :-1]).square().mean()
            loss = a.content * con + a.style * mom + a.covariance * cov + a.tone * tone + a.tv * tv
            log = {"content": con.item(), "deep_style" if deep else "style": mom.item(), "cov": cov.item(), "tone": tone.item()}
        lr = self.lr()
        for g in self.opt.param_groups:
            g["lr"] = lr * g["k"]
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.net.parameters(), 4.0)
        if torch.isfinite(norm):
            self.opt.step()
        self.step_no, self.images = self.step_no + 1, self.images + n
        decay = min(0.998, 1 - 1 / (1 + self.step_no / 8))
        for k, v in self.net.state_dict().items():
            self.ema[k].lerp_(v, 1 - decay)
        return log

    def lr(self):
        """Short warm-up, then a cosine over the planned minutes down to a twentieth."""
        done = min(1.0, self.seconds / 60 / self.a.horizon)
        return float(self.a.lr * min(1.0, (self.step_no + 1) / 50) * (0.05 + 0.475 * (1 + np.cos(np.pi * done))))

    @torch.no_grad()
    def sheet(self, path, size=160):
        """Rows: photos; columns: the photo, then shipped styles; first row: the styles."""
        net = Restyle().to(self.dev).eval()
        net.load_state_dict(self.ema)
        photos = to_chw(self.contents[[i % len(self.contents) for i in (3, 8, 20, 33)]]).to(self.dev)
        pick = list(range(0, len(self.shipped), 3))[:12]
        rows = [[torch.ones(3, size, size)] + [F.interpolate(to_chw(self.shipped[i:i + 1]), (size, size), mode="area")[0] for i in pick]]
        for p in photos:
            row = [p.cpu()]
            for i in pick:
                row.append(net.stylise(p[None], net.encode(to_chw(self.shipped[i:i + 1]).to(self.dev)))[0].cpu())
            rows.append(row)
        img = torch.cat([torch.cat(r, 2) for r in rows], 1)
        Image.fromarray((img.permute(1, 2, 0).clamp(0, 1) * 255).byte().numpy()).save(path)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--set", type=Path, required=True, help="folder written by limner_training.prepare restyle")
    p.add_argument("--state", type=Path, required=True)
    p.add_argument("--data", help="folder with weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--vgg", type=Path, help="VGG-19 features (default: weights/vgg19_features.safetensors in the data folder)")
    p.add_argument("--cache", type=Path, help="folder for features that never change (default: STATE/cache, up to 1 GB)")
    p.add_argument("--minutes", type=float, default=10, help="stop and save after this long")
    p.add_argument("--horizon", type=float, default=100, help="minutes over all runs, for the learning rate")
    p.add_argument("--device", default="cpu")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--seed", type=int, default=20)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--warm-steps", type=int, default=80, help="first steps only reproduce the photo, without VGG")
    p.add_argument("--content", type=float, default=1.0)
    p.add_argument("--style", type=float, default=5.0)
    p.add_argument("--covariance", type=float, default=2.5)
    p.add_argument("--tone", type=float, default=0.3)
    p.add_argument("--tv", type=float, default=0.0)
    p.add_argument("--deep-share", type=float, default=0.35, help="share of steps that go down to relu4_1; the rest stop at relu3_1")
    p.add_argument("--max-contents", type=int, default=100000)
    p.add_argument("--max-styles", type=int, default=100000)
    p.add_argument("--shipped-share", type=float, default=0.5)
    p.add_argument("--sheet-minutes", type=float, default=5)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    a.state.mkdir(parents=True, exist_ok=True)
    t = Trainer(a)
    with open(a.state / "runs.jsonl", "a") as f:
        f.write(json.dumps({k: str(v) for k, v in vars(a).items()} | {"from_step": t.step_no}) + "\n")
    start = last = saved = sheet = time.time()
    sums, n, im = {}, 0, t.images
    while time.time() - start < a.minutes * 60:
        b = time.time()
        for k, v in t.step().items():
            sums.setdefault(k, []).append(v)
        now = time.time()
        t.seconds += now - b
        if now - last > 20:
            line = "  ".join(f"{k} {np.mean(v):.3f}" for k, v in sums.items())
            print(f"step {t.step_no}  {(t.images - im) / (now - last):.2f} images/s  lr {t.lr():.1e}  {line}", flush=True)
            last, sums, im = now, {}, t.images
        if now - saved > 60:
            t.save()
            saved = now
        if now - sheet > a.sheet_minutes * 60:
            t.sheet(a.state / f"sheet_{t.step_no:06d}.png")
            sheet = time.time()
    t.save()
    print(f"saved at step {t.step_no}, {t.images} images, {t.seconds / 60:.1f} minutes in all", flush=True)
    t.sheet(a.state / f"sheet_{t.step_no:06d}.png")


if __name__ == "__main__":
    main()

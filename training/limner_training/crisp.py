"""Trains *Crisp* on patches of photos and large paintings with mild, realistic degradations.

usage: python -m limner_training.crisp prepare --shared ../shared --out crisp_patches.npz
       python -m limner_training.crisp train --patches crisp_patches.npz --state DIR --minutes 15 [--start ../models/crisp]
       python -m limner_training.crisp evaluate --patches crisp_patches.npz [--state DIR | --start ../models/crisp]
       python -m limner_training.crisp export --patches crisp_patches.npz --state DIR --out ../models/crisp
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import tarfile
import time

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageFilter
from safetensors.torch import load_file, save_file
from torch import Tensor

from .crisp_net import Crisp

PATCH = 128
LICENCE = "CC0-1.0 (weights); what it enlarges stays whose it was"
CREDIT = ("Enlarged by a network trained on public-domain paintings, Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0) "
          "and the Grocery Store Dataset (Klasson, Zhang, Kjellstrom; MIT).")


# archive, patches of each picture, one in so many held out
SOURCES = (("famous_paintings.tar", 40, 10), ("photos.tar", 1, 40))


def prepare(shared: str, out: str) -> None:
    """Patches of 128x128: 40 of each large painting (half of them from a reduced copy), one of each photo that is
    large enough. Every 10th large painting and every 40th photo is held out."""
    rng = np.random.RandomState(4)
    train, test = [], []
    for name, per, every in SOURCES:
        with tarfile.open(os.path.join(shared, "data", name)) as t:
            members = sorted((m for m in t if m.name.lower().endswith(".jpg")), key=lambda m: m.name)
            for i, m in enumerate(members):
                im = Image.open(io.BytesIO(t.extractfile(m).read())).convert("RGB")
                held = i % every == every - 1
                for k in range(2 if held and per > 1 else per):
                    src = im
                    if per > 1 and k % 2:
                        s = rng.uniform(0.45, 0.9)
                        src = im.resize((int(im.width * s), int(im.height * s)), Image.LANCZOS)
                    if min(src.size) < PATCH:
                        continue
                    x, y = rng.randint(src.width - PATCH + 1), rng.randint(src.height - PATCH + 1)
                    a = np.asarray(src.crop((x, y, x + PATCH, y + PATCH)))
                    if a.std() > 8:
                        (test if held else train).append(a)
    np.savez(out, train=np.stack(train), test=np.stack(test))
    print(f"{len(train)} training patches, {len(test)} held out")


def weave(h: int, w: int, rng: np.random.RandomState) -> np.ndarray:
    """[h, w, 1 or 3]: a pattern of two to four pixels such as the doublings of a generator leave, in patches: checks,
    lines or diagonals, up to 14 of 255."""
    y, x = np.mgrid[:h, :w]
    p, q = rng.choice([0.0, 0.25, 1 / 3, 0.5], 2)
    if p == q == 0:
        p = q = 0.5
    wave = np.cos(2 * np.pi * (p * x + rng.choice([-1, 1]) * q * y) + rng.uniform(0, 2 * np.pi))
    where = rng.uniform(-0.5, 1, (h // 8 + 2, w // 8 + 2)).clip(0, 1)
    where = np.asarray(Image.fromarray((where * 255).astype(np.uint8)).resize((w, h), Image.BICUBIC)) / 255
    tint = rng.uniform(0.3, 1, 3) if rng.rand() < 0.3 else np.ones(1)
    return (wave * where * rng.uniform(3, 14))[..., None] * tint


def degrade(hr: np.ndarray, scale: int, rng: np.random.RandomState, kind: str = "realistic") -> np.ndarray:
    """What a camera, a phone or the web does to a picture: blur, reduction, noise, JPEG; each mild and often absent.
    `clean`: the reduction alone. `woven`: with the fine patterns of a generator's picture and nothing else. In training
    (`any`) a third are woven."""
    clean = kind == "clean"
    if kind == "woven" or kind == "any" and rng.rand() < 1 / 3:
        im = Image.fromarray(hr).resize((hr.shape[1] // scale, hr.shape[0] // scale), Image.BICUBIC)
        a = np.asarray(im).astype(np.float32)
        return (a + weave(*a.shape[:2], rng)).round().clip(0, 255).astype(np.uint8)
    im = Image.fromarray(hr)
    size = (im.width // scale, im.height // scale)
    if clean:
        return np.asarray(im.resize(size, Image.BICUBIC))
    if rng.rand() < 0.5:
        im = im.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.4 * scale)))
    im = im.resize(size, (Image.BICUBIC, Image.BILINEAR, Image.BOX, Image.LANCZOS)[rng.randint(4)])
    a = np.asarray(im).astype(np.float32)
    if rng.rand() < 0.4:
        a = a + rng.randn(*a.shape[:2], 1 if rng.rand() < 0.5 else 3) * rng.uniform(0.5, 4)
    a = a.round().clip(0, 255).astype(np.uint8)
    if rng.rand() < 0.6:
        b = io.BytesIO()
        Image.fromarray(a).save(b, "JPEG", quality=int(rng.randint(60, 96)), subsampling=int(rng.choice([0, 2])))
        a = np.asarray(Image.open(b))
    return a


def tensor(a: np.ndarray) -> Tensor:
    """uint8 [N, H, W, 3] -> float [N, 3, H, W] in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(a.transpose(0, 3, 1, 2))).float() / 255


def batch(data: np.ndarray, scale: int, n: int, rng: np.random.RandomState) -> tuple[Tensor, Tensor]:
    """(degraded, sharp): n windows of 32x32 low-resolution pixels, flipped and turned at random."""
    side, low, high = 32 * scale, [], []
    for i in rng.randint(len(data), size=n):
        y, x = rng.randint(PATCH - side + 1, size=2) if side < PATCH else (0, 0)
        hr = np.rot90(data[i][y:y + side, x:x + side], rng.randint(4))
        hr = np.ascontiguousarray(hr[:, ::-1] if rng.rand() < 0.5 else hr)
        low.append(degrade(hr, scale, rng, "any"))
        high.append(hr)
    return tensor(np.stack(low)), tensor(np.stack(high))


def train(a: argparse.Namespace) -> None:
    """Adam on a Charbonnier loss, both scales in turn; the rate falls to zero over the given minutes."""
    start, cpu0 = time.time(), time.process_time()
    dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    os.makedirs(a.state, exist_ok=True)
    path = os.path.join(a.state, "crisp.pt")
    torch.manual_seed(2)
    net = Crisp().to(dev)
    ema = Crisp().to(dev).requires_grad_(False)
    log = []
    if os.path.exists(path):
        s = torch.load(path, map_location=dev)
        net.load_state_dict(s["net"])
        ema.load_state_dict(s["ema"])
        log = s["log"]
    else:
        if a.start:
            net.load_state_dict(load_model(a.start).state_dict())
        ema.load_state_dict(net.state_dict())
    before = sum(e["steps"] for e in log)
    rng = np.random.RandomState(100 + before)
    data = np.load(a.patches)["train"]
    opt = torch.optim.Adam(net.parameters(), lr=a.lr, betas=(0.9, 0.99))
    done, mean, shown, saved = 0, {2: 0.0, 4: 0.0}, time.time(), time.time()

    def save() -> None:
        entry = dict(steps=done, batch=a.batch, minutes=(time.time() - start) / 60,
                     cpu_minutes=(time.process_time() - cpu0) / 60, device=str(dev), lr=a.lr)
        torch.save(dict(net=net.state_dict(), ema=ema.state_dict(), log=log + [entry]), path + ".new")
        os.replace(path + ".new", path)

    clock = (lambda: time.process_time() - cpu0) if a.cpu_time else (lambda: time.time() - start)
    while (part := clock() / 60 / a.minutes) < 1:
        for g in opt.param_groups:
            g["lr"] = a.lr * min(1, (done + 1) / 50) * min(1, max(0.02, (1 - part) / 0.6))
        scale = 2 if done % 2 == 0 else 4
        low, high = (t.to(dev) for t in batch(data, scale, a.batch, rng))
        loss = ((net(low, scale) - high).square() + 1e-6).sqrt().mean()
        opt.zero_grad()
        loss.backward()
        opt.step()
        done += 1
        beta = min(0.998, (before + done) / (before + done + 10))
        for q, r in zip(ema.parameters(), net.parameters()):
            q.lerp_(r.detach(), 1 - beta)
        mean[scale] = 0.97 * mean[scale] + 0.03 * loss.item() if done > 2 else loss.item()
        if time.time() - shown > 20:
            shown = time.time()
            print(f"{(shown - start) / 60:5.1f} min  step {before + done}  {done * a.batch / (shown - start):.0f} img/s  "
                  f"loss x2 {mean[2]:.4f}  x4 {mean[4]:.4f}", flush=True)
        if time.time() - saved > 120:
            saved = time.time()
            save()
    save()


def ssim(x: Tensor, y: Tensor) -> float:
    """Structural similarity (Wang et al. 2004) of the luma, 7x7 mean window."""
    k = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    x, y = (x * k).sum(1, True), (y * k).sum(1, True)
    m = lambda t: F.avg_pool2d(t, 7, 1)
    mx, my = m(x), m(y)
    vx, vy, c = m(x * x) - mx * mx, m(y * y) - my * my, m(x * y) - mx * my
    return (((2 * mx * my + 1e-4) * (2 * c + 9e-4)) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))).mean().item()


def evaluate(net: Crisp, patches: str) -> dict:
    """PSNR (RGB, dB) and SSIM (luma) on held-out patches, beside bicubic, for clean and for realistic reductions."""
    test, out = np.load(patches)["test"], {}
    for scale in (2, 4):
        for kind in ("clean", "realistic", "woven"):
            rng, rows = np.random.RandomState(7), []
            for hr in test:
                low = tensor(degrade(hr, scale, rng, kind)[None])
                big = Image.fromarray((low[0].permute(1, 2, 0) * 255).round().byte().numpy()).resize((PATCH, PATCH), Image.BICUBIC)
                cubic, want = tensor(np.asarray(big)[None]), tensor(hr[None])
                with torch.no_grad():
                    got = net(low, scale).clamp(0, 1)
                c = 2 * scale
                cut = lambda t: t[..., c:-c, c:-c]
                for t in (got, cubic):
                    mse = (cut(t) - cut(want)).square().mean().item()
                    rows.append((-10 * np.log10(max(mse, 1e-10)), ssim(cut(t), cut(want))))
            r = np.array(rows).reshape(len(test), 2, 2).mean(0)
            out[f"x{scale} {kind}"] = dict(psnr=round(r[0, 0], 2), psnr_bicubic=round(r[1, 0], 2), ssim=round(r[0, 1], 4),
                                           ssim_bicubic=round(r[1, 1], 4), patches=len(test))
    return out


def load(state: str) -> tuple[Crisp, list]:
    """The averaged network and its training log."""
    s = torch.load(os.path.join(state, "crisp.pt"), map_location="cpu")
    net = Crisp()
    net.load_state_dict(s["ema"])
    return net.eval(), s["log"]


def load_model(folder: str) -> Crisp:
    """The shipped network."""
    with open(os.path.join(folder, "config.json")) as f:
        config = json.load(f)
    net = Crisp(config["channels"], config["layers"], config["scales"])
    net.load_state_dict(load_file(os.path.join(folder, "weights.safetensors")))
    return net.eval()


def export(a: argparse.Namespace) -> None:
    """weights.safetensors (f32), config.json with the figures. Refuses a network that bicubic beats."""
    net, log = load(a.state)
    figures = evaluate(net, a.patches)
    print(json.dumps(figures, indent=1))
    if any(f["psnr"] <= f["psnr_bicubic"] for f in figures.values()):
        raise SystemExit("bicubic is better somewhere: not exported")
    os.makedirs(a.out, exist_ok=True)
    weights = os.path.join(a.out, "weights.safetensors")
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, weights)
    config = dict(architecture="crisp", kind="upscaler", title="Crisp", licence=LICENCE, credit=CREDIT, channels=32, layers=4, scales=[2, 4], parameters=sum(p.numel() for p in net.parameters()),
                  input="RGB 0..1", output="RGB 0..1, to be clamped", figures=figures,
                  sha256=hashlib.sha256(open(weights, "rb").read()).hexdigest(),
                  training=dict(steps=sum(e["steps"] for e in log), batch=log[-1]["batch"],
                                minutes=round(sum(e["minutes"] for e in log), 1),
                                cpu_minutes=round(sum(e["cpu_minutes"] for e in log), 1), device=log[-1]["device"]))
    with open(os.path.join(a.out, "config.json"), "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["prepare", "train", "evaluate", "export"])
    p.add_argument("--shared", default="../shared")
    p.add_argument("--patches", default="crisp_patches.npz")
    p.add_argument("--state", default="crisp_state")
    p.add_argument("--start", help="folder of a shipped model to go on from, when there is no state")
    p.add_argument("--out", default="../models/crisp")
    p.add_argument("--minutes", type=float, default=10)
    p.add_argument("--cpu-time", action="store_true", help="count the minutes in processor time, for a busy machine")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    if a.what == "prepare":
        prepare(a.shared, a.out)
    elif a.what == "train":
        train(a)
    elif a.what == "evaluate":
        net = load(a.state)[0] if os.path.exists(os.path.join(a.state, "crisp.pt")) else load_model(a.start)
        print(json.dumps(evaluate(net, a.patches), indent=1))
    else:
        export(a)


if __name__ == "__main__":
    main()

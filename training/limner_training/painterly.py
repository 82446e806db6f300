"""Trains *Painterly*: doubles a painting's picture and gives it the brush's grain, where *Crisp* only sharpens.

usage: python -m limner_training.painterly prepare --high HIGH.npz [--data ../shared]
       python -m limner_training.painterly train --high HIGH.npz --features efficientnet_lite0.safetensors --state DIR \\
           --samples ../models/landscapes_vae ../models/landscapes --half --minutes 60        again to go on
       python -m limner_training.painterly temper --high HIGH.npz --features … --state DIR --minutes 4
       python -m limner_training.painterly export --high HIGH.npz --state DIR --out ../models/painterly

The network is *Crisp*'s (`crisp_net`), deeper. Half of a batch are crops of paintings with their own reductions: low-pass L1,
VGG-19 features, and statistics of these in cells, so that the grain is the painting's own there (EnhanceNet, Sajjadi et al.
2017). The other half are samples of generators, which have no original: they are held to what they show at half their size,
and to what two critics take for paintings: a projected one (`projected_critic`) and one that sees pixels. Reductions are
made worse as a generator's pictures are: softened, woven (`crisp.weave`), grainy.

It doubles only. A head for four times was tried beside: from pixels so far apart it makes a lattice. What is to be larger
goes on through *Crisp* (`then` in config.json).
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import io
import json
import os
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from . import picture_set
from .crisp import load_model as crisp_model, weave
from .crisp_net import Crisp
from .data import source_dir, tar_pictures
from .generator_export import load_model
from .projected_critic import Heads, Projector, hinge
from .vgg import Vgg

SIDE, SCALE = 128, 2  # of a crop, enlarged; how many times
HEADS = ((64, 64, 64, 96), (128, 96, 128), (256, 128), (320, 128), (3, 48, 96))
FAMOUS_CROPS = 12  # of each large painting


LICENCE = "CC0-1.0 (weights); what it enlarges stays whose it was"
CREDIT = "Doubled by a network trained on public-domain paintings."


def new_network(a: argparse.Namespace) -> Crisp:
    return Crisp(a.channels, a.layers, (SCALE,))


class PixelCritic(nn.Module):
    """Logits of overlapping patches of 22 pixels."""

    def __init__(self, c: int = 32):
        super().__init__()
        s = spectral_norm
        self.net = nn.Sequential(s(nn.Conv2d(3, c, 4, 2, 1)), nn.LeakyReLU(0.2), s(nn.Conv2d(c, 2 * c, 4, 2, 1)), nn.LeakyReLU(0.2),
                                 s(nn.Conv2d(2 * c, 2 * c, 3, 1, 1)), nn.LeakyReLU(0.2), s(nn.Conv2d(2 * c, 1, 3, 1, 1)))

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x).float()


def prepare(shared: str | None, out: str) -> None:
    """Landscapes at 216 x 172, in their true shape (those kept aside for measuring apart), and crops of 192 x 192 of large
    paintings in which a crop shows half to two thirds of a scene's height; every tenth painting is kept aside."""
    root, rng = source_dir(shared), np.random.default_rng(12)
    landscapes = dict(picture_set.read(str(root / "data/landscapes.tar")))
    aside = picture_set.kept_aside(list(landscapes), str(root / "eval/landscapes_test.txt"))
    scenes, held, crops, held_crops = [], [], [], []
    for name, file in landscapes.items():
        im = picture_set.fitted(Image.open(io.BytesIO(file)).convert("RGB"), (216, 172), 3)
        (held if name in aside else scenes).append(np.asarray(im))
    for i, (_, im) in enumerate(tar_pictures(root / "data/famous_paintings.tar")):
        kept = i % 10 == 9
        for _ in range(3 if kept else FAMOUS_CROPS):
            s = min(1.0, rng.uniform(272, 420) / min(im.size))
            small = im.resize((round(im.width * s), round(im.height * s)), Image.LANCZOS)
            if min(small.size) < 192:
                continue
            x, y = (int(rng.integers(d - 191)) for d in small.size)
            (held_crops if kept else crops).append(np.asarray(small.crop((x, y, x + 192, y + 192))))
    np.savez(out, scenes=np.stack(scenes), crops=np.stack(crops), held=np.stack(held[:200]), held_crops=np.stack(held_crops))
    print(f"{len(scenes)} landscapes, {len(crops)} crops of large paintings; kept aside {len(held)} and {len(held_crops)}")


def chw(a: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(a.transpose(0, 3, 1, 2))).float() / 255


def soften(x: Tensor, sigma: float) -> Tensor:
    r = 3
    k = torch.exp(-torch.arange(-r, r + 1).float().square() / (2 * sigma * sigma))
    k = (k / k.sum()).expand(3, 1, -1)
    x = F.conv2d(F.pad(x, (r, r, 0, 0), mode="replicate"), k[:, :, None, :], groups=3)
    return F.conv2d(F.pad(x, (0, 0, r, r), mode="replicate"), k[:, :, :, None], groups=3)


def reduced(high: Tensor, rng: np.random.Generator, old: np.random.RandomState) -> Tensor:
    """What a generator of smaller pictures would have made of these: reduced, some softened, woven or grainy."""
    low = []
    for h in high:
        x = F.avg_pool2d(h[None], SCALE) if rng.random() < 0.5 else F.interpolate(h[None], scale_factor=1 / SCALE, mode="bicubic", antialias=True)
        if rng.random() < 0.7:
            x = soften(x, rng.uniform(0.4, 1.1))
        if rng.random() < 0.6:
            x = x + torch.from_numpy(weave(*x.shape[2:], old) / 255).float().permute(2, 0, 1)[None]
        if rng.random() < 0.3:
            x = x + torch.randn(1, 3 if rng.random() < 0.5 else 1, *x.shape[2:]) * rng.uniform(0.5, 4) / 255
        low.append(x.clamp(0, 1))
    return torch.cat(low)


def cells(f: Tensor, side: int) -> Tensor:
    """Means and deviations of features in cells: where which grain is."""
    f = f.float()
    m = F.avg_pool2d(f, side)
    v = F.avg_pool2d(f * f, side) - m * m
    return torch.cat([m, (v.clamp_min(0) + 1e-2).sqrt()], 1)


def lattice(y: Tensor) -> Tensor:
    """How much the four pixels that come of one differ on average over cells: what the shuffle leaves."""
    n, c, h, w = y.shape
    phases = F.avg_pool2d(F.pixel_unshuffle(y, SCALE), 8).view(n, c, SCALE**2, h // 8 // SCALE, w // 8 // SCALE)
    return (phases - phases.mean(2, keepdim=True)).abs().mean()


class Critics:
    """The projected discriminators and that of pixels, with their optimiser."""

    def __init__(self, d_lr: float):
        self.heads, self.pixels = Heads(HEADS), PixelCritic()
        self.opt = torch.optim.Adam([*self.heads.parameters(), *self.pixels.parameters()], d_lr, (0.0, 0.99), foreach=True)
        self.steps = 0

    def state(self) -> dict:
        return dict(heads=self.heads.state_dict(), pixels=self.pixels.state_dict(), opt=self.opt.state_dict(), steps=self.steps)

    def load(self, s: dict) -> None:
        self.heads.load_state_dict(s["heads"])
        self.pixels.load_state_dict(s["pixels"])
        self.opt.load_state_dict(s["opt"])
        self.steps = s["steps"]

    def learn(self, project, real: Tensor, fake: Tensor) -> dict[str, Tensor]:
        """One step on paintings and on what the network made."""
        self.heads.requires_grad_(True)
        self.pixels.requires_grad_(True)
        w = self.heads.normalised()
        on_real, on_fake = self.heads(project(real * 2 - 1), w), self.heads(project(fake * 2 - 1), w)
        p_real, p_fake = self.pixels(real * 2 - 1), self.pixels(fake * 2 - 1)
        d = hinge(on_real, 1) + hinge(on_fake, -1) + F.relu(1 - p_real).mean() + F.relu(1 + p_fake).mean()
        self.opt.zero_grad(set_to_none=True)
        d.backward()
        self.opt.step()
        self.heads.requires_grad_(False)
        self.pixels.requires_grad_(False)
        self.steps += 1
        return dict(d=d, real=p_real.mean(), fake=p_fake.mean())

    def judge(self, project, x: Tensor) -> tuple[Tensor, Tensor]:
        """How little these look like paintings: in features, in pixels."""
        logits = self.heads(project(x * 2 - 1), self.heads.normalised(0))
        return -sum(v.mean() for v in logits) / len(logits), -self.pixels(x * 2 - 1).mean()


class Trainer:
    """Network, critics, pools of pictures; one `step` is one batch."""

    def __init__(self, a: argparse.Namespace):
        self.a = a
        self.dtype = torch.bfloat16 if a.half else torch.float32
        torch.manual_seed(a.seed)
        self.net, self.ema = new_network(a), new_network(a).requires_grad_(False)
        with torch.no_grad():
            self.net.head2.weight.mul_(0.1)
            self.net.head2.bias.zero_()
        self.critics = Critics(a.d_lr)
        self.projector = Projector(a.features, 2111, self.dtype, (32, 32)).to(memory_format=torch.channels_last)
        self.vgg = Vgg(source_dir(a.data) / "weights/vgg19_features.safetensors", "cpu", self.dtype, (3, 1))
        self.opt = torch.optim.Adam(self.net.parameters(), a.lr, (0.9, 0.99), foreach=True)
        self.steps, self.before = 0, 0.0
        if os.path.exists(self.path()):
            s = torch.load(self.path())
            self.net.load_state_dict(s["net"])
            self.ema.load_state_dict(s["ema"])
            self.opt.load_state_dict(s["opt"])
            self.critics.load(s["critics"])
            self.steps, self.before = s["steps"], s["minutes"]
        else:
            self.ema.load_state_dict(self.net.state_dict())
        f = np.load(a.high)
        self.pools = f["scenes"], f["crops"]
        self.rng, self.old = np.random.default_rng(self.steps + a.seed), np.random.RandomState(self.steps + a.seed)
        self.samples = sampled(a.samples, a.count, a.seed)
        self.sums: dict[str, float] = {}
        self.first = self.steps

    def path(self) -> str:
        return os.path.join(self.a.state, "painterly.pt")

    def save(self, minutes: float) -> None:
        torch.save(dict(net=self.net.state_dict(), ema=self.ema.state_dict(), opt=self.opt.state_dict(), steps=self.steps,
                        minutes=self.before + minutes, critics=self.critics.state()), self.path() + ".new")
        os.replace(self.path() + ".new", self.path())

    def high(self, n: int) -> Tensor:
        """n crops of paintings, three in four of landscapes."""
        out = []
        for _ in range(n):
            pool = self.pools[self.rng.random() > 0.75]
            x = pool[self.rng.integers(len(pool))]
            i, j = (int(self.rng.integers(d - SIDE + 1)) for d in x.shape[:2])
            x = x[i:i + SIDE, j:j + SIDE]
            out.append(x[:, ::-1] if self.rng.random() < 0.5 else x)
        return chw(np.stack(out))

    def drawn(self, n: int, side: int) -> Tensor:
        """n crops of samples."""
        out = []
        for _ in range(n):
            x = self.samples[self.rng.integers(len(self.samples))]
            i, j = (int(self.rng.integers(d - side + 1)) for d in x.shape[1:])
            x = x[:, i:i + side, j:j + side]
            out.append(x.flip(2) if self.rng.random() < 0.5 else x)
        return torch.stack(out).float() / 255

    def rates(self, part: float) -> None:
        rise = min(1, (self.steps - self.first + 1) / 50)
        fall = min(1, max(0.03, (1 - part) / 0.5))
        self.opt.param_groups[0]["lr"] = self.a.lr * rise * fall
        self.critics.opt.param_groups[0]["lr"] = self.a.d_lr * max(rise * fall, 0.3)

    def step(self, part: float) -> None:
        a, n = self.a, self.a.batch // 2
        self.rates(part)
        original = self.high(n)
        low = torch.cat([reduced(original, self.rng, self.old), self.drawn(a.batch - n, SIDE // SCALE)])
        with torch.autocast("cpu", torch.bfloat16, enabled=a.half):
            y = self.net(low.contiguous(memory_format=torch.channels_last), SCALE)
        y = y.float()
        inside, critics, log = y.clamp(0, 1), self.critics, {}
        grid = lattice(y)
        loss = 5 * (y - inside).square().mean() + a.lattice * grid
        if self.steps >= a.warm - 300:
            log |= critics.learn(self.projector, self.high(a.batch), inside.detach())
            trust = min(1.0, max(0.0, (critics.steps - 100) / 200))
            if trust:
                adv, pix = critics.judge(self.projector, inside)
                loss = loss + trust * (a.adversarial * adv + a.pixel_adversarial * pix)
                log |= dict(adv=adv, pix=pix)
        got, want, k = self.vgg(inside[:n]), self.vgg(original), F.avg_pool2d
        feat = sum((g - v).float().abs().mean() / v.float().abs().mean() for g, v in zip(got, want)) / 3
        grain = 0.0
        for g, v, s in zip(got, want, (16, 8, 4)):
            c, t = cells(g, s), cells(v, s)
            grain = grain + (c - t).square().mean() / t.square().mean() / 3
        same = (k(y[:n], SCALE) - k(original, SCALE)).abs().mean() + 0.25 * (y[:n] - original).abs().mean()
        held = (k(y[n:], 2 * SCALE) - k(low[n:], 2)).abs().mean()
        loss = loss + a.feature * feat + a.texture * grain + a.pixel * (same + held)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        self.opt.step()
        with torch.no_grad():
            beta = min(0.998, (1 + self.steps) / (10 + self.steps))
            torch._foreach_lerp_(list(self.ema.parameters()), [p.detach() for p in self.net.parameters()], 1 - beta)
        self.steps += 1
        for key, v in (log | dict(feat=feat, grain=grain, same=same, held=held, grid=grid)).items():
            v = v.item()
            self.sums[key] = 0.97 * self.sums.get(key, v) + 0.03 * v


def temper(a: argparse.Namespace) -> None:
    """Learns the mean of itself (`--share`) and *Crisp*, without critics: edges lose the steps that the critics leave."""
    t, begun = Trainer(a), time.time()
    crisp, own = crisp_model("../models/crisp"), copy.deepcopy(t.ema)
    while (part := (time.time() - begun) / 60 / a.minutes) < 1:
        t.rates(part)
        low = torch.cat([reduced(t.high(a.batch // 2), t.rng, t.old), t.drawn(a.batch, SIDE // SCALE)])
        with torch.no_grad():
            want = torch.lerp(crisp(low, SCALE), own(low, SCALE), a.share)
        loss = (t.net(low, SCALE) - want).abs().mean()
        t.opt.zero_grad(set_to_none=True)
        loss.backward()
        t.opt.step()
        t.steps += 1
        with torch.no_grad():
            torch._foreach_lerp_(list(t.ema.parameters()), [p.detach() for p in t.net.parameters()], 0.01)
    print(f"{t.steps - t.first} steps, {loss.item():.5f} away", flush=True)
    t.save((time.time() - begun) / 60)
    sheet(t.ema, a)


@torch.no_grad()
def sampled(folders: list[str], count: int, seed: int) -> list[Tensor]:
    """`count` uint8 samples [3, H, W] of each generator, at psi 1 and 0.7."""
    out = []
    for folder in folders:
        g, _ = load_model(folder)
        z = torch.randn(count, g.z_dim, generator=torch.Generator().manual_seed(seed))
        for i, c in enumerate(z.split(16)):
            y = g(c, truncation_psi=1.0 if i % 3 else 0.7)
            out += list((y.clamp(-1, 1) + 1).mul(127.5).round().byte())
    return out


def train(a: argparse.Namespace) -> None:
    t, begun = Trainer(a), time.time()
    shown = saved = begun
    while (part := (time.time() - begun) / 60 / a.minutes) < 1:
        t.step(part)
        now = time.time()
        if now - shown > 20:
            shown = now
            print(f"{now - begun:5.0f} s  step {t.steps}  " + "  ".join(f"{k} {v:.3f}" for k, v in t.sums.items()), flush=True)
        if now - saved > a.save_seconds:
            saved = now
            t.save((time.time() - begun) / 60)
            sheet(t.ema, a)
    t.save((time.time() - begun) / 60)
    sheet(t.ema, a)


@torch.no_grad()
def sheet(net: Crisp, a: argparse.Namespace) -> None:
    """Samples four times as large: bicubic, and doubled by the network first."""
    rows = []
    for x in (x[None].float() / 255 for x in sampled(a.samples, 2, 77)):
        big = lambda t, s: F.interpolate(t, scale_factor=s, mode="bicubic").clamp(0, 1)
        rows.append(torch.cat([big(x, 4), big(net(x, SCALE).clamp(0, 1), 2)], 3)[0])
    image = torch.cat(rows, 1).mul(255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(image).save(os.path.join(a.state, "sheet.jpg"), quality=92)


@torch.no_grad()
def shipped_sheet(net: Crisp, crisp: Crisp, model: str, path: str) -> None:
    """Middles of three samples four times as large: by *Crisp* alone, over those that were doubled by this network first."""
    rows = []
    for x in (x[None].float() / 255 for x in sampled([model], 12, 5)[::4]):
        both = crisp(x, 4), crisp(net(x, SCALE).clamp(0, 1), 2)
        rows.append(torch.cat([y.clamp(0, 1)[0, :, 64:448, 96:544] for y in both], 1))
    image = torch.cat(rows, 2).mul(255).round().byte().permute(1, 2, 0).numpy()
    Image.fromarray(image).save(path, quality=88)


@torch.no_grad()
def evaluate(net: Crisp, crisp: Crisp, a: argparse.Namespace) -> dict:
    """On paintings kept aside, halved: how far the grain (moments of VGG-19's relu1_1 to relu4_1 in cells; nothing is trained
    on the last) is from the painting's own, over bicubic's distance; PSNR in dB."""
    f, vgg = np.load(a.high), Vgg(source_dir(a.data) / "weights/vgg19_features.safetensors")
    out = {}
    for name in ("held", "held_crops"):
        high = chw(f[name][:, :172 // 4 * 4, :192])
        sums = {}
        for h in high.split(4):
            low, want = F.avg_pool2d(h, SCALE), vgg(h)
            made = dict(bicubic=F.interpolate(low, scale_factor=SCALE, mode="bicubic"), crisp=crisp(low, SCALE), painterly=net(low, SCALE))
            for key, y in made.items():
                y = y.clamp(0, 1)
                far = [(cells(g, s) - cells(v, s)).square().mean().item() for g, v, s in zip(vgg(y), want, (16, 8, 4, 4))]
                sums.setdefault(key, []).append([(y - h).square().mean().item(), *far])
        means = {k: np.mean(v, 0) for k, v in sums.items()}
        out[name] = {k: dict(psnr=round(float(-10 * np.log10(m[0])), 2), **{f"grain{i + 1}": round(float(m[i + 1] / means["bicubic"][i + 1]), 3) for i in range(4)})
                     for k, m in means.items()}
        out[name]["pictures"] = len(high)
    return out


def export(a: argparse.Namespace) -> None:
    """weights.safetensors (f32) and config.json with the figures."""
    s = torch.load(os.path.join(a.state, "painterly.pt"))
    net = new_network(a).eval()
    net.load_state_dict(s["ema"])
    models = os.path.dirname(os.path.normpath(a.out))
    crisp = crisp_model(os.path.join(models, "crisp"))
    figures = evaluate(net, crisp, a)
    os.makedirs(a.out, exist_ok=True)
    shipped_sheet(net, crisp, os.path.join(models, "landscapes_vae"), os.path.join(a.out, "sheet.jpg"))
    weights = os.path.join(a.out, "weights.safetensors")
    save_file({k: v.contiguous() for k, v in net.state_dict().items()}, weights)
    config = dict(architecture="crisp", kind="upscaler", title="Painterly", licence=LICENCE, credit=CREDIT, channels=a.channels,
                  layers=a.layers, scales=[SCALE], then="crisp", parameters=sum(p.numel() for p in net.parameters()),
                  input="RGB 0..1", output="RGB 0..1, to be clamped", figures=figures,
                  sha256=hashlib.sha256(open(weights, "rb").read()).hexdigest(),
                  training=dict(steps=s["steps"], batch=a.batch, minutes=round(s["minutes"]), device="cpu"))
    with open(os.path.join(a.out, "config.json"), "w") as f:
        json.dump(config, f, indent=2)
        f.write("\n")
    print(json.dumps(figures, indent=1))


def options() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("what", choices=["prepare", "train", "temper", "export"])
    p.add_argument("--data", help="folder with data/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--high", default="painterly_high.npz")
    p.add_argument("--out", default="../models/painterly")
    p.add_argument("--features", help="made by efficientnet_lite")
    p.add_argument("--state", default="painterly_state")
    p.add_argument("--samples", nargs="+", default=["../models/landscapes_vae", "../models/landscapes"])
    p.add_argument("--count", type=int, default=480, help="samples of each generator")
    p.add_argument("--channels", type=int, default=32)
    p.add_argument("--layers", type=int, default=8)
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--lr", type=float, default=6e-4)
    p.add_argument("--d-lr", type=float, default=2e-4)
    p.add_argument("--warm", type=int, default=600, help="steps before the critics count")
    p.add_argument("--adversarial", type=float, default=0.12)
    p.add_argument("--pixel-adversarial", type=float, default=0.08)
    p.add_argument("--feature", type=float, default=0.4)
    p.add_argument("--texture", type=float, default=1.0)
    p.add_argument("--pixel", type=float, default=3.0)
    p.add_argument("--lattice", type=float, default=10.0, help="three times as much makes blocks")
    p.add_argument("--share", type=float, default=0.6, help="of itself when it is tempered")
    p.add_argument("--seed", type=int, default=5)
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU")
    p.add_argument("--save-seconds", type=float, default=180)
    p.add_argument("--threads", type=int, default=1)
    return p


def main() -> None:
    a = options().parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    if a.what == "prepare":
        prepare(a.data, a.high)
    elif a.what == "temper":
        temper(a)
    elif a.what == "export":
        export(a)
    else:
        os.makedirs(a.state, exist_ok=True)
        train(a)


if __name__ == "__main__":
    main()

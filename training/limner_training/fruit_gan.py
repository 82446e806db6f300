"""Trains *Fruit* as a generative adversarial network: StyleGAN2 with adaptive differentiable augmentation.

usage: python -m limner_training.fruit_gan --data fruit128.npz --state DIR --minutes 9 [--batch 64] [--sheet-minutes 3]

Non-saturating loss, lazy R1, style mixing, averaged generator; bfloat16 on CUDA. The state folder is all that a next
slice needs: `state.json`, and `g`, `ema`, `d`, `opt_g`, `opt_d` as f16 safetensors (for Adam with beta1 = 0 the roots of
the second moments), each under 16 MiB. A sample sheet is written beside them. `--minutes` includes saving.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from . import picture_set
from .fruit_discriminator import Discriminator, augment
from .stylegan2 import Generator, macs

KWARGS = dict(z_dim=256, c_dim=0, w_dim=256, img_resolution=128, img_channels=3, channel_base=6144, channel_max=192,
              init_size=[6, 4], mapping_kwargs=dict(num_layers=4))
R1_EVERY = 16
FILE_LIMIT = 16 * 2**20


def small_kwargs() -> dict:
    """A narrow network for checks on a CPU."""
    return KWARGS | dict(z_dim=64, w_dim=64, channel_base=768, channel_max=32)


def save_half(tensors: dict[str, Tensor], path: str) -> None:
    """f16 safetensors; raises if it would be too large to travel."""
    save_file({k: v.detach().to("cpu", torch.float16).contiguous() for k, v in tensors.items()}, path)
    if os.path.getsize(path) > FILE_LIMIT:
        raise SystemExit(f"{path} is larger than 16 MiB; use fewer channels")


def load_half(path: str) -> dict[str, Tensor]:
    return {k: v.float() for k, v in load_file(path).items()}


def moments(opt: torch.optim.Adam, net: nn.Module) -> dict[str, Tensor]:
    """Root of Adam's second moment by parameter name, scaled by 1000 to keep f16 digits."""
    names = {p: n for n, p in net.named_parameters()}
    return {names[p]: s["exp_avg_sq"].sqrt() * 1e3 for p, s in opt.state.items()}


def restore(opt: torch.optim.Adam, net: nn.Module, roots: dict[str, Tensor], step: int) -> None:
    for n, p in net.named_parameters():
        if n in roots:
            v = (roots[n].to(p.device) / 1e3).clamp_min(1e-7).square().reshape(p.shape)
            opt.state[p] = dict(step=torch.tensor(float(step)), exp_avg=torch.zeros_like(p), exp_avg_sq=v)


class Trainer:
    """Networks, optimisers and counters of a run; resumes from `a.state` if it holds one."""

    def __init__(self, a: argparse.Namespace):
        self.a = a
        self.dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.kwargs = small_kwargs() if a.small else KWARGS
        torch.manual_seed(a.seed)
        self.g = Generator(**self.kwargs).to(self.dev)
        self.d = Discriminator(128, self.kwargs["channel_base"], self.kwargs["channel_max"]).to(self.dev)
        self.log: list[dict] = []
        self.images, self.p = 0, 0.0
        state = os.path.join(a.state, "state.json")
        resumed = os.path.exists(state)
        if resumed:
            with open(state) as f:
                s = json.load(f)
            if s["kwargs"] != self.kwargs:
                raise SystemExit(f"{state} belongs to a network with other arguments")
            self.images, self.p, self.log = s["images"], s["augment_p"], s["log"]
            self.g.load_state_dict(load_half(self.file("g")))
            self.d.load_state_dict(load_half(self.file("d")))
        self.ema = copy.deepcopy(self.g).requires_grad_(False)
        if resumed:
            self.ema.load_state_dict(load_half(self.file("ema")))
        c = R1_EVERY / (R1_EVERY + 1)
        self.opt_g = torch.optim.Adam(self.g.parameters(), a.lr, (0.0, 0.99), 1e-8)
        self.opt_d = torch.optim.Adam(self.d.parameters(), a.lr * c, (0.0, 0.99**c), 1e-8)
        if resumed and os.path.exists(self.file("opt_g")):
            restore(self.opt_g, self.g, load_half(self.file("opt_g")), 1000)
            restore(self.opt_d, self.d, load_half(self.file("opt_d")), 1000)
        torch.manual_seed(a.seed + self.images)
        self.start, self.start_images, self.batches = time.time(), self.images, 0
        self.means: dict[str, float] = {}

    def file(self, name: str) -> str:
        return os.path.join(self.a.state, f"{name}.safetensors")

    def amp(self):
        return torch.autocast(self.dev.type, torch.bfloat16, enabled=self.dev.type == "cuda")

    def fakes(self, n: int) -> Tensor:
        """n pictures from random z, styles mixed at a random layer for some."""
        z = torch.randn(2, n, self.kwargs["z_dim"], device=self.dev)
        ws = self.g.mapping(z[0], update_emas=True)
        other = self.g.mapping(z[1])
        cut = torch.randint(1, self.g.num_ws, (n, 1, 1), device=self.dev)
        cut = torch.where(torch.rand(n, 1, 1, device=self.dev) < self.a.mixing, cut, self.g.num_ws)
        ws = torch.where(torch.arange(self.g.num_ws, device=self.dev).view(1, -1, 1) < cut, ws, other)
        with self.amp():
            return self.g.synthesis(ws, "random").float()

    def step_d(self, real: Tensor) -> None:
        self.opt_d.zero_grad(set_to_none=True)
        with torch.no_grad():
            fake = self.fakes(len(real))
        with self.amp():
            lr, lf = self.d(augment(real, self.p)), self.d(augment(fake, self.p))
        loss = F.softplus(-lr).mean() + F.softplus(lf).mean()
        loss.backward()
        self.note(d=loss, sign=lr.detach().sign().mean(), real=lr.mean(), fake=lf.mean())
        self.opt_d.step()
        if self.batches % R1_EVERY == 0:
            self.opt_d.zero_grad(set_to_none=True)
            x = real.detach().requires_grad_(True)
            logits = self.d(augment(x, self.p))
            grad, = torch.autograd.grad(logits.sum(), x, create_graph=True)
            r1 = grad.square().sum((1, 2, 3)).mean()
            (r1 * (self.a.r1 / 2 * R1_EVERY)).backward()
            self.opt_d.step()
            self.note(r1=r1)

    def step_g(self, n: int) -> None:
        self.opt_g.zero_grad(set_to_none=True)
        self.d.requires_grad_(False)
        fake = self.fakes(n)
        with self.amp():
            logits = self.d(augment(fake, self.p))
        loss = F.softplus(-logits).mean()
        loss.backward()
        self.d.requires_grad_(True)
        for q in self.g.parameters():
            if q.grad is not None:
                q.grad.nan_to_num_(0, 1e5, -1e5)
        self.opt_g.step()
        self.note(g=loss)

    def step(self, real: Tensor) -> None:
        """One batch: discriminator, generator, average, augmentation strength."""
        n = len(real)
        self.step_d(real)
        self.step_g(n)
        self.images += n
        self.batches += 1
        half_life = min(self.a.ema * 1000, max(self.images * 0.05, 1))
        with torch.no_grad():
            beta = 0.5 ** (n / half_life)
            for q, r in zip(self.ema.parameters(), self.g.parameters()):
                q.lerp_(r, 1 - beta)
            self.ema.mapping.w_avg.copy_(self.g.mapping.w_avg)
        if self.batches % 4 == 0:
            toward = 1 if self.means["sign"] > self.a.target else -1
            self.p = min(max(self.p + toward * n * 4 / (self.a.ada * 1000), 0.0), 0.85)

    def note(self, **values: Tensor) -> None:
        """Running means; read back rarely, since each read waits for the device."""
        if self.dev.type == "cuda" and self.batches % 4 and self.means:
            return
        for k, v in values.items():
            v = float(v.detach())
            self.means[k] = v if k not in self.means else 0.9 * self.means[k] + 0.1 * v
            if v != v:
                raise SystemExit(f"{k} is not a number after {self.images} pictures; resume from the last state")

    def line(self) -> str:
        t = time.time() - self.start
        return (f"{t / 60:5.1f} min  {self.images / 1000:.1f}k images  {(self.images - self.start_images) / t:.1f} img/s  "
                f"p {self.p:.3f}  " + "  ".join(f"{k} {v:.3f}" for k, v in self.means.items()))

    def save(self) -> None:
        """Everything the next slice needs."""
        os.makedirs(self.a.state, exist_ok=True)
        for name, net in (("g", self.g), ("d", self.d), ("ema", self.ema)):
            save_half(dict(net.state_dict()), self.file(name))
        save_half(moments(self.opt_g, self.g), self.file("opt_g"))
        save_half(moments(self.opt_d, self.d), self.file("opt_d"))
        entry = dict(images=self.images - self.start_images, minutes=round((time.time() - self.start) / 60, 2),
                     device=torch.cuda.get_device_name() if self.dev.type == "cuda" else "cpu", batch=self.a.batch,
                     r1=self.a.r1, lr=self.a.lr, seed=self.a.seed, means=self.means)
        with open(os.path.join(self.a.state, "state.json"), "w") as f:
            json.dump(dict(kind="fruit_gan", kwargs=self.kwargs, images=self.images, augment_p=self.p,
                           log=self.log + [entry]), f, indent=1)

    @torch.no_grad()
    def sheet(self) -> None:
        """16 x 4 samples of the average, psi 1 above and 0.7 below."""
        from .picture_set import save_grid
        z = torch.randn(32, self.kwargs["z_dim"], generator=torch.Generator().manual_seed(0)).to(self.dev)
        rows = [self.ema(z, truncation_psi=psi, noise_mode="const").cpu() for psi in (1.0, 0.7)]
        save_grid(torch.cat(rows), os.path.join(self.a.state, "sheet.png"), 16)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="made by picture_set")
    p.add_argument("--state", required=True)
    p.add_argument("--minutes", type=float, default=9)
    p.add_argument("--batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=2.5e-3)
    p.add_argument("--r1", type=float, default=2.0)
    p.add_argument("--mixing", type=float, default=0.5)
    p.add_argument("--ema", type=float, default=10, help="half-life of the average in thousands of pictures")
    p.add_argument("--ada", type=float, default=100, help="thousands of pictures for p to go from 0 to 1")
    p.add_argument("--target", type=float, default=0.6)
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--sheet-minutes", type=float, default=3)
    p.add_argument("--small", action="store_true", help="narrow network, for a check")
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    began = time.time()
    t = Trainer(a)
    print(f"{t.dev}: {macs(t.kwargs) / 1e9:.2f} GMAC a picture, G {sum(q.numel() for q in t.g.parameters()) / 1e6:.2f} M, "
          f"D {sum(q.numel() for q in t.d.parameters()) / 1e6:.2f} M parameters, from {t.images} images", flush=True)
    data = torch.from_numpy(picture_set.load(a.data, 128)).to(t.dev)
    t.start = time.time()
    shown = sheeted = saved = time.time()
    reserve = 12 if t.dev.type == "cuda" else 5  # seconds for saving
    while time.time() - began < a.minutes * 60 - reserve:
        real = data[torch.randint(len(data), (a.batch,), device=t.dev)].float() / 127.5 - 1
        t.step(real)
        now = time.time()
        if now - shown > 10:
            shown = now
            print(t.line(), flush=True)
        if now - sheeted > a.sheet_minutes * 60:
            sheeted = now
            t.sheet()
        if now - saved > 240:
            saved = now
            t.save()
    t.save()
    t.sheet()
    print(t.line(), flush=True)


if __name__ == "__main__":
    main()

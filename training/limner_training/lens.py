"""Trains *Lens*, the autoencoder for a user's own pictures.

usage: python -m limner_training.lens --pictures SET/pictures.npz --vgg SET/vgg19_relu4_1.safetensors \\
           --fruit fruit.npz --state DIR --minutes 9          # again with the same DIR to go on

Losses: Charbonnier on pixels, distance of VGG-19 features (relu1_1 to relu4_1), Kullback-Leibler divergence of the
latents from the normal distribution (Kingma & Welling 2014), and over the last part a patch discriminator's hinge
loss (Isola et al. 2017) whose gradient on the picture is kept at a share of the others' (after Esser et al. 2021). So
that moved latents decode to pictures: a share of the steps turns, shrinks or patches the latents together and wants
the pictures likewise (EQ-VAE, arXiv 2502.09509; the patching is ours), and the discriminator sees pictures of shifted
latents too.
"""

from __future__ import annotations

import time

START = time.time()

import argparse  # noqa: E402
import os  # noqa: E402
import platform  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import Tensor  # noqa: E402

from . import lens_data  # noqa: E402
from .lens_net import Config, Critic, Lens  # noqa: E402
from .lens_sheet import sheet  # noqa: E402
from .lens_start import start  # noqa: E402
from .vgg import Vgg  # noqa: E402

NAMES = ("pixels", "features", "kl", "critic", "fooled", "norm")
RESERVE = 8.0  # seconds kept for the last save and sheet


def feature_distance(got: list[Tensor], want: list[Tensor]) -> Tensor:
    """Mean over layers of the absolute difference, as a share of the layer's mean activation."""
    parts = [(a.float() - b.float()).abs().mean() / (b.float().mean() + 1e-3) for a, b in zip(got, want)]
    return torch.stack(parts).mean()


class Trainer:
    """Everything that a step needs."""

    def __init__(self, a: argparse.Namespace):
        self.a = a
        self.dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        cuda = self.dev.type == "cuda"
        if cuda:
            torch.backends.cudnn.benchmark = True
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
        self.amp = cuda if a.amp is None else a.amp
        self.path = a.state / "lens.pt"
        before = torch.load(self.path, map_location="cpu", weights_only=True) if self.path.exists() else None
        self.log = before["log"] if before else []
        self.before = sum(e["steps"] for e in self.log)
        torch.manual_seed(a.seed + self.before)
        self.rng = np.random.default_rng([a.seed, self.before])
        pictures = lens_data.load(a.pictures, a.fruit, limit=a.limit)
        self.counts = {k: len(v) for k, v in pictures.items()}
        self.seen = {k: len(np.load(a.pictures)[f"{k}_ends"]) for k in lens_data.WATCHED}
        self.bank = lens_data.Bank(pictures, self.dev, a.seed + self.before)
        self.watched = [p for k in lens_data.load(a.pictures, None, True, a.limit).values() for p in k]
        make = lambda net: net.to(self.dev, memory_format=torch.channels_last)
        self.net, self.ema, self.critic = (
            make(Lens(Config())),
            make(Lens(Config())).requires_grad_(False),
            make(Critic()),
        )
        if before:
            for net, key in ((self.net, "net"), (self.ema, "ema"), (self.critic, "critic")):
                net.load_state_dict({k: v.float() for k, v in before[key].items()})
        else:
            start(self.net, self.bank.crops(16, a.crop))
            self.ema.load_state_dict(self.net.state_dict())
        self.vgg = Vgg(a.features, self.dev, torch.bfloat16 if self.amp else torch.float32, last=(4, 1))
        self.optimisers()
        self.step_no, self.images, self.lr_scale, self.critic_off = 0, 0, 1.0, False
        self.means = torch.zeros(len(NAMES), device=self.dev)
        self.usual_norm = torch.zeros((), device=self.dev)
        self.reference, self.good = None, None
        self.encode, self.decode, self.features = self.net.encode, self.net.decode, self.vgg
        if a.compile:
            self.compiled()

    def optimisers(self) -> None:
        fused = self.dev.type == "cuda"
        self.opt = torch.optim.AdamW(
            self.net.parameters(), lr=self.a.lr, betas=(0.9, 0.99), weight_decay=1e-4, fused=fused
        )
        self.critic_opt = torch.optim.Adam(self.critic.parameters(), lr=2e-4, betas=(0.5, 0.99), fused=fused)

    def compiled(self) -> None:
        """torch.compile where it works, else as before."""
        try:
            self.encode, self.decode, self.features = (
                torch.compile(f) for f in (self.encode, self.decode, self.vgg.__call__)
            )
            self.step(0.0)
            print(f"compiled after {time.time() - START:.0f} s", flush=True)
        except Exception as error:  # whatever the compiler's trouble is, eager works
            print(f"not compiled: {type(error).__name__}", flush=True)
            self.encode, self.decode, self.features = self.net.encode, self.net.decode, self.vgg
            self.opt.zero_grad(set_to_none=True)

    def autocast(self):
        return torch.autocast(self.dev.type, torch.bfloat16, enabled=self.amp)

    # ---- a step ------------------------------------------------------------------------------------------------------

    def batch(self) -> Tensor:
        """Crops; now and then enlarged or reduced ones, and some recoloured, as a user's photos are of any kind."""
        a, side = self.a, self.a.crop
        if self.step_no % 4 == 1:
            choice = [s for s in (side * 3 // 4, side * 5 // 4, side * 3 // 2, side * 2) if self.bank.can(s)]
            side = int(self.rng.choice(choice or [side]))
        return self.recolour(self.bank.crops(a.batch, side, a.crop)).contiguous(memory_format=torch.channels_last)

    def recolour(self, x: Tensor) -> Tensor:
        """A third of the pictures: other saturation, contrast, tint; a tenth also with exchanged channels."""
        n, r = len(x), self.bank.rand
        on = (r(n, 1, 1, 1) < 0.33).float()
        grey = x.mean(1, keepdim=True)
        y = grey + (x - grey) * (0.3 + 1.7 * r(n, 1, 1, 1))
        y = (y - 0.5) * (0.7 + 0.7 * r(n, 1, 1, 1)) + 0.5 + 0.2 * (r(n, 1, 1, 1) - 0.5) + 0.1 * (r(n, 3, 1, 1) - 0.5)
        y = torch.where(r(n, 1, 1, 1) < 0.3, y.roll(1, 1), y)
        return torch.lerp(x, y.clamp(0, 1), on)

    def rearrange(self, z: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is done to latents must happen to the picture."""
        kind = self.step_no % 8
        if self.step_no + self.before < self.a.plain_steps or kind not in (3, 5, 7):
            return z, x
        rng, (h, w), f = self.rng, z.shape[2:], self.net.config.factor
        if kind == 3:
            k = int(rng.integers(1, 4))
            z, x = z.rot90(k, (2, 3)), x.rot90(k, (2, 3))
        elif kind == 5:
            part = 0.5 if rng.random() < 0.5 else 0.75
            size = [max(1, int(s * part)) for s in (h, w)]
            z = F.interpolate(z, size, mode="bilinear", antialias=True)
            x = F.interpolate(x, [s * f for s in size], mode="bilinear", antialias=True)
        else:
            box = torch.zeros(1, 1, h, w, device=self.dev)
            y0, x0 = int(rng.integers(0, h - 1)), int(rng.integers(0, w - 1))
            y1, x1 = int(rng.integers(y0 + 1, h + 1)), int(rng.integers(x0 + 1, w + 1))
            box[:, :, y0:y1, x0:x1] = 1
            z = torch.lerp(z, z.roll(1, 0), box)
            x = torch.lerp(x, x.roll(1, 0), box.repeat_interleave(f, 2).repeat_interleave(f, 3))
        return z.contiguous(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)

    def shifted(self, mean: Tensor) -> Tensor:
        """Latents of a quarter of the pictures as sliders leave them: moved at all places alike, as far as others'
        averages are, and varying more or less around the average.
        """
        n, r = max(1, len(mean) // 4), self.bank.rand
        average = mean.mean((2, 3), keepdim=True)
        here, there = average[:n], average.roll(n, 0)[:n]
        return here + 1.5 * r(n, 1, 1, 1) * (there - here) + (0.5 + 1.2 * r(n, mean.shape[1], 1, 1)) * (mean[:n] - here)

    def critic_weight(self, part: float) -> float:
        return 0.0 if self.critic_off else self.a.critic * min(1.0, max(0.0, (part - self.a.critic_from) / 0.1))

    def step(self, part: float) -> None:
        a = self.a
        for g in self.opt.param_groups:
            g["lr"] = (
                a.lr
                * self.lr_scale
                * min(1, (self.step_no + 1) / a.warm)
                * (0.02 + 0.49 * (1 + np.cos(np.pi * min(1, part))))
            )
        x = self.batch()
        with self.autocast():
            mean, logvar = self.encode(x)
        kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
        spread = (logvar.exp() + (a.noise * self.bank.rand(len(x), 1, 1, 1)).square()).sqrt()
        z, target = self.rearrange(mean + spread * torch.randn_like(mean), x)
        with_critic = part > a.critic_from - 0.03 and not self.critic_off
        weight = self.critic_weight(part) if with_critic else 0.0
        latents = [z] + ([self.shifted(mean)] if weight and z.shape == mean.shape else [])
        with self.autocast():
            pictures = [self.decode(v) for v in latents]
        pictures = [p.contiguous(memory_format=torch.channels_last) for p in pictures]
        leaves = [p.detach().requires_grad_() for p in pictures]
        # The gradient on the picture first, so that the discriminator's can be measured against the others'.
        with torch.no_grad(), self.autocast():
            want = self.features(target)
        with self.autocast():
            got = self.features(leaves[0])
        pixels = ((leaves[0] - target).square() + 1e-6).sqrt().mean()
        features = feature_distance(got, want)
        grads = list(torch.autograd.grad(pixels + a.vgg * features, leaves[0]))
        fooled = torch.zeros((), device=self.dev)
        if weight:
            with self.autocast():
                judged = [self.critic(v) for v in leaves]
            fooled = -judged[0].mean()
            against = torch.autograd.grad(fooled - sum(v.mean() for v in judged[1:]), leaves)
            share = weight * grads[0].norm() / (against[0].norm() + 1e-12)
            grads = [g + share * c for g, c in zip(grads, against)] + [0.5 * share * c for c in against[1:]]
        self.opt.zero_grad(set_to_none=True)
        torch.autograd.backward([*pictures, a.kl * kl], [*grads, None])
        norm = self.clip()
        self.opt.step()
        critic = self.critic_step(x, [v.detach() for v in leaves]) if with_critic else fooled
        self.average()
        now = torch.stack([v.detach().float() for v in (pixels, features, kl, critic, fooled, norm)])
        self.means = torch.lerp(self.means, now, 1 / min(100, self.step_no + 1))
        self.step_no, self.images = self.step_no + 1, self.images + len(x)

    def clip(self) -> Tensor:
        """No gradient may be more than three times the usual one (norms stay on the device)."""
        grads = [p.grad for p in self.net.parameters()]
        norm = torch.nn.utils.get_total_norm(grads)
        self.usual_norm = (
            norm.clone()
            if self.step_no == 0
            else torch.lerp(self.usual_norm, torch.minimum(norm, 3 * self.usual_norm), 0.02)
        )
        torch._foreach_mul_(grads, (3 * self.usual_norm / (norm + 1e-12)).clamp(max=1))
        return norm

    def critic_step(self, real: Tensor, fakes: list[Tensor]) -> Tensor:
        with self.autocast():
            loss = F.relu(1 - self.critic(real)).mean() + F.relu(1 + self.critic(fakes[0])).mean()
            loss = loss + sum(0.5 * F.relu(1 + self.critic(f)).mean() for f in fakes[1:])
        self.critic_opt.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_opt.step()
        return loss

    @torch.no_grad()
    def average(self) -> None:
        steps = self.before + self.step_no
        torch._foreach_lerp_(
            list(self.ema.parameters()), list(self.net.parameters()), 1 - min(0.999, (1 + steps) / (10 + steps))
        )

    # ---- between steps -----------------------------------------------------------------------------------------------

    def report(self, part: float, rate: float) -> None:
        """A line; back to the last sound weights if these are not; the critic is dropped if it spoils the pictures."""
        values = dict(zip(NAMES, self.means.tolist()))
        line = "  ".join(f"{k} {v:.4f}" for k, v in values.items())
        print(
            f"{(time.time() - START) / 60:5.2f} min  step {self.before + self.step_no}  {rate:.1f} images/s  {line}",
            flush=True,
        )
        nets = (self.net, self.ema, self.critic)
        sound = all(np.isfinite(v) for v in values.values()) and all(
            bool(torch.isfinite(p).all()) for p in self.ema.parameters()
        )
        if sound:
            self.good = [{k: v.clone() for k, v in n.state_dict().items()} for n in nets]
        else:
            print("not finite: back to the last sound weights, half the rate", flush=True)
            for n, s in zip(nets, self.good or []):
                n.load_state_dict(s)
            if self.good is None:
                start(self.net, self.bank.crops(16, self.a.crop))
                self.ema.load_state_dict(self.net.state_dict())
            self.optimisers()
            self.lr_scale *= 0.5
            self.critic_off |= part > self.a.critic_from
            self.means.zero_()
            self.usual_norm.fill_(1e-2)
        if part < self.a.critic_from and self.step_no > 100:
            self.reference = values["pixels"]
        elif (
            self.reference
            and part >= self.a.critic_from
            and not self.critic_off
            and values["pixels"] > 1.4 * self.reference
        ):
            print("the discriminator spoils the pictures: dropped", flush=True)
            self.critic_off = True

    @torch.no_grad()
    def watch(self) -> str:
        """PSNR and feature distance of the averaged network on the pictures that watch."""
        rows = []
        for p in self.watched[:: max(1, len(self.watched) // self.a.watch)]:
            x = lens_data.fitted(p, most=176).to(self.dev)
            with self.autocast():
                y = self.ema.decode(self.ema.encode(x)[0]).clamp(0, 1)
                d = feature_distance(self.vgg(y), self.vgg(x))
            rows.append(torch.stack([-10 * (y - x).square().mean().log10(), d]))
        psnr, d = torch.stack(rows).mean(0).tolist()
        return f"watched pictures: PSNR {psnr:.2f} dB, feature distance {d:.4f}"

    def save(self) -> None:
        """About 12 MB: f16 weights of both and the critic, not the moments (a short warm-up finds them again)."""
        a = self.a
        entry = dict(
            steps=self.step_no,
            images=self.images,
            batch=a.batch,
            crop=a.crop,
            lr=a.lr,
            kl=a.kl,
            vgg=a.vgg,
            noise=a.noise,
            critic=0.0 if self.critic_off else a.critic,
            critic_from=a.critic_from,
            seed=a.seed,
            minutes=(time.time() - START) / 60,
            pictures=self.counts,
            amp=self.amp,
            device=torch.cuda.get_device_name() if self.dev.type == "cuda" else platform.machine(),
        )
        half = lambda net: {k: v.detach().half().cpu() for k, v in net.state_dict().items()}
        state = dict(
            net=half(self.net),
            ema=half(self.ema),
            critic=half(self.critic),
            config=self.net.config.kwargs(),
            seen=self.seen,
            log=self.log + [entry],
        )
        torch.save(state, self.path.with_suffix(".new"))
        os.replace(self.path.with_suffix(".new"), self.path)

    def sheet(self) -> None:
        path = self.a.state / "sheet.jpg"
        sheet(self.ema, self.watched, path.with_suffix(".new"), self.dev)
        os.replace(path.with_suffix(".new"), path)


def run(a: argparse.Namespace) -> None:
    """Steps until the minutes, counted from the start of the process, are over."""
    t = Trainer(a)
    print(f"{t.counts} pictures on {t.dev}, ready after {time.time() - START:.0f} s, from step {t.before}", flush=True)
    begin = shown = saved = drawn = time.time()
    end = START + a.minutes * 60 - min(RESERVE, a.minutes * 6)
    images = 0
    while (now := time.time()) < end and not (a.steps and t.step_no >= a.steps):
        part = (now - begin) / (end - begin) if not a.steps else t.step_no / a.steps
        t.step(part)
        if t.step_no == 1 or now - shown > 10:
            t.report(part, (t.images - images) / max(1e-6, time.time() - shown))
            shown, images = time.time(), t.images
            if now - saved > 60 and all(torch.isfinite(p).all() for p in t.ema.parameters()):
                t.save()
                print(t.watch(), flush=True)
                saved = time.time()
            if now - drawn > 150:
                t.sheet()
                drawn = time.time()
    t.report(1.0, (t.images - images) / max(1e-6, time.time() - shown))
    t.save()
    print(t.watch(), flush=True)
    t.sheet()
    print(
        f"saved after {(time.time() - START) / 60:.2f} minutes: {t.before + t.step_no} steps, {t.images} pictures now",
        flush=True,
    )


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--pictures", type=Path, required=True, help="pictures.npz of limner_training.prepare restyle")
    p.add_argument("--vgg", type=Path, required=True, dest="features", help="VGG-19 features at least up to relu4_1")
    p.add_argument("--fruit", type=Path, help="packed watercolours of limner_training.picture_set")
    p.add_argument("--state", type=Path, required=True)
    p.add_argument("--minutes", type=float, default=9, help="from the start of the process to the last file")
    p.add_argument("--steps", type=int, help="stop after so many steps")
    p.add_argument("--batch", type=int, default=48)
    p.add_argument("--crop", type=int, default=128)
    p.add_argument("--lr", type=float, default=1e-3)
    p.add_argument("--warm", type=int, default=300, help="steps over which the rate rises")
    p.add_argument(
        "--vgg-weight", type=float, default=0.05, dest="vgg", help="of the feature distance; the pixels have 1"
    )
    p.add_argument("--kl", type=float, default=6e-3)
    p.add_argument("--noise", type=float, default=0.05, help="most noise on latents beyond their own spread")
    p.add_argument(
        "--critic",
        type=float,
        default=0.25,
        help="gradient of the discriminator on the picture, as a share of the others'",
    )
    p.add_argument("--critic-from", type=float, default=0.5, help="part of the time before it begins")
    p.add_argument(
        "--plain-steps", type=int, default=300, help="first steps without turned, shrunk and patched latents"
    )
    p.add_argument("--amp", action=argparse.BooleanOptionalAction, help="bfloat16 (default: on CUDA only)")
    p.add_argument("--compile", action="store_true")
    p.add_argument("--limit", type=int, help="pictures of each kind, for trials")
    p.add_argument("--watch", type=int, default=24, help="about how many pictures are watched")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--seed", type=int, default=8)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    a.state.mkdir(parents=True, exist_ok=True)
    run(a)


if __name__ == "__main__":
    main()

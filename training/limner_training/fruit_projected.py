"""Trains *Fruit* within minutes: StyleGAN2's generator against a projected discriminator (`fruit_critic`).

usage: python -m limner_training.fruit_projected --data fruit_slice.npz --features efficientnet_lite0.safetensors \\
           --state DIR --minutes 9 [--encoder-minutes 1.2] [--compile] [--resume DIR]
       ... --benchmark: images per second of 20 steps as they are, then compiled, and no more

Hinge loss, Adam (0, 0.99), bfloat16. One batch of generated pictures serves the discriminator (detached) and then,
with new augmentations, the generator. The generator's rate falls over the last part of the time; the average's
half-life grows with the pictures seen and shortens at the end. `--compile`: a second process fills the compiler's
cache while this one trains; then the compiled step is timed against the plain one and the faster stays; any error
leaves the plain one.

The state is two f16 files under 16 MiB: `fruit_ema` (average, encoder, the record as metadata) and `fruit_train`
(generator, discriminators, root of Adam's second moment averaged over each output channel: beta2 = 0.99 relearns the
rest in 100 steps).
"""

from __future__ import annotations

import time

BEGAN = time.time()  # importing counts towards the minutes

import argparse
import copy
import json
import os
import subprocess
import sys
import traceback

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from . import fruit_data
from .fruit_critic import HEADS, SMALL_HEADS, Heads, Projector, augment, hinge
from .fruit_state import named, part, read_average, restore_rows, row_roots, write_average, write_half
from .fruit_synthesis import prepare, synthesis
from .stylegan2 import Generator, macs

KWARGS = dict(z_dim=64, c_dim=0, w_dim=128, img_resolution=128, img_channels=3, channel_base=6144, channel_max=184,
              init_size=[6, 4], mapping_kwargs=dict(num_layers=2))
PROJECTOR_SEED = 2111
LAYOUTS = {"last": torch.channels_last, "planar": torch.contiguous_format}
NOT_WORTH = 3  # exit status
RESERVE = 6  # seconds for the last save and sheet


def small_kwargs() -> dict:
    """A narrow network for checks on a CPU."""
    return KWARGS | dict(channel_base=2048, channel_max=32, w_dim=64)


def match_strides(net: nn.Module) -> None:
    """Gradients with the exact strides of their parameters, as fused Adam asks (axes of length 1 are ambiguous)."""
    for p in net.parameters():
        if p.grad is not None and p.grad.stride() != p.stride():
            p.grad = torch.empty_like(p).copy_(p.grad)


class NotFinite(RuntimeError):
    """A loss is not a number."""


class Trainer:
    """Networks, optimisers, counters; one `step` is one batch for both sides."""

    def __init__(self, a: argparse.Namespace):
        self.a, self.began = a, BEGAN
        self.dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = torch.bfloat16 if self.dev.type == "cuda" or a.half else torch.float32
        self.kwargs = small_kwargs() if a.small else KWARGS
        self.height, self.width = a.feature_height, a.feature_height * 2 // 3
        layout = torch.channels_last
        torch.manual_seed(a.seed)
        self.g = Generator(**self.kwargs).to(self.dev, memory_format=layout)
        prepare(self.g.synthesis)
        for m in self.g.modules():
            if hasattr(m, "noise_strength"):
                m.noise_strength.requires_grad_(not a.no_noise)
        self.heads = Heads(SMALL_HEADS if a.small else HEADS).to(self.dev, memory_format=layout)
        self.projector = Projector(a.features, PROJECTOR_SEED, self.dtype).to(self.dev, memory_format=LAYOUTS[a.layout])
        self.ema = copy.deepcopy(self.g).requires_grad_(False)
        self.images, self.steps, self.log = 0, 0, []
        fused = dict(fused=True) if self.dev.type == "cuda" else dict(foreach=True)
        trained = [p for p in self.g.parameters() if p.requires_grad]
        self.opt_g = torch.optim.Adam(trained, a.lr, (0.0, 0.99), 1e-8, **fused)
        self.opt_d = torch.optim.Adam(self.heads.parameters(), a.d_lr, (0.0, 0.99), 1e-8, **fused)
        if not a.benchmark:
            self.resume(a.resume or a.state)
            if a.start and not self.images:
                self.start_from(a.start)
        torch.manual_seed(a.seed + self.images)
        self.first_images, self.first_steps, self.ramp_from, self.this_run = self.images, self.steps, self.steps, 0
        self.means: dict[str, Tensor] = {}
        self.averaged = [(q, p) for q, p in zip(self.ema.parameters(), self.g.parameters()) if p.requires_grad]
        self.synthesis, self.project, self.judge = synthesis, self.projector, self.heads
        self.encoder, self.encoded, self.mode, self.speed, self.broken = None, {}, "plain", 0.0, False

    def resume(self, folder: str) -> None:
        path = os.path.join(folder, "fruit_train.safetensors")
        if not os.path.exists(path):
            return
        tensors = load_file(path)
        ema, _, about = read_average(folder)
        if about["kwargs"] != self.kwargs:
            raise SystemExit(f"{path} belongs to a network with other arguments")
        self.images, self.steps, self.log = about["images"], about["steps"], about["log"]
        self.g.load_state_dict(part(tensors, "g"))
        self.heads.load_state_dict(part(tensors, "heads"))
        self.ema.load_state_dict(ema.state_dict())
        restore_rows(self.opt_g, self.g, part(tensors, "opt_g"))
        restore_rows(self.opt_d, self.heads, part(tensors, "opt_d"))

    def start_from(self, folder: str) -> None:
        """Goes on from a shipped model: its average is generator and average, the critic learns anew."""
        with open(os.path.join(folder, "config.json")) as f:
            config = json.load(f)
        if config["kwargs"] != {k: list(v) if isinstance(v, tuple) else v for k, v in self.kwargs.items()}:
            raise SystemExit(f"{folder} holds a network with other arguments")
        weights = {k: v.float() for k, v in load_file(os.path.join(folder, "weights.safetensors")).items()}
        for net in (self.g, self.ema):
            net.load_state_dict(weights)
        past = config["training"]
        self.images, self.steps, self.log = past["images"], past["steps"], past["runs"]

    @torch.no_grad()
    def gentle_start(self, data: Tensor) -> None:
        """A new network's six toRGB layers add up to a glaring picture; begin near the data's mean colour instead."""
        for net in (self.g, self.ema):
            for r in net.synthesis.block_resolutions:
                getattr(net.synthesis, f"b{r}").torgb.weight.mul_(0.25)
            net.synthesis.b4.torgb.bias.copy_((data[::13].float() / 127.5 - 1).mean((0, 2, 3)))

    def choose_layout(self, batch: int) -> str:
        """Times the frozen network in both memory layouts (depthwise convolutions differ much between them)."""
        times = {}
        for name, layout in LAYOUTS.items():
            self.projector.to(memory_format=layout)
            for i in range(6):
                if i == 3:
                    torch.cuda.synchronize()
                    start = time.time()
                x = torch.zeros(batch, 3, self.height, self.width, device=self.dev, requires_grad=True)
                sum(f.float().mean() for f in self.projector(x)).backward()
            torch.cuda.synchronize()
            times[name] = round((time.time() - start) / 3 * 1e3, 1)
        self.a.layout = min(times, key=times.get)
        self.projector.to(memory_format=LAYOUTS[self.a.layout])
        return f"feature network {self.a.layout}: {times} ms"

    def augment(self, x: Tensor) -> Tensor:
        return augment(x, self.height, self.width, self.a.colour)

    def fakes(self, n: int) -> Tensor:
        z = torch.randn(2, n, self.kwargs["z_dim"], device=self.dev)
        ws = self.g.mapping(z[0], update_emas=True)
        if self.a.mixing > 0:
            other = self.g.mapping(z[1])
            cut = torch.randint(1, self.g.num_ws, (n, 1, 1), device=self.dev)
            cut = torch.where(torch.rand(n, 1, 1, device=self.dev) < self.a.mixing, cut, self.g.num_ws)
            ws = torch.where(torch.arange(self.g.num_ws, device=self.dev).view(1, -1, 1) < cut, ws, other)
        return self.synthesis(self.g.synthesis, ws, "random", self.dtype)

    def step(self, real: Tensor, beta: float) -> None:
        """Discriminators, then generator, then the average (decay `beta`)."""
        n = len(real)
        fake = self.fakes(n)
        with torch.no_grad():
            both = torch.cat([self.augment(real), self.augment(fake.detach())])
            features = self.project(both)
        self.heads.requires_grad_(True)
        weights = self.heads.normalised()
        on_real = self.judge([f[:n] for f in features], weights)
        on_fake = self.judge([f[n:] for f in features], weights)
        loss_d = hinge(on_real, 1) + hinge(on_fake, -1)
        self.opt_d.zero_grad(set_to_none=True)
        loss_d.backward()
        match_strides(self.heads)
        self.opt_d.step()

        self.heads.requires_grad_(False)
        weights = self.heads.normalised(0)
        logits = self.judge(self.project(self.augment(fake)), weights)
        loss_g = -sum(x.mean() for x in logits) / len(logits)
        beyond = (fake.abs() - 1).relu().square().mean()  # the critic's ReLU6 hardly sees how far out a colour is
        self.opt_g.zero_grad(set_to_none=True)
        (loss_g + self.a.range * beyond).backward()
        match_strides(self.g)
        self.opt_g.step()
        with torch.no_grad():
            torch._foreach_lerp_([q for q, _ in self.averaged], [p for _, p in self.averaged], 1 - beta)
            self.ema.mapping.w_avg.copy_(self.g.mapping.w_avg)
            self.note(d=loss_d, g=loss_g, out=beyond, **{f"r{i}": x.mean() for i, x in enumerate(on_real)},
                      **{f"f{i}": x.mean() for i, x in enumerate(on_fake)})
        self.images += n
        self.steps += 1
        self.this_run += 1

    def note(self, **values: Tensor) -> None:
        """Running means, left on the device: reading them waits for it."""
        new = torch.stack([v.detach().float() for v in values.values()])
        self.names = list(values)
        self.means = new if not len(self.means) else torch.lerp(self.means, new, 0.05)

    def losses(self) -> dict[str, float]:
        if not len(self.means):
            return {}
        out = dict(zip(self.names, self.means.tolist()))
        if any(v != v for v in out.values()):
            raise NotFinite(f"not a number after {self.images} pictures: {out}")
        return {k: round(v, 3) for k, v in out.items()}

    def recover(self) -> None:
        """Back to the last saved state with lower rates; there must be one."""
        if not os.path.exists(os.path.join(self.a.state, "fruit_train.safetensors")):
            raise SystemExit("no sound state to return to")
        log = self.log
        self.resume(self.a.state)
        self.log, self.means, self.broken, self.ramp_from = log, {}, False, self.steps
        self.a.lr, self.a.d_lr = self.a.lr * 0.7, self.a.d_lr * 0.7
        print(f"back to {self.images} pictures, rates {self.a.lr:g} and {self.a.d_lr:g}", flush=True)

    def set_rates(self, progress: float) -> float:
        """Learning rates at this part (0..1) of the run; returns the average's decay."""
        ramp = min(1.0, (self.steps - self.ramp_from + 1) / 100)
        fall = min(1.0, max(0.05, (1 - progress) / self.a.decay))
        self.opt_g.param_groups[0]["lr"] = self.a.lr * ramp * fall
        self.opt_d.param_groups[0]["lr"] = self.a.d_lr * ramp * max(fall, 0.3)
        half_life = min(self.a.ema * 1000, max(self.images * 0.05, 1)) * max(fall, 0.5)
        return 0.5 ** (self.a.batch / half_life)

    def plain(self) -> None:
        self.synthesis, self.project, self.judge, self.mode = synthesis, self.projector, self.heads, "plain"

    def compiled(self) -> None:
        self.synthesis = torch.compile(synthesis, dynamic=False)
        self.project = torch.compile(self.projector, dynamic=False)
        self.judge = torch.compile(self.heads, dynamic=False)
        self.mode = "compiled"

    def timed(self, data: Tensor, steps: int, beta: float, warm: int = 5) -> float:
        """Images per second of `steps` real training steps."""
        for i in range(warm + steps):
            if i == warm:
                self.wait()
                start = time.time()
            self.step(self.reals(data), beta)
        self.wait()
        return steps * self.a.batch / (time.time() - start)

    def wait(self) -> None:
        if self.dev.type == "cuda":
            torch.cuda.synchronize()

    def reals(self, data: Tensor) -> Tensor:
        x = data[torch.randint(len(data), (self.a.batch,), device=self.dev)].float() / 127.5 - 1
        if self.a.flip:
            x = torch.where(torch.rand(len(x), 1, 1, 1, device=self.dev) < 0.5, x.flip(3), x)
        return x

    def about(self) -> dict:
        a = self.a
        kept = ("batch", "lr", "d_lr", "mixing", "ema", "decay", "feature_height", "colour", "range", "flip", "seed",
                "remark")
        entry = dict(images=self.images - self.first_images, steps=self.steps - self.first_steps,
                     minutes=round((time.time() - self.began) / 60, 2),
                     device=torch.cuda.get_device_name() if self.dev.type == "cuda" else "cpu", torch=torch.__version__,
                     **{k: getattr(a, k) for k in kept}, step=self.mode, images_per_second=round(self.speed, 1),
                     losses=self.losses())
        return dict(kind="fruit_projected", kwargs=self.kwargs, projector_seed=PROJECTOR_SEED, images=self.images,
                    steps=self.steps, log=self.log + [entry], encoder=self.encoded)

    def save(self) -> None:
        """Everything the next run needs; reads the losses first, so that a broken network is never saved."""
        about = self.about()
        os.makedirs(self.a.state, exist_ok=True)
        tensors = named("g", self.g.state_dict()) | named("heads", self.heads.state_dict()) | named(
            "opt_g", row_roots(self.opt_g, self.g)) | named("opt_d", row_roots(self.opt_d, self.heads))
        write_half(tensors, os.path.join(self.a.state, "fruit_train.safetensors"))
        write_average(self.a.state, self.ema, self.encoder, about)

    @torch.no_grad()
    def sheet(self) -> None:
        """16 x 4 samples of the average at psi 0.7."""
        from .fruit_vae import save_grid
        z = torch.randn(64, self.kwargs["z_dim"], generator=torch.Generator().manual_seed(0)).to(self.dev)
        ws = self.ema.mapping(z, truncation_psi=0.7)
        pictures = torch.cat([synthesis(self.ema.synthesis, c, "const", torch.float32) for c in ws.split(16)]).cpu()
        os.makedirs(self.a.state, exist_ok=True)
        save_grid(pictures, os.path.join(self.a.state, "fruit.new.jpg"), 16)
        os.replace(os.path.join(self.a.state, "fruit.new.jpg"), os.path.join(self.a.state, "fruit.jpg"))


class Compiler:
    """The second process that fills the compiler's cache, and the comparison when it is done."""

    def __init__(self, t: Trainer, began: float):
        self.t, self.began, self.child = t, began, None
        if t.a.compile:
            command = [sys.executable, "-m", "limner_training.fruit_projected", *sys.argv[1:], "--benchmark",
                       "--worth", "--layout", t.a.layout]
            self.child = subprocess.Popen(command, stdout=sys.stdout, stderr=sys.stderr)

    def poll(self, data: Tensor, beta: float) -> None:
        """Called now and then; switches to compiled functions once, if they are faster."""
        if self.child is None:
            return
        if self.child.poll() is None:
            if time.time() - self.began > self.t.a.compile_limit:
                print(f"compiling took over {self.t.a.compile_limit} s: stays plain", flush=True)
                self.stop()
            return
        code, self.child = self.child.returncode, None
        if code:
            print(f"compiling {'does not pay' if code == NOT_WORTH else f'failed ({code})'}: stays plain", flush=True)
            return
        t = self.t
        try:
            was = t.timed(data, 15, beta, 0)
            start = time.time()
            t.compiled()
            speed = t.timed(data, 15, beta, 4)
            took = time.time() - start
            print(f"plain {was:.0f} img/s, compiled {speed:.0f} img/s (ready after {took:.0f} s)", flush=True)
            if speed < was * 1.03:
                t.plain()
        except Exception:  # whatever the compiler throws, the training goes on without it
            traceback.print_exc()
            t.plain()

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None


def benchmark(t: Trainer) -> None:
    """Images per second on made-up pictures. With `--worth` the exit status says whether compiling pays."""
    data = torch.randint(0, 256, (256, 3, 192, 128), dtype=torch.uint8, device=t.dev)
    if t.dev.type == "cuda" and not t.a.worth:
        print(t.choose_layout(t.a.batch), flush=True)
    was = t.timed(data, t.a.bench_steps, 0.99)
    print(f"plain: {was:.1f} img/s", flush=True)
    start = time.time()
    t.compiled()
    speed = t.timed(data, t.a.bench_steps, 0.99)
    print(f"compiled: {speed:.1f} img/s, {time.time() - start:.0f} s with compiling", flush=True)
    if t.a.worth and speed < 1.12 * was:
        raise SystemExit(NOT_WORTH)


def train(t: Trainer, began: float) -> None:
    a = t.a
    data = torch.from_numpy(fruit_data.load(a.data, 128, threads=a.decoders)).to(t.dev)
    print(f"{time.time() - began:.1f} s: {len(data)} pictures decoded", flush=True)
    if t.images == 0:
        t.gentle_start(data)
    compiler = Compiler(t, began)
    end = began + a.minutes * 60 - RESERVE - a.encoder_minutes * 60
    begin = shown = sheeted = time.time()
    saved = begin + min(0, 20 - a.save_seconds)  # the first save comes early
    shown_images = t.images
    while time.time() < end and t.this_run < a.max_steps:
        if t.broken:
            t.recover()
        beta = t.set_rates((time.time() - begin) / max(end - begin, 1e-3))
        t.step(t.reals(data), beta)
        if t.this_run == 3 and t.dev.type == "cuda":
            torch.cuda.synchronize()
            print(f"{time.time() - began:.1f} s: first steps done", flush=True)
        if t.this_run % 25 == 0:
            compiler.poll(data, beta)
        now = time.time()
        if now - shown > 10:
            try:
                losses = t.losses()
            except NotFinite as e:
                print(e, flush=True)
                t.broken = True
                continue
            now = time.time()
            t.speed = (t.images - t.first_images) / (now - begin)
            recent = (t.images - shown_images) / (now - shown)
            print(f"{now - began:5.0f} s  {t.images / 1000:.1f}k images  {recent:.0f} img/s ({t.mode})  "
                  + "  ".join(f"{k} {v:.2f}" for k, v in losses.items()), flush=True)
            shown, shown_images = now, t.images
            if now - sheeted > a.sheet_seconds:
                sheeted = now
                t.sheet()
            if now - saved > a.save_seconds:
                saved = now
                t.save()
    compiler.stop()
    try:
        t.save()
    except NotFinite as e:
        print(e, flush=True)
        t.recover()
    t.sheet()
    if a.encoder_minutes > 0:
        from .fruit_encoder_train import train_encoder
        until = began + a.minutes * 60 - RESERVE / 2
        try:
            t.encoder, t.encoded = train_encoder(t.ema, data, t.projector.net, until, a.encoder_batch, t.dtype)
            write_average(a.state, t.ema, t.encoder, t.about())
        except RuntimeError:  # the generator is safe already
            traceback.print_exc()
    print(json.dumps(t.about()["log"][-1]), flush=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True, help="made by fruit_data")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--state", required=True)
    p.add_argument("--resume", help="folder of an earlier state, if it isn't --state")
    p.add_argument("--start", help="folder of a shipped model to go on from, when there is no state")
    p.add_argument("--minutes", type=float, default=9, help="in all, with start-up, encoder and saving")
    p.add_argument("--encoder-minutes", type=float, default=0)
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--encoder-batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=2.5e-3, help="generator; its layers scale their weights at run time")
    p.add_argument("--d-lr", type=float, default=2e-4)
    p.add_argument("--mixing", type=float, default=0.1, help="share of pictures with mixed styles")
    p.add_argument("--ema", type=float, default=10, help="half-life of the average in thousands of pictures")
    p.add_argument("--decay", type=float, default=0.18, help="last part of the time, over which the rate falls")
    p.add_argument("--feature-height", type=int, default=240, help="of the pictures the critic sees")
    p.add_argument("--colour", type=float, default=0.5, help="strength of the colour augmentation")
    p.add_argument("--range", type=float, default=2.0, help="weight of the squared excess over -1..1")
    p.add_argument("--flip", action="store_true")
    p.add_argument("--no-noise", action="store_true")
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--compile", action="store_true")
    p.add_argument("--compile-limit", type=float, default=200, help="seconds after which the compiler is given up")
    p.add_argument("--benchmark", action="store_true")
    p.add_argument("--worth", action="store_true", help="for the second process")
    p.add_argument("--layout", choices=list(LAYOUTS), default="last", help="on CUDA the faster is taken")
    p.add_argument("--bench-steps", type=int, default=20)
    p.add_argument("--remark", default="", help="for the record, e.g. that the accelerator was shared")
    p.add_argument("--max-steps", type=int, default=10**9)
    p.add_argument("--save-seconds", type=float, default=60)
    p.add_argument("--sheet-seconds", type=float, default=60)
    p.add_argument("--decoders", type=int, default=12, help="threads that decode the pictures")
    p.add_argument("--small", action="store_true", help="narrow networks, for a check")
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU too")
    p.add_argument("--threads", type=int, default=0)
    a = p.parse_args()
    if a.feature_height < 192:
        p.error("--feature-height: at least 192, or the coarsest discriminator runs out of pixels")
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    began = BEGAN
    t = Trainer(a)
    if a.benchmark:
        benchmark(t)
        return
    size = [sum(q.numel() for q in net.parameters()) / 1e6 for net in (t.g, t.heads)]
    print(f"{t.dev}: {macs(t.kwargs) / 1e9:.2f} GMAC a picture, G {size[0]:.2f} M, D {size[1]:.2f} M parameters, "
          f"from {t.images} images", flush=True)
    if t.dev.type == "cuda":
        print(t.choose_layout(a.batch), flush=True)
    train(t, began)


if __name__ == "__main__":
    main()

"""The training step of `projected_gan`: networks, optimisers, counters, what is saved and how it is resumed."""

from __future__ import annotations

import argparse
import copy
import json
import os
import time

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from .fast_synthesis import prepare, synthesis
from .picture_set import save_grid
from .projected_critic import Heads, Projector, augment, heads_of, hinge
from .projected_state import (AVERAGE, TRAINING, named, part, path_of, read_average, read_record, restore_rows,
                              row_roots, write_average, write_half)
from .stylegan2 import Generator

PROJECTOR_SEED = 2111
LAYOUTS = {"last": torch.channels_last, "planar": torch.contiguous_format}


def plain(kwargs: dict) -> dict:
    """The arguments as JSON gives them back, to compare by."""
    return json.loads(json.dumps(kwargs))


def match_strides(net: nn.Module) -> None:
    """Gradients with the exact strides of their parameters, as fused Adam asks (axes of length 1 are ambiguous)."""
    for p in net.parameters():
        if p.grad is not None and p.grad.stride() != p.stride():
            p.grad = torch.empty_like(p).copy_(p.grad)


def stored(folder: str) -> tuple[dict, dict[str, Tensor]] | None:
    """Record and discriminators of the state in a folder, if there is one."""
    path = path_of(folder, TRAINING)
    if not os.path.exists(path):
        return None
    return read_record(path_of(folder, AVERAGE)), part(load_file(path), "heads")


class NotFinite(RuntimeError):
    """A loss is not a number."""


class Trainer:
    """Networks, optimisers, counters; one `step` is one batch for both sides."""

    def __init__(self, a: argparse.Namespace, kwargs: dict, heads: tuple[tuple[int, ...], ...], began: float):
        """`a`: the options of `projected_gan`; `kwargs`, `heads`: of a network that is new (a state has its own)."""
        self.a, self.began = a, began
        self.dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = torch.bfloat16 if self.dev.type == "cuda" or a.half else torch.float32
        source = None if a.benchmark else a.resume or a.state
        known = stored(source) if source else None
        self.kwargs, channels = (kwargs, heads) if known is None else (known[0]["kwargs"], heads_of(known[1]))
        rows, columns = self.kwargs["init_size"]
        short = a.critic_side / min(rows, columns)
        self.height, self.width = round(rows * short), round(columns * short)
        layout = torch.channels_last
        torch.manual_seed(a.seed)
        self.g = Generator(**self.kwargs).to(self.dev, memory_format=layout)
        prepare(self.g.synthesis)
        for m in self.g.modules():
            if hasattr(m, "noise_strength"):
                m.noise_strength.requires_grad_(not a.no_noise)
        self.heads = Heads(channels).to(self.dev, memory_format=layout)
        self.projector = Projector(a.features, PROJECTOR_SEED, self.dtype, (4 * rows, 4 * columns))
        self.projector.to(self.dev, memory_format=LAYOUTS[a.layout])
        self.ema = copy.deepcopy(self.g).requires_grad_(False)
        self.images, self.steps, self.log = 0, 0, []
        fused = dict(fused=True) if self.dev.type == "cuda" else dict(foreach=True)
        trained = [p for p in self.g.parameters() if p.requires_grad]
        self.opt_g = torch.optim.Adam(trained, a.lr, (0.0, 0.99), 1e-8, **fused)
        self.opt_d = torch.optim.Adam(self.heads.parameters(), a.d_lr, (0.0, 0.99), 1e-8, **fused)
        if known is not None:
            self.resume(source)
        elif a.start and not a.benchmark:
            self.start_from(a.start)
        self.alone = a.critic_first if known is None and a.start else 0
        torch.manual_seed(a.seed + self.images)
        self.first_images, self.first_steps, self.ramp_from, self.this_run = self.images, self.steps, self.steps, 0
        self.means: dict[str, Tensor] = {}
        self.averaged = [(q, p) for q, p in zip(self.ema.parameters(), self.g.parameters()) if p.requires_grad]
        self.synthesis, self.project, self.judge = synthesis, self.projector, self.heads
        self.encoder, self.encoded, self.mode, self.speed, self.broken = None, {}, "plain", 0.0, False

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        rows, columns = self.kwargs["init_size"]
        return rows * self.kwargs["img_resolution"] // 4, columns * self.kwargs["img_resolution"] // 4

    def resume(self, folder: str) -> None:
        """Goes on from a state of this network."""
        tensors = load_file(path_of(folder, TRAINING))
        ema, _, about = read_average(folder)
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
        if config["kwargs"] != plain(self.kwargs):
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
        self.images += n
        self.steps += 1
        self.this_run += 1
        if self.this_run <= self.alone:
            return

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
        if not os.path.exists(os.path.join(self.a.state, TRAINING)):
            raise SystemExit("no sound state to return to")
        log = self.log
        self.resume(self.a.state)
        self.log, self.means, self.broken, self.ramp_from = log, {}, False, self.steps
        self.a.lr, self.a.d_lr = self.a.lr * 0.7, self.a.d_lr * 0.7
        print(f"back to {self.images} pictures, rates {self.a.lr:g} and {self.a.d_lr:g}", flush=True)

    def set_rates(self, progress: float) -> float:
        """Learning rates at this part (0..1) of the run; returns the average's decay."""
        ramp = min(1.0, (self.steps - self.ramp_from + 1) / 100)
        ramp_g = min(1.0, max(1, self.steps - self.ramp_from - self.alone + 1) / 100)
        fall = min(1.0, max(0.05, (1 - progress) / self.a.decay))
        self.opt_g.param_groups[0]["lr"] = self.a.lr * ramp_g * fall
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
        kept = ("batch", "lr", "d_lr", "mixing", "ema", "decay", "critic_side", "colour", "range", "flip", "seed",
                "remark")
        entry = dict(images=self.images - self.first_images, steps=self.steps - self.first_steps,
                     minutes=round((time.time() - self.began) / 60, 2),
                     device=torch.cuda.get_device_name() if self.dev.type == "cuda" else "cpu", torch=torch.__version__,
                     **{k: getattr(a, k) for k in kept}, step=self.mode, images_per_second=round(self.speed, 1),
                     losses=self.losses())
        return dict(kind="projected_gan", kwargs=self.kwargs, projector_seed=PROJECTOR_SEED, images=self.images,
                    steps=self.steps, log=self.log + [entry], encoder=self.encoded)

    def save(self) -> None:
        """Everything the next run needs; reads the losses first, so that a broken network is never saved."""
        about = self.about()
        os.makedirs(self.a.state, exist_ok=True)
        tensors = named("g", self.g.state_dict()) | named("heads", self.heads.state_dict()) | named(
            "opt_g", row_roots(self.opt_g, self.g)) | named("opt_d", row_roots(self.opt_d, self.heads))
        write_half(tensors, os.path.join(self.a.state, TRAINING))
        write_average(self.a.state, self.ema, self.encoder, about)

    @torch.no_grad()
    def sheet(self) -> None:
        """16 x 4 samples of the average at psi 0.7."""
        z = torch.randn(64, self.kwargs["z_dim"], generator=torch.Generator().manual_seed(0)).to(self.dev)
        ws = self.ema.mapping(z, truncation_psi=0.7)
        pictures = torch.cat([synthesis(self.ema.synthesis, c, "const", torch.float32) for c in ws.split(16)]).cpu()
        os.makedirs(self.a.state, exist_ok=True)
        path = os.path.join(self.a.state, "sheet.jpg")
        save_grid(pictures, path + ".new.jpg", 16)
        os.replace(path + ".new.jpg", path)

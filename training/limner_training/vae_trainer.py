"""The training step of `vae`: networks, optimisers, losses, what is saved and how it is resumed."""

from __future__ import annotations

import argparse
import copy
import os
import time

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor

from . import vae_prior
from .fast_synthesis import prepare, synthesis
from .generator_encoder import GeneratorEncoder
from .generator_export import load_encoder, load_model
from .picture_set import save_grid
from .projected_critic import Heads, Projector, augment, draw_augmentation, heads_of, hinge
from .projected_state import (AVERAGE, TRAINING, named, part, path_of, read_average, read_record, restore_rows,
                              row_roots, write_half)
from .projected_trainer import PROJECTOR_SEED, NotFinite, plain
from .stylegan2 import Generator, SynthesisLayer, ToRGBLayer

COARSE = 32  # block whose picture is eight times the constant, the size that the encoder sees
CRITIC_STEPS = 200  # until a critic that begins anew has its full weight


def half(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, 2)


def coarse_loss(y: Tensor, x: Tensor) -> Tensor:
    """L1 of two small pictures and of their halves."""
    return (y - x).abs().mean() + (half(y) - half(x)).abs().mean()


class Vae:
    """Encoder, generator (its synthesis network decodes, its mapping network is the prior), log variance of the
    posterior (diagonal, the same for every picture)."""

    def __init__(self, kwargs: dict):
        self.g = Generator(**kwargs)
        prepare(self.g.synthesis)
        self.e = GeneratorEncoder.for_generator(self.g)
        self.logvar = torch.nn.Parameter(torch.zeros(kwargs["w_dim"]))

    def parameters(self) -> list[Tensor]:
        return [*self.g.parameters(), *self.e.parameters(), self.logvar]

    def decode(self, u: Tensor, noise_mode: str, dtype: torch.dtype, up_to: int | None = None) -> Tensor:
        return synthesis(self.g.synthesis, u[:, None].expand(-1, self.g.num_ws, -1), noise_mode, dtype, up_to)

    def load(self, g: dict[str, Tensor], e: dict[str, Tensor], logvar: Tensor) -> None:
        self.g.load_state_dict(g)
        self.e.load_state_dict(e)
        with torch.no_grad():
            self.logvar.copy_(logvar)


class VaeTrainer:
    """Networks, optimisers, counters; one `step` is one batch for encoder, decoder, critic and prior."""

    def __init__(self, a: argparse.Namespace, kwargs: dict, heads: tuple[tuple[int, ...], ...], data: Tensor):
        """`a`: the options of `vae`; `kwargs`, `heads`: of a network that is new; `data`: uint8 [n, 3, H, W]."""
        self.a, self.data, self.began = a, data, time.time()
        self.dev = data.device
        self.dtype = torch.bfloat16 if self.dev.type == "cuda" or a.half else torch.float32
        path = path_of(a.state, TRAINING)
        known = load_file(path) if os.path.exists(path) else None
        about = read_record(path_of(a.state, AVERAGE)) if known else None
        self.kwargs = about["kwargs"] if about else kwargs
        rows, columns = self.kwargs["init_size"]
        short = a.critic_side / min(rows, columns)
        self.height, self.width = round(rows * short), round(columns * short)
        scale = data.shape[-1] // (8 * columns)
        self.low = torch.cat([F.avg_pool2d(c.float() / 127.5 - 1, scale) for c in data.split(500)])
        torch.manual_seed(a.seed)
        self.net = Vae(self.kwargs)
        self.heads = Heads(heads_of(part(known, "heads")) if known else heads)
        self.projector = Projector(a.features, PROJECTOR_SEED, self.dtype, (4 * rows, 4 * columns))
        self.projector.to(memory_format=torch.channels_last)
        self.images, self.coarse_images, self.steps, self.start_images, self.log = 0, 0, 0, 0, []
        self.new_critic = known is None
        if known:
            self.images, self.steps, self.log = about["images"], about["steps"], about["log"]
            self.coarse_images = about["coarse_images"]
            self.net.load(part(known, "g"), part(known, "e"), known["logvar"].float())
            self.heads.load_state_dict(part(known, "heads"))
        else:
            self.new_network()
        for m in (self.net.g, self.net.e, self.heads, self.projector):
            m.to(self.dev)
        self.net.logvar.data = self.net.logvar.data.to(self.dev)
        self.ema = copy.deepcopy(self.net)
        for q in self.ema.parameters():
            q.requires_grad_(False)
        if known:
            self.resume_average()
        self.optimisers()
        if known:
            restore_rows(self.opt, self.net.g, part(known, "opt_g"))
            restore_rows(self.opt, self.net.e, part(known, "opt_e"))
            restore_rows(self.opt_d, self.heads, part(known, "opt_d"))
        torch.manual_seed(a.seed + self.images)
        self.first = (self.images, self.coarse_images, self.steps)
        self.means: Tensor | None = None
        self.prior: dict = {}

    def optimisers(self) -> None:
        """Rates stand relative to --lr in `base`: the encoder's weights are small numbers (the leading components'
        smallest of all, and 3,840 of them move together), the mapping network's are scaled by 0.01 at run time."""
        a, n = self.a, self.net
        mapping = list(n.g.mapping.parameters())
        linear = list(n.e.linear.parameters())
        rest = [q for name, q in n.e.named_parameters() if not name.startswith("linear.")]
        groups = [dict(params=list(n.g.synthesis.parameters()), base=a.lr), dict(params=linear, base=0.1 * a.e_lr),
                  dict(params=rest, base=a.e_lr), dict(params=[n.logvar], base=1e-2)]
        self.opt = torch.optim.Adam(groups, a.lr, (0.5, 0.99), 1e-8, foreach=True)
        self.opt_p = torch.optim.Adam([dict(params=mapping, base=a.prior_lr)], a.prior_lr, (0.9, 0.99), foreach=True)
        self.opt_d = torch.optim.Adam([dict(params=list(self.heads.parameters()), base=a.d_lr)], a.d_lr, (0.0, 0.99),
                                      1e-8, foreach=True)

    def new_network(self) -> None:
        """u starts as the whitened principal components of the small pictures (a linear VAE's optimum, Lucas et al.
        2019), the prior as N(0, I); with --start the decoder and the critic as a trained GAN's."""
        with torch.no_grad():
            self.net.logvar.copy_(self.net.e.start_from_pca(self.low.cpu()))
            vae_prior.start_from_identity(self.net.g.mapping)
            self.net.g.mapping.w_avg.fill_(vae_prior.SHIFT)
            for r in self.net.g.synthesis.block_resolutions:  # their pictures add up: begin near the mean colour
                getattr(self.net.g.synthesis, f"b{r}").torgb.weight.mul_(0.25)
            self.net.g.synthesis.b4.torgb.bias.copy_(self.low.cpu().mean((0, 2, 3)))
        if self.a.start and os.path.exists(os.path.join(self.a.start, "config.json")):
            self.start_from_shipped(self.a.start)
        elif self.a.start:
            self.start_from(self.a.start)
        if self.a.critic:
            self.heads.load_state_dict(part(load_file(path_of(self.a.critic, TRAINING)), "heads"))
            self.new_critic = False

    @torch.no_grad()
    def start_from_shipped(self, folder: str) -> None:
        """Goes on from a shipped VAE. Its folder lacks the posterior's variance, which is what the prior's samples vary more
        than the encodings do."""
        g, config = load_model(folder)
        e = load_encoder(folder)
        if e is None or config["kwargs"] != plain(self.kwargs):
            raise SystemExit(f"{folder} holds no VAE with these arguments")
        vae_prior.shift_w(g, e, -vae_prior.SHIFT)
        self.net.g.load_state_dict(g.state_dict())
        self.net.e.load_state_dict(e.state_dict())
        mu = torch.cat([e(c) for c in self.low.cpu().split(500)])
        noise = vae_prior.sample(g.mapping, 8000).var(0) - mu.var(0)
        self.net.logvar.copy_(noise.clamp(1e-3, 1).log())
        past = config["training"]
        self.images, self.coarse_images, self.steps, self.log = (past[k] for k in ("images", "coarse_images", "steps", "runs"))

    @torch.no_grad()
    def start_from(self, folder: str, count: int = 1536) -> None:
        """Decoder and discriminators of a `projected_gan` state. Its w becomes the ridge regression of w on the encodings
        of its samples, so that u already moves the picture as the encoder sees it."""
        g, _, about = read_average(folder)
        self.start_images, self.new_critic = about["images"], False
        prepare(g.synthesis)
        self.heads.load_state_dict(part(load_file(path_of(folder, TRAINING)), "heads"))
        us, ws = [], []
        for _ in range(count // 32):
            w = g.mapping(torch.randn(32, g.z_dim))[:, 0]
            y = synthesis(g.synthesis, w[:, None].expand(-1, g.num_ws, -1), "random", self.dtype).clamp(-1, 1)
            us.append(self.net.e(y))
            ws.append(w)
        u, w = torch.cat(us).double(), torch.cat(ws).double()
        mean_u, mean_w = u.mean(0), w.mean(0)
        gram = (u - mean_u).t() @ (u - mean_u)
        slope = torch.linalg.solve(gram + 0.05 * gram.diagonal().mean() * torch.eye(len(gram)), (u - mean_u).t() @ (w - mean_w))
        rest = (w - mean_w - (u - mean_u) @ slope).square().sum() / (w - mean_w).square().sum()
        print(f"u explains {1 - rest:.0%} of the GAN's w; u of its samples has a spread of {u.std(0).mean():.2f}", flush=True)
        slope, base = slope.float(), (mean_w - mean_u @ slope).float()
        self.net.g.synthesis.load_state_dict(g.synthesis.state_dict())
        for m in self.net.g.synthesis.modules():
            if isinstance(m, (SynthesisLayer, ToRGBLayer)):
                m.affine.bias.add_(m.affine.weight @ base * m.affine.weight_gain)
                m.affine.weight.copy_(m.affine.weight @ slope.t())

    def resume_average(self) -> None:
        tensors = load_file(path_of(self.a.state, AVERAGE))
        self.ema.load(part(tensors, "ema"), part(tensors, "encoder"), tensors["logvar"].float().to(self.dev))
        vae_prior.shift_w(self.ema.g, self.ema.e, -vae_prior.SHIFT)

    def pictures(self, n: int) -> Tensor:
        x = self.data[torch.randint(len(self.data), (n,), device=self.dev)].float() / 127.5 - 1
        return self.flipped(x)

    def flipped(self, x: Tensor) -> Tensor:
        if not self.a.flip:
            return x
        return torch.where(torch.rand(len(x), 1, 1, 1, device=self.dev) < 0.5, x.flip(3), x)

    def draw(self, mu: Tensor) -> Tensor:
        """A sample of the posterior at `mu`."""
        return mu + (0.5 * self.net.logvar).exp() * torch.randn_like(mu)

    def kl(self, mu: Tensor) -> Tensor:
        """KL of the posterior to N(0, I) in nats, mean over the batch."""
        v = self.net.logvar
        return 0.5 * (mu.square().sum(1).mean() + (v.exp() - 1 - v).sum())

    def coarse_step_loss(self, n: int) -> tuple[Tensor, Tensor, Tensor]:
        """(loss, L1 part, encodings) of n small pictures through the decoder's first blocks."""
        x = self.flipped(self.low[torch.randint(len(self.low), (n,), device=self.dev)])
        mu = self.net.e(x)
        y = self.net.decode(self.draw(mu), "random", self.dtype, COARSE)
        pixels = coarse_loss(y, x)
        self.coarse_images += n
        return self.a.pixel * pixels + self.a.kl * self.kl(mu), pixels, mu

    def coarse_step(self) -> None:
        """Encoder and first blocks alone: much cheaper than a whole picture."""
        loss, pixels, mu = self.coarse_step_loss(self.a.coarse_batch)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        self.opt.step()
        self.fit_prior(mu)
        self.note(coarse=pixels, kl=self.kl(mu))
        self.steps += 1

    def step(self) -> None:
        """Discriminators, then encoder and decoder, then the prior."""
        a, x = self.a, self.pictures(self.a.batch)
        n = len(x)
        mu = self.net.e(x)
        with torch.no_grad():
            prior = vae_prior.sample(self.net.g.mapping, a.prior_batch)
        y = self.net.decode(torch.cat([self.draw(mu), prior]), "random", self.dtype)
        chances = draw_augmentation(n + a.prior_batch, self.dev)
        fake = self.projector(augment(y, self.height, self.width, a.colour, chances))
        with torch.no_grad():
            real = self.projector(augment(x, self.height, self.width, a.colour, chances[:, :n]))
        self.heads.requires_grad_(True)
        weights = self.heads.normalised()
        on_real, on_fake = self.heads(real, weights), self.heads([f.detach() for f in fake], weights)
        loss_d = hinge(on_real, 1) + hinge(on_fake, -1)
        self.opt_d.zero_grad(set_to_none=True)
        loss_d.backward()
        self.opt_d.step()

        self.heads.requires_grad_(False)
        logits = self.heads(fake, self.heads.normalised(0))
        adversarial = -sum(v.mean() for v in logits) / len(logits)
        features = sum((f[:n] - r).abs().float().mean() / r.abs().float().mean() for f, r in zip(fake[:4], real[:4])) / 4
        fine, target = half(y[:n]), half(x)
        pixels = coarse_loss(half(fine), half(target)) + 0.5 * (fine - target).abs().mean()
        beyond = (y.abs() - 1).relu().square().mean()
        coarse, coarse_pixels, mu2 = self.coarse_step_loss(a.coarse_batch)
        trust = min(1.0, (self.steps - self.first[2]) / CRITIC_STEPS) if self.new_critic else 1.0
        loss = (a.pixel * pixels + a.feature * features + a.kl * self.kl(mu) + trust * a.adversarial * adversarial
                + a.range * beyond + 0.5 * coarse)
        self.opt.zero_grad(set_to_none=True)
        loss.backward()
        self.opt.step()
        self.fit_prior(torch.cat([mu, mu2]))
        self.note(d=loss_d, adv=adversarial, feat=features, px=pixels, coarse=coarse_pixels, kl=self.kl(mu), out=beyond,
                  real=sum(v.mean() for v in on_real) / len(on_real),
                  rec=sum(v[:n].mean() for v in on_fake) / len(on_fake),
                  prior=sum(v[n:].mean() for v in on_fake) / len(on_fake))
        self.images += n
        self.steps += 1

    def fit_prior(self, mu: Tensor) -> None:
        """One step of the mapping network towards the encodings seen last."""
        fresh = mu.detach()
        self.seen = fresh if not hasattr(self, "seen") else torch.cat([fresh, self.seen])[:1024]
        if len(self.seen) < 512:
            return
        target = self.draw(self.seen).detach()
        self.opt_p.zero_grad(set_to_none=True)
        vae_prior.energy_distance(vae_prior.sample(self.net.g.mapping, 512), target).backward()
        self.opt_p.step()

    @torch.no_grad()
    def average(self, beta: float) -> None:
        torch._foreach_lerp_(self.ema.parameters(), [p.detach() for p in self.net.parameters()], 1 - beta)

    def set_rates(self, progress: float) -> float:
        """Learning rates at this part (0..1) of the run; returns the average's decay."""
        a, here = self.a, self.steps - self.first[2]
        ramp = min(1.0, (here + 1) / 50)
        fall = min(1.0, max(0.05, (1 - progress) / a.decay))
        for opt, least in ((self.opt, 0.0), (self.opt_p, 0.0), (self.opt_d, 0.3)):
            for group in opt.param_groups:
                group["lr"] = group["base"] * ramp * max(fall, least)
        return min(a.ema, 1 - 1 / (2 + 0.1 * here))

    def note(self, **values: Tensor) -> None:
        new = torch.stack([v.detach().float() for v in values.values()])
        again = self.means is not None and self.names == list(values)
        self.names = list(values)
        self.means = torch.lerp(self.means, new, 0.05) if again else new

    def losses(self) -> dict[str, float]:
        if self.means is None:
            return {}
        out = dict(zip(self.names, self.means.tolist()))
        if any(v != v for v in out.values()):
            raise NotFinite(f"not a number after {self.images} pictures: {out}")
        return {k: round(v, 3) for k, v in out.items()}

    def about(self) -> dict:
        kept = ("batch", "prior_batch", "coarse_batch", "lr", "e_lr", "d_lr", "prior_lr", "pixel", "feature", "kl", "adversarial", "range",
                "colour", "critic_side", "ema", "decay", "flip", "coarse_minutes", "seed", "remark")
        entry = dict(start_images=self.start_images, images=self.images - self.first[0], coarse_images=self.coarse_images - self.first[1],
                     steps=self.steps - self.first[2], minutes=round((time.time() - self.began) / 60, 2),
                     device=torch.cuda.get_device_name() if self.dev.type == "cuda" else "cpu", torch=torch.__version__,
                     **{k: getattr(self.a, k) for k in kept}, losses=self.losses())
        return dict(kind="vae", kwargs=self.kwargs, projector_seed=PROJECTOR_SEED, images=self.images,
                    coarse_images=self.coarse_images, steps=self.steps, log=self.log + [entry], encoder={}, prior=self.prior,
                    posterior=self.posterior())

    def save(self) -> None:
        """`average` is a generator with its encoder as any other's; reads the losses first, so that a broken network is
        never saved."""
        about = self.about()
        os.makedirs(self.a.state, exist_ok=True)
        n = self.net
        write_half(named("g", n.g.state_dict()) | named("e", n.e.state_dict()) | {"logvar": n.logvar}
                   | named("heads", self.heads.state_dict()) | named("opt_g", row_roots(self.opt, n.g))
                   | named("opt_e", row_roots(self.opt, n.e)) | named("opt_d", row_roots(self.opt_d, self.heads)),
                   os.path.join(self.a.state, TRAINING))
        self.write_average(about)

    @torch.no_grad()
    def posterior(self) -> dict:
        """Of the average: nats of KL to N(0, I) a picture, and how many numbers of u carry more than half a nat of them."""
        mu, v = self.encodings(), self.ema.logvar
        nats = 0.5 * (mu.square().mean(0) + v.exp() - 1 - v)
        return dict(nats=round(nats.sum().item(), 1), active=int((nats > 0.5).sum()))

    def write_average(self, about: dict) -> None:
        out = copy.deepcopy(self.ema)
        vae_prior.shift_w(out.g, out.e, vae_prior.SHIFT)
        write_half(named("ema", out.g.state_dict()) | named("encoder", out.e.state_dict()) | {"logvar": out.logvar},
                   os.path.join(self.a.state, AVERAGE), about)

    @torch.no_grad()
    def encodings(self) -> Tensor:
        """Of all training pictures and, with --flip, their mirror images."""
        both = (self.low, self.low.flip(3)) if self.a.flip else (self.low,)
        return torch.cat([self.ema.e(c) for x in both for c in x.split(500)])

    @torch.no_grad()
    def sheet(self, unseen: Tensor) -> float:
        """Up to 16 pictures kept aside over their reconstructions, two rows of samples of the prior; returns how far (of 255) the
        reconstructions of all of `unseen` are at 4 x 4 averages."""
        u = self.ema.e(unseen)
        y = torch.cat([self.ema.decode(c, "const", self.dtype) for c in u.split(16)])
        columns = min(16, len(unseen))
        z = torch.randn(2 * columns, self.kwargs["z_dim"], generator=torch.Generator().manual_seed(0)).to(self.dev)
        s = torch.cat([self.ema.decode(self.ema.g.mapping(c)[:, 0] - vae_prior.SHIFT, "const", self.dtype) for c in z.split(16)])
        path = os.path.join(self.a.state, "sheet.jpg")
        save_grid(torch.cat([unseen[:columns], y[:columns], s]).float().cpu(), path + ".new.jpg", columns)
        os.replace(path + ".new.jpg", path)
        return ((F.avg_pool2d(y.clamp(-1, 1), 4) - F.avg_pool2d(unseen, 4)).abs().mean() * 127.5).item()

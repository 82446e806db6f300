"""*Fruit* within reach of a CPU: the generator's synthesis network trained as the decoder of a variational autoencoder.

usage: python -m limner_training.fruit_vae --data fruit128.npz --state DIR --width 16 --minutes 20 [--vgg W] [--gan W]

Progressive: first --linear, then --width 16, 32, 64, 128 (same state folder; the skip architecture gives a whole picture
after every block). In the linear phase the convolutions don't see w, so that one picture's features serve the whole batch
and only toRGB's styles differ: a factored principal component decoder, reached in minutes, from which the rest starts. Losses: L1 on the picture and its halves, L1 on its gradients, VGG-19 features of a crop (--vgg), features
and verdict of a small critic (--gan), KL of the posterior to N(0, I). Then `fruit_prior` fits the mapping network.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from . import picture_set
from .generator_encoder import GeneratorEncoder
from .picture_set import save_grid
from .stylegan2 import Generator, SynthesisLayer, upsample2d

KWARGS = dict(z_dim=96, c_dim=0, w_dim=96, img_resolution=128, img_channels=3, channel_base=1536, channel_max=96,
              init_size=[6, 4], mapping_kwargs=dict(num_layers=5, layer_features=384))


class Critic(nn.Module):
    """Patch discriminator: three stride-2 4x4 convolutions and a 3x3 head; returns features and logits."""

    def __init__(self, channels: tuple[int, ...] = (32, 64, 96)):
        super().__init__()
        dims = (3, *channels)
        self.convs = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in zip(dims, dims[1:]))
        self.head = nn.Conv2d(dims[-1], 1, 3, padding=1)

    def forward(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        feats = []
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.2)
            feats.append(x)
        return feats, self.head(x)


class VggFeatures(nn.Module):
    """VGG-19 (Simonyan & Zisserman 2014) relu1_2 and relu2_2 (and relu3_1 if `deep`) of pictures in -1..1."""

    def __init__(self, path: str, deep: bool = False):
        super().__init__()
        self.names = ["conv1_1", "conv1_2", "conv2_1", "conv2_2"] + (["conv3_1"] if deep else [])
        weights = load_file(path)
        for n in self.names:
            self.register_buffer(f"{n}_w", weights[f"{n}.weight"].float())
            self.register_buffer(f"{n}_b", weights[f"{n}.bias"].float())
        self.register_buffer("mean", torch.tensor([103.939, 116.779, 123.68]).view(1, 3, 1, 1))

    def forward(self, x: Tensor) -> list[Tensor]:
        x = (x.flip(1) + 1) * 127.5 - self.mean
        out = []
        for n in self.names:
            if n in ("conv2_1", "conv3_1"):
                x = F.max_pool2d(x, 2)
            x = F.relu(F.conv2d(x, getattr(self, f"{n}_w"), getattr(self, f"{n}_b"), padding=1))
            if n in ("conv1_2", "conv2_2", "conv3_1"):
                out.append(x)
        return out


class Model(nn.Module):
    """Encoder, generator and the posterior's log variances."""

    def __init__(self):
        super().__init__()
        self.g = Generator(**KWARGS)
        self.e = GeneratorEncoder(KWARGS["w_dim"])
        self.logvar = nn.Parameter(torch.zeros(KWARGS["w_dim"]))

    def decode(self, w: Tensor, width: int, noise_mode: str = "none") -> Tensor:
        return self.g.synthesis(w[:, None].expand(-1, self.g.num_ws, -1), noise_mode, up_to=width)


    def decode_linear(self, w: Tensor, width: int) -> Tensor:
        """The same network with w = 0 in every convolution; w acts in toRGB only. Equal to `decode` while the
        convolutions' affine weights are zero, at the cost of one picture for the whole batch."""
        zero, x, img = torch.zeros(1, w.shape[1]), None, None
        for r in self.g.synthesis.block_resolutions:
            b = getattr(self.g.synthesis, f"b{r}")
            if r == 4:
                x = b.conv1(b.const[None], zero, "none")
            else:
                x = b.conv1(b.conv0(x, zero, "none"), zero, "none")
            t = b.torgb
            rgb = t.weight[None, :, :, 0, 0] * (t.affine(w) * t.weight_gain)[:, None, :]
            rgb = (rgb.flatten(0, 1) @ x[0].flatten(1)).reshape(len(w), -1, *x.shape[2:]) + t.bias.view(1, -1, 1, 1)
            img = rgb if img is None else upsample2d(img, b.resample_filter) + rgb
            if r == width:
                return img

    @torch.no_grad()
    def silence_above(self, width: int) -> None:
        """Blocks that were never trained add nothing: the picture is the filtered enlargement of the last trained one."""
        for r in self.g.synthesis.block_resolutions:
            if r > width:
                getattr(self.g.synthesis, f"b{r}").torgb.weight.zero_()

    @torch.no_grad()
    def still_convolutions(self) -> None:
        """Zero affine weights in the convolutions, so that they start from the linear phase without a step."""
        for m in self.g.synthesis.modules():
            if isinstance(m, SynthesisLayer):
                m.affine.weight.zero_()


def pixel_loss(y: Tensor, x: Tensor) -> Tensor:
    """L1 on the picture, its half and quarter, and on horizontal and vertical differences."""
    loss = (y - x).abs().mean()
    loss = loss + (y.diff(dim=2) - x.diff(dim=2)).abs().mean() + (y.diff(dim=3) - x.diff(dim=3)).abs().mean()
    for _ in range(2):
        y, x = F.avg_pool2d(y, 2), F.avg_pool2d(x, 2)
        loss = loss + 0.5 * (y - x).abs().mean()
    return loss


def crop_pair(y: Tensor, x: Tensor, h: int, w: int, rng: np.random.RandomState) -> tuple[Tensor, Tensor]:
    """The same random window of both."""
    top, left = rng.randint(y.shape[2] - h + 1), rng.randint(y.shape[3] - w + 1)
    return y[:, :, top:top + h, left:left + w], x[:, :, top:top + h, left:left + w]


def sheet(model: Model, x: Tensor, width: int, path: str, w_all: Tensor, seed: int = 0) -> None:
    """Two rows of test pictures over their reconstructions, then 24 draws from a Gaussian fitted to the encodings."""
    gen = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        y = model.decode(model.e(x[:12]), width, "const")
        m = w_all.mean(0)
        chol = torch.linalg.cholesky(torch.cov(w_all.t()) + 1e-4 * torch.eye(w_all.shape[1]))
        w = m + 0.8 * torch.randn(24, w_all.shape[1], generator=gen) @ chol.t()
        s = model.decode(w, width, "const")
    rows = torch.cat([F.adaptive_avg_pool2d(x[:12], y.shape[2:]), y, s])
    save_grid(rows, path, 12, 128 // width if width < 64 else 2 if width == 64 else 1)


def cached(data: str, state: str, width: int, test: bool) -> np.ndarray:
    """Decoded pictures, kept beside the state."""
    path = os.path.join(state, f"{'test' if test else 'train'}{width}.npy")
    if not os.path.exists(path):
        np.save(path, picture_set.load(data, width, test))
    return np.load(path, mmap_mode="r")


def to_float(a: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(a)).float() / 127.5 - 1


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", required=True)
    p.add_argument("--state", required=True)
    p.add_argument("--weights", default="../shared/weights/vgg19_features.safetensors")
    p.add_argument("--width", type=int, default=32)
    p.add_argument("--minutes", type=float, default=10)
    p.add_argument("--cpu-time", action="store_true", help="count the minutes in processor time, for a busy machine")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--kl", type=float, default=3e-5)
    p.add_argument("--vgg", type=float, default=0.0)
    p.add_argument("--gan", type=float, default=0.0)
    p.add_argument("--crop", type=int, default=0, help="from this width of the picture, losses see a crop this wide")
    p.add_argument("--linear", action="store_true", help="the cheap first phase")
    p.add_argument("--top-only", action="store_true", help="train only the block of --width")
    p.add_argument("--decay", type=float, default=0.3, help="last part of the time over which the rate falls to 5 %%")
    p.add_argument("--threads", type=int, default=1)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    os.makedirs(a.state, exist_ok=True)
    start, cpu0 = time.time(), time.process_time()

    model, critic = Model(), Critic()
    ema = Model().requires_grad_(False)
    path = os.path.join(a.state, "state.pt")
    log = []
    if os.path.exists(path):
        s = torch.load(path)
        model.load_state_dict(s["model"])
        ema.load_state_dict(s["ema"])
        critic.load_state_dict(s["critic"])
        log = s["log"]
        for m in (model, ema):
            m.silence_above(max(e["width"] for e in log))
    else:
        torch.manual_seed(6)
        model = Model()
        low = to_float(cached(a.data, a.state, 32, False))
        model.logvar.data.copy_(model.e.start_from_pca(low))
        model.still_convolutions()
        model.g.synthesis.b4.torgb.bias.data.copy_(low.mean((0, 2, 3)))
        ema.load_state_dict(model.state_dict())
    images = sum(e["images"] for e in log)
    steps = sum(e["steps"] for e in log)
    rng = np.random.RandomState(1000 + steps)
    torch.manual_seed(1000 + steps)

    stored = max(32, a.width)
    data, test = cached(a.data, a.state, stored, False), cached(a.data, a.state, stored, True)
    def encodings() -> Tensor:
        low = cached(a.data, a.state, 32, False)
        with torch.no_grad():
            return torch.cat([ema.e(to_float(low[i:i + 500])) for i in range(0, len(low), 500)])

    vgg = VggFeatures(a.weights) if a.vgg else None
    if a.linear:
        model.e.requires_grad_(False)
        model.logvar.requires_grad_(False)
        known = encodings()
    if a.top_only:
        model.requires_grad_(False)
        getattr(model.g.synthesis, f"b{a.width}").requires_grad_(True)
    params = [q for n, q in model.named_parameters() if q.requires_grad and "mapping" not in n]
    enc = [q for n, q in model.named_parameters() if q.requires_grad and n.startswith("e.")]
    slow = {id(q) for q in enc}
    groups = [dict(params=[q for q in params if id(q) not in slow], base=a.lr)] + (
        [dict(params=enc, base=a.lr * 0.1)] if enc else [])
    opt = torch.optim.Adam(groups, lr=a.lr, betas=(0.9, 0.99), eps=1e-8)
    opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.5, 0.99))
    order, at, done, mean, shown, saved = rng.permutation(len(data)), 0, 0, {}, time.time(), time.time()
    stop = os.path.join(a.state, "stop")  # touch it to end early

    def save() -> None:
        entry = dict(width=a.width, images=done * a.batch, steps=done, minutes=(time.time() - start) / 60,
                     cpu_minutes=(time.process_time() - cpu0) / 60, vgg=a.vgg, gan=a.gan, kl=a.kl, lr=a.lr, linear=a.linear, batch=a.batch)
        torch.save(dict(model=model.state_dict(), ema=ema.state_dict(), critic=critic.state_dict(), log=log + [entry]), path + ".new")
        os.replace(path + ".new", path)
        sheet(ema, to_float(test[:12]), a.width, os.path.join(a.state, f"sheet{a.width}_{steps + done:06}.png"), encodings())

    while True:
        part = (time.process_time() - cpu0 if a.cpu_time else time.time() - start) / 60 / a.minutes
        if part >= 1 or os.path.exists(stop):
            break
        rate = min(1, (done + 1) / 100) * min(1, max(0.05, (1 - part) / a.decay))
        for group in opt.param_groups:
            group["lr"] = group["base"] * rate
        if at + a.batch > len(order):
            order, at = rng.permutation(len(data)), 0
        rows = np.sort(order[at:at + a.batch])
        x = to_float(data[rows])
        at += a.batch
        mu = known[rows] if a.linear else model.e(x)
        if a.width < stored:
            x = F.avg_pool2d(x, stored // a.width)
        w = mu + torch.randn_like(mu) * (0.5 * model.logvar).exp()
        y = model.decode_linear(w, a.width) if a.linear else model.decode(w, a.width, "random")
        yc, xc = crop_pair(y, x, a.crop * 3 // 2, a.crop, rng) if a.crop else (y, x)
        losses = dict(px=pixel_loss(y, x))
        losses["kl"] = a.kl * 0.5 * (mu.square().sum(1).mean() + (model.logvar.exp() - 1 - model.logvar).sum())
        if vgg:
            with torch.no_grad():
                fx = vgg(xc)
            losses["vgg"] = a.vgg * sum((p - q).abs().mean() / q.abs().mean() for p, q in zip(vgg(yc), fx))
        if a.gan:
            half = a.batch // 2
            mix = torch.rand(half, 1)
            wm = (mix * mu[:half] + (1 - mix) * mu[half:2 * half]).detach() if not a.top_only else w[:half].detach()
            ym = model.decode(wm / (mix.square() + (1 - mix).square()).sqrt(), a.width, "random") if not a.top_only else y[:half]
            ymc, _ = crop_pair(ym, ym, yc.shape[2], yc.shape[3], rng)
            opt_c.zero_grad()
            real = xc.detach().requires_grad_(done % 8 == 0)
            _, lr_ = critic(real)
            _, lf = critic(torch.cat([yc[half:], ymc]).detach())
            lc = F.softplus(-lr_).mean() + F.softplus(lf).mean()
            if done % 8 == 0:
                grad, = torch.autograd.grad(lr_.mean((1, 2, 3)).sum(), real, create_graph=True)
                lc = lc + 8 * 0.5 * 10 * grad.square().sum((1, 2, 3)).mean()
            lc.backward()
            opt_c.step()
            critic.requires_grad_(False)
            with torch.no_grad():
                fr, _ = critic(xc)
            ff, lrec = critic(yc)
            _, lmix = critic(ymc)
            losses["adv"] = a.gan * 0.5 * (F.softplus(-lrec).mean() + F.softplus(-lmix).mean())
            losses["fm"] = a.gan * 2 * sum((p - q).abs().mean() / (q.abs().mean() + 1e-3) for p, q in zip(ff, fr))
            critic.requires_grad_(True)
            mean["critic"] = 0.95 * mean.get("critic", lc.item()) + 0.05 * lc.item()
        loss = sum(losses.values())
        if not torch.isfinite(loss):
            raise SystemExit(f"step {done}: loss is not finite: {losses}")
        opt.zero_grad()
        loss.backward()
        opt.step()
        done += 1
        with torch.no_grad():
            beta = min(0.998, done / (done + 10))  # restarts with each run, since a run may bring a new block
            for q, r in zip(ema.parameters(), model.parameters()):
                q.lerp_(r, 1 - beta)
        for k, v in losses.items():
            mean[k] = 0.95 * mean.get(k, v.item()) + 0.05 * v.item()
        if time.time() - shown > 20:
            shown = time.time()
            speed = done * a.batch / (time.process_time() - cpu0)
            print(f"{(shown - start) / 60:5.1f} min  step {steps + done}  {images + done * a.batch} images  "
                  f"{done * a.batch / (shown - start):.1f} img/s ({speed:.1f} per CPU s)  "
                  + "  ".join(f"{k} {v:.4f}" for k, v in mean.items()), flush=True)
        if time.time() - saved > 240:
            saved = time.time()
            save()
    save()
    print(json.dumps(dict(steps=steps + done, images=images + done * a.batch)))


if __name__ == "__main__":
    main()

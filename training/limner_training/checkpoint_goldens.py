"""Tiny checkpoints whose settings don't show in their weights, for the tests of `limner models import`.

    python -m limner_training.checkpoint_goldens ../tests/golden/import/flavours

Writes, with random numbers:
- `stylegan3_repository.pkl`: a generator whose layers remember `conv_clamp` and the gain of `lr_multiplier`, as the StyleGAN3 repository's
  do; `relu.pkl`, `other_filter.pkl`, `other_argument.pkl`: the same with what Limner doesn't run;
- `rosinality_no_average.pt`, `rosinality_rows.pt`: rosinality's layout without a mean w, and with one for each layer;
- `taef2/`: TAESD's FLUX.2 variant, whose innermost blocks look at the whole picture (two files);
- `ldm.safetensors`: an autoencoder in half numbers under the names of latent diffusion (Rombach et al. 2022);
- `flavours.safetensors`: what goes in and what comes out of each.
"""

import collections
import pathlib
import pickle
import sys
import types

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from . import foreign_goldens
from .stylegan2 import Generator

KWARGS = {
    "z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 8, "img_channels": 3,
    "channel_base": 48, "channel_max": 8, "mapping_kwargs": {"num_layers": 2, "lr_multiplier": 0.2},
}  # fmt: skip
CLAMP = 0.4
KEPT = ("activation", "conv_clamp", "use_noise", "up", "weight_gain", "bias_gain", "architecture", "in_channels")


class Remembering:
    """Pickles a module as `torch_utils.persistence` does, with what its layers remember; `change` puts other things there."""

    def __init__(self, module, kwargs, change):
        self.module, self.kwargs, self.change = module, kwargs, change

    def __reduce__(self):
        module, names = self.module, {"SkipConv": "Conv2dLayer"}
        name = names.get(type(module).__name__, type(module).__name__)
        children = collections.OrderedDict((k, Remembering(child, {}, self.change)) for k, child in module.named_children())
        state = {k: v for k, v in vars(module).items() if k in KEPT}
        if name == "SynthesisLayer":
            state |= {"activation": "lrelu", "act_gain": np.sqrt(2)}
        if "weight_gain" in state:
            # The authors divide by NumPy's root.
            state["weight_gain"] = np.float64(state["weight_gain"])
        state |= self.change.get(name, {})
        buffers = collections.OrderedDict(module.named_buffers(recurse=False))
        state |= {
            "_parameters": collections.OrderedDict(module.named_parameters(recurse=False)),
            "_buffers": buffers, "_modules": children, "_init_args": (), "_init_kwargs": foreign_goldens.EasyDict(self.kwargs),
        }  # fmt: skip
        meta = foreign_goldens.EasyDict(type="class", version=6, module_src="raise SystemExit()", class_name=name, state=state)
        return foreign_goldens._reconstruct_persistent_obj, (meta,)


def pickled(path, net, kwargs, change=None):
    path.write_bytes(pickle.dumps({"G_ema": Remembering(net, kwargs, change or {})}))


def generator(seed, **more):
    torch.manual_seed(seed)
    net = Generator(**(KWARGS | more)).eval()
    with torch.no_grad():
        for name, p in net.named_parameters():
            if name.endswith("noise_strength"):
                p.fill_(0.1)
            if ".torgb." in name and name.endswith("bias"):
                p.normal_(0, 0.2)
        net.mapping.w_avg.normal_(0, 0.3)
    return net


@torch.no_grad()
def stylegan2(folder):
    for module, value in (("torch_utils.persistence", foreign_goldens._reconstruct_persistent_obj), ("dnnlib.util", foreign_goldens.EasyDict)):
        sys.modules.setdefault(module.split(".")[0], types.ModuleType(module.split(".")[0]))
        sys.modules[module] = types.ModuleType(module)
        setattr(sys.modules[module], value.__qualname__, value)
    torch.manual_seed(2)
    z = torch.randn(2, KWARGS["z_dim"])
    net = generator(3, conv_clamp=CLAMP)
    image = net(z, noise_mode="const")
    free = generator(3, conv_clamp=None)
    free.load_state_dict(net.state_dict())
    print("clamp matters by", (free(z, noise_mode="const") - image).abs().mean().item())
    # The arguments don't say the clamp: it is the constructor's own.
    pickled(folder / "stylegan3_repository.pkl", net, KWARGS)
    pickled(folder / "relu.pkl", net, KWARGS, {"SynthesisLayer": {"activation": "relu"}})
    pickled(folder / "other_argument.pkl", net, KWARGS | {"freeze_layers": 2})
    pickled(folder / "other_filter.pkl", generator(3, resample_filter=[1, 2, 2, 1]), KWARGS)
    net = generator(4, mapping_kwargs={"num_layers": 2}, conv_clamp=None)
    mean = net.mapping(torch.randn(200_000, KWARGS["z_dim"]))[:, 0].mean(0)
    state = foreign_goldens.rosinality(net.state_dict())
    torch.save({"g_ema": state}, folder / "rosinality_no_average.pt")
    rows = torch.stack([mean] * 4)
    torch.save({"g_ema": state, "latent_avg": rows}, folder / "rosinality_rows.pt")
    return {"stylegan2.z": z, "stylegan2.image": image, "rosinality.mean": mean, "rosinality.image": net(z, noise_mode="const")}


class Block(nn.Module):
    """A block of TAESD; with a pool it first adds what the whole picture says."""

    def __init__(self, n, pooled):
        super().__init__()
        conv = lambda: nn.Conv2d(n, n, 3, padding=1)  # noqa: E731
        self.conv = nn.Sequential(conv(), nn.ReLU(), conv(), nn.ReLU(), conv())
        if pooled:
            narrow, wide = nn.Conv2d(4 * n, n, 1, bias=False), nn.Conv2d(n, 4 * n, 1, bias=False)
            self.pool = nn.Sequential(wide, nn.GroupNorm(4, 4 * n), nn.ReLU(), narrow)
        self.pooled = pooled

    def forward(self, x):
        if self.pooled:
            x = x + self.pool(x)
        return F.relu(self.conv(x) + x)


@torch.no_grad()
def taef2(folder, n=8, latent=6):
    torch.manual_seed(5)
    down = lambda: nn.Conv2d(n, n, 3, stride=2, padding=1, bias=False)  # noqa: E731
    up = lambda: [nn.Upsample(scale_factor=2), nn.Conv2d(n, n, 3, padding=1, bias=False)]  # noqa: E731
    blocks = lambda count, pooled=False: [Block(n, pooled) for _ in range(count)]  # noqa: E731
    conv = lambda a, b: nn.Conv2d(a, b, 3, padding=1)  # noqa: E731
    encoder = nn.Sequential(conv(3, n), *blocks(1), down(), *blocks(3), down(), *blocks(3), down(), *blocks(3, True), conv(n, latent))
    decoder = nn.Sequential(
        nn.Identity(), conv(latent, n), nn.ReLU(), *blocks(3, True), *up(), *blocks(3), *up(), *blocks(3), *up(), *blocks(1), conv(n, 3)
    )
    for name, p in [*encoder.named_parameters(), *decoder.named_parameters()]:
        if p.dim() == 4:
            p.normal_(0, (1.2 / p[0].numel()) ** 0.5)
        elif "pool.1.weight" not in name:
            p.normal_(0, 0.1)
    photo = torch.rand(1, 3, 24, 40)
    grid = encoder(photo)
    decode = lambda: decoder(torch.tanh(grid / 3) * 3)  # noqa: E731
    out = decode()
    decoder[-1].weight.mul_(0.2 / out.std())
    decoder[-1].bias.fill_(0.5)
    (folder / "taef2").mkdir(exist_ok=True)
    torch.save(encoder.state_dict(), folder / "taef2" / "taef2_encoder.pth")
    torch.save(decoder.state_dict(), folder / "taef2" / "taef2_decoder.pth")
    return {"taef2.photo": photo, "taef2.grid": grid, "taef2.out": decode()}


class Resnet(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, a, 1e-6), nn.Conv2d(a, b, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(32, b, 1e-6), nn.Conv2d(b, b, 3, padding=1)
        self.nin_shortcut = nn.Conv2d(a, b, 1) if a != b else None

    def forward(self, x):
        y = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return y + (self.nin_shortcut(x) if self.nin_shortcut else x)


class Attention(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.norm = nn.GroupNorm(32, n, 1e-6)
        self.q, self.k, self.v, self.proj_out = (nn.Conv2d(n, n, 1) for _ in range(4))

    def forward(self, x):
        y = self.norm(x)
        q, k, v = (f(y).flatten(2) for f in (self.q, self.k, self.v))
        shares = torch.softmax(q.transpose(1, 2) @ k / q.shape[1] ** 0.5, dim=2)
        return x + self.proj_out((v @ shares.transpose(1, 2)).reshape(x.shape))


class Resampling(nn.Module):
    def __init__(self, n, down):
        super().__init__()
        self.conv, self.down = nn.Conv2d(n, n, 3, 2 if down else 1, 0 if down else 1), down

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.down else F.interpolate(x, scale_factor=2.0))


class Half(nn.Module):
    """Encoder or decoder; levels of both are numbered from full size."""

    def __init__(self, widths, latent, down):
        super().__init__()
        self.conv_in = nn.Conv2d(3 if down else latent, widths[0] if down else widths[-1], 3, padding=1)
        levels, n = [], len(widths)
        for i in range(n):
            level = nn.Module()
            if down:
                sides = (widths[max(i - 1, 0)], widths[i])
                level.block = nn.ModuleList([Resnet(*sides)])
                level.downsample = Resampling(widths[i], True) if i + 1 < n else None
            else:
                before = widths[min(i + 1, n - 1)]
                level.block = nn.ModuleList([Resnet(before, widths[i]), Resnet(widths[i], widths[i])])
                level.upsample = Resampling(widths[i], False) if i > 0 else None
            levels.append(level)
        setattr(self, "down" if down else "up", nn.ModuleList(levels))
        self.mid = nn.Module()
        self.mid.block_1, self.mid.attn_1, self.mid.block_2 = Resnet(widths[-1], widths[-1]), Attention(widths[-1]), Resnet(widths[-1], widths[-1])
        last = widths[-1] if down else widths[0]
        self.norm_out, self.conv_out = nn.GroupNorm(32, last, 1e-6), nn.Conv2d(last, 2 * latent if down else 3, 3, padding=1)
        self.is_down = down

    def forward(self, x):
        x = self.conv_in(x)
        if self.is_down:
            for level in self.down:
                x = level.block[0](x)
                x = level.downsample(x) if level.downsample else x
        x = self.mid.block_2(self.mid.attn_1(self.mid.block_1(x)))
        if not self.is_down:
            for level in reversed(self.up):
                x = level.block[1](level.block[0](x))
                x = level.upsample(x) if level.upsample else x
        return self.conv_out(F.silu(self.norm_out(x)))


@torch.no_grad()
def ldm(folder, widths=(32, 32), latent=3):
    torch.manual_seed(6)
    net = nn.Module()
    net.encoder, net.decoder = Half(widths, latent, True), Half(widths, latent, False)
    net.quant_conv, net.post_quant_conv = nn.Conv2d(2 * latent, 2 * latent, 1), nn.Conv2d(latent, latent, 1)
    for p in net.parameters():
        p.copy_((p + 0.05 * torch.randn_like(p)).half().float())
    photo = torch.rand(1, 3, 16, 24)
    grid = net.quant_conv(net.encoder(photo * 2 - 1))[:, :latent]
    out = net.decoder(net.post_quant_conv(grid)) / 2 + 0.5
    save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, folder / "ldm.safetensors")
    return {"ldm.photo": photo, "ldm.grid": grid, "ldm.out": out}


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    values = stylegan2(folder) | taef2(folder) | ldm(folder)
    for name, value in values.items():
        print(name, tuple(value.shape), f"{value.min():.2f} .. {value.max():.2f}")
    save_file({k: v.detach().contiguous().clone() for k, v in values.items()}, folder / "flavours.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])

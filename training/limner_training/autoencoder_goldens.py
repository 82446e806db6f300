"""Tiny autoencoders of Stable Diffusion's families, for the tests of `limner models import`.

    python -m limner_training.autoencoder_goldens ../tests/golden/import

Writes random networks in the layouts that people have: TAESD (Ollin Boer Bohan) as its author's two `.pth` files in `taesd/` and as
diffusers' `AutoencoderTiny`, and diffusers' `AutoencoderKL` (Rombach et al. 2022) with its `config.json` in `kl/`, new and old names
of the attention. Beside each lie a photo, its latents and what they decode to.
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from .any_style_goldens import liven

WIDTHS, GROUPS, LATENT = (4, 8, 8), 2, 3


def conv(inputs, outputs, **kwargs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, **kwargs)


class Block(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Sequential(conv(n, n), nn.ReLU(), conv(n, n), nn.ReLU(), conv(n, n))

    def forward(self, x):
        return F.relu(self.conv(x) + x)


class Clamp(nn.Module):
    def forward(self, x):
        return torch.tanh(x / 3) * 3


def taesd_halves(n=6, latent=LATENT):
    encoder = [conv(3, n), Block(n)]
    for _ in range(3):
        encoder += [conv(n, n, stride=2, bias=False), *(Block(n) for _ in range(2))]
    decoder = [Clamp(), conv(latent, n), nn.ReLU()]
    for _ in range(3):
        decoder += [*(Block(n) for _ in range(2)), nn.Upsample(scale_factor=2), conv(n, n, bias=False)]
    return nn.Sequential(*encoder, conv(n, latent)), nn.Sequential(*decoder, Block(n), conv(n, 3))


def taesd(folder):
    torch.manual_seed(31)
    encoder, decoder = taesd_halves()
    photo = torch.rand(1, 3, 32, 48)
    with torch.no_grad():
        liven((encoder, decoder), 0.7)
        grid = encoder(photo)
        out = decoder(grid)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(encoder.state_dict(), folder / "taesd_encoder.pth")
    torch.save(decoder.state_dict(), folder / "taesd_decoder.pth")
    names = {f"encoder.layers.{k}": v for k, v in encoder.state_dict().items()}
    for k, v in decoder.state_dict().items():
        index, leaf = k.split(".", 1)
        names[f"decoder.layers.{int(index) - 1}.{leaf}"] = v
    save(folder.parent / "taesd_diffusers.safetensors", names, photo, grid, out)


class Resnet(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, inputs, 1e-6), conv(inputs, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, outputs, 1e-6), conv(outputs, outputs)
        if inputs != outputs:
            self.conv_shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x):
        inner = self.conv2(F.silu(self.norm2(self.conv1(F.silu(self.norm1(x))))))
        return inner + (self.conv_shortcut(x) if hasattr(self, "conv_shortcut") else x)


class Attention(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.group_norm = nn.GroupNorm(GROUPS, n, 1e-6)
        self.to_q, self.to_k, self.to_v = nn.Linear(n, n), nn.Linear(n, n), nn.Linear(n, n)
        self.to_out = nn.ModuleList([nn.Linear(n, n)])

    def forward(self, x):
        tokens = self.group_norm(x).flatten(2).transpose(1, 2)
        q, k, v = self.to_q(tokens), self.to_k(tokens), self.to_v(tokens)
        shares = (q @ k.transpose(1, 2) / math.sqrt(q.shape[-1])).softmax(-1)
        return x + self.to_out[0](shares @ v).transpose(1, 2).reshape(x.shape)


class Middle(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.resnets, self.attentions = nn.ModuleList([Resnet(n, n), Resnet(n, n)]), nn.ModuleList([Attention(n)])

    def forward(self, x):
        return self.resnets[1](self.attentions[0](self.resnets[0](x)))


class Step(nn.Module):
    def __init__(self, n, down):
        super().__init__()
        self.down = down
        self.conv = nn.Conv2d(n, n, 3, stride=2) if down else conv(n, n)

    def forward(self, x):
        return self.conv(F.pad(x, (0, 1, 0, 1)) if self.down else F.interpolate(x, scale_factor=2.0, mode="nearest"))


class Level(nn.Module):
    def __init__(self, inputs, outputs, count, step):
        super().__init__()
        self.resnets = nn.ModuleList(Resnet(inputs if i == 0 else outputs, outputs) for i in range(count))
        if step:
            setattr(self, step, nn.ModuleList([Step(outputs, step == "downsamplers")]))
        self.step = step

    def forward(self, x):
        for resnet in self.resnets:
            x = resnet(x)
        return getattr(self, self.step)[0](x) if self.step else x


class Half(nn.Module):
    def __init__(self, down):
        super().__init__()
        widths = WIDTHS if down else WIDTHS[::-1]
        self.down = down
        self.conv_in = conv(3 if down else LATENT, widths[0])
        pairs = list(zip((widths[0], *widths), widths, strict=False))
        name = "downsamplers" if down else "upsamplers"
        levels = [Level(a, b, 1 if down else 2, name if i + 1 < len(pairs) else None) for i, (a, b) in enumerate(pairs)]
        setattr(self, "down_blocks" if down else "up_blocks", nn.ModuleList(levels))
        self.mid_block = Middle(WIDTHS[-1])
        self.conv_norm_out = nn.GroupNorm(GROUPS, widths[-1], 1e-6)
        self.conv_out = conv(widths[-1], 2 * LATENT if down else 3)

    def forward(self, x):
        x = self.conv_in(x)
        if not self.down:
            x = self.mid_block(x)
        for level in self.down_blocks if self.down else self.up_blocks:
            x = level(x)
        if self.down:
            x = self.mid_block(x)
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class AutoencoderKL(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Half(True), Half(False)
        self.quant_conv, self.post_quant_conv = nn.Conv2d(2 * LATENT, 2 * LATENT, 1), nn.Conv2d(LATENT, LATENT, 1)


def kl(folder):
    torch.manual_seed(32)
    net = AutoencoderKL().eval()
    photo = torch.rand(1, 3, 24, 32)
    with torch.no_grad():
        for name, p in net.named_parameters():
            p.add_(0.2 * torch.randn_like(p))
        grid = net.quant_conv(net.encoder(photo * 2 - 1))[:, :LATENT]
        out = net.decoder(net.post_quant_conv(grid)) / 2 + 0.5
    folder.mkdir(parents=True, exist_ok=True)
    config = {"_class_name": "AutoencoderKL", "block_out_channels": WIDTHS, "norm_num_groups": GROUPS, "latent_channels": LATENT}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    state = net.state_dict()
    save(folder / "diffusion_pytorch_model.safetensors", state, photo, grid, out)
    old = {}
    for k, v in state.items():
        for new, name in (("to_q", "query"), ("to_k", "key"), ("to_v", "value"), ("to_out.0", "proj_attn")):
            k = k.replace(f".{new}.", f".{name}.")
        old[k] = v
    torch.save(old, folder / "diffusion_pytorch_model.bin")


def save(path, tensors, photo, grid, out):
    print(path.name, *(f"{t.min():.2f} .. {t.max():.2f}" for t in (grid, out)))
    tensors = tensors | {"_in.photo": photo, "_out.grid": grid, "_out.photo": out}
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path)


def main(folder):
    taesd(pathlib.Path(folder) / "taesd")
    kl(pathlib.Path(folder) / "kl")


if __name__ == "__main__":
    main(*sys.argv[1:])

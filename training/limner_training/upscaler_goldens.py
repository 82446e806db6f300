"""Tiny enlarging networks, for the tests of `limner models import` and `limner upscale`.

    python -m limner_training.upscaler_goldens ../tests/golden/import/upscaler

Writes random `RRDBNet`s (Wang et al. 2018, ESRGAN; Wang et al. 2021, Real-ESRGAN) and `SRVGGNetCompact`s (the latter) as their
authors' programs save them: three generations of names, zip and legacy files, wrappers, safetensors; and `reference.safetensors`
with an input and each network's output.
"""

import collections
import pathlib
import re
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


def conv(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, 1, 1)


def leaky(x):
    return F.leaky_relu(x, 0.2)


class Dense(nn.Module):
    def __init__(self, feat, grow):
        super().__init__()
        for i in range(5):
            setattr(self, f"conv{i + 1}", conv(feat + i * grow, grow if i < 4 else feat))

    def forward(self, x):
        seen = x
        for i in range(4):
            seen = torch.cat((seen, leaky(getattr(self, f"conv{i + 1}")(seen))), 1)
        return self.conv5(seen) * 0.2 + x


class Block(nn.Module):
    def __init__(self, feat, grow):
        super().__init__()
        self.rdb1, self.rdb2, self.rdb3 = (Dense(feat, grow) for _ in range(3))

    def forward(self, x):
        return self.rdb3(self.rdb2(self.rdb1(x))) * 0.2 + x


class RRDBNet(nn.Module):
    """x [N, 3, H, W] in 0..1, sides multiples of `unshuffle` -> [N, 3, H * scale, W * scale]; scale is 2^doublings / unshuffle."""

    def __init__(self, feat, grow, blocks, doublings, unshuffle=1):
        super().__init__()
        self.unshuffle, self.doublings = unshuffle, doublings
        self.conv_first = conv(3 * unshuffle**2, feat)
        self.body = nn.Sequential(*(Block(feat, grow) for _ in range(blocks)))
        self.conv_body = conv(feat, feat)
        for i in range(doublings):
            setattr(self, f"conv_up{i + 1}", conv(feat, feat))
        self.conv_hr, self.conv_last = conv(feat, feat), conv(feat, 3)

    def forward(self, x):
        x = self.conv_first(F.pixel_unshuffle(x, self.unshuffle))
        x = x + self.conv_body(self.body(x))
        for i in range(self.doublings):
            x = leaky(getattr(self, f"conv_up{i + 1}")(F.interpolate(x, scale_factor=2, mode="nearest")))
        return self.conv_last(leaky(self.conv_hr(x)))


class SRVGGNetCompact(nn.Module):
    """x [N, 3, H, W] in 0..1 -> [N, 3, H * scale, W * scale]."""

    def __init__(self, feat, convs, scale):
        super().__init__()
        self.scale = scale
        layers = [conv(3, feat), nn.PReLU(feat)]
        for _ in range(convs):
            layers += [conv(feat, feat), nn.PReLU(feat)]
        self.body = nn.ModuleList([*layers, conv(feat, 3 * scale**2)])

    def forward(self, x):
        y = x
        for layer in self.body:
            y = layer(y)
        return F.pixel_shuffle(y, self.scale) + F.interpolate(x, scale_factor=self.scale, mode="nearest")


def first_names(state, blocks, doublings):
    """As the first ESRGAN's program names them: one sequence of layers."""
    layers = {"conv_first": 0, "conv_hr": 3 * doublings + 2, "conv_last": 3 * doublings + 4}
    layers |= {f"conv_up{i}": 3 * i for i in range(1, doublings + 1)}
    old = collections.OrderedDict()
    for name, tensor in state.items():
        part, rest = name.split(".", 1)
        if part == "body":
            name = re.sub(r"^body\.(\d+)\.rdb(\d)\.(conv\d)\.", r"model.1.sub.\1.RDB\2.\3.0.", name)
        elif part == "conv_body":
            name = f"model.1.sub.{blocks}.{rest}"
        else:
            name = f"model.{layers[part]}.{rest}"
        old[name] = tensor
    return old


def later_names(state):
    """As the later ESRGAN, BSRGAN and RealSR name them."""
    parts = {"conv_body": "trunk_conv", "conv_up1": "upconv1", "conv_up2": "upconv2", "conv_hr": "HRconv"}
    old = collections.OrderedDict()
    for name, tensor in state.items():
        part, rest = name.split(".", 1)
        name = f"RRDB_trunk.{rest.replace('rdb', 'RDB')}" if part == "body" else f"{parts.get(part, part)}.{rest}"
        old[name] = tensor
    return old


def state_of(net):
    return collections.OrderedDict((k, v.detach().clone()) for k, v in net.state_dict().items())


def random_numbers(net):
    """Numbers that let every layer have a say, and keep the picture about 0..1."""
    with torch.no_grad():
        for name, p in net.named_parameters():
            if p.dim() == 4:
                p.normal_(0, 1.6 / (p[0].numel() ** 0.5))
            elif ".weight" in name:
                p.uniform_(-0.3, 0.6)
            else:
                p.normal_(0, 0.2)
        last = net.conv_last if isinstance(net, RRDBNet) else net.body[-1]
        last.weight.mul_(0.1)
        last.bias.fill_(0.5 if isinstance(net, RRDBNet) else 0.0)


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(16)
    x = torch.rand(1, 3, 12, 16)
    held = {"_in.x": x}

    def made(name, net):
        random_numbers(net)
        with torch.no_grad():
            y = net.eval()(x)
        print(f"{name}: {y.min():.2f} .. {y.max():.2f}")
        held[f"_out.{name}"] = y.contiguous()
        return state_of(net)

    state = made("rrdb_x4", RRDBNet(6, 4, 2, 2))
    torch.save(first_names(state, 2, 2), folder / "rrdb_x4_first.pth", _use_new_zipfile_serialization=False)
    torch.save(later_names(state), folder / "rrdb_x4_later.pth")
    torch.save({"params": {}, "params_ema": state}, folder / "rrdb_x4.pth")
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "rrdb_x4.safetensors")
    for scale, doublings in ((1, 0), (2, 1), (8, 3)):
        state = made(f"rrdb_x{scale}", RRDBNet(4, 3, 1, doublings))
        torch.save(first_names(state, 1, doublings), folder / f"rrdb_x{scale}_first.pth")
    for scale, unshuffle in ((2, 2), (1, 4)):
        state = made(f"rrdb_unshuffle{unshuffle}", RRDBNet(4, 3, 1, 2, unshuffle))
        torch.save({"params_ema": state}, folder / f"rrdb_unshuffle{unshuffle}.pth")
    for scale in (1, 2, 3, 4):
        state = made(f"srvgg_x{scale}", SRVGGNetCompact(5, 3, scale))
        torch.save({"params": state}, folder / f"srvgg_x{scale}.pth", _use_new_zipfile_serialization=scale != 2)
    save_file({k: v.contiguous() for k, v in state.items()}, folder / "srvgg_x4.safetensors")
    save_file(held, folder / "reference.safetensors")


if __name__ == "__main__":
    main(sys.argv[1])

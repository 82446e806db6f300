"""The shipped architectures with random weights, for the speed programs."""

import json
import os

import torch
from safetensors.torch import save_file
from torch import nn


class Lambda(nn.Module):
    """A module that calls a function of its parts."""

    def __init__(self, run, *parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)
        self.run = run

    def forward(self, *inputs):
        return self.run(*inputs)


def write(module, folder, config):
    """Weights and settings where the program reads them from."""
    os.makedirs(folder, exist_ok=True)
    state = {k: v.contiguous().float() for k, v in module.state_dict().items()}
    save_file(state, os.path.join(folder, "weights.safetensors"))
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)


def restyle(size, folder, known):
    """The transform network; with `known` its statistics were measured before, as in the program."""
    from limner_training.restyle import Config, Restyle

    net = Restyle(Config()).eval().requires_grad_(False)
    write(net, folder, net.cfg.to_json())
    code, strength = torch.randn(1, net.cfg.code_dim), torch.ones(1)
    photo = torch.randn(1, 3, size, size)
    stats = None
    if known:
        with torch.inference_mode():
            stats = [(m.clone(), s.clone()) for m, s in net.transform(torch.randn(1, 3, 256, 256), code, strength)[1]]

    def run(x, code, strength, *stats):
        known = list(zip(stats[::2], stats[1::2])) or None
        return net.transform(x, code, strength, known)[0]

    flat = [t for pair in stats or [] for t in pair]
    return Lambda(run, net), (photo, code, strength, *flat), {}


def crisp(size, folder, scale):
    from limner_training.crisp_net import Crisp

    net = Crisp().eval().requires_grad_(False)
    write(net, folder, {})
    return Lambda(lambda x: net(x, scale).clamp(0, 1), net), (torch.rand(1, 3, size, size),), {}


def generator(name, folder):
    from limner_training.presets import Preset
    from limner_training.stylegan2 import Generator

    kwargs = Preset.named(name).kwargs()
    net = Generator(**kwargs).eval().requires_grad_(False)
    write(net, folder, kwargs)
    ws = torch.randn(1, net.num_ws, kwargs["w_dim"])
    return Lambda(lambda w: net.synthesis(w, noise_mode="const"), net), (ws,), {}


def stylegan3(size, folder, turns):
    """The authors' own code (a checkout of NVlabs/stylegan3 in $STYLEGAN3), as their 256 x 256 networks are made."""
    import sys

    sys.path.insert(0, os.environ["STYLEGAN3"])
    from training.networks_stylegan3 import Generator

    kwargs = {"z_dim": 512, "c_dim": 0, "w_dim": 512, "img_resolution": size, "img_channels": 3,
              "channel_base": 16384, "channel_max": 512, "mapping_kwargs": {"num_layers": 2}}  # fmt: skip
    if turns:
        kwargs |= {"conv_kernel": 1, "use_radial_filters": True, "channel_base": 32768, "channel_max": 1024}
    net = Generator(**kwargs).eval().requires_grad_(False)
    write(net, folder, kwargs)
    return Lambda(lambda w: net.synthesis(w), net), (torch.randn(1, net.num_ws, 512),), {}


def lens(size, folder):
    """There and back."""
    from limner_training.lens_net import Config, Lens

    net = Lens(Config()).eval().requires_grad_(False)
    write(net, folder, net.config.kwargs())
    state = {k: v.contiguous().float() for k, v in net.shipped().items()}
    save_file(state, os.path.join(folder, "weights.safetensors"))
    return Lambda(lambda x: net.decode(net.encode(x)[0]), net), (torch.rand(1, 3, size, size),), {}


def upscaler(name, size, folder):
    """Sizes of the networks that are in use: Real-ESRGAN's for drawings (six blocks), its general one, for films."""
    from limner_training.upscaler_goldens import RRDBNet, SRVGGNetCompact

    if name == "rrdbnet":
        net = RRDBNet(64, 32, 6, 2)
        config = {"num_feat": 64, "num_grow_ch": 32, "num_block": 6, "doublings": 2, "unshuffle": 1}
    else:
        convs = 32 if name == "srvgg32" else 16
        net = SRVGGNetCompact(64, convs, 4)
        config = {"num_feat": 64, "num_conv": convs, "upscale": 4}
    net = net.eval().requires_grad_(False)
    write(net, folder, config)
    return net, (torch.rand(1, 3, size, size),), {}


def microast(size, folder):
    """Another project's network, as the measure of Limner's whole way."""
    from microast import MicroAst

    write(nn.Identity(), folder, {})
    return MicroAst().eval().requires_grad_(False), tuple(torch.rand(2, 1, 3, size, size)), {}


def build(name, size, folder):
    """(module, inputs, what the program should know)."""
    if name in ("restyle", "restyle-own"):
        return restyle(size, folder, name == "restyle")
    if name in ("crisp2", "crisp4"):
        return crisp(size, folder, int(name[-1]))
    if name == "lens":
        return lens(size, folder)
    if name in ("fruit", "landscapes"):
        return generator(name, folder)
    if name in ("stylegan3-t", "stylegan3-r"):
        return stylegan3(size, folder, name.endswith("r"))
    if name == "rrdbnet" or name.startswith("srvgg"):
        return upscaler(name, size, folder)
    if name == "microast":
        return microast(size, folder)
    raise ValueError(f"no network {name}")

"""Tiny StyleGAN3 checkpoints for the tests of `limner models import`, made and drawn by the authors' own code.

    python -m limner_training.stylegan3_goldens STYLEGAN3 tests/golden/import/stylegan3

STYLEGAN3 is a checkout of NVlabs/stylegan3; nothing of it is kept. Writes random generators of configuration T (3 x 3
convolutions, separable filters) and R (1 x 1, radial filters, classes) as pickles in the layout of that repository (the
source that its classes carry is a line that must never run), T as safetensors too, and `reference.safetensors` with
latents, their w, and pictures, straight and turned.
"""

import collections
import json
import math
import pathlib
import pickle
import sys
import types

import numpy as np
import torch
from safetensors.torch import save_file

from . import foreign_goldens

T = {
    "z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 32, "img_channels": 3, "channel_base": 192, "channel_max": 12,
    "num_layers": 6, "num_critical": 2, "margin_size": 4, "mapping_kwargs": {"num_layers": 2}, "magnitude_ema_beta": 0.9996,
}  # fmt: skip
R = T | {"c_dim": 3, "conv_kernel": 1, "use_radial_filters": True, "channel_base": 256, "channel_max": 16, "num_layers": 5, "conv_clamp": 2.0}
KEPT = ("up_factor", "down_factor", "padding", "conv_clamp", "is_torgb", "is_critically_sampled", "conv_kernel", "output_scale", "margin_size",
        "activation", "weight_gain", "bias_gain", "sampling_rate", "bandwidth", "num_layers", "in_channels", "out_channels")


class Remembering:
    """Pickles a module as `torch_utils.persistence` does, with what its layers remember."""

    def __init__(self, module, kwargs, change):
        self.module, self.kwargs, self.change = module, kwargs, change

    def __reduce__(self):
        m = self.module
        state = {k: v for k, v in vars(m).items() if k in KEPT}
        state |= {"in_size": m.in_size, "out_size": m.out_size} if hasattr(m, "out_size") else {}
        state |= {
            "_parameters": collections.OrderedDict(m.named_parameters(recurse=False)),
            "_buffers": collections.OrderedDict(m.named_buffers(recurse=False)),
            "_modules": collections.OrderedDict((k, Remembering(v, {}, self.change)) for k, v in m.named_children()),
            "_init_args": (), "_init_kwargs": foreign_goldens.EasyDict(self.kwargs),
        }  # fmt: skip
        name = type(m).__name__
        state |= self.change.get(name, {})
        meta = foreign_goldens.EasyDict(type="class", version=6, module_src="raise SystemExit()", class_name=name, state=state)
        return foreign_goldens._reconstruct_persistent_obj, (meta,)


def pickled(path, net, kwargs, change=None):
    path.write_bytes(pickle.dumps({"G": None, "D": None, "G_ema": Remembering(net, kwargs, change or {})}))


def stand_ins():
    """The names that the pickles bear, so that pickling finds them."""
    for module, value in (("torch_utils.persistence", foreign_goldens._reconstruct_persistent_obj), ("dnnlib.util", foreign_goldens.EasyDict)):
        setattr(sys.modules.setdefault(module, types.ModuleType(module)), value.__qualname__, value)


def generator(Generator, seed, kwargs):
    torch.manual_seed(seed)
    net = Generator(**kwargs).eval().requires_grad_(False)
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if name.endswith("magnitude_ema"):
            t.fill_(float(torch.rand([]) + 0.5))
        elif name.endswith("w_avg"):
            t.normal_(0, 0.3)
        elif name.startswith("synthesis.L") and name.endswith(".bias") and "affine" not in name:
            t.normal_(0, 0.2)
        elif name.startswith("synthesis.input.affine") and name.endswith("weight"):
            t.normal_(0, 0.5)
    return net


def turned(translate, degrees):
    """The inverse of `make_transform` of gen_images.py."""
    s, c = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    m = np.array([[c, s, translate[0]], [-s, c, translate[1]], [0, 0, 1]])
    return torch.from_numpy(np.linalg.inv(m)).float()


@torch.no_grad()
def main(repo, folder):
    sys.path.insert(0, repo)
    from training.networks_stylegan3 import Generator

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    reference, nets = {}, {}
    for name, seed, kwargs in (("t", 31, T), ("r", 33, R)):
        net = nets[name] = generator(Generator, seed, kwargs)
        z = torch.randn(2, kwargs["z_dim"])
        c = torch.eye(max(kwargs["c_dim"], 1))[:2, :kwargs["c_dim"]] if kwargs["c_dim"] else torch.zeros(2, 0)
        # One at a time: the authors normalise styles over the batch.
        ws = net.mapping(z, c)
        cut = net.mapping(z, c, truncation_psi=0.7)
        images = torch.cat([net.synthesis(w[None]) for w in ws])
        net.synthesis.input.transform.copy_(turned((0.3, -0.1), 25.0))
        moved = torch.cat([net.synthesis(w[None]) for w in ws])
        net.synthesis.input.transform.copy_(torch.eye(3))
        print(name, "size", tuple(images.shape), "spread", images.std().item(), "moved by", (moved - images).abs().mean().item())
        found = {"z": z, "ws": ws, "ws_psi0.7": cut, "image": images, "moved": moved} | ({"c": c} if kwargs["c_dim"] else {})
        reference |= {f"{name}.{k}": v.contiguous() for k, v in found.items()}
    save_file(reference, folder / "reference.safetensors")
    state = {k: v.contiguous() for k, v in nets["t"].state_dict().items()}
    save_file(state, folder / "t.safetensors", metadata={"kwargs": json.dumps(T)})
    stand_ins()
    sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj = foreign_goldens._reconstruct_persistent_obj
    pickled(folder / "t.pkl", nets["t"], T)
    pickled(folder / "r.pkl", nets["r"], R)
    pickled(folder / "other_argument.pkl", nets["t"], T | {"skew": 2})
    pickled(folder / "other_padding.pkl", nets["t"], T, {"SynthesisLayer": {"padding": [1, 1, 1, 1]}})


if __name__ == "__main__":
    main(*sys.argv[1:])

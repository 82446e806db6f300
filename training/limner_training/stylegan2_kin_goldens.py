"""StyleGAN2's less usual generators for the tests of `limner models import`, made and drawn by the authors' own code.

    python -m limner_training.stylegan2_kin_goldens STYLEGAN3 tests/golden/import/stylegan2_kin

STYLEGAN3 is a checkout of NVlabs/stylegan3; nothing of it is kept. Writes random generators of `networks_stylegan2` as
pickles in the layout of that repository (the source that its classes carry is a line that must never run): blocks that
are neither skip nor resnet, layers without noise, pictures with alpha, convolutions of 5 x 5; the last as safetensors
too; and `reference.safetensors` with latents and pictures.
"""

import collections
import json
import pathlib
import pickle
import sys

import torch
from safetensors.torch import save_file

from . import foreign_goldens
from .stylegan3_goldens import stand_ins

COMMON = {
    "z_dim": 8, "c_dim": 0, "w_dim": 8, "img_resolution": 16, "img_channels": 3,
    "channel_base": 64, "channel_max": 6, "mapping_kwargs": {"num_layers": 2},
}  # fmt: skip
VARIANTS = {
    "orig": {"architecture": "orig"},
    "no_noise": {"use_noise": False, "architecture": "resnet"},
    "rgba": {"img_channels": 4},
    "kernel5": {"kernel_size": 5, "conv_clamp": 1.5},
}
KEPT = ("activation", "conv_clamp", "use_noise", "up", "weight_gain", "bias_gain", "architecture", "in_channels", "out_channels",
        "resolution", "padding", "act_gain", "is_last", "img_channels", "num_conv", "num_torgb", "w_dim", "num_ws")  # fmt: skip


class Remembering:
    """Pickles a module as `torch_utils.persistence` does, with what its layers remember."""

    def __init__(self, module, kwargs):
        self.module, self.kwargs = module, kwargs

    def __reduce__(self):
        m, name = self.module, type(self.module).__name__
        state = {k: v for k, v in vars(m).items() if k in KEPT}
        state |= {
            "_parameters": collections.OrderedDict(m.named_parameters(recurse=False)),
            "_buffers": collections.OrderedDict(m.named_buffers(recurse=False)),
            "_modules": collections.OrderedDict((k, Remembering(v, {})) for k, v in m.named_children()),
            "_init_args": (), "_init_kwargs": foreign_goldens.EasyDict(self.kwargs),
        }  # fmt: skip
        meta = foreign_goldens.EasyDict(type="class", version=6, module_src="raise SystemExit()", class_name=name, state=state)
        return foreign_goldens._reconstruct_persistent_obj, (meta,)


def pickled(path, net, kwargs):
    path.write_bytes(pickle.dumps({"G": None, "D": None, "G_ema": Remembering(net, kwargs)}))


def generator(Generator, seed, kwargs):
    torch.manual_seed(seed)
    net = Generator(**kwargs).eval().requires_grad_(False)
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if name.endswith("noise_strength"):
            t.fill_(0.2)
        elif name.endswith("w_avg"):
            t.normal_(0, 0.3)
        elif name.startswith("synthesis.b") and name.endswith(".bias") and "affine" not in name:
            t.normal_(0, 0.2)
    return net


@torch.no_grad()
def main(repo, folder):
    sys.path.insert(0, repo)
    from training.networks_stylegan2 import Generator

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    reference, nets = {}, {}
    for seed, (name, more) in enumerate(VARIANTS.items(), 40):
        kwargs = COMMON | more
        net = nets[name] = generator(Generator, seed, kwargs)
        z = torch.randn(2, 8)
        image = net(z, None, noise_mode="const")
        print(name, tuple(image.shape), "spread", image.std().item())
        reference |= {f"{name}.z": z, f"{name}.image": image.contiguous()}
    save_file(reference, folder / "reference.safetensors")
    state = {k: v.contiguous() for k, v in nets["kernel5"].state_dict().items()}
    save_file(state, folder / "kernel5.safetensors", metadata={"kwargs": json.dumps(COMMON | VARIANTS["kernel5"])})
    stand_ins()
    sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj = foreign_goldens._reconstruct_persistent_obj
    sys.modules["dnnlib.util"].EasyDict = foreign_goldens.EasyDict
    for name, net in nets.items():
        pickled(folder / f"{name}.pkl", net, COMMON | VARIANTS[name])


if __name__ == "__main__":
    main(*sys.argv[1:])

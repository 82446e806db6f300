"""Tiny checkpoints in other programs' formats, for the tests of `limner models import`.

    python -m limner_training.foreign_goldens tests/golden/import

Writes one random StyleGAN2 generator as `reference.safetensors` (names of `networks_stylegan2`, a latent and its picture)
and the same weights as a pickle in the layout of the StyleGAN2-ADA and StyleGAN3 repositories (classes that carry their
source and rebuild themselves; here the source is a line that must never run) and as rosinality's `.pt`, zip and legacy.
"""

import collections
import json
import pathlib
import pickle
import sys
import types

import torch
from safetensors.torch import save_file

from .stylegan2 import Generator

KWARGS = {
    "z_dim": 16, "c_dim": 0, "w_dim": 12, "img_resolution": 16, "img_channels": 3,
    "channel_base": 96, "channel_max": 10, "mapping_kwargs": {"num_layers": 2},
}


def _reconstruct_persistent_obj(meta):
    raise RuntimeError("only a name for the pickle")


_reconstruct_persistent_obj.__module__ = "torch_utils.persistence"
_reconstruct_persistent_obj.__qualname__ = "_reconstruct_persistent_obj"


class EasyDict(dict):
    """Stands for `dnnlib.EasyDict`."""


EasyDict.__module__ = "dnnlib.util"
EasyDict.__qualname__ = "EasyDict"


class Persistent:
    """Pickles a module as `torch_utils.persistence` does."""

    def __init__(self, class_name, module, kwargs):
        self.class_name, self.module, self.kwargs = class_name, module, kwargs

    def __reduce__(self):
        children = collections.OrderedDict(
            (name, Persistent(type(child).__name__, child, {})) for name, child in self.module.named_children())
        state = {
            "training": False,
            "_parameters": collections.OrderedDict(self.module.named_parameters(recurse=False)),
            "_buffers": collections.OrderedDict(self.module.named_buffers(recurse=False)),
            "_modules": children,
            "_init_args": (),
            "_init_kwargs": EasyDict(self.kwargs),
        }
        meta = EasyDict(type="class", version=6, module_src="raise SystemExit('source must not run')",
                        class_name=self.class_name, state=state)
        return _reconstruct_persistent_obj, (meta,)


def rosinality(state):
    """The same weights under rosinality's names and shapes."""
    out = collections.OrderedDict()
    for name, x in state.items():
        parts = name.split(".")
        leaf = parts[-1]
        if parts[0] == "mapping" and parts[1].startswith("fc"):
            out[f"style.{int(parts[1][2:]) + 1}.{leaf}"] = x
            continue
        if parts[0] != "synthesis" or leaf == "resample_filter":
            continue
        if leaf == "const":
            out["input.input"] = x[None]
            continue
        log2 = int(parts[1][1:]).bit_length() - 1
        rgb = parts[2] == "torgb"
        if log2 == 2:
            prefix = "to_rgb1" if rgb else "conv1"
        else:
            prefix = f"to_rgbs.{log2 - 3}" if rgb else f"convs.{2 * (log2 - 3) + int(parts[2][-1])}"
        if parts[3] == "affine":
            out[f"{prefix}.conv.modulation.{leaf}"] = x
        elif leaf == "weight":
            out[f"{prefix}.conv.weight"] = x[None]
        elif leaf == "bias":
            out[f"{prefix}.bias" if rgb else f"{prefix}.activate.bias"] = x.reshape(1, -1, 1, 1) if rgb else x
        elif leaf == "noise_strength":
            out[f"{prefix}.noise.weight"] = x.reshape(1)
        elif leaf == "noise_const":
            index = 0 if log2 == 2 else 2 * (log2 - 3) + int(parts[2][-1]) + 1
            out[f"noises.noise_{index}"] = x[None, None]
    return out


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(85)
    net = Generator(**KWARGS).eval()
    with torch.no_grad():
        for name, p in net.named_parameters():
            if name.endswith("noise_strength"):
                p.fill_(0.1)
        net.mapping.w_avg.normal_()
    state = {k: v.detach().contiguous() for k, v in net.state_dict().items()}
    z = torch.randn(1, KWARGS["z_dim"])
    with torch.no_grad():
        image = net(z, noise_mode="const")
    save_file({**state, "_in.z": z, "_out.image": image.contiguous()}, folder / "reference.safetensors",
              metadata={"kwargs": json.dumps(KWARGS)})

    for module, value in (("torch_utils.persistence", _reconstruct_persistent_obj), ("dnnlib.util", EasyDict)):
        sys.modules.setdefault(module.split(".")[0], types.ModuleType(module.split(".")[0]))
        sys.modules[module] = types.ModuleType(module)
        setattr(sys.modules[module], value.__qualname__, value)
    whole = {"G": None, "D": None, "G_ema": Persistent("Generator", net, KWARGS), "training_set_kwargs": {"path": "x"}}
    (folder / "ada.pkl").write_bytes(pickle.dumps(whole))
    ros = {"g_ema": rosinality(state), "latent_avg": state["mapping.w_avg"]}
    torch.save(ros, folder / "rosinality.pt")
    torch.save(ros, folder / "rosinality_legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main(sys.argv[1])

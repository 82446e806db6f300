"""Tiny StyleGAN-XL checkpoints for the tests of `limner models import`, made and drawn by the authors' own code.

    python -m limner_training.stylegan_xl_goldens STYLEGAN_XL tests/golden/import/stylegan_xl

STYLEGAN_XL is a checkout of autonomousvision/stylegan_xl (`click` must be there); nothing of it is kept. Writes, as pickles
in the layout of that repository (the source that their classes carry is a line that must never run): `stem.pkl`, a random
generator with classes; `super.pkl`, that with another laid onto it, and one more onto that; `plain.pkl`, configuration R
without classes; `other_padding.pkl`, whose layer pads one axis more; and `reference.safetensors` with latents, their w, and
pictures.
"""

import collections
import os
import pathlib
import pickle
import sys
import tempfile

import torch
from safetensors.torch import save_file

from . import foreign_goldens
from .stylegan3_goldens import generator, stand_ins

STEM = {
    "z_dim": 6, "c_dim": 3, "w_dim": 8, "img_resolution": 16, "img_channels": 3, "channel_base": 48, "channel_max": 6,
    "num_layers": 4, "num_critical": 2, "margin_size": 4, "mapping_kwargs": {"num_layers": 2, "rand_embedding": False},
    "conv_kernel": 3, "use_radial_filters": False, "magnitude_ema_beta": 0.9996,
}  # fmt: skip
PLAIN = STEM | {"c_dim": 0, "conv_kernel": 1, "use_radial_filters": True, "num_layers": 5}
KEPT = ("up_factor", "down_factor", "up_taps", "down_taps", "down_radial", "padding", "conv_clamp", "is_torgb", "is_critically_sampled", "conv_kernel",
        "output_scale", "margin_size", "activation", "weight_gain", "bias_gain", "sampling_rate", "bandwidth", "num_layers", "in_channels", "out_channels",
        "layer_names", "num_ws", "img_resolution")  # fmt: skip


class Remembering:
    """Pickles a module as `torch_utils.persistence` does, with what its layers remember."""

    def __init__(self, module, kwargs, change):
        self.module, self.kwargs, self.change = module, kwargs, change

    def __reduce__(self):
        m, name = self.module, type(self.module).__name__
        state = {k: v for k, v in vars(m).items() if k in KEPT}
        state |= {
            "_parameters": collections.OrderedDict(m.named_parameters(recurse=False)),
            "_buffers": collections.OrderedDict(m.named_buffers(recurse=False)),
            "_modules": collections.OrderedDict((k, Remembering(v, {}, self.change)) for k, v in m.named_children()),
        }  # fmt: skip
        if name == "Embedding":
            return torch.nn.Embedding, (), state
        state |= {"_init_args": (), "_init_kwargs": foreign_goldens.EasyDict(self.kwargs)}
        state |= self.change.get(name, {})
        meta = foreign_goldens.EasyDict(type="class", version=6, module_src="raise SystemExit()", class_name=name, state=state)
        return foreign_goldens._reconstruct_persistent_obj, (meta,)


def pickled(path, net, kwargs, change=None):
    path.write_bytes(pickle.dumps({"G": None, "D": None, "G_ema": Remembering(net, kwargs, change or {})}))


def shaken(net, seed):
    """Other numbers, as training would leave them."""
    torch.manual_seed(seed)
    net.eval().requires_grad_(False)
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if name.endswith("magnitude_ema"):
            t.fill_(float(torch.rand([]) + 0.5))
        elif name.startswith("synthesis.L") and name.endswith(".bias") and "affine" not in name:
            t.normal_(0, 0.2)
        elif name.startswith("synthesis.L") and name.endswith("_3.weight"):
            t.mul_(4)
    return net


@torch.no_grad()
def main(repo, folder):
    repo, folder = pathlib.Path(repo).resolve(), pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(repo))
    work = tempfile.mkdtemp()
    os.chdir(work)
    os.mkdir("in_embeddings")
    torch.manual_seed(90)
    with open("in_embeddings/tf_efficientnet_lite0.pkl", "wb") as f:
        pickle.dump({"embed": torch.nn.Embedding(5, 7)}, f)
    from training.networks_stylegan3_resetting import Generator, SuperresGenerator

    def saved(net, name):
        with open(name, "wb") as f:
            pickle.dump({"G": net, "D": None, "G_ema": net}, f)
        return name

    stem = generator(Generator, 91, STEM)
    first = {"img_resolution": 32, "path_stem": saved(stem, "stem.pkl"), "head_layers": 4, "up_factor": 2}
    half = shaken(SuperresGenerator(**first), 92)
    second = {"img_resolution": 64, "path_stem": saved(half, "half.pkl"), "head_layers": 3, "up_factor": 2}
    whole = shaken(SuperresGenerator(**second), 93)
    nets = {"stem": (stem, STEM), "super": (whole, second), "plain": (generator(Generator, 94, PLAIN), PLAIN)}
    reference = {}
    for name, (net, kwargs) in nets.items():
        z = torch.randn(2, 6)
        c = torch.eye(3)[[2, 0]] if net.c_dim else None
        ws = net.mapping(z, c)
        cut = net.mapping(z, c, truncation_psi=0.7)
        # One at a time: the authors normalise styles over the batch.
        images = torch.cat([net.synthesis(w[None]) for w in ws])
        print(name, [n for n in net.synthesis.layer_names], tuple(images.shape), "spread", images.std().item(), "num_ws", net.mapping.num_ws)
        found = {"z": z, "ws": ws[:, 0], "ws_psi0.7": cut[:, 0], "image": images[..., ::2, ::2] if name == "super" else images}
        reference |= {f"{name}.{k}": v.contiguous() for k, v in found.items()}
    save_file(reference, folder / "reference.safetensors")
    stand_ins()
    sys.modules["torch_utils.persistence"]._reconstruct_persistent_obj = foreign_goldens._reconstruct_persistent_obj
    sys.modules["dnnlib.util"].EasyDict = foreign_goldens.EasyDict
    for name, (net, kwargs) in nets.items():
        pickled(folder / f"{name}.pkl", net, kwargs)
    pickled(folder / "other_padding.pkl", half, first, {"SynthesisLayer": {"padding": [1, 1, 2, 1]}})


if __name__ == "__main__":
    main(*sys.argv[1:])

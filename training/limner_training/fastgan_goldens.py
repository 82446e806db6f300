"""Tiny FastGAN checkpoints for the tests of `limner models import`, made and drawn by Projected GAN's own code.

    python -m limner_training.fastgan_goldens PROJECTED_GAN ../tests/golden/import/fastgan

PROJECTED_GAN is a checkout of autonomousvision/projected_gan; nothing of it is kept. Writes random generators: `lite.pkl` as
that program pickles them, `big.safetensors` with noise, `classes.safetensors` with noise and classes (weights as half
numbers), `first.pth` as FastGAN's first program saves them, made of the same blocks (its own code is not public any more),
and `all_first.pth`, which that program's users find beside it; `reference.safetensors` with latents and pictures.
"""

import collections
import pathlib
import pickle
import sys
from unittest import mock

import torch
from safetensors.torch import save_file
from torch import nn

from .lucidrains_goldens import noise_of

Z, NGF = 4, 2


def random_numbers(net):
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if name.endswith("_var"):
            t.uniform_(0.5, 2)
        elif name.endswith("_mean") or name.endswith("bias"):
            t.normal_(0, 0.2)
        elif name.endswith("weight") and t.dim() == 1:
            t.uniform_(0.8, 2.5)
        elif name.endswith("weight_orig") or name.endswith("weight"):
            t.normal_()
        if t.is_floating_point():
            t.copy_(t.half())
    # Vectors as training leaves them.
    net.train()
    for module in net.modules():
        for hook in module._forward_pre_hooks.values():
            hook.n_power_iterations = 6
            hook(module, None)
            hook.n_power_iterations = 1
    net.eval()
    for t in net.buffers():
        if t.is_floating_point():
            t.copy_(t.half())


def drawn(net, NoiseInjection, *inputs):
    own, layers = NoiseInjection.forward, iter(range(99))
    given = lambda self, x, noise=None: own(self, x, noise_of(next(layers), *x.shape[2:]))  # noqa: E731
    with mock.patch.object(NoiseInjection, "forward", given):
        return net(*inputs)


def state_of(net):
    return collections.OrderedDict((k, v.half() if v.is_floating_point() else v) for k, v in net.state_dict().items())


def first_generator(blocks, ngf, nz, size):
    """The first program's network: doublings of two kinds by turns, no bias at the end, no unit length."""

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            share = {4: 16, 8: 8, 16: 4, 32: 2, 64: 2, 128: 1, 256: 0.5}
            n = {k: int(v * ngf) for k, v in share.items()}
            self.init = blocks.InitLayer(nz, channel=n[4])
            for i, r in enumerate((8, 16, 32, 64, 128, 256)):
                setattr(self, f"feat_{r}", (blocks.UpBlockSmall if i % 2 else blocks.UpBlockBig)(n[r // 2], n[r]))
            for small, large in ((4, 64), (8, 128), (16, 256)):
                setattr(self, f"se_{large}", blocks.SEBlock(n[small], n[large]))
            self.to_128 = blocks.conv2d(n[128], 3, 1, 1, 0, bias=False)
            self.to_big = blocks.conv2d(n[size], 3, 3, 1, 1, bias=False)

        def forward(self, z):
            f4 = self.init(z)
            f8 = self.feat_8(f4)
            f16 = self.feat_16(f8)
            f64 = self.se_64(f4, self.feat_64(self.feat_32(f16)))
            f128 = self.se_128(f8, self.feat_128(f64))
            return self.to_big(self.se_256(f16, self.feat_256(f128)))

    return Generator()


@torch.no_grad()
def main(repo, folder):
    sys.path.insert(0, repo)
    from pg_modules import blocks
    from pg_modules.networks_fastgan import Generator

    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    reference = {}

    def kept(name, z, image):
        print(name, tuple(image.shape), "spread", image.std().item())
        # Every fourth pixel is enough.
        reference.update({f"{name}.z": z, f"{name}.image": image[..., ::4, ::4].contiguous()})

    variants = {"lite": ({"lite": True}, 0), "big": ({}, 0), "classes": ({"num_classes": 3}, 3)}
    for seed, (name, (synthesis, classes)) in enumerate(variants.items(), 80):
        torch.manual_seed(seed)
        net = Generator(z_dim=Z, c_dim=classes, img_resolution=128, ngf=NGF, cond=classes, synthesis_kwargs=synthesis).eval().requires_grad_(False)
        random_numbers(net)
        z = torch.randn(2, Z)
        c = torch.eye(3)[1:, :] if classes else None
        kept(name, z, torch.cat([drawn(net, blocks.NoiseInjection, z[i : i + 1], c[i : i + 1] if classes else None) for i in range(2)]))
        if name == "lite":
            for module in net.modules():
                if hasattr(module, "weight_orig"):
                    # The program leaves the last weight that it worked out there; it need not be right.
                    module.weight = torch.zeros(1)
            (folder / "lite.pkl").write_bytes(pickle.dumps({"G": None, "D": None, "G_ema": net.half(), "training_set_kwargs": {"path": "x"}}))
        else:
            save_file({k: v.contiguous() for k, v in state_of(net).items()}, folder / f"{name}.safetensors")
    torch.manual_seed(83)
    net = first_generator(blocks, NGF, Z, 256).eval().requires_grad_(False)
    random_numbers(net)
    # A stretch that makes the picture's spread a usual one.
    net.to_big.weight_u.mul_(0.0625)
    z = torch.randn(1, Z)
    kept("first", z, drawn(net, blocks.NoiseInjection, z))
    named = collections.OrderedDict((f"module.{k}", v) for k, v in state_of(net).items())
    torch.save({"g": named, "d": {"module.x": torch.zeros(1)}}, folder / "first.pth")
    few = {"module.to_big.weight_orig": torch.zeros(3, 1, 3, 3)}
    torch.save({"g": few, "d": {"module.x": torch.zeros(1)}, "g_ema": [torch.zeros(1), torch.zeros(2)], "opt_g": {"state": {}}}, folder / "all_first.pth")
    save_file(reference, folder / "reference.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])

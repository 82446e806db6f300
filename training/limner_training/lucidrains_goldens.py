"""Tiny checkpoints of lucidrains' generators for the tests of `limner models import`, made and drawn by the author's own code.

    python -m limner_training.lucidrains_goldens STYLEGAN2_PYTORCH LIGHTWEIGHT_GAN ../tests/golden/import/lucidrains

The first two are checkouts of lucidrains/stylegan2-pytorch and lucidrains/lightweight-gan (with `einops` and `kornia`);
nothing of them is kept. Writes random trainers' states as `.pt`: `stylegan2` with a constant to begin with, `attention` with
one made of the style, attention and alpha; `lightweight` with global context, `frequency` with frequency and other
attention; and `reference.safetensors` with latents, noise and pictures.
"""

import json
import pathlib
import sys
import types
from unittest import mock

import torch
from safetensors.torch import save_file


def stand_ins():
    """Packages that only training uses."""
    names = ("fire", "tqdm", "torchvision", "torchvision.transforms", "vector_quantize_pytorch", "aim", "adabelief_pytorch", "retry", "retry.api")
    for name in names:
        module = types.ModuleType(name)
        module.__getattr__ = lambda attribute: mock.MagicMock()
        sys.modules.setdefault(name, module)


def random_numbers(net):
    for name, t in [*net.named_parameters(), *net.named_buffers()]:
        if name.endswith("num_batches_tracked") or name.endswith(".f") or "dct_weights" in name:
            continue
        if name.endswith("running_var"):
            t.uniform_(0.5, 2)
        elif name.endswith("running_mean") or name.endswith("bias") or name.endswith(".b"):
            t.normal_(0, 0.2)
        elif name.endswith(".g") or t.dim() == 1:
            t.uniform_(0.5, 1.5)
        elif "to_noise" in name or "net.1" in name:
            t.normal_(0, 0.5)
        elif t.dim() > 1:
            t.normal_(0, 1.4 / t[0].numel() ** 0.5)


def halved(net):
    """Numbers that fit into half ones, so that the files stay small."""
    for t in [*net.parameters(), *net.buffers()]:
        if t.is_floating_point():
            t.copy_(t.half())


def state_of(nets):
    """As the trainer saves them: the averages, a little of what they are averages of, and of the other half."""
    state = {}
    for name, net in nets.items():
        own = {k: v.half() if v.is_floating_point() else v for k, v in net.state_dict().items()}
        state |= {f"{name}.{k}": v.clone() for k, v in own.items()}
        first = min(own, key=lambda k: own[k].numel())
        state[f"{name.removesuffix('E')}.{first}"] = torch.zeros_like(own[first])
    return state | {"D.to_logit.weight": torch.zeros(1, 4), "D_aug.D.to_logit.weight": torch.zeros(1, 4)}


def stylegan2(folder, reference):
    from stylegan2_pytorch.stylegan2_pytorch import Generator, StyleVectorizer, styles_def_to_tensor

    variants = {
        "stylegan2": ({"network_capacity": 2, "fmap_max": 8}, 0.1),
        "attention": ({"network_capacity": 2, "fmap_max": 6, "attn_layers": [2], "no_const": True, "transparent": True}, 0.3),
    }
    for seed, (name, (kwargs, multiplier)) in enumerate(variants.items(), 60):
        torch.manual_seed(seed)
        size, latent = (16, 8) if name == "stylegan2" else (8, 6)
        s, g = StyleVectorizer(latent, 3, lr_mul=multiplier).eval(), Generator(size, latent, **kwargs).eval()
        random_numbers(s)
        random_numbers(g)
        for layer in s.net[::2]:
            layer.weight.mul_(1 / multiplier)
        halved(s)
        halved(g)
        z, noise = torch.randn(2, latent), torch.rand(2, size, size, 1)
        w = s(z)
        image = torch.cat([g(styles_def_to_tensor([(w[i : i + 1], g.num_layers)]), noise[i : i + 1]) for i in range(2)])
        mean = s(torch.randn(100_000, latent)).mean(0)
        print(name, tuple(image.shape), "mean", image.mean().item(), "spread", image.std().item())
        save = {"GAN": state_of({"SE": s, "GE": g}), "version": "1.9.0"}
        (folder / name).mkdir(exist_ok=True)
        torch.save(save, folder / name / "model_3.pt")
        (folder / name / ".config.json").write_text(json.dumps({"image_size": size, "lr_mlp": multiplier, "transparent": "transparent" in kwargs}))
        found = {"z": z, "w": w, "noise": noise[..., 0], "image": image, "mean": mean}
        reference |= {f"{name}.{k}": v.contiguous() for k, v in found.items()}


def noise_of(layer, height, width):
    """What a layer is given for noise: the test makes the same."""
    return torch.sin(1.7 * torch.arange(height * width, dtype=torch.float64) + layer).float().reshape(1, 1, height, width)


def lightweight(folder, reference):
    from lightweight_gan.lightweight_gan import Generator, Noise

    variants = {
        "lightweight": {"latent_dim": 6, "fmap_max": 8, "fmap_inverse_coef": 6, "greyscale": True},
        "frequency": {"latent_dim": 4, "fmap_max": 16, "fmap_inverse_coef": 7, "freq_chan_attn": True, "attn_res_layers": [64], "transparent": True},
    }
    for seed, (name, kwargs) in enumerate(variants.items(), 70):
        torch.manual_seed(seed)
        # The coarse layers' say of the channels begins at 128 pixels.
        net = Generator(image_size=128, **kwargs).eval()
        random_numbers(net)
        halved(net)
        z, layers, own = torch.randn(1, kwargs["latent_dim"]), iter(range(9)), Noise.forward
        given = lambda self, x, noise=None: own(self, x, noise_of(next(layers), *x.shape[2:]))  # noqa: E731
        with mock.patch.object(Noise, "forward", given):
            image = net(z)
        print(name, tuple(image.shape), "mean", image.mean().item(), "spread", image.std().item())
        torch.save({"GAN": state_of({"GE": net}), "version": "1.2.1", "G_scaler": {"scale": 1.0}}, folder / f"{name}.pt")
        # Every fourth pixel is enough.
        reference |= {f"{name}.z": z, f"{name}.image": image[..., ::4, ::4].contiguous()}


@torch.no_grad()
def main(first, second, folder):
    stand_ins()
    torch.cuda.is_available = lambda: True
    sys.path[:0] = [first, second]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    reference = {}
    stylegan2(folder, reference)
    lightweight(folder, reference)
    save_file(reference, folder / "reference.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])

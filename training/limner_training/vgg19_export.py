"""What *Fine* measures with: VGG-19 up to conv4_1 as 8-bit numbers, and the reference values of its tests.

`python -m limner_training.export vgg19 [--data ../shared] [--repo ..]`
Each output channel's weights are whole numbers -127..127 times a scale of its own (`NAME.weight`, `NAME.weight.scale`);
biases stay f32.  Writes models/vgg19 and tests/golden/vgg19.safetensors, and prints how far features and losses are
from those of the source's numbers.
"""
import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file

from .data import source_dir
from .vgg import BGR_MEAN, Vgg

LAYERS = ["conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv3_4", "conv4_1"]
CREDIT = "Features of VGG-19 (Simonyan & Zisserman 2014, CC BY 4.0) measured it."
CARD = """# VGG-19

A measuring instrument, not a network that makes pictures: its features say how alike two pictures are in content and
in style. *Fine* changes a photo step by step until its features have the statistics of the painting's (after Gatys et
al. 2016).

The first nine convolutions (conv1_1 to conv4_1) of the network with 19 layers of Simonyan & Zisserman (2014, "Very Deep
Convolutional Networks for Large-Scale Image Recognition"), trained by them on ImageNet's photos to tell 1000 kinds of
things apart. Weights: CC BY 4.0, K. Simonyan and A. Zisserman, Visual Geometry Group, University of Oxford; changed:
8-bit whole numbers with a scale for each output channel, the later layers left out. None of the pictures is in it.

Input: BGR, 0..255, minus ({mean}); zero padding 1; 2x2 max-pooling after conv1_2, conv2_2, conv3_4.

Against the source's numbers, on {pairs} pairs of photo and painting at {size} x {size} (`limner_training.vgg19_export`):
features differ by {features:.2%} of their size at most, content distances by {content:.2%}, style distances by
{style:.2%} on average.

Known limits: what it takes for content are the shapes of things it was trained on; faces have no special place in it.

SHA-256 of the weights `{sha}`.
"""


def eight_bit(weight):
    scale = weight.abs().amax((1, 2, 3)).clamp_min(1e-12) / 127
    return torch.round(weight / scale[:, None, None, None]).to(torch.int8), scale


def picture(path, size):
    image = Image.open(path).convert("RGB").resize((size, size), Image.BICUBIC)
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 255


def moments(f):
    return f.mean((2, 3)), (f.var((2, 3), unbiased=False) + 1e-5).sqrt()


def distances(photo, style):
    """Content of the photo and style of the painting, as the public figures have them."""
    content = F.mse_loss(F.instance_norm(photo[-1]), F.instance_norm(style[-1]))
    layers = [[F.mse_loss(a, b) for a, b in zip(moments(p), moments(s))] for p, s in zip(photo, style)]
    return content, sum(a + b for a, b in layers)


def compare(exact, small, shared, size=256):
    rows = []
    for photo, style in zip(*(sorted((shared / "eval" / k).glob("*")) for k in ("content", "style"))):
        photo, style = picture(photo, size), picture(style, size)
        a, b = (exact(photo), exact(style)), (small(photo), small(style))
        features = max(((x - y).norm() / x.norm()).item() for x, y in zip(a[0], b[0]))
        (c0, s0), (c1, s1) = distances(*a), distances(*b)
        rows.append((features, abs(c1 / c0 - 1).item(), abs(s1 / s0 - 1).item()))
    worst, mean = np.max(rows, 0), np.mean(rows, 0)
    return {"features": worst[0], "content": mean[1], "style": mean[2], "pairs": len(rows), "size": size}


def golden(vgg):
    """A small picture, its features, and the gradient of a weighted sum of them."""
    rng = torch.Generator().manual_seed(19)
    x = torch.rand((1, 3, 14, 19), generator=rng).requires_grad_()
    out = {"in.picture": x.detach()[0].contiguous()}
    total = 0
    for i, f in enumerate(vgg(x)):
        g = torch.randn(f.shape, generator=rng)
        total = total + (g * f).sum()
        out[f"in.gradient{i}"], out[f"out.features{i}"] = g[0].contiguous(), f.detach()[0].contiguous()
    total.backward()
    out["out.gradient"] = x.grad[0].contiguous()
    return out


def main(argv):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--repo", type=Path, default=Path(".."))
    a = p.parse_args(argv)
    shared = source_dir(a.data)
    source = shared / "weights/vgg19_features.safetensors"
    raw, out, plain = load_file(source), {}, {}
    for name in LAYERS:
        whole, scale = eight_bit(raw[f"{name}.weight"].float())
        out[f"{name}.weight"], out[f"{name}.weight.scale"] = whole, scale
        out[f"{name}.bias"] = plain[f"{name}.bias"] = raw[f"{name}.bias"].float()
        plain[f"{name}.weight"] = whole.float() * scale[:, None, None, None]
    folder = a.repo / "models/vgg19"
    folder.mkdir(parents=True, exist_ok=True)
    save_file(out, folder / "weights.safetensors", {"format": "limner-vgg19-1"})
    sha = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    test = a.repo / "target/vgg19_plain.safetensors"
    test.parent.mkdir(exist_ok=True)
    save_file(plain, test)
    exact, small = Vgg(source), Vgg(test)
    test.unlink()
    with torch.no_grad():
        figures = compare(exact, small, shared)
    print({k: f"{v:.4g}" for k, v in figures.items()})
    config = {"architecture": "vgg19", "kind": "features", "title": "VGG-19", "licence": "CC BY 4.0 (Simonyan & Zisserman 2014)",
              "credit": CREDIT, "layers": LAYERS, "bgr_mean": list(BGR_MEAN), "sha256": sha}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    mean = ", ".join(str(v) for v in BGR_MEAN)
    (folder / "card.md").write_text(CARD.format(mean=mean, sha=sha, **figures))
    save_file(golden(small), a.repo / "tests/golden/vgg19.safetensors")

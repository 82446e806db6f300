"""How near stylised pictures are to their style and photo in a network that nothing here is optimised in.

usage: python -m limner_training.style_independent CONTENT STYLE OUT [OUT ...] --features efficientnet_lite0.safetensors

Folders of pictures; OUT holds CONTENT__STYLE.png. All are seen at 512 x 512. Style: squared distances of the means and
deviations of EfficientNet-Lite0's features after the blocks 2, 4, 10 and 15, each over the photo's own distance, mean of the
four; 0 is the style's statistics, 1 the photo's. Content: squared distance of the instance-normalised features of block 10
(2 is two unrelated pictures). VGG-19, in which *Restyle*, the learnt styles and *Fine* are optimised, plays no part.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .efficientnet_lite import EfficientNetLite0
from .restyle_evaluate import picture

SIDE = 512
CONTENT = 2  # of the four


def seen_by(net: torch.nn.Module, path: Path) -> list[Tensor]:
    """Features of a picture file."""
    return net(picture(path, SIDE) * 2 - 1)


def moments(features: list[Tensor]) -> list[Tensor]:
    return [torch.stack([f.mean((2, 3)), f.var((2, 3), unbiased=False).add(1e-5).sqrt()]) for f in features]


def distances(a: list[Tensor], b: list[Tensor]) -> list[float]:
    return [(x - y).square().mean().item() for x, y in zip(a, b)]


@torch.inference_mode()
def measure(net: torch.nn.Module, content: Path, style: Path, out: Path) -> tuple[float, float, int]:
    """(content, style, pairs), means over the pairs that are there."""
    photos = {p.stem: seen_by(net, p) for p in sorted(content.iterdir())}
    styles = {p.stem: moments(seen_by(net, p)) for p in sorted(style.iterdir())}
    found = []
    for c, own in photos.items():
        for s, goal in styles.items():
            path = out / f"{c}__{s}.png"
            if not path.exists():
                continue
            seen = seen_by(net, path)
            ratios = [n / o for n, o in zip(distances(moments(seen), goal), distances(moments(own), goal))]
            kept = F.mse_loss(F.instance_norm(seen[CONTENT]), F.instance_norm(own[CONTENT])).item()
            found.append((kept, float(np.mean(ratios))))
    kept, styled = np.mean(found, 0)
    return float(kept), float(styled), len(found)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("content", type=Path)
    p.add_argument("style", type=Path)
    p.add_argument("out", type=Path, nargs="+")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    a = p.parse_args()
    net = EfficientNetLite0(a.features).eval()
    for out in a.out:
        kept, styled, n = measure(net, a.content, a.style, out)
        print(f"{out}: {n} pairs  content {kept:.3f}  style {styled:.3f}")


if __name__ == "__main__":
    main()

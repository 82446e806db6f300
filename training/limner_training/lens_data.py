"""Photos, paintings and fruit watercolours for *Lens*: coded pictures in packs, decoded once, cropped where the
network is.

The pack is `restyle_data`'s: pictures in a fixed order, the first so many of them. Its last 40 photos, 20 paintings
and 8 large paintings watch the training. What the figures are measured on is not in the pack at all: the last 200
photos and 100 paintings of the same order, and the fruit pictures that `picture_set` keeps for testing.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from . import picture_set

WATCHED = dict(photos=40, paintings=20, paintings_large=8)
SHARES = dict(photos=0.45, paintings=0.2, paintings_large=0.2, fruit=0.15)
UNSEEN = dict(photos=200, paintings=100)


def decode_all(files: list[bytes], threads: int = 8) -> list[np.ndarray]:
    """uint8 [H, W, 3] of each coded picture."""
    one = lambda f: np.asarray(Image.open(io.BytesIO(f)).convert("RGB"))
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, files))


def coded(pack: str | Path, name: str) -> list[bytes]:
    """The files of one kind in a pack (`NAME_bytes`, `NAME_ends`)."""
    z = np.load(pack)
    data, ends = z[f"{name}_bytes"], z[f"{name}_ends"]
    return [data[a:b].tobytes() for a, b in zip([0, *ends[:-1]], ends)]


def load(
    pack: str | Path, fruit: str | Path | None, watched: bool = False, limit: int | None = None
) -> dict[str, list[np.ndarray]]:
    """Training pictures by kind, or those that watch the training."""
    out = {}
    for name, held in WATCHED.items():
        files = coded(pack, name)
        cut = len(files) - min(held, len(files) // 5)
        out[name] = decode_all((files[cut:] if watched else files[:cut])[:limit])
    if fruit and not watched:
        out["fruit"] = list(picture_set.load(str(fruit), threads=8)[:limit].transpose(0, 2, 3, 1))
    return out


def unseen(source: Path, seen: dict[str, int]) -> dict[str, list[np.ndarray]]:
    """The last pictures of the order that packs begin with; refuses if a pack of this length reaches into them."""
    from . import restyle_data

    out = {}
    for name, count in UNSEEN.items():
        every = getattr(restyle_data, name)(source, 10**6)
        if len(every) - count < seen.get(name, 0):
            raise SystemExit(f"training has seen {seen[name]} of {len(every)} {name}: too few are left to measure on")
        out[name] = [np.asarray(p.convert("RGB")) for p in every[-count:]]
    return out


class Bank:
    """Pictures of any sizes in one uint8 array on the device; random crops without leaving it."""

    def __init__(self, pictures: dict[str, list[np.ndarray]], device: torch.device, seed: int):
        every = [p for kind in pictures.values() for p in kind]
        sizes = np.array([p.shape[:2] for p in every], np.int64)
        self.pixels = torch.from_numpy(np.concatenate([np.ascontiguousarray(p).reshape(-1) for p in every])).to(device)
        ends = np.cumsum(sizes.prod(1) * 3)
        self.start = torch.from_numpy(np.concatenate([[0], ends[:-1]])).to(device)
        self.height, self.width = (torch.from_numpy(sizes[:, i].copy()).to(device) for i in (0, 1))
        share = np.concatenate([np.full(len(k), SHARES[n] / max(1, len(k))) for n, k in pictures.items()])
        self.share, self.least = share, sizes.min(1)
        self.device, self.weights = device, {}
        self.generator = torch.Generator(device).manual_seed(seed)

    def rand(self, *size: int) -> Tensor:
        return torch.rand(*size, device=self.device, generator=self.generator)

    def can(self, side: int) -> bool:
        """Whether a worthwhile part of the pictures has crops of this side."""
        return self.share[self.least >= side].sum() >= 0.25 * self.share.sum()

    def crops(self, n: int, side: int, out: int | None = None) -> Tensor:
        """float [n, 3, side, side] in 0..1, mirrored at random, resized to `out`."""
        if side not in self.weights:
            self.weights[side] = torch.from_numpy(self.share * (self.least >= side)).float().to(self.device)
        i = torch.multinomial(self.weights[side], n, replacement=True, generator=self.generator)
        w, h = self.width[i], self.height[i]
        y = (self.rand(n) * (h - side + 1)).long().clamp_(max=h - side)
        x = (self.rand(n) * (w - side + 1)).long().clamp_(max=w - side)
        line = torch.arange(side, device=self.device)
        columns = torch.where((self.rand(n) < 0.5)[:, None], line.flip(0), line) + x[:, None]
        at = self.start[i][:, None, None] + 3 * ((y[:, None] + line)[:, :, None] * w[:, None, None] + columns[:, None])
        rgb = self.pixels[at[:, None] + torch.arange(3, device=self.device).view(1, 3, 1, 1)].float() / 255
        if out and out != side:
            rgb = F.interpolate(rgb, (out, out), mode="bicubic", align_corners=False, antialias=out < side).clamp_(0, 1)
        return rgb.contiguous(memory_format=torch.channels_last)


def fitted(picture: np.ndarray, multiple: int = 8, most: int = 256) -> Tensor:
    """float [1, 3, h, w] in 0..1: the middle of a picture, sides a multiple of the factor."""
    h, w = (min(s, most) // multiple * multiple for s in picture.shape[:2])
    y, x = (picture.shape[0] - h) // 2, (picture.shape[1] - w) // 2
    a = np.ascontiguousarray(picture[y : y + h, x : x + w].transpose(2, 0, 1))
    return torch.from_numpy(a).float()[None] / 255

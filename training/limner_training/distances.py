"""Distances between two sets of pictures, by the functions of the data folder's `eval/gan_distance.py`: averaged
VGG-19 relu5_1 features, Frechet and kernel distance. That network takes no part in any training of generators."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .data import source_dir


class Distances:
    """The measuring functions; `shared`: the data folder."""

    def __init__(self, shared: str | None = None):
        path = source_dir(shared) / "eval" / "gan_distance.py"
        if not path.is_file():
            raise SystemExit(f"{path} is missing: measuring needs it, and weights/vgg19_features.safetensors beside it")
        spec = importlib.util.spec_from_file_location("gan_distance", path)
        self.script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.script)

    @torch.no_grad()
    def features(self, x: Tensor) -> np.ndarray:
        """[n, 512] of uint8 pictures [n, 3, H, W]."""
        return torch.cat([self.script.feats(c.float() / 255) for c in x.split(20)]).double().numpy()

    def of_files(self, source: str, names: list[str], size: tuple[int, int]) -> np.ndarray:
        """[n, 512] of the named pictures of a folder or .tar as the script itself reads and resizes them."""
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as only:
            only.write("\n".join(names) + "\n")
            only.flush()
            return self.script.collect(source, len(names), size, 0, only.name)

    def between(self, a: np.ndarray, b: np.ndarray) -> dict[str, float]:
        """Frechet distance, and kernel distance x 1000."""
        return dict(fd=float(f"{self.script.fd(a, b):.6g}"), kid_x1000=round(1e3 * self.script.kid(a, b), 2))


def cached(path: str | Path, make) -> dict[str, np.ndarray]:
    """The arrays of an .npz, made and kept if it isn't there."""
    path = Path(path)
    if not path.exists():
        np.savez(path, **make())
    return dict(np.load(path))

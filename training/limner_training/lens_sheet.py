"""A sample sheet of *Lens*: pictures, what comes back, and moved and blended latents; and the principal directions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from . import lens_data
from .lens_net import Lens

SIDE = 128


def principal(rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Mean, standard deviations (falling) and unit directions (as rows) of vectors; each direction's largest entry is
    positive, so that the same data give the same signs."""
    rows = rows.double()
    mean = rows.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov(rows.T))
    values, vectors = values.flip(0).clamp(min=0), vectors.flip(1).T
    biggest = vectors.gather(1, vectors.abs().argmax(1, keepdim=True))
    return mean.float(), values.sqrt().float(), (vectors * biggest.sign()).float()


@torch.no_grad()
def latents(net: Lens, pictures: list[np.ndarray], device: torch.device | str = "cpu", most: int = 256) -> list[Tensor]:
    """Means' grids [C, h, w] of pictures."""
    return [net.encode(lens_data.fitted(p, net.config.factor, most).to(device))[0][0] for p in pictures]


def places(grids: list[Tensor]) -> Tensor:
    """All latent vectors of all places, [n, C]."""
    return torch.cat([g.flatten(1).T for g in grids]).cpu()


def averages(grids: list[Tensor]) -> Tensor:
    """Each picture's latent vector averaged over places, [n, C]."""
    return torch.stack([g.mean((1, 2)) for g in grids]).cpu()


@torch.no_grad()
def responses(net: Lens, grids: list[Tensor], sigma: Tensor, ways: Tensor) -> tuple[Tensor, Tensor]:
    """Steps of one sigma [C, C], those first that change the decoded pictures most, and their shares of the change.

    Latents of such a network all vary alike, so that their principal components alone say little: here the principal
    components of what the pictures answer, for offsets of one sigma at all places. The brighter way is the positive
    one.
    """
    answers, light = [], []
    for s, w in zip(sigma, ways):
        step = (s * w).view(1, -1, 1, 1)
        change = [(net.decode(z[None] + step) - net.decode(z[None] - step)).clamp(-2, 2) / 2 for z in grids]
        answers.append(torch.cat([c.flatten() for c in change]).cpu())
        light.append(answers[-1].mean())
    a = torch.stack(answers).double()
    values, vectors = torch.linalg.eigh(a @ a.T)
    turn = vectors.flip(1).T
    turn = turn * torch.where(turn @ torch.stack(light).double() < 0, -1.0, 1.0)[:, None]
    steps = turn.float() @ (sigma[:, None] * ways).cpu()
    return steps, (values.flip(0).clamp(min=0) / values.sum()).float()


def duals_of(steps: Tensor) -> Tensor:
    """Rows that read how much of each step is in a latent vector."""
    return torch.linalg.inv(steps.double()).T.float()


def weigh(z: Tensor, steps: Tensor, duals: Tensor, gains: Tensor) -> Tensor:
    """Latents [n, C, h, w] whose variation around the picture's average is `gains` [C] times as large, by direction."""
    change = torch.eye(len(gains)) + ((gains - 1)[:, None, None] * steps[:, :, None] * duals[:, None, :]).sum(0)
    middle = z.mean((2, 3), keepdim=True)
    return middle + torch.einsum("ij,njhw->nihw", change.to(z), z - middle)


@torch.no_grad()
def sheet(net: Lens, pictures: list[np.ndarray], path: Path, device: torch.device | str = "cpu", rows: int = 7) -> None:
    """A row for each picture: itself, decoded, the three directions that change most 2 sigma down and up, the others
    with a fifth and twice their weight, halfway to the next picture, with the next picture's averages and deviations.
    """
    pick = [pictures[int(i)] for i in np.linspace(0, len(pictures) - 1, min(rows, len(pictures)))]
    x = torch.cat(
        [F.interpolate(lens_data.fitted(p, most=min(p.shape[:2])), (SIDE, SIDE), mode="area") for p in pick]
    ).to(device)
    z = net.encode(x)[0]
    _, sigma, ways = principal(places(list(z)))
    steps, _ = responses(net, list(z), sigma.to(device), ways.to(device))
    columns = [x, net.decode(z)]
    for k in range(3):
        step = 2 * steps[k].view(1, -1, 1, 1).to(device)
        columns += [net.decode(z - step), net.decode(z + step)]
    for gain in (0.2, 2.0):
        gains = torch.tensor([1.0] * 3 + [gain] * (len(steps) - 3))
        columns.append(net.decode(weigh(z, steps, duals_of(steps), gains)))
    columns.append(net.decode((z + z.roll(-1, 0)) / 2))
    middle, spread = z.mean((2, 3), keepdim=True), z.std((2, 3), keepdim=True)
    columns.append(net.decode((z - middle) / spread * spread.roll(-1, 0) + middle.roll(-1, 0)))
    grid = torch.cat(columns, 3).clamp(0, 1).permute(0, 2, 3, 1).reshape(-1, SIDE * len(columns), 3)
    Image.fromarray((grid * 255 + 0.5).byte().cpu().numpy()).save(path, "JPEG", quality=88)

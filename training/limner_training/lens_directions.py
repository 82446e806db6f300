"""Sliders of *Lens*: what an offset to all latents of a picture does, found on pictures.

Three sorts. *Measured*: the direction in which an attribute of the decoded picture rises fastest for one step of the
whitened latents (as `src/latent/discover.rs` has it for generators), kept if it raises that attribute on other
pictures. *Answers*: principal components of what pictures answer to offsets of one sigma (the latents of all places
are the measure of a sigma). *Looks*: principal components of pictures' average latents.

`duals` belong to the answers, in their order: latents are `mean` plus the sum of (dual . (latents - mean)) times each
answer's step, so that a direction can also be given more or less weight where it is (`lens_sheet.weigh`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from .lens_net import Lens
from .lens_sheet import averages, duals_of, latents, places, principal, responses

VERSION = 1
PICTURES = 6  # looks that become sliders
PROOF = 0.15  # least change by one sigma, of an attribute's spread over pictures
TITLES = dict(
    brightness="Brightness",
    contrast="Contrast",
    warmth="Warmth",
    redness="Tint",
    saturation="Saturation",
    detail="Detail",
)


def attributes(x: Tensor) -> Tensor:
    """[n, 3, h, w] in 0..1 -> [n, 6], in the order of TITLES; lightness and colours as in OKLab (Ottosson 2020)."""
    linear = torch.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4)
    to_lms = torch.tensor(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    to_lab = torch.tensor(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    lms = torch.einsum("ij,njhw->nihw", to_lms, linear).clamp(min=0) ** (1 / 3)
    light, a, b = torch.einsum("ij,njhw->nihw", to_lab, lms).unbind(1)
    flat = lambda v: v.flatten(1).mean(1)
    detail = flat((light[:, 1:] - light[:, :-1]).abs()) + flat((light[:, :, 1:] - light[:, :, :-1]).abs())
    return torch.stack(
        [flat(light), light.flatten(1).std(1), flat(b), flat(a), flat((a * a + b * b + 1e-8).sqrt()), detail], 1
    )


@torch.no_grad()
def decoded(net: Lens, grids: list[Tensor], step: Tensor | None = None) -> Tensor:
    """Attributes of the pictures of latents, moved by `step` at all places."""
    rows = []
    for z in grids:
        z = z[None] if step is None else z[None] + step.view(1, -1, 1, 1)
        rows.append(attributes(net.decode(z).clamp(0, 1)))
    return torch.cat(rows)


def numbers(t: Tensor) -> list:
    return [round(v, 6) for v in t.tolist()] if t.ndim == 1 else [numbers(r) for r in t]


@torch.no_grad()
def find(net: Lens, pictures: list, probes: list, sha256: str) -> dict:
    """Statistics over `pictures`; attributes are measured on `probes` (each at most 96 pixels a side of those)."""
    grids = latents(net, pictures)
    every, means = places(grids), averages(grids)
    mean, sigma, ways = principal(every)
    middle, far, looks = principal(means)
    probes = latents(net, probes, most=96)
    tune, prove = probes[::2], probes[1::2]
    spread = decoded(net, probes).std(0)
    before = decoded(net, prove)
    # How attributes answer to one sigma of each principal component, both ways.
    slope = torch.stack(
        [(decoded(net, tune, s * w).mean(0) - decoded(net, tune, -s * w).mean(0)) / 2 for s, w in zip(sigma, ways)]
    )
    found = []
    for i, (key, title) in enumerate(TITLES.items()):
        way = slope[:, i] / slope[:, i].norm().clamp(min=1e-9)
        step = (way * sigma) @ ways
        change = decoded(net, prove, step)[:, i] - before[:, i]
        if change.mean() >= PROOF * spread[i] and (change > 0).float().mean() >= 0.7:
            strength = min(1.0, (change.mean() / spread[i]).item())
            found.append(
                dict(
                    id=f"measured.{key}",
                    name=title,
                    sort="measured",
                    measured=True,
                    strength=round(strength, 4),
                    step=numbers(step),
                )
            )
    found.sort(key=lambda d: -d["strength"])
    steps, shares = responses(net, tune, sigma, ways)
    parts = far.square() / far.square().sum()
    plain = [(f"answer.{k}", steps[k], shares[k]) for k in range(len(sigma))]
    plain += [(f"look.{k}", far[k] * looks[k], parts[k]) for k in range(PICTURES)]
    for key, step, share in plain:
        change = ((decoded(net, tune, step) - decoded(net, tune, -step)).mean(0) / 2 / spread).abs()
        light, colour, detail = change[:2].max(), change[2:5].max(), change[5]
        word = "Texture" if detail >= torch.maximum(light, colour) else "Light" if light > colour else "Colour"
        word = "Look" if key.startswith("look") else word
        found.append(
            dict(
                id=key,
                name=word,
                sort=word.lower(),
                measured=False,
                strength=round(share.item(), 4),
                step=numbers(step),
            )
        )
    count: dict[str, int] = {}
    for d in found:
        if not d["measured"]:
            count[d["name"]] = count.get(d["name"], 0) + 1
            d["name"] += f" {count[d['name']]}"
    return dict(
        version=VERSION,
        model_sha256=sha256,
        latent_channels=len(mean),
        mean=numbers(mean),
        std=numbers(every.std(0)),
        duals=numbers(duals_of(steps)),
        pictures=dict(mean=numbers(middle), sigma=numbers(far), ways=numbers(looks)),
        directions=found,
    )

"""The learnt prior of a `vae`: the mapping network leads from z to where the encodings of the collection lie.

The encoder's latent u is kept near N(0, I) by its KL term; the distribution of all encodings together still differs from
it (Hoffman & Johnson 2016), so the prior that is sampled from is fitted (in the sense of Dai & Wipf, "Diagnosing and
Enhancing VAE Models", 2019): the network starts as the exact map u = z and an energy distance (Szekely & Rizzo 2013)
between its outputs and the encodings with their posterior's noise bends it from there.

StyleGAN2's mapping network ends in a leaky ReLU, so it gives w = u + `SHIFT`, which is positive where data lies and so
passes it unchanged; `shift_w` puts the shift into the layers that take w.
"""

from __future__ import annotations

import time

import torch
from torch import Tensor

from .generator_encoder import GeneratorEncoder
from .stylegan2 import Generator, MappingNetwork

SHIFT = 4.0  # of u, whose entries have a spread of about 1


def energy_distance(x: Tensor, y: Tensor) -> Tensor:
    """2 E|x - y| - E|x - x'| - E|y - y'| (unbiased)."""
    n, m = len(x), len(y)
    within = torch.cdist(x, x).sum() / (n * (n - 1)) + torch.cdist(y, y).sum() / (m * (m - 1))
    return 2 * torch.cdist(x, y).mean() - within


@torch.no_grad()
def start_from_identity(mapping: MappingNetwork) -> None:
    """Sets a network of two layers so that its output is z + SHIFT wherever that is positive; further units start
    idle."""
    first, last = mapping.fc0, mapping.fc1
    k = mapping.z_dim
    if mapping.num_layers != 2 or mapping.w_dim != k or first.weight.shape[0] < 2 * k:
        raise SystemExit("the prior needs z_dim = w_dim, two mapping layers and features for z and -z: in the preset's "
                         "[network] set z_dim, w_dim, mapping_layers = 2 and mapping_features = 2 * z_dim")
    eye = torch.eye(k) / first.weight_gain
    first.weight[:k], first.weight[k:2 * k] = eye, -eye
    unit = 2**0.5 * 1.2  # lrelu(x) - lrelu(-x) = 1.2 x, times the gain
    both = torch.cat([torch.eye(k), -torch.eye(k), torch.zeros(k, first.weight.shape[0] - 2 * k)], 1)
    last.weight.copy_(both / unit / 2**0.5 / last.weight_gain)
    last.bias.fill_(SHIFT / 2**0.5 / last.bias_gain)


def sample(mapping: MappingNetwork, n: int) -> Tensor:
    """u [n, w_dim] of fresh z."""
    return mapping(torch.randn(n, mapping.z_dim, device=mapping.w_avg.device))[:, 0] - SHIFT


@torch.no_grad()
def shift_w(g: Generator, e: GeneratorEncoder, by: float) -> None:
    """Makes both take or give w + `by` where they took or gave w, with the same pictures."""
    for m in g.synthesis.modules():
        if hasattr(m, "affine"):
            m.affine.bias.sub_(m.affine.weight.sum(1) * (m.affine.weight_gain * by))
    e.linear.bias.add_(by)


def to_encodings(mapping: MappingNetwork, mu: Tensor, noise: Tensor, n: int) -> Tensor:
    """Energy distance of n samples to n encodings with their posterior's noise."""
    rows = mu[torch.randint(len(mu), (n,), device=mu.device)]
    return energy_distance(sample(mapping, n), rows + noise * torch.randn_like(rows))


@torch.no_grad()
def finish(mapping: MappingNetwork, mu: Tensor, noise: Tensor) -> float:
    """Sets the mean w; returns how far the prior is from the encodings."""
    mapping.w_avg.copy_(torch.cat([sample(mapping, 5000) for _ in range(4)]).mean(0) + SHIFT)
    return round(torch.stack([to_encodings(mapping, mu, noise, 2000) for _ in range(4)]).mean().item(), 4)


def as_it_is(mapping: MappingNetwork, mu: Tensor, noise: Tensor) -> dict:
    """The record of a prior that stays as the training left it. Fitted anew it is nearer to the encodings, but the decoder
    has learnt to draw from this one: on *Landscapes VAE* it gave 1.94 times the floor, the fitted one 2.26."""
    return dict(steps=0, energy_distance=finish(mapping, mu, noise))


def fit(mapping: MappingNetwork, mu: Tensor, noise: Tensor, minutes: float, lr: float = 0.05) -> dict:
    """Fits the network to the encodings `mu` [n, w_dim] with their posterior's standard deviation `noise` [w_dim] for
    so long; returns how it went."""
    params = list(mapping.parameters())
    opt = torch.optim.Adam(params, lr, (0.9, 0.99))
    average = [q.detach().clone() for q in params]
    began, steps = time.time(), 0

    before = finish(mapping, mu, noise)
    while (part := (time.time() - began) / 60 / minutes) < 1:
        opt.param_groups[0]["lr"] = lr * min(1, (steps + 1) / 50) * max(0.02, 1 - part)
        opt.zero_grad(set_to_none=True)
        to_encodings(mapping, mu, noise, 768).backward()
        opt.step()
        steps += 1
        with torch.no_grad():
            torch._foreach_lerp_(average, params, 1 - min(0.995, steps / (steps + 10)))
    with torch.no_grad():
        for q, r in zip(params, average):
            q.copy_(r)
    return dict(steps=steps, energy_distance_before=before, energy_distance=finish(mapping, mu, noise))

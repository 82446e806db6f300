"""States of the other ways to train *Fruit*, as `generator_export` and `generator_card` need them: `fruit_gan`
(adaptive augmentation), and `fruit_vae` with `fruit_prior`."""

from __future__ import annotations

import json
import os

import torch
from safetensors.torch import load_file
from torch import Tensor

from .generator_encoder import GeneratorEncoder
from .stylegan2 import Generator


def from_vae(state: str) -> tuple[dict, dict[str, Tensor], GeneratorEncoder, dict]:
    """(kwargs, G_ema state dict, encoder, recipe). The shift of w goes into the affine biases and the encoder's bias."""
    from .fruit_vae import KWARGS, Model
    s = torch.load(os.path.join(state, "state.pt"))
    prior = torch.load(os.path.join(state, "prior.pt"))
    model = Model().requires_grad_(False)
    model.load_state_dict(s["ema"])
    model.silence_above(max(e["width"] for e in s["log"]))
    kwargs = KWARGS | dict(mapping_kwargs=prior["mapping_kwargs"])
    g = Generator(**kwargs).requires_grad_(False)
    g.mapping.load_state_dict(prior["mapping"])
    g.synthesis.load_state_dict(model.g.synthesis.state_dict())
    for m in g.synthesis.modules():
        if hasattr(m, "affine"):
            m.affine.bias.sub_(m.affine.weight @ prior["shift"] * m.affine.weight_gain)
    model.e.linear.bias.add_(prior["shift"])
    stages = [{k: (round(v, 5) if isinstance(v, float) else v) for k, v in e.items()} for e in s["log"] if e["steps"]]
    full = any(not e.get("linear") for e in stages)
    method = "variational autoencoder" if full else "linear decoder of principal components"
    recipe = dict(method=method + ", mapping network fitted to the encodings", hardware="CPU, 1 thread",
                  images=sum(e["images"] for e in stages), steps=sum(e["steps"] for e in stages),
                  minutes=round(sum(e["minutes"] for e in stages), 1),
                  cpu_minutes=round(sum(e["cpu_minutes"] for e in stages), 1), prior_minutes=prior["minutes"],
                  seed=6, stages=stages)
    return kwargs, g.state_dict(), model.e, recipe


def from_gan(state: str) -> tuple[dict, dict[str, Tensor], None, dict]:
    """(kwargs, G_ema state dict, no encoder, recipe)."""
    with open(os.path.join(state, "state.json")) as f:
        s = json.load(f)
    weights = {k: v.float() for k, v in load_file(os.path.join(state, "ema.safetensors")).items()}
    recipe = dict(method="StyleGAN2 with adaptive augmentation", images=s["images"],
                  minutes=round(sum(e["minutes"] for e in s["log"]), 1), hardware=s["log"][-1]["device"],
                  seed=s["log"][-1]["seed"], slices=s["log"])
    return s["kwargs"], weights, None, recipe


def words(t: dict) -> tuple[str, str]:
    """What the training was, and what to expect, for the card."""
    if "stages" in t:
        linear = sum(e["images"] for e in t["stages"] if e.get("linear"))
        top = max(e["width"] for e in t["stages"])
        only_linear = linear == t["images"]
        what = (
            f"**A sketch, far from the network this is meant to be.** It had {t['cpu_minutes']} processor minutes of training on a busy CPU "
            f"({t['minutes']} by the clock), no GPU, no adversary: {t['steps']} steps, {t['images']} pictures shown (with repeats), up to "
            f"{top} x {top * 3 // 2} pixels; above that it is a smooth enlargement. "
            + ("Only the linear first phase was done: w is the whitened principal components of a picture, and acts on toRGB alone, as the weights of "
               "learned patterns; the convolutions don't react to w yet. " if only_linear else
               f"{linear} of the pictures were shown in the linear first phase, the rest to a variational autoencoder with this network as decoder. ")
            + f"The mapping network started as the Gaussian of the training pictures' encodings ({t['prior_minutes']} processor minutes of refinement).")
        failures = ("Soft everywhere: no brush strokes, no paper grain, no handwriting. Nearly every picture is one round fruit and a paler half below; "
                    "branches, clusters, leaves and nuts don't occur. Ghosts, halos, white spots in the fruit; grey edges where scans have dark "
                    "borders. The style inputs of single layers do little, since only toRGB listens.")
    else:
        what = (f"A generative adversarial network (StyleGAN2, adaptive augmentation), {t['images']} pictures shown in {t['minutes']} minutes on "
                f"{t['hardware']}.")
        failures = "See the sheets: handwriting is only an imitation of handwriting; rare subjects (branches, nuts) are worse than single fruit."
    return what, failures

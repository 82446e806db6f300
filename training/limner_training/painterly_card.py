"""Writes `card.md` of *Painterly* from its `config.json`, so that every number in the card is a measured one.

usage: python -m limner_training.painterly_card ../models/painterly
"""

from __future__ import annotations

import datetime
import json
import os
import sys

NAMES = dict(held="landscapes", held_crops="crops of large paintings")


def rows(figures: dict) -> str:
    """Of the table: PSNR, then grain by layer."""
    out = ""
    for key, name in NAMES.items():
        for method in ("bicubic", "crisp", "painterly"):
            f = figures[key][method]
            out += f"| {figures[key]['pictures']} {name}, {method} | {f['psnr']:.2f} | " + " | ".join(f"{f[f'grain{i}']:.2f}" for i in range(1, 5)) + " |\n"
    return out


def card(c: dict) -> str:
    t = c["training"]
    return f"""# Painterly

Doubles a picture and gives it the grain of a painting: what small generators' pictures of paintings are drawn through
before *Crisp* takes them to four times their size. It isn't for photos. *Crisp*'s network with {c['layers']} + 1 convolutions of
{c['channels']} channels and one pixel-shuffle head, {c['parameters']:,} parameters.

Data: 4,123 reproductions of landscapes by Impressionist painters (those of *Landscapes*; public domain by age) and crops of 90 well-known
works (public domain), 400 and 10 kept unseen; samples of *Landscapes* and *Landscapes VAE* as pictures to be doubled.
Half of each batch are paintings, halved, softened, woven and made grainy as a generator's pictures are: L1 of what halves
to the same, VGG-19 features (Simonyan & Zisserman 2014) and their statistics in cells (after Sajjadi et al. 2017,
EnhanceNet). Half are samples, held to their own halves and to two discriminators, one behind a frozen EfficientNet-Lite0 (Tan & Le 2019, Apache-2.0)
and one of pixels. At last it learnt the mean of itself (0.6) and *Crisp*, which takes the steps off its edges. {t['steps']:,} steps of {t['batch']} windows, about {t['minutes']} minutes on half to three quarters of one processor core. Weights: CC0-1.0.

Paintings kept unseen, halved and doubled again. Grain: how far the statistics of VGG-19's features (relu1_1 to relu4_1, in cells)
are from the painting's own, over bicubic's distance; lower is better. Nothing is trained on the last. PSNR in dB; grain costs it.

| | PSNR | relu1_1 | relu2_1 | relu3_1 | relu4_1 |
|---|---|---|---|---|---|
{rows(c['figures'])}
Known limits: a short training. It invents strokes where there were none, and a fine regular grid along edges and in dark parts; lettering and faces turn into paint.

Reproduce: `python -m limner_training.painterly prepare`, `train`, `export` in `training/`. SHA-256 of the weights `{c['sha256']}`. {datetime.date.today().isoformat()}.
"""


if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "config.json")) as f:
        text = card(json.load(f))
    with open(os.path.join(sys.argv[1], "card.md"), "w") as f:
        f.write(text)

"""Writes `card.md` of *Crisp* from its `config.json`, so that every number in the card is a measured one.

usage: python -m limner_training.crisp_card ../models/crisp
"""

from __future__ import annotations

import datetime
import json
import os
import sys


def card(c: dict) -> str:
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


if __name__ == "__main__":
    with open(os.path.join(sys.argv[1], "config.json")) as f:
        text = card(json.load(f))
    with open(os.path.join(sys.argv[1], "card.md"), "w") as f:
        f.write(text)

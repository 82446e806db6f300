"""*Restyle 2* as it ships: weights (f16), config, card, and swatches of the styles that are codes.

`python -m limner_training.restyle_painter_export --state STATE --repo .. [--figures "..."] [--only-weights]`

The encoder's numbers are *Restyle*'s, bit for bit: codes mean the same in both.
"""
import argparse
import hashlib
import json
from datetime import date
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from .data import short_side, square, to_chw
from .restyle_evaluate import load
from .restyle_experts import folded
from .restyle_export import write_golden, write_swatches
from .vgg19_export import eight_bit

NAME = "restyle_2"
CARD = """# Restyle 2

*Restyle* that paints: the same encoder and so the same style codes, and a transform with {experts} experts in each convolution
(Yang et al. 2019, "CondConv"), which a small network weighs by the style's whole code. Their sum is worked out once for a style; a
picture then takes *Restyle*'s {gmac:.2f} GMAC at 512 x 512. {params:,} parameters in the transform. Whatever is painted with a style
code is painted by it from now on. *Restyle* stays: pictures that were made with it are made by it again, and learnt styles are
differences to it.

{steps:,} steps of four photos, {minutes:.0f} minutes of {hardware}. Experts are stored in 8 bits with a scale for each
channel, what weighs them in f32, all else in f16; the figures were measured with just these values.

## Intended use
Artists' own photos, on their own machine. What comes out belongs to whoever made the photo; the rights in a style
picture that a user brings are the user's to clear. Not meant to pass pictures off as another artist's work.

## Figures
Public pairs (6 photos x 6 styles, never trained on), `../shared/eval/style_losses.py`; lower is better. MicroAST's
published weights: content 0.707, style 0.082 of the photo's at 512 x 512; *Restyle* 0.643 and 0.214.

    {figures}

`sheet.jpg`: six photos free of rights (S. van der Walt, R. Michetti, SpaceX, L. Varshney: CC0; NASA, public domain;
the project's sample) in six of the styles made by code, by `restyle_sheet.py`.

## Data and rights
- Photos: `caltech_*` from Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0); `grocery_*` from the Grocery Store
  Dataset (Klasson, Zhang, Kjellstroem; MIT).
- Style pictures: 1,390 views of Baroque and Romantic paintings, well-known paintings (the ten that the learnt styles'
  card has figures of left out; but the experts began with the learnt styles, theirs among them), Impressionist landscapes, Japanese prints, patterns by William Morris and works by Alphonse
  Mucha: all public domain by the age of their artists or movement; and textures made by code
  (`training/limner_training/styles.py`).
- Losses: VGG-19 (Simonyan & Zisserman, 2014; CC BY 4.0), in training only.

None of the style pictures is in the project. The public evaluation's styles also lie in the painting set in small; those
five copies were left out.

## Training
`training/limner_training/restyle_painter.py`, from *Restyle*'s weights and the mean of the 32 learnt styles; the experts began
as the principal components of what these differ by. Batch 4, crops of 224 x 224, Adam; the style's statistics (mean, standard
deviation and covariance at relu1_1 to relu4_1) of each whole view. The style counted 6 times the content at first, then 14, 9 and at
last 6 again; after 1,672 steps what weighs the experts got its hidden layer and the palette, after 2,400 steps 380 of the views
came to the others.

## Known failures
- Large shapes of a style (big rings, long waves) become small ones or only colour.
- Small faces lose detail at full strength; lower the strength.
- One palette for the whole picture: skin may take on the style's main colour. "Keep colours" helps.

SHA-256 of `weights.safetensors`: `{sha}`
Date: {date}. Architecture: {arch}.
"""


def packed(average):
    """Tensors of the transform as they ship: experts of convolutions as whole numbers of 8 bits with a scale for each output
    channel, routing on the code itself in f32, all else in f16."""
    out = {k: v.contiguous() for k, v in folded(average).items()}
    for k, v in average.items():
        if k.endswith(".experts") and v.dim() == 5:
            whole, scale = eight_bit(v.flatten(0, 1))
            out[k], out[k + ".scale"] = whole.contiguous(), scale.contiguous()
        elif not k.startswith("routing."):
            out[k] = v.half().contiguous()
    return out


def write_weights(a, folder, saved):
    """Weights and config; returns the network with just these numbers."""
    base = a.repo / "models/restyle"
    if hashlib.sha256((base / "weights.safetensors").read_bytes()).hexdigest() != saved["base"]:
        raise SystemExit("this state was trained from another Restyle than models/restyle")
    encoder = {k: v for k, v in load_file(base / "weights.safetensors").items() if k.startswith("encoder.")}
    tensors = encoder | {f"transform.{k}": v for k, v in packed(saved["average"]).items()}
    config = json.loads((base / "config.json").read_text()) | {
        "arch": "limner-restyle-2", "experts": saved["experts"], "title": "Restyle 2",
        "credit": "Made with Restyle 2, trained on Caltech-101 (CC BY 4.0), the Grocery Store Dataset (MIT), paintings, prints "
                  "and ornament in the public domain, and generated pictures."}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "weights.safetensors", {"format": "pt", "arch": config["arch"]})
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    return load(folder / "weights.safetensors")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", type=Path, required=True, help="folder with state.pt")
    p.add_argument("--repo", type=Path, default=Path(".."))
    p.add_argument("--out", type=Path, help="folder for the weights (default: models/restyle_2 in the repository)")
    p.add_argument("--only-weights", action="store_true", help="nothing but weights and config, for a measurement")
    p.add_argument("--swatch", type=int, default=144)
    p.add_argument("--figures", default="not measured for these weights", help="what evaluate printed, for the card")
    p.add_argument("--hardware", default="two processor cores beside other work")
    p.add_argument("--date", default=date.today().isoformat())
    a = p.parse_args()
    saved = torch.load(a.state / "state.pt", map_location="cpu", weights_only=True)
    folder = a.out or a.repo / "models" / NAME
    net = write_weights(a, folder, saved)
    print(f"{saved['steps']} steps, {saved['seconds'] / 60:.0f} minutes", saved["figures"])
    if a.only_weights:
        return
    styles = a.repo / "models/styles"
    entries = [e for e in json.loads((styles / "index.json").read_text())["styles"] if "learnt" not in e]
    write_swatches(net, a.repo, entries, load_file(styles / "styles.safetensors")["codes"], a.swatch)
    write_golden(net, a.repo, NAME)
    (folder / "card.md").write_text(CARD.format(
        params=sum(v.numel() for v in net.transform.parameters()), gmac=net.cfg.gmac(512, 512), steps=saved["steps"],
        minutes=saved["seconds"] / 60, hardware=a.hardware, figures=a.figures.strip().replace("\n", "\n    "),
        experts=saved["experts"], arch=net.cfg.arch, date=a.date,
        sha=hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()))


if __name__ == "__main__":
    main()

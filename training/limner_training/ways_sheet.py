"""Photos in works of art, by every way that the program has, side by side: Fast, Fine, learnt, and MicroAST for comparison.

usage: python -m limner_training.ways_sheet --limner FILE --out sheet.jpg --photos PHOTO ... --works ID=PICTURE ...
       [--network NAME: MicroAST's weights, imported beforehand]

ID is a learnt style that ships, PICTURE the work that it was learnt from: Fast, Fine and MicroAST take it as a style picture.
"""
import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .data import short_side, square

SIDE, CELL, GAP, HEAD = 512, 256, 4, 22


def stylised(a, folder, photo, style, *words):
    """What `limner stylize` makes of a photo."""
    out = folder / "out.png"
    command = [a.limner, "stylize", photo, "--style", style, *words, "-q", "--force", "-o", out]
    subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
    return Image.open(out).convert("RGB")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--limner", type=Path, required=True, help="the program, release build")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--photos", type=Path, nargs="+", required=True)
    p.add_argument("--works", nargs="+", required=True)
    p.add_argument("--network", default="microast")
    a = p.parse_args()
    rows, names = [], []
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for photo in a.photos:
            small = folder / "photo.png"
            square(short_side(Image.open(photo).convert("RGB"), SIDE), SIDE).save(small)
            for style, work in (w.split("=") for w in a.works):
                ways = [(work,), (work, "--quality", "fine"), (style,), (work, "--model", a.network)]
                rows.append([Image.open(small).copy(), *(stylised(a, folder, small, *way) for way in ways)])
                names.append(style.replace("-", " "))
                print(photo.stem, style, flush=True)
    columns = ["Photo", "Fast (Restyle 2)", "Fine", "Learnt style", "MicroAST"]
    step = CELL + GAP
    sheet = Image.new("RGB", (step * len(columns) + GAP, HEAD + step * len(rows) + GAP), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for k, name in enumerate(columns):
        draw.text((GAP + k * step, 4), name, "black", font)
    for i, row in enumerate(rows):
        for k, im in enumerate(row):
            sheet.paste(im.resize((CELL, CELL), Image.LANCZOS), (GAP + k * step, HEAD + i * step))
        draw.text((GAP + 6, HEAD + i * step + CELL - 20), names[i], "white", font, stroke_width=2, stroke_fill="black")
    sheet.save(a.out, quality=82, optimize=True)


if __name__ == "__main__":
    main()

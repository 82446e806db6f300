"""Writes what `learn_styles` learnt into the project: 8-bit adapters, entries of the index, swatches, the card, a golden.

An adapter (`limner-restyle-adapter-1`) holds differences to *Restyle*'s transform: `X.weight` as whole numbers of 8 bits
with a scale for each output channel, `X.bias` and `affine.K.bias` as f16, and `code`, the style's 137 numbers as f32.
"""
import hashlib
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from .data import short_side, square
from .learn import read_state
from .learnt_evaluate import adapted
from .learnt_list import STYLES, described, pictures_of
from .restyle_evaluate import load
from .vgg19_export import eight_bit

FORMAT, SWATCH = "limner-restyle-adapter-1", 192

CARD = """# Learnt styles

{n} styles, each a painter of its own: *Restyle*'s transform with other numbers (differences of 8 bits, {size} kB a style),
learnt from one work of art. They run at *Restyle*'s speed; several of them mixed are a pass each.

## Training
`training/limner_training/learn_styles.py`, on one processor core: all styles at once at first, with convolutions in
common, then each by itself. Photos `caltech_*` from Caltech-101 (Li, Andreeto, Ranzato, Perona; CC BY 4.0) and
`grocery_*` from the Grocery Store Dataset (Klasson, Zhang, Kjellstroem; MIT). Losses in VGG-19 (Simonyan & Zisserman
2014; CC BY 4.0).

## Figures
Six public photos (never trained on) at 512 x 512, content and style by the public measure, of the photo's own distance;
lower is better.

{figures}

## Works
All artists died more than 80 years ago; their works are in the public domain. The pictures are not in the project:
the adapters are numbers computed from them, the swatches what they make of the sample photo.

{works}

## Known failures
Large shapes of a work (a wave, a swirl over half the sky) aren't composed anew: a style is strokes, edges and colours.
Small faces lose detail at full strength; lower it. Colours that the photo has none of don't appear.

Date: {date}. Belongs to *Restyle* `{restyle}`.
"""


def pack(tensors):
    """Tensors of an adapter, as they ship."""
    out = {"code": tensors["code"].float().contiguous()}
    for k, v in tensors.items():
        if k.endswith(".weight"):
            out[k], out[k + ".scale"] = eight_bit(v)
        elif k != "code":
            out[k] = v.half().contiguous()
    return out


@torch.no_grad()
def swatch(net, code, photo):
    y = net.stylise(photo, code)
    im = Image.fromarray((y[0].permute(1, 2, 0) * 255 + 0.5).byte().numpy())
    return im.resize((SWATCH, SWATCH), Image.LANCZOS)


def entry(style, about, said, file):
    rights = "; ".join(v for v in (f"{said['artist']}, {said['year']}", said["source"], "public domain") if v)
    return {"id": style.id, "name": said["title"], "kind": "painting", "group": style.group, "artist": said["artist"],
            "year": said["year"], "source": said["source"], "origin": rights, "licence": "public domain",
            "learnt": f"learnt/{file.name}", "swatch": f"swatches/{style.id}.jpg",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}


@torch.no_grad()
def golden(net, code, path):
    """A small photo in a learnt style; the program must agree."""
    rng = torch.Generator().manual_seed(5)
    photo = torch.nn.functional.interpolate(torch.rand((1, 3, 10, 12), generator=rng), (40, 48), mode="bicubic").clamp(0, 1)
    save_file({"in.photo": photo, "in.code": code, "out.y": net.stylise(photo, code).contiguous(),
               "out.y_s0.5_keep0.5": net.stylise(photo, code, 0.5, 0.5).contiguous()}, path)


def export(state, repo, shared, sample=None, figures=""):
    """`sample`: the photo of the swatches (the middle square of the project's sample)."""
    folder, index_file = repo / "models/styles", repo / "models/styles/index.json"
    (folder / "learnt").mkdir(exist_ok=True)
    weights = repo / "models/restyle/weights.safetensors"
    base = hashlib.sha256(weights.read_bytes()).hexdigest()
    sample = sample or repo / "assets/sample/photo.jpg"
    view = np.asarray(square(short_side(Image.open(sample).convert("RGB"), 448), 448))
    photo = torch.from_numpy(view.copy()).permute(2, 0, 1)[None].float() / 255
    entries, works, size = [], [], 0
    for style in STYLES:
        tensors, about = read_state(state / f"{style.id}.safetensors")
        said, file = described(style, shared), folder / "learnt" / f"{style.id}.safetensors"
        if about.get("rounds") and about["restyle"] == base:
            out = pack(tensors)
            kept = {k: about[k] for k in ("pictures", "seed", "seconds", "steps", "rounds")}
            kept |= said | {"licence": "public domain", "trainer": f"torch {torch.__version__}"}
            save_file(out, file, {"format": FORMAT, "restyle": base, "about": json.dumps(kept)})
            net, code = adapted(load(weights), load_file(file)), out["code"][None]
            swatch(net, code, photo).save(folder / "swatches" / f"{style.id}.jpg", quality=88)
            if not entries:
                golden(net, code, repo / "tests/golden/learnt_style.safetensors")
        elif file.exists():  # one that isn't trained on stays as it ships
            about = read_state(file)[1]
        else:
            continue
        entries.append(entry(style, about, said, file))
        works.append(f"- *{said['title']}*, {entries[-1]['origin']}. SHA-256 of its picture {about['pictures'][0][:16]}...; "
                     f"{about['steps']} steps of its own.")
        size += file.stat().st_size
    index = json.loads(index_file.read_text())
    others = [e for e in index["styles"] if "learnt" not in e]
    for e in others:
        e.setdefault("group", "Made by code" if e["kind"] == "generated" else "Older paintings")
    index["styles"] = entries + others  # codes go by the order of those that have one
    index_file.write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n")
    card = CARD.format(n=len(entries), size=round(size / max(len(entries), 1) / 1000), figures=figures or "(see docs)",
                       works="\n".join(works), date=date.today(), restyle=base)
    (folder / "learnt/card.md").write_text(card)
    print(f"{len(entries)} styles, {size / 1e6:.1f} MB")

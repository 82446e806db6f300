"""Content and style losses of Restyle on the public pairs, by the judges' own script, and a sheet to look at.

`python -m limner_training.evaluate restyle --weights FILE --out DIR [--size 512] [--push 1.2 --half]`
"""
import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file

from .data import short_side, source_dir, square, to_chw
from .restyle import Config, Restyle


def load(weights, push=1.0):
    """Network from a `weights.safetensors` (any float type; its sizes from config.json beside it) or a training state
    (its moving average).  `push`: strength of training that counts as strength 1 from here on."""
    if str(weights).endswith(".pt"):
        saved = torch.load(weights, map_location="cpu", weights_only=True)
        cfg, state = saved["config"], saved["ema"]
    else:
        cfg = json.loads((Path(weights).parent / "config.json").read_text())
        state = {k: v.float() for k, v in load_file(weights).items()}
        for k in [k for k in state if k.endswith(".scale")]:  # numbers of 8 bits
            state[k.removesuffix(".scale")] *= state.pop(k).view(-1, 1, 1, 1)
    net = Restyle(Config.of(cfg)).eval()
    net.load_state_dict({k: state[k].view(v.shape) for k, v in net.state_dict().items()})
    with torch.no_grad():
        net.transform.mapping.weight[:, -1] *= push
    return net


def half(net):
    """Rounds every parameter to f16, in place: what ships is what is measured."""
    with torch.no_grad():
        for v in net.state_dict().values():
            v.copy_(v.half().float())
    return net


def picture(path, size):
    """[1,3,size,size], stretched to a square as the script does."""
    return to_chw(np.asarray(Image.open(path).convert("RGB").resize((size, size), Image.BICUBIC)))[None]


def style_input(path, size):
    """The program's encoder input: short side to `size`, middle square."""
    return to_chw(np.asarray(square(short_side(Image.open(path).convert("RGB"), size), size)))[None]


def save(t, path):
    Image.fromarray((t[0].permute(1, 2, 0).clamp(0, 1) * 255 + 0.5).byte().numpy()).save(path)


@torch.no_grad()
def main(argv):
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--weights", type=Path, required=True)
    p.add_argument("--data", help="folder with eval/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--size", type=int, default=512, help="side of photo and judged picture")
    p.add_argument("--style-size", type=int, help="side of the encoder's input (default: the network's own)")
    p.add_argument("--push", type=float, default=1.0, help="strength of training that counts as strength 1")
    p.add_argument("--half", action="store_true", help="weights rounded to f16, as they ship")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--strength", type=float, default=1.0)
    p.add_argument("--no-losses", action="store_true", help="only the sheet")
    a = p.parse_args(argv)
    torch.set_num_threads(a.threads)
    src, net = source_dir(a.data) / "eval", load(a.weights, a.push)
    if a.half:
        half(net)
    a.out.mkdir(parents=True, exist_ok=True)
    photos = {f.stem: picture(f, a.size) for f in sorted((src / "content").glob("*"))}
    styles = {f.stem: f for f in sorted((src / "style").glob("*"))}
    tile, rows = 176, []
    small = lambda t: torch.nn.functional.interpolate(t, (tile, tile), mode="area")[0]
    rows.append(torch.cat([torch.ones(3, tile, tile)] + [small(style_input(f, 256)) for f in styles.values()], 2))
    codes = {k: net.encode(style_input(f, a.style_size or net.cfg.encoder_size)) for k, f in styles.items()}
    for c, photo in photos.items():
        row = [small(photo)]
        for s, code in codes.items():
            y = net.stylise(photo, code, a.strength)
            save(y, a.out / f"{c}__{s}.png")
            row.append(small(y))
        rows.append(torch.cat(row, 2))
    save(torch.cat(rows, 1)[None], a.out.parent / f"{a.out.name}_sheet.png")
    if not a.no_losses:
        judge = [sys.executable, src / "style_losses.py", src / "content", src / "style", a.out, str(a.size)]
        subprocess.run(judge, check=True)

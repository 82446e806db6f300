"""Measures a shipped generator against unseen pictures and writes the figures into its config.json.

usage: python -m limner_training.generator_evaluate --model ../models/landscapes --data SET.npz \\
           --features efficientnet_lite0.safetensors [--source FOLDER | TAR] [--sheet FILE.jpg] [--prepare]

Frechet and kernel distance to the pictures kept aside: in VGG-19 features (`distances`; no part of the training), and in
EfficientNet-Lite0 features (the critic's own network, so it flatters). The floor is as many training pictures against
the same test pictures. Memorisation: distance of each sample to the nearest of all training pictures in
EfficientNet-Lite0 features, beside the same for test pictures; a ratio well under 1 would mean copies. Also the likeness
of samples among themselves, to notice a collapse. With `--source`, where the set was made from, VGG-19 sees the files as
`gan_distance.py` reads them (`--crop 0`), so that the figures are those of that script; else the set's pictures. `--prepare` only computes the real pictures' features (cached).
"""

from __future__ import annotations

import argparse
import json
import os

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from . import picture_set
from .distances import Distances, cached
from .efficientnet_lite import EfficientNetLite0
from .generator_export import load_encoder, load_model, write_json
from .picture_set import save_grid
from .stylegan2 import Generator


class Measure:
    """Both feature networks on uint8 pictures [n, 3, H, W], and the real pictures' features."""

    def __init__(self, data: str, shared: str | None, features: str, source: str | None):
        self.data, self.source, self.distances = data, source, Distances(shared)
        self.net = EfficientNetLite0(features)
        kind = "source" if source else "set"
        self.real = cached(data + ".eff.npz", self.eff_of_real) | cached(data + f".vgg_{kind}.npz", self.vgg_of_real)
        self.n = len(self.real["vgg_test"])

    def vgg_of_real(self) -> dict[str, np.ndarray]:
        names = [picture_set.names_of(self.data, test=t) for t in (False, True)]
        pick = np.random.RandomState(0).permutation(len(names[0]))[:len(names[1])]
        if self.source:
            height, width = picture_set.load(self.data, test=True).shape[2:]
            some = [names[0][i] for i in pick], names[1]
            train, test = (self.distances.of_files(self.source, n, (width, height)) for n in some)
        else:
            train, test = (torch.from_numpy(picture_set.load(self.data, test=t)) for t in (False, True))
            train, test = self.distances.features(train[pick]), self.distances.features(test)
        return dict(vgg_train=train, vgg_test=test, pick=pick)

    def eff_of_real(self) -> dict[str, np.ndarray]:
        train, test = (torch.from_numpy(picture_set.load(self.data, test=t)) for t in (False, True))
        return dict(eff_test=self.eff(test), eff_train=self.eff(train))

    def eff(self, x: Tensor) -> np.ndarray:
        return torch.cat([self.net(c.float() / 127.5 - 1)[-1].mean((2, 3)) for c in x.split(20)]).double().numpy()


def nearest(a: np.ndarray, b: np.ndarray, itself: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Distance and index of the nearest row of `b` for each of `a`; `itself`: not the row itself."""
    d = torch.cdist(torch.from_numpy(a), torch.from_numpy(b))
    if itself:
        d.fill_diagonal_(float("inf"))
    return d.min(1).values.numpy(), d.argmin(1).numpy()


@torch.no_grad()
def evaluate(folder: str, m: Measure, sheet: str | None) -> dict:
    """Adds `figures` to config.json; `sheet`: where to show samples above their nearest training pictures."""
    g, config = load_model(folder)
    real = m.real
    between = m.distances.between
    floor = between(real["vgg_train"], real["vgg_test"])
    own = between(real["eff_train"][real["pick"]], real["eff_test"])
    figures: dict = dict(n=m.n, floor=floor, own_floor=own)
    z = torch.randn(m.n, g.z_dim, generator=torch.Generator().manual_seed(500))
    for psi in (1.0, 0.7):
        x = torch.cat([g(c, truncation_psi=psi) for c in z.split(20)])
        x = ((x.clamp(-1, 1) + 1) * 127.5).round().byte()
        f, key = m.eff(x), f"psi{psi:g}"
        figures[key] = between(m.distances.features(x), real["vgg_test"])
        figures[key]["times_floor"] = round(figures[key]["fd"] / floor["fd"], 2)
        figures[key]["own"] = between(f, real["eff_test"])
        near, index = nearest(f, real["eff_train"])
        unseen, _ = nearest(real["eff_test"], real["eff_train"])
        among, _ = nearest(f, f, True)
        among_real, _ = nearest(real["eff_test"], real["eff_test"], True)
        figures[key]["memorisation"] = dict(
            space="EfficientNet-Lite0, 320 averaged features", sample_to_nearest_training=round(near.mean(), 3),
            test_to_nearest_training=round(unseen.mean(), 3), ratio=round(near.mean() / unseen.mean(), 3),
            closest=round(near.min(), 3), closest_test=round(unseen.min(), 3),
            sample_to_nearest_sample_ratio=round(among.mean() / among_real.mean(), 3))
        if sheet and psi == 1:
            show = torch.from_numpy(picture_set.load(m.data))[index[:32]]
            rows = torch.stack([x[:32].reshape(2, 16, *x.shape[1:]), show.reshape(2, 16, *x.shape[1:])], 1)
            save_grid(rows.reshape(64, *x.shape[1:]).float() / 127.5 - 1, sheet, 16)
    figures["encoder"] = reconstruction(folder, g, m, sheet)
    config["figures"] = {k: v for k, v in figures.items() if v is not None}
    write_json(config, os.path.join(folder, "config.json"))
    print(json.dumps(config["figures"], indent=1))
    return figures


@torch.no_grad()
def reconstruction(folder: str, g: Generator, m: Measure, sheet: str | None) -> dict | None:
    """How near the encoder's first guess comes to test pictures, beside the generator's average picture."""
    e = load_encoder(folder)
    if e is None:
        return None
    x = torch.from_numpy(picture_set.load(m.data, test=True))[:60].float() / 127.5 - 1
    y = torch.cat([g.synthesis(e(c)[:, None].expand(-1, g.num_ws, -1), "const") for c in x.split(20)]).clamp(-1, 1)
    mean = g.synthesis(g.mapping.w_avg.view(1, 1, -1).expand(1, g.num_ws, -1), "const").clamp(-1, 1)
    far = lambda p: round((F.avg_pool2d(p, 4) - F.avg_pool2d(x, 4)).abs().mean().item() * 127.5, 2)
    if sheet:
        root, end = os.path.splitext(sheet)
        save_grid(torch.cat([x[:16], y[:16], x[16:32], y[16:32]]), root + "_encoder" + end, 16)
    return dict(pictures=len(x), difference_of_255=far(y), of_the_average_picture=far(mean))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--model", required=True)
    p.add_argument("--data", required=True, help="made by picture_set, with pictures kept aside")
    p.add_argument("--source", help="the folder or .tar that the set was made from")
    p.add_argument("--shared", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--sheet", help="samples above their nearest training pictures (kept out of the repository)")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--prepare", action="store_true")
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    with torch.no_grad():
        m = Measure(a.data, a.shared, a.features, a.source)
    if not a.prepare:
        evaluate(a.model, m, a.sheet)


if __name__ == "__main__":
    main()

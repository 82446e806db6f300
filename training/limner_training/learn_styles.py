"""The learnt styles that ship, trained one after the other on a processor: `python -m limner_training.learn_styles`.

usage: python -m limner_training.learn_styles --state DIR --repo .. [--joint 600] [--steps 80] [--rounds 2] [--only great-wave ...]
       again to go on: what DIR holds, or ships, isn't done again; a further round (`--rounds`) begins with it
       ... --export: writes models/styles/learnt and its index entries from what DIR holds, and trains nothing

A style is *Restyle*'s painter with other numbers (`learn.py`), 8-bit differences of about 240 kB. A round gives every
style `--steps` more steps; so all of them get better together, and one may stop after any round. Everything runs at low
priority; a killed run loses at most `--save-seconds`.
"""
from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not take others' time

import torch

from .data import source_dir
from .learn import Learner, Photos, StylePictures, state_of
from .learn_joint import train
from .learnt_list import STYLES, pictures_of


def arguments(argv=None):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", type=Path, required=True)
    p.add_argument("--repo", type=Path, default=Path(".."))
    p.add_argument("--data", help="folder with data/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--only", nargs="*", help="ids of styles")
    p.add_argument("--joint", type=int, default=600, help="steps over all styles at first")
    p.add_argument("--steps", type=int, default=80, help="steps a style gets in a round")
    p.add_argument("--rounds", type=int, default=2)
    p.add_argument("--minutes", type=float, default=1e9)
    p.add_argument("--batch", type=int, default=2)
    p.add_argument("--size", type=int, default=256, help="side of the photo crops")
    p.add_argument("--crops", type=int, default=400, help="photo crops whose features are kept")
    p.add_argument("--style", type=float, help="weight of the style against the content, for all (default: each style's own)")
    p.add_argument("--covariance", type=float, default=0.2)
    p.add_argument("--lr", type=float, default=1.5e-3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--nice", type=int, default=19)
    p.add_argument("--save-seconds", type=float, default=120)
    p.add_argument("--seed", type=int, default=20)
    p.add_argument("--float", action="store_true", help="f32 instead of bfloat16")
    p.add_argument("--export", action="store_true")
    return p.parse_args(argv)


def main():
    a = arguments()
    shared = source_dir(a.data)
    if a.export:
        from .learnt_export import export
        export(a.state, a.repo, shared)
        return
    os.nice(a.nice)
    torch.set_num_threads(a.threads)
    a.state.mkdir(parents=True, exist_ok=True)
    end = time.time() + a.minutes * 60
    chosen = [s for s in STYLES if not a.only or s.id in a.only]
    learner = Learner(a, a.repo / "models/restyle", shared / "weights/vgg19_features.safetensors")
    reached = {s.id: state_of(s.id, a.state, learner.shipped)[1].get("rounds", 0) for s in chosen}
    if all(v >= a.rounds for v in reached.values()):
        print("every style has had its rounds; --rounds gives them more")
        return
    photos = Photos(shared / "data/photos.tar", learner, a.crops, a.size, a.seed)
    fresh = [s for s in chosen if not state_of(s.id, a.state, learner.shipped)[0]]
    if a.joint and fresh:
        pictures = [StylePictures(learner, pictures_of(s, shared)) for s in chosen]
        print(f"{len(pictures)} styles", flush=True)
        learner.joint = train(learner, chosen, pictures, photos, a.state / "all.safetensors", a.joint, end)
        del pictures
        if learner.joint is None:
            return
    for k in range(1, a.rounds + 1):
        for style in chosen:
            path = a.state / f"{style.id}.safetensors"
            if state_of(style.id, a.state, learner.shipped)[1].get("rounds", 0) >= k:
                continue
            with StylePictures(learner, pictures_of(style, shared)) as pictures:
                if not learner.run(style, pictures, photos, path, k, end):
                    return


if __name__ == "__main__":
    main()

"""Measures the average of a `projected_gan` state against the pictures kept aside and keeps the best one.

usage: python -m limner_training.projected_best --state DIR --data SET.npz [--shared DIR]

As many samples at psi 1 (always of the same z) as pictures are kept aside; kernel and Frechet distance in VGG-19 features
(`distances`). The average with the least kernel distance so far becomes `best.safetensors`; every measurement is a line of
`measured.jsonl`. `projected_gan --evaluate-every` runs this as a process of its own, at the lowest priority.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time

import torch

from . import picture_set
from .distances import Distances, cached
from .projected_state import AVERAGE, BEST, path_of, read_average

LOG, COPY = "measured.jsonl", "measuring.safetensors"


class Watch:
    """Starts measurements while a training goes on, one at a time."""

    def __init__(self, a: argparse.Namespace):
        self.every, self.child, self.began = a.evaluate_every * 60, None, time.time()
        self.command = [sys.executable, "-m", "limner_training.projected_best", "--state", a.state, "--data", a.data]
        self.command += ["--shared", a.shared] if a.shared else []

    def poll(self) -> None:
        """Called when a state has been saved."""
        if not self.every or time.time() - self.began < self.every:
            return
        if self.child is not None and self.child.poll() is None:
            return
        self.began = time.time()
        self.child = subprocess.Popen(self.command)

    def last(self) -> None:
        """Measures the finished average too, and waits for it."""
        if self.every:
            if self.child is not None:
                self.child.wait()
            subprocess.run(self.command, check=False)


@torch.no_grad()
def measure(state: str, data: str, shared: str | None) -> dict:
    """Measures the state's average; `best` says whether it became the best one."""
    d = Distances(shared)
    real = cached(os.path.join(state, "aside.npz"),
                  lambda: dict(vgg=d.features(torch.from_numpy(picture_set.load(data, test=True)))))["vgg"]
    copy = os.path.join(state, COPY)  # the training may save while this one reads
    shutil.copyfile(path_of(state, AVERAGE), copy)
    g, _, about = read_average(state, COPY)
    z = torch.randn(len(real), g.z_dim, generator=torch.Generator().manual_seed(500))
    x = torch.cat([(g(c).clamp(-1, 1) + 1).mul(127.5).round().byte() for c in z.split(20)])
    result = dict(images=about["images"], steps=about["steps"], **d.between(d.features(x), real))
    earlier = history(state)
    result["best"] = all(result["kid_x1000"] < r["kid_x1000"] for r in earlier)
    with open(os.path.join(state, LOG), "a") as f:
        f.write(json.dumps(result) + "\n")
    if result["best"]:
        os.replace(copy, os.path.join(state, BEST))
    else:
        os.remove(copy)
    return result


def history(state: str) -> list[dict]:
    """All measurements so far."""
    path = os.path.join(state, LOG)
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [json.loads(line) for line in f]


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--state", required=True)
    p.add_argument("--data", required=True, help="made by picture_set, with pictures kept aside")
    p.add_argument("--shared", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    a = p.parse_args()
    torch.set_num_threads(1)
    os.nice(19)
    print("measured " + json.dumps(measure(a.state, a.data, a.shared)), flush=True)


if __name__ == "__main__":
    main()

"""Everything that shipping a generator needs, from a training state to the sliders, in one command.

usage: python -m limner_training.generator_ship --preset landscapes --state DIR --data SET.npz \\
           --features efficientnet_lite0.safetensors [--source FOLDER | TAR] [--best] [--encoder-minutes 5] [--cargo cargo]

In turn: the encoder for these weights (`generator_encoder_train`; in a copy of the state, so that a training may go on),
weights and config.json (`generator_export`), sheets, figures (`generator_evaluate`), card, reference values
(`goldens`), and with `--cargo` the sliders, which the program itself measures. `models/NAME` and
`tests/golden/NAME.safetensors` are written in the repository that this code is in.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .presets import Preset
from .projected_state import AVERAGE, BEST, path_of

REPOSITORY = Path(__file__).resolve().parents[2]


def run(module: str, *words: str) -> None:
    """One step, by the command that does it alone."""
    print(f"== {module} {' '.join(words)}", flush=True)
    subprocess.run([sys.executable, "-m", f"limner_training.{module}", *words], check=True)


def ship(a: argparse.Namespace) -> None:
    preset = Preset.named(a.preset)
    model = str(REPOSITORY / "models" / preset.name)
    with tempfile.TemporaryDirectory() as state:
        shutil.copyfile(path_of(a.state, BEST if a.best else AVERAGE), os.path.join(state, AVERAGE))
        if a.encoder_minutes > 0:
            run("generator_encoder_train", "--state", state, "--data", a.data, "--features", a.features, "--minutes",
                str(a.encoder_minutes), "--batch", str(a.encoder_batch), "--threads", "1", *["--half"] * a.half)
        run("generator_export", "export", "--preset", a.preset, "--state", state, "--out", model)
    run("generator_export", "sheets", "--model", model)
    source = ["--source", a.source] if a.source else []
    run("generator_evaluate", "--model", model, "--data", a.data, "--features", a.features, *source)
    run("generator_card", "--preset", a.preset, model)
    run("goldens", "generator", model, str(REPOSITORY / "tests" / "golden" / f"{preset.name}.safetensors"))
    if a.cargo:
        test = [a.cargo, "test", "--test", "models_networks", "shipped"]
        subprocess.run(test, cwd=REPOSITORY, env=os.environ | dict(UPDATE_DIRECTIONS=preset.name), check=True)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--preset", required=True)
    p.add_argument("--state", required=True, help="folder of projected_gan")
    p.add_argument("--best", action="store_true", help="the weights that measured best")
    p.add_argument("--data", required=True, help="made by picture_set, with pictures kept aside")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--source", help="where the set was made from: VGG-19 sees those files (see generator_evaluate)")
    p.add_argument("--encoder-minutes", type=float, default=5, help="0: keep the encoder that the state has")
    p.add_argument("--encoder-batch", type=int, default=32)
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU too")
    p.add_argument("--cargo", help="the command that builds and tests the program, to have it measure the sliders")
    a = p.parse_args()
    ship(a)


if __name__ == "__main__":
    main()

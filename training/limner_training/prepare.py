"""`python -m limner_training.prepare NETWORK --out DIR [--data DIR]`: writes a network's compact training set."""
import argparse
import importlib
from pathlib import Path

from .data import source_dir


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("network", help="module limner_training.NETWORK_data has prepare(src, out, small, drawings)")
    p.add_argument("--data", help="folder with data/, weights/ and eval/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--small", action="store_true", help="packed, with the loss network, for slices on borrowed accelerators")
    p.add_argument("--drawings", type=Path, help="folder of .webp drawings (npm @lobehub/fluent-emoji-3d, assets/)")
    a = p.parse_args()
    importlib.import_module(f".{a.network}_data", __package__).prepare(source_dir(a.data), a.out, a.small, a.drawings)


if __name__ == "__main__":
    main()

"""What a generator is of, and how it is trained: `training/presets/NAME.toml`, or a file of the same form anywhere.

A preset gives the defaults of `picture_set`, `projected_gan`, `generator_export` and `generator_card`; options override
what they name. Any size goes whose sides are 4 to 15 times the same power of two, e.g. 160x128 (5x4 times 32).
"""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from .data import source_dir

FOLDER = Path(__file__).resolve().parents[1] / "presets"
SMALLEST, LARGEST = 4, 15  # side of the constant that a network begins with


def size_of(text: str) -> tuple[int, int]:
    """WIDTHxHEIGHT as numbers."""
    try:
        width, height = (int(n) for n in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no WIDTHxHEIGHT such as 160x128") from None
    return width, height


def init_size(width: int, height: int) -> tuple[list[int], int]:
    """([rows, columns] of the constant, doublings to the picture): as many doublings as leave a constant of 4 or
    more.

    >>> init_size(160, 128), init_size(128, 192), init_size(256, 256)
    (([4, 5], 5), ([6, 4], 5), ([4, 4], 6))
    """
    doublings = 0
    while width % 2 == 0 and height % 2 == 0 and min(width, height) >= 2 * SMALLEST:
        width, height, doublings = width // 2, height // 2, doublings + 1
    if min(width, height) < SMALLEST or max(width, height) > LARGEST or doublings == 0:
        raise SystemExit(f"{width << doublings} x {height << doublings} can't be reached by doubling from a size of "
                         f"{SMALLEST} to {LARGEST}: choose sides with more factors of two, such as 160 x 128")
    return [height, width], doublings


@dataclass
class Preset:
    """One generator's choices; everything but the size has a default."""

    name: str
    title: str
    size: tuple[int, int]  # width, height
    credit: str = ""
    border: int = 0
    aside: str = ""
    network: dict = field(default_factory=dict)
    heads: tuple | None = None  # channels along each discriminator
    training: dict = field(default_factory=dict)  # defaults of projected_gan's options
    card: dict = field(default_factory=dict)
    upscaler: str = ""  # that its pictures are drawn through; empty: Crisp

    @staticmethod
    def named(name: str) -> Preset:
        """The preset of this name, or that of a file; refuses entries that it doesn't know."""
        path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.toml")))
            raise SystemExit(f"there is no preset {name}: {known}, or a .toml file of your own")
        with open(path, "rb") as f:
            t = tomllib.load(f)
        pictures, critic = t.pop("pictures"), t.pop("critic", {})
        preset = Preset(t.pop("name"), t.pop("title"), tuple(pictures.pop("size")), t.pop("credit", ""),
                        pictures.pop("border", 0), pictures.pop("aside", ""), t.pop("network", {}),
                        critic.pop("heads", None), t.pop("training", {}), t.pop("card", {}), t.pop("upscaler", ""))
        unknown = [*t, *pictures, *critic]
        if unknown:
            raise SystemExit(f"{path}: unknown entries {', '.join(unknown)}")
        return preset

    def aside_of(self, data: str | None) -> str:
        """What is kept aside: a number, or the list's path in the data folder."""
        return self.aside if self.aside.isdigit() or not self.aside else str(source_dir(data) / self.aside)

    def kwargs(self) -> dict:
        """The generator's constructor arguments."""
        init, doublings = init_size(*self.size)
        given = dict(z_dim=64, w_dim=128, channel_base=6144, channel_max=184) | self.network
        mapping = dict(num_layers=given.pop("mapping_layers", 2))
        if "mapping_features" in given:
            mapping["layer_features"] = given.pop("mapping_features")
        return dict(z_dim=given.pop("z_dim"), c_dim=0, w_dim=given.pop("w_dim"), img_resolution=4 << doublings,
                    img_channels=3, **given, init_size=init, mapping_kwargs=mapping)

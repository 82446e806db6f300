"""Golden files of learnt styles for the Rust side: an adapter of the small random Restyle in restyle_tiny.safetensors,
in the form that ships, what it makes of a photo, and the gradients of what is learnt.

usage: python -m limner_training.learnt_goldens tests/golden
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .restyle import Config, Restyle

FORMAT = "limner-restyle-adapter-1"
# The random network is in no weights file of its own; tests put the hash of theirs here.
RESTYLE = "0" * 64


def eight_bit(weight: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Whole numbers of 8 bits and a scale for each output channel."""
    scale = weight.flatten(1).abs().amax(1).clamp_min(1e-12) / 127
    return (weight / scale[:, None, None, None]).round().to(torch.int8), scale


def differences(net: Restyle, cfg: Config) -> dict[str, torch.Tensor]:
    """Random ones: most convolutions in 8 bits, one in half and one in single numbers."""
    tensors = {}
    for name, p in net.transform.named_parameters():
        if name.startswith("affine.") and name.endswith(".bias"):
            tensors[name] = torch.randn_like(p) * 0.2
        elif p.dim() == 4:
            d = torch.randn_like(p) * 0.08
            if name == "up1.weight":
                tensors[name] = d.half()
            elif name == "out.weight":
                tensors[name] = d
            else:
                tensors[name], tensors[f"{name}.scale"] = eight_bit(d)
        elif name.endswith(".bias") and not name.startswith("mapping."):
            d = torch.randn_like(p) * 0.1
            tensors[name] = d.half() if name == "down1.bias" else d
    return tensors


def add(net: Restyle, tensors: dict[str, torch.Tensor]) -> None:
    """Adds them to the network's own numbers, as the program does."""
    own = dict(net.transform.named_parameters())
    for name, d in tensors.items():
        if name in own:
            scale = tensors.get(f"{name}.scale")
            own[name] += d.float() if scale is None else d.float() * scale[:, None, None, None]


def gradients(net: Restyle, code: torch.Tensor) -> dict[str, torch.Tensor]:
    """What a weighted sum of the painted pixels says of everything that is learnt."""
    strokes = code[:, 9:].clone().requires_grad_()
    white, weights = torch.randn(1, 3, 24, 20), torch.randn(1, 3, 24, 20)
    for p in net.parameters():
        p.requires_grad_()
    y, _ = net.transform(white, strokes, torch.tensor([0.7]))
    (y * weights).sum().backward()
    out = {"in.white": white, "in.strokes": strokes, "in.weights": weights, "out.y": y, "g.strokes": strokes.grad[0]}
    for name, p in net.transform.named_parameters():
        if name.endswith(".weight") and p.dim() == 4 or name == "out.bias" or name.startswith("affine.") and p.dim() == 1:
            out[f"g.{name}"] = p.grad
    return {k: v.detach() for k, v in out.items()}


def main() -> None:
    folder = Path(sys.argv[1])
    net, code = adapters(folder)
    save_file({k: v.contiguous() for k, v in gradients(net, code).items()}, folder / "learnt_tiny_gradients.safetensors")


@torch.no_grad()
def adapters(folder: Path) -> tuple[Restyle, torch.Tensor]:
    """Writes the adapter and what it paints; the learnt network and its code."""
    torch.manual_seed(11)
    with safe_open(folder / "restyle_tiny.safetensors", "pt") as f:
        cfg = Config.of(json.loads(f.metadata()["kwargs"]))
        own = {k.removeprefix("w."): f.get_tensor(k) for k in f.keys() if k.startswith("w.")}
        photo, code = f.get_tensor("in.photo"), f.get_tensor("in.code")
    net = Restyle(cfg).eval()
    net.load_state_dict(own)
    tensors = differences(net, cfg)
    add(net, tensors)
    code = code.roll(1, 1) * 0.9
    code[:, :9] = torch.tensor([0.45, 0.5, 0.6, 0.2, 0.05, 0.02, 0.22, 0.03, 0.25])
    about = {"title": "Random numbers", "artist": "PyTorch", "year": 2026, "source": "learnt_goldens.py",
             "licence": "for tests", "pictures": ["ab" * 32], "images": 0, "seed": 11, "seconds": 0.0,
             "torch": torch.__version__}
    save_file({k: v.contiguous() for k, v in (tensors | {"code": code[0]}).items()}, folder / "learnt_tiny.safetensors",
              metadata={"format": FORMAT, "restyle": RESTYLE, "about": json.dumps(about)})
    measured = net.measure(photo, code)
    values = {"in.photo": photo, "out.y": net.stylise(photo, code), "out.y_s0.5_keep0.5": net.stylise(photo, code, 0.5, 0.5)}
    crop = photo[:, :, : photo.shape[2] // 2 // 4 * 4, : photo.shape[3] // 2 // 4 * 4]
    values |= {"in.crop": crop, "out.crop_with_photo_stats": net.stylise(crop, code, 1.0, 0.0, measured)}
    save_file({k: v.clone().contiguous() for k, v in values.items()}, folder / "learnt_tiny_out.safetensors")
    return net, code


if __name__ == "__main__":
    main()

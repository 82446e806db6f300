"""Golden files for the Rust side, and the check of `stylegan2.py` against the authors' own outputs.

usage: python -m limner_training.goldens check ../shared/golden/stylegan2_*.safetensors
       python -m limner_training.goldens tiny tests/golden/stylegan2_tiny_6x4.safetensors 6x4
       python -m limner_training.goldens generator models/fruit tests/golden/fruit.safetensors
       python -m limner_training.goldens crisp models/crisp tests/golden/crisp.safetensors     # painterly the same way
"""

from __future__ import annotations

import json
import sys

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from .stylegan2 import Generator


def outputs(g: Generator, z: torch.Tensor, c: torch.Tensor | None) -> dict[str, torch.Tensor]:
    """What the shared goldens hold: ws with and without truncation, pictures of the truncated ws with constant
    noise and without."""
    with torch.no_grad():
        ws = g.mapping(z, c, 0.7, 4)
        return {
            "_out.ws_psi1": g.mapping(z, c),
            "_out.ws_psi0.7_cutoff4": ws,
            "_out.image_noise_const": g.synthesis(ws, "const"),
            "_out.image_noise_none": g.synthesis(ws, "none"),
        }


def check(path: str) -> float:
    """Largest absolute difference to the outputs stored in `path`; raises if names or shapes differ."""
    with safe_open(path, "pt") as f:
        kwargs = json.loads(f.metadata()["kwargs"])
        t = {k: f.get_tensor(k) for k in f.keys()}
    g = Generator(**kwargs).eval()
    g.load_state_dict({k: v for k, v in t.items() if not k.startswith("_")})
    out = outputs(g, t["_in.z"], t.get("_in.c"))
    worst = 0.0
    for k, v in out.items():
        d = (v - t[k]).abs().max().item()
        print(f"{k:28} |max| {t[k].abs().max():8.3f}  difference {d:.2e}")
        worst = max(worst, d)
    return worst


def tiny(path: str, constant: str) -> None:
    """A small random network with a constant of these rows x columns: weights, inputs, outputs."""
    torch.manual_seed(64)
    kwargs = dict(z_dim=16, c_dim=0, w_dim=16, img_resolution=16, img_channels=3, channel_base=256, channel_max=24,
                  init_size=[int(n) for n in constant.split("x")], mapping_kwargs={"num_layers": 2, "layer_features": 24})
    g = Generator(**kwargs).eval()
    with torch.no_grad():
        g.mapping.w_avg.normal_(0, 0.3)
        for name, p in g.named_parameters():
            if name.endswith("noise_strength"):
                p.fill_(0.1)
            elif name.endswith("bias"):
                p.add_(torch.randn_like(p) * 0.2)
    z = torch.randn(2, 16)
    tensors = dict(g.state_dict()) | {"_in.z": z} | outputs(g, z, None)
    save_file({k: v.contiguous() for k, v in tensors.items()}, path, {"kwargs": json.dumps(kwargs)})


def generator(model: str, path: str) -> None:
    """A shipped generator (f32 arithmetic on the stored f16 weights), constant noise: z, ws, one whole picture at psi 1,
    the middle half of the same at psi 0.7, and the encoder's answer to the whole picture."""
    from .generator_export import load_encoder, load_model
    g, _ = load_model(model)
    z = torch.randn(1, g.z_dim, generator=torch.Generator().manual_seed(12))
    with torch.no_grad():
        out = {"_in.z": z}
        for psi in (1.0, 0.7):
            ws = g.mapping(z, truncation_psi=psi)
            y = g.synthesis(ws, "const")
            out[f"_out.ws_psi{psi:g}"] = ws
            h, w = y.shape[2:]
            middle = y[:, :, h // 4:h // 4 + h // 2, w // 4:w // 4 + w // 2]
            out[f"_out.image_psi{psi:g}" + ("" if psi == 1 else "_window")] = y if psi == 1 else middle
        encoder = load_encoder(model)
        if encoder is not None:
            out["_out.encoded_w"] = encoder(out["_out.image_psi1"])
    save_file({k: v.contiguous() for k, v in out.items()}, path, {"noise_mode": "const", "window": "middle half"})


def crisp(model: str, path: str) -> None:
    """*Crisp* or *Painterly* as it ships: a small smooth picture with an edge, enlarged by each of its scales."""
    from .crisp import load_model
    net = load_model(model)
    y, x = torch.meshgrid(torch.linspace(0, 1, 14), torch.linspace(0, 1, 11), indexing="ij")
    img = torch.stack([x, y, (x + y > 1).float() * 0.8 + 0.1])[None]
    with torch.no_grad():
        out = {"_in.x": img} | {f"_out.x{scale}": net(img, scale) for scale in net.scales}
    save_file({k: v.contiguous() for k, v in out.items()}, path)


def main() -> None:
    what, *args = sys.argv[1:]
    if what == "check":
        worst = max(check(p) for p in args)
        sys.exit(f"differs by {worst:.2e}" if worst > 1e-4 else 0)
    elif what == "tiny":
        tiny(*args)
    elif what in ("generator", "crisp"):
        {"generator": generator, "crisp": crisp}[what](*args)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()

"""A StyleGAN3 generator of real size with random weights, as the authors initialise it, for measuring time and memory.

    python -m limner_training.stylegan3_random OUT.safetensors --size 256 [--config t|r] [--channel-base 16384] [--seed 1]

Written from the paper (Karras et al. 2021, "Alias-Free Generative Adversarial Networks", appendix C) without the authors' code;
needs scipy. `limner models import OUT.safetensors` opens it. Published networks of 256 pixels have a channel base of 16,384,
larger ones 32,768 (the default of either); configuration R has twice as many channels, 1 x 1 convolutions, radial filters.
"""

import argparse
import json
import math

import numpy as np
import scipy.signal
import scipy.special
import torch
from safetensors.torch import save_file

W_DIM, LAYERS, CRITICAL, MARGIN, TAPS = 512, 14, 2, 10, 6


def lowpass(taps: int, cutoff: float, width: float, rate: float, radial: bool) -> torch.Tensor:
    """A Kaiser-windowed filter, `[taps]`, or `[taps, taps]` where it is to be radially symmetric."""
    if not radial:
        return torch.tensor(scipy.signal.firwin(taps, cutoff, width=width, fs=rate), dtype=torch.float32)
    x = (np.arange(taps) - (taps - 1) / 2) / rate
    r = np.hypot(*np.meshgrid(x, x))
    f = scipy.special.j1(2 * cutoff * math.pi * r) / (math.pi * r)
    window = np.kaiser(taps, scipy.signal.kaiser_beta(scipy.signal.kaiser_atten(taps, width / (rate / 2))))
    f *= np.outer(window, window)
    return torch.tensor(f / f.sum(), dtype=torch.float32)


def network(size: int, radial: bool, channel_base: float, channel_max: float) -> dict[str, torch.Tensor]:
    """Tensors under the authors' names."""
    exponents = np.minimum(np.arange(LAYERS + 1) / (LAYERS - CRITICAL), 1)
    cutoffs = 2 * (size / 2 / 2) ** exponents
    stopbands = 2**2.1 * (size / 2 * 2**0.3 / 2**2.1) ** exponents
    rates = np.exp2(np.ceil(np.log2(np.minimum(stopbands * 2, size))))
    widths = np.maximum(stopbands, rates / 2) - cutoffs
    sizes = rates + 2 * MARGIN
    sizes[-2:] = size
    channels = np.rint(np.minimum(channel_base / 2 / cutoffs, channel_max)).astype(int)
    channels[-1] = 3
    t = {f"mapping.fc{i}.weight": torch.randn(W_DIM, W_DIM) * 100 for i in range(2)}
    t |= {f"mapping.fc{i}.bias": torch.zeros(W_DIM) for i in range(2)} | {"mapping.w_avg": torch.zeros(W_DIM)}
    n = int(channels[0])
    freqs = torch.randn(n, 2)
    radii = freqs.square().sum(dim=1, keepdim=True).sqrt()
    freqs = freqs / (radii * radii.square().exp().pow(0.25)) * cutoffs[0]
    t |= {
        "synthesis.input.freqs": freqs.float(), "synthesis.input.phases": torch.rand(n) - 0.5, "synthesis.input.weight": torch.randn(n, n),
        "synthesis.input.transform": torch.eye(3), "synthesis.input.affine.weight": torch.zeros(4, W_DIM),
        "synthesis.input.affine.bias": torch.tensor([1.0, 0, 0, 0]),
    }  # fmt: skip
    for i in range(LAYERS + 1):
        before, rgb = max(i - 1, 0), i == LAYERS
        critical = i >= LAYERS - CRITICAL
        kernel = 1 if radial or rgb else 3
        name = f"synthesis.L{i}_{int(sizes[i])}_{channels[i]}"
        t |= {
            f"{name}.weight": torch.randn(int(channels[i]), int(channels[before]), kernel, kernel), f"{name}.bias": torch.zeros(int(channels[i])),
            f"{name}.magnitude_ema": torch.ones([]), f"{name}.affine.weight": torch.randn(int(channels[before]), W_DIM),
            f"{name}.affine.bias": torch.ones(int(channels[before])),
        }  # fmt: skip
        rate = max(rates[before], rates[i]) * (1 if rgb else 2)
        up, down = int(rate / rates[before]), int(rate / rates[i])
        if up > 1 and not rgb:
            t[f"{name}.up_filter"] = lowpass(TAPS * up, cutoffs[before], widths[before] * 2, rate, False)
        if down > 1 and not rgb:
            t[f"{name}.down_filter"] = lowpass(TAPS * down, cutoffs[i], widths[i] * 2, rate, radial and not critical)
    return {k: v.contiguous() for k, v in t.items()}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("out", help="file to write")
    p.add_argument("--size", type=int, default=256, choices=[2**i for i in range(5, 12)])
    p.add_argument("--config", choices=["t", "r"], default="t")
    p.add_argument("--channel-base", type=int)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    torch.manual_seed(a.seed)
    radial = a.config == "r"
    times = 2 if radial else 1
    base = (a.channel_base or (16384 if a.size <= 256 else 32768)) * times
    kwargs = dict(z_dim=512, c_dim=0, w_dim=W_DIM, img_resolution=a.size, img_channels=3, channel_base=base, channel_max=512 * times,
                  mapping_kwargs=dict(num_layers=2), magnitude_ema_beta=0.9996)
    if radial:
        kwargs |= dict(conv_kernel=1, use_radial_filters=True)
    tensors = network(a.size, radial, base, 512 * times)
    save_file(tensors, a.out, metadata=dict(kwargs=json.dumps(kwargs)))
    print(f"{a.out}: {sum(v.numel() for v in tensors.values()):,} numbers")


if __name__ == "__main__":
    main()

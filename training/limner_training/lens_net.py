"""*Lens*: a small convolutional variational autoencoder for photos (Kingma & Welling 2014; Rombach et al. 2022).

Layout and names of TAESD (Ollin Boer Bohan, diffusers' `AutoencoderTiny`), but with a width for each level instead of
64 everywhere, so that the program's loader for TAESD reads it: blocks of three 3x3 convolutions with ReLU beside a
straight way, strided convolutions down, nearest enlargement and a convolution up, no normalisation, no attention. Two
more differences, both without ReLU where TAESD has one: after a block's sum, and after the decoder's first
convolution.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize


@dataclass(frozen=True)
class Config:
    """Sizes; `encoder_blocks` from full size down, `decoder_blocks` from the grid up."""

    widths: tuple[int, ...] = (16, 32, 64, 96)
    latent_channels: int = 16
    encoder_blocks: tuple[int, ...] = (0, 1, 2, 3)
    decoder_blocks: tuple[int, ...] = (4, 3, 2, 1)

    @property
    def factor(self) -> int:
        return 2 ** (len(self.widths) - 1)

    def kwargs(self) -> dict:
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @staticmethod
    def from_kwargs(kwargs: dict) -> "Config":
        return Config(**{k: tuple(v) if isinstance(v, list) else v for k, v in kwargs.items()})

    def macs(self, side: int = 256) -> tuple[int, int]:
        """Multiplications of encoder (means only) and decoder for a square picture, straightforwardly counted."""
        w, c, n = self.widths, self.latent_channels, len(self.widths)
        area = [(side >> i) ** 2 for i in range(n)]
        block = [27 * w[i] ** 2 * area[i] for i in range(n)]
        encode = (
            27 * w[0] * area[0] + sum(9 * w[i - 1] * w[i] * area[i] for i in range(1, n)) + 9 * w[-1] * c * area[-1]
        )
        encode += sum(k * b for k, b in zip(self.encoder_blocks, block))
        decode = (
            9 * c * w[-1] * area[-1] + sum(9 * w[i] * w[i - 1] * area[i - 1] for i in range(1, n)) + 27 * w[0] * area[0]
        )
        decode += sum(k * b for k, b in zip(self.decoder_blocks, block[::-1]))
        return encode, decode


def conv(inputs: int, outputs: int, **kwargs) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, padding=1, **kwargs)


class Block(nn.Module):
    """Unlike TAESD's, the straight way stays straight: no ReLU after the sum, so that blocks may start as nothing."""

    def __init__(self, n: int):
        super().__init__()
        self.conv = nn.Sequential(conv(n, n), nn.ReLU(inplace=True), conv(n, n), nn.ReLU(inplace=True), conv(n, n))

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x) + x


class Clamp(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(x / 3) * 3


class Lens(nn.Module):
    """encode: [N, 3, H, W] in 0..1 -> means and log-variances [N, C, H/8, W/8]; decode: latents -> about 0..1.

    State dict: encoder.I.weight|bias, encoder.I.conv.0|2|4.*, the last convolution giving means and then
    log-variances (only the means ship); decoder.1.* (0 is the clamp, 2 nothing), decoder.I.*, enlargements have a
    number too.
    """

    def __init__(self, config: Config = Config()):
        super().__init__()
        w, c, n = config.widths, config.latent_channels, len(config.widths)
        down: list[nn.Module] = []
        for i in range(n):
            down.append(conv(3, w[0]) if i == 0 else conv(w[i - 1], w[i], stride=2, bias=False))
            down += [Block(w[i]) for _ in range(config.encoder_blocks[i])]
        up: list[nn.Module] = [Clamp(), conv(c, w[-1]), nn.Identity()]
        for i in range(n - 1, -1, -1):
            up += [Block(w[i]) for _ in range(config.decoder_blocks[n - 1 - i])]
            up += [nn.Upsample(scale_factor=2), conv(w[i], w[i - 1], bias=False)] if i else [conv(w[0], 3)]
        self.config, self.encoder, self.decoder = config, nn.Sequential(*down, conv(w[-1], 2 * c)), nn.Sequential(*up)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, nonlinearity="linear")
                if m.bias is not None:
                    nn.init.zeros_(m.bias)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mean, logvar = self.encoder(x).float().chunk(2, 1)
        return mean, logvar.clamp(-14, 4)

    def decode(self, z: Tensor) -> Tensor:
        return self.decoder(z).float()

    def shipped(self) -> dict[str, Tensor]:
        """State dict with the means' half of the last encoder layer only."""
        out, last, c = dict(self.state_dict()), len(self.encoder) - 1, self.config.latent_channels
        for leaf in ("weight", "bias"):
            out[f"encoder.{last}.{leaf}"] = out[f"encoder.{last}.{leaf}"][:c]
        return out

    def load_shipped(self, tensors: dict[str, Tensor]) -> "Lens":
        """The way back; log-variances become those of nearly no spread."""
        last, c = len(self.encoder) - 1, self.config.latent_channels
        tensors = {k: v.float() for k, v in tensors.items()}
        w, b = (tensors[f"encoder.{last}.{leaf}"] for leaf in ("weight", "bias"))
        tensors[f"encoder.{last}.weight"] = torch.cat([w, torch.zeros_like(w)])
        tensors[f"encoder.{last}.bias"] = torch.cat([b, torch.full_like(b, -14)])
        self.load_state_dict(tensors)
        return self


class Critic(nn.Module):
    """Patch discriminator (Isola et al. 2017) with spectral normalisation (Miyato et al. 2018): one number for each 8 x
    8 patch.
    """

    def __init__(self, width: int = 48):
        super().__init__()
        sn, w = nn.utils.parametrizations.spectral_norm, width
        leaky = lambda: nn.LeakyReLU(0.2, inplace=True)
        self.layers = nn.Sequential(
            sn(nn.Conv2d(3, w, 4, 2, 1)),
            leaky(),
            sn(nn.Conv2d(w, 2 * w, 4, 2, 1)),
            leaky(),
            sn(nn.Conv2d(2 * w, 4 * w, 4, 2, 1)),
            leaky(),
            sn(nn.Conv2d(4 * w, 4 * w, 3, 1, 1)),
            leaky(),
            sn(nn.Conv2d(4 * w, 1, 3, 1, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        with parametrize.cached():
            with torch.autocast(x.device.type, enabled=False):  # the norms want all their bits
                for layer in self.layers:
                    getattr(layer, "weight", None)
            return self.layers(x * 2 - 1).float()

"""Tiny arbitrary-style checkpoints, for the tests of `limner models import`.

    python -m limner_training.any_style_goldens ../tests/golden/import

Writes random networks in the layouts that people have: AdaIN (Huang & Belongie 2017; the two files of pytorch-AdaIN, VGG and decoder
as `nn.Sequential`) into `adain/`, MicroAST (Wang et al. 2023; its four files) into `microast/`; and for each a safetensors file with
all tensors, a photo, a style and what comes out at full and at half strength.
"""

import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


def mean_std(features):
    n, c = features.shape[:2]
    flat = features.reshape(n, c, -1)
    return flat.mean(2).reshape(n, c, 1, 1), (flat.var(2) + 1e-5).sqrt().reshape(n, c, 1, 1)


def adapt(content, style, alpha):
    (m, s), (sm, ss) = mean_std(content), mean_std(style)
    return alpha * ((content - m) / s * ss + sm) + (1 - alpha) * content


def padded(inputs, outputs):
    return [nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3)]


def vgg(a, b, c, d):
    """The whole of VGG-19, though only the layers up to relu4_1 are used: the published file has all."""
    layers = [nn.Conv2d(3, 3, 1)]
    for count, width, last in ((2, a, 3), (2, b, a), (4, c, b), (4, d, c), (4, d, d)):
        if width is not a:
            layers.append(nn.MaxPool2d(2, 2, 0, ceil_mode=True)) if last != 3 else None
        for i in range(count):
            layers += [*padded(last if i == 0 else width, width), nn.ReLU()]
    return nn.Sequential(*layers)


def adain_decoder(a, b, c, d):
    up = lambda: nn.Upsample(scale_factor=2, mode="nearest")  # noqa: E731
    parts = [(d, c), None, (c, c), (c, c), (c, c), (c, b), None, (b, b), (b, a), None, (a, a), (a, 3)]
    layers = []
    for part in parts:
        layers += [up()] if part is None else [*padded(*part), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def liven(networks, gain=2):
    """Random numbers that keep the signal's size through all layers, and colours around grey at the end."""
    for network in networks:
        for p in network.parameters():
            p.copy_(torch.randn_like(p) * ((gain / p[0].numel()) ** 0.5 if p.dim() == 4 else 0.1))


def grey(last, out):
    """Brings the last convolution's result to 0.5, mostly within 0..1."""
    scale = 0.2 / out.std((2, 3)).mean()
    last.weight.mul_(scale)
    last.bias.copy_((last.bias - out.mean((0, 2, 3))) * scale + 0.5)


def adain(folder):
    torch.manual_seed(21)
    widths = (4, 6, 8, 10)
    encoder, decoder = vgg(*widths).eval(), adain_decoder(*widths).eval()
    assert [k for k, _ in decoder.named_parameters()][-1] == "28.bias" and "29.weight" in dict(encoder.named_parameters())
    with torch.no_grad():
        liven((encoder, decoder))
        used = encoder[:31]
        photo, style = torch.rand(1, 3, 48, 64), torch.rand(1, 3, 64, 40) * torch.tensor([1.0, 0.6, 0.3]).reshape(1, 3, 1, 1)
        run = lambda alpha: decoder(adapt(used(photo), used(style), alpha))  # noqa: E731
        grey(decoder[-1], run(1.0))
        out = [run(1.0), run(0.5)]
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(encoder.state_dict(), folder / "vgg_normalised.pth")
    torch.save(decoder.state_dict(), folder / "decoder.pth", _use_new_zipfile_serialization=False)
    tensors = {f"vgg.{k}": v for k, v in used.state_dict().items()} | {f"decoder.{k}": v for k, v in decoder.state_dict().items()}
    save(folder.parent / "adain.safetensors", tensors, photo, style, out)


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.pad = kernel // 2
        self.conv_layer = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups)

    def forward(self, x):
        return self.conv_layer(F.pad(x, (self.pad,) * 4, mode="reflect"))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.conv2 = Conv(channels, channels, 3), Conv(channels, channels, 3)

    def forward(self, x, weight=None, bias=None):
        if weight is None:
            return x + self.conv2(F.relu(self.conv1(x)))
        inner = F.relu(weight * self.conv1(x) + bias * x)
        return x + weight * self.conv2(inner) + bias * inner


class Encoder(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        convs = [Conv(3, a, 9), Conv(a, b, 3, 2, a), Conv(b, b, 1), Conv(b, c, 3, 2, b), Conv(c, c, 1)]
        self.enc1 = nn.Sequential(*(layer for conv in convs for layer in (conv, nn.ReLU())), Residual(c))
        self.enc2 = nn.Sequential(Residual(c))

    def forward(self, x):
        first = self.enc1(x)
        return [first, self.enc2(first)]


class Modulator(nn.Module):
    def __init__(self, c):
        super().__init__()
        for name in ("weight1", "bias1", "weight2", "bias2"):
            setattr(self, name, nn.Sequential(Conv(c, c, 3, groups=c), nn.AdaptiveAvgPool2d(1)))

    def forward(self, x):
        return [self.weight1(x[0]), self.weight2(x[1])], [self.bias1(x[0]), self.bias2(x[1])]


class Decoder(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.dec1, self.dec2 = Residual(c), Residual(c)
        up = lambda: nn.Upsample(scale_factor=2, mode="bilinear")  # noqa: E731
        self.dec3 = nn.Sequential(
            up(), Conv(c, b, 3, groups=b), nn.ReLU(), Conv(b, b, 1), nn.ReLU(),
            up(), Conv(b, a, 3, groups=a), nn.ReLU(), Conv(a, a, 1), nn.ReLU(), Conv(a, 3, 9),
        )  # fmt: skip

    def forward(self, x, style, weights, biases, alpha):
        x = self.dec1(adapt(x[1], style[1], alpha), weights[1], biases[1])
        return self.dec3(self.dec2(adapt(x, style[0], alpha), weights[0], biases[0]))


def microast(folder):
    torch.manual_seed(29)
    widths = (4, 8, 16)
    content, style_encoder, modulator, decoder = Encoder(*widths), Encoder(*widths), Modulator(16), Decoder(*widths)
    parts = {"content_encoder": content, "style_encoder": style_encoder, "modulator": modulator, "decoder": decoder}
    with torch.no_grad():
        liven(parts.values(), 1)
        photo, style = torch.rand(1, 3, 48, 64), torch.rand(1, 3, 64, 40) * torch.tensor([0.3, 0.6, 1.0]).reshape(1, 3, 1, 1)
        features = style_encoder(style)
        weights, biases = modulator(features)
        run = lambda alpha: decoder(content(photo), features, weights, biases, alpha)  # noqa: E731
        grey(decoder.dec3[-1].conv_layer, run(1.0))
        out = [run(1.0), run(0.5)]
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {}
    for name, part in parts.items():
        torch.save(part.state_dict(), folder / f"{name}_iter_160000.pth.tar")
        tensors |= {f"{name}.{k}": v for k, v in part.state_dict().items()}
    save(folder.parent / "microast.safetensors", tensors, photo, style, out)


def save(path, tensors, photo, style, out):
    print(path.name, *(f"{o.min():.2f} .. {o.max():.2f}" for o in out), f"half differs by {(out[0] - out[1]).abs().max():.2f}")
    tensors = tensors | {"_in.photo": photo, "_in.style": style, "_out.full": out[0], "_out.half": out[1]}
    save_file({k: v.detach().contiguous().clone() for k, v in tensors.items()}, path)


def main(folder):
    adain(pathlib.Path(folder) / "adain")
    microast(pathlib.Path(folder) / "microast")


if __name__ == "__main__":
    main(*sys.argv[1:])

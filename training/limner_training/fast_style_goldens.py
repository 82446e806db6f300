"""Tiny fast-neural-style checkpoints, for the tests of `limner models import`.

    python -m limner_training.fast_style_goldens ../tests/golden/import

Writes one random `TransformerNet` (Johnson et al. 2016; layers and names of the PyTorch examples) as `fast_style.pth` (zip),
`fast_style_legacy.pth` (the format before PyTorch 1.6, with the running statistics that old files carry and nothing uses) and
`fast_style.safetensors` with an input and its output.
"""

import collections
import pathlib
import sys

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


class Conv(nn.Module):
    """Reflection padding and a convolution, after nearest-neighbour enlarging where asked."""

    def __init__(self, inputs, outputs, kernel, stride=1, enlarge=1):
        super().__init__()
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)
        self.pad, self.enlarge = kernel // 2, enlarge

    def forward(self, x):
        if self.enlarge > 1:
            x = F.interpolate(x, scale_factor=self.enlarge, mode="nearest")
        return self.conv2d(F.pad(x, (self.pad,) * 4, mode="reflect"))


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.in1 = Conv(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)
        self.conv2, self.in2 = Conv(channels, channels, 3), nn.InstanceNorm2d(channels, affine=True)

    def forward(self, x):
        return self.in2(self.conv2(F.relu(self.in1(self.conv1(x))))) + x


class TransformerNet(nn.Module):
    """x [N, 3, H, W] in 0..255, H and W multiples of 4 -> the same shape, about 0..255."""

    def __init__(self, channels=(32, 64, 128), blocks=5, kernel=9):
        super().__init__()
        a, b, c = channels
        self.blocks = blocks
        self.conv1, self.conv2, self.conv3 = Conv(3, a, kernel), Conv(a, b, 3, 2), Conv(b, c, 3, 2)
        for i in range(blocks):
            setattr(self, f"res{i + 1}", Block(c))
        self.deconv1, self.deconv2, self.deconv3 = Conv(c, b, 3, enlarge=2), Conv(b, a, 3, enlarge=2), Conv(a, 3, kernel)
        for i, n in enumerate((a, b, c, b, a)):
            setattr(self, f"in{i + 1}", nn.InstanceNorm2d(n, affine=True))

    def forward(self, x):
        for i in (1, 2, 3):
            x = F.relu(getattr(self, f"in{i}")(getattr(self, f"conv{i}")(x)))
        for i in range(self.blocks):
            x = getattr(self, f"res{i + 1}")(x)
        x = F.relu(self.in4(self.deconv1(x)))
        x = F.relu(self.in5(self.deconv2(x)))
        return self.deconv3(x)


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(16)
    net = TransformerNet((4, 6, 8), 2).eval()
    with torch.no_grad():
        for name, p in net.named_parameters():
            if ".in" in name or name.startswith("in"):
                p.add_(0.3 * torch.randn_like(p))
        # Colours within 0..255, so that nothing of the output is lost to clamping.
        net.deconv3.conv2d.weight.mul_(25)
        net.deconv3.conv2d.bias.fill_(120)
        x = torch.rand(1, 3, 24, 32)
        y = net(x * 255) / 255
    state = collections.OrderedDict((k, v.detach().clone()) for k, v in net.state_dict().items())
    torch.save(state, folder / "fast_style.pth")
    old = collections.OrderedDict(state)
    for name in list(state):
        if name.endswith(".weight") and state[name].dim() == 1:
            stem = name[: -len("weight")]
            old[stem + "running_mean"], old[stem + "running_var"] = torch.zeros_like(state[name]), torch.ones_like(state[name])
    torch.save(old, folder / "fast_style_legacy.pth", _use_new_zipfile_serialization=False)
    save_file({**{k: v.contiguous() for k, v in state.items()}, "_in.x": x, "_out.y": y.contiguous()}, folder / "fast_style.safetensors")
    print(f"output {y.min():.2f} .. {y.max():.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""VGG-19 features (Simonyan & Zisserman 2014) for perceptual losses; used in training only, never shipped.

Input: RGB 0..1.  Inside: BGR, 0..255, minus (103.939, 116.779, 123.68); zero padding; 2x2 max-pooling.
"""
import torch
import torch.nn.functional as F
from safetensors.torch import load_file

BLOCKS = ((1, 2), (2, 2), (3, 4), (4, 4), (5, 1))
BGR_MEAN = (103.939, 116.779, 123.68)


class Vgg:
    """Frozen features.  `last` = (block, conv) is the deepest layer computed; deeper weights are not loaded."""

    def __init__(self, path, device="cpu", dtype=torch.float32, last=(4, 1)):
        raw = load_file(path)
        self.layers = []
        for block, n in BLOCKS:
            for c in range(1, n + 1):
                if (block, c) > last:
                    break
                w, b = (raw[f"conv{block}_{c}.{k}"].to(device, dtype) for k in ("weight", "bias"))
                self.layers.append((block, c, w.contiguous(memory_format=torch.channels_last), b))
        # Folding the input scaling into the first layer would change its zero padding, so it stays outside.
        self.mean = torch.tensor(BGR_MEAN, device=device, dtype=dtype).view(1, 3, 1, 1)
        self.dtype = dtype
        if dtype is torch.bfloat16:
            # Eight bits are too few for a picture: its rounding error goes in as three more channels.
            block, c, w, b = self.layers[0]
            self.layers[0] = block, c, torch.cat([w, w], 1).contiguous(memory_format=torch.channels_last), b
            self.mean = self.mean.float()

    def __call__(self, rgb, last=(9, 9)):
        """List of relu1_1, relu2_1, relu3_1, relu4_1 (as far as `last`, here and at loading, goes)."""
        x = rgb.to(self.mean.dtype).flip(1) * 255 - self.mean
        if self.dtype is torch.bfloat16:
            near = x.to(self.dtype)
            x = torch.cat([near, (x.detach() - near.detach()).to(self.dtype)], 1)
        x = x.contiguous(memory_format=torch.channels_last)
        out, block = [], 1
        for b, c, w, bias in self.layers:
            if (b, c) > last:
                break
            if b != block:
                x, block = F.max_pool2d(x, 2), b
            x = F.relu_(F.conv2d(x, w, bias, padding=1))
            if c == 1:
                out.append(x)
        return out


def moments(features):
    """Per layer: mean and sqrt(biased variance + 1e-5) over space, concatenated to [N, 2C]."""
    out = []
    for f in features:
        f = f.float()
        mean = f.mean((2, 3))
        var = (f - mean[:, :, None, None]).square().mean((2, 3))
        out.append(torch.cat([mean, (var + 1e-5).sqrt()], 1))
    return out

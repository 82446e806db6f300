"""The peer of `benches/learn.rs`: one step of learning a style in PyTorch for each line with a type (f32, bf16).

usage: learn.py THREADS.  The painter is `training/limner_training/restyle.py` with the shipped weights; VGG-19 has random
weights of its shapes, which take as long as the real ones. As in `limner_training.learn`: batch 2, 256 x 256, channels
last, the photos' own features kept.
"""
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "training"))
from limner_training.restyle import colour, colour_stats, whiten  # noqa: E402
from limner_training.restyle_evaluate import load  # noqa: E402

torch.set_num_threads(int(sys.argv[1]))
SIDE, BATCH = 256, 2
CHANNELS = [[64, 64], [128, 128], [256, 256, 256, 256], [512]]
FREE = ("down1.", "down2.", "res.", "up1.", "up2.", "out.")


def vgg_weights():
    out, inputs = [], 3
    for block in CHANNELS:
        for n in block:
            w = torch.randn(n, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5
            out.append((w.contiguous(memory_format=torch.channels_last), torch.zeros(n)))
            inputs = n
    return out


WEIGHTS = vgg_weights()


def features(x, dtype):
    out, layers = [], iter(WEIGHTS)
    x = (x * 255 - 110).to(dtype).contiguous(memory_format=torch.channels_last)
    for i, block in enumerate(CHANNELS):
        x = F.max_pool2d(x, 2) if i else x
        for c in range(len(block)):
            w, b = next(layers)
            x = F.relu_(F.conv2d(x, w.to(dtype), b.to(dtype), padding=1))
            if c == 0:
                out.append(x)
    return out


def describe(f):
    f = f.float()
    mean = f.mean((2, 3))
    d = (f - mean[:, :, None, None]).flatten(2)
    covariance = d @ d.transpose(1, 2) / d.shape[2]
    return mean, (covariance.diagonal(dim1=1, dim2=2) + 1e-5).sqrt(), covariance


class Student:
    def __init__(self, dtype):
        self.dtype = dtype
        self.net = load(root / "models/restyle/weights.safetensors")
        t = self.net.transform
        free = [p for k, p in t.named_parameters()
                if k.startswith(FREE) or (k.startswith("affine.") and k.endswith(".bias"))]
        for p in t.parameters():
            p.requires_grad_(False)
        for p in free:
            p.requires_grad_(True)
        self.strokes = torch.randn(1, self.net.cfg.code_dim).mul_(0.1).requires_grad_()
        self.opt = torch.optim.Adam([*free, self.strokes], lr=1.5e-3, betas=(0.9, 0.99))
        with torch.no_grad():
            self.photo = torch.rand(BATCH, 3, SIDE, SIDE)
            f = features(self.photo, dtype)
            self.content = F.instance_norm(f[-1].float())
            self.wanted = [describe(v) for v in features(torch.rand(1, 3, 512, 512), dtype)]

    def step(self):
        x = self.photo
        m, r, inv = colour_stats(x, self.net.cfg.eps_colour)
        strength = torch.ones(BATCH)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.dtype is torch.bfloat16):
            y, _ = self.net.transform(whiten(x, m, inv), self.strokes.expand(BATCH, -1), strength, None, None)
        out = colour(y.float(), m, r)
        inside = out.clamp(0, 1)
        f = features(inside + 0.1 * (out - inside), self.dtype)
        total = F.mse_loss(F.instance_norm(f[-1].float()), self.content)
        for got, want in zip([describe(v) for v in f], self.wanted):
            total = total + sum(F.mse_loss(a, b.expand_as(a)) for a, b in zip(got, want))
        self.opt.zero_grad(set_to_none=True)
        total.backward()
        self.opt.step()


known = {}
for line in sys.stdin:
    kind = line.strip()
    if kind not in known:
        known[kind] = Student({"f32": torch.float32, "bf16": torch.bfloat16}[kind])
    clock, processor = time.perf_counter(), time.process_time()
    known[kind].step()
    print(time.perf_counter() - clock, time.process_time() - processor, flush=True)

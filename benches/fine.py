"""The peer of `benches/fine.rs`: one step of Fine's objective in PyTorch for each line with a side.

usage: fine.py THREADS.  Random weights of VGG-19's shapes: they take as long as the real ones.
"""
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))
CHANNELS = [[64, 64], [128, 128], [256, 256, 256, 256], [512]]


def weights():
    out, inputs = [], 3
    for block in CHANNELS:
        for n in block:
            out.append((torch.randn(n, inputs, 3, 3) * (2 / (9 * inputs)) ** 0.5, torch.zeros(n)))
            inputs = n
    return out


WEIGHTS = weights()


def features(x):
    out, layers = [], iter(WEIGHTS)
    for i, block in enumerate(CHANNELS):
        x = F.max_pool2d(x, 2) if i else x
        for c in range(len(block)):
            x = F.relu(F.conv2d(x, *next(layers), padding=1))
            if c == 0:
                out.append(x)
    return out


def describe(f):
    mean = f.mean((2, 3))
    d = (f - mean[:, :, None, None]).flatten(2)
    covariance = d @ d.transpose(1, 2) / d.shape[2]
    return mean, (covariance.diagonal(dim1=1, dim2=2) + 1e-5).sqrt(), covariance


def begin(side):
    with torch.no_grad():
        photo, style = torch.rand(1, 3, side, side), torch.rand(1, 3, side, side)
        f = features(photo)
        return photo.clone().requires_grad_(), F.instance_norm(f[-1]), [describe(v) for v in features(style)]


def step(x, content, wanted):
    f = features(x)
    total = F.mse_loss(F.instance_norm(f[-1]), content)
    for a, b in zip([describe(v) for v in f], wanted):
        total = total + sum(F.mse_loss(p, q) for p, q in zip(a, b))
    total.backward()
    x.grad = None


known = {}
for line in sys.stdin:
    side = int(line)
    if side not in known:
        known = {side: begin(side)}
    clock, processor = time.perf_counter(), time.process_time()
    step(*known[side])
    print(time.perf_counter() - clock, time.process_time() - processor, flush=True)

"""All styles at once, before each is learnt by itself: one painter whose convolutions they share, with strokes and shifts of
the norms of their own (Dumoulin et al. 2017, "A learned representation for artistic style").  What a style then starts from
is so much nearer that it needs a fraction of the steps.
"""
from __future__ import annotations

import os
import time

import numpy as np
import torch
from safetensors.torch import load_file, save_file


def adapters(tensors, ids):
    """Per style what `Learner.run` starts from."""
    shared = {k: v for k, v in tensors.items() if not k.startswith(("code", "affine."))}
    each = [k for k in tensors if k.startswith("affine.")]
    return {i: shared | {k: tensors[k][n] for k in each} | {"code": tensors["code"][n]} for n, i in enumerate(ids)}


def train(learner, styles, pictures, photos, path, steps, end):
    """`steps` steps over all styles, or what is left of them; returns `adapters`, or None when the time is over."""
    a, t = learner.a, learner.net.transform
    ids = [s.id for s in styles]
    saved = load_file(path) if path.exists() else {}
    done = int(saved.pop("done")) if saved else 0
    if done >= steps:
        return adapters(saved, ids)
    shared = {k: p for k, p in learner.params.items() if not k.startswith("affine.")}
    free = {k: p for k, p in learner.params.items() if k.startswith("affine.")}
    code = torch.cat([p.code for p in pictures])
    strokes = torch.nn.Parameter(code[:, 9:].clone())
    shifts = {k: torch.nn.Parameter(torch.zeros(len(ids), *p.shape)) for k, p in free.items()}
    with torch.no_grad():
        for k, p in shared.items():
            p.add_(saved.get(k, torch.zeros(())))
        for k, p in shifts.items():
            p.add_(saved.get(k, torch.zeros(())))
        if saved:
            strokes.copy_(saved["code"][:, 9:])
    for p in free.values():
        p.requires_grad_(False)
    own = [strokes, *shifts.values()]
    # A style is in one batch of many: its own numbers take larger steps.
    opt = torch.optim.Adam([{"params": list(shared.values()), "k": 1.0}, {"params": own, "k": 5.0}], lr=a.lr, betas=(0.9, 0.99))
    stats = [torch.cat(v).bfloat16() for v in zip(*(p.stats for p in pictures))]
    rng = np.random.default_rng([a.seed, done])
    begun = kept = shown = time.time()
    sums, order, i = {}, [], done
    while i < steps:
        lr = a.lr * min(1, (i - done + 1) / 15) * (0.1 + 0.45 * (1 + np.cos(np.pi * i / steps)))
        for g in opt.param_groups:
            g["lr"] = float(lr * g["k"])
        if len(order) < a.batch:
            order += list(rng.permutation(len(ids)))
        pick = [order.pop() for _ in range(a.batch)]
        loss, log = learner.loss(rng, photos, torch.cat([code[pick, :9], strokes[pick]], 1),
                                 [s[pick].float() for s in stats], a.style or 6.0, [v[pick] for v in shifts.values()])
        opt.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_([*shared.values(), *own], 2.0)
        if torch.isfinite(norm):
            opt.step()
        i += 1
        for k, v in log.items():
            sums[k] = sums.get(k, v) * 0.98 + v * 0.02
        now = time.time()
        if now - shown > 30 or i == steps:
            shown = now
            print(f"all styles, step {i} {(now - begun) / (i - done):.2f} s/step  "
                  + "  ".join(f"{k} {v:.3f}" for k, v in sums.items()), flush=True)
        if now > end or now - kept > a.save_seconds or i == steps:
            kept = now
            out = {k: p.detach() - learner.start[k] for k, p in shared.items()} | {k: p.detach() for k, p in shifts.items()}
            out = {k: v.half().contiguous() for k, v in out.items()}
            save_file(out | {"code": torch.cat([code[:, :9], strokes.detach()], 1), "done": torch.tensor(i)}, path.with_suffix(".tmp"))
            os.replace(path.with_suffix(".tmp"), path)
        if now > end:
            return None
    for p in free.values():
        p.requires_grad_(True)
    saved = {k: v.float() for k, v in load_file(path).items()}
    saved.pop("done")
    return adapters(saved, ids)

"""Losses of Restyle, in VGG-19 features of pictures in one common palette.

Photo and style are whitened and then coloured alike (mean 0.5, `CANON_ROOT`), so that the network learns strokes and
tone, while the palette stays outside, in closed form.
"""
import numpy as np
import torch
import torch.nn.functional as F

from .vgg import moments

CHANNELS = (64, 128, 256, 512)
PROJECT = 64


def canon(white):
    """Whitened picture -> common palette: sigma 0.38 along grey, 0.12 across it."""
    grey = white.sum(1, keepdim=True)
    return 0.12 * white + (0.38 - 0.12) / 3 * grey + 0.5


class Projections:
    """Fixed orthonormal projections of relu2_1 and relu3_1 to 64 channels, for covariances of a manageable size."""

    def __init__(self, device):
        g = torch.Generator().manual_seed(19)
        self.p = [None] + [torch.linalg.qr(torch.randn(c, PROJECT, generator=g))[0].T.to(device) for c in CHANNELS[1:3]]

    def covariances(self, features):
        """Covariances over space of relu1_1..relu3_1, [N, 64*64] each."""
        out = []
        for f, p in zip(features[:3], self.p):
            x = f.float().flatten(2)
            x = x if p is None else p @ x
            x = x - x.mean(2, keepdim=True)
            out.append((x @ x.transpose(1, 2) / x.shape[2]).flatten(1))
        return out


def describe(features, proj):
    """All style statistics of a picture: four moments, three covariances."""
    return moments(features) + proj.covariances(features)


def scales(targets):
    """Mean squared distance of random pairs per statistic, so that each term is about 1 for unrelated styles."""
    half = [(t[: len(t) // 2], t[len(t) // 2: len(t) // 2 * 2]) for t in targets]
    return [F.mse_loss(a, b).item() + 1e-9 for a, b in half]


def style_terms(features, want, scale, proj):
    """(moments, covariances): means over layers of the normalised squared distances; `features` may stop at relu3_1."""
    mom = [F.mse_loss(g, w) / s for g, w, s in zip(moments(features), want, scale)]
    cov = [F.mse_loss(g, w) / s for g, w, s in zip(proj.covariances(features), want[4:], scale[4:])]
    return sum(mom) / len(mom), sum(cov) / len(cov)


def content_term(got, want):
    """MSE of instance-normalised relu4_1; `want` is already normalised."""
    return F.mse_loss(F.instance_norm(got.float()), want.float())


def middle(relu3_1):
    """Instance-normalised relu3_1, averaged over 2x2: keeps shapes, leaves room for strokes."""
    return F.avg_pool2d(F.instance_norm(relu3_1.float()), 2)


class Store:
    """Arrays in files, filled row by row when first needed, kept across resumes."""

    def __init__(self, folder, name, n, shape, dtype):
        folder.mkdir(parents=True, exist_ok=True)
        path, done = folder / f"{name}.npy", folder / f"{name}.done.npy"
        new = not path.exists()
        self.a = np.lib.format.open_memmap(path, "w+" if new else "r+", dtype if new else None, (n, *shape) if new else None)
        self.done = np.lib.format.open_memmap(done, "w+" if new else "r+", bool if new else None, (n,) if new else None)

    def missing(self, idx):
        return [i for i in idx if not self.done[i]]

    def put(self, idx, value):
        self.a[idx] = value.detach().cpu().numpy().astype(self.a.dtype)
        self.done[idx] = True

    def get(self, idx, device):
        return torch.from_numpy(np.asarray(self.a[idx]).astype(np.float32)).to(device)

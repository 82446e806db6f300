"""Losses of Restyle, in VGG-19 features of the finished picture: the terms that style networks are compared by.

Style: squared distance of means and standard deviations at relu1_1..relu4_1 (Huang & Belongie 2017), each divided by
the distance of the photo itself, so that 1 is the photo and 0 the style.  Content: instance-normalised relu4_1.
Covariances at relu2_1 and relu3_1 (after Gatys et al. 2016) make strokes of what means and deviations leave open.
"""
import torch
import torch.nn.functional as F


def canon_palette(like):
    """Mean and root of a common palette: sigma 0.38 along grey, 0.12 across it."""
    root = 0.12 * torch.eye(3, device=like.device) + (0.38 - 0.12) / 3
    n = like.shape[0]
    return torch.full((n, 3), 0.5, device=like.device), root.expand(n, 3, 3)


def describe(features):
    """Style statistics: moments of four layers, [N,2C] each, then covariances over space of the middle two, [N,C,C]."""
    mom, cov = [], []
    for k, f in enumerate(features):
        x = f.flatten(2).float()
        var, mean = torch.var_mean(x, 2, correction=0, keepdim=True)
        mom.append(torch.cat([mean, (var + 1e-5).sqrt()], 1)[:, :, 0])
        if k in (1, 2):
            x = x - mean
            cov.append(x @ x.transpose(1, 2) / x.shape[2])
    return mom + cov


def distance(a, b):
    """Mean squared difference per picture, [N]."""
    return (a - b).square().flatten(1).mean(1)


def style_ratios(got, want, base, floor):
    """(moments, covariances) per picture, [N] each: distances over `base`, which `floor` keeps away from zero."""
    r = [distance(g, w) / torch.maximum(b, f) for g, w, b, f in zip(got, want, base, floor)]
    return sum(r[:4]) / 4, sum(r[4:]) / 2


def content_distance(got, want):
    """Per picture, [N]; both are relu4_1."""
    return distance(F.instance_norm(got.float()), F.instance_norm(want.float()))


def tone_distance(got, want, cell=8):
    """Brightness of cells, in whitened pictures: keeps faces where they are."""
    grey = lambda x: F.avg_pool2d(x.mean(1, keepdim=True), cell)
    return distance(grey(got), grey(want))


def roots(pictures, eps, rounds=18):
    """`restyle.colour_stats` of several batches [N,3,H,W], one answer each, without eigenvectors: coupled Newton-Schulz
    iterations, which wait for no device."""
    means, cov = [], []
    for rgb in pictures:
        x = rgb.flatten(2).double()
        mean = x.mean(2, keepdim=True)
        means.append(mean[:, :, 0].float())
        cov.append((x - mean) @ (x - mean).transpose(1, 2) / x.shape[2])
    cov = torch.cat(cov)
    eye = torch.eye(3, dtype=cov.dtype, device=cov.device).expand_as(cov)
    cov = cov + eps * eye
    size = cov.diagonal(dim1=1, dim2=2).sum(1).view(-1, 1, 1)
    y, z = cov / size, eye
    for _ in range(rounds):
        t = torch.baddbmm(eye, z, y, beta=1.5, alpha=-0.5)
        y, z = y @ t, t @ z
    n = [len(m) for m in means]
    return list(zip(means, (y * size.sqrt()).float().split(n), (z / size.sqrt()).float().split(n)))

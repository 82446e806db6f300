"""Restyle: arbitrary style transfer with a small conditional network.

After Ghiasi et al. 2017 ("Exploring the structure of a real-time, arbitrary neural artistic stylization network"),
with the palette taken out of the network in closed form.  Exact semantics, so that another implementation can follow:

Colours.  Pictures are sRGB values in 0..1 (no linearisation), NCHW, R G B.  For a picture with pixel mean m (3) and
pixel covariance S (3x3, biased: divided by the number of pixels):
    R = (S + eps_colour * I)^(1/2)      symmetric square root (eigenvectors kept, square roots of the eigenvalues)
    whitened = R^-1 (rgb - m)           R^-1 is the symmetric inverse square root
    rgb      = R whitened + m
eps_colour = 4e-4.  The network sees and writes whitened pictures only.

Sizes are those of `Config`, which config.json holds; those named below are its defaults.

Style code: 137 numbers = palette (9) then strokes (128).
    palette = [m_r, m_g, m_b, R_rr, R_rg, R_rb, R_gg, R_gb, R_bb] of the style picture, exact, no network
    strokes = Encoder(whitened style picture)
Codes may be blended linearly, element by element (R stays symmetric and positive).

Encoder (runs once a style).  Input: whitened style picture [1,3,h,w], the picture having been resized with its short
side to `encoder_size` (256) and cropped to the middle square.
    x = input
    for i in 0..4:
        if i > 0: x = 2x2 average pooling, stride 2 (odd rows/columns at the end dropped)
        x = relu(conv{i}(x))            3x3, stride 1, replicate padding 1, with bias
        collect mean_c(x) over the picture, then std_c(x) = sqrt(biased variance + 1e-5)
    d = concat [mean 0, std 0, mean 1, std 1, ... mean 4, std 4]            (2 * (24+48+64+96+128) = 720)
    strokes = fc((d - d_mean) / d_std)  d_mean and d_std are buffers in the weights file

Transform.  Input x: whitened photo, height and width multiples of 4 (pad the photo at the right and bottom by
replication first, crop the result).
    h  = leaky_relu(mapping(concat[strokes (128), strength (1)]), 0.2)                Linear 129 -> 128
    CIN_k(v): v normalised per sample and channel over height and width, n = (v - mean) / std with
              std = sqrt(biased variance + 1e-5); then n * (1 + gamma) + beta,
              [gamma | beta] = affine_k(h), Linear 128 -> 2C, gamma is the first half
    x = relu(CIN_0(down1(x)))           conv 3x3 stride 2, 3 -> 24
    x = relu(CIN_1(down2(x)))           conv 3x3 stride 2, 24 -> 48
    for b in 0..4:                      residual block
        r = relu(CIN_{2+2b}(res{b}.conv1(x)))        conv 3x3, 48 -> 48
        x = x + CIN_{3+2b}(res{b}.conv2(r))          no activation after the sum
    x = nearest x2; x = relu(CIN_12(up1(x)))         conv 3x3, 48 -> 24
    x = nearest x2; x = relu(CIN_13(up2(x)))         conv 3x3, 24 -> 16
    x = out(x)                          conv 3x3, 16 -> 3, no normalisation, no activation
    All convolutions: 3x3, with bias, replicate padding 1 on every side (also those of stride 2: output = input / 2).
    The result is a whitened picture.  Affine layers are named affine.0 ... affine.13.

Experts.  Where config.json says `experts` = E > 0 (arch "limner-restyle-2"), the convolutions are conditionally
parameterised (Yang et al. 2019, "CondConv"): a style's own weights are sums, worked out once from its whole code c, palette
and strokes (what a stroke's contrast must be depends on the colours that it is painted with).
    a = routing(c) + routing.out(leaky_relu(routing.hidden(c), 0.2))       Linear 137 -> L * E, row l * E + e; 137 -> 128;
                                        128 -> L * E without bias; L = 15 convolutions in the order of a picture's way
    weight of convolution l  = weight + sum over e of a[l, e] * experts[e]         experts: [E, out, in, 3, 3], in the
                                                                                   file [E * out, in, 3, 3] of 8 bits
    bias of affine layer l   = bias + sum over e of a[l, e] * experts[e]           experts: [E, 2C]; the last has none

Normalisation statistics.  `forward` returns the list of (mean, std) of all 14 CINs ([N,C] each), and takes such a
list in place of its own.  The program takes them once from a small copy of the photo and uses them for preview, tiles
and the whole picture, so that all of them are the same picture.  The photo's m and R are taken once from the same copy.

Whole picture (`stylise`).  strength s in 0..1, colour k in 0..1 (1: the style's palette, 0: keep the photo's colours):
    y   = Transform(R_photo^-1 (photo - m_photo), strokes, s)
    m   = (1-k) m_photo + k m_style;   R = (1-k) R_photo + k R_style
    out = photo + s (2 - s) (R y + m - photo),  clamped to 0..1
At s = 0 this is the photo, exactly.
"""
from dataclasses import asdict, dataclass, fields

import torch
import torch.nn.functional as F
from torch import nn

EPS_NORM = 1e-5


@dataclass
class Config:
    """Sizes of the network; written to config.json."""

    arch: str = "limner-restyle-1"
    code_dim: int = 128
    palette_dim: int = 9
    hidden: int = 128
    down: tuple = (24, 48)
    blocks: int = 5
    up: tuple = (24, 16)
    encoder_channels: tuple = (24, 48, 64, 96, 128)
    encoder_size: int = 512
    eps_norm: float = EPS_NORM
    eps_colour: float = 4e-4
    padding: str = "replicate"
    leaky_slope: float = 0.2
    multiple: int = 4
    experts: int = 0

    def to_json(self):
        """Everything the program needs, with what follows from the sizes."""
        d = asdict(self)
        d["norms"] = 2 + 2 * self.blocks + 2
        d["receptive_radius"] = self.receptive_radius()
        d["gmac_512"] = round(self.gmac(512, 512), 3)
        return d

    @classmethod
    def of(cls, d):
        """From a dictionary: a config.json, or what a training state holds."""
        known = {f.name for f in fields(cls)}
        return cls(**{k: tuple(v) if isinstance(v, list) else v for k, v in d.items() if k in known})

    def receptive_radius(self):
        """Pixels around an output pixel that can influence it (statistics apart), rounded up to a multiple of 4."""
        r = 1 + 2 + 8 * self.blocks + 2 + 1 + 1 + 3
        return (r + 3) // 4 * 4

    def gmac(self, h, w):
        """Multiply-adds of the transform network on an h x w picture, in billions."""
        p = h * w
        d1, d2, (u1, u2) = *self.down, self.up
        n = 9 * (3 * d1 * p / 4 + d1 * d2 * p / 16 + self.blocks * 2 * d2 * d2 * p / 16
                 + d2 * u1 * p / 4 + u1 * u2 * p + u2 * 3 * p)
        return n / 1e9


# ---- colours -------------------------------------------------------------------------------------------------------

def colour_stats(rgb, eps):
    """Mean [N,3], root R [N,3,3] and inverse root [N,3,3] of pictures [N,3,H,W]."""
    x = rgb.double().flatten(2)
    m = x.mean(2)
    c = x - m[:, :, None]
    cov = c @ c.transpose(1, 2) / x.shape[2]
    val, vec = torch.linalg.eigh(cov + eps * torch.eye(3, dtype=x.dtype, device=x.device))
    s = val.clamp_min(eps * 0.5).sqrt()
    root = vec * s[:, None] @ vec.transpose(1, 2)
    inv = vec / s[:, None] @ vec.transpose(1, 2)
    return m.to(rgb.dtype), root.to(rgb.dtype), inv.to(rgb.dtype)


def whiten(rgb, m, inv):
    """R^-1 (rgb - m)."""
    return torch.einsum("nij,njhw->nihw", inv, rgb - m[:, :, None, None])


def colour(white, m, root):
    """R white + m."""
    return torch.einsum("nij,njhw->nihw", root, white) + m[:, :, None, None]


def pack_palette(m, root):
    """[N,9]: mean, then the upper triangle of the root, row by row."""
    return torch.cat([m, root[:, [0, 0, 0, 1, 1, 2], [0, 1, 2, 1, 2, 2]]], 1)


def unpack_palette(p):
    """Inverse of `pack_palette`."""
    return p[:, :3], p[:, 3:][:, [0, 1, 2, 1, 3, 4, 2, 4, 5]].reshape(-1, 3, 3)


# ---- networks ------------------------------------------------------------------------------------------------------

def conv(i, o, stride=1):
    return nn.Conv2d(i, o, 3, stride, 1, padding_mode="replicate")


def mean_std(x):
    """Mean and sqrt(biased variance + 1e-5) over height and width, [N,C] each."""
    if x.is_cuda:
        var, mean = torch.var_mean(x.float(), (2, 3), correction=0)
        return mean, (var + EPS_NORM).sqrt()
    # The same in one call is several times slower on a CPU.
    mean = x.mean((2, 3))
    var = (x - mean[:, :, None, None]).square().mean((2, 3))
    return mean, (var + EPS_NORM).sqrt()


class Encoder(nn.Module):
    """Whitened style picture [N,3,h,w] -> strokes [N,code_dim]."""

    def __init__(self, cfg):
        super().__init__()
        c = (3, *cfg.encoder_channels)
        self.n = len(cfg.encoder_channels)
        for i in range(self.n):
            setattr(self, f"conv{i}", conv(c[i], c[i + 1]))
        d = 2 * sum(cfg.encoder_channels)
        self.fc = nn.Linear(d, cfg.code_dim)
        self.register_buffer("d_mean", torch.zeros(d))
        self.register_buffer("d_std", torch.ones(d))

    def describe(self, x):
        """The texture descriptor d, before standardisation."""
        out = []
        for i in range(self.n):
            if i:
                x = F.avg_pool2d(x, 2)
            x = F.relu(getattr(self, f"conv{i}")(x)).float()
            out += mean_std(x)
        return torch.cat(out, 1)

    def forward(self, x):
        return self.fc((self.describe(x) - self.d_mean) / self.d_std)


class ResBlock(nn.Module):
    """Two convolutions; their conditional norms belong to the transform."""

    def __init__(self, c):
        super().__init__()
        self.conv1 = conv(c, c)
        self.conv2 = conv(c, c)


class Routing(nn.Linear):
    """Whole code [N,137] -> what each expert counts, [N,outputs]."""

    def __init__(self, cfg, outputs):
        inputs = cfg.palette_dim + cfg.code_dim
        super().__init__(inputs, outputs)
        self.hidden = nn.Linear(inputs, cfg.hidden)
        self.out = nn.Linear(cfg.hidden, outputs, bias=False)
        self.slope = cfg.leaky_slope

    def forward(self, code):
        return super().forward(code) + self.out(F.leaky_relu(self.hidden(code), self.slope))


class Transform(nn.Module):
    """Whitened photo [N,3,H,W], strokes [N,code_dim], strength [N] -> whitened picture and the norm statistics."""

    def __init__(self, cfg):
        super().__init__()
        self.cfg = cfg
        d1, d2, (u1, u2) = *cfg.down, cfg.up
        self.down1, self.down2 = conv(3, d1, 2), conv(d1, d2, 2)
        self.res = nn.ModuleList(ResBlock(d2) for _ in range(cfg.blocks))
        self.up1, self.up2, self.out = conv(d2, u1), conv(u1, u2), conv(u2, 3)
        self.mapping = nn.Linear(cfg.code_dim + 1, cfg.hidden)
        self.affine = nn.ModuleList(nn.Linear(cfg.hidden, 2 * c) for c in (d1, d2, *[d2] * (2 * cfg.blocks), u1, u2))
        for a in self.affine:
            nn.init.normal_(a.weight, std=0.02)
            nn.init.zeros_(a.bias)
        if cfg.experts:
            self.routing = Routing(cfg, len(self.convolutions()) * cfg.experts)
            for c in self.convolutions():
                c.experts = nn.Parameter(torch.zeros(cfg.experts, *c.weight.shape))
            for a in self.affine:
                a.experts = nn.Parameter(torch.zeros(cfg.experts, *a.bias.shape))

    def convolutions(self):
        """In the order of a picture's way through them."""
        blocks = [c for block in self.res for c in (block.conv1, block.conv2)]
        return [self.down1, self.down2, *blocks, self.up1, self.up2, self.out]

    def shares(self, code):
        """What each expert counts in each convolution, [N, L, E], for whole codes [N,137]."""
        return self.routing(code).unflatten(1, (-1, self.cfg.experts))

    def forward(self, x, code, strength, stats=None, shifts=None, palette=None):
        """`palette` [N,9] is the first part of the code, which experts ask for. `shifts`: a list of [N,2C] added to what
        the affine layers give, where pictures of a batch have painters of their own."""
        h = torch.cat([code, strength.reshape(-1, 1).to(code)], 1)
        h = F.leaky_relu(self.mapping(h), self.cfg.leaky_slope)
        shares = self.shares(torch.cat([palette.to(code), code], 1)).float() if self.cfg.experts else None
        layers, used, passed = self.convolutions(), [], 0

        def go(v):
            nonlocal passed
            layer, passed = layers[passed], passed + 1
            if shares is None:
                return layer(v)
            own = layer.weight + torch.einsum("ne,e...->n...", shares[:, passed - 1], layer.experts)
            v = F.pad(v, (1, 1, 1, 1), mode="replicate")
            return torch.cat([F.conv2d(one[None], w, layer.bias, layer.stride) for one, w in zip(v, own)])

        def cin(v):
            k = len(used)
            mean, std = mean_std(v) if stats is None else stats[k]
            used.append((mean, std))
            both = self.affine[k](h)
            if shares is not None:
                both = both + shares[:, k] @ self.affine[k].experts
            gamma, beta = (both if shifts is None else both + shifts[k]).chunk(2, 1)
            scale = (1 + gamma.float()) / std
            shift = beta.float() - mean * scale
            return torch.addcmul(shift[:, :, None, None], v.float(), scale[:, :, None, None])

        x = F.relu(cin(go(x)))
        x = F.relu(cin(go(x)))
        for _ in self.res:
            r = F.relu(cin(go(x)))
            x = x + cin(go(r))
        x = F.relu(cin(go(F.interpolate(x, scale_factor=2, mode="nearest"))))
        x = F.relu(cin(go(F.interpolate(x, scale_factor=2, mode="nearest"))))
        with torch.autocast(x.device.type, enabled=False):
            return go(x), used


class Restyle(nn.Module):
    """Encoder and transform; state dict prefixes `encoder.` and `transform.`."""

    def __init__(self, cfg=None):
        super().__init__()
        self.cfg = cfg or Config()
        self.encoder = Encoder(self.cfg)
        self.transform = Transform(self.cfg)

    def encode(self, style):
        """Style picture [N,3,h,w] in 0..1 -> code [N,9+code_dim]."""
        m, root, inv = colour_stats(style, self.cfg.eps_colour)
        return torch.cat([pack_palette(m, root), self.encoder(whiten(style, m, inv))], 1)

    def parts(self, code, n):
        """Strokes and palette, one row each for `n` pictures."""
        code = code.expand(n, -1)
        return code[:, self.cfg.palette_dim:], code[:, :self.cfg.palette_dim]

    def measure(self, photo, code, strength=1.0):
        """Statistics to reuse: photo's (m, root, inverse root) and the norms' list."""
        m, root, inv = colour_stats(photo, self.cfg.eps_colour)
        s = torch.full((photo.shape[0],), float(strength), device=photo.device)
        strokes, palette = self.parts(code, len(s))
        _, norms = self.transform(whiten(photo, m, inv), strokes, s, palette=palette)
        return (m, root, inv), norms

    def stylise(self, photo, code, strength=1.0, keep_colours=0.0, stats=None):
        """Photo [N,3,H,W] in 0..1 (H, W multiples of 4), code -> picture in 0..1."""
        (m, root, inv), norms = stats or (colour_stats(photo, self.cfg.eps_colour), None)
        s = torch.full((photo.shape[0],), float(strength), device=photo.device)
        strokes, palette = self.parts(code, len(s))
        y, _ = self.transform(whiten(photo, m, inv), strokes, s, norms, palette=palette)
        ms, rs = unpack_palette(code[:, :self.cfg.palette_dim])
        k = 1.0 - keep_colours
        y = colour(y, torch.lerp(m, ms, k), torch.lerp(root, rs, k))
        return (photo + strength * (2 - strength) * (y - photo)).clamp(0, 1)


if __name__ == "__main__":
    from limner_training.restyle_train import main
    main()

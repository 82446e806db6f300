"""Style pictures made by code: strong textures that paintings of old masters lack.

Every generator is `f(rng, base) -> uint8 [S,S,3]`, where `base` is a float picture [S,S,3] in 0..1 that it may render
(strokes, dots, tiles) or ignore.  All randomness comes from the numpy generator given, so a seed names a picture.
"""
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

PALETTES = [
    ["#0b1d51", "#1f4e9c", "#5aa9e6", "#f4d35e", "#f7f0d6"], ["#e63946", "#f1faee", "#a8dadc", "#457b9d", "#1d3557"],
    ["#ff006e", "#fb5607", "#ffbe0b", "#8338ec", "#3a86ff"], ["#264653", "#2a9d8f", "#e9c46a", "#f4a261", "#e76f51"],
    ["#10002b", "#5a189a", "#c77dff", "#ff9e00", "#ffd6a5"], ["#fefae0", "#dda15e", "#bc6c25", "#606c38", "#283618"],
    ["#03071e", "#9d0208", "#dc2f02", "#f48c06", "#ffba08"], ["#f72585", "#7209b7", "#3a0ca3", "#4361ee", "#4cc9f0"],
    ["#f8edeb", "#fec5bb", "#fcd5ce", "#d8e2dc", "#84a59d"], ["#001219", "#005f73", "#0a9396", "#94d2bd", "#ee9b00"],
    ["#2b2d42", "#8d99ae", "#edf2f4", "#ef233c", "#d90429"], ["#ffffff", "#ffd60a", "#0077b6", "#d00000", "#000000"],
    ["#eae2b7", "#fcbf49", "#f77f00", "#d62828", "#003049"], ["#d8f3dc", "#95d5b2", "#52b788", "#2d6a4f", "#081c15"],
]


def palette(rng, k=None):
    """A palette as float [n,3] in 0..1, in random order unless `k` names one."""
    p = PALETTES[rng.integers(len(PALETTES)) if k is None else k]
    a = np.array([[int(c[i:i + 2], 16) for i in (1, 3, 5)] for c in p]) / 255
    return a if k is not None else rng.permutation(a)


def smooth(rng, s, cells, octaves=1):
    """Smooth noise [s,s], roughly 0..1."""
    out, amp = np.zeros((s, s)), 1.0
    for _ in range(octaves):
        n = rng.random((int(cells) + 3, int(cells) + 3)).astype(np.float32)
        out += amp * np.asarray(Image.fromarray(n).resize((s, s), Image.BICUBIC, box=(1, 1, cells + 1, cells + 1)))
        cells, amp = min(cells * 2, s), amp / 2
    lo, hi = np.percentile(out, (1, 99))
    return np.clip((out - lo) / (hi - lo + 1e-9), 0, 1)


def grid(s):
    y, x = np.mgrid[0:s, 0:s].astype(np.float64)
    return x, y


def ramp(pal, t):
    """Colours of `pal` along t in 0..1, linearly between."""
    t = np.clip(t, 0, 1) * (len(pal) - 1)
    i = np.minimum(t.astype(int), len(pal) - 2)
    f = (t - i)[..., None]
    return pal[i] * (1 - f) + pal[i + 1] * f


def u8(a):
    return (np.clip(a, 0, 1) * 255 + 0.5).astype(np.uint8)


def scene(rng, s, pal=None):
    """A colourful base: palette over warped noise, with a few discs."""
    pal = palette(rng) if pal is None else pal
    a = ramp(pal, smooth(rng, s, rng.integers(2, 6), 2))
    x, y = grid(s)
    for _ in range(rng.integers(0, 5)):
        cx, cy, r = rng.random() * s, rng.random() * s, s * (0.06 + 0.16 * rng.random())
        d = np.hypot(x - cx, y - cy)
        a = np.where((d < r)[..., None], pal[rng.integers(len(pal))] * (0.8 + 0.2 * (d / r))[..., None], a)
    return a


def line_field(rng, s, period, angle, wobble):
    """Distance to the middle of the nearest line, 0..1 across half a period."""
    x, y = grid(s)
    u = x * np.cos(angle) + y * np.sin(angle) + wobble * (smooth(rng, s, 5) - 0.5)
    return np.abs(u / period % 1 - 0.5) * 2


def soft(edge, width=0.25):
    return np.clip(edge / width + 0.5, 0, 1)


def duotone(mask, ink, paper):
    return np.asarray(ink) * mask[..., None] + np.asarray(paper) * (1 - mask[..., None])


def hatching(rng, base, ink=(0.07, 0.07, 0.1), paper=(0.96, 0.94, 0.88)):
    s = base.shape[0]
    tone = 1 - np.clip(0.5 * base.mean(2) + 0.5 * smooth(rng, s, 4, 2), 0, 1)
    mask, a0 = np.zeros((s, s)), rng.random() * np.pi
    for k in range(4):
        d = line_field(rng, s, 5 + rng.random() * 3, a0 + k * np.pi / 4 + rng.normal() * 0.08, 10)
        mask = np.maximum(mask, soft(0.75 * np.clip(tone * 2.4 - k * 0.5, 0, 1) - d))
    return u8(duotone(mask, ink, paper) + rng.normal(0, 0.012, (s, s, 1)))


def scratchboard(rng, base):
    return hatching(rng, 1 - base, (0.95, 0.95, 0.92), (0.03, 0.03, 0.05))


def woodcut(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    x, y = grid(s)
    t = smooth(rng, s, 3, 2)
    flow = y + 34 * (smooth(rng, s, 3) - 0.5) + 60 * t * rng.choice([-1, 1])
    d = np.abs(flow / (8 + 3 * rng.random()) % 1 - 0.5) * 2
    mask = soft(0.15 + 0.75 * t - d, 0.2) * (smooth(rng, s, 40) > 0.08)
    dark = pal[pal.sum(1).argmin()] * 0.4
    back = np.where((smooth(rng, s, 3) > 0.5)[..., None], pal[pal.sum(1).argmax()], pal[rng.integers(len(pal))])
    return u8(mask[..., None] * dark + (1 - mask[..., None]) * back)


def halftone(rng, base, period=None):
    s = base.shape[0]
    period = period or rng.uniform(5, 9)
    base = np.clip((base - 0.5) * 1.3 + 0.55, 0, 1)
    x, y = grid(s)
    out = np.ones((s, s, 3))
    inks = np.array([[0, 0.65, 0.92], [0.93, 0.05, 0.5], [1, 0.93, 0.05]])
    for c, ang in enumerate((0.26, 1.31, 0.0)):
        u, v = x * np.cos(ang) + y * np.sin(ang), -x * np.sin(ang) + y * np.cos(ang)
        d = np.hypot((u / period) % 1 - 0.5, (v / period) % 1 - 0.5)
        m = soft(0.62 * np.sqrt(1 - base[..., c]) - d, 0.18)[..., None]
        out *= 1 - m * (1 - inks[c])
    return u8(out)


def pointillism(rng, base, r=None):
    s = base.shape[0]
    r = r or rng.uniform(2.2, 4.2)
    im = Image.new("RGB", (2 * s, 2 * s), tuple(u8(base.mean((0, 1))).tolist()))
    d = ImageDraw.Draw(im)
    n = int(2.2 * s * s / (r * r * 3.14))
    for cx, cy, q in rng.random((n, 3)) * (s, s, 1):
        c = base[min(int(cy), s - 1), min(int(cx), s - 1)]
        c = np.clip(c + rng.normal(0, 0.11, 3) + (0.12 if q < 0.2 else 0), 0, 1)
        k = r * (0.75 + 0.5 * q)
        d.ellipse([2 * (cx - k), 2 * (cy - k), 2 * (cx + k), 2 * (cy + k)], fill=tuple(u8(c).tolist()))
    return np.asarray(im.resize((s, s), Image.LANCZOS))


def marbling(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    x, y = grid(s)
    u = x + 70 * (smooth(rng, s, 3, 2) - 0.5) + 14 * np.sin(y / rng.uniform(7, 14))
    v = y + 70 * (smooth(rng, s, 3, 2) - 0.5)
    t = 0.5 + 0.5 * np.sin(u / rng.uniform(6, 11) + 4 * np.sin(v / rng.uniform(18, 34)))
    i = np.minimum((t * len(pal)).astype(int), len(pal) - 1)
    img = Image.fromarray(u8(pal[i])).filter(ImageFilter.GaussianBlur(0.7))
    return u8(np.asarray(img) / 255 + rng.normal(0, 0.01, (s, s, 1)))


def voronoi(rng, s, n, jitter_grid=False):
    """Index of the nearest site, and the gap to the second nearest, in pixels."""
    if jitter_grid:
        k = int(np.sqrt(n))
        p = (np.stack(np.meshgrid(range(k), range(k)), -1).reshape(-1, 2) + 0.5 + rng.uniform(-0.22, 0.22, (k * k, 2))) * s / k
    else:
        p = rng.random((n, 2)) * s
    x, y = grid(s)
    best, second, idx = np.full((s, s), 1e9), np.full((s, s), 1e9), np.zeros((s, s), int)
    for i, (px, py) in enumerate(p):
        d = np.hypot(x - px, y - py)
        closer = d < best
        second = np.where(closer, best, np.minimum(second, d))
        idx, best = np.where(closer, i, idx), np.where(closer, d, best)
    return p, idx, second - best


def mosaic(rng, base, grout=None):
    s = base.shape[0]
    p, idx, gap = voronoi(rng, s, int((s / rng.uniform(9, 13)) ** 2), True)
    ip = np.clip(p.astype(int), 0, s - 1)
    c = np.clip(base[ip[:, 1], ip[:, 0]] + rng.normal(0, 0.07, (len(p), 1)) + rng.normal(0, 0.03, (len(p), 3)), 0, 1)
    grout = np.asarray((0.88, 0.85, 0.78) if rng.random() < 0.5 else (0.12, 0.11, 0.12)) if grout is None else np.asarray(grout)
    m = soft(gap - 1.6, 1.2)[..., None]
    return u8(c[idx] * m + grout * (1 - m))


def stained_glass(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    _, idx, gap = voronoi(rng, s, int(rng.uniform(50, 90)))
    c = np.clip(pal[rng.integers(len(pal), size=int(idx.max()) + 1)] ** 1.2, 0, 1)
    light = 0.75 + 0.4 * smooth(rng, s, 12, 2)[..., None]
    m = soft(gap - 4.5, 1.5)[..., None]
    return u8(c[idx] * light * m + 0.03 * (1 - m))


def watercolour(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    out = np.full((s, s, 3), 0.97) * (1 - 0.05 * smooth(rng, s, 90)[..., None])
    for _ in range(9):
        t = smooth(rng, s, rng.integers(2, 7), 3)
        m = soft(t - rng.uniform(0.5, 0.7), 0.05)
        edge = np.exp(-((t - rng.uniform(0.55, 0.6)) / 0.02) ** 2)
        dens = m * (0.35 + 0.35 * smooth(rng, s, 9, 3)) + 0.4 * edge * m
        out *= 1 - dens[..., None] * (1 - pal[rng.integers(len(pal))])
    return u8(out)


def strokes(rng, base, length=16, width=4, swirl=3, jitter=0.09, relief=0.9):
    """Short loaded brush strokes along a flow field, lit from the upper left."""
    s = base.shape[0]
    ang = smooth(rng, s, swirl) * np.pi * 2.2
    im = Image.fromarray(u8(base)).resize((2 * s, 2 * s))
    d = ImageDraw.Draw(im)
    for cx, cy, q in rng.random((int(3.2 * s * s / (length * width)), 3)) * (s, s, 1):
        iy, ix = min(int(cy), s - 1), min(int(cx), s - 1)
        c = base[iy, ix] * (1 + rng.normal(0, jitter)) + rng.normal(0, jitter * 0.6, 3)
        pts, px, py = [], cx, cy
        for _ in range(5):
            pts.append((2 * px, 2 * py))
            a = ang[min(max(int(py), 0), s - 1), min(max(int(px), 0), s - 1)]
            px, py = px + np.cos(a) * length / 4, py + np.sin(a) * length / 4
        d.line(pts, fill=tuple(u8(c).tolist()), width=max(2, int(2 * width * (0.6 + 0.7 * q))), joint="curve")
    a = np.asarray(im.resize((s, s), Image.LANCZOS)) / 255
    lum = a.mean(2)
    return u8(a + relief * (lum - np.roll(lum, (1, 1), (0, 1)))[..., None])


def swirls(rng, base):
    return strokes(rng, base, length=26, width=3.4, swirl=4, jitter=0.13)


def palette_knife(rng, base):
    return strokes(rng, base, length=30, width=11, swirl=2, jitter=0.12, relief=0.6)


def stitches(rng, base):
    s = base.shape[0]
    ang = np.round(smooth(rng, s, 3) * 4) * np.pi / 4
    x, y = grid(s)
    u, v = x * np.cos(ang) + y * np.sin(ang), -x * np.sin(ang) + y * np.cos(ang)
    thread = np.abs(np.sin(v * np.pi / 3.6)) * (0.6 + 0.4 * np.abs(np.sin((u + 5 * np.floor(v / 3.6)) * np.pi / 15)))
    pal = palette(rng)
    c = pal[np.minimum((smooth(rng, s, 3, 1) * len(pal)).astype(int), len(pal) - 1)] * 0.6 + base * 0.4
    return u8(c * (0.35 + 0.75 * thread[..., None]))


def weave(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    x, y = grid(s)
    stripe = lambda t: pal[(np.floor(np.cumsum(rng.random(64) > 0.55)[(t // 7).astype(int) % 64])).astype(int) % len(pal)]
    over = ((x // 4 + y // 4) % 2)[..., None]
    shade = 0.7 + 0.3 * np.where(over > 0, np.abs(np.sin(x * np.pi / 4))[..., None], np.abs(np.sin(y * np.pi / 4))[..., None])
    return u8(np.where(over > 0, stripe(x), stripe(y)) * shade)


def waves(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    x, y = grid(s)
    r, out = rng.uniform(20, 30), np.zeros((s, s, 3))
    for row in range(-1, int(2 * s / r) + 3):
        cy, off = row * r / 2, (row % 2) * r
        d = np.hypot((x - off + r) % (2 * r) - r, y - cy - r / 2)
        m = (d < r)[..., None]
        ring = ((d / r * 5).astype(int)) % 2
        out = np.where(m, np.where(ring[..., None] > 0, pal[0], pal[-1]) * (0.85 + 0.15 * smooth(rng, s, 20))[..., None], out)
    return u8(out)


def low_poly(rng, base):
    s = base.shape[0]
    k = int(rng.uniform(9, 14))
    p = np.stack(np.meshgrid(range(k + 1), range(k + 1)), -1) * s / k + rng.uniform(-0.35, 0.35, (k + 1, k + 1, 2)) * s / k
    im = Image.new("RGB", (2 * s, 2 * s))
    d = ImageDraw.Draw(im)
    for j in range(k):
        for i in range(k):
            q = [p[j, i], p[j, i + 1], p[j + 1, i + 1], p[j + 1, i]]
            for tri in ((0, 1, 2), (0, 2, 3)) if rng.random() < 0.5 else ((0, 1, 3), (1, 2, 3)):
                t = np.array([q[n] for n in tri])
                c = np.clip(t.mean(0).astype(int), 0, s - 1)
                d.polygon([tuple(2 * v) for v in t], fill=tuple(u8(base[c[1], c[0]] * rng.uniform(0.78, 1.22)).tolist()))
    return np.asarray(im.resize((s, s), Image.LANCZOS))


def paper_cut(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    t = smooth(rng, s, 4, 2)
    i = np.minimum((t * len(pal)).astype(int), len(pal) - 1)
    shadow = np.asarray(Image.fromarray(u8(np.roll(i, (4, 4), (0, 1)) / len(pal))).filter(ImageFilter.GaussianBlur(3))) / 255
    return u8(pal[i] * (1 - 1.1 * np.clip(shadow - i / len(pal), 0, 0.4))[..., None] + rng.normal(0, 0.012, (s, s, 1)))


def grain_print(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    a, b = sorted(range(len(pal)), key=lambda k: pal[k].sum())[:2]
    out = np.full((s, s, 3), 0.96)
    for ink, t in ((pal[a], 1 - base.mean(2)), (pal[b], smooth(rng, s, 4, 2))):
        g = np.asarray(Image.fromarray(u8(rng.random((s, s)))).filter(ImageFilter.GaussianBlur(0.8))) / 255.0
        g = np.clip((g - 0.5) * 2.2 + 0.5, 0, 1)
        out *= 1 - soft(t - g, 0.3)[..., None] * (1 - ink)
    return u8(out)


def neon(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng, int(rng.choice([2, 7]))) if pal is None else pal
    t = smooth(rng, s, 4, 2)
    line = np.exp(-(np.abs(t * 14 % 1 - 0.5) / 0.1) ** 2)
    c = ramp(pal, smooth(rng, s, 3))
    glow = np.asarray(Image.fromarray(u8(line)).filter(ImageFilter.GaussianBlur(4))) / 255
    return u8(np.array([0.03, 0.02, 0.09]) + c * (glow * 0.8)[..., None] + (0.35 + 0.65 * c) * line[..., None])


def crayon(rng, base):
    s = base.shape[0]
    streaks = Image.fromarray(u8(rng.random((2 * s // 14, 2 * s)))).resize((2 * s, 2 * s), Image.BICUBIC)
    c = s // 2
    g = np.asarray(streaks.rotate(float(rng.uniform(25, 65)), Image.BICUBIC).crop((c, c, c + s, c + s))) / 255
    paper = np.asarray(Image.fromarray(u8(rng.random((s, s)))).filter(ImageFilter.GaussianBlur(0.9))) / 255 - 0.5
    m = soft(0.42 + 0.35 * smooth(rng, s, 5, 2) - 0.75 * (g - 0.5) - 1.6 * paper - 0.35, 0.3)[..., None]
    return u8(base * (0.85 + 0.3 * g[..., None]) * m + np.array([0.97, 0.95, 0.9]) * (1 - m))


def blueprint(rng, base):
    s = base.shape[0]
    t = smooth(rng, s, 4, 2)
    x, y = grid(s)
    line = np.exp(-(np.abs(t * 9 % 1 - 0.5) / 0.07) ** 2) + 0.25 * (((x % 16) < 1) | ((y % 16) < 1))
    line += 0.6 * soft(0.3 - line_field(rng, s, 5, 0.8, 2)) * (t > 0.65)
    return u8(duotone(np.clip(line, 0, 1), (0.92, 0.96, 1), (0.05, 0.2, 0.55)) + rng.normal(0, 0.012, (s, s, 1)))


def circles(rng, base, pal=None):
    s = base.shape[0]
    pal = palette(rng) if pal is None else pal
    im = Image.new("RGB", (2 * s, 2 * s), tuple(u8(pal[0]).tolist()))
    d = ImageDraw.Draw(im)
    for cx, cy, q in rng.random((90, 3)) * (2 * s, 2 * s, 1):
        r = 24 + 60 * q
        while r > 4:
            d.ellipse([cx - r, cy - r, cx + r, cy + r], fill=tuple(u8(pal[rng.integers(len(pal))]).tolist()))
            r -= rng.uniform(7, 16)
    return np.asarray(im.resize((s, s), Image.LANCZOS))


def ink_wash(rng, base):
    s = base.shape[0]
    wash = 0.96 - 0.5 * smooth(rng, s, 3, 3) ** 2
    im = Image.fromarray(u8(wash)).resize((2 * s, 2 * s))
    d = ImageDraw.Draw(im)
    for _ in range(26):
        px, py, a, w = rng.random() * 2 * s, rng.random() * 2 * s, rng.random() * 6.28, rng.uniform(3, 20)
        for _ in range(28):
            d.ellipse([px - w / 2, py - w / 2, px + w / 2, py + w / 2], fill=int(rng.uniform(8, 60)))
            a, w = a + rng.normal() * 0.18, max(1.5, w * rng.uniform(0.9, 1.04))
            px, py = px + 7 * np.cos(a), py + 7 * np.sin(a)
    a = np.asarray(im.resize((s, s), Image.LANCZOS)) / 255
    return u8(a[..., None] * np.array([1, 0.985, 0.95]) + rng.normal(0, 0.02, (s, s, 1)))


def pixel_tiles(rng, base):
    s = base.shape[0]
    k = int(rng.integers(6, 11))
    small = Image.fromarray(u8(base)).resize((s // k, s // k), Image.BOX)
    a = np.asarray(small.quantize(10).convert("RGB").resize((s, s), Image.NEAREST)) / 255
    x, y = grid(s)
    step = s / (s // k)
    return u8(a * np.where((x % step < 1.2) | (y % step < 1.2), 0.6, 1.0)[..., None])


GENERATORS = {f.__name__: f for f in (
    hatching, scratchboard, woodcut, halftone, pointillism, marbling, mosaic, stained_glass, watercolour, strokes, swirls,
    palette_knife, stitches, weave, waves, low_poly, paper_cut, grain_print, neon, crayon, blueprint, circles, ink_wash,
    pixel_tiles)}


def generate(name, seed, size=256, base=None, pal=None):
    """The generated style picture `name` with `seed`: uint8 [size,size,3]."""
    rng = np.random.default_rng([seed, sorted(GENERATORS).index(name)])
    colours = None if pal is None else palette(rng, pal)
    base = scene(rng, size, colours) if base is None else base
    f = GENERATORS[name]
    takes_palette = "pal" in f.__code__.co_varnames[:f.__code__.co_argcount]
    return f(rng, base, pal=colours) if takes_palette and colours is not None else f(rng, base)

"""Photos and styles of a training step, cut, zoomed and recoloured on the device.

Pixels keep one meaning everywhere: a photo is at the size the network works at, a style at the size its strokes are to
have in it.  The encoder sees the style at just that size, as the program shows it (short side `encoder_size`).
"""
import multiprocessing
import threading

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from . import restyle_data as data
from . import shipped_styles as shipped
from .styles import GENERATORS, generate, scene

BANK, DRAWN, HELD = 320, 256, 8
# Shares of the styles that are not the shipped ones, for small and for large pictures.
SHARES = {"large": 0.46, "small": 0.24, "bank": 0.19, "drawn": 0.11}
SHARES_LARGE = {"large": 0.66, "small": 0.1, "bank": 0.16, "drawn": 0.08}


def colourful(rng, a):
    """Permuted channels, more or less saturation and contrast: the paintings are brown and dark."""
    a = a[..., rng.permutation(3)].astype(np.float32) / 255
    grey = a.mean(-1, keepdims=True)
    a = grey + (a - grey) * rng.uniform(0.6, 2.2)
    a = (a - a.mean()) * rng.uniform(0.8, 1.5) + rng.uniform(0.35, 0.65)
    return (np.clip(a, 0, 1) * 255).astype(np.uint8)


def drawn_objects(drawings, n):
    """Several drawings over a coloured ground, [n,256,256,3]."""
    rng, out = np.random.default_rng(4), []
    for _ in range(n if len(drawings) else 0):
        ground = scene(rng, 128) * 0.5 + rng.random(3) * 0.5
        im = Image.fromarray((ground * 255).astype(np.uint8)).resize((DRAWN, DRAWN), Image.BICUBIC)
        for _ in range(int(rng.integers(4, 10))):
            s = int(rng.integers(56, 150))
            a = Image.fromarray(drawings[rng.integers(len(drawings))]).resize((s, s), Image.LANCZOS)
            a = a.rotate(float(rng.uniform(0, 360)))
            im.paste(a, tuple(int(v) for v in rng.integers(-s // 3, DRAWN - s // 2, 2)), a)
        out.append(np.asarray(im))
    return np.stack(out) if out else np.zeros((0, DRAWN, DRAWN, 3), np.uint8)


_bases = []


def generated(i):
    """Picture i of the bank: a texture that renders a photo or a made-up scene, [320,320,3]."""
    rng = np.random.default_rng([3, i])
    size = int(rng.choice([200, 256, 288]))
    if _bases and rng.random() < 0.5:
        b = Image.fromarray(colourful(rng, _bases[rng.integers(len(_bases))])).resize((size, size), Image.BICUBIC)
        base = np.asarray(b) / 255.0
    else:
        base = scene(rng, size)
    names = list(GENERATORS)
    im = Image.fromarray(generate(names[i % len(names)], 1000 + i, size, base))
    zoom = int(rng.uniform(0.75 * size, size))
    x, y = (int(v) for v in rng.integers(0, size - zoom + 1, 2))
    return np.asarray(im.crop((x, y, x + zoom, y + zoom)).resize((BANK, BANK), Image.LANCZOS))


class Bank:
    """Generated pictures, made by other processes while training goes on.  Start before the accelerator is touched."""

    def __init__(self, n, workers, bases):
        _bases[:] = bases
        self.made, self.lock = [], threading.Lock()
        self.pool = multiprocessing.get_context("fork").Pool(workers) if n and workers else None
        if self.pool:
            self.thread = threading.Thread(target=self.collect, args=(n,), daemon=True)
            self.thread.start()

    def collect(self, n):
        try:
            for a in self.pool.imap_unordered(generated, range(n)):
                with self.lock:
                    self.made.append(a)
        except Exception as e:  # a closed pool, or a generator that fails: training goes on with what there is
            print(f"bank of generated styles stops: {e}", flush=True)

    def take(self):
        with self.lock:
            new, self.made = self.made, []
        return new

    def close(self):
        if self.pool:
            self.pool.terminate()


def chw(a):
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(np.asarray(a), -1, -3)))


def view(pic, x, y, window, size):
    """Window of a uint8 picture [3,H,W] as floats [3,size,size] in 0..1."""
    p = pic[None, :, y:y + window, x:x + window].float() / 255
    if window > size:
        p = F.interpolate(p, size=(size, size), mode="bilinear", antialias=True)
    elif window < size:
        p = F.interpolate(p, size=(size, size), mode="bicubic").clamp(0, 1)
    return p[0]


def place(rng, pic, window):
    side = pic.shape[-1]
    window = min(int(window), side)
    x, y = (int(v) for v in rng.integers(0, side - window + 1, 2))
    return x, y, window


def mirrored(p):
    """Four copies of [3,s,s], mirrored at their edges: [3,2s,2s]."""
    p = torch.cat([p, p.flip(-1)], -1)
    return torch.cat([p, p.flip(-2)], -2)


def colour_matrices(rng, n, chance):
    """Random changes of colour, rgb -> A rgb + b, as float32 [n,3,3] and [n,3]."""
    a, b = np.tile(np.eye(3), (n, 1, 1)), np.zeros((n, 3))
    for i in np.flatnonzero(rng.random(n) < chance):
        m = np.eye(3)[rng.permutation(3)] if rng.random() < 0.7 else np.eye(3)
        turn, k = rng.uniform(-0.6, 0.6), np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / 3 ** 0.5
        m = (np.eye(3) + np.sin(turn) * k + (1 - np.cos(turn)) * k @ k) @ m          # rotation about grey
        sat = np.exp(rng.uniform(-0.4, 0.75))
        m = (sat * np.eye(3) + (1 - sat) / 3) @ m
        m = m * np.exp(rng.uniform(-0.25, 0.3)) * (-1 if rng.random() < 0.12 else 1)
        a[i], b[i] = m, 0.5 - m @ np.full(3, 0.5) + rng.uniform(-0.12, 0.12)
    return a.astype(np.float32), b.astype(np.float32)


class Batches:
    """All pictures of the set as uint8 on the device, and random batches of them."""

    def __init__(self, path, limit=None):
        with np.load(path) as z:
            load = lambda name, mode="RGB": data.load_group(z, name, mode, limit)
            self.cpu = {"photos": load("photos"), "small": load("paintings"), "large": load("paintings_large"),
                        "drawings": load("drawings", "RGBA")}

    def to(self, device, shipped_share=0.5, drawn=100):
        self.dev, self.share = device, shipped_share
        self.pics = {k: chw(self.cpu[k]).to(device) for k in ("photos", "small", "large")}
        self.pics["drawn"] = chw(drawn_objects(self.cpu["drawings"], drawn)).to(device)
        self.pics["shipped"] = chw(np.stack(data.generated_shipped())).to(device)
        self.pics["bank"] = self.pics["shipped"]
        self.n_shipped = min(len(shipped.PAINTINGS), len(self.pics["large"]))
        return self

    def add(self, pictures):
        if pictures:
            self.pics["bank"] = torch.cat([self.pics["bank"], chw(np.stack(pictures)).to(self.dev)])

    def held_out(self, size, n=6):
        """Photos and paintings that training never shows, [n,3,size,size] each."""
        last = lambda k: self.pics[k][-min(n, HELD):]
        make = lambda k: torch.stack([view(p, 0, 0, p.shape[-1], size) for p in last(k)])
        return make("photos"), make("large")

    def contents(self, rng, n, size):
        """Crops at the working size, and small copies of the whole photos."""
        crops, copies = [], []
        small = int(size * rng.uniform(0.7, 1.0)) // 4 * 4
        for _ in range(n):
            name = "large" if rng.random() < 0.3 else "photos"
            held = HELD if len(self.pics[name]) > 2 * HELD else 0
            pic = self.pics[name][int(rng.integers(len(self.pics[name]) - held))]
            pic = pic.flip(-1) if rng.random() < 0.5 else pic
            whole = 1.0 if rng.random() < 0.4 else rng.uniform(0.5, 1.0)
            crops.append(view(pic, *place(rng, pic, pic.shape[-1] * whole), size))
            copies.append(view(pic, 0, 0, pic.shape[-1], small))
        a, b, c = rng.uniform(0.75, 1.2, n), rng.uniform(-0.08, 0.08, n), rng.uniform(0, 0.7, n)
        on = rng.random(n) < 0.6
        a, b = np.where(on, a, 1), np.where(on, b, 0)
        give = lambda v: torch.from_numpy(v.astype(np.float32)).to(self.dev, non_blocking=True).view(-1, 1, 1, 1)
        a, b, c = give(a), give(b), give(c)
        x = torch.stack(crops)
        x = x + c * (x - F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1))       # photos enlarged are soft
        return ((x - 0.5) * a + 0.5 + b).clamp(0, 1), ((torch.stack(copies) - 0.5) * a + 0.5 + b).clamp(0, 1)

    def style(self, rng, size, ship):
        """One style [3,size,size]."""
        large = size > 300
        if ship:
            i = int(rng.integers(self.n_shipped + len(self.pics["shipped"])))
            name, i = ("large", i) if i < self.n_shipped else ("shipped", i - self.n_shipped)
        else:
            shares = {k: v for k, v in (SHARES_LARGE if large else SHARES).items() if len(self.pics[k])}
            name = str(rng.choice(list(shares), p=np.array(list(shares.values())) / sum(shares.values())))
            held = HELD if name == "large" and len(self.pics[name]) > 2 * HELD else 0
            i = int(rng.integers(len(self.pics[name]) - held))
        pic = self.pics[name][i]
        if name == "large":
            sides, p = ([512, 420], [0.7, 0.3]) if large else ([256, 340, 512, 200], [0.5, 0.2, 0.2, 0.1])
            window = rng.choice(sides, p=p)
        else:
            window = pic.shape[-1] * rng.uniform(0.75, 1)
            if name in ("shipped", "bank") and rng.random() < 0.6:
                window = 256
        window = round(window * size / (512 if large else 256))             # strokes keep their size in pixels
        half = large and name != "large"
        p = view(pic, *place(rng, pic, window), size // 2 if half else size)
        p = mirrored(p) if half else p
        if rng.random() < 0.5:
            p = p.flip(-1)
        return p.transpose(-1, -2) if not ship and rng.random() < 0.2 else p

    def styles(self, rng, n, size):
        ship = rng.random(n) < self.share
        x = torch.stack([self.style(rng, size, s) for s in ship])
        a, b = colour_matrices(rng, n, np.where(ship, 0.15, 0.5))
        a, b = (torch.from_numpy(v).to(self.dev, non_blocking=True) for v in (a, b))
        return (torch.einsum("nij,njhw->nihw", a, x) + b[:, :, None, None]).clamp(0, 1)

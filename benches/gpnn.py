"""Times the public PyTorch implementation of GPNN (ariel415el/Efficient-GPNN) on the processor, and tells the share of
its patches whose right and lower neighbours come from beside them in the source (our `Grown::coherent`).

usage: gpnn.py CHECKOUT PICTURE [ROUNDS [THREADS]]
ROUNDS at each size, 1 unless said (the paper and its code take 10, and need ten times as long). torchvision, OpenCV
and tqdm, which it loads but hardly uses, are stood in for.
"""
import sys
import time
import types

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image


class Resize:
    def __init__(self, size, antialias=True):
        self.size = size

    def __call__(self, x):
        h, w = x.shape[-2:]
        size = self.size
        if isinstance(size, int):
            size = (size, int(size * w / h)) if h <= w else (int(size * h / w), size)
        return F.interpolate(x, size=tuple(size), mode="bilinear", antialias=True)


class Bar:
    def __init__(self, **_):
        pass

    def update(self, _):
        pass

    set_description = update

    def close(self):
        pass


def stand_in():
    def module(name, **content):
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(content)
        return sys.modules[name]

    transforms = module("torchvision.transforms", Resize=Resize)
    transforms.transforms = transforms
    utils = module("torchvision.utils", save_image=None)
    module("torchvision", transforms=transforms, utils=utils)
    module("tqdm", tqdm=Bar)
    module("cv2")
    module("faiss")


def coherent(found, height, width, patch=7):
    """Share of the patches found at the finest size that lie beside their neighbours' in the source, too."""
    rows, columns = height + 1 - patch, width + 1 - patch
    places = found.reshape(rows, columns).numpy()
    here = places[:-1, :-1]
    inside = here % columns + 1 < columns
    right = (places[:-1, 1:] == here + 1) & inside
    return float((right & (places[1:, :-1] == here + columns)).mean())


def main(checkout, picture, rounds="1", threads="2"):
    stand_in()
    sys.path.insert(0, checkout)
    import GPNN
    from utils.NN_modules import PytorchNN
    from utils.image import get_pyramid_scales

    torch.set_num_threads(int(threads))
    torch.manual_seed(0)
    pixels = np.asarray(Image.open(picture).convert("RGB")).copy()
    x = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1

    class Noted(PytorchNN):
        def search(self, queries):
            self.found = super().search(queries)
            return self.found

    search = Noted(alpha=0.005)
    began = time.time()
    with torch.inference_mode():
        GPNN.generate(
            x,
            search,
            pyramid_scales=get_pyramid_scales(x.shape[-2], 14, 0.75),
            additive_noise_sigma=0.75,
            num_iters=int(rounds),
            initial_level_num_iters=1,
        )
    took = time.time() - began
    share = coherent(search.found, *x.shape[-2:])
    print(f"GPNN in PyTorch, {threads} threads, {rounds} rounds: {took:.1f} s, share of patches beside their neighbours {share:.3f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

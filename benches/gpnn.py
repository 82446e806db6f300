"""Times the public PyTorch implementation of GPNN (ariel415el/Efficient-GPNN) on the processor.

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
    began = time.time()
    with torch.inference_mode():
        GPNN.generate(
            x,
            PytorchNN(alpha=0.005),
            pyramid_scales=get_pyramid_scales(x.shape[-2], 14, 0.75),
            additive_noise_sigma=0.75,
            num_iters=int(rounds),
            initial_level_num_iters=1,
        )
    print(f"GPNN in PyTorch, {threads} threads, {rounds} rounds: {time.time() - began:.1f} s")


if __name__ == "__main__":
    main(*sys.argv[1:])

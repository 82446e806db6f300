"""Tiny SPAN enlargers for the tests of `limner models import`, made and drawn by the authors' own code.

    python -m limner_training.span_goldens SPAN ../tests/golden/import/span

SPAN is a checkout of hongyuanyu/SPAN; nothing of it is kept. Writes random networks of scales 2 and 4 as that program saves
them (`eval_conv` older than the triples that it is made of), one without means as others' trainers mark it, and
`reference.safetensors` with an input and each network's output.
"""

import importlib.util
import pathlib
import sys
import types
from unittest import mock

import torch
from safetensors.torch import save_file


@torch.no_grad()
def main(repo, folder):
    registry = types.ModuleType("basicsr.utils.registry")
    registry.ARCH_REGISTRY = mock.Mock(register=lambda: lambda cls: cls)
    sys.modules |= {"basicsr": types.ModuleType("basicsr"), "basicsr.utils": types.ModuleType("basicsr.utils"), "basicsr.utils.registry": registry}
    spec = importlib.util.spec_from_file_location("span_arch", pathlib.Path(repo) / "basicsr/archs/span_arch.py")
    arch = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(arch)
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(50)
    x = torch.rand(1, 3, 8, 11)
    held = {"_in.x": x}
    for name, scale, plain in (("x2", 2, False), ("x4", 4, False), ("no_norm", 2, True)):
        net = arch.SPAN(3, 3, feature_channels=3, upscale=scale).eval()
        for key, p in net.named_parameters():
            if p.dim() == 4:
                p.normal_(0, 0.9 / p[0].numel() ** 0.5)
            else:
                p.normal_(0, 0.1)
        if not plain:
            net.conv_1.sk.weight.div_(80)
            net.conv_1.conv[0].weight.div_(80)
        if plain:
            net.mean, net.img_range = torch.zeros(1, 3, 1, 1), 1.0
        state = {k: v.clone().contiguous() for k, v in net.state_dict().items()}
        y = net(x)
        print(name, "from", y.min().item(), "to", y.max().item())
        held[f"_out.{name}"] = y.contiguous()
        if plain:
            save_file(state | {"no_norm": torch.zeros(1)}, folder / "no_norm.safetensors")
        else:
            torch.save({"params": state}, folder / f"{name}.pth", _use_new_zipfile_serialization=False)
    save_file(held, folder / "reference.safetensors")


if __name__ == "__main__":
    main(*sys.argv[1:])

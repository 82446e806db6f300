"""Trains a generator of pictures of any aspect within minutes on a GPU, or an hour or two on one processor core:
StyleGAN2's generator against a projected discriminator (`projected_critic`).

usage: python -m limner_training.projected_gan --preset landscapes --data SET.npz --features efficientnet_lite0.safetensors \\
           --state DIR --minutes 90 --evaluate-every 15         again to go on; on a GPU --minutes 9 --compile
       ... --width 256 --height 192 [--channel-base N --channel-max N] instead of a preset
       ... --benchmark: images per second of 20 steps as they are, then compiled, and no more

Hinge loss, Adam (0, 0.99), bfloat16 (on a processor with `--half`, for those that have AMX or AVX-512 BF16). One batch of
generated pictures serves the discriminator (detached) and then, with new augmentations, the generator. The generator's
rate falls over the last part of the time; the average's half-life grows with the pictures seen and shortens at the
end. On a processor everything runs at low priority, and one thread is best where others work beside it. `--compile`: a
second process fills the compiler's cache while this one trains; then the compiled step is timed against the plain one and
the faster stays; any error leaves the plain one.

The state is three f16 files under 16 MiB: `average` (with the encoder, and the record as metadata), `training`
(generator, discriminators, root of Adam's second moment averaged over each output channel: beta2 = 0.99 relearns the
rest in 100 steps), and with `--evaluate-every` `best`, the average that `projected_best` found nearest to the pictures
kept aside. A state knows its network, so that going on needs no preset.
"""

from __future__ import annotations

import os
import time

BEGAN = time.time()  # importing counts towards the minutes
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not take others' time

import argparse
import json
import traceback

import torch

from . import picture_set
from .presets import Preset
from .projected_best import Watch
from .projected_compile import Compiler, benchmark
from .projected_critic import HEADS, LEAST_SIDE, SMALL_HEADS
from .projected_state import write_average
from .projected_trainer import LAYOUTS, NotFinite, Trainer
from .stylegan2 import macs

RESERVE = 6  # seconds for the last save and sheet


def train(t: Trainer, began: float) -> None:
    a = t.a
    data = torch.from_numpy(picture_set.load(a.data, threads=a.decoders)).to(t.dev)
    if tuple(data.shape[2:]) != t.size:
        raise SystemExit(f"{a.data} holds pictures of {data.shape[3]} x {data.shape[2]}, the network makes "
                         f"{t.size[1]} x {t.size[0]}: prepare them with --size {t.size[1]}x{t.size[0]}")
    print(f"{time.time() - began:.1f} s: {len(data)} pictures decoded", flush=True)
    if t.images == 0:
        t.gentle_start(data)
    compiler, watch = Compiler(t, began), Watch(a)
    end = began + a.minutes * 60 - RESERVE - a.encoder_minutes * 60
    begin = shown = sheeted = time.time()
    saved = begin + min(0, 20 - a.save_seconds)  # the first save comes early
    shown_images = t.images
    while time.time() < end and t.this_run < a.max_steps:
        if t.broken:
            t.recover()
        beta = t.set_rates((time.time() - begin) / max(end - begin, 1e-3))
        t.step(t.reals(data), beta)
        if t.this_run == 3 and t.dev.type == "cuda":
            torch.cuda.synchronize()
            print(f"{time.time() - began:.1f} s: first steps done", flush=True)
        if t.this_run % 25 == 0:
            compiler.poll(data, beta)
        now = time.time()
        if now - shown > 10:
            try:
                losses = t.losses()
            except NotFinite as e:
                print(e, flush=True)
                t.broken = True
                continue
            now = time.time()
            t.speed = (t.images - t.first_images) / (now - begin)
            recent = (t.images - shown_images) / (now - shown)
            print(f"{now - began:5.0f} s  {t.images / 1000:.1f}k images  {recent:.0f} img/s ({t.mode})  "
                  + "  ".join(f"{k} {v:.2f}" for k, v in losses.items()), flush=True)
            shown, shown_images = now, t.images
            if now - sheeted > a.sheet_seconds:
                sheeted = now
                t.sheet()
            if now - saved > a.save_seconds:
                saved = now
                t.save()
                watch.poll()
    compiler.stop()
    try:
        t.save()
    except NotFinite as e:
        print(e, flush=True)
        t.recover()
    t.sheet()
    watch.last()
    if a.encoder_minutes > 0:
        from .generator_encoder_train import train_encoder
        until = began + a.minutes * 60 - RESERVE / 2
        try:
            t.encoder, t.encoded = train_encoder(t.ema, data, t.projector.net, until, a.encoder_batch, t.dtype)
            write_average(a.state, t.ema, t.encoder, t.about())
        except RuntimeError:  # the generator is safe already
            traceback.print_exc()
    print(json.dumps(t.about()["log"][-1]), flush=True)


def options() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--preset", help="defaults of training/presets/NAME.toml, or of a .toml of your own")
    p.add_argument("--data", required=True, help="made by picture_set")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--state", required=True)
    p.add_argument("--resume", help="folder of an earlier state, if it isn't --state")
    p.add_argument("--start", help="folder of a shipped model to go on from, when there is no state")
    p.add_argument("--critic-first", type=int, default=200, help="steps that a critic which begins anew beside a shipped "
                   "generator learns alone")
    p.add_argument("--minutes", type=float, default=9, help="in all, with start-up, encoder and saving")
    p.add_argument("--encoder-minutes", type=float, default=0)
    p.add_argument("--evaluate-every", type=float, default=0,
                   help="minutes between measurements against the pictures kept aside, by a process of its own")
    p.add_argument("--shared", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--width", type=int, help="of a new network's pictures")
    p.add_argument("--height", type=int)
    p.add_argument("--channel-base", type=int, help="channels of a block are this by its width, ...")
    p.add_argument("--channel-max", type=int, help="... at most so many")
    p.add_argument("--batch", type=int, default=32)
    p.add_argument("--encoder-batch", type=int, default=64)
    p.add_argument("--lr", type=float, default=2.5e-3, help="generator; its layers scale their weights at run time")
    p.add_argument("--d-lr", type=float, default=2e-4)
    p.add_argument("--mixing", type=float, default=0.1, help="share of pictures with mixed styles")
    p.add_argument("--ema", type=float, default=10, help="half-life of the average in thousands of pictures")
    p.add_argument("--decay", type=float, default=0.18, help="last part of the time, over which the rate falls")
    p.add_argument("--critic-side", type=int, default=160, help="short side of the pictures that the critic sees")
    p.add_argument("--colour", type=float, default=0.5, help="strength of the colour augmentation")
    p.add_argument("--range", type=float, default=2.0, help="weight of the squared excess over -1..1")
    p.add_argument("--flip", action=argparse.BooleanOptionalAction, default=False)
    p.add_argument("--no-noise", action="store_true")
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--compile", action="store_true")
    p.add_argument("--compile-limit", type=float, default=200, help="seconds after which the compiler is given up")
    p.add_argument("--benchmark", action="store_true")
    p.add_argument("--worth", action="store_true", help="for the second process")
    p.add_argument("--layout", choices=list(LAYOUTS), default="last", help="on CUDA the faster is taken")
    p.add_argument("--bench-steps", type=int, default=20)
    p.add_argument("--remark", default="", help="for the record, e.g. that the accelerator was shared")
    p.add_argument("--max-steps", type=int, default=10**9)
    p.add_argument("--save-seconds", type=float, default=60)
    p.add_argument("--sheet-seconds", type=float, default=60)
    p.add_argument("--decoders", type=int, default=12, help="threads that decode the pictures")
    p.add_argument("--small", action="store_true", help="narrow networks, for a check")
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU too")
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--nice", type=int, default=19, help="how low the priority is on a CPU")
    return p


def arguments() -> tuple[argparse.Namespace, Preset]:
    """The options over the preset's defaults, and the preset (an unnamed one for `--width --height`)."""
    p = options()
    given, _ = p.parse_known_args()
    if given.preset:
        preset = Preset.named(given.preset)
        unknown = set(preset.training) - set(vars(given))
        if unknown:
            p.error(f"the preset's [training] has unknown entries: {', '.join(sorted(unknown))}")
        p.set_defaults(**preset.training)
    else:
        preset = Preset("", "", (given.width or 128, given.height or 128))
    a = p.parse_args()
    preset.size = (a.width or preset.size[0], a.height or preset.size[1])
    for key in ("channel_base", "channel_max"):
        if getattr(a, key):
            preset.network[key] = getattr(a, key)
    if a.small:
        preset.network |= dict(channel_base=2048, channel_max=32, w_dim=64)
        preset.heads = SMALL_HEADS
    if a.critic_side < LEAST_SIDE:
        p.error(f"--critic-side: at least {LEAST_SIDE}, or the coarsest discriminator runs out of pixels")
    return a, preset


def main() -> None:
    a, preset = arguments()
    if a.threads:
        torch.set_num_threads(a.threads)
    if not torch.cuda.is_available():
        os.nice(a.nice)
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    t = Trainer(a, preset.kwargs(), preset.heads or HEADS, BEGAN)
    if (a.preset or a.width or a.height) and preset.size != t.size[::-1]:
        raise SystemExit(f"the state makes pictures of {t.size[1]} x {t.size[0]}, not {preset.size[0]} x "
                         f"{preset.size[1]}: choose another --state, or leave the size out")
    if a.benchmark:
        benchmark(t)
        return
    size = [sum(q.numel() for q in net.parameters()) / 1e6 for net in (t.g, t.heads)]
    print(f"{t.dev}: {t.size[1]} x {t.size[0]} pixels, {macs(t.kwargs) / 1e9:.2f} GMAC a picture, G {size[0]:.2f} M, "
          f"D {size[1]:.2f} M parameters, from {t.images} images", flush=True)
    if t.dev.type == "cuda":
        print(t.choose_layout(a.batch), flush=True)
    train(t, BEGAN)


if __name__ == "__main__":
    main()

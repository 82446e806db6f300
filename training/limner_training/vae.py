"""Trains a variational autoencoder that draws: pictures of any aspect, on one processor core or a GPU.

usage: python -m limner_training.vae --preset landscapes_vae --data SET.npz --features efficientnet_lite0.safetensors \\
           --state DIR --minutes 70 --half --threads 1 [--start GAN_STATE]         again to go on

The decoder is StyleGAN2's synthesis network, the encoder a dense layer and a small convolutional correction, the latent
one vector for the whole picture, its posterior Gaussian with a diagonal covariance (Kingma & Welling 2014). Losses: L1 on
averages of the picture (2 x 2, 4 x 4, 8 x 8), distance of the features that the critic sees, KL to N(0, I), and the verdict
of a projected critic (`projected_critic`) on reconstructions and on samples of the prior (VAE-GAN, Larsen et al. 2016), both
augmented. The mapping network is the prior, fitted to the encodings as they are (`vae_prior`).

For the first --coarse-minutes only encoder and first blocks learn, on pictures of eight times the constant, at a small part
of the cost; later each step has a batch of those beside the whole pictures. `--start` takes decoder and critic of a
`projected_gan` state of the same network, or goes on from a shipped VAE, whose critic learns anew unless `--critic` names one.

The state has the files of `projected_gan`: `average` is an ordinary generator with its encoder, so that `projected_best`
measures it, and `generator_ship --encoder-minutes 0` ships it.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that wait must not take others' time

import argparse
import json
import time

import torch

from . import picture_set, vae_prior
from .presets import Preset
from .projected_best import Watch
from .projected_critic import HEADS, LEAST_SIDE
from .vae_trainer import VaeTrainer


def train(t: VaeTrainer, unseen: torch.Tensor) -> None:
    a, watch = t.a, Watch(t.a)
    begin = shown = saved = sheeted = time.time()
    end = begin + (a.minutes - a.prior_minutes) * 60
    coarse_until = begin + (a.coarse_minutes * 60 if t.images == 0 else 0)
    while time.time() < end and t.steps - t.first[2] < a.max_steps:
        beta = t.set_rates((time.time() - begin) / max(end - begin, 1e-3))
        if time.time() < coarse_until:
            t.coarse_step()
        else:
            t.step()
        t.average(beta)
        now = time.time()
        if now - shown > a.show_seconds:
            shown = now
            print(f"{now - begin:5.0f} s  step {t.steps}  {t.images / 1000:.1f}k images  {t.coarse_images / 1000:.0f}k small  "
                  + "  ".join(f"{k} {v:.3f}" for k, v in t.losses().items()), flush=True)
        if now - sheeted > a.sheet_seconds:
            sheeted = now
            print(f"unseen pictures: {t.sheet(unseen):.2f} of 255 away at 4 x 4 averages", flush=True)
        if now - saved > a.save_seconds:
            saved = now
            t.save()
            watch.poll()
    noise = (0.5 * t.ema.logvar).exp()
    if a.prior_minutes > 0:
        t.prior = vae_prior.fit(t.ema.g.mapping.requires_grad_(True), t.encodings(), noise, a.prior_minutes)
        t.ema.g.mapping.requires_grad_(False)
    else:
        t.prior = vae_prior.as_it_is(t.ema.g.mapping, t.encodings(), noise)
    print("prior " + json.dumps(t.prior), flush=True)
    t.save()
    print(f"unseen pictures: {t.sheet(unseen):.2f} of 255 away at 4 x 4 averages", flush=True)
    watch.last()


def options() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--preset", required=True, help="training/presets/NAME.toml, or a .toml of your own")
    p.add_argument("--data", required=True, help="made by picture_set, with pictures kept aside")
    p.add_argument("--features", required=True, help="made by efficientnet_lite")
    p.add_argument("--state", required=True)
    p.add_argument("--start", help="folder of a projected_gan state or of a shipped VAE to begin with, when there is no state")
    p.add_argument("--critic", help="folder of a state whose discriminators it begins with, when there is no state")
    p.add_argument("--minutes", type=float, default=60)
    p.add_argument("--coarse-minutes", type=float, default=5, help="of a new state's first run")
    p.add_argument("--prior-minutes", type=float, default=0, help="of the minutes, for fitting the prior anew at the end; 0: the "
                   "decoder keeps the prior that it learnt to draw from, which is better where the critic counts for much")
    p.add_argument("--evaluate-every", type=float, default=0, help="minutes between measurements (projected_best)")
    p.add_argument("--shared", help="folder with eval/ and weights/ (default: $LIMNER_DATA, then ../shared)")
    p.add_argument("--batch", type=int, default=16, help="whole pictures a step")
    p.add_argument("--prior-batch", type=int, default=8, help="samples of the prior a step")
    p.add_argument("--coarse-batch", type=int, default=48)
    p.add_argument("--lr", type=float, default=2e-3, help="decoder; its layers scale their weights at run time")
    p.add_argument("--e-lr", type=float, default=5e-5, help="encoder")
    p.add_argument("--d-lr", type=float, default=1.5e-4, help="discriminators")
    p.add_argument("--prior-lr", type=float, default=0.02, help="mapping network, whose weights count for a hundredth")
    p.add_argument("--pixel", type=float, default=4, help="weights of the losses")
    p.add_argument("--feature", type=float, default=2)
    p.add_argument("--kl", type=float, default=1e-3, help="of a nat")
    p.add_argument("--adversarial", type=float, default=0.1)
    p.add_argument("--range", type=float, default=2, help="of the squared excess over -1..1")
    p.add_argument("--colour", type=float, default=0.5, help="strength of the colour augmentation")
    p.add_argument("--critic-side", type=int, default=128, help="short side of the pictures that the critic sees")
    p.add_argument("--ema", type=float, default=0.99, help="decay of the average in a step")
    p.add_argument("--decay", type=float, default=0.4, help="last part of the time, over which the rates fall")
    p.add_argument("--flip", action=argparse.BooleanOptionalAction, default=False)
    p.add_argument("--seed", type=int, default=6)
    p.add_argument("--remark", default="", help="for the record")
    p.add_argument("--max-steps", type=int, default=10**9)
    p.add_argument("--show-seconds", type=float, default=20)
    p.add_argument("--save-seconds", type=float, default=180)
    p.add_argument("--sheet-seconds", type=float, default=300)
    p.add_argument("--half", action="store_true", help="bfloat16 on a CPU too")
    p.add_argument("--threads", type=int, default=0)
    p.add_argument("--nice", type=int, default=10, help="how low the priority is on a CPU")
    return p


def main() -> None:
    p = options()
    preset = Preset.named(p.parse_known_args()[0].preset)
    unknown = set(preset.training) - set(vars(p.parse_known_args()[0]))
    if unknown:
        p.error(f"the preset's [training] has unknown entries: {', '.join(sorted(unknown))}")
    p.set_defaults(**preset.training)
    a = p.parse_args()
    if a.critic_side < LEAST_SIDE:
        p.error(f"--critic-side: at least {LEAST_SIDE}, or the coarsest discriminator runs out of pixels")
    if a.threads:
        torch.set_num_threads(a.threads)
    torch.set_flush_denormal(True)
    dev = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if dev.type == "cpu":
        os.nice(a.nice)
    data = torch.from_numpy(picture_set.load(a.data)).to(dev)
    if tuple(data.shape[2:]) != preset.size[::-1]:
        raise SystemExit(f"{a.data} holds pictures of {data.shape[3]} x {data.shape[2]}, the network makes "
                         f"{preset.size[0]} x {preset.size[1]}: prepare them with --preset {a.preset}")
    aside = picture_set.load(a.data, test=True)
    if not len(aside):
        raise SystemExit(f"{a.data} keeps no pictures aside: make it without --train-only")
    unseen = torch.from_numpy(aside[::max(1, len(aside) // 80)]).to(dev).float() / 127.5 - 1
    t = VaeTrainer(a, preset.kwargs(), preset.heads or HEADS, data)
    print(f"{dev}: {len(data)} pictures, from {t.images} images", flush=True)
    train(t, unseen)


if __name__ == "__main__":
    main()

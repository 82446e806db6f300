"""Compiling `projected_gan`'s step with `torch.compile`: a second process fills the compiler's cache while the first one
trains; then the compiled step is timed against the plain one and the faster stays."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback

import torch
from torch import Tensor

from .projected_trainer import Trainer

NOT_WORTH = 3  # exit status


class Compiler:
    """The second process that fills the compiler's cache, and the comparison when it is done."""

    def __init__(self, t: Trainer, began: float):
        self.t, self.began, self.child = t, began, None
        if t.a.compile:
            command = [sys.executable, "-m", "limner_training.projected_gan", *sys.argv[1:], "--benchmark",
                       "--worth", "--layout", t.a.layout]
            self.child = subprocess.Popen(command, stdout=sys.stdout, stderr=sys.stderr)

    def poll(self, data: Tensor, beta: float) -> None:
        """Called now and then; switches to compiled functions once, if they are faster."""
        if self.child is None:
            return
        if self.child.poll() is None:
            if time.time() - self.began > self.t.a.compile_limit:
                print(f"compiling took over {self.t.a.compile_limit} s: stays plain", flush=True)
                self.stop()
            return
        code, self.child = self.child.returncode, None
        if code:
            print(f"compiling {'does not pay' if code == NOT_WORTH else f'failed ({code})'}: stays plain", flush=True)
            return
        t = self.t
        try:
            was = t.timed(data, 15, beta, 0)
            start = time.time()
            t.compiled()
            speed = t.timed(data, 15, beta, 4)
            took = time.time() - start
            print(f"plain {was:.0f} img/s, compiled {speed:.0f} img/s (ready after {took:.0f} s)", flush=True)
            if speed < was * 1.03:
                t.plain()
        except Exception:  # whatever the compiler throws, the training goes on without it
            traceback.print_exc()
            t.plain()

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None


def benchmark(t: Trainer) -> None:
    """Images per second on made-up pictures. With `--worth` the exit status says whether compiling pays."""
    data = torch.randint(0, 256, (256, 3, *t.size), dtype=torch.uint8, device=t.dev)
    if t.dev.type == "cuda" and not t.a.worth:
        print(t.choose_layout(t.a.batch), flush=True)
    was = t.timed(data, t.a.bench_steps, 0.99)
    print(f"plain: {was:.1f} img/s", flush=True)
    start = time.time()
    t.compiled()
    speed = t.timed(data, t.a.bench_steps, 0.99)
    print(f"compiled: {speed:.1f} img/s, {time.time() - start:.0f} s with compiling", flush=True)
    if t.a.worth and speed < 1.12 * was:
        raise SystemExit(NOT_WORTH)

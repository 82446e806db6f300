"""The peers of the speed programs: ONNX Runtime and PyTorch, same shapes, same threads.

Started by `benches/conv.rs` and `benches/networks.rs`; reads one JSON object a line and answers with one.
Exporting takes longer than measuring: ONNX files are kept in the temporary folder, by what made them.
"""

import hashlib
import io
import json
import os
import pathlib
import tempfile
import sys
import time
import traceback
import warnings

# Anything printed would disturb the answers.
ANSWERS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
warnings.filterwarnings("ignore")
THREADS = int(sys.argv[1])
DEVICE = sys.argv[2] if len(sys.argv) > 2 else "cpu"
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import numpy as np
import onnxruntime
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "training"))
torch.set_num_threads(THREADS)
HERE = pathlib.Path(__file__).parent
SOURCES = b"".join(f.read_bytes() for f in sorted([*HERE.glob("*.py"), *HERE.glob("../training/limner_training/*.py")]))
KEPT = pathlib.Path(tempfile.gettempdir()) / "limner-peers"


class Convolution(nn.Module):
    """A convolution; after nearest x2 or, as StyleGAN2's, transposed and filtered, where asked for.

    Without StyleGAN2's factors for channels: Limner multiplies them in, the peers needn't.
    """

    def __init__(self, a):
        super().__init__()
        self.up = a["up"]
        k = a["kernel"]
        self.conv = nn.Conv2d(a["inputs"], a["outputs"], k, a["stride"], k // 2, groups=a["groups"])
        side = torch.tensor([1.0, 3.0, 3.0, 1.0]) / 4
        self.register_buffer("filter", side.outer(side).expand(a["outputs"], 1, 4, 4).contiguous())

    def forward(self, x):
        if self.up == "filtered":
            x = F.conv_transpose2d(x, self.conv.weight.transpose(0, 1), self.conv.bias, stride=2)
            return F.conv2d(x, self.filter, padding=1, groups=len(self.filter))
        if self.up == "nearest":
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.conv(x)


def exported(module, inputs, task):
    """The module as ONNX. Weights are the same at each run: the seed is set for each task."""
    asked = json.dumps({k: v for k, v in task.items() if k != "folder"}, sort_keys=True)
    key = hashlib.sha256(SOURCES + torch.__version__.encode() + asked.encode()).hexdigest()
    file = KEPT / f"{key}.onnx"
    if file.exists():
        return file.read_bytes()
    data = io.BytesIO()
    program = torch.onnx.export(module, inputs, dynamo=True, verbose=False)
    program.save(data)
    KEPT.mkdir(exist_ok=True)
    file.write_bytes(data.getvalue())
    return data.getvalue()


def session(model, inputs):
    """An ONNX Runtime session, all optimisations on."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.log_severity_level = 3
    # Its threads would go on spinning after a run and take the cores from whoever runs next.
    options.add_session_config_entry("session.force_spinning_stop", "1")
    made = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    feeds = {i.name: v.numpy() for i, v in zip(made.get_inputs(), inputs)}
    return lambda: made.run(None, feeds)


def peak_mib():
    """Peak resident memory since it was last reset."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return float("nan")


def timed(run):
    """One run, in milliseconds."""
    try:
        with open("/proc/self/clear_refs", "w") as refs:
            refs.write("5")
    except OSError:
        pass
    cpu, wall = time.process_time(), time.perf_counter()
    run()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall * 1e3, "cpu": cpu * 1e3 / THREADS, "peak": peak_mib()}


def network(a):
    """A shipped architecture with random weights, written where the program reads it from, and its inputs."""
    from networks import build

    return build(a["name"], a["size"], a["folder"])


RUNNERS = {}


def on_gpu(module, inputs):
    """PyTorch at its best without a compiler: channels last, the quickest algorithms tried out, TF32."""
    torch.backends.cudnn.benchmark = True
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    module.to(DEVICE, memory_format=torch.channels_last)
    inputs = [x.to(DEVICE, memory_format=torch.channels_last) if x.ndim == 4 else x.to(DEVICE) for x in inputs]

    def run():
        with torch.inference_mode():
            module(*inputs)
        torch.cuda.synchronize()

    for _ in range(3):
        run()
    RUNNERS["torch"] = run


def prepare(module, inputs, task):
    module.eval()
    if DEVICE != "cpu":
        on_gpu(module, inputs)
        return
    RUNNERS["onnxruntime"] = session(exported(module, inputs, task), inputs)

    def torch_run():
        with torch.inference_mode():
            return module(*inputs)

    RUNNERS["torch"] = torch_run
    with torch.inference_mode():
        expected = module(*inputs)
    (got,) = RUNNERS["onnxruntime"]()
    if not np.allclose(got, expected.numpy(), atol=1e-2 * float(expected.abs().max())):
        raise RuntimeError("ONNX Runtime and PyTorch disagree")


def answer(a):
    torch.manual_seed(0)
    if a["do"] == "conv":
        prepare(Convolution(a), (torch.randn(1, a["inputs"], *a["size"]),), a)
        return {}
    if a["do"] == "network":
        module, inputs, extra = network(a)
        prepare(module, inputs, a)
        return extra
    if a["do"] == "run":
        return timed(RUNNERS[a["peer"]])
    raise ValueError(f"unknown request {a['do']}")


for line in sys.stdin:
    try:
        reply = answer(json.loads(line))
    except Exception as error:  # reported to the program, which stops
        traceback.print_exc()
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), file=ANSWERS, flush=True)

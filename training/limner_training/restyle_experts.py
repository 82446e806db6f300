"""Where *Restyle 2*'s painter begins: the mean of the learnt styles that ship, and as experts the principal components of what
they differ by."""
import torch
from torch import nn

from .learn import is_free, read_state
from .restyle import Config, Transform

# Of strokes' principal components; the others hold less than a thousandth of what strokes differ by.
COMPONENTS = 48


class Whitened(nn.Module):
    """`restyle.Routing` on what codes differ by, in numbers that vary by about 1: strokes' principal components (60 % of
    what they differ by lies in one direction), and the palette."""

    def __init__(self, codes, cfg, outputs):
        super().__init__()
        n = cfg.palette_dim
        mean = codes.double().mean(0)
        apart = codes.double() - mean
        _, s, v = torch.linalg.svd(apart[:, n:], full_matrices=False)
        rows = torch.zeros(n + COMPONENTS, codes.shape[1], dtype=torch.float64)
        rows[:n, :n] = torch.diag(1 / apart[:, :n].std(0))
        rows[n:, n:] = v[:COMPONENTS] * (len(codes) ** 0.5 / s[:COMPONENTS, None])
        self.register_buffer("mean", mean.float())
        self.register_buffer("rows", rows.float())
        self.plain, self.hidden = nn.Linear(len(rows), outputs), nn.Linear(len(rows), cfg.hidden)
        self.out, self.slope = nn.Linear(cfg.hidden, outputs, bias=False), cfg.leaky_slope
        for p in (self.plain.weight, self.plain.bias, self.out.weight):
            nn.init.zeros_(p)

    def forward(self, code):
        with torch.autocast(code.device.type, enabled=False):
            z = (code.float() - self.mean) @ self.rows.T
            return self.plain(z) + self.out(torch.nn.functional.leaky_relu(self.hidden(z), self.slope))


def folded(average):
    """The tensors of `restyle.Routing`, on the code itself, from those of a `Whitened` by name."""
    mean, rows = average["routing.mean"].double(), average["routing.rows"].double()
    out = {"routing.out.weight": average["routing.out.weight"]}
    for name, into in (("plain", "routing"), ("hidden", "routing.hidden")):
        weight = average[f"routing.{name}.weight"].double() @ rows
        out[f"{into}.weight"] = weight.float()
        out[f"{into}.bias"] = (average[f"routing.{name}.bias"].double() - weight @ mean).float()
    return out


def learnt_styles(folder):
    """What each learnt style adds to the transform, by parameter."""
    found = [read_state(f)[0] for f in sorted(folder.glob("*.safetensors"))]
    return [{k: v for k, v in t.items() if is_free(k)} for t in found]


@torch.no_grad()
def with_experts(learner, experts, codes):
    """A transform with `experts` experts in place of `learner`'s, begun from the learnt styles that ship."""
    own = learner.net.transform
    cfg = Config.of(own.cfg.to_json() | {"experts": experts, "arch": "limner-restyle-2"})
    net = Transform(cfg)
    net.load_state_dict(own.state_dict(), strict=False)
    net.routing = Whitened(codes, cfg, len(net.convolutions()) * experts)
    styles = learnt_styles(learner.shipped)
    parameters = dict(net.named_parameters())
    names = [k for k in styles[0] if f"{k.rsplit('.', 1)[0]}.experts" in parameters and is_expert(k)]
    rows = torch.stack([torch.cat([s[k].flatten() for k in names]) for s in styles])
    _, s, v = torch.linalg.svd(rows - rows.mean(0), full_matrices=False)
    parts = (v[:experts] * (s[:experts, None] / len(styles) ** 0.5)).split([styles[0][k].numel() for k in names], 1)
    for k in styles[0]:
        parameters[k] += torch.stack([t[k] for t in styles]).mean(0)
    for k, part in zip(names, parts):
        parameters[f"{k.rsplit('.', 1)[0]}.experts"].copy_(part.view(-1, *styles[0][k].shape))
    learner.net.cfg = cfg
    return net.requires_grad_(True)


def is_expert(name):
    """Whether experts change this parameter: convolutions' weights, affine layers' biases."""
    return name.endswith(".weight") or name.startswith("affine.")
